"""What the bot asks by itself, without its clock: whether a letter arrived, which other time is wanted."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from bot import places
from bot.counter import HOLD
from bot.database import Transaction
from flows import arrival, proposals, reception
from flows.counter import Decision, Slot
from flows.reception import Command
from flows.steps import BACK, QUIT, Context, Offer, Outcome, Typed
from tests.clauses.screens import reads
from tests.conversations.visitor import Visitor
from tests.conversations.visitors import (
    asked_about_a_mail_of_no_booking,
    asked_whether_the_mail_arrived,
    with_a_request,
    with_other_times_to_choose,
)
from tests.counters import DAYS, NOW, START
from tests.offers import labels, live, offered

SECOND = timedelta(seconds=1)
TOO_LATE = "選ぶ期限が過ぎたか"
NOT_NOW = "メールは送っていません。予約の状態が変わっています。"


async def happens(visitor: Visitor, event: str) -> None:
    """Something becomes of their booking meanwhile."""
    assert await visitor.counter.move(await live(visitor), event, Decision(event, visitor.now, 7, "職員 一号"))


# Whether a letter arrived


async def test_the_letter_is_named_by_its_session_and_the_address_masked(transaction: Transaction) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    assert (await reads(visitor)).splitlines()[:2] == [
        "【メールの確認】11月24日(火) 9:30",
        "予約は確定しています。i***@example.jp に送ったメールは届きましたか。",
    ]
    assert await offered(visitor) == ["yes", "no"]
    await visitor.presses("no")
    assert (await reads(visitor)).startswith("i***@example.jp に送りました。")
    assert await offered(visitor) == ["correct", "again"]


async def test_a_letter_that_arrived_needs_nothing_more(transaction: Transaction) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    await visitor.presses("yes")
    assert visitor.conversation.state == "arrived_well"
    assert (await reads(visitor)).startswith("ありがとうございます。")


async def test_whoever_stops_is_told_whom_to_call_if_it_does_not_arrive(transaction: Transaction) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    await visitor.presses(QUIT)
    assert visitor.conversation.state == "unanswered"
    assert "049-242-0197" in await reads(visitor)


async def test_the_address_as_it_should_be_is_asked_for_and_checked(transaction: Transaction) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    for value in ("no", "correct"):
        await visitor.presses(value)
    assert await reads(visitor) == "正しいメールアドレスを、もう一度入力してください。"
    await visitor.says(Typed("hanako"))
    assert visitor.conversation.state == "new_email"
    await visitor.presses(BACK)
    await visitor.presses("again")
    assert visitor.conversation.state == "sent"


@pytest.mark.parametrize(
    ("says", "address", "masked"),
    [(("again",), "ichiro@example.jp", "i***"), (("correct", Typed("hanako@example.jp")), "hanako@example.jp", "h***")],
)
async def test_it_is_sent_again_or_to_the_address_as_it_should_have_been(
    transaction: Transaction, says: tuple[str | Typed, ...], address: str, masked: str
) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    await visitor.presses("no")
    for each in says:
        await (visitor.presses(each) if isinstance(each, str) else visitor.says(each))
    assert visitor.conversation.state == "sent"
    assert (await reads(visitor)).startswith(f"{masked}@example.jp にもう一度メールを送ります。")
    about = await live(visitor)
    assert (about.details["email"], about.version) == (address, 3)


@pytest.mark.parametrize("press", ["no", "again"])
async def test_where_the_booking_is_another_by_now_nothing_is_sent(transaction: Transaction, press: str) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    if press == "again":
        await visitor.presses("no")
    about = await live(visitor)
    await happens(visitor, "cancel")
    assert ((await reads(visitor)).startswith(NOT_NOW), await offered(visitor)) == (True, [])
    visitor.conversation.answers["address"] = "again"
    await arrival.ARRIVAL.go_on(visitor.context)
    if press == "again":
        assert visitor.conversation.state == "over"
    assert await arrival.send(visitor.context) == Outcome("over", note=arrival.NOT_NOW)
    found = await visitor.counter.booking(about.id)
    assert found
    assert found.details == about.details


@pytest.mark.parametrize(("now", "worth"), [(START - SECOND, True), (START, False), (START + SECOND, False)])
async def test_a_letter_is_worth_sending_until_the_session_begins(
    transaction: Transaction, now: datetime, worth: bool
) -> None:
    visitor = await asked_whether_the_mail_arrived(transaction)
    visitor.now = now
    assert bool(await arrival.the_booking(visitor.context)) is worth
    visitor.conversation.known["about"] = ""
    assert await arrival.the_booking(visitor.context) is None


async def test_no_other_chat_is_asked_about_a_letter(transaction: Transaction) -> None:
    about = (await live(await asked_whether_the_mail_arrived(transaction))).id
    stranger = Visitor(transaction, chat=9)
    stranger.conversation.known["about"] = about
    context = Context(DAYS, stranger.counter, NOW, stranger.conversation, 9)
    assert await arrival.the_booking(context) is None
    assert await arrival.the_booking(Context(DAYS, stranger.counter, NOW, stranger.conversation, 7))


async def test_of_no_letter_nothing_is_asked(transaction: Transaction) -> None:
    visitor = await asked_about_a_mail_of_no_booking(transaction)
    assert visitor.conversation.state == "no_letter"
    assert (await reads(visitor)).startswith(NOT_NOW)


# Other times


async def test_a_time_that_is_chosen_is_confirmed_and_named(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    assert await offered(visitor) == ["202611250030-1", "202611250200-1", "other"]
    times = Offer((await visitor.screen()).rows[:2])
    assert labels(times) == ["11月25日(水) 9:30", "11月25日(水) 11:00"]
    assert (await reads(visitor)).startswith("【別の日時のご案内】受付番号")
    await visitor.presses("202611250200-1")
    assert visitor.conversation.state == "accepted"
    assert (await reads(visitor)).startswith("11月25日(水) 11:00 を選びました。")
    about = await live(visitor)
    assert (about.state, about.slot.start) == ("confirmed", START + timedelta(days=1, minutes=90))
    assert about.decision
    assert (about.decision.event, about.decision.who, about.decision.channel) == ("accept", None, "chat")


async def test_one_time_alone_is_accepted_or_not(transaction: Transaction) -> None:
    visitor = await with_a_request(transaction)
    slot = Slot("1", START + timedelta(days=1))
    about = await live(visitor)
    assert await places.propose(transaction, about.id, [slot]) is None
    assert await visitor.counter.move(about, "propose", Decision("propose", NOW, 7, "職員 一号", starts=(slot.start,)))
    await visitor.says(Command("mine"))
    assert (await reads(visitor)).startswith("【別の日時のご案内】11月25日(水) 9:30")
    assert labels(Offer((await visitor.screen()).rows[:2])) == ["この日時にする", "ほかの日時を選ぶ"]
    await visitor.presses("202611250030-1")
    assert (await live(visitor)).slot == slot


async def test_whoever_wants_another_time_closes_the_request(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    about = await live(visitor)
    await visitor.presses("other")
    assert visitor.conversation.state == "closed"
    assert (await reads(visitor)).startswith("この申し込みを終了しました。")
    found = await visitor.counter.booking(about.id)
    assert found
    assert (found.state, found.decision) == ("cancelled", Decision("refuse", NOW, channel="chat"))


@pytest.mark.parametrize(("late", "open_"), [(-1, True), (0, False), (1, False)])
async def test_other_times_can_be_chosen_until_the_time_to_choose_is_over(
    transaction: Transaction, late: int, open_: bool
) -> None:
    visitor = await with_other_times_to_choose(transaction)
    visitor.now = (await live(visitor)).lapses_at + late * SECOND
    assert (await reads(visitor)).startswith("【別の日時のご案内】" if open_ else TOO_LATE)
    visitor.conversation.state = "begin"
    await proposals.PROPOSALS.begin(visitor.context)
    assert visitor.conversation.state == ("choice" if open_ else "over")
    assert (await reads(visitor)).startswith("【別の日時のご案内】" if open_ else TOO_LATE)


@pytest.mark.parametrize("choice", ["other", "202611250030-1"])
async def test_a_choice_that_comes_too_late_says_so(transaction: Transaction, choice: str) -> None:
    visitor = await with_other_times_to_choose(transaction)
    visitor.now = (await live(visitor)).lapses_at
    visitor.conversation.answers["choice"] = choice
    await proposals.PROPOSALS.go_on(visitor.context)
    assert visitor.conversation.state == "over"
    assert (await reads(visitor)).startswith(TOO_LATE)
    assert (await live(visitor)).state == "proposed"


async def test_a_time_that_was_never_proposed_is_not_taken(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    visitor.conversation.answers["choice"] = "202611250100-1"
    await proposals.PROPOSALS.go_on(visitor.context)
    assert (visitor.conversation.state, (await live(visitor)).state) == ("over", "proposed")


async def test_where_the_proposed_times_are_gone_it_is_over(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    await transaction.execute(delete(HOLD))
    assert ((await reads(visitor)).startswith(TOO_LATE), await offered(visitor)) == (True, [])


async def test_where_nothing_is_proposed_nothing_can_be_chosen(transaction: Transaction) -> None:
    for visitor in (Visitor(transaction, chat=9), await with_a_request(transaction)):
        await reception.ask(visitor.context, proposals.PROPOSALS, "")
        assert visitor.conversation.state == "over"
        assert (await reads(visitor)).startswith(TOO_LATE)


async def test_whoever_stops_can_still_choose(transaction: Transaction) -> None:
    visitor = await with_other_times_to_choose(transaction)
    await visitor.presses(QUIT)
    assert visitor.conversation.state == "left"
    assert "/mine" in await reads(visitor)
    await visitor.says(Command("mine"))
    assert visitor.conversation.state == "choice"
