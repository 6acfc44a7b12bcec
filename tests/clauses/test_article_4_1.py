"""第4条(1): half an hour, 45 minutes at most; asked for by the second business day before."""

from __future__ import annotations

import os
import time as machine
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from flows import clock, policy
from flows.counter import Permit, Refused, Slot
from flows.office_days import OfficeDays
from tests.clauses.deadlines import DAY, DAYS, OFFICE, SESSIONS, jst, refused, slot


def test_4_1_a_a_session_has_ended_45_minutes_after_its_start() -> None:
    assert clock.ends_at(DAYS, jst("2026-11-24T11:30")) == jst("2026-11-24T12:15")


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_1_b_the_last_day_to_apply_is_the_second_business_day_before(session: date, last: date, safe: date) -> None:
    assert policy.latest_day(DAYS, session) == last
    assert policy.confirm_by(DAYS, session) == last


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_1_b_it_is_too_late_from_the_midnight_after_the_last_day(session: date, last: date, safe: date) -> None:
    assert policy.closes_at(DAYS, session) == datetime.combine(last + DAY, time(), OFFICE.zone)


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_1_b_where_the_confirmation_must_be_done_by_then_people_apply_by_the_safe_day(
    session: date, last: date, safe: date
) -> None:
    days = OfficeDays(replace(OFFICE, deadline_applies_to="confirmation"))
    assert policy.latest_day(days, session) == safe
    assert policy.confirm_by(days, session) == last


def test_4_1_b_an_earlier_cutoff_closes_on_the_last_day_itself() -> None:
    days = OfficeDays(replace(OFFICE, cutoff=timedelta(hours=17, minutes=15)))
    assert policy.closes_at(days, date(2026, 11, 24)) == jst("2026-11-19T17:15")


def test_4_1_b_counting_business_days_differs_from_rolling_back_the_calendar_on_115_days_of_2026_and_2027() -> None:
    sessions = [date(2026, 1, 1) + n * DAY for n in range(730)]
    sessions = [day for day in sessions if DAYS.is_business_day(day)]
    rolled_back = [DAYS.business_day_before(day - DAY) for day in sessions]  # on or before the calendar's 前々日
    differs = [day for day, rolled in zip(sessions, rolled_back, strict=True) if policy.latest_day(DAYS, day) != rolled]
    assert (len(differs), len(sessions)) == (115, 482)
    assert all(day in differs for day in sessions if day.weekday() == 0)


@pytest.mark.parametrize("time_of_day", ["00:00", "08:30", "23:59:59.999"])
@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-11-19", date(2026, 11, 24)),
        ("2026-11-20", date(2026, 11, 25)),
        ("2026-11-21", date(2026, 11, 26)),
        ("2026-11-23", date(2026, 11, 26)),
        ("2026-11-24", date(2026, 11, 26)),
        ("2026-11-16", date(2026, 11, 18)),  # the next booking, made in a session, keeps the deadline too
    ],
)
def test_4_1_b_the_first_day_that_can_be_asked_for(today: str, first: date, time_of_day: str) -> None:
    now = jst(f"{today}T{time_of_day}")
    assert policy.first_day(DAYS, now) == first
    assert policy.days_to_offer(DAYS, now)[0] == first


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The tests that ask for it run on a machine in each of these zones."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    machine.tzset()
    yield request.param
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    machine.tzset()


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_1_b_the_last_millisecond_is_in_time_wherever_the_machine_stands(
    machine_zone: str, session: date, last: date, safe: date
) -> None:
    wanted = Slot("1", DAYS.starts(session)[0])
    end = datetime.fromisoformat(f"{last}T23:59:59.999+09:00")
    assert isinstance(policy.permit(DAYS, wanted, end), Permit)
    assert isinstance(policy.permit(DAYS, wanted, end.astimezone()), Permit)


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_1_b_midnight_is_too_late_wherever_the_machine_stands(
    machine_zone: str, session: date, last: date, safe: date
) -> None:
    midnight = datetime.fromisoformat(f"{last + DAY}T00:00:00+09:00")
    answer = refused(DAYS, Slot("1", DAYS.starts(session)[0]), midnight.astimezone())
    assert (answer.clause, answer.why.values) == ("4(1)", {"date": session, "deadline": last})


def test_4_1_b_too_late_is_said_in_the_words_of_the_catalogue() -> None:
    assert refused(DAYS, slot("2026-11-24T09:30"), jst("2026-11-20T00:00")).why.sentence == (
        "Requests for {date} closed on {deadline} (two business days before).\n"
        "Choose another day, or call if it is urgent.\n"
        "Phone: {office_phone} ({office_hours})"
    )


def test_4_1_b_a_permit_carries_both_clocks() -> None:
    now, wanted = jst("2026-11-19T12:00"), slot("2026-11-24T09:30")
    assert policy.permit(DAYS, wanted, now) == Permit(
        slot=wanted,
        requested_at=now,
        reply_by=date(2026, 11, 20),
        confirm_by=date(2026, 11, 19),
        no_reply_at=jst("2026-11-20T15:00"),
        lapses_at=jst("2026-11-20T17:15"),
    )


def test_4_1_b_a_request_lapses_when_the_counter_closes_on_the_business_day_before() -> None:
    assert policy.lapses_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-20T17:15")
    assert policy.lapses_at(DAYS, jst("2027-01-04T15:30")) == jst("2026-12-28T17:15")


@pytest.mark.parametrize(
    ("requested", "confirmed", "verdict"),
    [
        ("2026-11-19T12:00", "2026-11-19T23:59:59.999", "in_time"),
        ("2026-11-17T12:00", "2026-11-18T09:00", "in_time"),
        ("2026-11-19T12:00", "2026-11-20T00:00", "ask_reason"),
        ("2026-11-19T17:14:59", "2026-11-20T09:00", "ask_reason"),
        ("2026-11-19T17:15", "2026-11-20T09:00", "auto"),
        ("2026-11-19T23:59:59", "2026-11-20T09:00", "auto"),
        ("2026-11-19T17:15", "2026-11-19T18:00", "in_time"),
        ("2026-11-19T06:00", "2026-11-20T09:00", "ask_reason"),
        ("2026-11-18T20:00", "2026-11-20T09:00", "ask_reason"),
        ("2026-11-20T00:00", "2026-11-20T09:00", "ask_reason"),
        ("2026-11-20T10:00", "2026-11-20T10:05", "ask_reason"),
    ],
)
def test_4_1_b_a_late_confirmation_needs_a_reason_when_the_request_was_there_in_counter_hours(
    requested: str, confirmed: str, verdict: str
) -> None:
    start = jst("2026-11-24T09:30")
    assert policy.late_confirmation(DAYS, jst(requested), start, jst(confirmed)) == verdict


def test_4_1_b_an_exception_is_for_a_session_that_has_not_begun() -> None:
    session = slot("2026-11-24T10:00")
    before, at_its_start = session.start - timedelta(seconds=1), session.start
    assert isinstance(policy.permit(DAYS, session, before, exception=True), Permit)
    for now in (at_its_start, at_its_start + timedelta(hours=1)):
        answer = policy.permit(DAYS, session, now, exception=True)
        assert isinstance(answer, Refused)
        assert answer.clause == "4(1)"
