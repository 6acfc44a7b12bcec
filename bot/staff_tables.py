"""The rows that the office's own work makes: its staff, their pages, the calendar, decisions about people, records.

What may hold personal data is sealed (`LargeBinary`), as in `tables.py`; of codes and tokens only hashes are kept.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from bot.columns import big_integer, moment, partial
from bot.tables import BY_STAFF

RUNNING = text("ended_at IS NULL")
OPEN = text("answered_at IS NULL")
WITH_A_NOTE = text("note IS NOT NULL")
WITH_WORDS = text("words IS NOT NULL")
ANY_ACT = text("what <> ''")  # only a statement that says so is led to the index by what was done


class StaffRow(SQLModel, table=True):
    """Somebody who works at the office, by Telegram id. Nobody is deleted: who did what stays readable."""

    __tablename__ = "staff"

    id: int = big_integer(primary_key=True)
    name: str
    role: str  # flows.staff.Role
    language: str = ""  # of the desk; empty is the office's
    since: datetime = moment()
    invited_by: int | None = big_integer(default=None, nullable=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


class LinkRow(SQLModel, table=True):
    """A link to the desk: for one member of staff, for one use, until it expires."""

    __tablename__ = "desk_link"

    code_hash: str = Field(primary_key=True)
    staff_id: int = big_integer()
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)


class SessionRow(SQLModel, table=True):
    """Somebody signed in to the desk. `said` is the sentence that the next page shows once (JSON of a Text)."""

    __tablename__ = "desk_session"

    token_hash: str = Field(primary_key=True)
    staff_id: int = big_integer(index=True)
    expires_at: datetime = moment()
    said: str = ""


class RecordRow(SQLModel, table=True):
    """Who did or looked at what, besides the moves of bookings (`decision`). Never with personal data in it."""

    __tablename__ = "record"
    __table_args__ = (
        Index("record_at", "at", "id"),
        partial("record_of_what", "what", "at", "id", where=ANY_ACT),
        partial("record_of_who", "who", "at", "id", where=BY_STAFF),
        partial("record_of_who_what", "who", "what", "at", "id", where=BY_STAFF),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = moment()
    who: int | None = big_integer(default=None, nullable=True)
    name: str = ""
    what: str  # a key of flows.records.WHAT
    booking_id: str | None = Field(default=None, index=True)
    note: str = ""  # a key, an id, a day


class ClosureRow(SQLModel, table=True):
    """Places that are not offered: of one counsellor, or of all where that is empty; see `flows.places.Closing`."""

    __tablename__ = "closure"
    __table_args__ = (partial("closure_running", "until", where=RUNNING),)

    id: int | None = Field(default=None, primary_key=True)
    since: datetime = moment()
    until: datetime = moment()
    counsellor: str = ""
    office: bool = False
    reason: str  # a key of flows.desk.closing.REASONS
    made_at: datetime = moment()
    made_by: int = big_integer()
    ended_at: datetime | None = moment(default=None, nullable=True)  # opened again


class CallRow(SQLModel, table=True):
    """Somebody whose booking a closure touches was called."""

    __tablename__ = "closure_call"

    closure_id: int = Field(primary_key=True)
    booking_id: str = Field(primary_key=True)
    at: datetime = moment()
    who: int = big_integer()


class CounsellorRow(SQLModel, table=True):
    """A counsellor (個別支援担当職員) and the hours in which they take sessions, as JSON: see `bot.calendar`."""

    __tablename__ = "counsellor"

    id: str = Field(primary_key=True)
    name: str
    hours: str = ""  # empty: all that the office offers
    url: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)  # of every session with them
    staff_id: int | None = big_integer(default=None, nullable=True)
    last_day: date | None = None
    version: int = 1


class MeasureRow(SQLModel, table=True):
    """What a lead decided about somebody who missed sessions without contact: a warning, a suspension, or nothing."""

    __tablename__ = "measure"
    __table_args__ = (
        partial("measure_running", "what", "id", where=RUNNING),
        partial("measure_with_a_note", "at", where=WITH_A_NOTE),
        Index("measure_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    number_index: str = Field(index=True)
    booking_id: str  # the missed one that was weighed
    what: str  # warning | suspension | nothing
    reason: str  # a key of flows.suspending.REASONS
    note: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)  # the lead's own words
    at: datetime = moment()
    who: int = big_integer()
    name: str
    until: date | None = None
    ended_at: datetime | None = moment(default=None, nullable=True)


class ObjectionRow(SQLModel, table=True):
    """Somebody objects to a measure; it stands in the list until it is answered."""

    __tablename__ = "objection"
    __table_args__ = (
        partial("objection_open", "at", where=OPEN),
        partial("objection_with_words", "answered_at", where=WITH_WORDS),
    )

    id: int | None = Field(default=None, primary_key=True)
    measure_id: int = Field(index=True)
    at: datetime = moment()
    channel: str  # chat | phone | mail | counter
    words: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    answered_at: datetime | None = moment(default=None, nullable=True)
    answered_by: int | None = big_integer(default=None, nullable=True)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)


class UnmetRow(SQLModel, table=True):
    """How often something was asked for and not to be had (`flows.unmet`); nobody is named."""

    __tablename__ = "unmet"

    start: datetime = moment(primary_key=True)
    what: str = Field(primary_key=True)  # flows.counter.Unmet
    times: int = 1
