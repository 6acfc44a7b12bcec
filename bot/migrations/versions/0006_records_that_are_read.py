"""The records are read newest first: all of them, those of one member of staff, of one kind of act, of both."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BY_STAFF, ANY_ACT = "who IS NOT NULL", "what <> ''"
INDEXES = (
    ("record_at", "record", ["at", "id"], ""),
    ("record_of_what", "record", ["what", "at", "id"], ANY_ACT),
    ("record_of_who", "record", ["who", "at", "id"], BY_STAFF),
    ("record_of_who_what", "record", ["who", "what", "at", "id"], BY_STAFF),
    ("decision_at", "decision", ["at", "id"], ""),
    ("decision_of_who", "decision", ["who", "at", "id"], BY_STAFF),
    ("decision_of_who_event", "decision", ["who", "event", "at", "id"], BY_STAFF),
)


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, on both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)} if condition else {}


def upgrade() -> None:
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, **_where(condition))
    op.drop_index("ix_record_at", "record")


def downgrade() -> None:
    op.create_index("ix_record_at", "record", ["at"])
    for name, table, _, condition in reversed(INDEXES):
        op.drop_index(name, table, **_where(condition))
