"""Two weeks of an office's life for the demo: fictitious people's requests, and what became of them.

All of it is made by the product's own code, each move at a moment of its own in the past; what was due by then, and
held, counts as sent. What waits for an answer the bot brings to the staff group when it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select, update

from bot import calendar
from bot.calendar import COUNSELLOR
from bot.counter import SqlCounter
from bot.database import Database, Transaction
from bot.encryption import load_keys
from bot.migrate import migrate
from bot.outbox import NOTICE, Outbox
from bot.statements import insert_once
from bot.tables import PENDING
from flows import answers, clock, notices, policy
from flows.counter import Booking, Consent, Decision, Permit, Slot
from flows.lifecycle import REQUESTED
from flows.office_days import OfficeDays
from flows.places import Counsellor

BACK, AHEAD = 5, 10  # business days before today, and from the first that can still be asked for
FEWEST, MOST = 3, 7  # bookings a day
FAMILIES, GIVEN = ("川越", "見本", "例示"), ("花子", "一郎", "二葉", "三郎", "四葉", "五郎", "六花", "七海", "八重")
COUNSELLORS = (Counsellor("1", "職員 二号"), Counsellor("2", "職員 三号"))
OUTCOMES = ("confirm", "confirm", "cancel", "confirm", "confirm", "decline", "confirm", "")  # "": left unanswered
SESSIONS = (
    "held",
    "held",
    "held",
    "missed",
    "held",
    "held",
    "held",
    "open",
    "held",
)  # "open": nobody noted how it went
URL = "https://teleoffice.example/join?code={number}"
BY_THE_PERSON, BY_THE_CLOCK = (None, "", "", "chat"), (None, "", "", "clock")  # as a Decision has it
FOR_STAFF = ("card", "received_office")  # of an open request, these are still to come
Comes = Callable[[str, str], int]  # somebody with a name and a phone number comes; gives their chat


@dataclass(frozen=True)
class Wish:
    """Who wants which half hour, asked for when, and what becomes of it."""

    number: int
    name: str
    permit: Permit
    outcome: str
    session: str

    @property
    def details(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "seeker_number": f"11030-{90_000_000 + self.number:08}",
            "email": f"mihon{self.number}@example.jp",
            "phone": answers.phone(f"090-1234-{self.number:04}"),
            "companion": "none",
        }


async def fill(data: Path, days: OfficeDays, now: datetime, comes: Comes, staff: Sequence[tuple[int, str]]) -> int:
    """Fill the empty database in `data`; gives how many bookings it has then. The same moment gives the same weeks.

    `staff` are the ids and names of those who decided.
    """
    days = OfficeDays(days.office, counsellors=COUNSELLORS)
    database, seal = Database(f"sqlite:///{data / 'madoguchi.db'}"), load_keys(None, data)[0]
    outbox = Outbox(database)

    async def live(transaction: Transaction) -> int:
        for who in COUNSELLORS:
            await insert_once(transaction, COUNSELLOR, {"id": who.id, "name": who.name, "hours": "", "version": 1})
        await calendar.changed(transaction)
        wishes = list(_wishes(days, now))
        for wish, decider in zip(wishes, cycle(staff), strict=False):
            chat = comes(wish.name, wish.details["phone"]["e164"])
            at = partial(SqlCounter, transaction, seal, outbox, days, chat=chat)
            await _lived(at, wish, decider, now)
        return len(wishes)

    try:
        await migrate(database)
        return await database.run(live)
    finally:
        await database.close()


def _wishes(days: OfficeDays, now: datetime) -> Iterator[Wish]:
    random, number = Random(now.date().toordinal()), 0  # noqa: S311  # no secret
    outcomes, sessions = cycle(OUTCOMES), cycle(SESSIONS)
    for day in _weeks(days, now):
        starts = days.starts(day)
        for start in sorted(random.sample(starts, min(random.randint(FEWEST, MOST), len(starts)))):
            asked = days.at(days.business_day_before(day, random.randint(2, 6)), time(random.randint(8, 20), 7))
            asked = min(asked, now - timedelta(minutes=random.randint(30, 2000)))
            permit = policy.permit(days, Slot(random.choice(days.counsellors).id, start), asked)
            if isinstance(permit, Permit):
                number += 1
                name = f"{random.choice(FAMILIES)} {random.choice(GIVEN)}"
                outcome = next(outcomes)
                session = next(sessions) if outcome == "confirm" else ""
                yield Wish(number, name, permit, outcome, session)


def _weeks(days: OfficeDays, now: datetime) -> list[date]:
    """The days that are past, those too near to be asked for, and those still offered."""
    today, offered = days.day_of(now), policy.days_to_offer(days, now)[:AHEAD]
    first = days.business_day_before(today, BACK)
    between = [first + timedelta(days=n) for n in range((offered[0] - first).days)]
    return [*(day for day in between if days.is_business_day(day)), *offered]


async def _lived(at: Callable[..., SqlCounter], wish: Wish, decider: tuple[int, str], now: datetime) -> None:
    """One booking's life up to now."""
    asked = wish.permit.requested_at
    counter = at(now=asked)
    terms = counter.days.office.terms
    await counter.agree(Consent(terms.version, terms.sha256, asked, "ja", "button"))
    await counter.informed()
    booking = await counter.request(wish.permit, wish.details)
    if not isinstance(booking, Booking):
        raise TypeError(f"the half hour of wish {wish.number} is {booking}")
    for event, moment, by in _events(counter.days, wish, decider):
        if moment <= now:
            await _is_said(counter, booking, moment)
            counter = at(now=moment)
            await counter.move(booking, event, Decision(event, moment, *by))
            if event == "confirm":
                await counter.tell(booking, "handed")
                if wish.number % 4:  # of the others nobody has set one yet
                    await _url_is_sent(counter, booking, URL.format(number=wish.number))
    await _is_said(counter, booking, now + timedelta.resolution, FOR_STAFF if booking.state == REQUESTED else ())


async def _url_is_sent(counter: SqlCounter, booking: Booking, url: str) -> None:
    booking.url, booking.url_sent = url, True
    for what in ("url", "url_sent"):
        await counter.note(booking, what)


def _events(days: OfficeDays, wish: Wish, decider: tuple[int, str]) -> Iterator[tuple[str, datetime, tuple[Any, ...]]]:
    permit = wish.permit
    decided = days.at(permit.reply_by, time(9, 40))
    if wish.outcome in ("confirm", "cancel"):
        yield "confirm", decided, decider
    if wish.outcome == "decline":
        yield "decline", decided, (*decider, "time")
    if wish.outcome == "cancel":
        yield "cancel", decided + timedelta(hours=5), BY_THE_PERSON
    if wish.outcome == "":
        yield "lapse", permit.lapses_at, BY_THE_CLOCK
    if wish.outcome == "confirm":
        yield from _session(days, wish, decider)


def _session(days: OfficeDays, wish: Wish, by: tuple[int, str]) -> Iterator[tuple[str, datetime, tuple[Any, ...]]]:
    start = wish.permit.slot.start
    if wish.session == "missed":
        yield "miss", start + timedelta(minutes=12), by
    else:
        yield "start", start, by
    if wish.session == "held":
        yield "finish", start + timedelta(minutes=28), by
    if wish.session == "open":
        yield "end", clock.ends_at(days, start), BY_THE_CLOCK


async def _is_said(counter: SqlCounter, booking: Booking, until: datetime, but: Collection[str] = ()) -> None:
    """What fell due before a moment was said, if it held then."""
    fell_due = (PENDING, NOTICE.c.booking_id == booking.id, NOTICE.c.due_at < until, NOTICE.c.kind.not_in(but))
    for row in (await counter.transaction.execute(select(NOTICE.c.key, NOTICE.c.kind).where(*fell_due))).all():
        end = "sent" if notices.KINDS[row.kind].holds(booking) else "cancelled"
        await counter.transaction.execute(update(NOTICE).where(NOTICE.c.key == row.key).values(state=end))
