"""What the page of people shows, out of the database: who missed sessions, what was decided, who objects.

Nobody is named: a person is the blind index of their job-seeker number, and is known by the references of bookings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select

from bot.counter import BOOKING, DECISION
from bot.database import Transaction
from bot.measures import MEASURE, OBJECTION, SUSPENDS
from bot.staff_tables import OPEN, RUNNING
from bot.tables import KNOWN_NUMBER, MISSED_ONLY
from flows.desk.people import Measure, Missed, Person
from flows.lifecycle import MISSED

MOST = 100  # people, and measures, on one page

MISSED_AT = func.coalesce(
    select(func.max(DECISION.c.at))
    .where(DECISION.c.booking_id == BOOKING.c.id, DECISION.c.event + "" == "miss")  # found by the booking alone
    .correlate(BOOKING)
    .scalar_subquery(),
    BOOKING.c.start,
)
SHOWN = select(
    BOOKING.c.id, BOOKING.c.ref, BOOKING.c.start, BOOKING.c.number_index, BOOKING.c.contact_at, MISSED_AT.label("at")
)
DECIDED_SINCE = exists().where(MEASURE.c.number_index == BOOKING.c.number_index, MEASURE.c.at >= MISSED_AT)
UNWEIGHED = SHOWN.where(MISSED_ONLY, KNOWN_NUMBER, ~DECIDED_SINCE).order_by(BOOKING.c.start).limit(MOST)
OF_PEOPLE = SHOWN.where(
    BOOKING.c.number_index.in_(bindparam("numbers", expanding=True)), KNOWN_NUMBER, BOOKING.c.state == MISSED
)
MEASURES_OF_PEOPLE = select(MEASURE).where(MEASURE.c.number_index.in_(bindparam("numbers", expanding=True)))
WITH_REFERENCE = select(MEASURE, BOOKING.c.ref).join(BOOKING, BOOKING.c.id == MEASURE.c.booking_id, isouter=True)
SUSPENDED = WITH_REFERENCE.where(*SUSPENDS).order_by(MEASURE.c.id.desc()).limit(MOST)
WARNED = WITH_REFERENCE.where(RUNNING, MEASURE.c.what == "warning").order_by(MEASURE.c.id.desc()).limit(MOST)
OTHER = BOOKING.alias()
CORRECTED = exists().where(BOOKING.c.id == MEASURE.c.booking_id, BOOKING.c.state != MISSED)
ANOTHER_MISSED = exists().where(
    OTHER.c.number_index == MEASURE.c.number_index, OTHER.c.state == MISSED, OTHER.c.start <= MEASURE.c.at
)
HOLLOW = select(MEASURE.c.id).where(RUNNING, MEASURE.c.what != "nothing", CORRECTED, ~ANOTHER_MISSED)
ONE_MEASURE = select(MEASURE).where(MEASURE.c.id == bindparam("measure")).with_for_update()
REFERENCE = select(BOOKING.c.ref).where(BOOKING.c.id == bindparam("booking"))
OF_MEASURE = select(OBJECTION).where(OBJECTION.c.measure_id == bindparam("measure")).order_by(OBJECTION.c.id)
ONE_OBJECTION = select(OBJECTION).where(OBJECTION.c.id == bindparam("objection"))
WAITING = (
    select(OBJECTION.c.id, OBJECTION.c.at, OBJECTION.c.channel, OBJECTION.c.measure_id, MEASURE.c.what, BOOKING.c.ref)
    .join(MEASURE, MEASURE.c.id == OBJECTION.c.measure_id)
    .join(BOOKING, BOOKING.c.id == MEASURE.c.booking_id, isouter=True)
    .where(OPEN)
    .order_by(OBJECTION.c.at)
    .limit(MOST)
)


@dataclass(frozen=True)
class InForce:
    """A measure that is in force. `ref` is of the session it rests on; `hollow`: that was corrected."""

    measure: Measure
    ref: str
    hollow: bool

    @property
    def reference(self) -> str:
        return f"{self.ref[:3]}-{self.ref[3:]}" if self.ref else ""


def measure(row: Row[Any]) -> Measure:
    return Measure(
        row.id, row.number_index, row.booking_id, row.what, row.reason, row.at, row.name, row.until, row.ended_at
    )


async def to_weigh(transaction: Transaction) -> Sequence[Person]:
    """Who missed a session that no lead has weighed, the longest waiting first."""
    waiting = (await transaction.execute(UNWEIGHED)).all()
    found = await people(transaction, list(dict.fromkeys(row.number_index for row in waiting)))
    return list(found.values())


async def person(transaction: Transaction, number_index: str) -> Person:
    return (await people(transaction, [number_index]))[number_index]


async def people(transaction: Transaction, numbers: Sequence[str]) -> Mapping[str, Person]:
    """All that these missed and what was decided about it, in this order."""
    if not numbers:
        return {}
    missed, decided = defaultdict(list), defaultdict(list)
    for row in await transaction.execute(OF_PEOPLE, {"numbers": numbers}):
        missed[row.number_index].append(Missed(row.id, row.ref, row.start, row.at, row.contact_at))
    for row in await transaction.execute(MEASURES_OF_PEOPLE, {"numbers": numbers}):
        decided[row.number_index].append(measure(row))
    return {
        number: Person(
            tuple(sorted(missed[number], key=lambda one: one.start)),
            tuple(sorted(decided[number], key=lambda one: one.id)),
        )
        for number in numbers
    }


async def in_force(transaction: Transaction, today: date) -> tuple[Sequence[InForce], Sequence[InForce]]:
    """The suspensions that run, and the warnings that stand; those that rest on nothing any more first."""
    hollow = set((await transaction.execute(HOLLOW)).scalars())
    lists = []
    for statement in (SUSPENDED, WARNED):
        rows = (await transaction.execute(statement, {"today": today})).all()
        found = [InForce(measure(row), row.ref or "", row.id in hollow) for row in rows]
        lists.append(sorted(found, key=lambda one: not one.hollow))
    return lists[0], lists[1]


async def one(transaction: Transaction, number: int) -> InForce | None:
    """A measure, whether in force or not, locked until the commit."""
    row = (await transaction.execute(ONE_MEASURE, {"measure": number})).first()
    if row is None:
        return None
    hollow = set((await transaction.execute(HOLLOW)).scalars())
    ref = (await transaction.execute(REFERENCE, {"booking": row.booking_id})).scalar()
    return InForce(measure(row), ref or "", row.id in hollow)
