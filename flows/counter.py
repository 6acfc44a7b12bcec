"""What the counter can do, as a Protocol, and its plain values: Slot, Permit, Booking.

`flows` talks to the counter only through `Counter`; `bot/counter.py` is the one in SQL. A Counter stands
before one person's chat, in one transaction. Every moment is an aware datetime in UTC; every `date` is a
day of the office's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from flows.text import Text


@dataclass(frozen=True)
class Consent:
    """Who consented is with the record; this is to which text (SHA-256), when, read in which language, and how."""

    version: str
    sha256: str
    at: datetime
    language: str
    how: str


@dataclass(frozen=True)
class Slot:
    """One place at one time: a counsellor (the id in office.toml) and a start."""

    counsellor: str
    start: datetime


@dataclass(frozen=True)
class Permit:
    """The terms allow this request: made by `policy.permit()` alone, asked for by `Counter.request`."""

    slot: Slot
    requested_at: datetime
    reply_by: date  # 翌営業日: the office answers by the end of this day (Article 4(2)b)
    confirm_by: date  # 営業日上の前々日: staff confirm by this day (Article 4(1))
    no_reply_at: datetime  # the person is asked to phone if nothing was decided
    lapses_at: datetime  # an undecided request ends


@dataclass(frozen=True)
class Refused:
    """The terms say no: which clause, and what the person is told."""

    clause: str
    why: Text


@dataclass(frozen=True)
class Decision:
    """Who moved a booking (staff: id and name; the person and the clock: neither), how, when, and the reason's key.

    `channel` is the way by which it came: chat, group, desk, phone, mail, counter, office, clock. `starts`: those that
    were proposed, or the one that was left.
    """

    event: str
    at: datetime
    who: int | None = None
    name: str = field(default="", repr=False)
    reason: str = ""
    channel: str = ""
    starts: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class NewTime:
    """Another time that somebody with a confirmed booking asks for: a request with deadlines of its own."""

    slot: Slot
    requested_at: datetime
    reply_by: date
    confirm_by: date
    lapses_at: datetime  # undecided until then: the booking stays as it is


Told = Literal["", "waiting", "handed", "failed", "by_hand", "by_phone"]
# how far the confirming e-mail is: not due, in the outbox, handed to the mail server, failed for good; or staff
# wrote by hand, or phoned


@dataclass
class Booking:
    """One booking as it stands; `state` is moved by `lifecycle.fire` alone. `details` are what the person gave."""

    id: str
    ref: str  # six digits
    state: str
    version: int
    slot: Slot
    chat: int | None
    language: str
    requested_at: datetime
    reply_by: date
    confirm_by: date
    lapses_at: datetime
    told: Told = ""
    source: str = "chat"  # how the request came: chat, phone, mail, form, session
    url: str = field(default="", repr=False)  # of the session
    url_sent: bool = False  # a letter with it was handed to the mail server
    proposed: tuple[Slot, ...] = ()  # the times among which the person is asked to choose
    wanted: NewTime | None = None  # the time to which the person asks to move it
    moved: Decision | None = (
        None  # what became of the last wish to move it; `starts`: the time that it left, or did not get
    )
    contact_at: datetime | None = None  # the person was in touch after the start
    said: tuple[Decision, ...] = ()  # just before and in the session: late, cannot_connect; staff: calling
    extended: bool = False  # to the longest that a session may be
    claim_code: str = field(default="", repr=False)  # with which it can still be tied to a chat
    same_number: bool = False  # another live booking has the same job-seeker number
    decision: Decision | None = None  # the last move; the first is the request
    decided: Decision | None = None  # how staff decided the request
    started: Decision | None = None  # that the person came
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def seen_at(self) -> datetime | None:
        """When the person came or was in touch: with that, recording "no contact" wants to be meant."""
        return self.contact_at or (self.started.at if self.started else None)

    @property
    def reference(self) -> str:
        """受付番号, as people read it: 123-456."""
        return f"{self.ref[:3]}-{self.ref[3:]}"

    @property
    def companion(self) -> bool:
        return bool(self.details.get("companion", "none") != "none")

    @property
    def confirmed_to_person(self) -> bool:
        """The confirmation has reached the person, by mail or phone: only then is it called confirmed (4(2)b)."""
        return self.told in ("handed", "by_hand", "by_phone")


@dataclass(frozen=True)
class Suspension:
    """No new requests with one job-seeker number: why (a key of `suspending.REASONS`), and until which day, if any.

    `objected`: somebody objects to it in the chat, and has no answer yet.
    """

    measure: int
    reason: str
    until: date | None = None
    objected: bool = False


@dataclass(frozen=True)
class Unmet:
    """What was asked for and not to be had, and not by whom: a start, a whole day (its midnight), or anything at all
    (`nothing`; the midnight of the day of asking).
    """

    start: datetime
    what: Literal["start", "day", "nothing"]


@dataclass(frozen=True)
class Waiting:
    """Somebody waits for a free time from one day to another; a `slot` is offered, and kept for them `until` then."""

    first: date
    last: date
    slot: Slot | None = None
    until: datetime | None = None


Free = Mapping[date, Mapping[datetime, tuple[str, ...]]]  # day → start → counsellors with a free place


class Counter(Protocol):
    """The counter, before one chat, in one transaction."""

    async def free(self, days: Sequence[date]) -> Free:
        """The free places of these days; a day without any is not in it."""

    async def in_vain(self, asked: Unmet) -> None:
        """Count once more what was not to be had."""

    async def known(self) -> dict[str, Any]:
        """What is there of this person: the last `consent`, `informed`, the answers given `before`, `counsellor`."""

    async def terms_text(self, sha256: str) -> str:
        """The terms with this SHA-256, as they stood; empty if they were never in force here."""

    async def agree(self, consent: Consent) -> None:
        """Keep a consent to the terms (Preamble)."""

    async def informed(self) -> None:
        """Note that the privacy notice was shown (Article 6)."""

    async def takes_requests(self) -> bool:
        """Whether job-seekers may ask for sessions now; until the turn is over nobody changes that."""

    async def requested_at(self) -> Sequence[datetime]:
        """When this chat asked for sessions in the last 30 days."""

    async def live(self) -> Booking | None:
        """The person's one live booking."""

    async def waiting(self) -> Waiting | None:
        """What this chat waits for."""

    async def wait(self, wish: Waiting) -> None:
        """Wait from now on, instead of whatever this chat waited for before."""

    async def stop_waiting(self) -> None:
        """Wait no more; what is kept for this chat goes to the next."""

    async def pass_on(self) -> bool:
        """The time that is kept for this chat goes to the next; False where none is."""

    async def suspension(self, number: str | None = None) -> Suspension | None:
        """What suspends this job-seeker number today; without one, that of the person's last booking."""

    async def objects(self, measure: int, words: str) -> bool:
        """Keep an objection to a measure; False where one from the chat waits for its answer already."""

    async def request(self, permit: Permit, details: Mapping[str, Any]) -> Booking | Literal["taken", "duplicate"]:
        """Take the slot and write the booking and all that is promised with it; or nothing, and why."""

    async def move(self, booking: Booking, event: str, decision: Decision) -> bool:
        """Move a booking along its life, with what that promises; False when it can no longer move that way."""

    async def ask_move(self, booking: Booking, permit: Permit) -> Literal["asked", "taken", "over"]:
        """Ask for another time: of a confirmed booking both are held until staff decide; a request changes at once."""

    async def moves_asked_at(self, booking: Booking) -> Sequence[datetime]:
        """When other times were asked for this booking."""

    async def accept(self, booking: Booking, slot: Slot, decision: Decision) -> bool:
        """Confirm a proposed time, the others going back; False when it is not proposed any more."""

    async def told_by_staff(self, booking: Booking, how: Literal["by_hand", "by_phone"], decision: Decision) -> bool:
        """Staff told the person after the mail had failed; False when that was done already."""

    async def change_details(self, booking: Booking, given: Mapping[str, Any], what: Literal["companion"]) -> None:
        """Keep other details of a booking, with what that promises; None takes one out."""

    async def note_contact(self, booking: Booking, by: Decision) -> bool:
        """The person was in touch about a session of today or before; False when that cannot be noted, or was."""

    async def booking(self, booking_id: str) -> Booking | None:
        """One booking, of whatever chat; until the turn is over nobody else changes it."""

    async def write_again(self, booking: Booking, address: str) -> None:
        """Send what is true now to this address, which is the booking's from now on."""

    async def in_trouble(self, booking: Booking, trouble: Literal["late", "cannot_connect"]) -> bool:
        """Tell staff at once that the person is late or cannot connect; False when the session waits no more."""

    async def will_call(self, booking: Booking, by: Decision) -> bool:
        """Staff call the person, who is told; False when somebody said so before, or the session waits no more."""

    async def claimable(self, code: str) -> Booking | None:
        """The live booking without a chat for which this code is good."""

    async def claim(self, booking: Booking) -> None:
        """Tie a booking to this chat; the code is spent."""

    async def refuse_claim(self, booking: Booking, most: int) -> int:
        """Count one wrong phone number, and give the count; at the most the code is dead and staff are told."""

    async def speak(self, language: str) -> None:
        """The person's language from now on, for all that is sent to this chat."""
