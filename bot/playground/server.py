"""A local Bot API server: what a bot says to Telegram over HTTP is judged here as Telegram would judge it.

    async with BotApiServer("123456:TEST") as server:
        taro = server.person("川越 太郎")
        await taro.says("/start")
        await taro.sees("受け付けました")

It listens on loopback only. Give the bot `f"{server.url}/bot"` as its base URL. Nothing here sleeps or polls:
who waits is woken by each change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.playground.chats import Chat, Message, Press
from bot.playground.cloud import PATIENCE, Cloud, Found
from bot.playground.faults import Fault as Fault  # noqa: PLC0414  # a test that has a server needs no other module
from bot.playground.faults import Order, Orders
from bot.playground.fields import FIELDS, check
from bot.playground.limits import SENDING, Limits
from bot.playground.methods import METHODS
from bot.playground.parameters import parameters
from bot.playground.people import Group, Person, Screen
from bot.playground.strictness import ApiError
from bot.playground.updates import PRESS_KEPT, get_updates
from bot.playground.webhook import Delivery

LARGEST_BODY = 50 * 1024**2  # bytes


@dataclass
class Call:
    """A request to the server. `status` is None while it is under way, and for ever if its connection was cut."""

    method: str
    params: Mapping[str, Any]
    chat_id: int | None
    at: datetime
    status: int | None = None


def real_time() -> datetime:
    return datetime.now(UTC)


class BotApiServer:
    """The server of one bot, and the world around it. `clock` gives aware times; all dates and ages follow it.

    `first` is the first id of an update and of a message: a bot that was here before has seen those below it.
    `answer_within` is how long a press can be answered. `limits` says whether too many messages are refused.
    `fault` is asked at each call whether something goes wrong; `orders` are what is to go wrong without being asked.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], datetime] = real_time,
        answer_within: timedelta = PRESS_KEPT,
        host: str = "127.0.0.1",
        port: int = 0,
        first: int | None = None,
        limits: bool = False,
    ) -> None:
        self.token = token
        self.url = ""
        self.host, self.port = host, port
        self.app = web.Application(client_max_size=LARGEST_BODY)
        self.calls: list[Call] = []
        self.fault: Callable[[str, Mapping[str, Any]], Fault | None] | None = None
        self.cloud = Cloud(int(token.partition(":")[0]), clock, answer_within, first)
        self.limits = Limits() if limits else None
        self.orders = Orders()
        self.delivery = Delivery(self.cloud, self.orders)
        self._released = asyncio.Event()
        self._open: list[web.Request] = []

    async def __aenter__(self) -> Self:
        self.app.router.add_route("*", "/bot{token}/{method}", self._serve)
        # A caller that hangs up cancels its call: a bot that was killed polls no more.
        self._runner = web.AppRunner(self.app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        await self._listen()
        return self

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, self.host, self.port)
        await self._site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._delivering = asyncio.create_task(self.delivery.run())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_delivering()
        await self._runner.cleanup()

    async def _stop_delivering(self) -> None:
        self._delivering.cancel()
        with suppress(asyncio.CancelledError):
            await self._delivering

    async def goes_away(self) -> None:
        """Nobody listens here any more, and whoever is connected is cut off; people write on, and updates gather."""
        await self._site.stop()
        await self._stop_delivering()
        for connection in self._runner.server.connections if self._runner.server else ():
            if connection.transport:
                connection.transport.abort()

    async def comes_back(self) -> None:
        """Listen again, at the same place."""
        await self._listen()

    def person(
        self,
        name: str,
        *,
        language_code: str | None = "ja",
        username: str | None = None,
        phone: str = "+819012345678",
        opened: bool = False,
    ) -> Person:
        """Somebody new, who opens the chat with the first message unless it is `opened` already."""
        first, _, last = name.partition(" ")
        number = next(self.cloud.ids)
        names = {"first_name": first, "last_name": last, "username": username}
        names = {key: value for key, value in names.items() if value}
        user = {"id": number, "is_bot": False, **names, **({"language_code": language_code} if language_code else {})}
        self.cloud.users[number] = user
        self.cloud.chats[number] = chat = Chat(number, "private", names, opened=opened)
        return Person(self.cloud, chat, user, phone)

    def group(self, title: str, members: Sequence[Person] = ()) -> Group:
        """A group of these people, the first of whom made it; the bot is not in it yet."""
        statuses = {person.id: "member" if place else "creator" for place, person in enumerate(members)}
        chat = Chat(-next(self.cloud.ids), "group", {"title": title}, statuses)
        self.cloud.chats[chat.id] = chat
        return Group(self.cloud, chat)

    def history(self, chat: Screen | int) -> list[Message]:
        """Every state that every message of the chat ever had, the deleted ones too, in order of time."""
        return list(self.cloud.chats[chat if isinstance(chat, int) else chat.id].history)

    def called(self, method: str) -> list[Call]:
        """The calls of one method, in order of arrival."""
        return [call for call in self.calls if call.method == method]

    @property
    def unanswered(self) -> list[Press]:
        """The presses whose button still spins."""
        return [press for press in self.cloud.presses.values() if not press.answered]

    def until(self, predicate: Callable[[], Found | None], timeout: float = PATIENCE) -> Coroutine[Any, Any, Found]:
        """Wait until it is true, looking again at each change; `timeout` in real seconds."""
        return self.cloud.until(predicate, timeout, lambda: f"it did not become true\n{self}")

    def settled(self, timeout: float = PATIENCE) -> Coroutine[Any, Any, bool]:
        """Wait until the bot has confirmed every update and is polling for more."""
        return self.cloud.until(lambda: self.cloud.settled, timeout, lambda: f"the bot has not settled\n{self}")

    def order(self, order: Order) -> None:
        """Let something go wrong from now on; who is away hangs up on everybody, and comes back by itself."""
        self.orders.place(order)
        if order.what == "away":
            for request in self._open:
                _cut(request)
            if order.seconds is not None:
                asyncio.get_running_loop().call_later(order.seconds, self._return)
        self.cloud.changed()

    def _return(self) -> None:
        self.orders.returns()
        self.cloud.changed()

    def release(self) -> None:
        """Let the calls go on that hang, and be there again if away."""
        self._return()
        released, self._released = self._released, asyncio.Event()
        released.set()

    def __str__(self) -> str:
        state = f"{len(self.cloud.pending)} updates not confirmed, {'' if self.cloud.poll else 'not '}polling"
        return "\n".join([state, *map(str, self.cloud.chats.values())])

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _failure(ApiError(401, "Unauthorized"))
        try:
            params = await parameters(request, method)
        except ValueError:
            return _failure(ApiError(400, "Bad Request: can't parse request parameters"))
        chat_id = params.get("chat_id")
        call = Call(method, params, chat_id if isinstance(chat_id, int) else None, self.cloud.clock())
        self.calls.append(call)
        self._open.append(request)
        self.cloud.changed()
        try:
            return await self._answer(request, call)
        finally:
            self._open.remove(request)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = (self.fault and self.fault(call.method, call.params)) or self.orders.fault(call.method) or Fault()
        if fault.hang:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), fault.seconds)
        if fault.drop == "before":
            return _cut(request)
        if fault.retry_after is not None or (fault.status or 200) != 200:
            answer = _failure(fault.error)
        else:
            answer = await self._carried_out(call)
        if fault.drop == "after":
            return _cut(request)
        if fault.drop == "half":
            return await _half(request, answer)
        if fault.body:
            answer = web.Response(text=fault.body, status=answer.status, content_type="text/html")
        call.status = answer.status
        self.cloud.changed()
        return answer

    async def _carried_out(self, call: Call) -> web.Response:
        try:
            return web.json_response({"ok": True, "result": await self._result(call)})
        except ApiError as error:
            return _failure(error)
        finally:
            self.cloud.changed()

    async def _result(self, call: Call) -> Any:
        if call.method not in FIELDS:
            raise ApiError(404, "Not Found")
        check(call.method, call.params)
        if self.limits and call.method in SENDING:
            self.limits.check(self.cloud.chats.get(call.chat_id or 0))
        if call.method == "getUpdates":
            return await get_updates(self.cloud, self.orders, call.params)
        return METHODS[call.method](self.cloud, call.params)


def _failure(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.status)


def _cut(request: web.Request) -> web.Response:
    """Close the connection under the caller; what is returned never reaches it."""
    if request.transport:
        request.transport.abort()
    return web.Response()


async def _half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Begin the answer, and close the connection in the middle of it."""
    whole = bytes(answer.body) if isinstance(answer.body, bytes | bytearray) else b""
    begun = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(whole))})
    await begun.prepare(request)
    await begun.write(whole[: len(whole) // 2])
    if request.transport:
        request.transport.close()
    return begun
