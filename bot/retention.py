"""How long what is kept: the details of a booking, then its record (第6条; the days are settings of the office)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.counter import BOOKING, DECISION
from bot.database import Transaction
from bot.encryption import Seal
from bot.outbox import NOTICE
from bot.store import UPDATE
from bot.tables import NOT_ERASED
from flows.office import Office

AT_ONCE = 200  # bookings in one transaction
UPDATES_REMEMBERED = timedelta(days=8)  # Telegram keeps an update for a day and draws new ids after a quiet week


async def forget_what_is_old(transaction: Transaction, seal: Seal, office: Office, now: datetime) -> None:
    """Erase details and delete records that are older than the office keeps them; forget old update ids."""
    await _erase_details(transaction, seal, now - timedelta(days=office.contact_days))
    await _delete_records(transaction, now - timedelta(days=office.record_days))
    await transaction.execute(delete(UPDATE).where(UPDATE.c.at < now - UPDATES_REMEMBERED))


async def _erase_details(transaction: Transaction, seal: Seal, before: datetime) -> None:
    old = select(BOOKING.c.id).where(NOT_ERASED, BOOKING.c.start < before).limit(AT_ONCE)
    for booking in (await transaction.execute(old)).scalars().all():
        nothing = seal.seal({}, "booking", "details", booking)
        gone = update(BOOKING).where(BOOKING.c.id == booking)
        await transaction.execute(gone.values(erased=True, number_index="", details=nothing))


async def _delete_records(transaction: Transaction, before: datetime) -> None:
    old = select(BOOKING.c.id).where(BOOKING.c.start < before).limit(AT_ONCE)
    bookings = list((await transaction.execute(old)).scalars())
    if not bookings:
        return
    for rows in (NOTICE, DECISION):
        await transaction.execute(delete(rows).where(rows.c.booking_id.in_(bookings)))
    await transaction.execute(delete(BOOKING).where(BOOKING.c.id.in_(bookings)))
