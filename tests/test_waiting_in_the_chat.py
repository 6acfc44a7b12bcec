"""Who may wait for a free time in the chat, for which days, and what they read of it.

Whose turn it is has tests/test_waiting.py; what becomes of a time that is offered, tests/test_offered_times.py.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import chain

import pytest
from sqlalchemy import delete

from bot.counter import HOLD
from bot.database import Transaction
from flows.agreeing import agree
from flows.choosing import by_week
from flows.counter import Decision, Waiting
from flows.policy import days_to_offer
from flows.steps import OLD_BUTTON, Context, Conversation
from flows.waiting import (
    FREE_NOW,
    OVER,
    STOP_WAITING,
    days_or_wait,
    full_days,
    may_wait,
    not_full,
    what_is_waited_for,
)
from tests.conversations.visitor import DAYS, NOW, Visitor
from tests.conversations.visitors import suspended, with_a_request
from tests.offers import before, hold, labels, said

OFFERED = days_to_offer(DAYS, NOW)
TUESDAY, WEDNESDAY, FRIDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 27)
WEEKS = by_week(OFFERED)


def at(transaction: Transaction, page: int = 0, now: datetime = NOW) -> Context:
    return before(transaction, Conversation(page=page), now)


# The way to wait


@pytest.mark.parametrize(
    ("full", "waits"), [((), False), ((WEDNESDAY,), True), ((TUESDAY, WEDNESDAY, FRIDAY), True), (OFFERED, True)]
)
async def test_where_a_day_is_full_one_can_wait(transaction: Transaction, full: tuple[date, ...], waits: bool) -> None:
    await hold(transaction, full)
    offer = await days_or_wait(at(transaction))
    assert (labels(offer)[-1:] == ["空きを待つ"]) is waits
    assert len([label for label in labels(offer) if "空き1" in label]) == len(set(WEEKS[0]) - set(full))
    assert offer.say


@pytest.mark.parametrize("week", [0, 2])
async def test_a_week_that_is_full_can_be_waited_for_though_another_is_shown(
    transaction: Transaction, week: int
) -> None:
    await hold(transaction, WEEKS[week])
    offer = await days_or_wait(at(transaction))
    assert labels(offer)[0].startswith("11月24日(火)" if week else "11月30日(月)")
    assert labels(offer)[-1] == "空きを待つ"


async def test_where_there_is_no_day_at_all_there_is_nothing_to_wait_for(transaction: Transaction) -> None:
    assert labels(await days_or_wait(at(transaction, now=datetime(2027, 12, 28, tzinfo=UTC)))) == []


@pytest.mark.parametrize(
    ("agreed", "full", "came"), [(True, OFFERED[:1], "some"), (True, (), "free"), (False, OFFERED[:1], "none")]
)
async def test_whoever_has_agreed_can_wait_where_something_is_full(
    transaction: Transaction, agreed: bool, full: tuple[date, ...], came: str
) -> None:
    await hold(transaction, full)
    if agreed:
        await agree(at(transaction))
    assert (await may_wait(at(transaction))).name == came


async def test_who_has_a_request_cannot_wait_until_it_is_over(transaction: Transaction) -> None:
    await hold(transaction, [FRIDAY])
    visitor = await with_a_request(transaction)
    assert (await may_wait(visitor.context)).name == "none"
    booking = await visitor.counter.live()
    assert booking
    await visitor.counter.move(booking, "decline", Decision("decline", NOW, 1, "職員 一号", "time"))
    assert (await may_wait(visitor.context)).name == "some"


async def test_4_4_who_is_suspended_cannot_wait(transaction: Transaction) -> None:
    await hold(transaction, [FRIDAY])
    assert (await may_wait((await suspended(transaction)).context)).name == "none"


@pytest.mark.parametrize(
    ("agreed", "state", "words"), [(True, "free", "今、空きがあります"), (False, "nothing", "今は空き待ちができません")]
)
async def test_who_cannot_wait_is_told_what_to_do_instead(
    transaction: Transaction, agreed: bool, state: str, words: str
) -> None:
    if agreed:
        await agree(at(transaction))
    visitor = await Visitor(transaction).begins("waiting")
    assert visitor.conversation.state == state
    assert words in said((await visitor.screen()).say)


# Which days


@pytest.mark.parametrize(
    ("full", "values"),
    [
        ([TUESDAY], ["2026-11-24_2026-11-24"]),
        ([TUESDAY, FRIDAY], ["2026-11-24_2026-11-27", "2026-11-24_2026-11-24", "2026-11-27_2026-11-27"]),
        ([WEDNESDAY, WEEKS[1][0]], ["2026-11-25_2026-11-25", "page1"]),
    ],
)
async def test_the_full_days_of_a_week_are_offered_together_and_one_by_one(
    transaction: Transaction, full: list[date], values: list[str]
) -> None:
    await hold(transaction, full)
    offer = await full_days(at(transaction))
    assert [button.value for button in chain(*offer.rows)] == values
    assert said(offer.say) == "次の日は満席です。どの日の空きを待ちますか。"


async def test_the_days_are_named_one_on_a_row(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY, FRIDAY])
    offer = await full_days(at(transaction))
    assert labels(offer) == ["この週のどの日でも", "11月24日(火)", "11月27日(金)"]
    assert {len(row) for row in offer.rows} == {1}


@pytest.mark.parametrize(
    ("page", "week", "turns"), [(0, 0, "page1"), (1, 2, "page0"), (2, 2, "page0"), (99, 2, "page0")]
)
async def test_a_page_is_a_week_with_a_full_day_and_beyond_the_last_is_the_last(
    transaction: Transaction, page: int, week: int, turns: str
) -> None:
    days = [WEEKS[0][0], WEEKS[2][0]]
    await hold(transaction, days)
    offer = await full_days(at(transaction, page))
    assert [button.value for button in chain(*offer.rows)] == [f"{WEEKS[week][0]}_{WEEKS[week][0]}", turns]


async def test_where_nothing_is_full_any_more_the_question_says_so(transaction: Transaction) -> None:
    offer = await full_days(at(transaction))
    assert (offer.rows, offer.say) == ((), (FREE_NOW,))


@pytest.mark.parametrize("value", ["2026-11-24_2026-11-24", "2026-11-24_2026-11-27"])
def test_a_day_that_is_full_no_more_ends_the_question(value: str, transaction: Transaction) -> None:
    gone = not_full(at(transaction), value)
    assert (gone.why, gone.came_to) == (FREE_NOW, "free")


async def test_a_day_that_is_full_no_more_is_said_once(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY])
    await agree(at(transaction))
    visitor = await Visitor(transaction).begins("waiting")
    await transaction.execute(delete(HOLD))
    await visitor.presses("2026-11-24_2026-11-24")
    assert visitor.conversation.state == "free"
    assert (await visitor.screen()).say == (FREE_NOW,)
    assert await visitor.counter.waiting() is None


@pytest.mark.parametrize("value", ["", "nobody", "2026-11-2", "2026-11-99_2026-11-99"])
def test_what_is_no_day_is_an_old_button(value: str, transaction: Transaction) -> None:
    gone = not_full(at(transaction), value)
    assert (gone.why, gone.came_to) == (OLD_BUTTON, "")


# Whoever waits


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("2026-11-24_2026-11-24", "11月24日(火) の空きを待っています。"),
        ("2026-11-24_2026-11-27", "11月24日(火)～11月27日(金) の空きを待っています。"),
    ],
)
async def test_who_waits_reads_for_which_days_and_what_will_come(
    transaction: Transaction, days: str, words: str
) -> None:
    await hold(transaction, WEEKS[0])
    await agree(at(transaction))
    visitor = await Visitor(transaction).begins("waiting")
    await visitor.presses(days)
    assert visitor.conversation.state == "waits"
    screen = said((await visitor.screen()).say)
    assert screen.startswith(words)
    assert "空きが出たら、ここでお知らせします" in screen
    first, last = (date.fromisoformat(day) for day in days.split("_"))
    assert await visitor.counter.waiting() == Waiting(first, last)
    shown = await what_is_waited_for(visitor.context)
    assert (labels(shown), said(shown.say)) == (["待つのをやめる"], words)


@pytest.mark.parametrize(
    ("press", "left", "words"),
    [(STOP_WAITING, False, "空き待ちをやめました。"), ("quit", True, "空き待ちを続けます。")],
)
async def test_who_waits_can_stop_or_go_on(transaction: Transaction, press: str, left: bool, words: str) -> None:
    await hold(transaction, [TUESDAY])
    visitor = Visitor(transaction)
    await visitor.counter.wait(Waiting(TUESDAY, TUESDAY))
    await visitor.begins("waited")
    assert visitor.conversation.state == "waits"
    await visitor.presses(press)
    assert said((await visitor.screen()).say) == words
    assert (await visitor.counter.waiting() is not None) is left


async def test_who_waits_for_nothing_is_told_that_it_is_over(transaction: Transaction) -> None:
    visitor = await Visitor(transaction).begins("waited")
    assert visitor.conversation.state == "nothing"
    assert "このご案内は終わりました" in said((await visitor.screen()).say)
    shown = await what_is_waited_for(visitor.context)
    assert (shown.rows, shown.say) == ((), (OVER,))


async def test_who_leaves_without_a_day_does_not_wait(transaction: Transaction) -> None:
    await hold(transaction, OFFERED)
    await agree(at(transaction))
    visitor = await Visitor(transaction).begins("waiting")
    await visitor.presses("quit")
    assert said((await visitor.screen()).say) == "空き待ちはしていません。"
    assert await visitor.counter.waiting() is None
