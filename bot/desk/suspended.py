"""A suspended job-seeker number at the desk (第4条(4)): staff book for it knowingly only, and that is recorded.

A lead decided, so no colleague passes it over unseen; but the terms leave it to the office, and a clerk who has the
person before them may have been told to.
"""

from __future__ import annotations

from bot import measures
from bot.counter import BOOKING
from bot.desk.visit import Visit, Wrong
from bot.records import record
from flows.counter import Booking, Suspension
from flows.desk.people import suspended_number

FIELD = "suspended"


async def of_number(visit: Visit, number_index: str) -> Suspension | None:
    today = visit.days.day_of(visit.now)
    return await measures.suspension(visit.transaction, number_index, today) if number_index else None


async def of_booking(visit: Visit, booking: Booking) -> Suspension | None:
    found = await visit.transaction.execute(BOOKING.select().where(BOOKING.c.id == booking.id))
    return await of_number(visit, str(found.one().number_index))


def knowingly(visit: Visit, suspension: Suspension | None) -> None:
    """Raises `Wrong` where the box is not ticked that stands for this suspension."""
    if suspension and visit.sent(FIELD) != str(suspension.measure):
        raise Wrong(suspended_number(suspension.until), FIELD)


async def note(visit: Visit, suspension: Suspension | None, booking: Booking) -> None:
    if suspension:
        await record(visit.transaction, visit.now, "in_spite", visit.member, booking.id)
