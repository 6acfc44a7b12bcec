"""Who waits for a free time, and who was asked whether they want one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OFFERED = sa.text("until IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("counsellor", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("chat_id"),
    )
    op.create_index("waiting_offer", "waiting", ["until"], sqlite_where=OFFERED, postgresql_where=OFFERED)
    op.create_table(
        "offer",
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counsellor", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("start", "counsellor", "chat_id"),
    )


def downgrade() -> None:
    op.drop_table("offer")
    op.drop_index("waiting_offer", "waiting", sqlite_where=OFFERED, postgresql_where=OFFERED)
    op.drop_table("waiting")
