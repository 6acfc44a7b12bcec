"""A job-seeker number (求職番号) as people type it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import answers
from flows.answers import ANOTHER_NUMBER, NO_SEEKER_NUMBER, Check
from flows.text import Text
from tests.readings import yes_or_no


@pytest.mark.parametrize(
    "typed",
    [
        *("11030-01234567", "１１０３０－０１２３４５６７", "11030−01234567", "11030‑01234567", "11030—01234567"),
        *("11030ｰ01234567", "11030﹣01234567", "11030 01234567", "11030 - 01234567", "1103001234567"),
        *("求職番号 11030-01234567", "求職番号:１１０３０－０１２３４５６７", "№11030-01234567", "11030〜01234567"),
        *("11030_01234567", "11030/01234567", "求職者番号：11030-01234567", "番号 11030-01234567", "No.11030-01234567"),
        *(
            "11030・01234567",
            "11030.01234567",
            "11030-01234567.",
            " \u300011030-01234567\n",
            "\ufeff11030-\u200b01234567\u202e",
        ),
        *(f"11030{hyphen}01234567" for hyphen in "-‐‑‒–—―−－ー\uff70─━﹣﹘⁃˗~〜～"),
    ],
)
def test_a_seeker_number_is_kept_as_digits_hyphen_digits(typed: str) -> None:
    assert answers.seeker_number(typed) == "11030-01234567"


@pytest.mark.parametrize("typed", ["11030-1234567", "11030-12345", "13010-98765432", "01010-00000001", "11030-1234"])
def test_a_seeker_number_of_any_office_is_kept_without_padding(typed: str) -> None:
    assert answers.seeker_number(typed) == typed


@pytest.mark.parametrize(
    ("typed", "split"),
    [("11030123456", "11030-123456"), ("110301234", "11030-1234"), ("621498320258", "62149-8320258")],
)
def test_nine_to_twelve_digits_without_a_hyphen_are_asked_back(typed: str, split: str) -> None:
    assert yes_or_no(answers.seeker_number(typed)) == (Text("Is your job-seeker number {value}?", value=split), split)


@pytest.mark.parametrize("typed", ["１２３４-５６７８９０-１", "6214 9832 0257", "621498320257", "番号 6214-9832-0257"])
def test_another_number_is_refused_as_a_seeker_number(typed: str) -> None:
    assert answers.seeker_number(typed) == ANOTHER_NUMBER


def test_a_seeker_number_that_has_the_my_number_check_digit_is_accepted_with_its_hyphen() -> None:
    assert answers.seeker_number("62149-8320257") == "62149-8320257"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "なし", "11030", "-01234567", "110300-1234567", "11030-123", "11030-O1234567", "11030-1234567A"),
        *(
            "090-1234-5678",
            "/start",
            "一一〇三〇",
            "11030-01234567 11030-76543210",
            "カードを なくしました",
            "30-123456-7",
        ),
        *("<b>11030-01234567</b>", "11030-01234567\n090-1234-5678", "１１０３０", "令和8年11月26日", "11030-012345678"),
        *("١١٠٣٠-٠١٢٣٤٥٦٧", "११०३०-०१२३४५६७", "11030-0123\u20284567", "11030-0123\r4567", "11030123", "11030012345678"),
    ],
)
def test_anything_else_is_no_seeker_number(typed: str) -> None:
    assert answers.seeker_number(typed) == NO_SEEKER_NUMBER


@given(
    st.from_regex(r"[0-9]{4,6}[ _./・-]{0,2}[0-9]{3,9}", fullmatch=True)
    | st.text(alphabet="0123456789０１-－ー 番号No.:", max_size=24)
)
def test_an_accepted_seeker_number_always_has_one_shape(typed: str) -> None:
    reading = answers.seeker_number(typed)
    values = [value for _, value in reading.choices] if isinstance(reading, Check) else [reading]
    assert all(re.fullmatch(r"[0-9]{5}-[0-9]{4,8}", value) for value in values if isinstance(value, str))
