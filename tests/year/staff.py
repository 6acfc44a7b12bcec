"""What staff do in the simulated year: decide soon, late or never, are ill, take phone calls, hold sessions, err."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from bot import calendar, places, urls
from bot.calendar import CLOSURE
from bot.counter import BOOKING, SqlCounter
from bot.database import Transaction
from flows import policy
from flows.counter import Booking, Decision
from flows.lifecycle import CONFIRMED, LIVE, REQUESTED
from tests.any_order.reading_of_the_terms import DAY, at, local

if TYPE_CHECKING:
    from tests.year.office import Office
    from tests.year.people import People

MEMBERS = ((7001, "職員 一号"), (7002, "職員 二号"), (7003, "職員 三号"), (7004, "職員 四号"))
OPENS, CLOSES, HOURS = "08:30", "17:15", 8
ILL_DAYS = 0.05  # days on which nobody decides anything
SOON, NEXT_DAY, LATE = 0.72, 0.15, 0.08  # how soon a request is looked at; the others never are
CONFIRMS, PROPOSES = 0.86, 0.07  # the others are declined
PRESSES_TWICE, MOVES, SETS_URL, CHANGES_URL, CALLS = 0.05, 0.04, 0.9, 0.05, 0.3
COMES, MISSES, STOPS, NOT_HELD = 0.78, 0.1, 0.02, 0.02  # of sessions; the others nobody records
WRONGLY, BOOKS_NEXT, EXTENDS, IN_TOUCH = 0.2, 0.15, 0.1, 0.05
REASONS = {"stop": "connection", "not_held": "office", "correct": "mistake"}


class Staff:
    """Whoever decides is named."""

    def __init__(self, office: Office, business: Collection[date], until: datetime):
        self.office, self.random = office, office.random
        self.people: People
        self.until = until  # after that nobody books again
        self.there = [day for day in business if self.random.random() >= ILL_DAYS]

    def by(self, event: str, channel: str = "group", reason: str = "") -> Decision:
        who, name = self.random.choice(MEMBERS)
        return Decision(event, self.office.clock(), who, name, reason, channel)

    # Requests

    def sees(self, booking: Booking) -> None:
        """A request stands in the group: how soon somebody looks at it."""
        if (when := self._looks_at_it()) is not None:
            self.office.at(when, partial(self._decides, booking.id))

    def sees_the_wish(self, booking: Booking) -> None:
        """Likewise of another time for a booking."""
        if (when := self._looks_at_it()) is not None:
            self.office.at(when, partial(self._decides_the_move, booking.id))

    def _looks_at_it(self) -> datetime | None:
        luck, now = self.random.random(), self.office.clock()
        if luck < SOON:
            return self._in_counter_hours(now + timedelta(hours=3 * self.random.random()), 0)
        if luck < SOON + NEXT_DAY + LATE:
            return self._in_counter_hours(now, 1 if luck < SOON + NEXT_DAY else 3)
        return None

    def _in_counter_hours(self, when: datetime, days_later: int) -> datetime:
        """That moment, if somebody is there; else one of the next day on which somebody is."""
        day = local(when).date()
        if not days_later and day in self.there and at(day, OPENS) <= when < at(day, CLOSES):
            return when
        after = [each for each in self.there if day < each][:4]
        return at(after[max(0, days_later - 1)], OPENS) + timedelta(hours=HOURS * self.random.random())

    async def _decides(self, booking_id: str) -> None:
        booking = await self.office.of(booking_id, self._decide)
        if booking.state == CONFIRMED:
            self.goes_on_with(booking)
        elif booking.proposed:
            self.people.is_asked(booking)

    async def _decide(self, counter: SqlCounter, booking: Booking) -> Booking:
        if booking.state != REQUESTED or counter.now >= booking.lapses_at:
            return replace(booking, state="", proposed=())
        luck = self.random.random()
        if luck < CONFIRMS:
            assert await counter.move(booking, "confirm", self.by("confirm"))
        elif luck < CONFIRMS + PROPOSES:
            await self._propose(counter, booking)
        else:
            assert await counter.move(booking, "decline", self.by("decline", reason="other"))
        if self.random.random() < PRESSES_TWICE and booking.state != REQUESTED:  # a colleague, on another screen
            assert not await counter.move(booking, "decline", self.by("decline", reason="other"))
        return booking

    async def _propose(self, counter: SqlCounter, booking: Booking) -> None:
        found = [await self.people.choose(counter, 12) for _ in range(self.random.randint(1, 3))]
        slots = {permit.slot.start: permit.slot for permit in found if permit}
        until = policy.proposal_lapses_at(counter.days, list(slots), counter.now) if slots else counter.now
        if until > counter.now and await places.propose(counter.transaction, booking.id, slots.values()) is None:
            decision = replace(self.by("propose", "desk"), starts=tuple(sorted(slots)))
            assert await counter.move(booking, "propose", decision, lapses_at=until)
            booking.proposed = await places.proposed(counter.transaction, booking.id)

    async def _decides_the_move(self, booking_id: str) -> None:
        async def act(counter: SqlCounter, booking: Booking) -> Booking | None:
            if booking.state != CONFIRMED or booking.wanted is None or counter.now >= booking.wanted.lapses_at:
                return None
            event = "confirm_move" if self.random.random() < CONFIRMS else "decline_move"
            assert await counter.move(booking, event, self.by(event))
            return booking if event == "confirm_move" else None

        self._has_moved(await self.office.of(booking_id, act))

    def _has_moved(self, booking: Booking | None) -> None:
        if booking:
            self.office.has(booking, self.office.person[booking.id])
            self.goes_on_with(booking)

    # Until the session

    def goes_on_with(self, booking: Booking) -> None:
        """What follows from a confirmation: the URL, perhaps another time, the session."""
        now, start, plan = self.office.clock(), booking.slot.start, self.office.at
        for how_many, act in ((SETS_URL, self._sets_url), (CHANGES_URL, self._sets_url), (MOVES, self._moves)):
            if self.random.random() < how_many:
                plan(now + (start - now) * 0.95 * self.random.random(), partial(act, booking.id))
        if booking.details["email"] in self.office.mail.bad:
            plan(self._in_counter_hours(now + timedelta(hours=1), 0), partial(self._phones, booking.id))
        self.people.may_be_late(booking)
        plan(start + timedelta(minutes=10 * self.random.random()), partial(self._session, booking.id, start))

    async def _phones(self, booking_id: str) -> None:
        """The letter could not be sent: the person is told by phone."""

        async def act(counter: SqlCounter, booking: Booking) -> None:
            if booking.state == CONFIRMED:
                await counter.told_by_staff(booking, "by_phone", self.by("by_phone", "desk"))

        await self.office.of(booking_id, act)

    async def _sets_url(self, booking_id: str) -> None:
        async def act(counter: SqlCounter, booking: Booking) -> None:
            if booking.state == CONFIRMED and counter.now < booking.slot.start:
                url = f"https://teleoffice.example/{self.random.random()}"
                await counter.note(booking, await urls.change(counter, booking, url, booking.url))
                self.office.say(booking, "url")

        await self.office.of(booking_id, act)

    async def _moves(self, booking_id: str) -> None:
        """On the person's word, by phone."""

        async def act(counter: SqlCounter, booking: Booking) -> Booking | None:
            permit = await self.people.choose(counter, 12)
            if booking.state != CONFIRMED or permit is None or counter.now >= booking.slot.start:
                return None
            if not await places.exchange(counter.transaction, booking.id, permit.slot):
                return None
            decision = replace(self.by("move", "phone"), starts=(booking.slot.start,))
            changes = {**counter.at(permit.slot), "url": "", "url_sent": False}
            assert await counter.move(booking, "move", decision, **changes)
            return booking

        self._has_moved(await self.office.of(booking_id, act))

    # The session

    async def _session(self, booking_id: str, start: datetime) -> None:
        luck, when = self.random.random(), self.random.random()
        booking = await self.office.of(booking_id, self._calls)
        if booking.state != CONFIRMED or booking.slot.start != start or self.office.clock() >= start + 45 * MINUTE:
            return
        if luck < COMES:
            await self._does("start", booking_id)
            if self.random.random() < EXTENDS:
                self._later(start, 25, "extend", booking_id)
            self._later(start, 30 + 10 * when, "finish", booking_id)
        elif luck < COMES + MISSES:
            self._later(start, 10 + 20 * when, "miss", booking_id)
        elif luck < COMES + MISSES + STOPS:
            await self._does("start", booking_id)
            self._later(start, 15, "stop", booking_id)
        elif luck < COMES + MISSES + STOPS + NOT_HELD:
            self._later(start, 12, "not_held", booking_id)
        else:  # nobody says anything until staff are asked for the outcome
            outcome = self.random.choice(("finish", "miss"))
            self.office.at(self._in_counter_hours(start, 1), partial(self._does, outcome, booking_id))

    def _later(self, start: datetime, minutes: float, event: str, booking_id: str) -> None:
        self.office.at(start + minutes * MINUTE, partial(self._does, event, booking_id))

    async def _calls(self, counter: SqlCounter, booking: Booking) -> Booking:
        """Who said that they cannot connect is called; who phones is noted."""
        waits = booking.state == CONFIRMED
        if waits and booking.said and self.random.random() < CALLS:
            await counter.will_call(booking, self.by("calling", "desk"))
        if (
            waits
            and self.random.random() < IN_TOUCH
            and await counter.note_contact(booking, self.by("contact", "desk"))
        ):
            self.office.say(booking, "contact")
        return booking

    async def _does(self, event: str, booking_id: str) -> None:
        if not await self.office.move(booking_id, event, self.by(event, "desk", REASONS.get(event, ""))):
            return  # it is over, or was moved by the clock
        if event == "finish" and self.random.random() < BOOKS_NEXT and self.office.clock() < self.until:
            await self._books_next(booking_id)
        if event == "miss" and self.random.random() < WRONGLY:
            self.office.at(self._in_counter_hours(self.office.clock(), 1), partial(self._corrects, booking_id))

    async def _corrects(self, booking_id: str) -> None:
        await self._does("correct", booking_id)
        self.office.at(self._in_counter_hours(self.office.clock(), 1), partial(self._does, "finish", booking_id))

    async def _books_next(self, booking_id: str) -> None:
        """第4条(3): in the session, confirmed at once."""

        async def act(counter: SqlCounter, booking: Booking) -> Booking | None:
            counter.chat = booking.chat
            permit = await self.people.choose(counter, 15)
            asked = self.by("book_next", "session")
            made = await counter.request(permit, booking.details, asked) if permit else None
            return made if isinstance(made, Booking) else None

        if made := await self.office.of(booking_id, act):
            self.office.has(made, self.office.person[booking_id])
            self.goes_on_with(made)

    # By phone, and closures

    def will_be_called(self, number: int, day: date) -> None:
        when = at(day, OPENS) + timedelta(hours=HOURS * self.random.random())
        self.office.at(when, partial(self._answers_the_phone, number))

    async def _answers_the_phone(self, number: int) -> None:
        """Somebody without a chat asks by phone; it is decided like any other request."""

        async def work(transaction: Transaction) -> Booking | None:
            counter = self.office.counter(transaction)
            permit = await self.people.choose(counter, 8)
            details, asked = self.people.details(number), self.by("request", "phone")
            made = await counter.request(permit, details, asked) if permit else None
            return made if isinstance(made, Booking) else None

        if made := await self.office.run(work):
            self.office.has(made, number)
            self.sees(made)

    def will_be_ill(self, counsellor: str, day: date) -> None:
        self.office.at(at(day, OPENS), partial(self._falls_ill, counsellor, day))

    async def _falls_ill(self, counsellor: str, day: date) -> None:
        """In the morning a counsellor's day is closed; who has a booking then is called, and the office cancels."""
        office, since, until = self.office, at(day, "00:00"), at(day + DAY, "00:00")

        async def work(transaction: Transaction) -> list[str]:
            await calendar.changing(transaction)
            row = {"since": since, "until": until, "counsellor": counsellor, "office": False, "reason": "illness"}
            await transaction.execute(insert(CLOSURE).values(**row, made_at=office.clock(), made_by=MEMBERS[0][0]))
            await calendar.changed(transaction)
            there = (BOOKING.c.counsellor == counsellor, BOOKING.c.start >= since, BOOKING.c.start < until)
            live = select(BOOKING.c.id).where(*there, BOOKING.c.state.in_(LIVE)).order_by(BOOKING.c.start)
            return list((await transaction.execute(live)).scalars())

        for booking_id in await office.run(work):
            assert await office.move(booking_id, "cancel", self.by("cancel", "office", "illness"))
        await office.app.clockwork.follow_the_calendar(office.clock())


MINUTE = timedelta(minutes=1)
