"""Every parameter of a call is a published one, and of its type; what Telegram would pass over is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from bot.playground.people import Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import TOKEN

Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def call(server: BotApiServer) -> Call:
    """A call with a body of JSON, or of a form: its answer, whatever it is."""

    async def called(method: str, form: bool = False, **params: Any) -> dict[str, Any]:
        body = {"data" if form else "json": params}
        url = f"{server.url}/bot{TOKEN}/{method}"
        async with aiohttp.ClientSession() as session, session.post(url, **body) as answer:  # type: ignore[arg-type]  # either
            said: dict[str, Any] = await answer.json()
            return said

    return called


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"silent": True}, 'unknown parameter "silent"'),
        ({"chat_id": 1.5}, 'parameter "chat_id" must be Integer or String'),
        ({"chat_id": True}, 'parameter "chat_id" must be Integer or String'),
        ({"chat_id": "川越"}, 'parameter "chat_id" must be an Integer or a name with @'),
        ({"text": 5}, 'parameter "text" must be String'),
        ({"disable_notification": "yes"}, 'parameter "disable_notification" must be Boolean'),
        ({"disable_notification": 1}, 'parameter "disable_notification" must be Boolean'),
        ({"entities": [5]}, 'parameter "entities" must be Array of MessageEntity'),
        ({"reply_parameters": "5"}, 'parameter "reply_parameters" must be ReplyParameters'),
        ({"text": None}, "message text is empty"),
        ({"chat_id": None}, "chat_id is empty"),
    ],
)
async def test_a_wrong_parameter_is_refused_and_nothing_is_sent(
    call: Call, taro: Person, wrong: dict[str, Any], why: str
) -> None:
    answer = await call("sendMessage", **{"chat_id": taro.id, "text": "一", **wrong})
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {why}"}
    assert taro.messages == []


async def test_what_must_be_given_is_asked_for_by_its_name(call: Call, taro: Person) -> None:
    assert 'parameter "action" is required' in (await call("sendChatAction", chat_id=taro.id))["description"]


async def test_a_form_carries_texts_that_stand_for_the_published_types(call: Call, taro: Person) -> None:
    given = {"chat_id": str(taro.id), "text": "5", "disable_notification": "true", "entities": "[]"}
    assert (await call("sendMessage", form=True, **given))["ok"]
    assert (taro.screen.text, taro.screen.silent) == ("5", True)


async def test_a_name_that_looks_like_a_number_stays_a_text(call: Call) -> None:
    await call("setMyName", form=True, name="2026")
    assert (await call("getMyName"))["result"] == {"name": "2026"}


async def test_a_file_that_no_parameter_names_is_refused(server: BotApiServer, call: Call, taro: Person) -> None:
    url = f"{server.url}/bot{TOKEN}/sendDocument"
    for document, ok in (("attach://規約", True), ("attach://other", False)):
        form = aiohttp.FormData({"chat_id": str(taro.id), "document": document})
        form.add_field("規約", b"1", filename="terms.txt")
        async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
            assert (await answer.json())["ok"] is ok
