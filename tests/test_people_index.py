"""Blind indexes: one value in two spellings is found, another is not, and nothing of a value stands in its index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.people_index import What, index_of, indexes
from bot.retention import forget_what_is_old
from flows.counter import Booking
from tests.conversations.visitor import SEAL
from tests.counters import DAYS, DETAILS, NOW, Office

KEPT = indexes(SEAL, DETAILS)
COLUMNS: dict[What, str] = {"number": "number_index", "phone": "phone_index", "name": "name_index"}


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("number", "11030-01234567"), ("number", "１１０３０－０１２３４５６７"), ("number", "求職番号 1103001234567"),
        ("phone", "090-1234-5678"), ("phone", "+81 90 1234 5678"), ("phone", "９０１２３４５６７８"),
        ("name", "川越 太郎"), ("name", "川越太郎"), ("name", " 川越　太郎 "),
    ],
)  # fmt: skip
def test_another_spelling_of_a_value_is_found(what: What, typed: str) -> None:
    assert index_of(SEAL, what, typed) == KEPT[COLUMNS[what]]


def test_a_name_is_found_in_capitals_and_in_wide_letters() -> None:
    kept = indexes(SEAL, {**DETAILS, "name": "Kawagoe Taro"})["name_index"]
    assert index_of(SEAL, "name", "ＫＡＷＡＧＯＥ　ＴＡＲＯ") == kept


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("number", "11030-01234568"), ("phone", "090-1234-5679"), ("name", "川越 次郎"),
        ("number", "1234 5678 9012"), ("phone", "川越"), ("name", "090-1234-5678"), ("number", ""), ("name", " "),
    ],
)  # fmt: skip
def test_what_is_another_value_or_none_is_not_found(what: What, typed: str) -> None:
    assert index_of(SEAL, what, typed) != KEPT[COLUMNS[what]]


def test_one_value_has_another_index_as_each_of_the_three() -> None:
    assert len(set(KEPT.values())) == 3
    assert not any(part in index for index in KEPT.values() for part in ("11030", "9012345678", "川越"))


async def test_every_new_booking_is_indexed_and_none_once_its_details_are_erased(office: Office) -> None:
    booking = await office.request(1, seeker_number=DETAILS["seeker_number"])
    assert isinstance(booking, Booking)
    columns = "SELECT number_index, phone_index, name_index FROM booking"
    kept: dict[str, Any] = indexes(office.seal, DETAILS)
    assert await office.all(columns) == [tuple(kept.values())]
    later = booking.slot.start + timedelta(days=DAYS.office.contact_days + 1)
    assert later > NOW
    await office.database.run(lambda t: forget_what_is_old(t, office.seal, DAYS.office, later))
    assert await office.all(columns) == [("", "", "")]
