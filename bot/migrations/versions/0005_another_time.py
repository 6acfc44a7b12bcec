"""Another time that the person of a confirmed booking asks for stands with the booking until staff decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOVING = sa.text("wanted_lapses_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("booking", sa.Column("wanted_counsellor", sa.String(), nullable=False, server_default=""))
    for moment in ("wanted_start", "wanted_at", "wanted_lapses_at"):
        op.add_column("booking", sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    for day in ("wanted_reply_by", "wanted_confirm_by"):
        op.add_column("booking", sa.Column(day, sa.Date(), nullable=True))
    op.create_index("booking_moving", "booking", ["wanted_lapses_at"], sqlite_where=MOVING, postgresql_where=MOVING)


def downgrade() -> None:
    op.drop_index("booking_moving", "booking", sqlite_where=MOVING, postgresql_where=MOVING)
    for name in (
        "wanted_confirm_by", "wanted_reply_by", "wanted_lapses_at", "wanted_at", "wanted_start", "wanted_counsellor",
    ):  # fmt: skip
        op.drop_column("booking", name)
