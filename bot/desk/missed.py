"""What the page of people shows, out of the database: who missed sessions, what was decided, who objects.

Nobody is named: a person is the blind index of their job-seeker number, and is known by the references of bookings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, func, select, text

from bot.counter import BOOKING, DECISION
from bot.database import Transaction
from bot.measures import MEASURE, NOT_OVER, OBJECTION
from bot.staff_tables import OPEN, RUNNING
from bot.tables import KNOWN_NUMBER, MISSED_ONLY
from flows.counter import Booking
from flows.desk.people import WEIGHED, Measure, Missed, Person, What
from flows.lifecycle import MISSED

TO_WEIGH, MOST = 20, 50  # missed sessions, and objections, on one page
MEASURES = 25  # of one sort on one page; the next one begins where it ended
LAST_ID = 2**31 - 1

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
# What belongs to a row is asked for as a value: an engine may look for what `exists` through the whole table.
DECIDED_SINCE = (
    select(func.count())
    .select_from(MEASURE)
    .where(MEASURE.c.number_index == BOOKING.c.number_index, MEASURE.c.at >= MISSED_AT)
    .correlate(BOOKING)
    .scalar_subquery()
)
UNWEIGHED = SHOWN.where(MISSED_ONLY, KNOWN_NUMBER, DECIDED_SINCE == 0).order_by(BOOKING.c.start).limit(TO_WEIGH + 1)
OF_PEOPLE = SHOWN.where(
    BOOKING.c.number_index.in_(bindparam("numbers", expanding=True)), KNOWN_NUMBER, BOOKING.c.state == MISSED
)
OTHERS_OF_PEOPLE = (
    select(BOOKING.c.number_index, BOOKING.c.state, func.count().label("times"))
    .where(BOOKING.c.number_index.in_(bindparam("numbers", expanding=True)), KNOWN_NUMBER, BOOKING.c.state != MISSED)
    .group_by(BOOKING.c.number_index, BOOKING.c.state)
)
MEASURES_OF_PEOPLE = select(MEASURE).where(MEASURE.c.number_index.in_(bindparam("numbers", expanding=True)))
OF_THE_SORT = (RUNNING, MEASURE.c.what == bindparam("what"), NOT_OVER)
WITH_REFERENCE = (
    select(MEASURE, BOOKING.c.ref)
    .join(BOOKING, BOOKING.c.id == MEASURE.c.booking_id, isouter=True)
    .order_by(MEASURE.c.id.desc())
)
IN_FORCE = WITH_REFERENCE.where(*OF_THE_SORT, MEASURE.c.id < bindparam("before")).limit(MEASURES + 1)
ITS_OWN, OTHER = BOOKING.alias(), BOOKING.alias("other")
STATE_NOW = select(ITS_OWN.c.state).where(ITS_OWN.c.id == MEASURE.c.booking_id).correlate(MEASURE).scalar_subquery()
OTHERS_MISSED = (
    select(func.count())
    .select_from(OTHER)
    .where(OTHER.c.number_index == MEASURE.c.number_index, text("other.number_index <> ''"))
    .where(OTHER.c.state == MISSED, OTHER.c.start <= MEASURE.c.at)
    .correlate(MEASURE)
    .scalar_subquery()
)
HOLLOW = (STATE_NOW.not_in(WEIGHED), OTHERS_MISSED == 0)  # rests on nothing any more
HOLLOW_ONES = WITH_REFERENCE.where(*OF_THE_SORT, *HOLLOW).limit(MOST)
IS_HOLLOW = select(MEASURE.c.id).where(MEASURE.c.id == bindparam("measure"), RUNNING, *HOLLOW)
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
    .limit(MOST + 1)
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


async def to_weigh(transaction: Transaction) -> tuple[Sequence[Person], bool]:
    """Who missed a session that no lead has weighed, the longest waiting first; and whether there are more."""
    waiting = (await transaction.execute(UNWEIGHED)).all()
    found = await people(transaction, list(dict.fromkeys(row.number_index for row in waiting[:TO_WEIGH])))
    return list(found.values()), len(waiting) > TO_WEIGH


async def person(transaction: Transaction, number_index: str) -> Person:
    return (await people(transaction, [number_index]))[number_index]


async def people(transaction: Transaction, numbers: Sequence[str]) -> Mapping[str, Person]:
    """All that these missed and what was decided about it, in this order."""
    if not numbers:
        return {}
    missed, decided = defaultdict(list), defaultdict(list)
    others: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await transaction.execute(OF_PEOPLE, {"numbers": numbers}):
        missed[row.number_index].append(Missed(row.id, row.ref, row.start, row.at, row.contact_at))
    for row in await transaction.execute(MEASURES_OF_PEOPLE, {"numbers": numbers}):
        decided[row.number_index].append(measure(row))
    for row in await transaction.execute(OTHERS_OF_PEOPLE, {"numbers": numbers}):
        others[row.number_index][row.state] = row.times
    return {
        number: Person(
            tuple(sorted(missed[number], key=lambda one: one.start)),
            tuple(sorted(decided[number], key=lambda one: one.id)),
            others[number],
        )
        for number in numbers
    }


async def in_force(transaction: Transaction, what: What, today: date, before: int = 0) -> tuple[list[InForce], int]:
    """Those of one sort that run, the newest first; and where the next page begins (0: there is none).

    On the first page, those that rest on nothing any more stand above the others, however old they are.
    """
    asked = {"what": what, "today": today}
    rows = (await transaction.execute(IN_FORCE, {**asked, "before": before or LAST_ID})).all()
    hollow = {row.id: row for row in await transaction.execute(HOLLOW_ONES, asked)}
    page = [row for row in rows[:MEASURES] if row.id not in hollow]
    shown = page if before else [*hollow.values(), *page]
    found = [InForce(measure(row), row.ref or "", row.id in hollow) for row in shown]
    return found, rows[MEASURES - 1].id if len(rows) > MEASURES else 0


async def rests_on_nothing(transaction: Transaction, booking: Booking, today: date) -> bool:
    """Whether a measure about the person of this booking is in force, and was for what does not count any more."""
    row = (await transaction.execute(BOOKING.select().where(BOOKING.c.id == booking.id))).one()
    decided = (await person(transaction, row.number_index)).measures if row.number_index else ()
    running = [await one(transaction, each.id) for each in decided if each.in_force(today)]
    return any(found is not None and found.hollow for found in running)


async def one(transaction: Transaction, number: int) -> InForce | None:
    """A measure, whether in force or not, locked until the commit."""
    row = (await transaction.execute(ONE_MEASURE, {"measure": number})).first()
    if row is None:
        return None
    is_hollow = (await transaction.execute(IS_HOLLOW, {"measure": number})).first() is not None
    ref = (await transaction.execute(REFERENCE, {"booking": row.booking_id})).scalar()
    return InForce(measure(row), ref or "", is_hollow)
