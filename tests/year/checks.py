"""What must hold of the simulated year, each breach a sentence. A booking is judged once, when it is long over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, select

from bot.counter import BOOKING, DECISION
from bot.outbox import NOTICE
from tests.any_order.reading_of_the_terms import DAY, is_offered, local
from tests.year.deadlines import passed_silently
from tests.year.lists import wrong_lists
from tests.year.notices import ASIDE, BY_LETTER, Case, wrongly_told
from tests.year.office import NEVER, Office
from tests.year.reading import TO
from tests.year.stands import Calendar, Event, Stand, Told, story

LONG_OVER = 31 * DAY  # after the session nothing of it is due any more
OPEN = ("requested", "proposed", "confirmed", "in_session")
OCCUPIES = ("confirmed", "in_session", "ended", "finished", "missed", "stopped")
NOT_BY_STAFF = ("request", "change", "ask_move", "accept", "refuse", "late", "cannot_connect")
MONTHS_AGO = {"last": 1, "two": 2, "earlier": 3}
URL_LETTERS = {"url_mail": "url_sent", "url_changed_mail": "url_changed_sent"}


class Judge:
    """Reads what the office has written down, before it forgets it, and holds it against the reading of the terms."""

    def __init__(self, office: Office, calendar: Calendar, lists: Sequence[datetime]):
        self.office, self.calendar, self.lists = office, calendar, lists
        self.breaches: list[str] = []
        self.sent: Counter[str] = Counter()  # notices, by kind
        self.bookings = 0
        self.stories: list[Told] = []
        self.print = sha256()
        self._held: Counter[tuple[str, datetime]] = Counter()
        self._closed: dict[int, datetime] = {}  # chats of which the bot knows that they are closed to it
        self._letters: set[str] = set()
        self._heard: Counter[int] = Counter()
        self._once: dict[tuple[str, int], str] = {}  # what a person is asked once and was not of this booking
        self._asked: set[tuple[str, int]] = set()
        self._until: datetime | None = None

    async def look(self, until: datetime | None = None) -> None:
        """At every booking whose session was long ago and that has not been judged."""
        before = until or self.office.clock() - LONG_OVER
        mine = BOOKING.c.start < before
        these = mine if self._until is None else mine & (BOOKING.c.start >= self._until)
        self._until = before
        bookings = await self._rows(select(BOOKING).where(these).order_by(BOOKING.c.requested_at))
        ids = select(BOOKING.c.id).where(these)
        decisions = await self._by_booking(
            select(DECISION).where(DECISION.c.booking_id.in_(ids)).order_by(DECISION.c.id)
        )
        notices = await self._by_booking(select(NOTICE).where(NOTICE.c.booking_id.in_(ids)).order_by(NOTICE.c.due_at))
        for booking in bookings:
            self.breaches += self._judged(booking, decisions[booking.id], notices[booking.id])

    async def finish(self) -> None:
        """What is left, and what is of no single booking."""
        await self.look(NEVER)
        self.breaches += wrong_lists(self.office, self.lists, self.stories, await self._rows(OF_NOBODY))
        self.breaches += [f"{ref}: no {one[0]} was asked" for one, ref in self._once.items() if one not in self._asked]
        for (counsellor, start), number in self._held.items():
            if number > 1:
                self.breaches.append(f"counsellor {counsellor} has {number} people at {local(start)}")
        if self.office.mail.taken != Counter(self._letters):
            self.breaches.append(f"letters taken and marked: {self.office.mail.taken - Counter(self._letters)}")
        for chat, number in (self.office.telegram.said - self._heard).items():
            if chat > 0:
                self.breaches.append(f"person {chat} heard {number} messages that are not marked as sent")

    async def _rows(self, which: Select[Any]) -> list[Row[Any]]:
        async with self.office.database.transaction() as transaction:
            return list(await transaction.execute(which))

    async def _by_booking(self, which: Select[Any]) -> dict[str, list[Row[Any]]]:
        found = defaultdict(list)
        for row in await self._rows(which):
            found[row.booking_id].append(row)
        return found

    def _judged(self, booking: Row[Any], decisions: list[Row[Any]], notices: list[Row[Any]]) -> Iterator[str]:
        self.bookings += 1
        events = history(self.office, booking, decisions, notices)
        told = story(self.calendar, self._first(booking), events, lambda when: self._start(booking.id, when))
        self.stories.append(told)
        ended = sorted((row.kind, row.due_at, row.state, str(row.ended_at)) for row in notices)
        self.print.update(repr((events, ended)).encode())
        self._count(booking, notices)
        yield from self._wrongly_held(booking, told[-1][1])
        yield from unnamed(booking.ref, decisions)
        yield from (f"{booking.ref}: {breach}" for breach in passed_silently(self.office, told))
        person = self.office.person[booking.id]
        case = Case(self.office, booking, told, notices, self._closed.get(person), self._once)
        yield from (f"{booking.ref}: {breach}" for breach in wrongly_told(self.calendar, case))
        self._asked |= {(row.kind, person) for row in notices}

    def _first(self, booking: Row[Any]) -> Stand:
        """Before anything happened: of what the person gave, when they registered is asked for again."""
        begun, start = self.office.starts[booking.id][0]
        months = MONTHS_AGO.get(self.office.registered[self.office.person[booking.id]], 0)
        return Stand("new", start, begun, self.calendar.lapses(start), booking.chat_id is not None, months)

    def _start(self, booking_id: str, when: datetime) -> datetime:
        starts = self.office.starts[booking_id]
        return next((start for since, start in reversed(starts) if since <= when), starts[0][1])

    def _count(self, booking: Row[Any], notices: Sequence[Row[Any]]) -> None:
        for row in notices:
            way = TO.get(row.kind) or ASIDE[row.kind]
            if row.state == "sent":
                self.sent[row.kind] += 1
                self._letters |= {row.key} if way in ("mail", "office") else set()
                self._heard[row.chat_id] += way in ("chat", "answer")
            elif row.state == "dead" and way in ("chat", "answer"):
                person = self.office.person[booking.id]
                self._closed[person] = min(row.ended_at, self._closed.get(person, NEVER))

    def _wrongly_held(self, booking: Row[Any], end: Stand) -> Iterator[str]:
        """Every request ends; one person at each counsellor's time, at times that are offered, on business days."""
        if booking.state in OPEN or booking.state != end.state or booking.start != end.start:
            yield f"{booking.ref} is {booking.state} at {local(booking.start)} and should be {end}"
        if booking.state in OCCUPIES:
            self._held[booking.counsellor, booking.start] += 1
        if not is_offered(booking.start) or not self.calendar.is_business_day(local(booking.start).date()):
            yield f"{booking.ref} is at {local(booking.start)}"


OF_NOBODY = select(NOTICE).where(NOTICE.c.booking_id.is_(None)).order_by(NOTICE.c.due_at)


def unnamed(ref: str, decisions: Sequence[Row[Any]]) -> Iterator[str]:
    """Every decision has a name, but for what people and the clock do, and says by which way it came."""
    for each in decisions:
        by_itself = each.channel == "clock" or (each.channel == "chat" and each.event in (*NOT_BY_STAFF, "cancel"))
        if by_itself == bool(each.who and each.name) or not each.channel:
            yield f"{ref}: {each.event} by {each.channel} bears the name of {each.name or 'nobody'}"


def history(
    office: Office, booking: Row[Any], decisions: Sequence[Row[Any]], notices: Sequence[Row[Any]]
) -> list[Event]:
    """The moves, what was said, and how letters went, in the order of time."""
    events = [
        Event(one.event, one.at, one.channel, tuple(map(datetime.fromisoformat, one.starts.split())))
        for one in decisions
    ]
    moved = {event.when for event in events if event.what in ("move", "confirm_move")}
    events += [Event(what, when) for what, when in office.said[booking.id]]
    for row in notices:
        may_have_arrived = row.state == "cancelled" and row.attempts > 1 and row.ended_at not in moved
        if row.kind in BY_LETTER and (row.state != "cancelled" or may_have_arrived):
            events.append(Event("failed" if row.state in ("dead", "expired") else "handed", row.ended_at))
        if row.kind in URL_LETTERS and row.state == "sent":
            events.append(Event(URL_LETTERS[row.kind], row.ended_at))
    return sorted(events, key=lambda event: event.when)
