"""The places a booking holds: taken, exchanged, given back. The unique (counsellor, start) decides every race."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select, update

from bot.database import Transaction
from bot.statements import insert_once
from bot.tables import HoldRow, OfferRow, table
from flows.counter import Slot

HOLD, OFFERED = table(HoldRow), table(OfferRow)
REQUEST, PROPOSAL, MOVE, OFFER = "request", "proposal", "move", "offer"  # purposes
MINE = HOLD.c.booking_id == bindparam("mine")
PROPOSED = (
    select(HOLD.c.counsellor, HOLD.c.start).where(MINE, HOLD.c.purpose == PROPOSAL).order_by(HOLD.c.start, HOLD.c.id)
)
GIVE_BACK = delete(HOLD).where(MINE)
THIS = (HOLD.c.counsellor == bindparam("of"), HOLD.c.start == bindparam("at"))
REDEEM = update(HOLD).where(MINE, *THIS).returning(HOLD.c.id)
NO_OFFER = delete(OFFERED).where(OFFERED.c.counsellor == bindparam("of"), OFFERED.c.start == bindparam("at"))


async def take(transaction: Transaction, booking_id: str, slot: Slot, purpose: str = REQUEST) -> bool:
    """第4条(2)③ 「希望日時」: held until decided. False where somebody, or this booking, has it already."""
    hold = {"counsellor": slot.counsellor, "start": slot.start, "booking_id": booking_id, "purpose": purpose}
    return await insert_once(transaction, HOLD, hold) is not None


def kept_for(chat: int | None) -> str:
    """Whose a place is that is kept for somebody who waits: they have no booking yet."""
    return f"waiting:{chat}"


async def take_or_redeem(transaction: Transaction, booking_id: str, slot: Slot, chat: int | None) -> bool:
    """A place that is free, or kept for this person. Whoever waits for it later is asked anew."""
    this = {"of": slot.counsellor, "at": slot.start}
    kept = {**this, "mine": kept_for(chat), "booking_id": booking_id, "purpose": REQUEST}
    redeemed = chat is not None and (await transaction.execute(REDEEM, kept)).first() is not None
    if not redeemed and not await take(transaction, booking_id, slot):
        return False
    await transaction.execute(NO_OFFER, this)
    return True


async def exchange(transaction: Transaction, booking_id: str, slot: Slot, keep: str = "") -> bool:
    """From now on the booking holds this place, and besides those of the purpose to `keep`.

    False, and nothing done, where it is somebody else's.
    """
    this = (HOLD.c.counsellor == slot.counsellor, HOLD.c.start == slot.start)
    kept = update(HOLD).where(MINE, *this).values(purpose=REQUEST).returning(HOLD.c.id)
    mine = {"mine": booking_id}
    has_it = (await transaction.execute(kept, mine)).first() is not None
    if not has_it and not await take(transaction, booking_id, slot):
        return False
    others = GIVE_BACK.where((HOLD.c.counsellor != slot.counsellor) | (HOLD.c.start != slot.start))
    await transaction.execute(others.where(HOLD.c.purpose != keep), mine)
    return True


async def propose(transaction: Transaction, booking_id: str, slots: Collection[Slot]) -> Slot | None:
    """Hold these for the person to choose among, and give the wanted one back. Gives the first that is taken.

    Always in the same order: of two who propose the same times at once, one waits for the other.
    """
    for slot in sorted(slots, key=lambda slot: (slot.start, slot.counsellor)):
        if not await take(transaction, booking_id, slot, PROPOSAL):
            return slot
    await transaction.execute(GIVE_BACK.where(HOLD.c.purpose != PROPOSAL), {"mine": booking_id})
    return None


async def proposed(transaction: Transaction, booking_id: str) -> tuple[Slot, ...]:
    """The times that are held for the person to choose among, the earliest first."""
    rows = await transaction.execute(PROPOSED, {"mine": booking_id})
    return tuple(Slot(row.counsellor, row.start) for row in rows)


async def give_back_the_wanted(transaction: Transaction, booking_id: str) -> None:
    """The time to which the person asked to move."""
    await transaction.execute(GIVE_BACK.where(HOLD.c.purpose == MOVE), {"mine": booking_id})


async def give_back(transaction: Transaction, booking_id: str) -> None:
    await transaction.execute(GIVE_BACK, {"mine": booking_id})
