"""Plain values: a sentence goes into a row with its values and comes back; what a booking says of itself."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from flows.counter import Booking, Slot, Suspension
from flows.text import Text
from tests.counters import NOW

DAY, CLOCK = date(2026, 11, 24), time(9, 30)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("川越", "川越"),
        (3, 3),
        (None, None),
        (DAY, {"date": "2026-11-24"}),
        (CLOCK, {"time": "09:30:00"}),
        (Text("{day}", day=DAY), {"text": "{day}", "values": {"day": {"date": "2026-11-24"}}}),
    ],
)
def test_a_value_is_plain_in_a_row_and_comes_back_as_it_was(value: Any, kept: Any) -> None:
    text = Text("{value}", value=value)
    assert text.to_json() == {"text": "{value}", "values": {"value": kept}}
    assert Text.from_json(text.to_json()) == text


def test_a_sentence_is_given_other_values_and_keeps_those_that_it_has() -> None:
    text = Text("{date} {time}", date=DAY)
    assert text.given(time=CLOCK) == Text("{date} {time}", date=DAY, time=CLOCK)
    assert text.given(date=CLOCK) == Text("{date} {time}", date=CLOCK)
    assert text == Text("{date} {time}", date=DAY), "it is itself as it was"


def test_a_value_may_be_called_as_it_likes() -> None:
    assert Text("{sentence} {self}", sentence=1, self=2).values == {"sentence": 1, "self": 2}


def booking(**more: Any) -> Booking:
    day = NOW.date()
    return Booking("id", "123456", "requested", 1, Slot("1", NOW), 1, "ja", NOW, day, day, NOW, **more)


def test_a_reference_is_read_in_two_parts() -> None:
    assert booking().reference == "123-456"


@pytest.mark.parametrize(
    ("details", "companion"), [({}, False), ({"companion": "none"}, False), ({"companion": "family"}, True)]
)
def test_a_companion_is_somebody(details: dict[str, str], companion: bool) -> None:
    assert booking(details=details).companion is companion


@pytest.mark.parametrize(
    ("told", "confirmed"),
    [("", False), ("waiting", False), ("failed", False), ("handed", True), ("by_hand", True), ("by_phone", True)],
)
def test_4_2_b_confirmed_is_what_has_reached_the_person(told: Any, confirmed: bool) -> None:
    assert booking(told=told).confirmed_to_person is confirmed


def test_a_new_booking_has_neither_a_url_nor_more_time_nor_a_twin() -> None:
    new = booking()
    assert (new.url, new.url_sent, new.extended, new.same_number, new.claim_code) == ("", False, False, False, "")
    assert new.details == {}
    assert new.details is not booking().details
    assert not Suspension(1, "no_contact").objected
