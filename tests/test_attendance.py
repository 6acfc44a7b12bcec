"""What staff may record of a session and when (第4条(1), 4(4), 第10条（1）): each act by itself, to the moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from flows import lifecycle
from flows.counter import Booking, Refused
from flows.desk import attendance
from flows.desk.attendance import STATES, TO_DO
from flows.lifecycle import CONFIRMED, ENDED, IN_SESSION, MISSED
from tests.clauses.deadlines import DAYS, jst
from tests.clauses.screens import BOOKED, START

Act = Callable[..., Refused | None]
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)
IN_IT = START + 20 * MINUTE
DAY = date(2026, 11, 24)
TOUCHED = replace(BOOKED, contact_at=START + 5 * MINUTE)


def extend(days: object, booking: Booking, now: datetime) -> Refused | None:
    return attendance.extend(DAYS, booking, now, None)


ACTS: dict[Act, tuple[str, set[str]]] = {
    attendance.start: ("4(4)", {CONFIRMED}),
    extend: ("4(1)", {IN_SESSION}),
    attendance.stop: ("10(1)", {IN_SESSION, ENDED}),
    attendance.finish: ("4(1)", {IN_SESSION, ENDED}),
    attendance.not_held: ("4(4)", {CONFIRMED, IN_SESSION, ENDED}),
    attendance.contact: ("4(4)", {CONFIRMED, ENDED}),
    attendance.miss: ("4(4)", {CONFIRMED, ENDED}),
    attendance.correct: ("4(4)", {MISSED}),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_for_some_states_and_else_what_is_so_now_and_what_to_do_is_said(act: Act, state: str) -> None:
    clause, states = ACTS[act]
    found = act(DAYS, replace(BOOKED, state=state), IN_IT)
    if state in states:
        assert found is None
        return
    assert found
    assert found.clause == clause
    assert found.why.sentence == "Nothing was done. The session is now: {state}. {to_do}"
    assert found.why.values == {"state": STATES[state], "to_do": TO_DO.get(state, "")}


def test_every_state_has_its_words() -> None:
    assert {*STATES} == {*lifecycle.STATES} - {"new"}


@pytest.mark.parametrize(
    ("state", "now", "is_now"),
    [
        (CONFIRMED, START + 45 * MINUTE - MOMENT, CONFIRMED),
        (CONFIRMED, START + 45 * MINUTE, ENDED),
        (IN_SESSION, START + 45 * MINUTE - MOMENT, IN_SESSION),
        (IN_SESSION, START + 45 * MINUTE, ENDED),
        (MISSED, START + 60 * MINUTE, MISSED),
        (lifecycle.REQUESTED, START + 60 * MINUTE, lifecycle.REQUESTED),
    ],
)
def test_4_1_after_45_minutes_it_is_over_though_the_clock_has_not_moved_it_yet(
    state: str, now: datetime, is_now: str
) -> None:
    assert attendance.presently(DAYS, replace(BOOKED, state=state), now) == is_now


def refused(found: Refused | None, clause: str, begins: str) -> dict[str, object]:
    """The values of what is said."""
    assert found
    assert found.clause == clause
    assert found.why.sentence.startswith(begins)
    return dict(found.why.values)


# To the moment


def test_4_4_it_can_be_started_a_quarter_of_an_hour_early() -> None:
    assert attendance.start(DAYS, BOOKED, START - 15 * MINUTE) is None
    said = refused(attendance.start(DAYS, BOOKED, START - 15 * MINUTE - MOMENT), "4(4)", "It cannot be started yet")
    assert said == {"date": DAY, "time": time(9, 30), "first": time(9, 15)}


def test_4_4_that_it_was_not_held_is_recorded_from_its_start_on() -> None:
    assert attendance.not_held(DAYS, BOOKED, START) is None
    said = refused(
        attendance.not_held(DAYS, BOOKED, START - MOMENT), "4(4)", "Not recorded: the session is still ahead"
    )
    assert said == {"date": DAY, "time": time(9, 30)}


def test_4_4_contact_is_noted_from_the_day_itself_on() -> None:
    assert attendance.contact(DAYS, BOOKED, jst("2026-11-24T00:00")) is None
    assert attendance.contact(DAYS, replace(BOOKED, state=ENDED), jst("2026-11-26T12:00")) is None
    before = jst("2026-11-23T23:59:59.999")
    said = refused(attendance.contact(DAYS, BOOKED, before), "4(4)", "Not noted: the session is still ahead")
    assert said == {"date": DAY, "time": time(9, 30)}


def test_4_4_contact_is_noted_once() -> None:
    said = refused(attendance.contact(DAYS, TOUCHED, IN_IT), "4(4)", "It is noted already")
    assert said == {"time": time(9, 35)}


def test_4_4_no_contact_is_never_recorded_before_10_minutes_have_passed() -> None:
    assert attendance.miss(DAYS, BOOKED, START + 10 * MINUTE) is None
    for sure in (False, True):
        found = attendance.miss(DAYS, BOOKED, START + 10 * MINUTE - MOMENT, sure)
        said = refused(found, "4(4)", "“No contact” cannot be recorded yet")
        assert said == {"date": DAY, "time": time(9, 30), "first": time(9, 40)}


def test_4_4_whoever_was_in_touch_has_missed_it_only_where_somebody_is_sure() -> None:
    said = refused(attendance.miss(DAYS, TOUCHED, IN_IT), "4(4)", "Not recorded: the person came or was in touch")
    assert said == {"time": time(9, 35)}
    assert attendance.miss(DAYS, TOUCHED, IN_IT, sure=True) is None


# Extending


NEXT = replace(BOOKED, id="c", ref="654321", slot=replace(BOOKED.slot, start=START + 30 * MINUTE))
RUNNING = replace(BOOKED, state=IN_SESSION)


def test_4_1_it_is_extended_once() -> None:
    assert attendance.extend(DAYS, RUNNING, IN_IT, None) is None
    again = replace(RUNNING, extended=True)
    for following in (None, NEXT):
        said = refused(attendance.extend(DAYS, again, IN_IT, following), "4(1)", "It has been extended already.")
        assert said == {"time": time(10, 15)}


def test_4_1_it_is_not_extended_into_the_same_counsellors_next_session() -> None:
    said = refused(attendance.extend(DAYS, RUNNING, IN_IT, NEXT), "4(1)", "It cannot be extended")
    assert said == {"time": time(10), "ref": "654-321"}
