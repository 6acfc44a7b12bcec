"""The measures that run, by their sort: their list is a piece of an index, however many have ended."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RUNNING: dict[str, Any] = {name: sa.text("ended_at IS NULL") for name in ("sqlite_where", "postgresql_where")}


def upgrade() -> None:
    op.drop_index("measure_running", "measure", **RUNNING)
    op.create_index("measure_running", "measure", ["what", "id"], **RUNNING)


def downgrade() -> None:
    op.drop_index("measure_running", "measure", **RUNNING)
    op.create_index("measure_running", "measure", ["number_index"], **RUNNING)
