"""The session's URL (第4条(2)b 「実施日時及び使用URLをご連絡します」): the counsellor's own, or one that staff give.

A counsellor's own goes to each booking that is confirmed with them, and leaves it with them. It rests sealed.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from bot.calendar import COUNSELLOR
from bot.database import Transaction
from bot.encryption import Seal
from bot.outbox import NOTICE
from bot.tables import ENDING, BookingRow, table
from flows.counter import Booking
from flows.lifecycle import CONFIRMED
from flows.notices import AFTER_A_LETTER

if TYPE_CHECKING:
    from bot.counter import SqlCounter

BOOKING = table(BookingRow)
OWN = select(COUNSELLOR.c.url).where(COUNSELLOR.c.id == bindparam("counsellor"))
WENT_OUT = select(NOTICE.c.key).where(
    NOTICE.c.booking_id == bindparam("booking"), NOTICE.c.kind.in_(AFTER_A_LETTER), NOTICE.c.state == "sent"
).limit(1)  # fmt: skip
LAST_SENT = select(BOOKING.c.url_index).where(BOOKING.c.id == bindparam("booking"))
THIS_ONE = update(BOOKING).where(BOOKING.c.id == bindparam("of"))
AHEAD = (
    select(BOOKING)
    .where(ENDING, BOOKING.c.ends_at > bindparam("now"), BOOKING.c.start > bindparam("now"))
    .where(BOOKING.c.state == CONFIRMED, BOOKING.c.counsellor == bindparam("counsellor"))
    .order_by(BOOKING.c.ends_at)
)


async def own(transaction: Transaction, seal: Seal, counsellor: str) -> str:
    """The URL of this counsellor's own room; empty where they have none."""
    sealed = (await transaction.execute(OWN, {"counsellor": counsellor})).scalar()
    return str(seal.open(sealed, "counsellor", "url", counsellor)) if sealed else ""


async def note_sent(transaction: Transaction, seal: Seal, booking: Booking) -> None:
    """A letter with this URL was handed to the mail server: the person has it, whatever becomes of the booking."""
    await transaction.execute(THIS_ONE, {"of": booking.id, "url_index": _index(seal, booking.url)})


async def change(counter: SqlCounter, booking: Booking, url: str, had: str) -> str:
    """Give the booking this URL; what that promises: the letter with it, or with one that replaces what it `had`."""
    booking.url, booking.url_sent = url, False
    if not url or not booking.details:
        return ""
    return "url_changed" if url != had and await _replaces(counter, booking, url, had) else "url"


async def _replaces(counter: SqlCounter, booking: Booking, url: str, had: str) -> bool:
    """The person has another one, even if it was for another time; not where they were sent this one last."""
    of = {"booking": booking.id}
    last = (await counter.transaction.execute(LAST_SENT, of)).scalar()
    if last == _index(counter.seal, url):
        return False
    return bool(had or last) or (await counter.transaction.execute(WENT_OUT, of)).first() is not None


def _index(seal: Seal, url: str) -> str:
    return seal.index("booking.url", url)


async def confirmed(counter: SqlCounter, booking: Booking, left: str, had: str, given: str = "") -> str:
    """What the booking is confirmed, moved or handed over with: the URL that is `given`, else the counsellor's own.

    One of the counsellor who was `left` is not theirs any more. Gives what that promises.
    """
    url = given or await own(counter.transaction, counter.seal, booking.slot.counsellor)
    if url:
        return await change(counter, booking, url, had)
    if left != booking.slot.counsellor and had == await own(counter.transaction, counter.seal, left):
        booking.url, booking.url_sent = "", False
    return ""


async def to_bookings_ahead(counter: SqlCounter, counsellor: str, before: str, url: str, now: datetime) -> int:
    """A counsellor has another URL: to the bookings that had the one before, or none. Gives how many."""
    of: dict[str, Any] = {"now": now, "counsellor": counsellor}
    changed = 0
    for booking in await counter.all_opened((await counter.transaction.execute(AHEAD, of)).all()):
        if booking.url in ("", before) and booking.url != url:
            what = await change(counter, booking, url, booking.url)
            await counter.note(booking, what)
            changed += 1
    return changed
