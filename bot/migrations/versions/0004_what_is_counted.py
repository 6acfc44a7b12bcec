"""What the office counts: wishes that were in vain by their sort; requests and decisions found by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SET_ASIDE = "CREATE TABLE unmet_before AS SELECT * FROM unmet"  # SQLite can give no table another key


def upgrade() -> None:
    op.execute(SET_ASIDE)
    op.drop_table("unmet")
    op.create_table(
        "unmet",
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start", "what"),
    )
    op.execute("INSERT INTO unmet (start, what, times) SELECT start, 'start', times FROM unmet_before")
    op.drop_table("unmet_before")
    op.create_index("booking_requested", "booking", ["requested_at"])
    op.create_index("decision_of_event", "decision", ["event", "at"])


def downgrade() -> None:
    op.drop_index("decision_of_event", "decision")
    op.drop_index("booking_requested", "booking")
    op.execute(SET_ASIDE)
    op.drop_table("unmet")
    op.create_table(
        "unmet",
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start"),
    )
    op.execute("INSERT INTO unmet (start, times) SELECT start, times FROM unmet_before WHERE what = 'start'")
    op.drop_table("unmet_before")
