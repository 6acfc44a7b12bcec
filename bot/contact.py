"""The person is in touch about a session (第4条(4) 「連絡がないまま」): by phone, or with a button just before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.records import record
from flows import lifecycle
from flows.counter import Booking, Decision
from flows.desk.roles import Member

if TYPE_CHECKING:
    from bot.counter import SqlCounter


async def note(counter: SqlCounter, booking: Booking, by: Decision) -> bool:
    """Staff note that the person was in touch; False where that cannot be noted, or was."""
    fresh = await counter.booking(booking.id)
    if fresh is None or fresh.contact_at or fresh.state not in (lifecycle.CONFIRMED, lifecycle.ENDED):
        return False
    fresh.contact_at = counter.now
    staff = Member(by.who or 0, by.name, "")
    await record(counter.transaction, counter.now, "contact_noted", staff, fresh.id, by.channel)
    await counter.note(fresh, "contact")
    vars(booking).update(vars(fresh))
    return True


async def in_trouble(counter: SqlCounter, booking: Booking, said: Decision) -> bool:
    """The person is late or cannot connect: once of each is told to staff; False where the session waits no more."""
    fresh = await counter.booking(booking.id)
    if fresh is None or fresh.state != lifecycle.CONFIRMED:
        return False
    if said.event not in [before.event for before in fresh.said]:
        if fresh.contact_at is None:
            fresh.contact_at = counter.now
            await counter.note(fresh, "contact")
        fresh.said = (*fresh.said, said)
        await counter.note(fresh, said.event, said=said)
    vars(booking).update(vars(fresh))
    return True


async def will_call(counter: SqlCounter, booking: Booking, by: Decision) -> bool:
    """Staff say that they call; False where somebody did already, or the session waits no more."""
    fresh = await counter.booking(booking.id)
    if fresh is None or fresh.state != lifecycle.CONFIRMED or by.event in [said.event for said in fresh.said]:
        return False
    fresh.said = (*fresh.said, by)
    await counter.note(fresh, by.event, said=by)
    vars(booking).update(vars(fresh))
    return True
