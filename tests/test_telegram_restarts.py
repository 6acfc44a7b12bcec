"""Telegram is killed and started again under the running bot, in the midst of a conversation: it goes on by itself.

The bot is the real process; nobody touches it between the outage and the answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clockwork import OWED_AFTER
from bot.playground.clock import DemoClock
from bot.playground.faults import Fault, Order
from tests.benchmarks.process import BotProcess
from tests.databases import new_file
from tests.faults import copies
from tests.town import Town, town
from tests.usual_answers import comes_to


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot is not running yet."""
    async with town(tmp_path / "data", new_file(tmp_path / "madoguchi.db"), started=False) as opened:
        yield opened


@pytest.fixture
def clock(tmp_path: Path) -> DemoClock:
    """The bot's clock, which the test can turn."""
    return DemoClock(tmp_path / "clock")


@pytest.fixture
async def bot(place: Town, clock: DemoClock) -> AsyncIterator[BotProcess]:
    """Its bot, a process of its own; 川越 太郎 has come to the first question."""
    running = await BotProcess.start({**place.environment, "MADOGUCHI_CLOCK": str(clock.file)})
    try:
        await place.server.settled(20)
        await place.taro.says("/book")
        await comes_to(place.taro, "利用規約に同意して")
        await place.taro.presses("同意して進む")
        await comes_to(place.taro, "質問1／3")
        await place.server.settled()
        yield running
    finally:
        await running.kill()


async def test_what_was_pressed_meanwhile_is_served_when_telegram_is_back(place: Town, bot: BotProcess) -> None:
    taro, server = place.taro, place.server
    await server.goes_away()
    await bot.logs("Telegram does not answer")
    await taro.presses("はい")
    await server.comes_back()
    await comes_to(taro, "質問2／3")
    await taro.presses("はい")
    await comes_to(taro, "質問3／3")
    assert "Telegram answers again" in bot.log
    assert bot.process.returncode is None


async def test_an_answer_that_was_cut_off_is_given_when_telegram_is_back(
    place: Town, bot: BotProcess, clock: DemoClock
) -> None:
    taro, server = place.taro, place.server
    server.fault = lambda method, params: Fault(hang=True) if params.get("chat_id") == taro.id else None
    before = len(server.calls)
    await taro.presses("はい")
    await server.until(lambda: any(call.chat_id == taro.id for call in server.calls[before:]))
    await server.goes_away()
    server.fault = None
    await bot.logs("Telegram does not answer")
    await server.comes_back()
    clock.turn(clock() + OWED_AFTER)
    await comes_to(taro, "質問2／3")
    await server.settled()
    assert copies(taro, "質問2／3") == 1
    await taro.presses("はい")
    await comes_to(taro, "質問3／3")


async def test_a_press_that_comes_twice_is_served_once(place: Town, bot: BotProcess) -> None:
    taro, server = place.taro, place.server
    server.order(Order("twice"))
    before = len(server.called("answerCallbackQuery"))
    await taro.presses("はい")
    await server.until(lambda: len(server.called("answerCallbackQuery")) == before + 2)
    await server.settled()
    assert "質問2／3" in taro.screen.text
