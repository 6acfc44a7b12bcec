"""The calendar: national holidays against two other sources, the year's end, closures, and the trap of the JST date."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import jpholiday
import pytest

from flows.office import KAWAGOE, Closure
from flows.office_days import BY_THE_OFFICE, HOLIDAYS, OfficeDays, holiday_name
from flows.office_file import load_office
from flows.places import Closing, Counsellor
from flows.text import Text

OFFICE = load_office(KAWAGOE)
DAYS = OfficeDays(OFFICE)
OFFICIAL = Path(__file__).parents[2] / "shared" / "domain" / "syukujitsu.csv"
CLOSURE = Closure(date(2026, 12, 1), {"ja": "庁舎の点検", "en": "building inspection"})


def days_from(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def holidays_of(year: int) -> dict[date, str]:
    named = ((day, holiday_name(day)) for day in days_from(date(year, 1, 1), date(year, 12, 31)))
    return {day: name for day, name in named if name}


@pytest.mark.parametrize("year", range(2020, 2041))
def test_two_libraries_agree_on_the_holidays_and_their_names(year: int) -> None:
    other = {day: name.split()[-1] for day, name in jpholiday.year_holidays(year)}  # 「元日 振替休日」
    assert holidays_of(year) == other


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official list is not at hand")
def test_both_libraries_agree_with_the_official_list_since_1986() -> None:
    with OFFICIAL.open(encoding="cp932", newline="") as file:
        written = [row[0] for row in list(csv.reader(file))[1:]]
    official = {date(*map(int, day.split("/"))) for day in written}
    official = {day for day in official if day.year >= 1986}
    years = range(1986, 2028)
    assert official == {day for year in years for day in holidays_of(year)}
    assert official == {day for year in years for day, _ in jpholiday.year_holidays(year)}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 23), "勤労感謝の日"),
        (date(2026, 5, 6), "振替休日"),
        (date(2026, 9, 22), "国民の休日"),
        (date(2027, 1, 11), "成人の日"),
        (date(2021, 7, 23), "スポーツの日"),  # moved by a special law
        (date(2021, 10, 11), None),
    ],
)
def test_holidays_have_their_japanese_names(day: date, name: str | None) -> None:
    assert holiday_name(day) == name


@pytest.mark.parametrize("year", [1948, 2100])
def test_a_year_the_library_does_not_know_is_an_error_and_no_empty_year(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        holiday_name(date(year, 1, 1))


def test_a_moment_is_not_taken_for_a_day() -> None:
    with pytest.raises(TypeError):
        DAYS.closed_because(datetime(2026, 11, 22, 15, 30, tzinfo=UTC))


def test_half_past_midnight_on_a_holiday_is_that_holiday_though_utc_is_a_day_behind() -> None:
    moment = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert DAYS.day_of(moment) == date(2026, 11, 23)
    assert DAYS.closed_because(DAYS.day_of(moment)) == Text("Labor Thanksgiving Day")


def test_a_naive_moment_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        DAYS.day_of(datetime(2026, 11, 24, 9, 30))  # noqa: DTZ001  # the naive one is refused


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 11, 21), "Saturday"),
        (date(2026, 11, 22), "Sunday"),
        (date(2026, 11, 23), "Labor Thanksgiving Day"),
        (date(2026, 9, 22), "National holiday"),
        (date(2026, 5, 6), "Substitute holiday"),
        (date(2027, 1, 1), "New Year's Day"),
        (date(2026, 12, 29), "Year-end and New Year closure"),
        (date(2026, 12, 30), "Year-end and New Year closure"),
        (date(2026, 12, 31), "Year-end and New Year closure"),
        (date(2025, 1, 2), "Year-end and New Year closure"),
        (date(2025, 1, 3), "Year-end and New Year closure"),
    ],
)
def test_a_closed_day_says_why(day: date, reason: str) -> None:
    assert DAYS.closed_because(day) == Text(reason)
    assert not DAYS.is_business_day(day)


@pytest.mark.parametrize("day", [date(2026, 12, 28), date(2027, 1, 4), date(2026, 11, 24), date(2026, 11, 19)])
def test_a_business_day_has_no_reason_to_be_closed(day: date) -> None:
    assert DAYS.closed_because(day) is None


@pytest.mark.parametrize("year", range(2020, 2041))
def test_every_holiday_since_2020_has_an_english_name(year: int) -> None:
    assert set(holidays_of(year).values()) <= HOLIDAYS.keys()


@pytest.mark.parametrize("year", [1949, 2099])
def test_the_first_and_the_last_year_that_the_library_knows_are_known(year: int) -> None:
    assert holiday_name(date(year, 1, 1)) == "元日"


@pytest.mark.parametrize("year", range(2025, 2035))
def test_no_business_day_lies_between_29_december_and_3_january(year: int) -> None:
    assert not any(map(DAYS.is_business_day, days_from(date(year, 12, 29), date(year + 1, 1, 3))))


def test_a_year_end_within_one_year_is_understood_too() -> None:
    summer = OfficeDays(replace(OFFICE, year_end=((8, 12), (8, 14))))
    assert not summer.is_business_day(date(2026, 8, 13))
    assert summer.is_business_day(date(2026, 12, 29))


def test_a_year_end_may_be_one_day() -> None:
    day = OfficeDays(replace(OFFICE, year_end=((8, 13), (8, 13))))
    assert [day.is_business_day(date(2026, 8, n)) for n in (12, 13, 14)] == [True, False, True]


def test_holidays_keep_their_japanese_names_whatever_the_machine_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en_US")
    assert holiday_name(date(1951, 1, 1)) == "元日"


def test_there_are_482_business_days_in_2026_and_2027() -> None:
    assert sum(map(DAYS.is_business_day, days_from(date(2026, 1, 1), date(2027, 12, 31)))) == 482


def test_a_closure_of_the_office_is_a_closed_day_with_the_office_s_reason() -> None:
    days = OfficeDays(replace(OFFICE, closures=(CLOSURE,)))
    why = days.closed_because(date(2026, 12, 1))
    assert why is not None
    assert why.values == CLOSURE.reason
    assert days.starts(date(2026, 12, 1)) == ()


def test_the_office_is_closed_from_the_first_to_the_last_day_of_a_closure_of_its_own() -> None:
    whole, places = (Closing(DAYS.at(date(2026, 12, 1), time()), DAYS.at(date(2026, 12, 4), time()), office=office)
                     for office in (True, False))  # fmt: skip
    days = [date(2026, 11, 30) + n * timedelta(days=1) for n in range(5)]
    assert [OfficeDays(OFFICE, [whole]).closed_because(day) for day in days] == [None, *[BY_THE_OFFICE] * 3, None]
    assert all(map(OfficeDays(OFFICE, [places]).is_business_day, days))
    both = OfficeDays(replace(OFFICE, openings=(date(2026, 12, 5),)), [replace(whole, until=DAYS.at(days[-1], time()))])
    assert both.is_business_day(date(2026, 12, 5))


def test_a_saturday_the_office_opens_is_a_business_day() -> None:
    days = OfficeDays(replace(OFFICE, openings=(date(2026, 12, 5),)))
    assert days.is_business_day(date(2026, 12, 5))
    assert len(days.starts(date(2026, 12, 5))) == 11
    assert days.business_day_after(date(2026, 12, 4)) == date(2026, 12, 5)


def test_a_day_both_closed_and_opened_is_closed() -> None:
    days = OfficeDays(replace(OFFICE, closures=(CLOSURE,), openings=(CLOSURE.day,)))
    assert not days.is_business_day(CLOSURE.day)


@pytest.mark.parametrize(
    ("day", "n", "before", "after"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 20), date(2026, 11, 25)),
        (date(2026, 11, 24), 2, date(2026, 11, 19), date(2026, 11, 26)),
        (date(2026, 11, 22), 1, date(2026, 11, 20), date(2026, 11, 24)),
        (date(2027, 1, 4), 2, date(2026, 12, 25), date(2027, 1, 6)),
        (date(2026, 12, 28), 3, date(2026, 12, 23), date(2027, 1, 6)),
    ],
)
def test_business_days_are_counted_without_the_day_itself(day: date, n: int, before: date, after: date) -> None:
    assert (DAYS.business_day_before(day, n), DAYS.business_day_after(day, n)) == (before, after)


def test_without_a_count_it_is_the_next_one() -> None:
    day = date(2026, 11, 24)
    assert (DAYS.business_day_before(day), DAYS.business_day_after(day)) == (date(2026, 11, 20), date(2026, 11, 25))


def test_4_2_a_3_a_business_day_has_eleven_starts() -> None:
    local = [start.astimezone(OFFICE.zone).strftime("%H:%M") for start in DAYS.starts(date(2026, 11, 24))]
    assert local[:5] == ["09:30", "10:00", "10:30", "11:00", "11:30"]
    assert local[5:] == ["13:00", "13:30", "14:00", "14:30", "15:00", "15:30"]


def test_starts_are_in_utc() -> None:
    first = DAYS.starts(date(2026, 11, 24))[0]
    assert first == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert first.tzinfo is UTC


def test_a_session_fits_into_its_window() -> None:
    days = OfficeDays(replace(OFFICE, windows=((time(9, 15), time(10, 44)), (time(13), time(13, 30)))))
    local = [start.astimezone(OFFICE.zone).time() for start in days.starts(date(2026, 11, 24))]
    assert local == [time(9, 15), time(9, 45), time(13)]


def test_a_timetable_is_that_of_the_calendar_whatever_the_office_has_closed() -> None:
    days = OfficeDays(replace(OFFICE, closures=(CLOSURE,)))
    assert (days.starts(CLOSURE.day), days.timetable(CLOSURE.day)) == ((), DAYS.starts(CLOSURE.day))
    assert DAYS.timetable(date(2026, 11, 23)) == ()


FIRST = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
TWO = (Counsellor("1", "職員 一号"), Counsellor("2", "職員 二号", {1: (time(10), time(12))}))
HALF_PAST = Closing(FIRST + timedelta(minutes=75), FIRST + timedelta(minutes=90), "1", id=7)  # from 10:45 to 11:00


def test_a_place_is_a_counsellor_who_is_there_and_not_closed() -> None:
    days = OfficeDays(OFFICE, [HALF_PAST], TWO)
    half_hours = [FIRST + n * timedelta(minutes=30) for n in range(4)]
    assert [days.places(DAYS.day_of(start)).get(start) for start in half_hours] == [
        ("1",), ("1", "2"), ("2",), ("1", "2"),
    ]  # fmt: skip
    for who in ("1", "2"):
        assert [days.is_place(who, start) for start in half_hours] == [
            who in days.places(DAYS.day_of(start))[start] for start in half_hours
        ]
    assert not days.is_place("1", FIRST + timedelta(minutes=15))
    assert [days.closing_at("1", start) for start in half_hours] == [None, None, HALF_PAST, None]
    assert days.closing_at("2", half_hours[2]) is None


def test_each_of_several_closures_takes_its_places_and_other_days_are_as_ever() -> None:
    lunch = Closing(FIRST + timedelta(hours=2), FIRST + timedelta(hours=6), "", id=8)
    both, one = OfficeDays(OFFICE, [HALF_PAST, lunch]), OfficeDays(OFFICE, [HALF_PAST])
    local = [start.astimezone(OFFICE.zone).time() for start in both.places(DAYS.day_of(FIRST))]
    assert local == [time(9, 30), time(10), time(11), time(15, 30)]
    assert both.closing_at("1", FIRST + timedelta(hours=3)) == lunch
    for days in (both, one, DAYS):
        assert len(days.places(date(2026, 11, 25))) == 11


def test_where_nobody_is_left_there_is_no_place() -> None:
    days = OfficeDays(OFFICE, [replace(HALF_PAST, counsellor="")], TWO)
    assert FIRST + timedelta(hours=1) not in days.places(DAYS.day_of(FIRST))


def test_without_a_database_the_counsellors_are_those_of_the_settings() -> None:
    days = OfficeDays(replace(OFFICE, counsellors=("a", "b")))
    assert (days.counsellors, days.closings) == ((Counsellor("a", "a"), Counsellor("b", "b")), ())
    assert days.revision == 0, "older than any of the database"


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 23), date(2026, 12, 31)])
def test_a_closed_day_has_no_starts(day: date) -> None:
    assert DAYS.starts(day) == ()


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        (date(2026, 11, 24), time(8, 29, 59), False),
        (date(2026, 11, 24), time(8, 30), True),
        (date(2026, 11, 24), time(17, 14, 59), True),
        (date(2026, 11, 24), time(17, 15), False),
        (date(2026, 11, 23), time(10), False),
        (date(2026, 11, 21), time(10), False),
    ],
)
def test_the_counter_is_open_in_its_hours_on_business_days(day: date, clock: time, is_open: bool) -> None:
    assert DAYS.is_open(DAYS.at(day, clock)) is is_open
