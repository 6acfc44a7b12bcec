"""Letters to people that the mail server has not taken for hours: staff read once a day of which bookings they are, by
references, dates and times only. The letters go on being tried.
"""

from __future__ import annotations

from sqlalchemy import select

from bot.channels import CHANNELS, LETTER
from bot.counter import BOOKING
from bot.database import Transaction
from bot.outbox import NOTICE
from bot.tables import PENDING
from flows import listing
from flows.office_days import OfficeDays
from flows.text import Text

KIND = "letters_wait"
MANY_TRIES = 13  # of a letter: nearly three hours
TO_PEOPLE = [kind for kind, way in CHANNELS.items() if way == "mail"]  # not to the office's own mailbox
LATE = select(NOTICE.c.booking_id).where(
    PENDING, NOTICE.c.rank == LETTER, NOTICE.c.attempts >= MANY_TRIES, NOTICE.c.kind.in_(TO_PEOPLE)
)
OF_BOOKINGS = (
    select(BOOKING.c.ref, BOOKING.c.start)
    .where(BOOKING.c.id.in_(LATE))
    .order_by(BOOKING.c.start)
    .limit(listing.MOST + 1)
)


async def words(transaction: Transaction, days: OfficeDays) -> Text | None:
    """The earliest bookings first; None where all letters have left meanwhile."""
    found = (await transaction.execute(OF_BOOKINGS)).all()
    return listing.of_letters([(row.ref, row.start) for row in found], days) if found else None
