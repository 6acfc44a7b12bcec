"""How long an update waits: 24 hours, a press 150 seconds, by the server's clock; nobody is given it later."""

from __future__ import annotations

import pytest
from telegram import Bot
from telegram.error import BadRequest

from bot.playground.people import Person
from tests.playground.bot_api import Clock, inline, refusal


async def test_a_message_that_nobody_fetched_for_24_hours_is_gone(bot: Bot, taro: Person, clock: Clock) -> None:
    await taro.says("一")
    clock.passes(hours=12)
    await taro.says("二")
    clock.passes(hours=12)
    assert len(await bot.get_updates()) == 2
    clock.passes(seconds=1)
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["二"]


@pytest.mark.parametrize(("seconds", "comes"), [(150, 1), (151, 0)])
async def test_a_press_waits_150_seconds(bot: Bot, taro: Person, clock: Clock, seconds: int, comes: int) -> None:
    await bot.send_message(taro.id, "?", reply_markup=inline("はい"))
    await taro.presses("はい")
    clock.passes(seconds=seconds)
    assert len(await bot.get_updates()) == comes


async def test_a_press_is_answered_within_150_seconds(bot: Bot, taro: Person, clock: Clock) -> None:
    await bot.send_message(taro.id, "?", reply_markup=inline("はい"))
    await taro.presses("はい")
    query = (await bot.get_updates())[0].callback_query
    assert query
    clock.passes(seconds=151)
    with refusal(BadRequest, "query is too old and response timeout expired or query ID is invalid"):
        await bot.answer_callback_query(query.id)
