"""A missed session is weighed by a lead (第4条(4)): since when, until when, and what a decision needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows.desk.people import (
    DATE_TOO_MANY,
    DECISIONS,
    FAR_DATE,
    NEEDED,
    NO_DATE,
    PAST_DATE,
    SUSPENDED_NUMBER,
    Measure,
    Missed,
    Person,
    enough,
    suspended_number,
    wrong_day,
)
from flows.text import Text
from tests.clauses.deadlines import DAY, jst

TODAY = date(2026, 11, 19)
AT = [jst(f"2026-11-{day}T10:00") for day in ("02", "09", "16")]
SESSIONS = tuple(Missed(f"{moment:%d}", "123456", moment, moment) for moment in AT)
WARNING = Measure(1, "n", "9", "warning", "no_contact", AT[1], "責任者")


def test_without_a_decision_all_that_was_missed_is_to_be_weighed() -> None:
    person = Person(SESSIONS)
    assert (person.unweighed, person.newest, person.seen) == (SESSIONS, SESSIONS[2], "0.3")


def test_what_was_missed_since_the_last_decision_is_to_be_weighed() -> None:
    person = Person(SESSIONS, (replace(WARNING, id=7), replace(WARNING, id=3, at=AT[0])))
    assert (person.unweighed, person.newest, person.seen) == (SESSIONS[2:], SESSIONS[2], "7.3")
    just_before = Person(SESSIONS, (replace(WARNING, at=AT[1] - timedelta(seconds=1)),))
    assert just_before.unweighed == SESSIONS[1:]


def test_where_all_is_weighed_a_decision_goes_with_the_newest() -> None:
    person = Person(SESSIONS, (replace(WARNING, at=AT[2]),))
    assert (person.unweighed, person.newest) == ((), SESSIONS[2])


def test_a_session_that_was_recorded_late_is_weighed_before_a_newer_one_that_was_weighed_already() -> None:
    late = replace(SESSIONS[0], at=AT[2])
    person = Person((late, SESSIONS[1]), (WARNING,))
    assert (person.unweighed, person.newest) == ((late,), late)


def test_a_missed_session_has_its_reference() -> None:
    assert SESSIONS[0].reference == "123-456"


@pytest.mark.parametrize(
    ("measure", "in_force"),
    [
        (WARNING, True),
        (replace(WARNING, ended_at=AT[2]), False),
        (replace(WARNING, what="nothing"), False),
        (replace(WARNING, what="suspension"), True),
        (replace(WARNING, what="suspension", until=TODAY), True),
        (replace(WARNING, what="suspension", until=TODAY - DAY), False),
        (replace(WARNING, what="suspension", until=TODAY, ended_at=AT[2]), False),
    ],
)
def test_a_measure_holds_until_it_is_ended_or_its_last_day_is_over(measure: Measure, in_force: bool) -> None:
    assert measure.in_force(TODAY) is in_force


def test_a_measure_is_written_down_without_the_number_and_the_name() -> None:
    written = repr(replace(WARNING, number_index="11030-01234567"))
    assert "11030" not in written
    assert "warning" in written


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (None, NO_DATE),
        (TODAY - DAY, PAST_DATE),
        (TODAY, None),
        (TODAY + 366 * DAY, None),
        (TODAY + 367 * DAY, FAR_DATE),
    ],
)
def test_a_suspension_until_a_date_needs_one_that_can_be(day: date | None, why: Text | None) -> None:
    assert wrong_day("until", day, TODAY) == why


@pytest.mark.parametrize("decision", [decision for decision in DECISIONS if decision != "until"])
def test_no_other_decision_has_a_date(decision: str) -> None:
    assert wrong_day(decision, None, TODAY) is None
    assert wrong_day(decision, TODAY, TODAY) == DATE_TOO_MANY


@pytest.mark.parametrize(("length", "is_enough"), [(0, False), (1, False), (2, True), (1000, True), (1001, False)])
def test_why_is_said_in_words_that_are_neither_too_few_nor_too_many(length: int, is_enough: bool) -> None:
    assert enough("理" * length) is is_enough
    assert [why.values for why in NEEDED.values()] == [{"least": 2, "most": 1000}] * 3


@pytest.mark.parametrize(
    ("until", "says"), [(TODAY, Text("Until the end of {day}", day=TODAY)), (None, Text("No end date"))]
)
def test_a_clerk_who_books_for_somebody_suspended_reads_until_when(until: date | None, says: Text) -> None:
    assert suspended_number(until) == SUSPENDED_NUMBER.given(until=says)
