"""Records: who of the staff did or looked at what, besides the moves of bookings, which `decision` keeps.

An entry names people of the staff, bookings and keys, never a job-seeker's personal data (第6条)
nor their device: what is recorded (第5条（1）) can be shown without making one known (第5条（2）).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Integer, Table, bindparam, func, insert, select

from bot.database import Transaction
from bot.staff_tables import RecordRow
from bot.tables import DecisionRow, table
from flows.desk.records import What
from flows.desk.roles import Member

RECORD, DECISION = table(RecordRow), table(DecisionRow)
STILL_TO_COME = 100  # among so many of the newest, those that were being written
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


LAST = {of: select(of.c.id).where(of.c.id > 0).order_by(of.c.id.desc()).limit(1) for of in (DECISION, RECORD)}
FIRST_OF, LAST_OF = bindparam("first", type_=Integer()), bindparam("last", type_=Integer())
NEWEST = {of: select(func.sum(of.c.id)).where(of.c.id.between(FIRST_OF, LAST_OF)) for of in LAST}


async def revision(transaction: Transaction) -> str:
    """Another one after whatever an open page might show: look-ups at the end of an index.

    Who begins first may be kept last (PostgreSQL): the last number alone would not tell of it, the sum of some does.
    """
    return ".".join([str(await _sum(transaction, of)) for of in LAST])


async def _sum(transaction: Transaction, of: Table) -> int:
    last = (await transaction.execute(LAST[of])).scalar() or 0
    return int((await transaction.execute(NEWEST[of], {"first": last - STILL_TO_COME, "last": last})).scalar() or 0)
