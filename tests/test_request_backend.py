"""The request backend against a real server on loopback, under the real Bot of python-telegram-bot."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.telegram.request import AiohttpRequest

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BotApi:
    """A server that answers every method as `answers` says, and keeps the forms that it was sent."""

    def __init__(self) -> None:
        self.answer: Answer = self.sent
        self.forms: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.heard, self.closing = asyncio.Event(), asyncio.Event()
        self.url = ""

    async def hear(self, request: web.Request) -> web.StreamResponse:
        self.forms.append({name: _kept(value) for name, value in (await request.post()).items()})
        self.paths.append(request.path)
        self.headers.append(dict(request.headers))
        self.heard.set()
        return await self.answer(request)

    async def sent(self, request: web.Request) -> web.Response:
        chat = {"id": int(self.forms[-1].get("chat_id", 1)), "type": "private"}
        return web.json_response({"ok": True, "result": {"message_id": 7, "date": 0, "chat": chat, "text": "hello"}})

    def failing(self, status: int, description: str, **parameters: int) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
            return web.json_response(body, status=status)

        return answer

    async def hanging(self, request: web.Request) -> web.Response:
        await self.closing.wait()
        return web.Response()

    async def resetting(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


def _kept(value: object) -> object:
    return (value.filename, value.file.read()) if isinstance(value, web.FileField) else value


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    api.closing.set()
    await runner.cleanup()


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with AiohttpRequest() as request, AiohttpRequest(limit=1) as polling:
        yield Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=polling)


async def failure_of(call: Awaitable[object]) -> TelegramError:
    with pytest.raises(TelegramError) as failure:
        await call
    return failure.value


async def test_a_message_is_sent_as_a_form(api: BotApi, bot: Bot) -> None:
    message = await bot.send_message(5, "窓口 & more", reply_markup=keyboard())
    assert isinstance(message, Message)
    assert (message.message_id, message.chat.id) == (7, 5)
    assert api.paths == [f"/bot{TOKEN}/sendMessage"]
    assert api.forms[0]["text"] == "窓口 & more"
    assert (
        api.forms[0]["reply_markup"]
        == '{"inline_keyboard": [[{"callback_data": "x", "text": "戻る"}]]}'.encode(
            "ascii", "backslashreplace"
        ).decode()
    )


def keyboard() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("戻る", callback_data="x")]])


async def test_a_file_is_sent_as_multipart_with_its_name(api: BotApi, bot: Bot) -> None:
    await bot.send_document(5, b"BEGIN:VCALENDAR", filename="相談.ics", caption="予約")
    assert api.forms[0]["document"] == ("相談.ics", b"BEGIN:VCALENDAR")
    assert api.forms[0]["caption"] == "予約"


async def test_a_call_without_parameters_is_sent_without_a_body(api: BotApi, bot: Bot) -> None:
    await bot.log_out()
    assert api.forms == [{}]


async def test_connections_are_used_again_and_no_cookie_is_kept(api: BotApi, bot: Bot) -> None:
    ports = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        sent = await api.sent(request)
        sent.set_cookie("seen", "1")
        return sent

    api.answer = answer
    for _ in range(3):
        await bot.send_message(5, "hello")
    assert len(ports) == 1
    assert not [headers for headers in api.headers if "Cookie" in headers]


@pytest.mark.parametrize(
    ("status", "description", "kind"),
    [
        (400, "Bad Request: message is not modified", BadRequest),
        (403, "Forbidden: bot was blocked by the user", Forbidden),
        (502, "Bad Gateway", NetworkError),
    ],
)
async def test_an_error_of_the_api_is_the_library_s(
    api: BotApi, bot: Bot, status: int, description: str, kind: type[TelegramError]
) -> None:
    api.answer = api.failing(status, description)
    failure = await failure_of(bot.send_message(5, "hello"))
    assert type(failure) is kind
    assert failure.message.lower() in description.lower()


@pytest.mark.filterwarnings(
    "ignore:.*attribute `retry_after`:DeprecationWarning"
)  # the library's own, made in its error
async def test_a_call_that_came_too_soon_says_how_long_to_wait(api: BotApi, bot: Bot) -> None:
    api.answer = api.failing(429, "Too Many Requests: retry after 9", retry_after=9)
    failure = await failure_of(bot.send_message(5, "hello"))
    assert isinstance(failure, RetryAfter)
    assert "9 seconds" in str(failure)


async def test_a_redirect_is_not_followed_with_the_token(api: BotApi, bot: Bot) -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    api.answer = elsewhere
    await failure_of(bot.send_message(5, "hello"))
    assert len(api.paths) == 1


async def test_an_answer_that_does_not_come_is_a_time_out(api: BotApi, bot: Bot) -> None:
    api.answer = api.hanging
    assert type(await failure_of(bot.send_message(5, "hello", read_timeout=0.05))) is TimedOut


async def test_an_upload_that_is_not_read_is_a_time_out() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    done = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0, limit=1024)
    port = server.sockets[0].getsockname()[1]
    async with server, AiohttpRequest() as request:
        bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request, get_updates_request=request)
        upload = bot.send_document(
            5, bytes(20_000_000), read_timeout=0.05, write_timeout=0.05, connect_timeout=0.05, pool_timeout=0.05
        )
        assert type(await failure_of(upload)) is TimedOut
        done.set()


async def test_no_free_connection_is_a_time_out(api: BotApi) -> None:
    api.answer = api.hanging
    async with AiohttpRequest(limit=1) as request:
        bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
        first = asyncio.create_task(failure_of(bot.send_message(5, "first", read_timeout=5)))
        await api.heard.wait()
        second = await failure_of(bot.send_message(5, "second", connect_timeout=0.05, pool_timeout=0.05))
        assert type(second) is TimedOut
        api.closing.set()
        await first


async def test_a_connection_that_breaks_is_a_network_error(api: BotApi, bot: Bot) -> None:
    api.answer = api.resetting
    failure = await failure_of(bot.send_message(5, "hello"))
    assert type(failure) is NetworkError
    assert failure.message == "ServerDisconnectedError"


async def test_after_a_failure_the_next_call_succeeds(api: BotApi, bot: Bot) -> None:
    api.answer = api.resetting
    await failure_of(bot.send_message(5, "hello"))
    api.answer = api.sent
    assert (await bot.send_message(5, "hello")).message_id == 7


@pytest.mark.parametrize("kind", ["reset", "hang", "refused", "bad url"])
async def test_the_token_is_neither_in_an_error_nor_behind_it(api: BotApi, kind: str) -> None:
    api.answer = api.hanging if kind == "hang" else api.resetting
    origin = {"refused": "http://127.0.0.1:1", "bad url": "http://["}.get(kind, api.url)
    async with AiohttpRequest(read_timeout=0.05) as request:
        bot = Bot(TOKEN, base_url=f"{origin}/bot", request=request, get_updates_request=request)
        failure = await failure_of(bot.send_message(5, "hello"))
    assert TOKEN not in "".join(traceback.format_exception(failure))
    assert TOKEN not in repr((str(failure), failure.args, vars(failure)))
    assert failure.__cause__ is None
    assert failure.__context__ is None


async def test_fifty_calls_go_side_by_side(api: BotApi, bot: Bot) -> None:
    everyone = asyncio.Barrier(50)

    async def together(request: web.Request) -> web.Response:
        await everyone.wait()
        return await api.sent(request)

    api.answer = together
    messages = await asyncio.gather(*(bot.send_message(chat, "hello") for chat in range(1, 51)))
    assert len(messages) == 50


async def test_polling_waits_longer_than_other_calls(api: BotApi, bot: Bot) -> None:
    async def late(request: web.Request) -> web.Response:
        await asyncio.wait_for(api.closing.wait(), 5)
        return web.json_response({"ok": True, "result": []})

    api.answer = late
    async with AiohttpRequest(read_timeout=0.1) as short:
        polling = Bot(TOKEN, base_url=f"{api.url}/bot", request=short, get_updates_request=short)
        poll = asyncio.create_task(polling.get_updates(timeout=3))
        await api.heard.wait()
        assert type(await failure_of(polling.send_message(5, "hello"))) is TimedOut  # a tenth of a second has passed
        api.closing.set()
        assert await poll == ()


async def test_before_it_is_opened_and_after_it_is_closed_it_sends_nothing(api: BotApi) -> None:
    request = AiohttpRequest()
    bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=request, get_updates_request=request)
    await failure_of(bot.send_message(5, "hello"))
    async with request:
        await bot.send_message(5, "hello")
    await failure_of(bot.send_message(5, "hello"))
    assert len(api.paths) == 1
