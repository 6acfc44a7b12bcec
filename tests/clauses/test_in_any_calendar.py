"""第4条(1), (2): what must hold on every day of 2026 and 2027, with any closures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from flows import policy
from flows.counter import Permit, Slot
from flows.office import Closure
from flows.office_days import OfficeDays
from tests.clauses.deadlines import DAY, OFFICE, refused

some_day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
time_of_day = st.times()
some_closures = st.sets(some_day, max_size=12) | st.builds(
    lambda first, length: {first + n * DAY for n in range(length)}, some_day, st.integers(1, 10)
)


def calendar(closed: set[date]) -> OfficeDays:
    reason = {"ja": "休み", "en": "closed"}
    return OfficeDays(replace(OFFICE, closures=tuple(Closure(day, reason) for day in sorted(closed))))


def next_business_day(days: OfficeDays, day: date) -> date:
    return days.business_day_after(day - DAY)


@given(some_closures, some_day)
def test_4_1_b_the_last_day_is_a_business_day_and_one_business_day_lies_between(closed: set[date], day: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    last = policy.latest_day(days, session)
    between = [last + n * DAY for n in range(1, (session - last).days)]
    assert days.is_business_day(last)
    assert sum(map(days.is_business_day, between)) == 1


@given(some_closures, some_day, some_day)
def test_4_1_b_a_later_session_never_closes_earlier(closed: set[date], one: date, other: date) -> None:
    days, (earlier, later) = calendar(closed), sorted((one, other))
    assert policy.latest_day(days, earlier) <= policy.latest_day(days, later)


@given(some_closures, some_day, time_of_day)
def test_4_1_b_on_a_closed_day_the_first_date_is_that_of_the_next_business_day(
    closed: set[date], day: date, at: time
) -> None:
    days = calendar(closed | {day})
    next_day = days.business_day_after(day)
    assert policy.first_day(days, days.at(day, at)) == policy.first_day(days, days.at(next_day, at))


@given(some_closures, some_day, some_day)
def test_4_1_b_another_closure_never_moves_a_deadline_later(closed: set[date], day: date, extra: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    assume(extra != session)
    assert policy.closes_at(calendar(closed | {extra}), session) <= policy.closes_at(days, session)


@given(some_closures, some_day)
def test_4_1_b_the_last_millisecond_of_the_last_day_is_in_time_the_next_is_not(closed: set[date], day: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    midnight = datetime.combine(policy.latest_day(days, session) + DAY, time(), OFFICE.zone)
    assert midnight - timedelta(milliseconds=1) < policy.closes_at(days, session) <= midnight


@given(some_closures, some_day, time_of_day)
def test_4_1_b_the_day_before_the_first_one_is_refused(closed: set[date], day: date, at: time) -> None:
    days = calendar(closed)
    now = days.at(day, at)
    missed = days.business_day_before(policy.first_day(days, now))
    assume(missed <= OFFICE.holidays_known_until)
    assert refused(days, Slot("1", days.starts(missed)[0]), now).clause == "4(1)"


@given(some_closures, some_day, time_of_day)
def test_4_2_a_3_whatever_is_offered_is_permitted_and_answered_before_the_session(
    closed: set[date], day: date, at: time
) -> None:
    days = calendar(closed)
    now = days.at(day, at)
    for session in policy.days_to_offer(days, now)[:3]:
        permit = policy.permit(days, Slot("1", days.starts(session)[-1]), now)
        assert isinstance(permit, Permit)
        assert permit.reply_by <= days.business_day_before(session)
        assert now < permit.no_reply_at < permit.lapses_at < permit.slot.start


@given(some_closures, some_day, time_of_day)
def test_4_2_b_iii_the_reply_is_promised_for_a_later_business_day(closed: set[date], day: date, at: time) -> None:
    days = calendar(closed)
    promised = policy.reply_by(days, days.at(day, at))
    assert days.is_business_day(promised)
    assert promised > day
