"""A local Bot API server, python-telegram-bot's own Bot on it, a person, and a group with the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import TOKEN, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(TOKEN, clock=clock) as running:
        yield running


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as running:
        yield running


@pytest.fixture
def taro(server: BotApiServer) -> Person:
    return server.person("川越 太郎", opened=True)


@pytest.fixture
def staff(server: BotApiServer, taro: Person) -> Group:
    group = server.group("職員", members=[taro])
    group.adds_bot(by=taro)
    return group
