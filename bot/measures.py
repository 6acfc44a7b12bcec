"""Measures about people, and objections to them, in SQL (第4条(4)). Nothing here decides: each has its lead.

The person is the blind index of the job-seeker number. What is said in somebody's own words is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select, update

from bot.database import Transaction
from bot.encryption import Seal
from bot.outbox import Outbox
from bot.records import record
from bot.staff_tables import OPEN, RUNNING, MeasureRow, ObjectionRow
from bot.tables import table
from flows import notices, suspending
from flows.counter import Booking, Suspension
from flows.desk.people import What
from flows.desk.roles import Member

MEASURE, OBJECTION = table(MeasureRow), table(ObjectionRow)

NOT_OVER = or_(MEASURE.c.until.is_(None), MEASURE.c.until >= bindparam("today"))
A_SUSPENSION = MEASURE.c.what + "" == "suspension"  # so written, it is found by the number alone
SUSPENDS = (RUNNING, A_SUSPENSION, NOT_OVER)
SUSPENSION = (
    select(MEASURE.c.id, MEASURE.c.reason, MEASURE.c.until)
    .where(MEASURE.c.number_index == bindparam("number"), *SUSPENDS)
    .order_by(MEASURE.c.id.desc())
    .limit(1)
)
WAITING_OF = select(OBJECTION.c.id, OBJECTION.c.words).where(
    OBJECTION.c.measure_id == bindparam("measure"), OPEN, OBJECTION.c.channel == bindparam("channel")
)
LOCKED = select(MEASURE).where(MEASURE.c.id == bindparam("measure")).with_for_update()


async def suspension(transaction: Transaction, number_index: str, today: date) -> Suspension | None:
    """What suspends this job-seeker number today; by its last day it ends by itself."""
    row = (await transaction.execute(SUSPENSION, {"number": number_index, "today": today})).first()
    if row is None:
        return None
    objected = bool(await _waiting(transaction, row.id, "chat"))
    return Suspension(row.id, row.reason, row.until, objected)


async def _waiting(transaction: Transaction, measure: int, channel: str) -> Sequence[Row[Any]]:
    """The objections of this channel that nobody has answered."""
    return (await transaction.execute(WAITING_OF, {"measure": measure, "channel": channel})).all()


async def decide(
    transaction: Transaction, seal: Seal, number_index: str, booking: Booking, what: What, reason: str,
    until: date | None, note: str, by: Member, now: datetime,
) -> int:  # fmt: skip
    """Write down what a lead decided; a new suspension takes the place of the one that runs."""
    if what == "suspension":
        before = (MEASURE.c.number_index == number_index, RUNNING, A_SUSPENSION)
        await transaction.execute(update(MEASURE).where(*before).values(ended_at=now))
    values = {
        "number_index": number_index, "booking_id": booking.id, "what": what, "reason": reason, "until": until,
        "at": now, "who": by.id, "name": by.name, "ended_at": now if what == "nothing" else None,
    }  # fmt: skip
    made = int((await transaction.execute(insert(MEASURE).values(**values).returning(MEASURE.c.id))).scalar_one())
    sealed = seal.seal(note, "measure", "note", str(made))
    await transaction.execute(update(MEASURE).where(MEASURE.c.id == made).values(note=sealed))
    await record(transaction, now, "measure", by, booking.id, what)
    return made


async def end(transaction: Transaction, measure: int, booking_id: str, why: str, by: Member, now: datetime) -> bool:
    """End a suspension, or withdraw a warning; False where somebody did already."""
    running = (MEASURE.c.id == measure, RUNNING)
    ended = update(MEASURE).where(*running).values(ended_at=now).returning(MEASURE.c.id)
    if (await transaction.execute(ended)).first() is None:
        return False
    await record(transaction, now, "measure_ended", by, booking_id, why)
    return True


async def note_objection(
    transaction: Transaction, seal: Seal, measure: int, booking_id: str, channel: str, words: str, by: Member | None,
    now: datetime,
) -> int:  # fmt: skip
    """It stands in the list until it is answered."""
    values = {"measure_id": measure, "at": now, "channel": channel}
    made = int((await transaction.execute(insert(OBJECTION).values(**values).returning(OBJECTION.c.id))).scalar_one())
    sealed = seal.seal(words, "objection", "words", str(made))
    await transaction.execute(update(OBJECTION).where(OBJECTION.c.id == made).values(words=sealed))
    await record(transaction, now, "objection", by, booking_id, channel)
    return made


async def is_noted(transaction: Transaction, seal: Seal, measure: int, channel: str, words: str) -> bool:
    """Whether the same one waits for its answer: a form that was sent twice."""
    waiting = await _waiting(transaction, measure, channel)
    return any(row.words and seal.open(row.words, "objection", "words", str(row.id)) == words for row in waiting)


async def object_in_chat(
    transaction: Transaction, seal: Seal, outbox: Outbox, measure: int, words: str, now: datetime
) -> bool:
    """The person objects; staff are told that somebody did. False where an objection from the chat waits already."""
    row = (await transaction.execute(LOCKED, {"measure": measure})).first()
    if row is None or await _waiting(transaction, measure, "chat"):
        return False
    made = await note_objection(transaction, seal, measure, row.booking_id, "chat", words, None, now)
    await outbox.put(transaction, f"objected:{made}", "objected", now, booking_id=row.booking_id)
    return True


async def answer(
    transaction: Transaction, seal: Seal, objection: int, booking_id: str, words: str, by: Member, now: datetime
) -> bool:
    """Answer an objection; False where somebody did already."""
    sealed = seal.seal(words, "objection", "answer", str(objection))
    answered = update(OBJECTION).where(OBJECTION.c.id == objection, OPEN)
    done = answered.values(answered_at=now, answered_by=by.id, answer=sealed).returning(OBJECTION.c.id)
    if (await transaction.execute(done)).first() is None:
        return False
    await record(transaction, now, "objection_answered", by, booking_id)
    return True


async def tell(
    transaction: Transaction, outbox: Outbox, what: notices.ToldOfPeople, number: int, booking: Booking, now: datetime
) -> tuple[str, ...]:
    """Promise what the person is told, by chat and mail as far as they are known; gives these channels."""
    kinds = notices.to_the_person(what, booking)
    for kind in kinds:
        key = f"{kind}:{number}"
        await outbox.put(transaction, key, kind, now, booking_id=booking.id, chat_id=booking.chat)
    return tuple(notices.KINDS[kind].channel for kind in kinds)


async def facts(transaction: Transaction, seal: Seal, kind: str, key: str) -> Mapping[str, Any] | None:
    """What the words of such a notice name; None where it does not hold any more."""
    number = int(key.rpartition(":")[2])
    if kind == "answered_mail":
        of_it = select(OBJECTION.c.answer).where(OBJECTION.c.id == number)
        words = (await transaction.execute(of_it)).scalar()
        return {"answer": seal.open(words, "objection", "answer", str(number))} if words else None
    if kind in ("answered", "objected"):
        return {}
    row = (await transaction.execute(select(MEASURE).where(MEASURE.c.id == number))).first()
    if row is None or (row.ended_at is not None and not kind.startswith(("unsuspended", "withdrawn"))):
        return None
    return suspending.facts(row.reason, row.until)
