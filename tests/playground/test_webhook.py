"""Updates that are brought: to a web server of the test, with the secret, in order, until it says that it has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.playground.faults import Order
from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import Clock, inline, refusal

CONFLICT = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass
class Office:
    """A bot that updates are brought to. It answers with `statuses`, one after the other, then 200; `holds` those texts
    of messages that it does not answer."""

    url: str = ""
    brought: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    holds: set[str] = field(default_factory=set)
    frees: asyncio.Event = field(default_factory=asyncio.Event)
    told: Callable[[], None] = lambda: None  # of each update that was brought
    open: int = 0
    most: int = 0

    async def takes(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.brought.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.open += 1
        self.most = max(self.most, self.open)
        self.told()
        if update.get("message", {}).get("text") in self.holds:
            await self.frees.wait()
        self.open -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def texts(self) -> list[str]:
        """What was brought, in order: messages by their text, all else by its kind."""
        return [update.get("message", {}).get("text") or [*update][1] for update in self.brought]


@pytest.fixture
async def office(server: BotApiServer) -> AsyncIterator[Office]:
    made, app = Office(told=server.cloud.changed), web.Application()
    app.router.add_post("/updates", made.takes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/updates"
    yield made
    await runner.cleanup()


@pytest.fixture
def waited(server: BotApiServer) -> list[float]:
    """The seconds that the server waited before each try; here they pass at once."""
    seconds: list[float] = []

    async def pause(before_a_try: float) -> None:
        seconds.append(before_a_try)

    server.delivery.pause = pause
    return seconds


async def test_updates_are_brought_with_the_secret_also_those_that_waited(
    server: BotApiServer, bot: Bot, taro: Person, office: Office
) -> None:
    await taro.says("一")
    await bot.set_webhook(office.url, secret_token="Kawagoe_-1")
    await taro.says("二")
    await server.settled()
    assert (office.texts, office.secrets) == (["一", "二"], ["Kawagoe_-1", "Kawagoe_-1"])


async def test_while_updates_are_brought_nobody_polls(server: BotApiServer, bot: Bot, office: Office) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    await bot.set_webhook(office.url)
    with refusal(Conflict, "terminated by setWebhook request"):
        await poll
    with refusal(Conflict, CONFLICT):
        await bot.get_updates()
    await bot.delete_webhook()
    await bot.get_updates()


async def test_what_is_not_taken_is_brought_again_ever_more_slowly(
    server: BotApiServer, bot: Bot, taro: Person, office: Office, waited: list[float], clock: Clock
) -> None:
    office.statuses = [500, 302, 404, 502, 500, 500, 500, 500, 299]
    await bot.set_webhook(office.url)
    await taro.says("一")
    await server.settled()
    assert office.texts == ["一"] * 9
    assert waited == [0, 0, 2, 4, 8, 16, 32, 60, 60]
    told = await bot.get_webhook_info()
    assert told.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    assert (told.last_error_date, told.pending_update_count) == (clock().replace(microsecond=0), 0)


async def test_a_bot_that_is_not_there_is_told_of_and_missed_nothing_when_it_comes(
    server: BotApiServer, bot: Bot, taro: Person, office: Office, waited: list[float]
) -> None:
    await bot.set_webhook("http://127.0.0.1:9/updates", allowed_updates=["message"], max_connections=7)
    await taro.says("一")
    await server.until(lambda: server.cloud.webhook and server.cloud.webhook.last_error)
    told = await bot.get_webhook_info()
    assert (told.last_error_message, told.pending_update_count) == ("Connection refused", 1)
    assert (told.max_connections, told.allowed_updates) == (7, ("message",))
    await bot.set_webhook(office.url)
    await server.settled()
    assert office.texts == ["一"]


async def test_a_chats_messages_wait_for_each_other_and_for_nothing_else(
    server: BotApiServer, bot: Bot, taro: Person, staff: Group, office: Office
) -> None:
    await bot.set_webhook(office.url, drop_pending_updates=True)
    office.holds = {"一"}
    await bot.send_message(taro.id, "?", reply_markup=inline("はい"))
    await taro.says("一")
    await taro.says("二")
    await taro.presses("はい")
    await taro.says_in(staff, "/today")
    await server.until(lambda: len(server.cloud.pending) == 2)
    assert sorted(office.texts) == ["/today", "callback_query", "一"]
    office.frees.set()
    await server.settled()
    assert office.texts[-1] == "二"


async def test_no_more_connections_are_made_than_the_bot_allows(server: BotApiServer, bot: Bot, office: Office) -> None:
    office.holds = {"一"}
    await bot.set_webhook(office.url, max_connections=2)
    for number in range(4):
        await server.person(f"川越 {number}").says("一")
    await server.until(lambda: office.open == 2)
    await bot.get_me()
    office.frees.set()
    await server.settled()
    assert (len(office.texts), office.most) == (4, 2)


async def test_what_is_too_old_is_brought_no_more(
    server: BotApiServer, bot: Bot, taro: Person, office: Office, clock: Clock
) -> None:
    await taro.says("一")
    clock.passes(hours=25)
    await taro.says("二")
    await bot.set_webhook(office.url)
    await server.settled()
    assert office.texts == ["二"]


async def test_what_is_to_come_twice_is_brought_twice(
    server: BotApiServer, bot: Bot, taro: Person, office: Office
) -> None:
    server.order(Order("twice"))
    await bot.set_webhook(office.url)
    await taro.says("一")
    await server.settled()
    await taro.says("二")
    await server.settled()
    assert sorted(office.texts) == ["一", "一", "二"]


async def test_a_server_that_went_away_brings_the_rest_when_it_is_back(
    server: BotApiServer, bot: Bot, taro: Person, office: Office
) -> None:
    office.holds = {"一"}
    await bot.set_webhook(office.url)
    await taro.says("一")
    await server.until(lambda: office.open == 1)
    await server.goes_away()
    await taro.says("二")
    office.frees.set()
    await server.comes_back()
    await server.settled()
    assert office.texts == ["一", "一", "二"]


@pytest.mark.parametrize(
    ("url", "secret", "why"),
    [
        ("http://example.jp/", None, "An HTTPS URL must be provided for webhook"),
        ("example.jp", None, "An HTTPS URL must be provided for webhook"),
        ("https://example.jp:8000/", None, "Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://example.jp:x/", None, "URL is invalid"),
        ("https://example.jp/", None, "reaches no other address than loopback"),
        ("https://127.0.0.1/", "秘密", "secret token contains unallowed characters"),
        ("https://127.0.0.1/", "a b", "secret token contains unallowed characters"),
        ("https://127.0.0.1/", "a" * 257, "secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused_and_changes_nothing(bot: Bot, url: str, secret: str | None, why: str) -> None:
    with refusal(BadRequest, why):
        await bot.set_webhook(url, secret_token=secret)
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.get_updates() == ()


async def test_an_empty_address_is_no_webhook(bot: Bot, taro: Person, office: Office) -> None:
    await bot.set_webhook(office.url)
    await bot.set_webhook("")
    await taro.says("一")
    assert len(await bot.get_updates()) == 1
