"""Faults that are ordered: each comes as often as it was ordered, to the calls it was ordered for, and then no more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.playground.faults import BadOrder, Order
from bot.playground.people import Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import inline


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text for update in updates if update.message]


async def test_a_method_fails_so_often_and_then_no_more(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.order(Order("fails", method="sendMessage", times=2, code=502))
    await bot.send_chat_action(taro.id, "typing")
    for _ in range(2):
        with pytest.raises(NetworkError):
            await bot.send_message(taro.id, "一")
    assert taro.messages == []
    await bot.send_message(taro.id, "二")


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # RetryAfter warns of its own type
async def test_any_method_is_told_to_wait(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.order(Order("fails", retry_after=7))
    with pytest.raises(RetryAfter):
        await bot.send_chat_action(taro.id, "typing")
    assert server.calls[-1].status == 429
    await bot.send_chat_action(taro.id, "typing")


@pytest.mark.parametrize(("what", "kept"), [("cut", 0), ("half", 1), ("unanswered", 1)])
async def test_a_call_is_not_answered_before_or_after_the_work(
    server: BotApiServer, bot: Bot, taro: Person, what: Any, kept: int
) -> None:
    server.order(Order(what))
    with pytest.raises(TelegramError):
        await bot.send_message(taro.id, "一")
    assert len(taro.messages) == kept


async def test_a_call_hangs_until_it_is_released(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.order(Order("hangs", method="sendMessage"))
    sending = asyncio.create_task(bot.send_message(taro.id, "一"))
    await server.until(lambda: server.called("sendMessage"))
    assert taro.messages == []
    server.release()
    await sending


async def test_a_call_hangs_for_a_while(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.order(Order("hangs", seconds=0.01))
    await bot.send_message(taro.id, "一")
    assert taro.screen.text == "一"


async def test_who_is_away_hangs_up_on_the_poll_and_answers_nobody_until_back(server: BotApiServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    server.order(Order("away"))
    with pytest.raises(NetworkError):
        await poll
    with pytest.raises(NetworkError):
        await bot.get_me()
    server.release()
    await bot.get_me()


async def test_who_is_away_for_a_while_comes_back_without_being_asked(server: BotApiServer, bot: Bot) -> None:
    server.order(Order("away", seconds=0.01))
    assert server.orders.away
    await server.until(lambda: not server.orders.away)
    await bot.get_me()


async def test_updates_come_twice_after_they_were_confirmed(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.order(Order("twice", times=2))
    for text in "一二三":
        await taro.says(text)
    first = await bot.get_updates()
    again = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.update_id for update in again] == [update.update_id for update in first[:2]]
    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()


async def test_two_neighbours_change_places_and_the_first_waits_for_the_second(
    server: BotApiServer, bot: Bot, taro: Person
) -> None:
    server.order(Order("swapped"))
    await bot.send_message(taro.id, "?", reply_markup=inline("はい"))
    await taro.says("一")
    assert await bot.get_updates() == ()
    await taro.presses("はい")
    await taro.says("三")
    pressed, said, last = await bot.get_updates()
    assert pressed.callback_query
    assert texts((said, last)) == ["一", "三"]
    assert pressed.update_id < said.update_id < last.update_id


async def test_what_the_bot_was_given_already_keeps_its_place(server: BotApiServer, bot: Bot, taro: Person) -> None:
    await taro.says("一")
    await bot.get_updates()
    server.order(Order("swapped"))
    await taro.says("二")
    assert texts(await bot.get_updates()) == ["一"]
    await taro.says("三")
    assert texts(await bot.get_updates()) == ["一", "三", "二"]


async def test_orders_are_fulfilled_in_their_order_and_can_be_cancelled(
    server: BotApiServer, bot: Bot, taro: Person
) -> None:
    for code in (400, 502, 502):
        server.order(Order("fails", code=code))
    with pytest.raises(BadRequest):
        await bot.get_me()
    with pytest.raises(NetworkError):
        await bot.get_me()
    server.orders.cancel()
    await bot.get_me()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, "what must be one of"),
        ({"what": "explodes"}, "what must be one of"),
        ({"what": ["fails"]}, "what must be one of"),
        ({"what": "fails", "method": "sendPigeon"}, "there is no method 'sendPigeon'"),
        ({"what": "fails", "method": ["sendMessage"]}, "there is no method"),
        ({"what": "fails", "times": 0}, "times must be a whole number from 1 to 1000"),
        ({"what": "fails", "times": "3"}, "times must be a whole number"),
        ({"what": "fails", "times": True}, "times must be a whole number"),
        ({"what": "fails", "code": 200}, "code must be an HTTP status of a failure"),
        ({"what": "fails", "code": [502]}, "code must be an HTTP status of a failure"),
        ({"what": "fails", "seconds": 3}, "'fails' takes no seconds; it takes code, method, retry_after, times"),
        ({"what": "hangs", "seconds": -1}, "seconds must be a number from 0 to 3600"),
        ({"what": "twice", "methods": "x"}, "'twice' takes no methods"),
    ],
)
def test_a_wrong_order_says_what_is_wrong(given: Any, why: str) -> None:
    with pytest.raises(BadOrder) as error:
        Order.from_json(given)
    assert why in str(error.value)


def test_an_order_is_the_same_after_json() -> None:
    for order in (Order("fails", "sendMessage", 3, 502), Order("hangs", seconds=0.5), Order("swapped")):
        assert Order.from_json(order.json) == order
