"""What a lead may write down about a counsellor (第2条(3)): hours, name, URL, last day; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from flows.desk import counsellors
from flows.desk.closing import Unfit
from flows.desk.counsellors import WEEKDAYS
from flows.places import Counsellor
from flows.text import Text
from tests.clauses.deadlines import OFFICE

ALL_DAY = {f"{name}{day}": clock for day in range(5) for name, clock in (("since", "9:30"), ("until", "16:00"))}
SATURDAYS = replace(OFFICE, openings=(date(2026, 12, 5), date(2026, 12, 9)))
URL = "https://teleoffice.example/room"
TODAY, NOON = date(2026, 11, 19), time(12)
OFFERED = {"first": time(9, 30), "last": time(16)}


def wrong(read: Callable[..., object], *given: Any) -> Unfit:
    with pytest.raises(Unfit) as caught:
        read(*given)
    return caught.value


def test_a_weekend_day_is_asked_for_only_where_the_office_opens_on_one() -> None:
    assert counsellors.weekdays(OFFICE) == (0, 1, 2, 3, 4)
    assert counsellors.weekdays(SATURDAYS) == (0, 1, 2, 3, 4, 5)
    assert counsellors.weekdays(replace(OFFICE, openings=(date(2026, 12, 6), date(2026, 12, 5)))) == tuple(range(7))


@pytest.mark.parametrize(
    ("windows", "bounds"),
    [
        (((NOON, time(15)),), (NOON, time(15))),
        (((time(9), time(10)), (time(11), NOON), (time(13), time(14))), (time(9), time(14))),
    ],
)
def test_hours_lie_between_the_first_start_and_the_last_end(
    windows: tuple[tuple[time, time], ...], bounds: tuple[time, time]
) -> None:
    assert counsellors.bounds(replace(OFFICE, windows=windows)) == bounds


def test_hours_are_read_day_by_day_and_an_empty_day_is_off() -> None:
    sent = {"since0": "9:30", "until0": "16:00", "since4": "10:00", "until4": "12:30", "since2": "", "until2": ""}
    hours = counsellors.read_hours(OFFICE, sent)
    assert hours == {0: (time(9, 30), time(16)), 4: (time(10), time(12, 30))}
    assert counsellors.read_hours(OFFICE, {}) == {}, "never there"


def test_all_that_the_office_offers_is_kept_as_all() -> None:
    assert counsellors.read_hours(OFFICE, ALL_DAY) is None
    assert counsellors.read_hours(OFFICE, {**ALL_DAY, "since2": "10:00"})
    assert counsellors.read_hours(SATURDAYS, ALL_DAY), "a Saturday is off"
    assert counsellors.read_hours(SATURDAYS, {**ALL_DAY, "since5": "9:30", "until5": "16:00"}) is None


@pytest.mark.parametrize(
    ("sent", "field", "begins", "said"),
    [
        ({"until1": ""}, "until1", "{weekday}: give both", {}),
        ({"since1": ""}, "since1", "{weekday}: give both", {}),
        ({"since1": "12:00", "until1": "12:00"}, "until1", "{weekday}: the end", {"since": NOON, "until": NOON}),
        ({"since1": "13:00", "until1": "12:00"}, "until1", "{weekday}: the end", {"since": time(13), "until": NOON}),
        ({"since1": "9:29"}, "since1", "{weekday}: sessions", OFFERED),
        ({"until1": "16:01"}, "until1", "{weekday}: sessions", OFFERED),
        ({"since1": "9:00", "until1": "16:01"}, "since1", "{weekday}: sessions", OFFERED),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_with_the_weekday(
    sent: dict[str, str], field: str, begins: str, said: dict[str, object]
) -> None:
    unfit = wrong(counsellors.read_hours, OFFICE, {**ALL_DAY, **sent})
    assert unfit.field == field
    assert unfit.why.sentence.startswith(begins)
    assert unfit.why.values == {"weekday": WEEKDAYS[1], **said}


def test_what_is_no_time_is_refused_in_its_field() -> None:
    assert wrong(counsellors.read_hours, OFFICE, {**ALL_DAY, "until3": "noon"}).field == "until3"


@pytest.mark.parametrize(
    ("typed", "name"), [(" 職員　一号 ", "職員 一号"), ("職" * 40, "職" * 40), ("職員\n三号", "職員 三号")]
)
def test_a_name_is_one_line(typed: str, name: str) -> None:
    assert counsellors.read_name(typed, {"職員 二号"}) == name


@pytest.mark.parametrize("typed", ["", " \n", "職" * 41, "職員\u200b一号"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    unfit = wrong(counsellors.read_name, typed, ())
    assert unfit.field == "name"
    assert unfit.why == Text("Please give a name of at most {count} letters.", count=40)


def test_a_name_is_one_counsellors_own() -> None:
    unfit = wrong(counsellors.read_name, "職員  二号", {"職員 二号"})
    assert unfit.field == "name"
    assert unfit.why.sentence.startswith("There is a counsellor of this name.")


@pytest.mark.parametrize("url", [URL, f"{URL}?id=1", f"{URL}/{'a' * (499 - len(URL))}"])
def test_a_url_is_taken_whole(url: str) -> None:
    assert counsellors.read_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "", "http://teleoffice.example/room", "https://", "https:///room", f"{URL}/{'a' * (500 - len(URL))}",
        f"{URL} 2", f"{URL}\u200b", "https://[room",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused_and_not_repeated(url: str) -> None:
    unfit = wrong(counsellors.read_url, url)
    assert (unfit.field, unfit.why.values) == ("url", {})


def test_the_last_day_is_today_at_the_earliest() -> None:
    assert counsellors.read_last_day("2026-11-19", TODAY) == TODAY
    assert counsellors.read_last_day("2027-03-31", TODAY) == date(2027, 3, 31)
    unfit = wrong(counsellors.read_last_day, "2026-11-18", TODAY)
    assert (unfit.field, unfit.why.values) == ("last_day", {"date": TODAY})
    assert wrong(counsellors.read_last_day, "soon", TODAY).field == "last_day"


@pytest.mark.parametrize(
    ("there", "new"), [((), "1"), (("1",), "2"), (("1", "7", "3"), "8"), (("a", "2", "９"), "3"), (("10", "9"), "11")]
)
def test_the_next_counsellor_has_a_number_that_nobody_has_had(there: tuple[str, ...], new: str) -> None:
    assert counsellors.next_id([Counsellor(one, one) for one in there]) == new
