"""/mine says what is booked and no more than is true; cancelling asks first, and looks again before it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.database import Transaction
from flows import policy
from flows.cancelling import CANCELLING, cancel, may_cancel, status, sure, the_booking, withdraw
from flows.counter import Booking, Decision, Permit, Slot, Told
from flows.office_days import OfficeDays
from flows.reception import Command
from flows.steps import Context, Conversation, Outcome
from tests.conversations.visitor import DAYS, NOW, Visitor
from tests.counters import DETAILS
from tests.offers import before, labels, said

START = datetime(2026, 11, 24, 1, tzinfo=UTC)  # 10:00 in Kawagoe
NOTHING = "現在、申し込みや予約はありません。"


async def requested(transaction: Transaction) -> tuple[Context, Booking]:
    context = before(transaction, Conversation())
    permit = policy.permit(DAYS, Slot("1", START), NOW)
    assert isinstance(permit, Permit)
    booking = await context.counter.request(permit, DETAILS)
    assert isinstance(booking, Booking)
    return context, booking


async def test_4_2_b_i_a_request_is_called_unconfirmed_and_says_by_when_staff_answer(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    offer = await the_booking(context)
    assert said(offer.say[:1]).startswith(
        f"確認中（まだ確定していません）：11月24日(火) 10:00（受付番号 {booking.reference}）"
    )
    assert "11月20日(金)" in said(offer.say[1:])
    assert labels(offer) == ["日時を変更する", "同席する方を変更する", "この予約をキャンセルする"]


async def test_a_confirmed_booking_promises_no_answer_any_more(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    await context.counter.move(booking, "confirm", Decision("confirm", NOW, 1, "職員 一号"))
    offer = await the_booking(context)
    assert said(offer.say).startswith("確定の手続き中です：11月24日(火) 10:00")
    assert len(offer.say) == 1


async def test_who_has_none_is_told_so_and_asked_nothing(transaction: Transaction) -> None:
    visitor = await Visitor(transaction).begins("cancelling")
    assert visitor.conversation.state == "nothing"
    assert said((await visitor.screen()).say) == NOTHING
    for asked in (may_cancel, cancel, withdraw):
        assert await asked(visitor.context) == Outcome("none")


@pytest.mark.parametrize("question", [the_booking, sure])
async def test_where_the_booking_is_over_meanwhile_the_question_says_so(
    transaction: Transaction, question: object
) -> None:
    context, booking = await requested(transaction)
    await context.counter.move(booking, "decline", Decision("decline", NOW, 1, "職員 一号", "time"))
    offer = await (the_booking if question is the_booking else sure)(context)
    assert (said(offer.say), labels(offer)) == (NOTHING, [])


async def test_before_it_is_cancelled_people_are_asked_with_its_day_and_time(transaction: Transaction) -> None:
    context, _ = await requested(transaction)
    offer = await sure(context)
    assert said(offer.say) == "11月24日(火) 10:00 の予約をキャンセルしますか。"
    assert labels(offer) == ["キャンセルする", "キャンセルしない"]


async def asks_to_cancel(transaction: Transaction) -> tuple[Visitor, Booking]:
    """Somebody who has pressed "cancel" once and is asked whether they are sure."""
    context, booking = await requested(transaction)
    visitor = Visitor(transaction)
    assert visitor.chat == context.who
    await visitor.says(Command("mine"))
    await visitor.presses("cancel")
    assert (visitor.conversation.dialog, visitor.conversation.state) == (CANCELLING.name, "sure")
    return visitor, booking


@pytest.mark.parametrize("press", ["first", "second"])
async def test_a_booking_that_is_over_before_the_press_is_not_cancelled(transaction: Transaction, press: str) -> None:
    context, booking = await requested(transaction)
    visitor = Visitor(transaction)
    await visitor.says(Command("mine"))
    if press == "second":
        await visitor.presses("cancel")
    await context.counter.move(booking, "decline", Decision("decline", NOW, 1, "職員 一号", "time"))
    await visitor.presses("cancel")
    assert said((await visitor.screen()).say).endswith(NOTHING)
    declined = await visitor.counter.booking(booking.id)
    assert declined
    assert declined.state == "declined"


@pytest.mark.parametrize(
    ("now", "counter"),
    [(START - timedelta(minutes=1), "窓口は開いています"), (START - timedelta(hours=9), "窓口は閉まっています")],
)
async def test_4_4_i_on_the_day_it_says_to_phone_and_whether_anybody_is_there(
    transaction: Transaction, now: datetime, counter: str
) -> None:
    visitor, booking = await asks_to_cancel(transaction)
    visitor.now = now
    await visitor.presses("cancel")
    assert visitor.conversation.state == "refused"
    words = said((await visitor.screen()).say)
    assert "電話だけ" in words
    assert booking.reference in words
    assert counter in words


async def test_4_4_i_on_the_day_nobody_is_asked_whether_they_are_sure(transaction: Transaction) -> None:
    await requested(transaction)
    visitor = Visitor(transaction)
    visitor.now = DAYS.at(DAYS.day_of(START), time())
    await visitor.says(Command("mine"))
    await visitor.presses("cancel")
    assert visitor.conversation.state == "refused"
    assert "電話だけ" in said((await visitor.screen()).say)
    assert await visitor.counter.live()


async def test_where_the_chat_cancels_nothing_people_read_whom_to_phone(transaction: Transaction) -> None:
    context, _ = await requested(transaction)
    elsewhere = replace(context, days=OfficeDays(replace(DAYS.office, bot_cancel_enabled=False)))
    for asked in (may_cancel, cancel):
        refused = await asked(elsewhere)
        assert refused.name == "refused"
        assert refused.note
        assert "049-242-0197" in said((refused.note,))
    assert await context.counter.live()


@pytest.mark.parametrize(("press", "state"), [("keep", "kept"), ("quit", "left")])
async def test_whoever_keeps_it_has_it_still(transaction: Transaction, press: str, state: str) -> None:
    visitor, _ = await asks_to_cancel(transaction)
    await visitor.presses(press)
    assert visitor.conversation.state == state
    assert said((await visitor.screen()).say) == "キャンセルはしていません。予約はそのままです。"
    assert await visitor.counter.live()


async def test_4_4_i_whoever_is_sure_has_none_any_more_and_the_chat_is_the_channel(transaction: Transaction) -> None:
    visitor, booking = await asks_to_cancel(transaction)
    await visitor.presses("cancel")
    assert visitor.conversation.state == "cancelled"
    assert said((await visitor.screen()).say) == "キャンセルしました。このあと、お知らせが届きます。"
    cancelled = await visitor.counter.booking(booking.id)
    assert cancelled
    assert cancelled.decision == Decision("cancel", NOW, channel="chat")


# Another time that was asked for


async def asks_for_another_time(transaction: Transaction) -> Visitor:
    context, booking = await requested(transaction)
    await context.counter.move(booking, "confirm", Decision("confirm", NOW, 1, "職員 一号"))
    permit = policy.permit(DAYS, Slot("1", START + timedelta(days=2)), NOW)
    assert isinstance(permit, Permit)
    assert await context.counter.ask_move(booking, permit) == "asked"
    return await Visitor(transaction).begins("cancelling")


async def test_4_2_b_a_wish_stands_below_the_time_that_one_has_and_can_be_withdrawn(transaction: Transaction) -> None:
    visitor = await asks_for_another_time(transaction)
    offer = await the_booking(visitor.context)
    assert said(offer.say[:1]).startswith("確定の手続き中です：11月24日(火) 10:00")
    assert said(offer.say[1:]).startswith("変更の希望：11月26日(木) 10:00。職員が 11月20日(金) までにお返事します。")
    assert labels(offer) == ["変更の希望を取り下げる", "同席する方を変更する", "この予約をキャンセルする"]
    assert {len(row) for row in offer.rows} == {1}
    await visitor.presses("withdraw")
    assert visitor.conversation.state == "withdrawn"
    assert said((await visitor.screen()).say) == "日時の変更を取り下げました。予約はそのままです。"
    now = await visitor.counter.live()
    assert now
    assert (now.state, now.slot.start, now.wanted) == ("confirmed", START, None)
    assert now.moved == Decision("withdraw_move", NOW, channel="chat", starts=(START + timedelta(days=2),))
    visitor.conversation.state = "withdrawing"
    await CANCELLING.go_on(visitor.context)
    assert visitor.conversation.state == "decided", "nothing is there to withdraw any more"
    assert "/mine" in said((await visitor.screen()).say)


async def test_what_can_be_done_with_a_booking_depends_on_the_day(transaction: Transaction) -> None:
    context, _ = await requested(transaction)
    on_the_day = replace(context, now=DAYS.at(DAYS.day_of(START), time()))
    assert labels(await the_booking(on_the_day))[-1:] == ["この予約をキャンセルする"]
    assert "日時を変更する" not in labels(await the_booking(on_the_day))


@pytest.mark.parametrize(
    ("state", "told", "words"),
    [
        ("requested", "", "確認中（まだ確定していません）"),
        ("proposed", "", "確認中（まだ確定していません）"),
        ("confirmed", "waiting", "確定の手続き中です"),
        ("confirmed", "failed", "確定の手続き中です"),
        ("confirmed", "handed", "確定"),
        ("confirmed", "by_hand", "確定"),
        ("confirmed", "by_phone", "確定"),
    ],
)
def test_4_2_b_confirmed_is_what_the_person_was_told(state: str, told: Told, words: str) -> None:
    day = NOW.date()
    booking = Booking("id", "123456", state, 1, Slot("1", START), 1, "ja", NOW, day, day, NOW, told)
    assert said((status(booking),)) == words
