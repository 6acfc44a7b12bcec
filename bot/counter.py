"""The counter in SQL: free places, requests, moves. The database decides every race; the loser is told so.

Each method runs in the transaction of one turn. What a move promises is written here, with the move.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, Row, bindparam, insert, select, update

from bot import (
    addresses,
    claims,
    contact,
    known,
    measures,
    moving,
    pausing,
    places,
    requesting,
    terms,
    unmet,
    urls,
    waiting,
)
from bot.booking_rows import as_it_stands, booking_of, decision_row, happens
from bot.database import Transaction
from bot.encryption import Seal
from bot.outbox import Outbox
from bot.people_index import index_of
from bot.records import record
from bot.tables import (
    LIVE_ONLY,
    BookingRow,
    DecisionRow,
    HoldRow,
    table,
)
from flows import lifecycle, notices, policy, promises
from flows.counter import Booking, Consent, Decision, Free, Permit, Slot, Suspension, Told, Unmet, Waiting
from flows.joining import Trouble
from flows.office_days import OfficeDays

BOOKING, HOLD, DECISION = table(BookingRow), table(HoldRow), table(DecisionRow)

# Statements of the path of a turn are built once: to build one costs more than to run it.
_OF_CHAT: BindParameter[int] = bindparam("chat")
HELD = select(HOLD.c.start, HOLD.c.counsellor).where(
    HOLD.c.start >= bindparam("first"), HOLD.c.start < bindparam("last"), HOLD.c.booking_id != bindparam("mine")
)
LAST_NUMBER = (
    select(BOOKING.c.number_index).where(BOOKING.c.chat_id == _OF_CHAT).order_by(BOOKING.c.requested_at.desc()).limit(1)
)
LIVE_BOOKING = select(BOOKING).where(BOOKING.c.chat_id == _OF_CHAT, LIVE_ONLY)
WRITE, DECIDED = update(BOOKING).where(BOOKING.c.id == bindparam("of")), insert(DECISION)
ONE_BOOKING = select(BOOKING).where(BOOKING.c.id == bindparam("id")).with_for_update()
REQUESTED_AT = select(BOOKING.c.requested_at).where(
    BOOKING.c.chat_id == _OF_CHAT, BOOKING.c.requested_at > bindparam("since")
)
MOVES = select(DECISION).where(DECISION.c.booking_id == bindparam("id")).order_by(DECISION.c.id)
MOVES_OF_MANY = (
    select(DECISION).where(DECISION.c.booking_id.in_(bindparam("ids", expanding=True))).order_by(DECISION.c.id)
)


class SqlCounter:
    """The counter before one chat, in one transaction (`flows.counter.Counter`)."""

    def __init__(
        self, transaction: Transaction, seal: Seal, outbox: Outbox, days: OfficeDays, now: datetime, chat: int | None,
        language: str = "ja",
    ):  # fmt: skip
        self.transaction, self.seal, self.outbox, self.days, self.now = transaction, seal, outbox, days, now
        self.chat, self.language = chat, language
        self.consented = False

    async def free(self, days: Sequence[date]) -> Free:
        """The free places: all starts of these days less the holds, which one index range answers."""
        if not days:
            return {}
        first, last = self.days.at(days[0], time(0)), self.days.at(days[-1] + timedelta(days=1), time(0))
        taken = defaultdict(set)
        for row in await self.transaction.execute(
            HELD, {"first": first, "last": last, "mine": places.kept_for(self.chat)}
        ):
            taken[row.start].add(row.counsellor)
        return {day: starts for day in days if (starts := self._free_on(day, taken))}

    def _free_on(self, day: date, taken: Mapping[datetime, set[str]]) -> dict[datetime, tuple[str, ...]]:
        places = self.days.places(day).items()
        free = {start: tuple(who for who in there if who not in taken.get(start, ())) for start, there in places}
        return {start: counsellors for start, counsellors in free.items() if counsellors}

    async def in_vain(self, asked: Unmet) -> None:
        await unmet.count(self.transaction, asked)

    async def known(self) -> dict[str, Any]:
        return await known.of_chat(self)

    async def terms_text(self, sha256: str) -> str:
        return await known.terms_text(self.transaction, sha256)

    async def agree(self, consent: Consent) -> None:
        await known.agree(self.transaction, self.chat, consent)
        self.consented = True

    async def informed(self) -> None:
        await known.informed(self.transaction, self.chat, self.now)

    async def takes_requests(self) -> bool:
        return await pausing.held_open(self.transaction)

    async def requested_at(self) -> Sequence[datetime]:
        asked = {"chat": self.chat, "since": self.now - timedelta(days=31)}
        return list((await self.transaction.execute(REQUESTED_AT, asked)).scalars())

    async def live(self) -> Booking | None:
        row = (await self.transaction.execute(LIVE_BOOKING, {"chat": self.chat})).first()
        return await self.opened(row) if row else None

    async def waiting(self) -> Waiting | None:
        return await waiting.of_chat(self.transaction, self.chat)

    async def wait(self, wish: Waiting) -> None:
        await waiting.begin(self, self.chat, wish)

    async def stop_waiting(self) -> None:
        await waiting.end(self, self.chat)

    async def pass_on(self) -> bool:
        return await waiting.pass_on(self, self.chat)

    async def suspension(self, number: str | None = None) -> Suspension | None:
        chat = {"chat": self.chat}
        last = None if number else (await self.transaction.execute(LAST_NUMBER, chat)).scalar()
        known = index_of(self.seal, "number", number) if number else last
        return await measures.suspension(self.transaction, known, self.days.day_of(self.now)) if known else None

    async def objects(self, measure: int, words: str) -> bool:
        return await measures.object_in_chat(self.transaction, self.seal, self.outbox, measure, words, self.now)

    async def booking(self, booking_id: str) -> Booking | None:
        """One booking, locked until the commit."""
        row = (await self.transaction.execute(ONE_BOOKING, {"id": booking_id})).first()
        return await self.opened(row) if row else None

    async def opened(self, row: Row[Any]) -> Booking:
        """The booking of a row, with what is sealed in it."""
        moves = (await self.transaction.execute(MOVES, {"id": row.id})).all()
        booking = booking_of(row, moves, self.seal)
        if booking.state == lifecycle.PROPOSED:
            booking.proposed = await places.proposed(self.transaction, row.id)
        return booking

    async def all_opened(self, rows: Sequence[Row[Any]]) -> list[Booking]:
        """The bookings of many rows, with two statements in all."""
        ids, moves = [row.id for row in rows], defaultdict(list)
        for move in await self.transaction.execute(MOVES_OF_MANY, {"ids": ids}) if ids else ():
            moves[move.booking_id].append(move)
        return [booking_of(row, moves[row.id], self.seal) for row in rows]

    async def request(
        self, permit: Permit, details: Mapping[str, Any], asked: Decision | None = None
    ) -> Booking | Literal["taken", "duplicate"]:
        """`asked` is given where staff write down one that came by another way (its channel), or in a session."""
        return await requesting.request(self, permit, details, asked or Decision("request", self.now, channel="chat"))

    async def move(self, booking: Booking, event: str, decision: Decision, **changes: Any) -> bool:
        """`changes` are fields of the booking that change with it: the slot and what follows from that, the URL."""
        fresh = await self.booking(booking.id)
        if fresh is None or not lifecycle.may(fresh, event) or not moving.fits(fresh, event):
            return False
        left, had, asked = fresh.slot.counsellor, fresh.url, addresses.to_settle(fresh)
        changed = await moving.change(self, fresh, event, decision)
        happens(fresh, event, changed.decision, {**changed.fields, **changes})
        of_the_url = ""
        if event in lifecycle.CONFIRMS:
            of_the_url = await urls.confirmed(self, fresh, left, had, changes.get("url", ""))
        await self.write(fresh, changed.decision)
        if asked and not addresses.to_settle(fresh):
            await addresses.settled(self, fresh)
        if event == "start":
            await terms.note_first_use(self, fresh)
        if fresh.state in lifecycle.FREES_THE_SLOT:
            await places.give_back(self.transaction, fresh.id)
        await self._say_what_follows(fresh, event, of_the_url, wish_ended="wanted" in changed.fields)
        await waiting.serve(self)
        vars(booking).update(vars(fresh))
        return True

    async def _say_what_follows(self, booking: Booking, event: str, of_the_url: str, wish_ended: bool) -> None:
        """What was promised of what is no more (a request, a time, a wish) is withdrawn before what follows."""
        if event in notices.ENDS_A_REQUEST:
            await self.outbox.withdraw(self.transaction, booking.id, notices.OF_THE_REQUEST, self.now)
        if event in notices.ANOTHER_TIME:
            await self.outbox.withdraw(self.transaction, booking.id, notices.OF_THE_TIME, self.now)
        if wish_ended:
            await self.outbox.withdraw(self.transaction, booking.id, notices.OF_THE_WISH, self.now)
        await self.promise(booking, event, of_the_url)
        if wish_ended and event not in lifecycle.ANSWERS_A_MOVE:
            await self.promise(booking, "move_over")

    async def ask_move(self, booking: Booking, permit: Permit) -> Literal["asked", "taken", "over"]:
        return await moving.ask(self, booking, permit)

    async def moves_asked_at(self, booking: Booking) -> Sequence[datetime]:
        return await moving.asked_at(self.transaction, booking.id)

    async def accept(self, booking: Booking, slot: Slot, decision: Decision) -> bool:
        fresh = await self.booking(booking.id)
        if fresh is None or slot not in fresh.proposed or self.now >= fresh.lapses_at:
            return False
        await places.exchange(self.transaction, fresh.id, slot)
        return await self.move(booking, "accept", decision, **self.at(slot))

    def at(self, slot: Slot) -> dict[str, Any]:
        """What of a booking is as its slot is."""
        confirm_by = policy.confirm_by(self.days, self.days.day_of(slot.start))
        return {"slot": slot, "confirm_by": confirm_by, "lapses_at": policy.lapses_at(self.days, slot.start)}

    async def seal_details(self, booking: Booking) -> None:
        """Write the details of a booking, which nothing else that changes it touches."""
        sealed = self.seal.seal(dict(booking.details), "booking", "details", booking.id)
        await self.transaction.execute(WRITE, {"of": booking.id, "details": sealed})

    async def note(self, booking: Booking, what: str, by_staff: bool = True, said: Decision | None = None) -> None:
        """Write what changed of a booking without a move of its life; `what` names what that promises."""
        booking.version += 1 if by_staff else 0  # of how a letter went no open page need know
        await self.write(booking, said)
        await self.promise(booking, what)

    async def write(self, booking: Booking, decision: Decision | None) -> None:
        await self.transaction.execute(WRITE, {"of": booking.id, **as_it_stands(booking, self.seal, self.days)})
        if decision:
            await self.transaction.execute(DECIDED, decision_row(booking, decision))

    async def promise(self, booking: Booking, *events: str) -> None:
        made = [each for event in events for each in promises.promises(self.days, booking, event, self.now)]
        once = addresses.once(self.seal, booking)
        await self.outbox.promise(self.transaction, booking, made, once)

    async def tell(self, booking: Booking, how: Told, decision: Decision | None = None) -> None:
        """How the confirmation went: handed to the mail server, failed for good; or staff wrote or phoned."""
        booking.told = how
        booking.version += 1 if decision or booking.state == lifecycle.CANCELLED else 0
        booking.decision = decision or booking.decision
        await self.write(booking, decision)
        await self.promise(booking, how)

    async def told_by_staff(self, booking: Booking, how: Literal["by_hand", "by_phone"], decision: Decision) -> bool:
        fresh = await self.booking(booking.id)
        if fresh is None or fresh.told != "failed":
            return False
        if how == "by_hand":  # the letter that may still wait would be a second one
            await self.outbox.withdraw(self.transaction, fresh.id, notices.CONFIRMING, self.now)
        await self.tell(fresh, how, decision)
        vars(booking).update(vars(fresh))
        return True

    async def change_details(self, booking: Booking, given: Mapping[str, Any], what: Literal["companion"]) -> None:
        fresh = await self.booking(booking.id) or booking
        details = {**fresh.details, **given}
        fresh.details = {name: answer for name, answer in details.items() if answer is not None}
        await self.seal_details(fresh)
        await self.outbox.withdraw(self.transaction, fresh.id, ("companion_changed",), self.now)  # one says both
        await self.note(fresh, what)
        await record(self.transaction, self.now, "companion_changed", None, fresh.id)

    async def note_contact(self, booking: Booking, by: Decision) -> bool:
        return await contact.note(self, booking, by)

    async def write_again(self, booking: Booking, address: str) -> None:
        await addresses.correct(self, booking, address)

    async def in_trouble(self, booking: Booking, trouble: Trouble) -> bool:
        return await contact.in_trouble(self, booking, Decision(trouble, self.now, channel="chat"))

    async def will_call(self, booking: Booking, by: Decision) -> bool:
        return await contact.will_call(self, booking, by)

    async def claimable(self, code: str) -> Booking | None:
        found = await claims.find(self.transaction, self.seal, code)
        booking = await self.booking(found) if found else None
        return booking if booking and booking.claim_code == code else None

    async def claim(self, booking: Booking) -> None:
        await claims.tie(self.transaction, booking, self.chat, self.now)
        self.consented = True  # by applying

    async def refuse_claim(self, booking: Booking, most: int) -> int:
        return await claims.refuse(self.transaction, self.outbox, booking, most, self.now)

    async def speak(self, language: str) -> None:
        """The conversation's row is saved with its language by the turn; here only the counter learns it."""
        self.language = language
