"""第4条(4): cancelling; who does not come and says nothing; and what may follow from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from sqlalchemy import text

from bot.database import Transaction
from flows import clock, policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.desk import attendance
from flows.lifecycle import MISSED
from flows.notices import KINDS
from flows.reception import Command
from tests.clauses.deadlines import DAYS, jst
from tests.clauses.screens import BOOKED, START, reads, told
from tests.conversations.visitor import NOW, Visitor
from tests.conversations.visitors import (
    just_before_the_session,
    suspend,
    suspended,
    who_missed_a_session,
    with_a_request,
)
from tests.counters import Office
from tests.desk import OpenDesk


@pytest.mark.parametrize("now", ["2026-11-10T12:00", "2026-11-23T23:59:59.999"])
def test_4_4_i_a_booking_can_be_cancelled_in_the_chat_until_the_end_of_the_day_before(now: str) -> None:
    assert policy.may_cancel_in_chat(DAYS, jst("2026-11-24T09:30"), jst(now), "123-456") is None


@pytest.mark.parametrize("now", ["2026-11-24T00:00", "2026-11-24T09:29", "2026-11-24T09:31", "2026-11-25T12:00"])
def test_4_4_i_on_the_day_itself_and_after_it_is_cancelled_by_phone_only(now: str) -> None:
    answer = policy.may_cancel_in_chat(DAYS, jst("2026-11-24T09:30"), jst(now).astimezone(UTC), "123-456")
    assert answer is not None
    assert (answer.clause, answer.why.values) == ("4(4)", {"ref": "123-456"})
    assert "It has not been cancelled here." in answer.why.sentence


def test_4_4_i_a_booking_can_be_moved_in_the_chat_until_the_end_of_the_day_before() -> None:
    assert policy.may_move_in_chat(DAYS, jst("2026-11-24T09:30"), jst("2026-11-23T23:59:59.999"), "123-456") is None


@pytest.mark.parametrize("now", ["2026-11-24T00:00", "2026-11-24T09:29"])
def test_4_4_i_on_the_day_itself_it_is_moved_by_phone_only(now: str) -> None:
    answer = policy.may_move_in_chat(DAYS, jst("2026-11-24T09:30"), jst(now).astimezone(UTC), "123-456")
    assert answer is not None
    assert (answer.clause, answer.why.values) == ("4(4)", {"ref": "123-456"})
    assert "Nothing has been changed here." in answer.why.sentence


def test_4_4_ii_staff_are_asked_10_minutes_after_the_start() -> None:
    assert clock.no_contact_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-24T09:40")


def test_4_4_ii_the_last_reminder_goes_out_an_hour_before() -> None:
    assert clock.remind_one_hour_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-24T08:30")


def test_4_4_ii_the_last_reminder_waits_for_the_end_of_the_quiet_hours() -> None:
    assert clock.remind_one_hour_at(DAYS, jst("2026-11-24T08:30")) == jst("2026-11-24T08:00")


async def test_4_4_i_until_the_day_before_the_chat_cancels_and_the_time_is_free_at_once(
    transaction: Transaction,
) -> None:
    visitor = await with_a_request(transaction)
    for _ in range(2):
        await visitor.presses("cancel")
    assert await visitor.counter.live() is None
    assert (await transaction.execute(text("SELECT count(*) FROM hold"))).scalar() == 0
    how = await transaction.execute(text("SELECT channel, who FROM decision WHERE event = 'cancel'"))
    assert [tuple(row) for row in how] == [("chat", None)]


async def test_4_4_i_on_the_day_nothing_is_cancelled_in_the_chat_and_staff_note_the_call(
    desk: OpenDesk, office: Office
) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await office.move(booking, "confirm")
    desk.clock.turn("2026-11-24 09:00")
    clerk = await desk.signed_in()
    await clerk.opens(f"/bookings/{booking.id}")
    await clerk.presses("予約をキャンセルする", channel="phone")
    assert await office.all("SELECT state FROM booking") == [("cancelled",)]
    noted = await office.all("SELECT event, name, channel FROM decision WHERE event = 'cancel'")
    assert noted == [("cancel", "職員 一号", "phone")]


def test_4_4_ii_contact_or_a_cancellation_stops_it_and_no_reminder_follows() -> None:
    in_touch = replace(BOOKED, contact_at=START + timedelta(minutes=4))
    late = START + timedelta(minutes=20)
    assert attendance.miss(DAYS, BOOKED, late) is None
    assert attendance.miss(DAYS, in_touch, late)
    assert attendance.start(DAYS, in_touch, late) is None, "who is late can still be seen"
    missed = replace(BOOKED, state=MISSED)
    assert not any(KINDS[kind].holds(missed) for kind in KINDS if kind.startswith("remind"))


async def test_4_4_ii_who_says_in_the_chat_that_it_will_be_late_is_not_taken_to_have_cancelled(
    transaction: Transaction,
) -> None:
    visitor = await just_before_the_session(transaction)
    await visitor.presses("late")
    assert "キャンセルとはみなしません" in await reads(visitor)
    [(booking_id,)] = [tuple(row) for row in await transaction.execute(text("SELECT id FROM booking"))]
    booking = await visitor.counter.booking(booking_id)
    assert booking
    assert booking.contact_at == visitor.now
    refused = attendance.miss(DAYS, booking, START + timedelta(minutes=20))
    assert refused
    assert refused.clause == "4(4)"


def test_4_4_ii_that_silence_cancels_is_said_an_hour_before() -> None:
    assert "10分" in told("remind_one_hour")


async def test_4_4_iii_missed_sessions_block_nobody_by_themselves(transaction: Transaction) -> None:
    visitor, first = await who_missed_a_session(transaction)
    second = await booked(visitor, first, "2026-11-25T09:30")
    assert await visitor.counter.move(second, "miss", Decision("miss", NOW, 7, "職員 一号"))
    await visitor.says(Command("book"))
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def booked(visitor: Visitor, like: Booking, start: str) -> Booking:
    permit = policy.permit(DAYS, Slot("1", jst(start)), NOW)
    assert isinstance(permit, Permit)
    made = await visitor.counter.request(permit, like.details)
    assert isinstance(made, Booking)
    assert await visitor.counter.move(made, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    return made


async def test_4_4_iii_who_is_suspended_reads_why_until_when_and_how_to_object_and_keeps_the_rest(
    transaction: Transaction,
) -> None:
    visitor = await suspended(transaction)
    words = await reads(visitor)
    for said_so in ("【オンライン予約の停止】", "理由：", "期間：", "/object", "電話", "窓口", "049-242-0197"):
        assert said_so in words
    assert any(button.value.endswith("object") for row in (await visitor.screen()).rows for button in row)
    for command, answer in {"help": "使い方", "terms": "予約窓口", "mine": "予約はありません"}.items():
        await visitor.says(Command(command))
        assert answer in await reads(visitor)
        assert "【オンライン予約の停止】" not in await reads(visitor)


async def test_4_4_iii_who_is_suspended_can_cancel_what_is_booked(transaction: Transaction) -> None:
    visitor, missed = await who_missed_a_session(transaction)
    await booked(visitor, missed, "2026-11-26T09:30")
    await suspend(visitor, missed)
    await visitor.says(Command("mine"))
    for _ in range(2):
        await visitor.presses("cancel")
    assert "キャンセルしました" in await reads(visitor)
    assert await visitor.counter.live() is None
