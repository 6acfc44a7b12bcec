"""A phone number as people type and share it."""

from __future__ import annotations

import pytest

from flows import answers
from flows.answers import NO_PHONE
from flows.text import Text
from tests.readings import e164, yes_or_no


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        *(("049-242-0197", t) for t in ("049-242-0197", "(049)242-0197", "０４９－２４２－０１９７", "049ー242ー0197")),
        *(("049-242-0197", t) for t in ("049‐242‐0197", "049—242—0197", "049\u3000242\u30000197", "+81 49 242 0197")),
        *(("049-242-0197", t) for t in ("+81(0)49-242-0197", "+81492420197", "TEL:049-242-0197", "℡049-242-0197")),
        *(("049-242-0197", t) for t in ("電話番号：049-242-0197", "電話 049.242.0197", "＋81492420197", "81492420197")),
        *(
            ("090-1234-5678", t)
            for t in ("090-1234-5678", "０９０１２３４５６７８", "090 1234 5678", "+81 90 1234 5678")
        ),
        *(("090-1234-5678", t) for t in ("090-1234-5678（携帯）", "携帯:090-1234-5678", "09012345678 (本人)")),
        *((t, t) for t in ("080-1234-5678", "060-1234-5678", "03-1234-5678", "048-123-4567", "050-1234-5678")),
    ],
)
def test_a_phone_number_is_read_and_shown_in_its_national_form(shown: str, typed: str) -> None:
    reading = answers.phone(typed)
    assert isinstance(reading, dict)
    assert answers.national(reading) == shown


@pytest.mark.parametrize("typed", ["049-242-0197", "０４９－２４２－０１９７", "TEL:049-242-0197"])
def test_a_phone_number_is_kept_in_e164_and_as_typed(typed: str) -> None:
    assert answers.phone(f" {typed}\u200b ") == {"e164": "+81492420197", "typed": typed}


@pytest.mark.parametrize(
    ("typed", "number", "shown"),
    [
        ("９０１２３４５６７８", "+819012345678", "090-1234-5678"),
        ("492420197", "+81492420197", "049-242-0197"),
        ("184-22-1234", "+81184221234", "0184-22-1234"),
    ],
)
def test_a_phone_number_without_its_0_is_asked_back(typed: str, number: str, shown: str) -> None:
    asked, value = yes_or_no(answers.phone(typed))
    assert asked == Text("Is your phone number {value}?", value=shown)
    assert value == {"e164": number, "typed": typed}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+1 202 555 0123", "+12025550123"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("+1 860 555 0123", "+18605550123"),
    ],
)
def test_a_foreign_phone_number_is_asked_back(typed: str, number: str) -> None:
    asked, value = yes_or_no(answers.phone(typed))
    assert asked == Text("That is not a Japanese number. Is {value} the number you registered?", value=number)
    assert value == {"e164": number, "typed": typed}


@pytest.mark.parametrize(
    "typed",
    [
        *("0120-123-456", "020-1234-5678", "090-1234-567", "0901234567", "242-0197", "119", "186-09012345678"),
        *("090-1234-ABCD", "持っていません", "090-1234-5678 内線12", "001-1234-5678", "090-0000-0000", "-", "①②③"),
        *("11030-12345671", "#9110", "090_1234_5678", "090O1234567", "l20-123-4567", "https://t.me/x"),
        *("", "+", "()", "0570-000-000", "184-090-1234-5678", "010-1-202-555-0123", "०९०-१२३४-५६७८", "９" * 300),
        *("090-1234-5678\n080-1234-5678", "090-1234-5678 080-1234-5678", "++819012345678", "819012345678;ext=1"),
        "+010-81-90-1234-5678",
    ],
)
def test_anything_else_is_no_phone_number(typed: str) -> None:
    assert answers.phone(typed) == NO_PHONE


@pytest.mark.parametrize("number", ["819012345678", "+819012345678", "09012345678"])
def test_a_shared_number_is_read_with_or_without_its_plus_and_in_its_national_form(number: str) -> None:
    assert answers.shared_phone(number) == {"e164": "+819012345678", "typed": number}


def test_a_shared_number_may_have_the_check_digit_of_a_my_number() -> None:
    [number] = [f"8190123456{tail:02}" for tail in range(10) if answers.looks_like_my_number(f"8190123456{tail:02}")]
    assert e164(answers.shared_phone(number)) == f"+{number}"


@pytest.mark.parametrize("number", ["12025550123", "+12025550123"])
def test_a_shared_foreign_number_is_asked_back(number: str) -> None:
    assert yes_or_no(answers.shared_phone(number))[1] == {"e164": "+12025550123", "typed": number}


@pytest.mark.parametrize("number", ["", "81120123456", "8190", "name"])
def test_a_shared_number_keeps_the_other_rules(number: str) -> None:
    assert answers.shared_phone(number) == NO_PHONE


def test_a_foreign_number_is_shown_in_its_international_form() -> None:
    assert answers.national({"e164": "+12025550123", "typed": "+12025550123"}) == "+1 202-555-0123"


def test_an_echoed_phone_number_shows_its_last_four_digits() -> None:
    assert answers.masked_phone({"e164": "+819012345678", "typed": "09012345678"}) == "***-****-5678"
