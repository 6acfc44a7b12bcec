"""Who takes sessions when, and which places a closure takes: days times hours, on the clock of the office."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.places import EVERYBODY, Block, Closing, Counsellor

ZONE = ZoneInfo("Asia/Tokyo")
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (23, 24, 25, 26))
TEN, NOON, FOUR = time(10), time(12), time(16)
MINUTE = timedelta(minutes=1)


def at(day: date, clock: time) -> datetime:
    """On the clock of the office."""
    return datetime.combine(day, clock, ZONE)


@pytest.mark.parametrize(
    ("begin", "end", "there"),
    [
        (TEN, NOON, True),
        (time(9, 59), time(10, 29), False),
        (time(11, 31), time(12, 1), False),
        (time(10, 30), time(11), True),
    ],
)
def test_a_counsellor_is_in_within_their_hours(begin: time, end: time, there: bool) -> None:
    hours = Counsellor("1", "職員 一号", {1: (TEN, NOON)})
    assert hours.is_in(at(TUESDAY, begin), at(TUESDAY, end)) is there
    assert not hours.is_in(at(WEDNESDAY, begin), at(WEDNESDAY, end)), "a day that is not named is off"
    assert Counsellor("1", "職員 一号").is_in(at(WEDNESDAY, begin), at(WEDNESDAY, end))


@pytest.mark.parametrize("hours", [None, {1: (TEN, NOON), 2: (TEN, NOON)}])
def test_2_3_the_last_day_is_the_last(hours: dict[int, tuple[time, time]] | None) -> None:
    leaving = Counsellor("1", "職員 一号", hours, last_day=TUESDAY)
    assert [leaving.has_left(day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [False, False, True]
    assert [leaving.is_in(at(day, TEN), at(day, NOON)) for day in (TUESDAY, WEDNESDAY)] == [True, False]
    assert not Counsellor("1", "職員 一号").has_left(WEDNESDAY)


# A closure in days and hours


@pytest.mark.parametrize(
    ("since", "until", "block"),
    [
        ((TUESDAY, TEN), (THURSDAY, NOON), Block(TUESDAY, THURSDAY, TEN, NOON, "1")),
        ((TUESDAY, time()), (WEDNESDAY, time()), Block(TUESDAY, TUESDAY, time(), None, "1")),
        ((TUESDAY, TEN), (THURSDAY, time()), Block(TUESDAY, WEDNESDAY, TEN, None, "1")),
        ((TUESDAY, time()), (TUESDAY, NOON), Block(TUESDAY, TUESDAY, time(), NOON, "1")),
    ],
)
def test_a_closure_is_days_times_hours_and_back(
    since: tuple[date, time], until: tuple[date, time], block: Block
) -> None:
    closing = Closing(at(*since).astimezone(UTC), at(*until).astimezone(UTC), "1")
    assert closing.block(ZONE) == block
    moments = block.moments(ZONE)
    assert moments == (closing.since, closing.until)
    assert {moment.tzinfo for moment in moments} == {UTC}


@pytest.mark.parametrize(
    ("since", "until", "whole"), [(time(), None, True), (TEN, None, False), (time(), NOON, False), (TEN, NOON, False)]
)
def test_whole_days_begin_and_end_at_midnight(since: time, until: time | None, whole: bool) -> None:
    assert Block(TUESDAY, TUESDAY, since, until).whole_days is whole


def test_a_closure_is_of_everybody_and_leaves_the_office_open_unless_it_says_otherwise() -> None:
    closing = Closing(at(TUESDAY, TEN), at(TUESDAY, NOON))
    assert (closing.counsellor, closing.office, closing.reason, closing.id) == (EVERYBODY, False, "", 0)


# What it takes


@pytest.mark.parametrize(
    ("begin", "end", "taken"),
    [
        (time(9, 30), TEN, False),
        (time(9, 31), time(10, 1), True),
        (time(11, 30), NOON, True),
        (NOON, time(12, 30), False),
    ],
)
def test_a_place_that_has_a_minute_in_it_is_taken_on_each_of_its_days(begin: time, end: time, taken: bool) -> None:
    block = Block(TUESDAY, WEDNESDAY, TEN, NOON, "1")
    for day, among in ((MONDAY, False), (TUESDAY, True), (WEDNESDAY, True), (THURSDAY, False)):
        assert block.takes("1", at(day, begin), at(day, end)) is (taken and among)


@pytest.mark.parametrize(("of", "whose", "taken"), [("1", "1", True), ("1", "2", False), (EVERYBODY, "2", True)])
def test_it_takes_the_places_of_whoever_it_is_of(of: str, whose: str, taken: bool) -> None:
    assert Block(TUESDAY, TUESDAY, counsellor=of).takes(whose, at(TUESDAY, TEN), at(TUESDAY, NOON)) is taken
    assert Block(TUESDAY, TUESDAY, counsellor=of).meets(Block(TUESDAY, TUESDAY, counsellor=whose)) is taken
    assert Block(TUESDAY, TUESDAY, counsellor=whose).meets(Block(TUESDAY, TUESDAY, counsellor=of)) is taken


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (Block(WEDNESDAY, THURSDAY, FOUR), False),  # after its hours
        (Block(WEDNESDAY, THURSDAY, time(), TEN), False),  # before them
        (Block(WEDNESDAY, THURSDAY, time(), time(10, 1)), True),
        (Block(WEDNESDAY, THURSDAY, time(11, 59)), True),
        (Block(WEDNESDAY, THURSDAY, NOON), False),
        (Block(THURSDAY, THURSDAY), False),
        (Block(MONDAY, MONDAY), False),
        (Block(MONDAY, TUESDAY), True),
        (Block(WEDNESDAY, WEDNESDAY), True),
    ],
)
def test_two_closures_meet_where_they_have_days_and_hours_in_common(other: Block, meets: bool) -> None:
    block = Block(TUESDAY, WEDNESDAY, TEN, NOON)
    assert block.meets(other) is meets
    assert other.meets(block) is meets
