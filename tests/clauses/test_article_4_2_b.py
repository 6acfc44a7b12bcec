"""第4条(2)b, the second paragraph (2): the e-mail confirms, the URL follows, and the office answers by the next day."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, time

import pytest

from bot.database import Transaction
from bot.lists import words
from flows import clock, letters, policy, sentences
from flows.cancelling import status
from flows.counter import Booking
from flows.lifecycle import REQUESTED
from flows.notices import KINDS
from flows.office_days import OfficeDays
from flows.promises import promises
from tests.clauses.deadlines import DAYS, OFFICE, SESSIONS, jst
from tests.clauses.screens import BOOKED, reads, told, written
from tests.conversations.visitors import asked_whether_the_mail_arrived, with_other_times_to_choose
from tests.counters import NOW, Office
from tests.offers import labels, said


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
def test_4_2_b_iii_the_office_answers_by_the_next_business_day(applied: str, promised: date) -> None:
    assert policy.reply_by(DAYS, jst(applied)) == promised


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_2_b_iii_the_reply_to_a_request_of_the_safe_day_comes_in_time(session: date, last: date, safe: date) -> None:
    assert policy.reply_by(DAYS, DAYS.at(safe, time(12))) <= last
    assert policy.reply_by(DAYS, DAYS.at(DAYS.business_day_after(safe), time(12))) > last


def test_4_2_b_iii_without_a_reply_the_person_is_asked_to_phone_at_the_next_opening() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-17T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-19T08:30")


def test_4_2_b_iii_on_the_last_morning_the_person_is_asked_before_the_lapse() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-18T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-20T08:30")


def test_4_2_b_iii_where_the_next_opening_is_after_the_lapse_the_person_is_asked_at_15_00_of_the_promised_day() -> None:
    asked = policy.no_reply_at(DAYS, jst("2026-11-19T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-20T15:00")


def test_4_2_b_iii_where_the_next_opening_is_the_lapse_the_person_is_asked_on_the_promised_day_too() -> None:
    days = OfficeDays(replace(OFFICE, lapse_at=OFFICE.opens, no_reply_latest_at=time(8)))
    asked = policy.no_reply_at(days, jst("2026-11-18T12:00"), jst("2026-11-24T09:30"))
    assert asked == jst("2026-11-19T08:00") < policy.lapses_at(days, jst("2026-11-24T09:30"))


@pytest.mark.parametrize(("session", "last", "safe"), SESSIONS)
def test_4_2_b_iii_people_are_asked_to_phone_before_the_request_lapses(session: date, last: date, safe: date) -> None:
    start = DAYS.starts(session)[0]
    for applied in (safe, last):
        requested = DAYS.at(applied, time(23, 59))
        assert requested < policy.no_reply_at(DAYS, requested, start) < policy.lapses_at(DAYS, start)


def test_4_2_b_iii_staff_get_their_lists_three_times_on_a_business_day() -> None:
    times = ["2026-11-24T08:45", "2026-11-24T13:00", "2026-11-24T16:15"]
    assert clock.staff_lists_at(DAYS, date(2026, 11, 24)) == tuple(map(jst, times))
    assert clock.staff_lists_at(DAYS, date(2026, 11, 23)) == ()


async def test_4_2_b_i_until_the_letter_is_handed_over_nothing_is_called_confirmed() -> None:
    waiting = replace(BOOKED, told="waiting")
    assert [p.kind for p in promises(DAYS, waiting, "confirm", NOW) if p.due_at == NOW] == ["confirmed_mail", "card"]
    assert said((status(waiting),)) == "確定の手続き中です"
    assert said((status(BOOKED),)) == "確定"
    assert [p.kind for p in promises(DAYS, BOOKED, "handed", NOW) if p.due_at == NOW] == ["confirmed"]


def test_4_2_b_i_a_letter_that_fails_is_a_matter_for_staff_and_confirms_nothing() -> None:
    failed = replace(BOOKED, told="failed")
    assert [p.kind for p in promises(DAYS, failed, "failed", NOW)] == ["mail_failed", "confirming"]
    assert "まだ予約は確定していません" in told("confirming", failed)


def test_4_2_b_i_no_link_in_a_letter_confirms_or_cancels_by_being_opened() -> None:
    """Mail scanners open links; the only one is that of the session."""
    said = {kind: letters.letter(DAYS, kind, replace(BOOKED, proposed=(BOOKED.slot,))).body for kind in sentences.MAIL}
    linked = {
        kind for kind, body in said.items() if any("{url}" in text.sentence or "http" in text.sentence for text in body)
    }
    assert linked == {"url_mail", "url_changed_mail", "remind_one_hour_mail"}


async def test_4_2_b_i_of_proposed_times_the_one_that_is_chosen_is_confirmed(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    first, *_ = labels(await visitor.step.offered(visitor.context))
    await visitor.answers()
    booking = await visitor.counter.live()
    assert booking
    assert first == "11月25日(水) 9:30"
    assert (booking.state, booking.slot.start) == ("confirmed", jst("2026-11-25T09:30"))


def test_4_2_b_ii_the_url_follows_the_confirmation_and_not_the_other_way_round() -> None:
    with_url = replace(BOOKED, url="https://url.example")
    assert [p.kind for p in promises(DAYS, with_url, "url", NOW)] == ["url_mail"]
    assert promises(DAYS, replace(with_url, state=REQUESTED), "url", NOW) == ()
    letter = written("url_mail", with_url)
    assert "11月24日(火) 9:30" in letter
    assert "https://url.example" in letter
    assert "メール" in told("url_sent", with_url)


def test_4_2_b_ii_where_no_url_is_recorded_staff_are_told_on_the_business_day_before_and_on_the_day() -> None:
    due = {promise.kind: promise.due_at for promise in promises(DAYS, BOOKED, "confirm", NOW)}
    assert due["url_missing"] == jst("2026-11-20T10:00")
    assert due["url_missing_today"] == jst("2026-11-24T08:45")
    assert not KINDS["url_missing"].holds(replace(BOOKED, url="https://url.example"))


def test_4_2_b_ii_a_reminder_names_the_url_only_once_it_was_sent() -> None:
    assert "まだ送っていません" in told("remind_day_before", replace(BOOKED, url="https://url.example"))
    assert "まだ送っていません" not in told("remind_day_before", replace(BOOKED, url_sent=True))


async def test_4_2_b_iii_the_list_for_staff_names_what_is_overdue_and_what_is_due_today(office: Office) -> None:
    """By reference, date and time: the group reads no more of it."""
    for chat, (day, at) in enumerate((("18", "9:30"), ("19", "10:00"), ("20", "10:30")), 1):
        assert isinstance(await office.request(chat, f"2026-11-26 {at:0>5}", jst(f"2026-11-{day}T09:00")), Booking)
    listed = await office.database.run(lambda t: words(t, DAYS, jst("2026-11-20T13:00")))
    assert listed
    assert re.findall(r"^(?:【(.+)】)?[0-9-]+ 11月26日\(木\) ([0-9:]+)", said((listed,)), re.MULTILINE) == [
        ("期限超過", "9:30"), ("今日まで", "10:00"), ("", "10:30"),
    ]  # fmt: skip


async def test_4_2_b_iii_a_letter_that_may_be_lost_is_asked_about_and_sent_again(transaction: Transaction) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    await visitor.presses("no")
    assert "@example.jp" in await reads(visitor)
    await visitor.presses("again")
    assert "もう一度" in await reads(visitor)


def test_4_2_b_iii_the_receipt_names_the_day_and_the_message_on_it_asks_to_phone() -> None:
    requested = replace(BOOKED, state=REQUESTED, told="")
    assert "11月20日(金)" in told("received", requested)
    assert "届いていない可能性があります。電話でご確認ください" in told("received", requested)
    late = {p.kind: p.due_at for p in promises(DAYS, requested, "request", NOW) if p.kind in ("no_reply", "overdue")}
    assert late == dict.fromkeys(("no_reply", "overdue"), jst("2026-11-20T15:00"))
    assert "049-242-0197" in told("no_reply", requested)
