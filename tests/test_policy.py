"""Which days and times can be asked for, and until when each answer is good: the edges of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from flows import policy
from flows.counter import Permit, Refused, Slot
from flows.office_days import OfficeDays
from tests.clauses.deadlines import DAYS, jst

NOW = jst("2026-11-19T10:00")  # Thursday; sessions of Tuesday the 24th can still be asked for
FAR = DAYS.day_of(NOW) + timedelta(days=DAYS.office.horizon_days)


def asked(at: str, counsellor: str = "1", now: str = "2026-11-19T10:00", exception: bool = False) -> Permit | Refused:
    return policy.permit(DAYS, Slot(counsellor, jst(at)), jst(now), exception)


def why(answer: Permit | Refused) -> tuple[str, str, dict[str, object]]:
    assert isinstance(answer, Refused)
    return answer.clause, answer.why.sentence.split(".")[0], dict(answer.why.values)


def test_all_business_days_from_the_first_in_time_to_the_last_of_the_horizon_are_offered() -> None:
    days = policy.days_to_offer(DAYS, NOW)
    assert days[0] == policy.first_day(DAYS, NOW) == date(2026, 11, 24)
    every = [date(2026, 11, 24) + timedelta(days=n) for n in range((FAR - date(2026, 11, 24)).days + 1)]
    assert days == tuple(day for day in every if DAYS.is_business_day(day))
    ends_on_a_business_day = [jst(f"2026-11-{day}T10:00") for day in (17, 18, 19, 20, 25, 26)]
    for now in ends_on_a_business_day:
        last = policy.last_day(DAYS, now)
        offered = policy.days_to_offer(DAYS, now)
        assert (last in offered, last + timedelta(days=1) in offered) == (DAYS.is_business_day(last), False)


def test_no_day_is_offered_of_which_the_holidays_are_not_official_yet() -> None:
    known = OfficeDays(replace(DAYS.office, holidays_known_until=date(2026, 11, 26)))
    assert policy.last_day(known, NOW) == date(2026, 11, 26)
    assert policy.last_day(DAYS, NOW) == FAR


def test_a_closed_day_is_refused_with_its_reason() -> None:
    clause, words, values = why(asked("2026-11-23T09:30"))
    assert (clause, words) == ("4(2)", "We are closed on {date} ({reason})")
    assert (values["date"], bool(values["reason"])) == (date(2026, 11, 23), True)


def test_a_day_beyond_the_horizon_is_refused_with_the_last_one() -> None:
    beyond = DAYS.business_day_after(FAR)
    clause, words, values = why(asked(f"{beyond}T09:30"))
    assert (clause, words) == ("4(2)", "Requests for {date} are not open yet")
    assert values == {"date": beyond, "last_date": FAR}
    now = next(now for n in range(7) if DAYS.is_business_day(policy.last_day(DAYS, now := NOW + timedelta(days=n))))
    assert policy.day_refused(DAYS, policy.last_day(DAYS, now), now) is None


@pytest.mark.parametrize(
    ("at", "counsellor"), [("2026-11-24T09:35", "1"), ("2026-11-24T12:00", "1"), ("2026-11-24T09:30", "9")]
)
def test_where_there_is_no_session_it_is_said(at: str, counsellor: str) -> None:
    assert why(asked(at, counsellor)) == ("4(2)", "There is no session at that time", {})


def test_4_1_too_late_is_too_late_unless_staff_make_an_exception_before_it_begins() -> None:
    assert why(asked("2026-11-20T09:30"))[0] == "4(1)"
    assert policy.day_refused(DAYS, date(2026, 11, 20), NOW) is not None
    assert isinstance(asked("2026-11-20T09:30", exception=True), Permit)
    late = asked("2026-11-20T09:30", now="2026-11-20T09:30", exception=True)
    assert why(late)[0] == "4(1)"


@pytest.mark.parametrize(
    ("at", "now", "by"),
    [
        ("2026-11-20T15:30", "2026-11-19T10:00", date(2026, 11, 19)),
        ("2026-11-19T15:30", "2026-11-19T10:00", date(2026, 11, 19)),
        ("2026-11-24T15:30", "2026-11-20T10:00", date(2026, 11, 20)),
        ("2026-11-25T15:30", "2026-11-20T10:00", date(2026, 11, 24)),
    ],
)
def test_4_2_b_iii_no_answer_is_promised_for_a_day_after_the_lapse(at: str, now: str, by: date) -> None:
    permit = asked(at, now=now, exception=True)
    assert isinstance(permit, Permit)
    assert permit.reply_by == by


@pytest.mark.parametrize(
    ("starts", "until"),
    [
        (["2026-11-30T09:30", "2026-12-01T09:30"], "2026-11-20T17:15"),  # the closing of the next business day
        (["2026-11-24T09:30", "2026-12-01T09:30"], "2026-11-20T17:15"),
        (["2026-12-01T09:30", "2026-11-20T09:30"], "2026-11-19T17:15"),  # the lapse of the earliest comes first
    ],
)
def test_other_times_can_be_chosen_until_the_next_business_day_or_the_earliest_lapses(
    starts: list[str], until: str
) -> None:
    assert policy.proposal_lapses_at(DAYS, [jst(start) for start in starts], NOW) == jst(until)


@pytest.mark.parametrize(
    ("old", "lapses", "reply_by"),
    [
        ("2026-12-10T09:30", "2026-11-30T17:15", "2026-11-20"),  # as any request for the 1st
        ("2026-11-24T09:30", "2026-11-24T08:30", "2026-11-20"),  # with the last reminder of the time that is kept
        ("2026-11-19T15:00", "2026-11-19T14:00", "2026-11-19"),
    ],
)
def test_another_time_is_decided_before_the_one_that_is_kept(old: str, lapses: str, reply_by: str) -> None:
    permit = asked("2026-12-01T09:30")
    assert isinstance(permit, Permit)
    wanted = policy.new_time(DAYS, permit, jst(old))
    assert (wanted.slot, wanted.requested_at, wanted.confirm_by) == (permit.slot, NOW, permit.confirm_by)
    assert (wanted.lapses_at, wanted.reply_by) == (jst(lapses), date.fromisoformat(reply_by))
