"""An office at its busiest, beside the years of `fill`: ten counsellors, whose places of this week are all taken.

Today, a Wednesday at noon, 110 sessions in every state; 36 earlier ones without an outcome; 85 open requests, 20
proposals and 60 wishes for another time; 200 people to weigh, 150 suspended, 150 warned, 60 objections; a person with
300 bookings; tomorrow closed, though it is booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count, product
from typing import Any

from sqlalchemy import Row, bindparam, select, update

from bot import measures
from bot.counter import BOOKING
from flows import policy
from flows.counter import Booking, Permit, Slot
from tests.desk import OpenDesk
from tests.desk_things import LEAD, Filling, found, one_of_each
from tests.town import Clock

NOW, ASKED = "2026-11-18 12:00", "2026-11-05 10:00"
TODAY, WEEK = "2026-11-18", [f"2026-11-{day}" for day in range(16, 21)]
HALF_HOURS = ("09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30")
COUNSELLORS = [str(number) for number in range(1, 11)]
HELD, LEFT, MISSED, RUNNING = ("start", "finish"), ("end",), ("miss",), ("start",)
OTHERWISE = {"10:00": MISSED, "10:30": LEFT, "11:30": RUNNING}  # today before noon
SINCE = date(2026, 10, 1)  # people have missed sessions; `fill` has what the first counsellor held
TO_WEIGH = [*range(10_000, 10_200)]  # chats
DECIDED = [*range(20_000, 20_300)]
OBJECTIONS = 60
A_REGULAR = 300  # bookings of one person
THIS_MONTH = 3000  # requests more, for the numbers
LATER_THIS_WEEK = select(BOOKING).where(BOOKING.c.state == "confirmed", BOOKING.c.start > bindparam("today")).limit(60)


async def busy(desk: OpenDesk) -> dict[str, str]:
    """Make it; an id for each name that the path of a page has."""
    async with desk.database.transaction() as transaction:
        await Filling(desk, transaction).counsellors(*(f"担当 {number}" for number in COUNSELLORS))
    await who_missed(desk)
    desk.clock.turn(ASKED)
    await this_week(desk)
    desk.clock.turn(NOW)
    things = await one_of_each(desk)
    await other_times(desk)
    await what_adds_up(desk)
    async with desk.database.transaction() as transaction:
        closure = await Filling(desk, transaction).closure("2026-11-19 00:00", "2026-11-20 00:00")
    return {**things, "closure": closure, "found": found(desk)}


async def who_missed(desk: OpenDesk) -> None:
    """200 people who missed two sessions each, and 300 about whom a lead has decided."""
    people = iter([*TO_WEIGH, *TO_WEIGH, *DECIDED])
    async with desk.database.transaction() as transaction:
        for day in business_days(desk, SINCE):
            desk.clock.turn(f"{day - timedelta(days=7)} 10:00")
            filling = Filling(desk, transaction)
            for at, counsellor in product(HALF_HOURS, COUNSELLORS[1:]):
                if (chat := next(people, None)) is None:
                    return
                missed = await filling.booking(f"{day} {at}", "confirm", "miss", counsellor=counsellor, chat=chat)
                if chat in DECIDED:
                    await decided(filling, missed, chat)


def business_days(desk: OpenDesk, since: date) -> Iterator[date]:
    return (day for day in (since + timedelta(days=n) for n in count()) if desk.kit.days.is_business_day(day))


async def decided(filling: Filling, missed: Booking, number: int) -> None:
    t, seal = filling.transaction, filling.desk.kit.seal
    index = select(BOOKING.c.number_index).where(BOOKING.c.id == missed.id)
    of = str((await t.execute(index)).scalar_one())
    what, until = ("suspension", date(2027, 3, 31)) if number % 2 else ("warning", None)
    decision = (what, "no_contact", until, "電話も不通。")
    measure = await measures.decide(t, seal, of, missed, *decision, LEAD, filling.now)  # type: ignore[arg-type]  # one of its words
    if number < DECIDED[OBJECTIONS]:
        words = "電車が止まりました。"
        await measures.note_objection(t, seal, measure, missed.id, "phone", words, LEAD, filling.now)


async def this_week(desk: OpenDesk) -> None:
    """500 bookings, asked for two weeks before."""
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        places = product(WEEK, HALF_HOURS, COUNSELLORS)
        for (day, at, counsellor), chat in zip(places, range(101, 601), strict=False):
            await filling.booking(f"{day} {at}", *became(day, at, counsellor), counsellor=counsellor, chat=chat)


def became(day: str, at: str, counsellor: str) -> tuple[str, ...]:
    """The events of a booking until now."""
    if day < TODAY:
        return ("confirm", *(LEFT if at < "10:00" or (at < "11:00" and int(counsellor) < 5) else HELD))
    if day == TODAY:
        return ("confirm", *(OTHERWISE.get(at, HELD) if at < "12:00" else ()))
    return ("confirm",) if int(counsellor) % 2 else ()


async def other_times(desk: OpenDesk) -> None:
    """20 requests for which two other times are proposed; 60 people who ask for another one."""
    days = [day.isoformat() for day, _ in zip(business_days(desk, date(2026, 11, 30)), range(6), strict=False)]
    async with desk.database.transaction() as transaction:
        filling, free = Filling(desk, transaction), (f"{day} {at}" for day, at in product(days, HALF_HOURS))
        for number in range(20):
            wanted = f"2026-12-{14 + number // 10} {HALF_HOURS[number % 10]}"
            await filling.proposed(wanted, next(free), next(free), chat=30_000 + number)
        places = product(days, HALF_HOURS)
        for row in (await transaction.execute(LATER_THIS_WEEK, {"today": Clock(f"{TODAY} 23:59")()})).all():
            await wishes(filling, row, " ".join(next(places)))


async def wishes(filling: Filling, row: Row[Any], at: str) -> None:
    counter = filling.desk.kit.counter(filling.transaction, filling.now, row.chat_id, "ja")
    permit = policy.permit(counter.days, Slot("2", Clock(at)()), filling.now)
    assert isinstance(permit, Permit)
    assert await counter.ask_move(await counter.opened(row), permit) == "asked"


async def what_adds_up(desk: OpenDesk) -> None:
    """A person with very many bookings, and a month with very many requests, out of the past that `fill` made."""
    past = BOOKING.c.chat_id > 10**9
    async with desk.database.transaction() as t:
        regular = (await t.execute(select(BOOKING).where(BOOKING.c.chat_id == 101))).one()
        theirs = select(BOOKING.c.id).where(past, ~BOOKING.c.erased).limit(A_REGULAR).scalar_subquery()
        known = {"number_index": regular.number_index, "name_index": regular.name_index}
        await t.execute(update(BOOKING).where(BOOKING.c.id.in_(theirs)).values(**known))
        lately = {"requested_at": Clock("2026-11-10 10:00")()}
        others = select(BOOKING.c.id).where(past, BOOKING.c.erased).limit(THIS_MONTH).scalar_subquery()
        await t.execute(update(BOOKING).where(BOOKING.c.id.in_(others)).values(**lately))
