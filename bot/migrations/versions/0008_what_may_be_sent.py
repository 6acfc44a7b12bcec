"""What goes first of what is due, which worker may send how much, and whose chat is closed to the bot."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PENDING: dict[str, Any] = {name: sa.text("state = 'pending'") for name in ("sqlite_where", "postgresql_where")}
STAFF = (
    "card", "overdue", "mail_failed", "letter_failed", "undelivered", "claim_locked", "came", "outcome", "objected",
    "alert", "welcome_staff", "no_mailbox", "paused", "resumed", "no_lead", "move_card", "move_overdue", "late",
    "cannot_connect", "companion_changed", "url_missing", "url_missing_today",
)  # fmt: skip
REMINDERS = (
    "no_reply",
    "move_no_reply",
    "remind_readiness",
    "remind_day_before",
    "remind_one_hour",
    "remind_ten_minutes",
)


def upgrade() -> None:
    op.create_table(
        "sender",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("wanting", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("owner"),
    )
    op.add_column("conversation", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notice", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    notice = sa.table("notice", sa.column("rank", sa.Integer), sa.column("kind", sa.String), sa.column("booking_id"))
    by_mail = notice.c.kind.endswith("_mail") | notice.c.kind.endswith("_office") | (notice.c.kind == "no_group")
    of_a_booking = notice.c.booking_id.is_not(None)
    ranks = sa.case((by_mail, 4), (notice.c.kind.in_(STAFF), 3), (notice.c.kind.in_(REMINDERS), 2), (of_a_booking, 1))
    op.execute(notice.update().values(rank=sa.func.coalesce(ranks, 0)))
    op.drop_index("notice_due", "notice", **PENDING)
    op.create_index("notice_due", "notice", ["rank", "next_try"], **PENDING)


def downgrade() -> None:
    op.drop_index("notice_due", "notice", **PENDING)
    op.create_index("notice_due", "notice", ["next_try"], **PENDING)
    op.drop_column("notice", "rank")
    op.drop_column("conversation", "closed_at")
    op.drop_table("sender")
