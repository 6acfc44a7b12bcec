"""The bookings that stand in places which are closed, or whose counsellor leaves: somebody calls these people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from bot.counter import BOOKING, HOLD
from bot.database import Transaction
from bot.places import REQUEST
from flows.counter import Booking, Slot
from flows.desk import closing
from flows.desk.week import KINDS, Taken
from flows.lifecycle import CONFIRMED, IN_SESSION, LIVE, REQUESTED
from flows.office_days import OfficeDays
from flows.places import Block, Counsellor
from flows.text import Text

MOST = 500  # in one list
LOOKED_AT = 5_000  # places of all hours, of which a list has those of some
AHEAD = timedelta(days=400)  # no booking is further ahead
HELD_THEN = (
    select(HOLD.c.start, HOLD.c.counsellor, HOLD.c.purpose, BOOKING.c.id, BOOKING.c.ref, BOOKING.c.state)
    .join(BOOKING, BOOKING.c.id == HOLD.c.booking_id)
    .where(HOLD.c.start >= bindparam("since"), HOLD.c.start < bindparam("until"))
    .where(BOOKING.c.state.in_((*LIVE, IN_SESSION)))
    .order_by(HOLD.c.start, HOLD.c.counsellor)
    .limit(LOOKED_AT)
)


IN_CLOSED = Text("In a closed place")
NOT_THERE = Text("Outside the counsellor's hours")


def out_of_place(days: OfficeDays, booking: Booking) -> tuple[Text, str] | None:
    """Where a coming booking stands in a place that is not to be had any more: the words, and the page of why."""
    return not_to_be_had(days, booking.slot) if booking.state in (REQUESTED, CONFIRMED) else None


def not_to_be_had(days: OfficeDays, slot: Slot) -> tuple[Text, str] | None:
    """The same of a place."""
    if days.is_place(slot.counsellor, slot.start):
        return None
    if closing := days.closing_at(slot.counsellor, slot.start):
        return IN_CLOSED, f"/closures/{closing.id}"
    return NOT_THERE, f"/counsellors/{slot.counsellor}"


@dataclass(frozen=True)
class Touched:
    """A booking in the way, without personal details; `name` is the counsellor's."""

    booking: str
    reference: str
    start: datetime
    name: Text | str
    state: str
    words: Text


async def touched(transaction: Transaction, days: OfficeDays, block: Block, now: datetime) -> list[Touched]:
    """The bookings, from now on, that hold places of these days and hours, in their order."""
    since, until = block.moments(days.office.zone)
    longest = timedelta(minutes=days.office.session_max_minutes)
    since = max(since, now) - longest  # one that is running counts, and one that begins before the hour
    held = await _held(transaction, since, until, block.counsellor)
    return _listed(days, [one for one in held if _in_the_way(days, block, one, now)])


async def stranded(transaction: Transaction, days: OfficeDays, who: Counsellor, now: datetime) -> list[Touched]:
    """The coming bookings of a counsellor who is not there then: they have left, or it is outside their hours."""
    length = timedelta(minutes=days.office.session_minutes)
    begins = [
        (one, one.start.astimezone(days.office.zone)) for one in await _held(transaction, now, now + AHEAD, who.id)
    ]
    return _listed(days, [one for one, begin in begins if not who.is_in(begin, begin + length)])


async def _held(transaction: Transaction, since: datetime, until: datetime, counsellor: str) -> list[Taken]:
    asked = HELD_THEN.where(HOLD.c.counsellor == counsellor) if counsellor else HELD_THEN
    rows = await transaction.execute(asked, {"since": since, "until": until})
    return [Taken(row.counsellor, row.start, row.purpose, row.id, row.ref, row.state) for row in rows]


def _listed(days: OfficeDays, held: list[Taken]) -> list[Touched]:
    """Each booking once, by its own place, else by the first of those that are proposed or wished for."""
    once: dict[str, Taken] = {}
    for one in sorted(held, key=lambda one: one.purpose != REQUEST):
        once.setdefault(one.booking, one)
    names = closing.names(days)
    in_order = sorted(once.values(), key=lambda one: (one.start, one.counsellor))
    return [_touched(one, names) for one in in_order[:MOST]]


def _in_the_way(days: OfficeDays, block: Block, held: Taken, now: datetime) -> bool:
    begin = held.start.astimezone(days.office.zone)
    end = begin + timedelta(minutes=days.office.session_minutes)
    return end > now and block.takes(held.counsellor, begin, end)


def _touched(held: Taken, names: dict[str, Text | str]) -> Touched:
    name = names.get(held.counsellor, held.counsellor)
    return Touched(held.booking, held.reference, held.start, name, held.state, KINDS[held.kind][1])
