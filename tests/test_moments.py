"""When a notice is due, until when it is worth something, and which list for staff is the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from flows import clock, due, policy
from flows.counter import NewTime, Slot
from flows.lifecycle import CANCELLED
from flows.office_days import OfficeDays
from flows.promises import wait_for_morning
from tests.clauses.deadlines import DAYS, jst
from tests.clauses.screens import BOOKED, START

NOW = jst("2026-11-12T10:00")
SECOND = timedelta(seconds=1)


def wish(start: datetime, lapses: datetime) -> NewTime:
    return NewTime(Slot("1", start), NOW, policy.reply_by(DAYS, NOW), NOW.date(), lapses)


def test_another_time_that_is_asked_for_is_late_as_a_request_is_unless_it_has_lapsed_by_then() -> None:
    start = jst("2026-12-01T09:30")
    late = policy.no_reply_at(DAYS, NOW, start)
    assert late == jst("2026-11-16T08:30")
    for lapses, when in ((late + SECOND, late), (late, None), (late - SECOND, None)):
        assert due.wish_is_late(DAYS, replace(BOOKED, wanted=wish(start, lapses)), NOW) == when
        assert due.wish_lapses(DAYS, replace(BOOKED, wanted=wish(start, lapses)), NOW) == lapses
    assert due.wish_is_late(DAYS, BOOKED, NOW) is due.wish_lapses(DAYS, BOOKED, NOW) is None


def test_what_ended_is_worth_telling_until_the_session_or_for_a_day_where_that_is_over() -> None:
    assert due.start_or_a_day(DAYS, BOOKED, START - SECOND) == START
    assert due.start_or_a_day(DAYS, BOOKED, START) == START + timedelta(days=1)


def test_news_of_a_session_that_is_over_are_worth_telling_for_a_week() -> None:
    assert due.a_week(DAYS, BOOKED, NOW) == NOW + timedelta(days=7)


def test_of_new_terms_people_are_told_on_the_next_business_day() -> None:
    assert clock.terms_changed_at(DAYS, jst("2026-11-20T09:00")) == jst("2026-11-24T10:00")


def test_whether_a_letter_arrived_is_asked_on_the_next_business_day_if_that_is_before_the_last_hour() -> None:
    asked = jst("2026-11-20T10:00")
    handed = jst("2026-11-19T16:00")
    an_hour = timedelta(hours=1)
    for start, when in ((asked + an_hour, None), (asked + an_hour + SECOND, asked)):
        booking = replace(BOOKED, slot=Slot("1", start))
        assert due.arrival(DAYS, booking, handed) == when
        assert due.arrival(DAYS, replace(booking, state=CANCELLED), handed) is None


# Lists for staff: 8:45, 13:00 and 16:15


@pytest.mark.parametrize(
    ("now", "before", "after"),
    [
        ("2026-11-19T08:44:59", None, "2026-11-19T08:45"),
        ("2026-11-19T08:45", "2026-11-19T08:45", "2026-11-19T13:00"),
        ("2026-11-19T15:00", "2026-11-19T13:00", "2026-11-19T16:15"),
        ("2026-11-20T16:15", "2026-11-20T16:15", "2026-11-24T08:45"),
        ("2026-11-21T10:00", None, "2026-11-24T08:45"),
    ],
)
def test_a_list_holds_until_the_next_one_and_on_a_closed_day_there_is_none(
    now: str, before: str | None, after: str
) -> None:
    assert clock.staff_list_before(DAYS, jst(now)) == (jst(before) if before else None)
    assert clock.staff_list_after(DAYS, jst(now)) == jst(after)


def test_an_office_without_lists_has_none() -> None:
    without = OfficeDays(replace(DAYS.office, staff_lists_at=()))
    assert clock.staff_list_before(without, NOW) is None
    assert clock.staff_list_after(without, NOW) == NOW + timedelta(days=1)


# The quiet hours


@pytest.mark.parametrize(
    ("until_it_begins", "waits"),
    [(0, False), (1, False), (60, False), (61, True), (-1, True)],
)
def test_what_concerns_a_session_within_the_hour_does_not_wait_for_the_morning(
    until_it_begins: int, waits: bool
) -> None:
    early = jst("2026-11-24T06:00")
    start = early + timedelta(minutes=until_it_begins)
    assert (wait_for_morning(DAYS, "remind_ten_minutes", early, start) is not None) is waits
    assert wait_for_morning(DAYS, "remind_ten_minutes", early) == jst("2026-11-24T08:00")
