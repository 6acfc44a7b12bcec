"""How each language writes dates, times and the facts of the office, and which one a person is first spoken to in."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.language import Words, catalogue, guess, write_date, write_time
from flows.office import KAWAGOE
from flows.office_file import load_office
from flows.text import Text

TODAY = date(2026, 11, 19)


def say(text: Text, language: str, on_button: bool = False) -> str:
    return Words(language, load_office(KAWAGOE), "madoguchi@office.example", TODAY).say(text, on_button)


@pytest.mark.parametrize(
    ("code", "language", "asked"),
    [
        ("ja", "ja", False), ("ja-raw", "ja", False), ("JA", "ja", False), ("en", "en", False), ("en-gb", "en", False),
        *((code, "ja_Hira", True) for code in ("zh-hans", "zh-hans-raw", "vi", "ne", "pt-br", "fil", "ko")),
        *((code, "ja_Hira", True) for code in ("in", "iw", "tl")),
        *((code, "ja", False) for code in ("", None, "xx", "classic-zh-cn", "\0" * 300)),
    ],
)  # fmt: skip
def test_the_first_guess_of_a_language(code: str | None, language: str, asked: bool) -> None:
    assert guess(code) == (language, asked)


@pytest.mark.parametrize(
    ("language", "with_year", "without_year"),
    [
        *((language, "2026年11月26日(木)", "11月26日(木)") for language in ("ja", "ja_Hira")),
        ("en", "Thu, Nov 26, 2026", "Thu, Nov 26"),
    ],
)
def test_dates_carry_their_weekday(language: str, with_year: str, without_year: str) -> None:
    assert write_date(date(2026, 11, 26), language, with_year=True) == with_year
    assert write_date(date(2026, 11, 26), language, with_year=False) == without_year


@pytest.mark.parametrize(
    ("today", "day", "said"),
    [
        (date(2026, 11, 19), date(2026, 12, 1), "12月1日(火)"), (date(2027, 1, 4), date(2027, 2, 1), "2月1日(月)"),
        (TODAY, date(2027, 1, 4), "2027年1月4日(月)"), (date(2026, 12, 1), date(2026, 12, 28), "2026年12月28日(月)"),
    ],
)  # fmt: skip
def test_a_date_has_its_year_where_that_could_be_another(today: date, day: date, said: str) -> None:
    assert Words("ja", load_office(KAWAGOE), "", today).say(Text("{date}", date=day)) == said


@pytest.mark.parametrize(
    ("clock", "language", "said"),
    [
        (time(9, 30), "ja", "9:30"), (time(13), "ja", "13:00"), (time(13), "en", "1:00\u202fPM"),
        (time(13), "ja_Hira", "午後(ごご)1時(じ)"), (time(9, 30), "ja_Hira", "午前(ごぜん)9時(じ)30分(ぷん)"),
        (time(12, 5), "ja_Hira", "午後(ごご)0時(じ)5分(ふん)"),
        (time(17, 15), "ja_Hira", "午後(ごご)5時(じ)15分(ふん)"),
    ],
)  # fmt: skip
def test_times_are_written_as_each_language_does(clock: time, language: str, said: str) -> None:
    assert write_time(clock, language) == said


def test_a_time_on_a_button_is_short_in_plain_japanese_too() -> None:
    assert say(Text("{time}", time=time(13)), "ja_Hira", on_button=True) == "13:00"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ja", "平日8:30～17:15"), ("en", "weekdays 8:30–17:15"),
        ("ja_Hira", "平日(へいじつ)の 午前(ごぜん)8時(じ)30分(ぷん)から 午後(ごご)5時(じ)15分(ふん)まで"),
    ],
)  # fmt: skip
def test_the_hours_of_the_counter_are_facts_of_the_office(language: str, said: str) -> None:
    assert say(Text("{office_hours}"), language) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "ハローワーク川越"), ("ja_Hira", "ハローワーク川越(かわごえ)"), ("en", "Hello Work Kawagoe")],
)
def test_the_name_of_the_office_is_written_as_each_language_does(language: str, said: str) -> None:
    assert say(Text("{office_name}"), language) == said


def test_english_is_the_sentence_itself() -> None:
    assert catalogue("en").gettext("Go back") == "Go back"
