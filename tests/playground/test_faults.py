"""Faults that a test asks for: a refusal, a cut connection, a call that hangs; what was waited for in vain is shown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter

from bot.playground.people import Person
from bot.playground.server import BotApiServer, Fault
from tests.playground.bot_api import inline, refusal


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # RetryAfter warns of its own type
async def test_a_fault_with_retry_after_is_a_429_and_changes_nothing(
    server: BotApiServer, bot: Bot, taro: Person
) -> None:
    server.fault = lambda method, params: Fault(status=429, retry_after=3) if method == "sendMessage" else None
    with pytest.raises(RetryAfter):
        await bot.send_message(taro.id, "一")
    assert (taro.messages, server.called("sendMessage")[0].status) == ([], 429)


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
async def test_a_connection_is_cut_before_or_after_the_work(
    server: BotApiServer, bot: Bot, taro: Person, when: Any, kept: int
) -> None:
    server.fault = lambda method, params: Fault(drop=when)
    with pytest.raises(NetworkError):
        await bot.send_message(taro.id, "一")
    assert (len(taro.messages), server.called("sendMessage")[0].status) == (kept, None)


async def test_a_call_hangs_until_it_is_released(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.fault = lambda method, params: Fault(hang=True)
    sending = asyncio.create_task(bot.send_message(taro.id, "一"))
    await server.until(lambda: server.called("sendMessage"))
    assert taro.messages == []
    server.release()
    await sending
    assert [call.status for call in server.called("sendMessage")] == [200]


async def test_what_is_not_said_in_time_fails_with_the_screen(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "お名前を入力してください", reply_markup=inline("戻る"))
    with refusal(AssertionError, "お名前を入力してください\n    [戻る]"):
        await taro.sees("受け付けました", timeout=0.01)
