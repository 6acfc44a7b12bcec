"""The counter in SQL, asked by one after the other: what is taken, flagged, refused or limited."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows import policy
from flows.counter import Booking
from tests.counters import DAYS, Office
from tests.town import Town

EVERYTHING = (
    "SELECT * FROM booking", "SELECT * FROM hold", "SELECT * FROM decision", "SELECT * FROM notice ORDER BY key",
)  # fmt: skip


async def test_who_lost_a_race_has_no_booking_and_can_take_another_time(office: Office) -> None:
    await office.request(1)
    assert await office.request(2) == "taken"
    later = await office.request(2, "2026-11-24 10:00")
    assert isinstance(later, Booking)
    assert later.state == "requested"


async def test_a_lost_race_promises_nothing(office: Office) -> None:
    await office.request(1)
    before = await office.all("SELECT count(*) FROM notice")
    await office.request(2)
    assert await office.all("SELECT count(*) FROM notice") == before


async def test_a_second_live_request_with_the_same_job_seeker_number_is_taken_and_flagged(office: Office) -> None:
    first = await office.request(1, seeker_number="11030-7654321")
    second = await office.request(2, "2026-11-24 10:00", seeker_number="11030-7654321")
    assert isinstance(first, Booking)
    assert isinstance(second, Booking)
    assert (first.same_number, second.same_number) == (False, True)


async def test_another_number_is_not_flagged(office: Office) -> None:
    await office.request(1)
    second = await office.request(2, "2026-11-24 10:00")
    assert isinstance(second, Booking)
    assert not second.same_number


async def test_a_number_whose_booking_is_over_is_not_flagged(office: Office) -> None:
    first = await office.request(1, seeker_number="11030-7654321")
    assert isinstance(first, Booking)
    await office.move(first, "cancel")
    second = await office.request(2, seeker_number="11030-7654321")
    assert isinstance(second, Booking)
    assert not second.same_number


async def test_a_person_has_one_live_booking(office: Office) -> None:
    await office.request(1)
    assert await office.request(1, "2026-11-24 10:00") == "duplicate"


@pytest.mark.parametrize("over", ["cancel", "decline", "lapse"])
async def test_a_booking_that_is_over_frees_its_time_at_once(office: Office, over: str) -> None:
    first = await office.request(1)
    assert isinstance(first, Booking)
    assert await office.move(first, over)
    assert await office.all("SELECT count(*) FROM hold") == [(0,)]
    assert isinstance(await office.request(2), Booking)


async def test_a_confirmed_booking_keeps_its_time(office: Office) -> None:
    first = await office.request(1)
    assert isinstance(first, Booking)
    assert await office.move(first, "confirm")
    assert await office.request(2) == "taken"


async def test_a_move_that_is_not_legal_any_more_is_refused_and_changes_nothing(office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await office.move(booking, "cancel")
    before = [await office.all(every_row) for every_row in EVERYTHING]
    assert not await office.move(booking, "confirm")
    assert [await office.all(every_row) for every_row in EVERYTHING] == before


async def test_a_reference_is_six_digits_and_nobody_elses(office: Office) -> None:
    hours = [f"2026-11-{day} {hour:02}:00" for day in (24, 25, 26) for hour in (10, 11, 13, 14, 15)]
    made = [await office.request(chat, at) for chat, at in enumerate(hours, start=1)]
    refs = {booking.ref for booking in made if isinstance(booking, Booking)}
    assert len(refs) == len(hours)
    assert all(len(ref) == 6 and ref.isdecimal() for ref in refs)


@pytest.mark.parametrize(
    ("asked", "days_apart", "then"), [(3, 0, "limited"), (2, 0, "terms"), (10, 2, "limited"), (9, 3, "terms")]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the limits are the terms, not the engine
async def test_three_requests_a_day_and_ten_in_30_days_are_the_most(
    place: Town, asked: int, days_apart: int, then: str
) -> None:
    worker = Office(place.environment["MADOGUCHI_DATABASE_URL"], Path(place.environment["MADOGUCHI_DATA"]))
    try:
        for n in range(asked):
            then_now = place.clock() - timedelta(days=n * days_apart, minutes=n)
            booking = await worker.request(place.taro.id, now=then_now, at=_bookable(then_now))
            assert isinstance(booking, Booking)
            await worker.move(booking, "cancel", then_now)
    finally:
        await worker.database.close()
    await place.taro.says("/book")
    await place.server.until(lambda: place.server.cloud.settled and place.taro.messages[1:])
    asked_now = "SELECT state FROM conversation WHERE subject = ''"
    assert await place.rows(asked_now) == [(then,)]


def _bookable(now: datetime) -> str:
    return f"{policy.first_day(DAYS, now)} 15:30"
