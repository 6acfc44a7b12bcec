"""The last consent of a chat and the last decision of a booking are found by one index each, whatever is estimated."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("consent_of_chat", "consent", ["chat_id", "id"])
    op.drop_index("ix_consent_chat_id", "consent")
    op.create_index("decision_of_booking", "decision", ["booking_id", "id"])
    op.drop_index("ix_decision_booking_id", "decision")


def downgrade() -> None:
    op.create_index("ix_consent_chat_id", "consent", ["chat_id"])
    op.drop_index("consent_of_chat", "consent")
    op.create_index("ix_decision_booking_id", "decision", ["booking_id"])
    op.drop_index("decision_of_booking", "decision")
