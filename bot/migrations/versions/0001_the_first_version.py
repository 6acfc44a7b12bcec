"""The first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counsellor", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=False),
        sa.Column("confirm_by", sa.Date(), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("same_number", sa.Boolean(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(
            "booking_ending",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('confirmed', 'in_session')"),
            postgresql_where=sa.text("state IN ('confirmed', 'in_session')"),
        )
        batch_op.create_index(
            "booking_erasing",
            ["start"],
            unique=False,
            sqlite_where=sa.text("NOT erased"),
            postgresql_where=sa.text("NOT erased"),
        )
        batch_op.create_index(
            "booking_lapsing",
            ["lapses_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('requested', 'proposed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed')"),
        )
        batch_op.create_index("booking_of_chat", ["chat_id", "requested_at"], unique=False)
        batch_op.create_index(
            "booking_one_live",
            ["chat_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
        )
        batch_op.create_index(
            "booking_same_number",
            ["number_index"],
            unique=False,
            sqlite_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
        )
        batch_op.create_index("booking_start", ["start"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_chat_id"), ["chat_id"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("dialog", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("card", sa.BigInteger(), nullable=True),
        sa.Column("card_kind", sa.String(), nullable=False),
        sa.Column("buried", sa.Boolean(), nullable=False),
        sa.Column("fleeting", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "subject"),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "conversation_fleeting",
            ["updated_at"],
            unique=False,
            sqlite_where=sa.text("fleeting"),
            postgresql_where=sa.text("fleeting"),
        )
        batch_op.create_index(
            "conversation_owed",
            ["updated_at"],
            unique=False,
            sqlite_where=sa.text("shown < turns"),
            postgresql_where=sa.text("shown < turns"),
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counsellor", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("counsellor", "start"),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("hold_start", ["start"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_table(
        "notice",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(
            "notice_due",
            ["next_try"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "person",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("informed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("chat_id"),
    )
    op.create_table(
        "seen_update",
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("update_id"),
    )
    with op.batch_alter_table("seen_update", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_update_at"), ["at"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "terms",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )


def downgrade() -> None:
    op.drop_table("terms")
    op.drop_table("setting")
    with op.batch_alter_table("seen_update", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_update_at"))

    op.drop_table("seen_update")
    op.drop_table("person")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "notice_due", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )
        batch_op.drop_index(batch_op.f("ix_notice_booking_id"))

    op.drop_table("notice")
    op.drop_table("invitation")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_booking_id"))
        batch_op.drop_index("hold_start")

    op.drop_table("hold")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_booking_id"))

    op.drop_table("decision")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(
            "conversation_owed", sqlite_where=sa.text("shown < turns"), postgresql_where=sa.text("shown < turns")
        )
        batch_op.drop_index(
            "conversation_fleeting", sqlite_where=sa.text("fleeting"), postgresql_where=sa.text("fleeting")
        )

    op.drop_table("conversation")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_chat_id"))

    op.drop_table("consent")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("booking_start")
        batch_op.drop_index(
            "booking_same_number",
            sqlite_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
        )
        batch_op.drop_index(
            "booking_one_live",
            sqlite_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed', 'confirmed')"),
        )
        batch_op.drop_index("booking_of_chat")
        batch_op.drop_index(
            "booking_lapsing",
            sqlite_where=sa.text("state IN ('requested', 'proposed')"),
            postgresql_where=sa.text("state IN ('requested', 'proposed')"),
        )
        batch_op.drop_index(
            "booking_erasing", sqlite_where=sa.text("NOT erased"), postgresql_where=sa.text("NOT erased")
        )
        batch_op.drop_index(
            "booking_ending",
            sqlite_where=sa.text("state IN ('confirmed', 'in_session')"),
            postgresql_where=sa.text("state IN ('confirmed', 'in_session')"),
        )

    op.drop_table("booking")
