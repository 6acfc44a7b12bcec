"""The week as a grid: which days and counsellors are in it, and what each place is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from flows import lifecycle
from flows.desk.week import KINDS, Cell, Day, Taken, Week, monday_of, week
from flows.office import Closure
from flows.office_days import BY_THE_OFFICE, DAY, SUNDAY, OfficeDays
from flows.places import Closing, Counsellor
from flows.text import Text
from tests.clauses.deadlines import OFFICE, jst

MONDAY, TUESDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 28)  # a holiday first
NOW = jst("2026-11-24T10:00")
ONE, TWO = Counsellor("1", "職員 一号"), Counsellor("2", "職員 二号")
FIRST = jst("2026-11-24T09:30")
BOOKED = Taken("1", FIRST, "request", "b", "123456", lifecycle.CONFIRMED)


def calendar(*closings: Closing, counsellors: tuple[Counsellor, ...] = (ONE, TWO)) -> OfficeDays:
    return OfficeDays(OFFICE, closings, counsellors)


def grid(days: OfficeDays, *taken: Taken, monday: date = MONDAY) -> Week:
    return week(days, monday, taken, NOW)


def day_of(found: Week, day: date) -> Day:
    return next(each for each in found.days if each.date == day)


def cell(found: Week, start: datetime, column: int = 0) -> Cell:
    rows = [row for each in found.days for row in each.rows if row.start == start]
    return rows[0].cells[column]


def closed(number: int, since: datetime, until: datetime, who: str = "", office: bool = False) -> Closing:
    return Closing(since, until, who, office, "training", number)


# Days and counsellors


@pytest.mark.parametrize("day", range(23, 30))
def test_a_week_begins_on_monday(day: int) -> None:
    assert monday_of(date(2026, 11, day)) == MONDAY


def test_the_weekdays_are_in_it_a_closed_one_too_and_no_weekend() -> None:
    found = grid(calendar())
    assert [day.date for day in found.days] == [MONDAY + n * DAY for n in range(5)]
    assert [len(day.rows) for day in found.days] == [0, 11, 11, 11, 11]
    assert (found.days[0].closed, found.days[1].closed) == (Text("Labor Thanksgiving Day"), None)
    assert (found.monday, found.zone) == (MONDAY, OFFICE.zone)


def test_a_week_of_closed_days_is_shown_whole() -> None:
    found = grid(calendar(), monday=date(2026, 12, 28))
    assert [(day.closed is None, len(day.rows)) for day in found.days] == [(True, 11), *[(False, 0)] * 4]


def test_a_weekend_day_is_in_it_where_it_is_open_or_somebody_has_booked_before() -> None:
    opened = OfficeDays(replace(OFFICE, openings=(SATURDAY,)))
    assert [day.date for day in grid(opened).days][5:] == [SATURDAY]
    sunday = replace(BOOKED, start=jst("2026-11-29T13:00"))
    found = grid(calendar(), sunday)
    assert [(day.date, day.closed, len(day.rows)) for day in found.days][5:] == [(SATURDAY + DAY, SUNDAY, 1)]
    assert cell(found, sunday.start).taken == sunday


def test_a_booking_of_another_week_is_not_in_it() -> None:
    later = replace(BOOKED, start=jst("2026-12-05T13:00"))
    assert len(grid(calendar(), later).days) == 5


def test_a_booking_outside_the_hours_has_a_row_where_it_belongs() -> None:
    early, late = (replace(BOOKED, start=jst(f"2026-11-24T{clock}")) for clock in ("09:00", "12:30"))
    starts = [row.start for row in day_of(grid(calendar(), late, early), TUESDAY).rows]
    assert starts == sorted(starts)
    assert (starts[0], starts[6], len(starts)) == (early.start, late.start, 13)


def test_who_left_before_this_week_is_in_it_only_with_a_booking() -> None:
    left, leaves = replace(TWO, last_day=MONDAY - DAY), Counsellor("3", "職員 三号", last_day=MONDAY)
    days = calendar(counsellors=(ONE, left, leaves))
    assert grid(days).counsellors == (ONE, leaves)
    assert grid(days, replace(BOOKED, counsellor="2")).counsellors == (ONE, left, leaves)


# What a place is


def test_a_place_is_free_until_it_has_begun() -> None:
    found = grid(calendar())
    begins = {clock: cell(found, jst(f"2026-11-24T{clock}")) for clock in ("09:30", "10:00", "10:30")}
    assert begins == {"09:30": Cell("unused"), "10:00": Cell("unused"), "10:30": Cell("free")}


@pytest.mark.parametrize(
    ("purpose", "booking", "state", "kind"),
    [
        ("request", "b", lifecycle.REQUESTED, "requested"),
        ("request", "b", lifecycle.PROPOSED, "held"),
        ("request", "b", lifecycle.CONFIRMED, "confirmed"),
        ("request", "b", lifecycle.IN_SESSION, "in_session"),
        ("request", "b", lifecycle.ENDED, "over"),
        ("request", "b", lifecycle.MISSED, "over"),
        ("proposal", "b", lifecycle.PROPOSED, "held"),
        ("move", "b", lifecycle.CONFIRMED, "held"),
        ("move", "b", lifecycle.IN_SESSION, "in_session"),
        ("offer", "", "", "held"),
    ],
)
def test_a_place_that_is_taken_says_how(purpose: str, booking: str, state: str, kind: str) -> None:
    taken = Taken("1", FIRST, purpose, booking, "123456", state)
    found = cell(grid(calendar(), taken), FIRST)
    assert found == Cell(kind, taken)
    assert (found.mark, found.words) == KINDS[kind]


def test_a_booking_takes_its_own_counsellors_place_alone() -> None:
    found = grid(calendar(), BOOKED)
    assert (cell(found, FIRST).taken, cell(found, FIRST, 1).taken) == (BOOKED, None)
    assert BOOKED.reference == "123-456"


def test_a_place_is_closed_by_a_closure_that_is_told() -> None:
    mine, day = closed(7, FIRST, jst("2026-11-24T10:00"), "1"), jst("2026-11-25T00:00")
    found = grid(calendar(mine, closed(8, day, day + DAY)))
    assert (cell(found, FIRST), cell(found, FIRST, 1)) == (Cell("closed", closing=7), Cell("unused"))
    assert {each for row in day_of(found, date(2026, 11, 25)).rows for each in row.cells} == {Cell("closed", closing=8)}


def test_a_booking_in_a_place_that_was_closed_after_it_says_both_as_long_as_it_is_ahead() -> None:
    days = calendar(closed(7, FIRST, jst("2026-11-24T10:00")))
    assert cell(grid(days, BOOKED), FIRST) == Cell("confirmed", BOOKED, 7)
    over = replace(BOOKED, state=lifecycle.FINISHED)
    assert cell(grid(days, over), FIRST) == Cell("over", over)


def test_on_a_day_on_which_the_office_is_closed_there_is_a_row_only_where_somebody_has_booked() -> None:
    days = calendar(closed(9, jst("2026-11-24T00:00"), jst("2026-11-25T00:00"), office=True))
    found = day_of(grid(days, BOOKED), TUESDAY)
    assert found.closed == BY_THE_OFFICE
    [row] = found.rows
    assert row.cells == (Cell("confirmed", BOOKED, 9), Cell("closed", closing=9))


def test_a_day_that_the_settings_close_is_closed_without_a_closure_to_open() -> None:
    office = replace(OFFICE, closures=(Closure(TUESDAY, {"ja": "庁舎の点検", "en": "building inspection"}),))
    found = week(OfficeDays(office, counsellors=(ONE, TWO)), MONDAY, [BOOKED], NOW)
    assert cell(found, FIRST, 1) == Cell("closed")


def test_outside_their_hours_a_counsellor_is_not_at_work() -> None:
    mornings = replace(TWO, hours={1: (time(9, 30), time(12))})
    found = grid(calendar(counsellors=(ONE, mornings)))
    afternoon, wednesday = jst("2026-11-24T13:00"), jst("2026-11-25T09:30")
    assert [cell(found, start, 1) for start in (FIRST, afternoon, wednesday)] == [
        Cell("unused"), Cell("off"), Cell("off"),
    ]  # fmt: skip
    assert cell(found, afternoon) == Cell("free")


def test_the_legend_has_the_kinds_that_are_there_in_its_own_order() -> None:
    assert grid(calendar(), BOOKED).kinds() == ("free", "confirmed", "unused")
    assert grid(calendar(), monday=MONDAY + 7 * DAY).kinds() == ("free",)
    closed_week = closed(1, jst("2026-11-30T00:00"), jst("2026-12-05T00:00"))
    assert grid(calendar(closed_week), monday=MONDAY + 7 * DAY).kinds() == ("closed",)
