"""What went to a chat of late has a table of its own, out of which it goes again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spoken",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.String(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id"),
    )
    op.execute("DELETE FROM setting WHERE name LIKE 'sent:%'")  # of a minute, and counted no more


def downgrade() -> None:
    op.drop_table("spoken")
