"""A request, in SQL: its reference, its row and its place, written in one step or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import bindparam, select

from bot import claims, known, places, urls, waiting
from bot.calendar import still_a_place
from bot.people_index import indexes
from bot.statements import insert_once, one_at_a_time
from bot.tables import LIVE_ONLY, BookingRow, table
from flows import clock, lifecycle
from flows.counter import Booking, Decision, Permit

if TYPE_CHECKING:
    from bot.counter import SqlCounter

BOOKING = table(BookingRow)
SAME_NUMBER = select(BOOKING.c.id).where(BOOKING.c.number_index == bindparam("number"), LIVE_ONLY).limit(1)


class _Lost(Exception):
    """A race was lost: the savepoint is undone."""

    def __init__(self, why: Literal["taken", "duplicate"]):
        self.why = why


async def request(
    counter: SqlCounter, permit: Permit, details: Mapping[str, Any], asked: Decision
) -> Booking | Literal["taken", "duplicate"]:
    """`asked` tells how it came: the event and the channel."""
    booking = _new(counter, permit, details, asked)
    confirmed = asked.event in lifecycle.CONFIRMS
    booking.same_number = await _same_number(counter, booking)
    of_the_url = await urls.confirmed(counter, booking, booking.slot.counsellor, "") if confirmed else ""
    undo = counter.transaction.savepoint()
    try:
        async with undo:
            await _insert(counter, booking)
            await _hold(counter, booking)
            await counter.write(booking, asked)
    except _Lost as lost:
        return lost.why
    await counter.promise(booking, asked.event, of_the_url)
    await waiting.end(counter, booking.chat)
    return booking


def _new(counter: SqlCounter, permit: Permit, details: Mapping[str, Any], asked: Decision) -> Booking:
    booking = Booking(
        id=secrets.token_hex(8), ref="", state="new", version=1, slot=permit.slot, chat=counter.chat,
        language=counter.language, requested_at=permit.requested_at, reply_by=permit.reply_by,
        confirm_by=permit.confirm_by, lapses_at=permit.lapses_at, source=asked.channel, details=dict(details),
    )  # fmt: skip
    lifecycle.fire(booking, asked.event)
    booking.told = "waiting" if asked.event in lifecycle.CONFIRMS else ""
    booking.decision = asked
    return booking


async def _same_number(counter: SqlCounter, booking: Booking) -> bool:
    number = indexes(counter.seal, booking.details)["number_index"]
    await one_at_a_time(counter.transaction, number)  # two requests at once must see each other
    return (await counter.transaction.execute(SAME_NUMBER, {"number": number})).first() is not None


async def _insert(counter: SqlCounter, booking: Booking) -> None:
    """Write the booking with a reference that nobody has; `duplicate` where the person has a live one."""
    seal = counter.seal
    values = {
        "id": booking.id, "chat_id": booking.chat, "state": booking.state, "version": booking.version,
        "counsellor": booking.slot.counsellor, "start": booking.slot.start, "language": booking.language,
        "ends_at": clock.ends_at(counter.days, booking.slot.start), "requested_at": booking.requested_at,
        "reply_by": booking.reply_by, "confirm_by": booking.confirm_by, "lapses_at": booking.lapses_at,
        "told": "", "erased": False, "same_number": booking.same_number, "source": booking.source,
        "claim_hash": "" if booking.chat else claims.hash_of(seal, claims.code_of(seal, booking.id)),
        "consent_id": await known.consent_id(counter.transaction, counter.chat), **indexes(seal, booking.details),
        "details": seal.seal(dict(booking.details), "booking", "details", booking.id),
    }  # fmt: skip
    for _ in range(20):
        booking.ref = f"{secrets.randbelow(1_000_000):06d}"
        if await insert_once(counter.transaction, BOOKING, {**values, "ref": booking.ref}) is not None:
            return
        if await counter.live() is not None:
            raise _Lost("duplicate")
    raise RuntimeError("no free reference number was found in 20 tries")


async def _hold(counter: SqlCounter, booking: Booking) -> None:
    there = await still_a_place(counter.transaction, counter.days, booking.slot, counter.now)
    if not there or not await places.take_or_redeem(counter.transaction, booking.id, booking.slot, booking.chat):
        raise _Lost("taken")
