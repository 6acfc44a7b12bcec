"""Records: who of the staff did or looked at what, besides the moves of bookings, which `decision` keeps.

An entry names people of the staff, bookings and keys, never a job-seeker's personal data (第6条)
nor their device: what is recorded (第5条（1）) can be shown without making one known (第5条（2）).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from bot.database import Transaction
from bot.staff_tables import RecordRow
from bot.tables import DecisionRow, table
from flows.desk.records import What
from flows.desk.roles import Member

RECORD, DECISION = table(RecordRow), table(DecisionRow)
ONE_LOOK = timedelta(minutes=30)  # whoever looks for longer has looked twice


async def record(
    transaction: Transaction,
    now: datetime,
    what: What,
    by: Member | None,
    booking_id: str | None = None,
    note: str = "",
) -> None:
    """Write down one act; `by` is None for what the operator or the clock did."""
    who, name = (by.id, by.name) if by else (None, "")
    entry = insert(RECORD).values(at=now, who=who, name=name, what=what, booking_id=booking_id, note=note)
    await transaction.execute(entry)


async def revision(transaction: Transaction) -> tuple[int, int]:
    """Grows with whatever an open page might show: two look-ups at the end of an index."""
    newest = [(await transaction.execute(select(func.max(of.c.id)))).scalar() or 0 for of in (DECISION, RECORD)]
    return newest[0], newest[1]
