"""What was asked for and not to be had is counted: each wish of a form once, however often it is pressed, and nobody
is in it.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Transaction
from bot.unmet import UNMET, count
from flows import policy
from flows.booking import BOOKING
from flows.counter import Unmet
from flows.hearing import hear
from flows.office_days import OfficeDays
from flows.places import Closing
from flows.steps import Conversation, Pressed
from flows.unmet import day_in_vain, time_in_vain
from tests.conversations.visitor import DAYS, NOW, Visitor, come_to, undone
from tests.conversations.visitors import at_the_form
from tests.offers import before, hold, with_counsellors
from tests.rush import Rush

TUESDAY, HOLIDAY = date(2026, 11, 24), date(2026, 11, 23)
AT_TEN = DAYS.at(TUESDAY, time(10))
TOO_LATE = DAYS.at(date(2026, 11, 20), time())


async def counted(transaction: Transaction) -> dict[tuple[str, str], int]:
    rows = await transaction.execute(select(UNMET))
    return {(row.what, f"{row.start.astimezone(DAYS.office.zone):%m-%d %H:%M}"): row.times for row in rows}


def choosing(state: str, **known: Any) -> Conversation:
    answers = {"day": TUESDAY.isoformat()} if state == "time" else {}
    return Conversation("booking", state, "flow", answers=answers, known=known)


async def presses(
    transaction: Transaction, here: Conversation, value: str, now: datetime = NOW, days: OfficeDays = DAYS
) -> None:
    await hear(BOOKING, before(transaction, here, now, days), Pressed(here.flow, here.state, value))


async def test_a_time_that_was_taken_is_counted_once_in_a_form_however_often_it_is_pressed(
    transaction: Transaction,
) -> None:
    await hold(transaction, [TUESDAY], "1", AT_TEN)
    here = choosing("time")
    for _ in range(3):
        await presses(transaction, here, "1000-1")
    assert await counted(transaction) == {("start", "11-24 10:00"): 1}
    await presses(transaction, choosing("time"), "1000-1")
    assert await counted(transaction) == {("start", "11-24 10:00"): 2}, "another form is another wish"
    await presses(transaction, here, "1030-1")
    assert here.state == "email", "and the person goes on"
    assert await counted(transaction) == {("start", "11-24 10:00"): 2}


async def test_a_time_that_another_counsellor_still_has_is_to_be_had(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY], "1", AT_TEN)
    await presses(transaction, choosing("time"), "1000-1", days=with_counsellors("1", "2"))
    assert await counted(transaction) == {}
    await hold(transaction, [TUESDAY], "2", AT_TEN)
    await presses(transaction, choosing("time"), "1000-1", days=with_counsellors("1", "2"))
    assert await counted(transaction) == {("start", "11-24 10:00"): 1}


@pytest.mark.parametrize("office", [True, False], ids=("the day", "the counsellor"))
async def test_what_was_closed_meanwhile_is_counted(transaction: Transaction, office: bool) -> None:
    since, until = DAYS.at(TUESDAY, time()), DAYS.at(date(2026, 11, 25), time())
    closed = OfficeDays(DAYS.office, [Closing(since, until, "" if office else "1", office, "training", 1)])
    await presses(transaction, choosing("time"), "1000-1", days=closed)
    assert await counted(transaction) == {("start", "11-24 10:00"): 1}
    await presses(transaction, choosing("day"), TUESDAY.isoformat(), days=closed)
    assert await counted(transaction) == {("start", "11-24 10:00"): 1, ("day", "11-24 00:00"): 1}


async def test_a_day_that_was_filled_is_counted_and_one_that_is_free_on_another_page_is_not(
    transaction: Transaction,
) -> None:
    await hold(transaction, [TUESDAY])
    here = choosing("day")
    for day in (TUESDAY, TUESDAY, date(2026, 12, 2)):
        await presses(transaction, here, day.isoformat())
    assert await counted(transaction) == {("day", "11-24 00:00"): 1}


@pytest.mark.parametrize("value", ["0315-1", "1215-1", "25xx", "", "1000-1"])
async def test_what_was_never_offered_or_is_too_late_is_no_demand(transaction: Transaction, value: str) -> None:
    now = TOO_LATE if value == "1000-1" else NOW
    await presses(transaction, choosing("time"), value, now)
    assert await counted(transaction) == {}


@pytest.mark.parametrize("day", [HOLIDAY, date(2026, 11, 20), date(2027, 6, 1), "9999-99-99", "9999-01-04", "x"])
async def test_a_day_that_the_terms_or_the_calendar_refuse_is_no_demand(
    transaction: Transaction, day: date | str
) -> None:
    await presses(transaction, choosing("day"), str(day))
    assert await counted(transaction) == {}


FIRST_TOO_LATE = policy.closes_at(DAYS, TUESDAY)
A_SATURDAY = NOW + timedelta(days=2)
LAST = policy.last_day(DAYS, A_SATURDAY)  # a Monday


@pytest.mark.parametrize(
    ("day", "now", "is_one"),
    [
        (TUESDAY, FIRST_TOO_LATE - timedelta(seconds=1), True),
        (TUESDAY, FIRST_TOO_LATE, False),
        (TUESDAY, FIRST_TOO_LATE + timedelta(seconds=1), False),
        (LAST, A_SATURDAY, True),
        (LAST + timedelta(days=1), A_SATURDAY, False),
        (HOLIDAY, NOW, False),
    ],
)
async def test_what_is_taken_is_a_demand_while_the_terms_would_let_it_be(
    transaction: Transaction, day: date, now: datetime, is_one: bool
) -> None:
    await hold(transaction, [day], "1", *(DAYS.at(day, time(hour)) for hour in (9, 10)), DAYS.at(day, time(9, 30)))
    here = choosing("time")
    here.answers["day"] = day.isoformat()
    await time_in_vain(before(transaction, here, now), "1000-1")
    assert await counted(transaction) == ({("start", f"{day:%m-%d} 10:00"): 1} if is_one else {})
    await hold(transaction, [day], "1", *(each for each in DAYS.starts(day) if each > DAYS.at(day, time(10))))
    await day_in_vain(before(transaction, here, now), day.isoformat())
    assert (("day", f"{day:%m-%d} 00:00") in await counted(transaction)) is is_one


async def test_a_form_remembers_all_that_it_counted(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY])
    here = choosing("time")
    for value in ("1000-1", "1030-1", "1000-1", "1030-1"):
        await time_in_vain(before(transaction, here), value)
    assert await counted(transaction) == {("start", "11-24 10:00"): 1, ("start", "11-24 10:30"): 1}


async def test_where_nothing_is_free_at_all_a_form_counts_once(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "registered_when")
    await hold(transaction, (date.fromordinal(TUESDAY.toordinal() + n) for n in range(30)))
    await visitor.answers()
    assert visitor.conversation.state == "day"
    await visitor.presses("back")
    await visitor.answers()
    assert await counted(transaction) == {("nothing", "11-19 00:00"): 1}


async def test_a_time_taken_while_the_form_was_filled_in_is_counted_when_it_is_sent(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    await hold(transaction, [TUESDAY], "1", *DAYS.starts(TUESDAY)[:1])
    await visitor.presses("send")
    assert visitor.conversation.state == "time"
    await visitor.presses("0930-1")
    assert await counted(transaction) == {("start", "11-24 09:30"): 1}
    await visitor.answers()
    await visitor.finishes()
    assert visitor.conversation.state == "waiting", "and another time is to be had"


async def test_it_is_counted_in_the_turn_and_undone_with_it(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY], "1", AT_TEN)
    async with undone(transaction):
        await presses(transaction, choosing("time"), "1000-1")
        assert await counted(transaction) != {}
    assert await counted(transaction) == {}


async def test_5_1_a_wish_names_nobody(transaction: Transaction) -> None:
    assert set(UNMET.columns.keys()) == {"start", "what", "times"}
    await Visitor(transaction).counter.in_vain(Unmet(AT_TEN, "start"))
    assert list((await transaction.execute(select(UNMET))).all()) == [(AT_TEN, "start", 1)]


async def test_of_many_who_count_the_same_at_once_nobody_is_lost(counter: Rush) -> None:
    async def once(transaction: Transaction) -> None:
        await count(transaction, Unmet(AT_TEN, "start"))

    await asyncio.gather(*(worker.database.run(once) for worker in counter.workers * 10))
    async with counter.database.transaction() as transaction:
        assert await counted(transaction) == {("start", "11-24 10:00"): 10 * len(counter.workers)}
