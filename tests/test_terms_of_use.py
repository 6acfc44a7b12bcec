"""The terms as code: every deadline of the tables, the properties that must hold, each clause quoted to the letter."""

import inspect
import os
import re
import time as clock
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows import policy
from flows.counter import Consent, Permit, Refused, Slot
from flows.office import KAWAGOE, Closure, Terms, load_office
from flows.office_days import OfficeDays
from flows.text import Text

OFFICE = load_office(KAWAGOE)
DAYS = OfficeDays(OFFICE)
DAY = timedelta(days=1)
SESSIONS = [
    # session, last day to apply, safe: the reply falls on or before it
    (date(2026, 11, 24), date(2026, 11, 19), date(2026, 11, 18)),
    (date(2026, 11, 25), date(2026, 11, 20), date(2026, 11, 19)),
    (date(2026, 11, 26), date(2026, 11, 24), date(2026, 11, 20)),
    (date(2026, 11, 30), date(2026, 11, 26), date(2026, 11, 25)),
    (date(2026, 12, 1), date(2026, 11, 27), date(2026, 11, 26)),
    (date(2026, 12, 28), date(2026, 12, 24), date(2026, 12, 23)),
    (date(2027, 1, 4), date(2026, 12, 25), date(2026, 12, 24)),
    (date(2027, 1, 5), date(2026, 12, 28), date(2026, 12, 25)),
    (date(2027, 1, 6), date(2027, 1, 4), date(2026, 12, 28)),
    (date(2027, 1, 12), date(2027, 1, 7), date(2027, 1, 6)),
]


def jst(written: str) -> datetime:
    return datetime.fromisoformat(f"{written}+09:00")


def slot(written: str) -> Slot:
    return Slot("1", jst(written).astimezone(UTC))


def refused(days: OfficeDays, slot: Slot, now: datetime) -> Refused:
    answer = policy.permit(days, slot, now)
    assert isinstance(answer, Refused)
    return answer


# 第4条(1): the last day to apply


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_the_last_day_to_apply_is_the_second_business_day_before(session: date, last: date, safe: date) -> None:
    assert policy.latest_day(DAYS, session) == last
    assert policy.confirm_by(DAYS, session) == last


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_it_is_too_late_from_the_midnight_after_the_last_day(session: date, last: date, safe: date) -> None:
    assert policy.closes_at(DAYS, session) == datetime.combine(last + DAY, time(), OFFICE.zone)


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_the_reply_to_a_request_of_the_safe_day_comes_in_time(session: date, last: date, safe: date) -> None:
    assert policy.reply_by(DAYS, DAYS.at(safe, time(12))) <= last
    assert policy.reply_by(DAYS, DAYS.at(DAYS.business_day_after(safe), time(12))) > last


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_where_the_confirmation_must_be_done_by_then_people_apply_by_the_safe_day(
    session: date, last: date, safe: date
) -> None:
    days = OfficeDays(replace(OFFICE, deadline_applies_to="confirmation"))
    assert policy.latest_day(days, session) == safe
    assert policy.confirm_by(days, session) == last


def test_an_earlier_cutoff_closes_on_the_last_day_itself() -> None:
    days = OfficeDays(replace(OFFICE, cutoff=timedelta(hours=17, minutes=15)))
    assert policy.closes_at(days, date(2026, 11, 24)) == jst("2026-11-19T17:15")


def test_counting_business_days_differs_from_rolling_back_the_calendar_on_115_days_of_2026_and_2027() -> None:
    sessions = [date(2026, 1, 1) + n * DAY for n in range(730)]
    sessions = [day for day in sessions if DAYS.is_business_day(day)]
    rolled_back = [DAYS.business_day_before(day - DAY) for day in sessions]  # on or before the calendar's 前々日
    differs = [day for day, rolled in zip(sessions, rolled_back, strict=True) if policy.latest_day(DAYS, day) != rolled]
    assert (len(differs), len(sessions)) == (115, 482)
    assert all(day in differs for day in sessions if day.weekday() == 0)


# The first day that may be offered


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
def test_the_first_day_that_can_be_asked_for(today: str, first: date, time_of_day: str) -> None:
    now = jst(f"{today}T{time_of_day}")
    assert policy.first_day(DAYS, now) == first
    assert policy.days_to_offer(DAYS, now)[0] == first


def test_business_days_are_offered_for_30_days() -> None:
    offered = policy.days_to_offer(DAYS, jst("2026-12-07T12:00"))
    assert (offered[0], offered[-1]) == (date(2026, 12, 9), date(2027, 1, 6))
    assert offered == tuple(day for day in offered if DAYS.is_business_day(day))
    assert len(offered) == 17


def test_nothing_is_offered_past_the_last_year_with_official_holidays() -> None:
    assert policy.days_to_offer(DAYS, jst("2027-12-20T12:00"))[-1] == date(2027, 12, 28)
    assert policy.days_to_offer(DAYS, jst("2027-12-27T12:00")) == ()


# 第4条(2): the reply


@pytest.mark.parametrize(
    ("applied", "promised"),
    [
        ("2026-11-19T12:00", date(2026, 11, 20)),
        ("2026-11-20T23:59", date(2026, 11, 24)),
        ("2026-11-21T12:00", date(2026, 11, 24)),
        ("2026-11-22T12:00", date(2026, 11, 24)),
        ("2026-11-23T12:00", date(2026, 11, 24)),
        ("2026-12-28T12:00", date(2027, 1, 4)),
    ],
)
def test_the_office_answers_by_the_next_business_day(applied: str, promised: date) -> None:
    assert policy.reply_by(DAYS, jst(applied)) == promised


def test_without_a_reply_the_person_is_asked_to_phone_at_the_next_opening() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-17T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-19T08:30")


def test_on_the_last_morning_the_person_is_asked_before_the_lapse() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-18T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-20T08:30")


def test_where_the_next_opening_is_after_the_lapse_the_person_is_asked_at_15_00_of_the_promised_day() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-19T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-20T15:00")


def test_where_the_next_opening_is_the_lapse_the_person_is_asked_on_the_promised_day_too() -> None:
    days = OfficeDays(replace(OFFICE, lapse_at=OFFICE.opens, no_reply_latest_at=time(8)))
    asked = policy.no_reply_at(days, jst("2026-11-18T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-19T08:00") < policy.lapses_at(days, jst("2026-11-24T09:30"))


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_the_person_is_asked_to_phone_before_the_request_lapses(session: date, last: date, safe: date) -> None:
    start = DAYS.starts(session)[0]
    for applied in (safe, last):
        requested = DAYS.at(applied, time(23, 59))
        assert requested < policy.no_reply_at(DAYS, requested, start) < policy.lapses_at(DAYS, start)


def test_a_request_lapses_when_the_counter_closes_on_the_business_day_before() -> None:
    assert policy.lapses_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-20T17:15")
    assert policy.lapses_at(DAYS, jst("2027-01-04T15:30")) == jst("2026-12-28T17:15")


# 第4条(1), (2)③: the permit


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"])
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The tests that ask for it run on a machine in each of these zones."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield request.param
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    clock.tzset()


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_the_last_millisecond_is_in_time_wherever_the_machine_stands(
    machine_zone: str, session: date, last: date, safe: date
) -> None:
    wanted = Slot("1", DAYS.starts(session)[0])
    end = datetime.fromisoformat(f"{last}T23:59:59.999+09:00")
    assert isinstance(policy.permit(DAYS, wanted, end), Permit)
    assert isinstance(policy.permit(DAYS, wanted, end.astimezone()), Permit)


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_midnight_is_too_late_wherever_the_machine_stands(
    machine_zone: str, session: date, last: date, safe: date
) -> None:
    midnight = datetime.fromisoformat(f"{last + DAY}T00:00:00+09:00")
    answer = refused(DAYS, Slot("1", DAYS.starts(session)[0]), midnight.astimezone())
    assert (answer.clause, answer.why.values) == ("4(1)", {"date": session, "deadline": last})


def test_too_late_is_said_in_the_words_of_the_catalogue() -> None:
    assert refused(DAYS, slot("2026-11-24T09:30"), jst("2026-11-20T00:00")).why.sentence == (
        "Requests for {date} closed on {deadline} (two business days before).\n"
        "Choose another day, or call if it is urgent.\n"
        "Phone: {office_phone} ({office_hours})"
    )


def test_a_permit_carries_both_clocks() -> None:
    now, wanted = jst("2026-11-19T12:00"), slot("2026-11-24T09:30")
    assert policy.permit(DAYS, wanted, now) == Permit(
        slot=wanted,
        requested_at=now,
        reply_by=date(2026, 11, 20),
        confirm_by=date(2026, 11, 19),
        no_reply_at=jst("2026-11-20T15:00"),
        lapses_at=jst("2026-11-20T17:15"),
    )


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2026-11-21T10:00", "Saturday"),
        ("2026-11-22T10:00", "Sunday"),
        ("2026-11-23T10:00", "Labor Thanksgiving Day"),
        ("2026-12-31T10:00", "Year-end and New Year closure"),
        ("2027-01-11T10:00", "Coming of Age Day"),
    ],
)
@pytest.mark.parametrize("now", ["2026-11-10T12:00", "2026-11-20T12:00", "2027-02-01T12:00"])
def test_a_closed_day_is_refused_whatever_the_deadline(start: str, reason: str, now: str) -> None:
    answer = refused(DAYS, slot(start), jst(now))
    sentence = "We are closed on {date} ({reason}). Please choose another day."
    assert answer == Refused("4(2)", Text(sentence, date=jst(start).date(), reason=Text(reason)))


@pytest.mark.parametrize("at", ["09:00", "09:45", "12:00", "12:30", "16:00", "21:30"])
def test_no_session_starts_at_another_time(at: str) -> None:
    answer = refused(DAYS, slot(f"2026-11-24T{at}"), jst("2026-11-16T12:00"))
    assert answer == Refused("4(2)", Text("There is no session at that time. Please choose another time."))


def test_there_is_no_session_with_somebody_the_office_does_not_have() -> None:
    answer = refused(DAYS, replace(slot("2026-11-24T09:30"), counsellor="2"), jst("2026-11-16T12:00"))
    assert answer.clause == "4(2)"


def test_a_day_too_far_ahead_is_refused_and_a_month_ahead_is_not() -> None:
    now = jst("2026-11-10T12:00")
    assert isinstance(policy.permit(DAYS, slot("2026-12-10T09:30"), now), Permit)
    answer = refused(DAYS, slot("2026-12-11T09:30"), now)
    assert answer.clause == "4(2)"
    assert answer.why.values == {"date": date(2026, 12, 11), "last_date": date(2026, 12, 10)}


def test_a_naive_moment_gets_no_permit() -> None:
    with pytest.raises(ValueError, match="time zone"):
        policy.permit(DAYS, Slot("1", datetime(2026, 11, 24, 9, 30)), jst("2026-11-10T12:00"))  # noqa: DTZ001  # the naive one is refused


# What goes out when


def test_staff_get_their_lists_three_times_on_a_business_day() -> None:
    times = ["2026-11-24T08:45", "2026-11-24T13:00", "2026-11-24T16:15"]
    assert policy.staff_lists_at(DAYS, date(2026, 11, 24)) == tuple(map(jst, times))
    assert policy.staff_lists_at(DAYS, date(2026, 11, 23)) == ()


def test_getting_ready_is_brought_to_mind_on_the_third_business_day_before() -> None:
    assert policy.remind_readiness_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-18T10:00")


def test_the_day_before_reminder_goes_out_on_the_business_day_before() -> None:
    assert policy.remind_day_before_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-20T15:00")
    assert policy.remind_day_before_at(DAYS, jst("2026-11-26T09:30")) == jst("2026-11-25T15:00")


def test_the_last_reminder_goes_out_an_hour_before() -> None:
    assert policy.remind_one_hour_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-24T08:30")


def test_the_last_reminder_waits_for_the_end_of_the_quiet_hours() -> None:
    assert policy.remind_one_hour_at(DAYS, jst("2026-11-24T08:30")) == jst("2026-11-24T08:00")


def test_a_session_has_ended_45_minutes_after_its_start() -> None:
    assert policy.ends_at(DAYS, jst("2026-11-24T11:30")) == jst("2026-11-24T12:15")


def test_staff_are_asked_10_minutes_after_the_start() -> None:
    assert policy.no_contact_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-24T09:40")


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
def test_a_late_confirmation_needs_a_reason_when_the_request_was_there_in_counter_hours(
    requested: str, confirmed: str, verdict: str
) -> None:
    start = jst("2026-11-24T09:30")
    assert policy.late_confirmation(DAYS, jst(requested), start, jst(confirmed)) == verdict


# 第4条(4): cancelling


@pytest.mark.parametrize("now", ["2026-11-10T12:00", "2026-11-23T23:59:59.999"])
def test_a_booking_can_be_cancelled_in_the_chat_until_the_end_of_the_day_before(now: str) -> None:
    assert policy.may_cancel_in_chat(DAYS, jst("2026-11-24T09:30"), jst(now), "123-456") is None


@pytest.mark.parametrize("now", ["2026-11-24T00:00", "2026-11-24T09:29", "2026-11-24T09:31", "2026-11-25T12:00"])
def test_on_the_day_itself_and_after_it_is_cancelled_by_phone_only(now: str) -> None:
    answer = policy.may_cancel_in_chat(DAYS, jst("2026-11-24T09:30"), jst(now).astimezone(UTC), "123-456")
    assert answer is not None
    assert (answer.clause, answer.why.values) == ("4(4)", {"ref": "123-456"})
    assert "It has not been cancelled here." in answer.why.sentence


# 前文, 第2条, 第10条, 第11条


CONSENT = Consent(OFFICE.terms.version, OFFICE.terms.sha256, jst("2026-11-10T12:00"), "ja", "button")


def test_without_a_consent_it_is_missing() -> None:
    assert policy.consent_missing(None, OFFICE.terms)


def test_a_consent_to_this_text_is_enough() -> None:
    assert not policy.consent_missing(CONSENT, OFFICE.terms)


@pytest.mark.parametrize("other", [{"version": "令和9年4月1日改定"}, {"sha256": "0" * 64}])
def test_a_consent_to_another_version_or_text_is_asked_again(other: dict[str, Any]) -> None:
    assert policy.consent_missing(CONSENT, replace(OFFICE.terms, **other))


@pytest.mark.parametrize("answers", [(a, b, c) for a in (True, False) for b in (True, False) for c in (True, False)])
def test_all_three_conditions_must_be_met(answers: tuple[bool, bool, bool]) -> None:
    assert policy.conditions_met(*answers) is (answers == (True, True, True))


def test_a_fourth_request_on_one_day_is_too_many_and_tomorrow_it_is_not() -> None:
    requested = [jst("2026-11-10T00:00"), jst("2026-11-10T09:00"), jst("2026-11-10T10:00")]
    assert policy.within_limits(OFFICE, requested[:2], jst("2026-11-10T23:59"))
    assert not policy.within_limits(OFFICE, requested, jst("2026-11-10T23:59"))
    assert policy.within_limits(OFFICE, requested, jst("2026-11-11T00:00"))


def test_the_day_of_a_request_is_the_office_s_day() -> None:
    requested = [jst("2026-11-10T08:59").astimezone(UTC)] * 3  # still the 9th in UTC
    assert not policy.within_limits(OFFICE, requested, jst("2026-11-10T09:01").astimezone(UTC))


def test_an_eleventh_request_in_30_days_is_too_many_until_the_first_is_30_days_old() -> None:
    requested = [jst(f"2026-11-{day:02}T12:00") for day in range(1, 11)]
    assert policy.within_limits(OFFICE, requested[1:], jst("2026-11-20T12:00"))
    assert not policy.within_limits(OFFICE, requested, jst("2026-12-01T11:59"))
    assert policy.within_limits(OFFICE, requested, jst("2026-12-01T12:00"))


# 第11条: what changed


def test_a_changed_paragraph_is_shown_as_it_was_and_as_it_is() -> None:
    new = OFFICE.terms.text.replace("利用者の個人情報は、窓口", "利用者の個人情報は、すべて窓口")
    old_words, new_words = policy.what_changed(OFFICE.terms.text, new)
    assert old_words.startswith("- 利用者の個人情報は、窓口における")
    assert new_words.startswith("利用者の個人情報は、すべて窓口における")


def test_an_added_paragraph_is_shown_in_full_and_alone() -> None:
    new = OFFICE.terms.text.replace("第7条（免責事項）", "第 6 条の2（新設）①～\n\n第7条（免責事項）")
    assert policy.what_changed(OFFICE.terms.text, new) == ("第 6 条の2（新設）①～",)


def test_a_removed_paragraph_is_marked() -> None:
    new = OFFICE.terms.text.replace("令和 5 年 7 月 1 4 日改定", "")
    assert policy.what_changed(OFFICE.terms.text, new) == ("- 令和 5 年 7 月 1 4 日改定",)


def test_blank_lines_are_no_change() -> None:
    assert policy.what_changed(OFFICE.terms.text, OFFICE.terms.text.replace("\n\n", "\n")) == ()
    assert policy.what_changed(OFFICE.terms.text, OFFICE.terms.text.replace("\n\n", "\n\u3000\n")) == ()


def test_of_a_long_text_with_a_passage_that_comes_often_only_what_is_new_is_shown() -> None:
    often = "（略）\n" * 250
    assert policy.what_changed(often, f"{often}第13条（新設）\n") == ("第13条（新設）",)


# Every clause is quoted


PUBLIC = [
    function
    for name, function in inspect.getmembers(policy, inspect.isfunction)
    if function.__module__ == policy.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)
def test_each_function_quotes_its_clause_to_the_letter(function: Callable[..., object]) -> None:
    written = function.__doc__ or ""
    passages = [passage for quote in re.findall("「([^「」]+)」", written) for passage in quote.split("…")]
    assert re.match(r"第\d+条|前文", written)
    assert passages
    assert [passage for passage in passages if passage not in OFFICE.terms.text] == []


# What must hold on every day of 2026 and 2027, with any closures


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
def test_the_last_day_is_a_business_day_and_one_business_day_lies_between(closed: set[date], day: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    last = policy.latest_day(days, session)
    between = [last + n * DAY for n in range(1, (session - last).days)]
    assert days.is_business_day(last)
    assert sum(map(days.is_business_day, between)) == 1


@given(some_closures, some_day, some_day)
def test_a_later_session_never_closes_earlier(closed: set[date], one: date, other: date) -> None:
    days, (earlier, later) = calendar(closed), sorted((one, other))
    assert policy.latest_day(days, earlier) <= policy.latest_day(days, later)


@given(some_closures, some_day, time_of_day)
def test_on_a_closed_day_the_first_date_is_that_of_the_next_business_day(
    closed: set[date], day: date, at: time
) -> None:
    days = calendar(closed | {day})
    next_day = days.business_day_after(day)
    assert policy.first_day(days, days.at(day, at)) == policy.first_day(days, days.at(next_day, at))


@given(some_closures, some_day, some_day)
def test_another_closure_never_moves_a_deadline_later(closed: set[date], day: date, extra: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    assume(extra != session)
    assert policy.closes_at(calendar(closed | {extra}), session) <= policy.closes_at(days, session)


@given(some_closures, some_day)
def test_the_last_millisecond_of_the_last_day_is_in_time_and_the_next_is_not(closed: set[date], day: date) -> None:
    days = calendar(closed)
    session = next_business_day(days, day)
    midnight = datetime.combine(policy.latest_day(days, session) + DAY, time(), OFFICE.zone)
    assert midnight - timedelta(milliseconds=1) < policy.closes_at(days, session) <= midnight


@given(some_closures, some_day, time_of_day)
def test_the_reply_is_promised_for_a_later_business_day(closed: set[date], day: date, at: time) -> None:
    days = calendar(closed)
    promised = policy.reply_by(days, days.at(day, at))
    assert days.is_business_day(promised)
    assert promised > day


@given(some_closures, some_day, time_of_day)
def test_whatever_is_offered_is_permitted_and_answered_before_the_session(
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
def test_the_day_before_the_first_one_is_refused(closed: set[date], day: date, at: time) -> None:
    days = calendar(closed)
    now = days.at(day, at)
    missed = days.business_day_before(policy.first_day(days, now))
    assume(missed <= OFFICE.holidays_known_until)
    assert refused(days, Slot("1", days.starts(missed)[0]), now).clause == "4(1)"


@given(st.text(), st.text())
def test_every_new_paragraph_is_shown_and_none_that_stayed_is_needed(old: str, new: str) -> None:
    shown = policy.what_changed(old, new)
    kept = {line.strip() for line in old.splitlines()}
    assert all(line.strip() in (*shown, *kept) for line in new.splitlines() if line.strip())


def test_a_text_compared_with_itself_has_no_changes() -> None:
    terms = Terms("1", date(2026, 1, 1), OFFICE.terms.text, "")
    assert policy.what_changed(terms.text, terms.text) == ()
