"""A time that has become free and is offered to whoever waits: how long it is kept, and what can become of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete

from bot import waiting
from bot.counter import HOLD
from bot.database import Transaction
from flows.counter import Waiting
from flows.hearing import hear
from flows.office_days import OfficeDays
from flows.steps import OLD_BUTTON, Pressed
from flows.waiting import (
    OFFERS,
    OVER,
    PASS,
    STOP_WAITING,
    TAKE,
    counter_time_after,
    offered,
    offered_until,
    over,
    pass_on,
    the_offer,
    told_already,
    words_of_the_end,
)
from tests.conversations.visitor import DAYS, NOW, Visitor
from tests.offers import hold, labels, said
from tests.town import Clock

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 19, 3, tzinfo=UTC)  # two hours from NOW: until then a time is kept
OFFER_IS_OVER = "このご案内は終わりました"


async def with_a_time_kept(transaction: Transaction) -> Visitor:
    """Tuesday was full; its first time has become free, and is kept for whoever waits for it."""
    await hold(transaction, [TUESDAY])
    visitor = Visitor(transaction)
    await visitor.counter.wait(Waiting(TUESDAY, TUESDAY))
    await transaction.execute(delete(HOLD).where(HOLD.c.start == DAYS.starts(TUESDAY)[0]))
    await waiting.serve(visitor.counter)
    return await visitor.begins("offers")


# How long a time is kept


@pytest.mark.parametrize(
    ("now", "minutes", "until"),
    [
        ("2026-11-19 10:00", 120, "2026-11-19 12:00"),
        ("2026-11-19 15:15", 120, "2026-11-19 17:15"),  # the very moment at which it closes
        ("2026-11-19 15:16", 120, "2026-11-20 08:31"),
        ("2026-11-19 17:15", 120, "2026-11-20 10:30"),
        ("2026-11-19 20:00", 120, "2026-11-20 10:30"),
        ("2026-11-19 08:00", 120, "2026-11-19 10:30"),
        ("2026-11-20 16:15", 120, "2026-11-24 09:30"),  # a weekend and a holiday between
        ("2026-11-21 12:00", 120, "2026-11-24 10:30"),
        ("2026-11-19 08:30", 1060, "2026-11-24 08:40"),  # two whole days and ten minutes
    ],
)
def test_minutes_count_while_the_counter_is_open(now: str, minutes: int, until: str) -> None:
    assert counter_time_after(DAYS, Clock(now)(), minutes) == Clock(until)()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24 10:00", "2026-11-24 12:00"),
        ("2026-11-24 16:30", "2026-11-25 00:00"),
        ("2026-11-24 20:59", "2026-11-25 00:00"),  # who is asked now has until midnight
        ("2026-11-24 21:00", None),  # nobody is woken for it, and in the morning it is too late
        ("2026-11-25 00:00", None),
        ("2026-11-23 21:00", "2026-11-24 10:30"),  # heard of in the morning, in time
    ],
)
def test_4_1_nothing_is_kept_past_the_deadline_nor_for_whoever_hears_of_it_too_late(
    now: str, until: str | None
) -> None:
    start = Clock("2026-11-26 09:30")()
    assert offered_until(DAYS, start, Clock(now)()) == (Clock(until)() if until else None)


@pytest.mark.parametrize(("cutoff", "until"), [("08:00", None), ("08:01", "08:01")])
def test_4_1_who_hears_of_it_at_the_deadline_itself_is_not_asked(cutoff: str, until: str | None) -> None:
    hours, minutes = cutoff.split(":")
    days = OfficeDays(replace(DAYS.office, cutoff=timedelta(hours=int(hours), minutes=int(minutes))))
    found = offered_until(days, Clock("2026-11-26 09:30")(), Clock("2026-11-23 21:00")())
    assert found == (Clock(f"2026-11-24 {until}")() if until else None)


# A time that is kept


async def test_the_offer_says_which_time_is_kept_until_when(transaction: Transaction) -> None:
    visitor = await with_a_time_kept(transaction)
    offer = await the_offer(visitor.context)
    words = said(offer.say)
    assert words.startswith("【空きが出ました】11月24日(火) 9:30\n")
    assert "11月19日(木) 12:00 まで、この日時をとっておきます" in words
    assert labels(offer) == ["この日時を申し込む", "今回は見送る", "待つのをやめる"]
    assert {len(row) for row in offer.rows} == {1}


@pytest.mark.parametrize(
    ("now", "state"), [(NOW, "taken"), (NOON - timedelta(milliseconds=1), "taken"), (NOON, "nothing")]
)
async def test_the_time_can_be_asked_for_until_that_moment(transaction: Transaction, now: datetime, state: str) -> None:
    visitor = await with_a_time_kept(transaction)
    visitor.now = now
    assert await offered(visitor.context) is (state == "taken")
    await hear(OFFERS, visitor.context, Pressed("f", "offer", TAKE))
    assert visitor.conversation.state == state
    await visitor.begins("offers")
    assert visitor.conversation.state == ("offer" if state == "taken" else "nothing")


async def test_for_whoever_waits_and_has_no_offer_there_is_none(transaction: Transaction) -> None:
    visitor = Visitor(transaction)
    assert not await offered(visitor.context)
    assert (await the_offer(visitor.context)).say == (OVER,)
    await visitor.begins("offers")
    assert OFFER_IS_OVER in said((await visitor.screen()).say)
    await hold(transaction, [TUESDAY])
    await visitor.counter.wait(Waiting(TUESDAY, TUESDAY))
    assert not await offered(visitor.context)


@pytest.mark.parametrize(
    ("press", "words", "kept", "waits"),
    [
        (PASS, "この日時は、ほかの方にご案内します。空き待ちは続いています。", False, True),
        (STOP_WAITING, "空き待ちをやめました。", False, False),
        ("quit", "まだ何も決まっていません。書いてある時刻までは、/mine からいつでも選べます。", True, True),
    ],
)
async def test_who_does_not_ask_for_it_lets_it_go_or_decides_later(
    transaction: Transaction, press: str, words: str, kept: bool, waits: bool
) -> None:
    visitor = await with_a_time_kept(transaction)
    await visitor.presses(press)
    assert said((await visitor.screen()).say) == words
    assert await offered(visitor.context) is kept
    assert (await visitor.counter.waiting() is not None) is waits


@pytest.mark.parametrize("press", [TAKE, PASS, STOP_WAITING])
async def test_a_press_on_an_offer_that_is_over_says_so(transaction: Transaction, press: str) -> None:
    visitor = await with_a_time_kept(transaction)
    assert await visitor.counter.pass_on()
    shown = await the_offer(visitor.context)
    assert (shown.rows, shown.say) == ((), (OVER,))
    await visitor.presses(press)
    assert visitor.conversation.state == "nothing"
    assert said((await visitor.screen()).say).count(OFFER_IS_OVER) == 1
    assert await visitor.counter.waiting() == Waiting(TUESDAY, TUESDAY)


async def test_of_two_presses_the_second_finds_the_offer_over(transaction: Transaction) -> None:
    visitor = await with_a_time_kept(transaction)
    assert (await pass_on(visitor.context)).name == "passed"
    assert (await pass_on(visitor.context)).name == "over"
    visitor.conversation.state = "passing"
    await OFFERS.go_on(visitor.context)
    assert visitor.conversation.state == "nothing"


def test_what_was_never_on_an_offer_is_an_old_button(transaction: Transaction) -> None:
    context = Visitor(transaction).context
    assert [over(context, value).came_to for value in (TAKE, PASS, STOP_WAITING, "nobody")] == [*3 * ("over",), ""]
    assert [over(context, value).why for value in (TAKE, "nobody")] == [OVER, OLD_BUTTON]


async def test_mine_of_whoever_is_offered_a_time_is_the_offer(transaction: Transaction) -> None:
    """What they wait for is not shown meanwhile: the offer is."""
    visitor = await (await with_a_time_kept(transaction)).begins("waited")
    assert visitor.conversation.state == "nothing"


# An offer that ran out


def test_whoever_pressed_too_late_was_told_already() -> None:
    ends = {"taken", "passed", "not_waiting", "nothing", "left"}
    assert {state for state in OFFERS.by_name if told_already("offers", state)} == ends
    assert not told_already("waited", "nothing")
    assert not told_already("offers", "gone")


def test_an_offer_that_ran_out_names_its_moment_on_the_clock_of_the_office() -> None:
    words = said((words_of_the_end(DAYS, NOON),))
    assert words.startswith("【お取り置きが終わりました】\n11月19日(木) 12:00 まで")
