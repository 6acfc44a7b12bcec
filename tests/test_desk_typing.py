"""What staff type on the desk: a reference, a day, a session's URL."""

from __future__ import annotations

from datetime import date

import pytest

from flows.answers import LONGEST_LINE
from flows.desk import searching
from flows.desk.addresses import NO_URL, NOT_HTTPS, session_url

TODAY = date(2026, 11, 19)
URL = "https://teleoffice.example/room?id=1&key=a-b_c"


@pytest.mark.parametrize(
    "typed", ["123-456", "123456", "１２３－４５６", " 123 456 ", "受付番号：123-456", "受付番号 123456", "No. 123-456"]
)
def test_a_reference_is_read_however_it_is_written(typed: str) -> None:
    assert searching.reference(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "123-4567", "123--456", "123-456 654-321", "川越 太郎"])
def test_what_is_no_reference_is_not_read_as_one(typed: str) -> None:
    assert searching.reference(typed) == ""


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)), ("２０２６／１１／２４", date(2026, 11, 24)),
        ("20261124", date(2026, 11, 24)),
        ("令和8年11月24日", date(2026, 11, 24)), ("R8.11.24", date(2026, 11, 24)), ("令和元年5月7日", date(2019, 5, 7)),
        ("11/24", date(2026, 11, 24)), ("11月24日（火）", date(2026, 11, 24)), ("2026年 11月 24日", date(2026, 11, 24)),
        ("1/5", date(2027, 1, 5)), ("6/1", date(2026, 6, 1)),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it_and_without_a_year_it_is_the_nearest(typed: str, day: date) -> None:
    assert searching.day(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed",
    ["", "24", "11/31", "13/1", "2026-02-29", "8/11/24", "0000-01-01", "9999-12-31", "090-1234-5678", "1" * 400],
)
def test_what_is_no_day_is_not_read_as_one(typed: str) -> None:
    assert searching.day(typed, TODAY) is None


@pytest.mark.parametrize(
    ("today", "typed", "day"),
    [
        (date(2026, 7, 2), "1/1", date(2026, 1, 1)),  # 182 days ago, 183 ahead
        (date(2026, 7, 3), "1/1", date(2027, 1, 1)),
        (date(2026, 1, 2), "12/31", date(2025, 12, 31)),
        (date(2026, 12, 31), "1/1", date(2027, 1, 1)),
        (date(2026, 11, 19), "2/29", None),
        (date(2027, 11, 19), "2/29", date(2028, 2, 29)),
        (date(2099, 12, 31), "1/1", date(2099, 1, 1)),
    ],
)
def test_without_a_year_it_is_the_nearest_one_that_there_is(today: date, typed: str, day: date | None) -> None:
    assert searching.day(typed, today) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2000-01-01", date(2000, 1, 1)), ("2099-12-31", date(2099, 12, 31)), ("1999-12-31", None),
        ("2100-01-01", None),
        ("元年5月7日", date(2019, 5, 7)), ("R元.5.7", date(2019, 5, 7)), ("R1.5.7", date(2019, 5, 7)),
        ("R2026.5.7", None), ("026/5/7", None), ("20261131", None), ("2026ー11ー24", date(2026, 11, 24)),
    ],
)  # fmt: skip
def test_a_year_is_one_of_this_century_by_either_count(typed: str, day: date | None) -> None:
    assert searching.day(typed, TODAY) == day


def test_hyphens_of_a_japanese_keyboard_are_hyphens() -> None:
    assert searching.reference("123ー456") == searching.reference("123−456") == "123456"


def test_what_is_longer_than_any_answer_is_not_read() -> None:
    assert searching.reference("123-456".ljust(LONGEST_LINE)) == "123456"
    assert searching.reference("123-456".ljust(LONGEST_LINE + 1)) == ""


# The URL of a session (第3条)


@pytest.mark.parametrize("typed", [URL, "https://teleoffice.example:8443/", URL.ljust(1000, "a")])
def test_the_url_of_a_session_is_taken_as_it_is(typed: str) -> None:
    assert session_url(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "", "room 1", "https://", "https:///teleoffice.example", "https://teleoffice/room",
        URL.ljust(1001, "a"),
        "https://taro@teleoffice.example/", "https://teleoffice.example:port/", "https://[teleoffice.example/",
        f"{URL}会議", f"{URL}\n", f"{URL} ", f"<{URL}>", f'{URL}"', "https://teleoffice.example\\room",
    ],
)  # fmt: skip
def test_what_is_no_url_is_refused(typed: str) -> None:
    assert session_url(typed) == NO_URL


def test_a_url_without_https_is_refused_with_why() -> None:
    assert session_url(URL.replace("https:", "http:")) == NOT_HTTPS
