"""The calendar from the database: closures take places, those of the office move deadlines earlier, all follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from bot import calendar
from bot.calendar import CLOSURE, COUNSELLOR, Calendar, write_hours
from bot.database import Database, Transaction
from flows import clock, policy
from flows.counter import Booking, Permit, Refused, Slot
from flows.office_days import DAY, OfficeDays
from flows.places import Block, Closing, Counsellor
from tests.counters import DAYS, NOW, Office
from tests.offers import with_counsellors
from tests.town import Clock

TUESDAY = date(2026, 11, 24)
OFFICE = DAYS.office


def moment(words: str) -> datetime:
    return Clock(words)()


def closing(since: str, until: str, counsellor: str = "", office: bool = False) -> Closing:
    return Closing(moment(since), moment(until), counsellor, office, "training")


def whole(first: date, last: date, office: bool = True) -> Closing:
    return Closing(DAYS.at(first, time()), DAYS.at(last + DAY, time()), office=office)


def clocks(days: OfficeDays, day: date, counsellor: str) -> list[str]:
    """The starts at which a counsellor can be booked, on the office's clock."""
    there = [start for start, who in days.places(day).items() if counsellor in who]
    return [f"{start.astimezone(OFFICE.zone):%H:%M}" for start in there]


ALL_DAY = ["09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30"]


def test_without_closures_everybody_can_be_booked_at_every_start() -> None:
    days = with_counsellors("a", "b")
    assert clocks(days, TUESDAY, "a") == clocks(days, TUESDAY, "b") == ALL_DAY
    assert days.places(date(2026, 11, 23)) == {}, "a holiday"


def test_a_closure_takes_the_half_hours_that_it_meets() -> None:
    days = OfficeDays(OFFICE, [closing("2026-11-24 10:15", "2026-11-24 14:00")])
    assert clocks(days, TUESDAY, "1") == ["09:30", "14:00", "14:30", "15:00", "15:30"]
    assert days.is_business_day(TUESDAY)


def test_a_closure_of_several_days_has_the_same_hours_on_each() -> None:
    days = OfficeDays(OFFICE, [closing("2026-11-24 13:00", "2026-11-26 16:00")])
    assert [clocks(days, TUESDAY + n * DAY, "1") for n in range(4)] == [ALL_DAY[:5]] * 3 + [ALL_DAY]


def test_a_closure_of_one_counsellor_leaves_the_others() -> None:
    office = replace(OFFICE, counsellors=("a", "b"))
    days = OfficeDays(office, [closing("2026-11-24 00:00", "2026-11-25 00:00", "a")])
    assert clocks(days, TUESDAY, "a") == []
    assert clocks(days, TUESDAY, "b") == ALL_DAY


def test_a_counsellor_is_there_in_their_hours_until_their_last_day() -> None:
    mornings = Counsellor(
        "a", "職員 一号", {1: (time(9, 30), time(12)), 2: (time(10, 15), time(14))}, date(2026, 11, 25)
    )
    days = OfficeDays(OFFICE, counsellors=[mornings])
    assert clocks(days, TUESDAY, "a") == ALL_DAY[:5]
    assert clocks(days, date(2026, 11, 25), "a") == ["10:30", "11:00", "11:30", "13:00", "13:30"]
    assert clocks(days, date(2026, 11, 26), "a") == [], "no day of theirs, and after their last"
    assert clocks(days, date(2026, 12, 1), "a") == [], "a Tuesday after their last day"


def test_a_day_on_which_all_places_are_closed_is_a_business_day_unless_the_office_is_closed() -> None:
    only_places, the_office = (OfficeDays(OFFICE, [whole(TUESDAY, TUESDAY, office)]) for office in (False, True))
    assert only_places.places(TUESDAY) == the_office.places(TUESDAY) == {}
    assert only_places.is_business_day(TUESDAY)
    assert the_office.closed_because(TUESDAY)


def test_a_request_for_a_closed_place_is_refused() -> None:
    days = OfficeDays(OFFICE, [closing("2026-11-24 09:30", "2026-11-24 10:00")])
    refused = policy.permit(days, Slot("1", moment("2026-11-24 09:30")), NOW)
    assert isinstance(refused, Refused)
    assert refused.why == policy.NO_SESSION
    assert isinstance(policy.permit(days, Slot("1", moment("2026-11-24 10:00")), NOW), Permit)


# Deadlines (第4条(1)): with closures of the office anywhere

some_day = st.dates(date(2026, 1, 5), date(2027, 11, 30))
some_blocks = st.lists(st.tuples(some_day, st.integers(0, 9)), max_size=6)


def office_with(blocks: list[tuple[date, int]]) -> OfficeDays:
    return OfficeDays(OFFICE, [whole(first, first + n * DAY) for first, n in blocks])


@given(some_blocks, st.tuples(some_day, st.integers(0, 9)), some_day)
def test_another_closure_of_the_office_never_moves_a_deadline_later(
    blocks: list[tuple[date, int]], extra: tuple[date, int], day: date
) -> None:
    before, after = office_with(blocks), office_with([*blocks, extra])
    session = before.business_day_after(day - DAY)
    assume(after.is_business_day(session))
    start = before.at(session, time(9, 30))
    for deadline in (policy.closes_at, policy.latest_day, policy.confirm_by):
        assert deadline(after, session) <= deadline(before, session)
    assert policy.lapses_at(after, start) <= policy.lapses_at(before, start)
    assert clock.remind_day_before_at(after, start) <= clock.remind_day_before_at(before, start)


@given(some_blocks, st.tuples(some_day, st.integers(0, 9)), some_day)
def test_the_reply_is_promised_for_a_business_day_that_is_never_after_the_deadline_to_confirm(
    blocks: list[tuple[date, int]], extra: tuple[date, int], day: date
) -> None:
    days = office_with([*blocks, extra])
    now = days.at(day, time(10))
    for session in policy.days_to_offer(days, now)[:3]:
        permit = policy.permit(days, Slot("1", days.starts(session)[0]), now)
        assert isinstance(permit, Permit)
        assert days.is_business_day(permit.reply_by)
        assert day < permit.reply_by < session


@given(st.lists(st.tuples(some_day, st.integers(0, 3), st.times(), st.times()), max_size=5), some_day)
def test_closures_of_places_leave_every_deadline_where_it_was(
    blocks: list[tuple[date, int, time, time]], day: date
) -> None:
    closings = [Closing(DAYS.at(first, a), DAYS.at(first + n * DAY, max(a, b))) for first, n, a, b in blocks]
    session, after = DAYS.business_day_after(day), OfficeDays(OFFICE, closings)
    assert policy.closes_at(after, session) == policy.closes_at(DAYS, session)
    assert policy.reply_by(after, DAYS.at(day, time(10))) == policy.reply_by(DAYS, DAYS.at(day, time(10)))


@given(some_day, st.integers(0, 5), st.booleans(), st.times(), st.times())
def test_a_closing_and_its_block_say_the_same(first: date, n: int, all_day: bool, a: time, b: time) -> None:
    since, until = sorted((a.replace(second=0, microsecond=0), b.replace(second=0, microsecond=0)))
    assume(all_day or since < until)
    block = Block(first, first + n * DAY) if all_day else Block(first, first + n * DAY, since, until)
    assert Closing(*block.moments(OFFICE.zone)).block(OFFICE.zone) == block


# The database


async def close(transaction: Transaction, since: str, until: str) -> None:
    """As the desk does it."""
    await calendar.changing(transaction)
    hours = {"since": moment(since), "until": moment(until)}
    row = {"counsellor": "", "office": False, "reason": "training", "made_at": NOW, "made_by": 1}
    await transaction.execute(insert(CLOSURE).values(**hours, **row))
    await calendar.changed(transaction)


@pytest.fixture
async def followed(office: Office) -> Calendar:
    """A worker's calendar that has seen the database."""
    own = Calendar(DAYS)
    await office.database.run(lambda t: own.follow(t, NOW))
    return own


async def test_who_is_in_the_settings_is_taken_in_once_and_nobody_falls_out(office: Office, followed: Calendar) -> None:
    assert await office.all("SELECT id, name, hours FROM counsellor") == [("1", "1", "")]
    other = Calendar(with_counsellors("a", "b"))
    await office.database.run(lambda t: other.follow(t, NOW))
    assert {one.id for one in other.days.counsellors} == {"1", "a", "b"}
    again = Calendar(with_counsellors("a", "b"))
    await office.database.run(lambda t: again.follow(t, NOW))
    assert again.days.revision == other.days.revision, "nothing was changed by looking again"


async def test_every_worker_follows_a_change(office: Office, followed: Calendar) -> None:
    was = followed.days
    await office.database.run(lambda t: followed.follow(t, NOW))
    assert followed.days is was, "nothing has changed"
    await office.database.run(lambda t: close(t, "2026-11-24 00:00", "2026-11-25 00:00"))
    await office.database.run(lambda t: followed.follow(t, NOW))
    assert followed.days.places(TUESDAY) == {}


async def test_a_counsellor_is_read_with_their_hours(office: Office, followed: Calendar) -> None:
    hours = {1: (time(9, 30), time(12))}

    async def work(transaction: Transaction) -> OfficeDays:
        now = {"name": "職員 一号", "hours": write_hours(hours), "last_day": date(2026, 12, 1)}
        await transaction.execute(update(COUNSELLOR).where(COUNSELLOR.c.id == "1").values(**now))
        return await calendar.read(transaction, OFFICE, NOW)

    assert (await office.database.run(work)).counsellors == (
        Counsellor("1", "職員 一号", hours, date(2026, 12, 1)),
    )  # fmt: skip


async def test_a_request_after_the_closure_was_saved_finds_the_place_taken_though_its_worker_is_behind(
    office: Office,
) -> None:
    await office.database.run(lambda t: close(t, "2026-11-24 09:30", "2026-11-24 12:00"))
    assert await office.request(1) == "taken"
    assert await office.all("SELECT count(*) FROM booking") == [(0,)], "nothing is half done"
    assert isinstance(await office.request(1, "2026-11-24 13:00"), Booking)


async def test_a_place_that_was_opened_again_can_be_had(office: Office) -> None:
    await office.database.run(lambda t: close(t, "2026-11-24 09:30", "2026-11-24 12:00"))

    async def opened(transaction: Transaction) -> None:
        await calendar.changing(transaction)
        await transaction.execute(update(CLOSURE).values(ended_at=NOW))
        await calendar.changed(transaction)

    await office.database.run(opened)
    assert isinstance(await office.request(1), Booking)


async def test_two_workers_that_start_at_once_make_the_counsellors_once(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    other = Database(database_url)
    async with other.transaction() as first:
        await Calendar(with_counsellors("a", "b")).follow(first, NOW)
    await office.database.run(lambda t: Calendar(with_counsellors("b", "c")).follow(t, NOW))
    await other.close()
    assert await office.all("SELECT id FROM counsellor ORDER BY id") == [("a",), ("b",), ("c",)]
