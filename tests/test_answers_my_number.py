"""A My Number (マイナンバー) is never taken for anything, and nothing else for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import answers
from flows.answers import ANOTHER_NUMBER, Reading
from tests.readings import MY_NUMBERS, e164


@pytest.mark.parametrize("read", [answers.full_name, answers.seeker_number, answers.email, answers.phone])
@pytest.mark.parametrize("typed", MY_NUMBERS)
def test_a_my_number_is_refused_in_every_typed_field(read: Callable[[str], Reading], typed: str) -> None:
    assert read(typed) == ANOTHER_NUMBER


def test_whoever_sent_another_number_is_asked_to_delete_what_could_not_be_deleted() -> None:
    assert ANOTHER_NUMBER.kept is not None
    assert "Please delete it yourself" in ANOTHER_NUMBER.kept.sentence


@pytest.mark.parametrize("typed", ["621498320258", "11030-1234567", "62149832025", "川越 太郎", "6214-98320257", ""])
def test_what_lacks_the_shape_or_the_check_digit_is_no_my_number(typed: str) -> None:
    assert not answers.looks_like_my_number(typed)


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_exactly_one_check_digit_makes_a_my_number(digits: str) -> None:
    assert sum(answers.looks_like_my_number(f"{digits}{check}") for check in range(10)) == 1


@given(st.text(alphabet="0123456789", min_size=11, max_size=11))
def test_the_check_digit_is_that_of_the_ordinance(digits: str) -> None:
    """総務省令第85号 第5条: of the n-th digit from the right, times n+1 up to the sixth, from there n-5."""
    weighed = sum(int(p) * (n + 1 if n <= 6 else n - 5) for n, p in enumerate(reversed(digits), start=1))
    rest = weighed % 11
    assert answers.looks_like_my_number(f"{digits}{0 if rest <= 1 else 11 - rest}")


@pytest.mark.parametrize("typed", ["8190-1234-5678", "+8190-1234-5678", "8190 1234 5678"])
def test_digits_that_are_a_valid_phone_number_are_no_my_number_at_the_phone_question(typed: str) -> None:
    assert e164(answers.phone(typed)) == "+819012345678"
