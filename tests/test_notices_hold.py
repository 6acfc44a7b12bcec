"""When what a notice says is true: by the state of a booking, its chat, its address, its URL, what was done with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows import only_if
from flows.counter import Booking, Decision, NewTime, Slot
from flows.lifecycle import CANCELLED, CONFIRMED, DECLINED, ENDED, IN_SESSION, LAPSED, MISSED, PROPOSED, REQUESTED
from flows.only_if import Condition
from flows.promises import is_for_no_chat, waits_for_the_letter
from tests.clauses.screens import BOOKED, START
from tests.counters import NOW

TOLD = replace(BOOKED, state=CONFIRMED, told="handed")
WANTED = NewTime(Slot("1", START), NOW, NOW.date(), NOW.date(), NOW)
MOVED = {event: Decision(event, NOW) for event in ("move", "decline_move", "lapse_move")}
BOOKINGS = {
    "requested": replace(TOLD, state=REQUESTED, told=""),
    "proposed": replace(TOLD, state=PROPOSED, told=""),
    "declined": replace(TOLD, state=DECLINED, told=""),
    "lapsed": replace(TOLD, state=LAPSED, told=""),
    "told": TOLD,
    "not told yet": replace(TOLD, told="waiting"),
    "letter failed": replace(TOLD, told="failed"),
    "told, with a URL": replace(TOLD, url="https://x.example/1"),
    "not told yet, with a URL": replace(TOLD, told="waiting", url="https://x.example/1"),
    "in session": replace(TOLD, state=IN_SESSION),
    "in session, with a URL": replace(TOLD, state=IN_SESSION, url="https://x.example/1"),
    "ended, with a URL": replace(TOLD, state=ENDED, url="https://x.example/1"),
    "wants another time": replace(TOLD, wanted=WANTED),
    "cancelled, had wanted another time": replace(TOLD, state=CANCELLED, wanted=WANTED),
    "moved": replace(TOLD, moved=MOVED["move"]),
    "move declined": replace(TOLD, moved=MOVED["decline_move"]),
    "move lapsed": replace(TOLD, moved=MOVED["lapse_move"]),
    "move declined, then cancelled": replace(TOLD, state=CANCELLED, moved=MOVED["decline_move"]),
    "move lapsed, then cancelled": replace(TOLD, state=CANCELLED, moved=MOVED["lapse_move"]),
    "cancelled": replace(TOLD, state=CANCELLED),
    "cancelled, told by hand": replace(TOLD, state=CANCELLED, told="by_hand"),
    "cancelled, told by phone": replace(TOLD, state=CANCELLED, told="by_phone"),
    "cancelled before it was told": replace(TOLD, state=CANCELLED, told=""),
    "missed": replace(TOLD, state=MISSED),
}
WISHED, HAS_URL = {"wants another time"}, {"told, with a URL", "not told yet, with a URL", "in session, with a URL"}
CANCELLED_ONES = {name for name, booking in BOOKINGS.items() if booking.state == CANCELLED}
REACHED = {
    name for name, booking in BOOKINGS.items() if booking.state == CONFIRMED and booking.told == "handed"
}  # fmt: skip
IN_LIFE = {"requested", "proposed", *(name for name, booking in BOOKINGS.items() if booking.state == CONFIRMED)}


def holding(condition: Condition, **changes: object) -> set[str]:
    return {name for name, booking in BOOKINGS.items() if condition(replace(booking, **changes))}  # type: ignore[arg-type]  # each of its own type


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (only_if.requested, {"requested"}),
        (only_if.proposed, {"proposed"}),
        (only_if.declined, {"declined"}),
        (only_if.lapsed, {"lapsed"}),
        (only_if.ahead, IN_LIFE),
        (only_if.told, REACHED),
        (only_if.not_told, {"letter failed"}),
        (only_if.told_with_url, {"told, with a URL"}),
        (only_if.no_url, {name for name in IN_LIFE - HAS_URL if BOOKINGS[name].state == CONFIRMED}),
        (only_if.has_url, HAS_URL),
        (only_if.wished, WISHED),
        (only_if.move_declined, {"move declined"}),
        (only_if.move_lapsed, {"move lapsed"}),
        (only_if.cancelled, CANCELLED_ONES),
        (only_if.missed, {"missed"}),
        (only_if.not_missed, {*BOOKINGS} - {"missed"}),
    ],
)
def test_a_condition_holds_of_these_bookings_and_of_no_other(condition: Condition, holds: set[str]) -> None:
    assert holding(condition) == holds


@pytest.mark.parametrize(
    ("condition", "otherwise"),
    [
        (only_if.requested_no_chat, only_if.requested), (only_if.lapsed_no_chat, only_if.lapsed),
        (only_if.ahead_no_chat, only_if.ahead), (only_if.told_no_chat, only_if.told),
    ],
)  # fmt: skip
def test_whoever_has_a_chat_reads_it_there_and_nobody_without_an_address_by_letter(
    condition: Condition, otherwise: Condition
) -> None:
    assert holding(condition) == set()
    assert holding(condition, chat=None) == holding(otherwise)
    assert holding(condition, chat=None, details={}) == set()


@pytest.mark.parametrize(
    ("condition", "otherwise"),
    [
        (only_if.told_by_mail, only_if.told), (only_if.missed_by_mail, only_if.missed),
        (only_if.not_missed_by_mail, only_if.not_missed),
    ],
)  # fmt: skip
def test_a_letter_needs_an_address(condition: Condition, otherwise: Condition) -> None:
    assert holding(condition) == holding(otherwise)
    assert holding(condition, details={}) == set()


def test_a_letter_tells_of_a_cancellation_whoever_was_told_by_letter_or_has_no_chat() -> None:
    by_letter = {name for name in CANCELLED_ONES if BOOKINGS[name].told in ("handed", "by_hand")}
    assert CANCELLED_ONES - by_letter == {"cancelled, told by phone", "cancelled before it was told"}
    assert holding(only_if.reads_of_it) == by_letter
    assert holding(only_if.reads_of_it, chat=None) == CANCELLED_ONES


def test_a_reminder_waits_while_the_confirmation_is_on_its_way() -> None:
    waiting = {name for name, booking in BOOKINGS.items() if waits_for_the_letter("remind_one_hour", booking)}
    assert waiting == {"not told yet", "letter failed", "not told yet, with a URL"}
    assert not any(waits_for_the_letter("confirmed_mail", booking) for booking in BOOKINGS.values())


@pytest.mark.parametrize(
    ("kind", "without_a_chat"),
    [
        ("no_reply_mail", {"requested"}),
        ("no_reply", set()),
        ("declined_mail", set()),
        ("remind_day_before_mail", set()),
    ],
)
def test_a_letter_that_only_whoever_has_no_chat_reads_is_known_for_one(kind: str, without_a_chat: set[str]) -> None:
    assert {name for name, booking in BOOKINGS.items() if is_for_no_chat(kind, booking)} == without_a_chat
    assert not any(is_for_no_chat(kind, replace(booking, chat=None)) for booking in BOOKINGS.values()), "it is theirs"


def test_what_was_said_of_a_session_is_known() -> None:
    late: Booking = replace(TOLD, said=(Decision("calling", NOW), Decision("late", NOW)))
    lost = replace(TOLD, said=(Decision("cannot_connect", NOW),))
    assert [only_if.late(each) for each in (TOLD, late, lost)] == [False, True, False]
    assert [only_if.cannot_connect(each) for each in (TOLD, late, lost)] == [False, False, True]
