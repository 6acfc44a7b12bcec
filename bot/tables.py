"""The rows. Times are aware and in UTC; personal data stands in sealed columns only (`LargeBinary`), named here.

A column that is sealed is opened with its table, column and row id: see `encryption.py`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.columns import big_integer, moment, partial
from flows.lifecycle import LIVE

# The conditions of the partial indexes, as literal SQL: a statement uses such an index when it says the same.
LIVE_ONLY = text("state IN ({})".format(", ".join(f"'{state}'" for state in LIVE)))
LAPSING = text("state IN ('requested', 'proposed')")
ENDING = text("state IN ('confirmed', 'in_session')")
PENDING = text("state = 'pending'")
OWED = text("shown < turns")
FLEETING = text("fleeting")
NOT_ERASED = text("NOT erased")
KNOWN_NUMBER, KNOWN_PHONE, KNOWN_NAME = (text(f"{what}_index <> ''") for what in ("number", "phone", "name"))
CLAIMABLE = text("claim_hash <> ''")
AWAITING_OUTCOME = text("state = 'ended'")
MOVING = text("wanted_lapses_at IS NOT NULL")
WITH_AN_OFFER = text("until IS NOT NULL")
MISSED_ONLY = text("state = 'missed'")
BY_STAFF = text("who IS NOT NULL")


class ConversationRow(SQLModel, table=True):
    """Where one person is in one chat; in the staff group, where one card is (`subject`). `form` is sealed."""

    __tablename__ = "conversation"
    __table_args__ = (
        partial("conversation_owed", "updated_at", where=OWED),
        partial("conversation_fleeting", "updated_at", where=FLEETING),
    )

    chat_id: int = big_integer(primary_key=True)
    subject: str = Field(primary_key=True, default="")
    language: str
    dialog: str
    state: str
    form: bytes = Field(sa_type=LargeBinary)
    turns: int = 0  # turns taken
    shown: int = 0  # the last turn whose screen was shown
    card: int | None = big_integer(default=None, nullable=True)  # the message that shows it
    card_kind: str = ""  # "" | "private" (shows values) | "keyboard" (has a reply keyboard)
    buried: bool = False  # something came after the card
    fleeting: bool = True  # a form is open, or nobody consented: closed or deleted after a day
    closed_at: datetime | None = moment(default=None, nullable=True)  # since then the bot may not write to the chat
    updated_at: datetime = moment()


class PersonRow(SQLModel, table=True):
    """Somebody who has agreed to the terms at least once."""

    __tablename__ = "person"

    chat_id: int = big_integer(primary_key=True)
    informed_at: datetime | None = moment(default=None, nullable=True)


class ConsentRow(SQLModel, table=True):
    """One consent to one version of the terms (Preamble, Article 11)."""

    __tablename__ = "consent"
    __table_args__ = (Index("consent_of_chat", "chat_id", "id"),)  # the last one without looking at any other

    id: int | None = Field(default=None, primary_key=True)
    chat_id: int = big_integer()
    version: str
    sha256: str
    at: datetime = moment()
    language: str
    how: str


class TermsRow(SQLModel, table=True):
    """A text of the terms that was in force here, so that what changed can be shown."""

    __tablename__ = "terms"

    sha256: str = Field(primary_key=True)
    version: str
    text: str
    first_seen: datetime = moment()


class BookingRow(SQLModel, table=True):
    """One booking. `details` (name, job-seeker number, e-mail, phone, companion, conditions) is sealed, and `url`."""

    __tablename__ = "booking"
    __table_args__ = (
        partial("booking_one_live", "chat_id", where=LIVE_ONLY, unique=True),
        partial("booking_same_number", "number_index", where=LIVE_ONLY),
        partial("booking_of_number", "number_index", where=KNOWN_NUMBER),
        partial("booking_of_phone", "phone_index", where=KNOWN_PHONE),
        partial("booking_of_name", "name_index", where=KNOWN_NAME),
        partial("booking_claimable", "claim_hash", where=CLAIMABLE),
        partial("booking_awaiting_outcome", "ends_at", where=AWAITING_OUTCOME),
        partial("booking_missed", "start", where=MISSED_ONLY),
        partial("booking_lapsing", "lapses_at", where=LAPSING),
        partial("booking_ending", "ends_at", where=ENDING),
        partial("booking_moving", "wanted_lapses_at", where=MOVING),
        partial("booking_erasing", "start", where=NOT_ERASED),
        Index("booking_start", "start"),
        Index("booking_requested", "requested_at"),
        Index("booking_of_chat", "chat_id", "requested_at"),
    )

    id: str = Field(primary_key=True)
    ref: str = Field(unique=True)
    chat_id: int | None = big_integer(default=None, nullable=True)
    state: str
    version: int = 1
    counsellor: str
    start: datetime = moment()
    ends_at: datetime = moment()
    language: str
    requested_at: datetime = moment()
    reply_by: date
    confirm_by: date
    lapses_at: datetime = moment()
    told: str = ""
    same_number: bool = False
    consent_id: int | None = None
    erased: bool = False  # the details are gone, the record stays for a while
    number_index: str
    phone_index: str = ""
    name_index: str = ""
    details: bytes = Field(sa_type=LargeBinary)
    source: str = "chat"  # how the request came: chat | phone | mail | form | session
    url: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)  # of the session
    url_sent: bool = False
    url_index: str = ""  # of the one that was sent last, also where the booking has none any more
    contact_at: datetime | None = moment(default=None, nullable=True)  # the person was in touch after the start
    wanted_counsellor: str = ""  # another time is asked for: which, when that was, and until when it is decided
    wanted_start: datetime | None = moment(default=None, nullable=True)
    wanted_at: datetime | None = moment(default=None, nullable=True)
    wanted_reply_by: date | None = None
    wanted_confirm_by: date | None = None
    wanted_lapses_at: datetime | None = moment(default=None, nullable=True)
    extended: bool = False
    claim_hash: str = ""  # of the code that ties the booking to a chat
    claim_tries: int = 0


class HoldRow(SQLModel, table=True):
    """One place taken: the unique (counsellor, start) decides every race."""

    __tablename__ = "hold"
    __table_args__ = (UniqueConstraint("counsellor", "start"), Index("hold_start", "start"))

    id: int | None = Field(default=None, primary_key=True)
    counsellor: str
    start: datetime = moment()
    booking_id: str = Field(index=True)
    purpose: str = "request"


class WaitingRow(SQLModel, table=True):
    """Somebody who waits for a free time from one day to another, and what is offered to them now. Only the chat."""

    __tablename__ = "waiting"
    __table_args__ = (partial("waiting_offer", "until", where=WITH_AN_OFFER),)

    chat_id: int = big_integer(primary_key=True)
    first: date
    last: date
    since: datetime = moment()
    asked_on: date | None = None  # the last day on which something was offered
    counsellor: str = ""
    start: datetime | None = moment(default=None, nullable=True)
    until: datetime | None = moment(default=None, nullable=True)


class OfferRow(SQLModel, table=True):
    """Who was asked whether they want a freed place; forgotten once somebody has it, or it is over."""

    __tablename__ = "offer"

    start: datetime = moment(primary_key=True)
    counsellor: str = Field(primary_key=True)
    chat_id: int = big_integer(primary_key=True)


class DecisionRow(SQLModel, table=True):
    """One move of a booking: which, when, by whom (staff by id and name), the reason's key, by which channel."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("decision_of_booking", "booking_id", "id"),
        Index("decision_of_event", "event", "at"),
        Index("decision_at", "at", "id"),
        partial("decision_of_who", "who", "at", "id", where=BY_STAFF),
        partial("decision_of_who_event", "who", "event", "at", "id", where=BY_STAFF),
    )

    id: int | None = Field(default=None, primary_key=True)
    booking_id: str
    event: str
    at: datetime = moment()
    who: int | None = big_integer(default=None)
    name: str = ""
    reason: str = ""
    channel: str = ""  # chat | group | desk | phone | mail | counter | office | clock
    starts: str = ""  # that were proposed, or the one that was left: in ISO, a space between two


class NoticeRow(SQLModel, table=True):
    """The outbox: one promise to somebody. It holds references only; words are made when it is sent."""

    __tablename__ = "notice"
    __table_args__ = (partial("notice_due", "rank", "next_try", where=PENDING),)

    key: str = Field(primary_key=True)
    kind: str
    rank: int = 0  # what goes first: see `channels`
    booking_id: str | None = Field(default=None, index=True)
    chat_id: int | None = big_integer(default=None, nullable=True)
    message_id: int | None = big_integer(default=None, nullable=True)
    due_at: datetime = moment()
    not_after: datetime | None = moment(default=None, nullable=True)
    state: str = "pending"  # pending | sent | cancelled | expired | dead
    ended_at: datetime | None = moment(default=None, nullable=True)  # when it was sent, or came to nothing
    next_try: datetime = moment()
    attempts: int = 0
    lease_until: float | None = None  # seconds since the epoch by the database's clock
    owner: str = ""
    error: str = ""


class UpdateRow(SQLModel, table=True):
    """An update that has taken effect (or was set aside, with why; never its content)."""

    __tablename__ = "seen_update"

    update_id: int = big_integer(primary_key=True)
    at: datetime = moment(index=True)
    error: str = ""


class SettingRow(SQLModel, table=True):
    """What the bot learned by itself: the staff group's id, the fingerprints of the keys in use."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: str


class InvitationRow(SQLModel, table=True):
    """A code for one staff group or, where it has a role, one member of staff; good once. Only its hash is kept."""

    __tablename__ = "invitation"

    code_hash: str = Field(primary_key=True)
    made_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)
    role: str = ""
    made_by: int | None = big_integer(default=None, nullable=True)
    expires_at: datetime | None = moment(default=None, nullable=True)


def table(model: type[SQLModel]) -> Table:
    """The table behind a row class, for statements."""
    found: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel gives it no type
    return found
