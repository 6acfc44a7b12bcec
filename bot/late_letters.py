"""Letters to people that the mail server has not taken for hours: staff read once a day of which bookings they are, by
references, dates and times only. The letters go on being tried.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from bot.channels import LETTER
from bot.counter import BOOKING
from bot.database import Transaction
from bot.outbox import NOTICE
from bot.tables import PENDING
from flows import listing
from flows.office_days import OfficeDays
from flows.text import Text

KIND = "letters_wait"
MANY_TRIES = 13  # of a letter: nearly three hours
LATE = select(NOTICE.c.booking_id).where(PENDING, NOTICE.c.rank == LETTER, NOTICE.c.attempts >= MANY_TRIES)
OF_BOOKINGS = (
    select(BOOKING.c.ref, BOOKING.c.start)
    .where(BOOKING.c.id.in_(LATE), BOOKING.c.start > bindparam("now"))
    .order_by(BOOKING.c.start)
    .limit(listing.MOST + 1)
)


async def words(transaction: Transaction, days: OfficeDays, now: datetime) -> Text | None:
    """The bookings that are still ahead, the nearest first; None where all have left meanwhile."""
    found = (await transaction.execute(OF_BOOKINGS, {"now": now})).all()
    return listing.of_letters([(row.ref, row.start) for row in found], days) if found else None
