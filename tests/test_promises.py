"""What each move of a booking promises, to whom and for when; while what it holds; and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import product
from typing import get_args

import pytest

from flows import clock, letters, lifecycle, policy, reminding, sentences
from flows.counter import Told
from flows.notices import BY_THE_CLOCK, KINDS, OF_THE_TIME, REMINDERS, to_the_person
from flows.office_days import OfficeDays
from flows.office_letters import office_letter
from flows.promises import Promise, promises, wait_for_morning
from tests.counters import DAYS, NOW, START, booking
from tests.offers import said

SESSION = date(2026, 11, 24)  # a Tuesday; the Monday is a holiday
FRIDAY = date(2026, 11, 20)
TOLD: tuple[Told, ...] = get_args(Told)
REQUESTED, CONFIRMED, CANCELLED = lifecycle.REQUESTED, lifecycle.CONFIRMED, lifecycle.CANCELLED


# While what a notice holds


def all_of(*states: str, told: tuple[Told, ...] = TOLD) -> set[tuple[str, Told]]:
    return set(product(states, told))


EVER = all_of(*lifecycle.STATES)
REACHED = all_of(CONFIRMED, told=("handed", "by_hand", "by_phone"))
HOLDS = {
    "received": ("chat", all_of(REQUESTED)),
    "received_office": ("office", EVER),
    "card": ("card", EVER),
    "no_reply": ("chat", all_of(REQUESTED)),
    "overdue": ("staff", all_of(REQUESTED)),
    "confirmed_mail": ("mail", all_of(CONFIRMED)),
    "confirmed": ("chat", REACHED),
    "confirmed_by_phone": ("chat", REACHED),
    "confirming": ("chat", all_of(CONFIRMED, told=("failed",))),
    "mail_failed": ("card", all_of(CONFIRMED, told=("failed",))),
    "letter_failed": ("staff", EVER),
    "undelivered": ("staff", EVER),
    "remind_day_before": ("chat", REACHED),
    "remind_one_hour": ("chat", REACHED),
    "remind_one_hour_mail": ("mail", set()),  # a booking without a URL
    "arrived": ("chat", REACHED),
    "registration": ("chat", all_of(REQUESTED)),
    "no_reply_mail": ("mail", set()),  # this and the next two: of somebody who has a chat
    "expired_mail": ("mail", set()),
    "proposal_lapsed_mail": ("mail", set()),
    "terms_changed": ("chat", all_of(*lifecycle.LIVE)),
    "terms_changed_mail": ("mail", set()),
    "remind_readiness": ("chat", REACHED),
    "remind_readiness_mail": ("mail", set()),  # of somebody who has a chat
    "remind_day_before_mail": ("mail", REACHED),
    "remind_ten_minutes": ("chat", REACHED),
    "url_missing": ("staff", all_of(CONFIRMED)),
    "url_missing_today": ("staff", all_of(CONFIRMED)),
    "calling": ("chat", all_of(CONFIRMED)),
    "late": ("card", set()),  # of somebody who said nothing
    "cannot_connect": ("card", set()),
    "declined_mail": ("mail", all_of(lifecycle.DECLINED)),
    "declined": ("chat", all_of(lifecycle.DECLINED)),
    "cancelled": ("chat", all_of(CANCELLED)),
    "cancelled_mail": ("mail", all_of(CANCELLED, told=("handed", "by_hand"))),
    "cancelled_office": ("office", EVER),
    "expired": ("chat", all_of(lifecycle.LAPSED)),
}
ANSWERS = (
    "received",
    "registration",
    "cancelled",
)  # to what the person did just now; all else in a chat the bot starts


@pytest.mark.parametrize("kind", HOLDS)
def test_a_notice_is_sent_by_its_channel_and_while_it_is_true(kind: str) -> None:
    channel, holds = HOLDS[kind]
    assert KINDS[kind].channel == channel
    assert {(state, told) for state, told in EVER if KINDS[kind].holds(booking(state, told))} == holds


@pytest.mark.parametrize("kind", HOLDS)
@pytest.mark.parametrize(
    ("clock", "morning"),
    [
        (time(7, 59, 59), FRIDAY), (time(8), None), (time(20, 59, 59), None), (time(21), date(2026, 11, 21)),
        (time(23, 59), date(2026, 11, 21)), (time(0), FRIDAY),
    ],
)  # fmt: skip
def test_what_the_bot_starts_in_a_chat_waits_at_night_until_eight(kind: str, clock: time, morning: date | None) -> None:
    started = KINDS[kind].channel == "chat" and kind not in ANSWERS
    until = DAYS.at(morning, time(8)) if morning and started else None
    assert wait_for_morning(DAYS, kind, DAYS.at(FRIDAY, clock), START) == until


# What a move promises


def test_a_request_promises_its_receipt_and_what_follows_if_nobody_answers() -> None:
    unanswered = policy.no_reply_at(DAYS, NOW, START)
    lapse = policy.lapses_at(DAYS, START)
    assert promises(DAYS, booking(), "request", NOW) == (
        Promise("received", NOW, START), Promise("received_office", NOW), Promise("card", NOW),
        Promise("no_reply", unanswered, lapse), Promise("no_reply_mail", unanswered, lapse),
        Promise("overdue", unanswered, lapse),
    )  # fmt: skip


def test_a_confirmation_promises_its_letter_and_the_reminders() -> None:
    day_before, hour_before = DAYS.at(FRIDAY, time(15)), DAYS.at(SESSION, time(8, 30))
    on_the_day = DAYS.at(SESSION, time(8, 45))
    assert promises(DAYS, booking(CONFIRMED), "confirm", NOW) == (
        Promise("confirmed_mail", NOW, START), Promise("card", NOW),
        Promise("remind_day_before", day_before, hour_before),
        Promise("remind_day_before_mail", day_before, hour_before),
        Promise("url_missing", DAYS.at(FRIDAY, time(10)), on_the_day), Promise("url_missing_today", on_the_day, START),
        Promise("remind_one_hour", hour_before, START), Promise("remind_one_hour_mail", hour_before, START),
        Promise("remind_ten_minutes", START - timedelta(minutes=10), START + timedelta(minutes=10)),
        Promise("came", START + timedelta(minutes=10), START + timedelta(minutes=45)),
        Promise("outcome", DAYS.at(date(2026, 11, 25), time(8, 45))),
    )  # fmt: skip


NEAR_THE_SESSION = ["remind_day_before", "remind_day_before_mail", "remind_one_hour", "remind_one_hour_mail"]


@pytest.mark.parametrize(
    ("before", "kinds"),
    [
        (timedelta(minutes=60, seconds=1), [*NEAR_THE_SESSION, "remind_ten_minutes"]),
        (timedelta(minutes=60), ["remind_ten_minutes"]), (timedelta(minutes=10), []), (timedelta(0), []),
    ],
)  # fmt: skip
def test_a_reminder_whose_time_has_come_by_then_is_not_promised(before: timedelta, kinds: list[str]) -> None:
    """But what is said on the day before, which goes out at once."""
    promised = promises(DAYS, booking(CONFIRMED), "confirm", START - before)
    assert [each.kind for each in promised if each.kind.startswith("remind")] == kinds
    at_once = [each.kind for each in promised if each.kind in NEAR_THE_SESSION[:2] and each.due_at == START - before]
    assert at_once == [kind for kind in kinds if kind in NEAR_THE_SESSION[:2]]


@pytest.mark.parametrize(("asked", "readied"), [(time(9, 59), True), (time(10), False)])
def test_what_to_get_ready_is_said_on_the_third_business_day_before_if_confirmed_by_then(
    asked: time, readied: bool
) -> None:
    third = date(2026, 11, 18)
    promised = {each.kind: each for each in promises(DAYS, booking(CONFIRMED), "confirm", DAYS.at(third, asked))}
    assert ("remind_readiness" in promised) == readied
    if readied:
        made = promised["remind_readiness"]
        assert (made.due_at, made.not_after) == (DAYS.at(third, time(10)), DAYS.at(FRIDAY, time(15)))


def test_within_the_hour_of_its_session_a_reminder_does_not_wait_for_the_morning() -> None:
    early = DAYS.at(SESSION, time(7, 30))
    assert wait_for_morning(DAYS, "remind_ten_minutes", early, early + timedelta(minutes=10)) is None
    assert wait_for_morning(DAYS, "remind_ten_minutes", early, START) == DAYS.at(SESSION, time(8))


@pytest.mark.parametrize(
    ("event", "state", "told", "kinds"),
    [
        ("decline", lifecycle.DECLINED, "", ["declined_mail", "declined", "card"]),
        ("cancel", CANCELLED, "", ["cancelled", "cancelled_office", "card", "came"]),
        ("cancel", CANCELLED, "handed", ["cancelled", "cancelled_mail", "cancelled_office", "card", "came"]),
        ("lapse", lifecycle.LAPSED, "", ["expired", "card"]),
        ("handed", CONFIRMED, "handed", ["confirmed", "arrived"]),
        ("handed", CANCELLED, "handed", ["cancelled_mail"]),
        ("failed", CONFIRMED, "failed", ["mail_failed", "confirming"]),
        ("by_hand", CONFIRMED, "by_hand", ["confirmed"]),
        ("by_phone", CONFIRMED, "by_phone", ["confirmed_by_phone"]),
        ("end", lifecycle.ENDED, "handed", ["came"]),
    ],
)
def test_any_other_move_promises_what_is_true_after_it_at_once(
    event: str, state: str, told: Told, kinds: list[str]
) -> None:
    promised = promises(DAYS, booking(state, told), event, NOW)
    assert [each.kind for each in promised] == kinds
    assert {each.due_at for each in promised if each.kind != "arrived"} <= {NOW}
    for each in promised:
        until = DAYS.at(SESSION, time(8, 30)) if each.kind == "arrived" else START
        assert each.not_after == (until if KINDS[each.kind].channel in ("chat", "mail") else None)


# Its words


@pytest.mark.parametrize("kind", [kind for kind, (channel, _) in HOLDS.items() if channel == "chat"])
def test_a_message_to_the_person_names_the_booking(kind: str) -> None:
    words = said(letters.chat(DAYS, kind, booking(event="decline")))
    assert "123-456" in words or "11月24日(火) 9:30" in words


def test_the_reminder_of_the_day_before_says_who_may_join_what_it_costs_and_how_to_cancel() -> None:
    without = OfficeDays(replace(DAYS.office, bot_cancel_enabled=False))
    for days, how in ((DAYS, reminding.HOW_TO_CANCEL), (without, reminding.HOW_TO_CANCEL_NO_CHAT)):
        for kind in sentences.CHAT:
            more = [each.sentence for each in letters.chat(days, kind, booking())[1:]]
            wanted = [reminding.WHO_AND_COSTS.sentence, how.sentence] if kind == "remind_day_before" else []
            wanted += [sentences.NONE_FREE.sentence] if kind in sentences.OFFERS_FREE_TIMES else []
            wanted += [reminding.GUIDE.sentence] if kind == "remind_readiness" else []
            assert more == wanted


@pytest.mark.parametrize("kind", [kind for kind, (channel, _) in HOLDS.items() if channel == "staff"])
def test_a_message_to_the_staff_names_the_reference_alone(kind: str) -> None:
    words = said((letters.staff(DAYS, kind, booking()),))
    assert "123-456" in words
    assert not any(private in words for private in ("川越", "01234567", "example.jp", "5678"))


@pytest.mark.parametrize("kind", [kind for kind, (channel, _) in HOLDS.items() if channel == "mail"])
def test_a_letter_to_the_person_says_how_to_cancel_only_where_that_can_be_done(kind: str) -> None:
    letter = letters.letter(DAYS, kind, booking(event="decline"))
    assert "11月24日(火) 9:30" in said((letter.subject,))
    assert ("123-456" in said(letter.body), letter.body[-1]) == (True, sentences.SIGNATURE)
    assert (sentences.CANCEL_NOTE in letter.body) == (kind in ("confirmed_mail", "remind_day_before_mail"))


def test_the_reason_of_a_refusal_is_the_one_that_staff_chose_and_without_one_they_are_asked_by_phone() -> None:
    assert "登録" in said(letters.chat(DAYS, "declined", booking(event="decline")))
    assert "電話" in said(letters.chat(DAYS, "declined", booking()))


def test_the_address_is_masked_and_is_not_there_once_the_details_are_erased() -> None:
    assert "t***@example.jp" in said(letters.chat(DAYS, "received", booking()))
    erased = replace(booking(), details={})
    assert letters.facts(DAYS, erased)["email"] == ""


def test_the_letter_about_a_request_gives_the_office_all_that_the_person_gave() -> None:
    lines = said(office_letter(DAYS, "received_office", booking()).body).splitlines()
    assert {
        "受付番号：123-456", "希望日時：11月24日(火) 9:30", "受付日時：11月19日(木) 10:00", "返信期限：11月20日(金)",
        "確定期限：11月19日(木)", "お名前：川越 太郎", "求職番号：11030-01234567", "電話：090-1234-5678", "備考：なし",
    } <= set(lines)  # fmt: skip


def test_a_number_that_another_live_request_has_is_noted_for_the_office() -> None:
    twice = replace(booking(), same_number=True)
    assert "同じ求職番号" in said(office_letter(DAYS, "received_office", twice).body)


@pytest.mark.parametrize(("event", "at"), [("cancel", "11:00"), ("confirm", "10:00")])
def test_the_letter_about_a_cancellation_says_when_it_came(event: str, at: str) -> None:
    letter = office_letter(DAYS, "cancelled_office", booking(CANCELLED, event=event))
    assert f"11月19日(木) {at}" in said(letter.body)


def test_only_a_confirmation_a_new_time_the_url_and_cancelling_touch_a_calendar() -> None:
    assert sentences.CALENDAR == {
        "confirmed_mail": "REQUEST", "moved_mail": "REQUEST", "url_mail": "REQUEST", "url_changed_mail": "REQUEST",
        "cancelled_mail": "CANCEL", "cancelled_by_office_mail": "CANCEL",
    }  # fmt: skip


def test_a_booking_that_is_moved_takes_its_messages_and_letters_with_it_and_leaves_the_cards() -> None:
    assert {"received", "confirmed", "remind_day_before_mail", "no_reply", "came", "url_missing"} <= {*OF_THE_TIME}
    assert not {"card", "move_card", "received_office", "staff_list", "mail_failed"} & {*OF_THE_TIME}


def test_reminders_are_what_is_said_before_the_session_and_nothing_else() -> None:
    moments = ("readiness", "day_before", "one_hour", "ten_minutes")
    by_mail = {f"remind_{moment}_mail" for moment in moments[:-1]}
    assert {f"remind_{moment}" for moment in moments} | by_mail == REMINDERS


def test_what_the_clock_makes_due_for_many_at_once_goes_after_what_somebody_did() -> None:
    assert {*REMINDERS, "no_reply", "arrived", "url_missing", "outcome"} <= BY_THE_CLOCK
    assert not {"received", "confirmed", "cancelled", "declined", "moved", "calling"} & BY_THE_CLOCK


def test_without_lists_for_staff_an_outcome_is_asked_for_when_the_counter_opens() -> None:
    start = DAYS.at(FRIDAY, time(10))
    assert clock.outcome_asked_at(DAYS, start) == DAYS.at(SESSION, time(8, 45))
    without = OfficeDays(replace(DAYS.office, staff_lists_at=()))
    assert clock.outcome_asked_at(without, start) == DAYS.at(SESSION, time(8, 30))
    one = OfficeDays(replace(DAYS.office, staff_lists_at=(time(13), time(9))))
    assert clock.outcome_asked_at(one, start) == DAYS.at(SESSION, time(9))


def test_a_measure_and_an_answer_are_told_by_the_ways_that_are_open() -> None:
    kept = booking(CONFIRMED, "handed")
    erased = replace(kept, details={})
    assert to_the_person("warned", kept) == ("warned", "warned_mail")
    assert to_the_person("warned", erased) == ("warned",)
    assert to_the_person("warned", replace(kept, chat=None)) == ("warned_mail",)
    assert to_the_person("answered", kept) == ("answered", "answered_mail")
    assert to_the_person("answered", erased) == ("answered",), "who is suspended for long is asked to call"
