"""Which months are counted, and what of the counts is shown where (第5条): without the page and the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from flows import lifecycle
from flows.desk.hiding import FEW, HIDDEN, AtLeast
from flows.desk.numbers import (
    CANCELLED_BY,
    ENDED_AS,
    MONTHS,
    REPLIES,
    SOURCES,
    Line,
    Period,
    Sheet,
    Tally,
    month_before,
    month_in_words,
    month_of,
    months_kept,
    months_of,
    numbers,
    period_of,
)
from flows.office_days import SATURDAY
from flows.text import Text
from tests.clauses.deadlines import OFFICE

NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))


# Months


@pytest.mark.parametrize(
    ("day", "first", "end"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 11, 30), date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        (date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
        (date(2026, 1, 31), date(2026, 1, 1), date(2026, 2, 1)),
    ],
)
def test_a_month_is_whole(day: date, first: date, end: date) -> None:
    assert month_of(day) == Period(first, end)


def test_a_period_ends_with_the_last_day_of_its_last_month_and_is_over_on_the_day_after() -> None:
    assert NOVEMBER.last == date(2026, 11, 30)
    assert [NOVEMBER.over(day) for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2))] == [
        False, True, True,
    ]  # fmt: skip


def test_a_period_is_counted_month_by_month_over_the_end_of_a_year() -> None:
    assert months_of(NOVEMBER) == [NOVEMBER]
    winter = months_of(Period(date(2026, 11, 1), date(2027, 2, 1)))
    assert [month.name for month in winter] == ["2026-11", "2026-12", "2027-01"]


def test_a_period_is_named_by_its_months() -> None:
    assert NOVEMBER.name == "2026-11"
    assert Period(date(2026, 11, 1), date(2027, 1, 1)).name == "2026-11_2026-12"


def test_the_month_before_january_is_december() -> None:
    assert month_before(month_of(date(2026, 1, 15))) == month_of(date(2025, 12, 15))
    assert month_before(NOVEMBER) == month_of(date(2026, 10, 31))


@pytest.mark.parametrize(
    ("today", "oldest"),
    [("2026-11-30", "2025-12"), ("2026-12-01", "2025-12"), ("2026-12-02", "2026-01"), ("2026-12-31", "2026-01")],
)
def test_a_month_can_be_asked_for_while_the_records_of_its_first_day_are_kept(today: str, oldest: str) -> None:
    months = months_kept(OFFICE, date.fromisoformat(today))
    assert (months[0].name, months[-1].name) == (today[:7], oldest)
    assert [month_before(month) for month in months[:-1]] == [*months[1:]]


def test_this_month_is_always_there() -> None:
    assert months_kept(replace(OFFICE, record_days=0), date(2026, 11, 19)) == (NOVEMBER,)


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("2026-11", "2026-11", NOVEMBER),
        ("2026-09", "2026-11", Period(date(2026, 9, 1), date(2026, 12, 1))),
        ("2026-11", "2026-10", None),
        ("2020-01", "2026-11", None),
        ("2026-09", "2026-12", None),
        ("", "", None),
    ],
)
def test_a_period_goes_from_one_month_to_another_of_those_that_are_there(
    first: str, last: str, period: Period | None
) -> None:
    assert period_of(months_kept(OFFICE, date(2026, 11, 19)), first, last) == period


@pytest.mark.parametrize("number", range(1, 13))
def test_a_month_is_told_with_its_year(number: int) -> None:
    said = month_in_words(month_of(date(2026, number, 9)))
    assert said == Text("{month} {year}", month=MONTHS[number - 1], year=2026)


# What is shown


def sheets(tally: Tally) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in numbers(OFFICE, tally).sheets}


def shown(sheet: Sheet) -> list[object]:
    return [line.shown for line in sheet.lines]


def test_each_count_stands_beside_its_words_and_below_them_what_they_add_up_to() -> None:
    found = sheets(
        Tally(
            sources={"chat": 20, "phone": 10, "form": 5}, replies={"in_time": 30, "lapsed": 5}, in_session=6,
            cancelled={"chat": 7, "refuse": 8}, ended={lifecycle.FINISHED: 12, lifecycle.MISSED: 9, "ahead": 11},
        )
    )  # fmt: skip
    assert {key: ([*shown(sheet)], sheet.total) for key, sheet in found.items()} == {
        "requests": ([20, 10, 0, 5], 35),
        "replies": ([30, 0, 5, 0, 0], 35),
        "next": ([6], None),
        "cancelled": ([7, 0, 0, 0, 8], 15),
        "ended": ([12, 0, 9, 0, 0, 0, 0, 11], 32),
    }
    labels = {"requests": SOURCES, "replies": REPLIES, "cancelled": CANCELLED_BY, "ended": ENDED_AS}
    assert {key: [line.label for line in found[key].lines] for key in labels} == {
        key: [*words.values()] for key, words in labels.items()
    }
    assert found["next"].lines == (Line(Text("Booked and confirmed in a session"), 6),)


def test_5_2_a_small_count_is_hidden_and_the_one_beside_it_too() -> None:
    found = sheets(
        Tally(
            sources={"chat": 20, "mail": 4}, replies={"in_time": 24}, in_session=4, cancelled={"office": 3},
            ended={lifecycle.FINISHED: 9, lifecycle.STOPPED: 1},
        )
    )  # fmt: skip
    assert {key: ([*shown(sheet)], sheet.total) for key, sheet in found.items()} == {
        "requests": ([HIDDEN, 0, FEW, 0], 24),
        "replies": ([24, 0, 0, 0, 0], 24),
        "next": ([FEW], None),
        "cancelled": ([0, 0, 0, FEW, 0], FEW),
        "ended": ([HIDDEN, FEW, 0, 0, 0, 0, 0, 0], 10),
    }


def test_5_2_of_two_months_a_count_is_shown_where_both_show_it() -> None:
    first = Tally(
        sources={"chat": 20, "mail": 4}, replies={"in_time": 24}, in_session=4, cancelled={"office": 3, "chat": 9},
        ended={lifecycle.FINISHED: 9}, unmet={(0, time(9, 30)): 7}, full={1: 4}, nothing=5,
    )  # fmt: skip
    second = Tally(
        sources={"chat": 10, "mail": 6}, replies={"in_time": 16}, in_session=5, cancelled={"office": 8},
        ended={lifecycle.FINISHED: 6}, unmet={(0, time(9, 30)): 6, (1, time(9, 30)): 2}, full={1: 5}, nothing=6,
    )  # fmt: skip
    both = numbers(OFFICE, first, second)
    assert {sheet.key: ([*shown(sheet)], sheet.total) for sheet in both.sheets} == {
        "requests": ([AtLeast(10), 0, AtLeast(7), 0], 40),
        "replies": ([40, 0, 0, 0, 0], 40),
        "next": ([AtLeast(6)], None),
        "cancelled": ([HIDDEN, 0, 0, AtLeast(9), 0], 20),
        "ended": ([15, 0, 0, 0, 0, 0, 0, 0], 15),
    }
    assert both.wishes.rows[0] == (time(9, 30), (13, FEW, 0, 0, 0))
    assert (both.wishes.full, both.wishes.nothing) == ((0, AtLeast(6), 0, 0, 0), 11)


def test_of_nothing_there_are_zeros() -> None:
    found = numbers(OFFICE, Tally())
    assert [set(shown(sheet)) for sheet in found.sheets] == [{0}] * 5
    assert [sheet.total for sheet in found.sheets] == [0, 0, None, 0, 0]
    assert (found.fewest, found.wishes.nothing) == (OFFICE.fewest_shown, 0)
    assert found.wishes.full == (0,) * 5


def test_wishes_stand_by_weekday_and_by_the_half_hours_of_an_ordinary_day() -> None:
    wishes = numbers(OFFICE, Tally(unmet={(0, time(9, 30)): 7, (4, time(15, 30)): 4}, full={1: 6, 2: 1})).wishes
    assert [f"{clock:%H:%M}" for clock, _ in wishes.rows] == [
        "09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30",
    ]  # fmt: skip
    assert (wishes.rows[0][1], wishes.rows[1][1], wishes.rows[-1][1]) == ((7, 0, 0, 0, 0), (0,) * 5, (0, 0, 0, 0, FEW))
    assert wishes.weekdays[0] == Text("Monday")
    assert (wishes.full, wishes.nothing) == ((0, 6, FEW, 0, 0), 0)


def test_where_the_office_had_other_hours_or_days_then_they_are_there_too() -> None:
    wishes = numbers(OFFICE, Tally(unmet={(0, time(16, 30)): 5}, full={5: 9}, nothing=3)).wishes
    assert wishes.rows[-1] == (time(16, 30), (5, 0, 0, 0, 0, 0))
    assert wishes.weekdays[5:] == (SATURDAY,)
    assert wishes.full == (0, 0, 0, 0, 0, 9)
    assert wishes.nothing == FEW
    assert numbers(OFFICE, Tally(unmet={(5, time(9, 30)): 5})).wishes.weekdays[5:] == (SATURDAY,)


def test_a_window_with_a_rest_that_is_no_session_has_none_in_it() -> None:
    office = replace(OFFICE, windows=((time(9, 15), time(10, 44)), (time(13), time(14))))
    clocks = [clock for clock, _ in numbers(office, Tally()).wishes.rows]
    assert clocks == [time(9, 15), time(9, 45), time(13), time(13, 30)]
