"""The code with which somebody ties a booking that staff took to their chat (`flows.claiming`).

It is made from the booking's id and the key of the blind indexes, so that a letter can name it after any crash though
it is kept nowhere; only its own blind index is, while it is good.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from bot.database import Transaction
from bot.encryption import Seal
from bot.outbox import NOTICE, Outbox
from bot.records import record
from bot.statements import insert_once
from bot.tables import CLAIMABLE, LIVE_ONLY, PENDING, BookingRow, PersonRow, table
from flows.claiming import LENGTH, LETTERS
from flows.counter import Booking
from flows.desk.roles import Member

BOOKING, PERSON = table(BookingRow), table(PersonRow)
OF_CODE = select(BOOKING.c.id).where(BOOKING.c.claim_hash == bindparam("hash"), CLAIMABLE, LIVE_ONLY)
ONE = update(BOOKING).where(BOOKING.c.id == bindparam("of"))


def code_of(seal: Seal, booking_id: str) -> str:
    """The code of a booking."""
    number, code = int(seal.index("booking.claim", booking_id), 16), ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        code += LETTERS[letter]
    return code


def hash_of(seal: Seal, code: str) -> str:
    """What is kept of a code: short as it is, a plain hash of it could be found by trying."""
    return seal.index("booking.claim_hash", code)


async def find(transaction: Transaction, seal: Seal, code: str) -> str | None:
    """The id of the live booking for which this code is good."""
    found = (await transaction.execute(OF_CODE, {"hash": hash_of(seal, code)})).scalar()
    return str(found) if found else None


async def tie(transaction: Transaction, booking: Booking, chat: int | None, now: datetime) -> None:
    """The booking belongs to this chat: it gets what is still to come, and the code is spent."""
    await _change(transaction, booking, chat_id=chat, claim_hash="")
    to_come = update(NOTICE).where(NOTICE.c.booking_id == booking.id, PENDING)
    await transaction.execute(to_come.values(chat_id=chat))
    await insert_once(transaction, PERSON, {"chat_id": chat, "informed_at": now})
    await record(transaction, now, "claimed", None, booking.id)


async def open_again(transaction: Transaction, seal: Seal, booking: Booking, by: Member, now: datetime) -> None:
    """Staff have made sure whose booking it is: the code in the letter is good again, for as many tries."""
    await _change(transaction, booking, claim_hash=hash_of(seal, code_of(seal, booking.id)), claim_tries=0)
    await record(transaction, now, "code_made", by, booking.id)


async def refuse(transaction: Transaction, outbox: Outbox, booking: Booking, most: int, now: datetime) -> int:
    """One more wrong phone number; how many there were. After the most, the code is dead and staff are told."""
    counted = update(BOOKING).where(BOOKING.c.id == booking.id).values(claim_tries=BOOKING.c.claim_tries + 1)
    tries = int((await transaction.execute(counted.returning(BOOKING.c.claim_tries))).scalar() or 0)
    await record(transaction, now, "claim_refused", None, booking.id)
    if tries >= most:
        await _change(transaction, booking, claim_hash="")
        await outbox.put(transaction, f"claim_locked:{booking.id}", "claim_locked", now, booking_id=booking.id)
    return tries


async def _change(transaction: Transaction, booking: Booking, **values: Any) -> None:
    await transaction.execute(ONE, {"of": booking.id, **values})
