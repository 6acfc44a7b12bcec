"""The address of a booking's letters (第4条(2)④), corrected by staff or by the person; what it missed follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.encryption import Seal
from flows.counter import Booking
from flows.lifecycle import CONFIRMED
from flows.notices import ONCE_PER_ADDRESS

if TYPE_CHECKING:
    from bot.counter import SqlCounter


async def correct(counter: SqlCounter, booking: Booking, address: str) -> None:
    """Keep this address, and promise what is true now: the same letters again where it is the one already."""
    booking.details = {**booking.details, "email": address}
    await counter.seal_details(booking)
    failed = to_settle(booking)
    await counter.outbox.withdraw(counter.transaction, booking.id, ONCE_PER_ADDRESS, counter.now)  # of the one before
    booking.told = "waiting" if failed else booking.told
    await counter.note(booking, "email_corrected")
    if failed:
        await settled(counter, booking)


def to_settle(booking: Booking) -> bool:
    """Staff are asked how the person was told of the confirmation."""
    return booking.told == "failed" and booking.state == CONFIRMED


async def settled(counter: SqlCounter, booking: Booking) -> None:
    """The card that asks staff to settle the confirmation asks no more."""
    key = f"mail_left:{booking.id}:{booking.version}"
    await counter.outbox.put(counter.transaction, key, "mail_left", counter.now, booking_id=booking.id)


def once(seal: Seal, booking: Booking) -> str:
    """What names the person's chat and address in the key of what is asked once per address; it opens neither."""
    return seal.index("booking.email", f"{booking.chat or booking.id} {booking.details.get('email', '')}")[:32]
