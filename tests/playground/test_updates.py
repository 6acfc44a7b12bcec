"""How a bot asks and gets updates as Telegram gives them: the token, polling, offsets; what people send."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken

from bot.playground.people import Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import TOKEN, inline, refusal


async def test_a_wrong_token_is_unauthorized(server: BotApiServer) -> None:
    with refusal(InvalidToken, "rejected by the server"):
        async with Bot("123456:OTHER", base_url=f"{server.url}/bot"):
            pass


async def test_an_unknown_method_is_not_found(server: BotApiServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/bot{TOKEN}/sendPigeon") as answer:
        assert await answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("how", ["params", "data", "json"])
async def test_query_form_and_json_are_understood_alike(server: BotApiServer, taro: Person, how: str) -> None:
    markup = json.dumps(inline("はい").to_dict())
    sent: dict[str, Any] = {how: {"chat_id": str(taro.id), "text": "[1]", "reply_markup": markup}}
    url = f"{server.url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session, session.post(url, **sent) as answer:
        assert answer.status == 200
    assert (taro.screen.text, taro.screen.labels) == ("[1]", ["はい"])


async def test_an_update_comes_again_until_an_offset_confirms_it(bot: Bot, taro: Person) -> None:
    await taro.says("/start")
    [update], [again] = await bot.get_updates(), await bot.get_updates()
    assert update.update_id == again.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_lower_offset_does_not_bring_back_what_was_confirmed(bot: Bot, taro: Person) -> None:
    await taro.says("/start")
    [update] = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    assert await bot.get_updates(offset=update.update_id) == ()


async def test_a_negative_offset_keeps_the_last_ones_only(bot: Bot, taro: Person) -> None:
    for text in "一二三":
        await taro.says(text)
    assert [update.message.text for update in await bot.get_updates(offset=-2) if update.message] == ["二", "三"]
    assert len(await bot.get_updates()) == 2


async def test_a_limit_bounds_the_batch(bot: Bot, taro: Person) -> None:
    for text in "一二三":
        await taro.says(text)
    assert len(await bot.get_updates(limit=2)) == 2


async def test_a_long_poll_is_woken_by_an_update(server: BotApiServer, bot: Bot, taro: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    await taro.says("/start")
    [update] = await poll
    assert update.message
    assert update.message.entities[0].type == "bot_command"


async def test_a_second_poll_terminates_the_first(server: BotApiServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as other:
        await other.get_updates()
    with refusal(Conflict, "terminated by other getUpdates request"):
        await first


async def test_a_poll_whose_caller_is_gone_is_no_poll(server: BotApiServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    poll.cancel()
    await server.until(lambda: server.cloud.poll is None)


async def test_kinds_of_updates_not_asked_for_do_not_come(bot: Bot, taro: Person) -> None:
    await bot.get_updates(allowed_updates=[Update.CALLBACK_QUERY])
    await taro.says("/start")
    assert await bot.get_updates() == ()


async def test_a_bot_that_polls_is_waited_for(server: BotApiServer, bot: Bot, taro: Person) -> None:
    async def echo() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=30):
                offset = update.update_id + 1
                if update.message:
                    await bot.send_message(taro.id, f"受け付けました: {update.message.text}")

    running = asyncio.create_task(echo())
    await taro.says("一")
    await taro.sees("受け付けました: 一")
    await server.settled()
    await taro.sees_no("二")
    assert [message.from_bot for message in taro.messages] == [False, True]
    running.cancel()


@pytest.mark.parametrize(
    "kind", ["sticker", "photo", "voice", "document", "location", "video_note", "video", "audio", "animation"]
)
async def test_anything_can_be_sent_to_the_bot(bot: Bot, taro: Person, kind: str) -> None:
    await taro.sends(kind)
    [update] = await bot.get_updates()
    assert update.message
    assert getattr(update.message, kind)


async def test_a_caption_comes_with_the_photo(bot: Bot, taro: Person) -> None:
    await taro.sends("photo", caption="11010-1234567")
    [update] = await bot.get_updates()
    assert update.message
    assert (update.message.caption, update.message.text) == ("11010-1234567", None)


async def test_forwards_and_edits_come_as_what_they_are(bot: Bot, taro: Person) -> None:
    said = await taro.says("一")
    await taro.forwards("転送")
    await taro.edits(said.id, "二")
    _, forwarded, edited = await bot.get_updates()
    assert forwarded.message
    assert forwarded.message.forward_origin
    assert edited.edited_message
    assert edited.edited_message.text == "二"
