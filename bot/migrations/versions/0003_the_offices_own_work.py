"""The work of the office: staff, their pages, the calendar, decisions about people, records; and bookings for it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _where(condition: str) -> dict[str, Any]:
    """The condition of a partial index, on both engines."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counsellor", sa.String(), nullable=False),
        sa.Column("office", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "closure_running",
        "closure",
        ["until"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "closure_call",
        sa.Column("closure_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("closure_id", "booking_id"),
    )
    op.create_table(
        "counsellor",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "desk_link",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_table(
        "desk_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_desk_session_staff_id", "desk_session", ["staff_id"])
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number_index", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_measure_number_index", "measure", ["number_index"])
    op.create_index(
        "measure_running",
        "measure",
        ["number_index"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("measure_at", "measure", ["at"])
    op.create_index("measure_with_a_note", "measure", ["at"], **_where("note IS NOT NULL"))
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_objection_measure_id", "objection", ["measure_id"])
    op.create_index(
        "objection_open",
        "objection",
        ["at"],
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index("objection_with_words", "objection", ["answered_at"], **_where("words IS NOT NULL"))
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("booking_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_record_at", "record", ["at"])
    op.create_index("ix_record_booking_id", "record", ["booking_id"])
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "unmet",
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start"),
    )
    op.add_column("booking", sa.Column("phone_index", sa.String(), nullable=False, server_default=""))
    op.add_column("booking", sa.Column("name_index", sa.String(), nullable=False, server_default=""))
    op.add_column("booking", sa.Column("source", sa.String(), nullable=False, server_default="chat"))
    op.add_column("booking", sa.Column("url", sa.LargeBinary(), nullable=True))
    op.add_column("booking", sa.Column("url_sent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("booking", sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("booking", sa.Column("extended", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("booking", sa.Column("claim_hash", sa.String(), nullable=False, server_default=""))
    op.add_column("booking", sa.Column("claim_tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "booking_awaiting_outcome",
        "booking",
        ["ends_at"],
        sqlite_where=sa.text("state = 'ended'"),
        postgresql_where=sa.text("state = 'ended'"),
    )
    op.create_index(
        "booking_claimable",
        "booking",
        ["claim_hash"],
        sqlite_where=sa.text("claim_hash <> ''"),
        postgresql_where=sa.text("claim_hash <> ''"),
    )
    op.create_index("booking_missed", "booking", ["start"], **_where("state = 'missed'"))
    op.create_index(
        "booking_of_name",
        "booking",
        ["name_index"],
        sqlite_where=sa.text("name_index <> ''"),
        postgresql_where=sa.text("name_index <> ''"),
    )
    op.create_index(
        "booking_of_number",
        "booking",
        ["number_index"],
        sqlite_where=sa.text("number_index <> ''"),
        postgresql_where=sa.text("number_index <> ''"),
    )
    op.create_index(
        "booking_of_phone",
        "booking",
        ["phone_index"],
        sqlite_where=sa.text("phone_index <> ''"),
        postgresql_where=sa.text("phone_index <> ''"),
    )
    op.add_column("decision", sa.Column("channel", sa.String(), nullable=False, server_default=""))
    op.execute("UPDATE decision SET channel = reason, reason = '' WHERE event = 'cancel'")
    op.add_column("decision", sa.Column("starts", sa.String(), nullable=False, server_default=""))
    op.add_column("notice", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("role", sa.String(), nullable=False, server_default=""))
    op.add_column("invitation", sa.Column("made_by", sa.BigInteger(), nullable=True))
    op.add_column("invitation", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("invitation", "expires_at")
    op.drop_column("invitation", "made_by")
    op.drop_column("invitation", "role")
    op.execute("UPDATE decision SET reason = channel WHERE event = 'cancel'")
    op.drop_column("notice", "ended_at")
    op.drop_column("decision", "starts")
    op.drop_column("decision", "channel")
    op.drop_index(
        "booking_of_phone",
        "booking",
        sqlite_where=sa.text("phone_index <> ''"),
        postgresql_where=sa.text("phone_index <> ''"),
    )
    op.drop_index(
        "booking_of_number",
        "booking",
        sqlite_where=sa.text("number_index <> ''"),
        postgresql_where=sa.text("number_index <> ''"),
    )
    op.drop_index(
        "booking_of_name",
        "booking",
        sqlite_where=sa.text("name_index <> ''"),
        postgresql_where=sa.text("name_index <> ''"),
    )
    op.drop_index("booking_missed", "booking", **_where("state = 'missed'"))
    op.drop_index(
        "booking_claimable",
        "booking",
        sqlite_where=sa.text("claim_hash <> ''"),
        postgresql_where=sa.text("claim_hash <> ''"),
    )
    op.drop_index(
        "booking_awaiting_outcome",
        "booking",
        sqlite_where=sa.text("state = 'ended'"),
        postgresql_where=sa.text("state = 'ended'"),
    )
    op.drop_column("booking", "claim_tries")
    op.drop_column("booking", "claim_hash")
    op.drop_column("booking", "extended")
    op.drop_column("booking", "contact_at")
    op.drop_column("booking", "url_sent")
    op.drop_column("booking", "url")
    op.drop_column("booking", "source")
    op.drop_column("booking", "name_index")
    op.drop_column("booking", "phone_index")
    op.drop_table("unmet")
    op.drop_table("staff")
    op.drop_index("ix_record_booking_id", "record")
    op.drop_index("ix_record_at", "record")
    op.drop_table("record")
    op.drop_index(
        "objection_open",
        "objection",
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.drop_index("objection_with_words", "objection", **_where("words IS NOT NULL"))
    op.drop_index("ix_objection_measure_id", "objection")
    op.drop_table("objection")
    op.drop_index(
        "measure_running",
        "measure",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index("measure_with_a_note", "measure", **_where("note IS NOT NULL"))
    op.drop_index("measure_at", "measure")
    op.drop_index("ix_measure_number_index", "measure")
    op.drop_table("measure")
    op.drop_index("ix_desk_session_staff_id", "desk_session")
    op.drop_table("desk_session")
    op.drop_table("desk_link")
    op.drop_table("counsellor")
    op.drop_table("closure_call")
    op.drop_index(
        "closure_running",
        "closure",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("closure")
