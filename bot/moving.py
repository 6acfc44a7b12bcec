"""Another time for a booking, in SQL: asked for and held beside the old one, and what an answer makes of both.

One booking holds both places until staff decide; the answer exchanges or frees them in its own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import bindparam, select

from bot import places
from bot.calendar import still_a_place
from bot.database import Transaction
from bot.tables import DecisionRow, table
from flows import lifecycle, policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.office_days import OfficeDays

DECISION = table(DecisionRow)
ASKS = ("change", "ask_move")
ENDS_THE_WISH = (*lifecycle.ANSWERS_A_MOVE, "move", "start", "miss", "end", "not_held", "cancel")
ASKED_AT = select(DECISION.c.at).where(DECISION.c.booking_id == bindparam("id"), DECISION.c.event.in_(ASKS))


@dataclass(frozen=True)
class Changed:
    """What an event makes of a booking's time: the decision as it is kept, the fields that change with it."""

    decision: Decision
    fields: Mapping[str, Any] = field(default_factory=dict)


class Mover(Protocol):
    """What of a counter is needed here."""

    transaction: Transaction
    days: OfficeDays
    now: datetime

    async def booking(self, booking_id: str) -> Booking | None: ...

    async def move(self, booking: Booking, event: str, decision: Decision, **changes: Any) -> bool: ...

    def at(self, slot: Slot) -> dict[str, Any]: ...


async def ask(counter: Mover, booking: Booking, permit: Permit) -> Literal["asked", "taken", "over"]:
    """Hold the new time, beside the old one or instead of it, and promise what follows."""
    fresh = await counter.booking(booking.id)
    event = "change" if fresh and fresh.state == lifecycle.REQUESTED else "ask_move"
    if fresh is None or fresh.wanted or not lifecycle.may(fresh, event):
        return "over"
    if not await still_a_place(counter.transaction, counter.days, permit.slot, counter.now):
        return "taken"
    if event == "change":
        held = await places.exchange(counter.transaction, fresh.id, permit.slot)
        asked = {"requested_at": permit.requested_at, "reply_by": permit.reply_by, **counter.at(permit.slot)}
    else:
        held = await places.take(counter.transaction, fresh.id, permit.slot, places.MOVE)
        asked = {"wanted": policy.new_time(counter.days, permit, fresh.slot.start)}
    if not held:
        return "taken"
    starts = (fresh.slot.start,) if event == "change" else (permit.slot.start,)
    decision = Decision(event, counter.now, channel="chat", starts=starts)
    return "asked" if await counter.move(booking, event, decision, **asked) else "over"


def fits(booking: Booking, event: str) -> bool:
    """An answer needs a wish."""
    return event not in lifecycle.ANSWERS_A_MOVE or booking.wanted is not None


async def change(counter: Mover, booking: Booking, event: str, decision: Decision) -> Changed:
    """Before an event: a confirmed move exchanges the places in one step; any other end of the wish frees the new one.

    A wish ends with every event after which the booking is not as it was asked for: it is over, or staff moved it.
    """
    wanted = booking.wanted
    if wanted is None or event not in ENDS_THE_WISH:
        return Changed(decision)
    if event == "confirm_move":
        await places.exchange(counter.transaction, booking.id, wanted.slot)
        moved = {**counter.at(wanted.slot), "url": "", "url_sent": False}
        return Changed(replace(decision, starts=(booking.slot.start,)), {**moved, "wanted": None})
    await places.give_back_the_wanted(counter.transaction, booking.id)
    starts = (wanted.slot.start,) if event in lifecycle.ANSWERS_A_MOVE else decision.starts
    return Changed(replace(decision, starts=starts), {"wanted": None})


async def asked_at(transaction: Transaction, booking_id: str) -> list[datetime]:
    """When other times were asked for."""
    return list((await transaction.execute(ASKED_AT, {"id": booking_id})).scalars())
