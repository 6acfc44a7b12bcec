"""Who sends too much is told to wait, and how long; by a clock of its own that the test turns."""

from __future__ import annotations

import time

import pytest
from telegram import Bot
from telegram.error import RetryAfter

from bot.playground.chats import Chat
from bot.playground.limits import Limits
from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from bot.playground.strictness import ApiError


class Seconds:
    """Real time, were it not for the test that lets it pass."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


TARO = Chat(5, "private", {})
STAFF = Chat(-5, "group", {})


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def limits(seconds: Seconds) -> Limits:
    return Limits(seconds)


def refused(limits: Limits, chat: Chat) -> int:
    """For how many seconds one more message is refused."""
    with pytest.raises(ApiError) as error:
        limits.check(chat)
    wait = (error.value.parameters or {})["retry_after"]
    assert (error.value.status, error.value.description) == (429, f"Too Many Requests: retry after {wait}")
    return int(wait)


def test_a_group_gets_20_a_minute(limits: Limits, seconds: Seconds) -> None:
    for _ in range(20):
        limits.check(STAFF)
        seconds.now += 1
    assert refused(limits, STAFF) == 40
    seconds.now += 40
    limits.check(STAFF)
    assert refused(limits, STAFF) == 1


def test_a_person_gets_one_a_second_and_short_bursts(limits: Limits, seconds: Seconds) -> None:
    for _ in range(20):
        limits.check(TARO)
    assert refused(limits, TARO) == 20
    seconds.now += 20
    for _ in range(100):
        limits.check(TARO)
        seconds.now += 1


def test_all_together_get_30_a_second(limits: Limits, seconds: Seconds) -> None:
    for number in range(30):
        limits.check(Chat(number, "private", {}))
    assert refused(limits, TARO) == 1
    seconds.now += 1
    limits.check(TARO)


def test_what_was_refused_does_not_count(limits: Limits, seconds: Seconds) -> None:
    for _ in range(20):
        limits.check(STAFF)
    for _ in range(100):
        refused(limits, STAFF)
    seconds.now += 60
    limits.check(STAFF)


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # RetryAfter warns of its own type
async def test_the_server_refuses_what_is_too_much_and_nothing_else(
    server: BotApiServer, bot: Bot, taro: Person, staff: Group, seconds: Seconds
) -> None:
    server.limits = Limits(seconds)
    for number in range(20):
        await bot.send_message(staff.id, str(number))
    with pytest.raises(RetryAfter):
        await bot.edit_message_text("二十", staff.id, staff.screen.id)
    assert staff.screen.text == "19"
    await bot.send_chat_action(staff.id, "typing")
    await bot.delete_message(staff.id, staff.screen.id)
    await bot.send_message(taro.id, "一")


async def test_a_turned_clock_lets_nobody_send_more() -> None:
    async with BotApiServer("1:TEST", limits=True) as server:
        assert server.limits
        assert server.limits.clock is time.monotonic
    async with BotApiServer("1:TEST") as free:
        assert free.limits is None
