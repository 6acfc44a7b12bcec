"""What people type: the rules that every field keeps, and that nothing typed can break them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows import answers
from flows.answers import ANOTHER_NUMBER, NO_EMAIL, NO_NAME, NO_PHONE, NO_SEEKER_NUMBER, Check, Reading, Rejected
from flows.text import Text
from tests.readings import MY_NUMBERS, e164

READERS: list[Callable[[str], Reading]] = [
    answers.full_name,
    answers.seeker_number,
    answers.email,
    answers.phone,
    answers.shared_phone,
]


def test_one_line_is_read_up_to_320_characters_with_all_that_surrounds_the_answer() -> None:
    assert answers.full_name(f"川越{' ' * 316}太郎") == "川越 太郎"
    assert answers.full_name(f"川越{' ' * 317}太郎") == NO_NAME


def test_what_is_asked_back_is_in_no_log() -> None:
    assert "1103" not in repr(answers.seeker_number("110301234"))


@pytest.mark.parametrize(
    "typed",
    [
        "090123456",
        "１２３４５６７８９",
        "٠٩٠١٢٣٤٥٦",
        "1 2 3 4 5, 6789",
        "①②③④⑤⑥⑦⑧⑨",
        "〇九〇-一二三四-五六七八",
        "taro@example.jp",
        "＠taro",
        "﹫",
    ],
)
def test_nine_digits_or_an_at_sign_are_private_wherever_they_are_typed(typed: str) -> None:
    assert answers.holds_private_data(typed)


@pytest.mark.parametrize(
    "typed", ["", "12345678", "11月26日 13:00", "こんにちは", "/start", "一番良い三つを一緒に一度、五月三日に二人で"]
)
def test_ordinary_words_are_not_private(typed: str) -> None:
    assert not answers.holds_private_data(typed)


pieces = st.sampled_from(
    [*MY_NUMBERS, "11030", "-", "+81", "@", "docomo.ne.jp", "xn--", "mailto:", "です", "(携帯)", "\n"]
)
anything = st.text(st.characters(), max_size=60) | st.lists(pieces | st.text(st.characters(), max_size=3)).map("".join)


@pytest.mark.parametrize("read", READERS)
@given(typed=anything)
def test_any_text_at_all_is_an_answer_a_check_or_a_rejection(read: Callable[[str], Reading], typed: str) -> None:
    reading = read(typed)
    if isinstance(reading, Check):
        assert all(value is None or json.loads(json.dumps(value)) == value for _, value in reading.choices)
        assert Text.from_json(json.loads(json.dumps(reading.ask.to_json()))) == reading.ask
    elif not isinstance(reading, Rejected):
        assert reading
        assert json.loads(json.dumps(reading)) == reading


@given(typed=anything)
def test_any_text_at_all_can_be_looked_at_for_private_data(typed: str) -> None:
    assert answers.holds_private_data(f"{typed}@")
    assert answers.holds_private_data(f"{typed}123456789")


@given(
    local=st.from_regex(r"[a-z.A-Z0-9_-]{1,20}", fullmatch=True), domain=st.sampled_from(["docomo.ne.jp", "日本語.jp"])
)
def test_whatever_address_is_accepted_can_be_sent_to(local: str, domain: str) -> None:
    reading = answers.email(f"{local}@{domain}")
    address = reading.choices[0][1] if isinstance(reading, Check) else reading
    if isinstance(address, str):
        assert answers.sending_form(address).isascii()


@given(typed=st.from_regex(r"(\+81|0|81|)[1-9]0?[0-9-]{8,10}", fullmatch=True))
def test_an_accepted_phone_number_reads_the_same_in_its_national_form(typed: str) -> None:
    reading = answers.phone(typed)
    value = reading.choices[0][1] if isinstance(reading, Check) else reading
    if isinstance(value, dict) and e164(value).startswith("+81"):
        assert e164(answers.phone(answers.national(value))) == e164(value)


@pytest.mark.parametrize("read", [*READERS, answers.holds_private_data])
@pytest.mark.parametrize(
    "piece",
    ["9", " ", "-", "(", "a.", "@", "<", "\u0344\u0f73", "\ufdfa", "\u200b", "あ", "です", "1\t", "a@b.", "\ud800"],
)
def test_the_longest_message_is_refused_and_makes_no_pattern_hang(read: Callable[[str], object], piece: str) -> None:
    assert isinstance(read((piece * 4096)[:4096]), Rejected | bool)


CATALOG = Path(__file__).parents[2] / "shared" / "domain" / "messages" / "ja.po"


@pytest.mark.skipif(not CATALOG.exists(), reason="the draft catalog lies beside the repository")
def test_every_sentence_is_in_the_catalog() -> None:
    from babel.messages.pofile import read_po

    with CATALOG.open("rb") as file:
        known = {message.id for message in read_po(file)}
    said = [ANOTHER_NUMBER, NO_EMAIL, NO_NAME, NO_PHONE, NO_SEEKER_NUMBER]
    texts = [rejected.why for rejected in said] + [rejected.kept for rejected in said if rejected.kept]
    asked = [answers.email("t@gmial.com"), answers.email(".a@docomo.ne.jp"), answers.phone("+1 202 555 0123")]
    asked += [answers.phone("9012345678"), answers.seeker_number("110301234")]
    for check in asked:
        assert isinstance(check, Check)
        texts += [check.ask, *(label for label, _ in check.choices if isinstance(label, Text))]
    assert {text.sentence for text in texts} <= known
