"""What job-seekers do in the simulated year: ask, ask for another time, cancel, choose, are late, stop the bot."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.counter import SqlCounter
from bot.database import Transaction
from bot.store import Place
from flows import policy
from flows.counter import Booking, Consent, Decision, Permit, Slot
from flows.lifecycle import CONFIRMED, LIVE, PROPOSED, REQUESTED
from flows.steps import Conversation

if TYPE_CHECKING:
    from tests.year.office import Act, Office
    from tests.year.staff import Staff

NEAR = 8  # days among which most people choose
CANCELS, ASKS_ANEW, BLOCKS, BAD_ADDRESS, COMPANION = 0.09, 0.08, 0.03, 0.02, 0.03
ACCEPTS, REFUSES = 0.6, 0.2  # of those to whom other times are proposed; the others say nothing
REGISTERED = ("this", "last", "two", "earlier", "unsure")


class People:
    """Each of them has a chat, whose number is theirs, and a day and hour at which they come."""

    def __init__(self, office: Office, staff: Staff):
        self.office, self.staff, self.random = office, staff, office.random
        staff.people = self

    def will_come(self, number: int, since: datetime, until: datetime) -> None:
        for chat in range(1, number + 1):
            self.office.at(since + (until - since) * self.random.random(), partial(self.come, chat))

    async def come(self, chat: int) -> None:
        """Somebody writes to the bot, and asks for a session if there is one for them."""
        booking = await self.office.run(lambda t: self._ask(t, chat))
        if booking is None:
            return
        self.office.has(booking, chat)
        if self.random.random() < BAD_ADDRESS:
            self.office.mail.bad.add(booking.details["email"])
        self.staff.sees(booking)
        for how_many, act in (
            (BLOCKS, partial(self._block, chat)), (CANCELS, partial(self.cancel, booking.id)),
            (ASKS_ANEW, partial(self._ask_for_another, booking.id)), (COMPANION, partial(self._bring, booking.id)),
        ):  # fmt: skip
            if self.random.random() < how_many:
                self._some_time(booking, act)

    async def _ask(self, transaction: Transaction, chat: int) -> Booking | None:
        office, now = self.office, self.office.clock()
        known = Place((chat, ""), Conversation(language="ja"), shown=1)
        await office.kit.store.save(transaction, known, now, fleeting=False)
        counter, terms = office.counter(transaction, chat), office.kit.days.office.terms
        await counter.agree(Consent(terms.version, terms.sha256, now, "ja", "button"))
        permit = await self.choose(counter, office.random.choice((1, 2, NEAR, NEAR)))
        made = await counter.request(permit, self.details(chat)) if permit else None
        assert made is None or isinstance(made, Booking)
        return made

    async def choose(self, counter: SqlCounter, among: int) -> Permit | None:
        """One of the free places of the first days that are offered."""
        offered = policy.days_to_offer(counter.days, counter.now)[:among]
        free = await counter.free(offered)
        starts = [(start, whose) for there in free.values() for start, whose in there.items()]
        start, whose = self.random.choice(starts) if starts else (None, ())
        permit = policy.permit(counter.days, Slot(self.random.choice(whose), start), counter.now) if start else None
        assert permit is None or isinstance(permit, Permit)
        return permit

    def details(self, number: int) -> dict[str, object]:
        self.office.registered[number] = self.random.choice(REGISTERED)
        return {
            "name": "川越 太郎", "seeker_number": f"11030-{number:08}", "email": f"p{number}@example.jp",
            "phone": {"e164": f"+8190{number:08}"}, "companion": "none",
            "registered_when": self.office.registered[number],
        }  # fmt: skip

    def _some_time(self, booking: Booking, act: Act) -> None:
        now = self.office.clock()
        self.office.at(now + (booking.slot.start - now) * self.random.random(), act)

    async def _block(self, chat: int) -> None:
        self.office.telegram.blocked[chat] = self.office.clock()

    async def cancel(self, booking_id: str) -> None:
        """In the chat until the day before; on the day by phone, which staff note."""

        async def act(counter: SqlCounter, booking: Booking) -> None:
            start, now = booking.slot.start, counter.now
            if booking.state not in LIVE or now >= start:
                return
            if policy.may_cancel_in_chat(counter.days, start, now, booking.reference) is None:
                assert await counter.move(booking, "cancel", Decision("cancel", now, channel="chat"))
            elif booking.state == CONFIRMED:
                assert await counter.move(booking, "cancel", self.staff.by("cancel", "phone"))

        await self.office.of(booking_id, act)

    async def _ask_for_another(self, booking_id: str) -> None:
        """Another time: of a request instead of it, of a booking beside it; until the day before."""
        asked = await self.office.of(booking_id, self._ask_anew)
        if asked and asked.wanted:
            self.staff.sees_the_wish(asked)
        elif asked:
            self.office.has(asked, self.office.person[booking_id])

    async def _ask_anew(self, counter: SqlCounter, booking: Booking) -> Booking | None:
        start = booking.slot.start
        refused = policy.may_move_in_chat(counter.days, start, counter.now, booking.reference)
        if booking.state not in (REQUESTED, CONFIRMED) or booking.wanted or refused or counter.now >= start:
            return None
        permit = await self.choose(counter, 15)
        if permit is None or permit.slot.start == start:
            return None
        return booking if await counter.ask_move(booking, permit) == "asked" else None

    async def _bring(self, booking_id: str) -> None:
        """Somebody comes along."""

        async def act(counter: SqlCounter, booking: Booking) -> None:
            if booking.state in LIVE and counter.now < booking.slot.start:
                await counter.change_details(booking, {"companion": "family"}, "companion")
                self.office.say(booking, "companion")

        await self.office.of(booking_id, act)

    def is_asked(self, booking: Booking) -> None:
        """Other times are proposed: one is taken, none is wanted, or nothing is said."""
        now, luck = self.office.clock(), self.random.random()
        when = now + (booking.lapses_at - now) * self.random.random()
        if luck < ACCEPTS + REFUSES:
            self.office.at(when, partial(self._answer, booking.id, luck < ACCEPTS))

    async def _answer(self, booking_id: str, takes_one: bool) -> None:
        async def act(counter: SqlCounter, booking: Booking) -> Booking:
            now = counter.now
            if booking.state == PROPOSED and takes_one:
                taken = await counter.accept(
                    booking, self.random.choice(booking.proposed), Decision("accept", now, channel="chat")
                )
                assert taken == (now < booking.lapses_at or booking.state == CONFIRMED)
            elif booking.state == PROPOSED:
                assert await counter.move(booking, "refuse", Decision("refuse", now, channel="chat"))
            return booking

        booking = await self.office.of(booking_id, act)
        if booking.state == CONFIRMED:
            self.office.has(booking, self.office.person[booking_id])
            self.staff.goes_on_with(booking)

    def may_be_late(self, booking: Booking) -> None:
        """Ten minutes before they are asked; a few press a button of it."""
        if booking.chat is not None and self.random.random() < 0.04:
            minutes = timedelta(minutes=self.random.uniform(-9, 9))
            self.office.at(booking.slot.start + minutes, partial(self._is_late, booking.id))

    async def _is_late(self, booking_id: str) -> None:
        async def act(counter: SqlCounter, booking: Booking) -> None:
            if abs(counter.now - booking.slot.start) < timedelta(minutes=10):
                await counter.in_trouble(booking, self.random.choice(("late", "cannot_connect")))

        await self.office.of(booking_id, act)
