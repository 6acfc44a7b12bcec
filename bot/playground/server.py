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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from bot.playground.chats import Chat, Message, Press
from bot.playground.cloud import Cloud, Found
from bot.playground.methods import METHODS
from bot.playground.parameters import parameters
from bot.playground.people import Group, Person, Screen
from bot.playground.strictness import ApiError, Json

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
FIRST = 1001
LONGEST_POLL, LARGEST_BATCH, LARGEST_BODY = 50, 100, 50 * 1024**2  # seconds, updates, bytes


@dataclass
class Call:
    """A request to the server. `status` is None while it is under way, and for ever if its connection was cut."""

    method: str
    params: Mapping[str, Any]
    chat_id: int | None
    at: datetime
    status: int | None = None


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: it is refused, its connection is cut, or it hangs until `server.release()`.

    `drop="before"` cuts the connection with nothing done, `drop="after"` when all is done but the answer, `drop="half"`
    in the middle of the answer. `retry_after` is in seconds. `body` comes instead of what the server would say: the
    page of a proxy with its `status` and nothing done, or with 200 after all is done. A call that hung is carried out
    when released, if its caller is still there.
    """

    status: int | None = None
    description: str = ""
    retry_after: int | None = None
    drop: Literal["before", "after", "half"] | None = None
    hang: bool = False
    body: str = ""

    @property
    def error(self) -> ApiError:
        status = self.status or 429
        description = self.description or HTTPStatus(status).phrase
        if self.retry_after is None:
            return ApiError(status, description)
        waits = self.description or f"{description}: retry after {self.retry_after}"
        return ApiError(status, waits, {"retry_after": self.retry_after})


def real_time() -> datetime:
    return datetime.now(UTC)


class BotApiServer:
    """The server of one bot, and the world around it. `clock` gives aware times; all dates and ages follow it.

    `first` is the first id of an update and of a message: a bot that was here before has seen those below it.
    `answer_within` is how long a press can be answered. `fault` is asked at each call whether something goes wrong.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], datetime] = real_time,
        answer_within: timedelta = timedelta(minutes=15),
        host: str = "127.0.0.1",
        port: int = 0,
        first: int = FIRST,
    ) -> None:
        self.token = token
        self.url = ""
        self.host, self.port = host, port
        self.app = web.Application(client_max_size=LARGEST_BODY)
        self.calls: list[Call] = []
        self.fault: Callable[[str, Mapping[str, Any]], Fault | None] | None = None
        self.cloud = Cloud(int(token.partition(":")[0]), clock, answer_within, first)
        self._released = asyncio.Event()

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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def goes_away(self) -> None:
        """Nobody listens here any more, and whoever is connected is cut off; people write on, and updates gather."""
        await self._site.stop()
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

    def until(self, predicate: Callable[[], Found | None], timeout: float = 10.0) -> Coroutine[Any, Any, Found]:
        """Wait until it is true, looking again at each change; `timeout` in real seconds."""
        return self.cloud.until(predicate, timeout, lambda: f"it did not become true\n{self}")

    def settled(self, timeout: float = 10.0) -> Coroutine[Any, Any, bool]:
        """Wait until the bot has confirmed every update and is polling for more."""
        return self.cloud.until(lambda: self.cloud.settled, timeout, lambda: f"the bot has not settled\n{self}")

    def release(self) -> None:
        """Let the calls go on that hang."""
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
            params = await parameters(request)
        except ValueError:
            return _failure(ApiError(400, "Bad Request: can't parse request parameters"))
        chat_id = params.get("chat_id")
        call = Call(method, params, chat_id if isinstance(chat_id, int) else None, self.cloud.clock())
        self.calls.append(call)
        self.cloud.changed()
        return await self._answer(request, call)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        fault = (self.fault and self.fault(call.method, call.params)) or Fault()
        if fault.hang:
            await self._released.wait()
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
            if call.method == "getUpdates":
                return web.json_response({"ok": True, "result": await self._updates(call.params)})
            if call.method not in METHODS:
                raise ApiError(404, "Not Found")
            return web.json_response({"ok": True, "result": METHODS[call.method](self.cloud, call.params)})
        except ApiError as error:
            return _failure(error)
        finally:
            self.cloud.changed()

    async def _updates(self, params: Mapping[str, Any]) -> Sequence[Json]:
        """`getUpdates`: an offset forgets all before it, even when nothing is there to be given."""
        cloud, limit = self.cloud, params.get("limit", LARGEST_BATCH)
        self._confirm(params.get("offset", 0))
        if "allowed_updates" in params:
            cloud.allowed = frozenset(params["allowed_updates"]) or None
        cloud.poll = mine = object()
        cloud.changed()
        try:
            async with asyncio.timeout(min(params.get("timeout", 0), LONGEST_POLL)):
                while not cloud.pending and cloud.poll is mine:
                    await cloud.change()
        except TimeoutError:
            return []
        finally:
            taken_over = cloud.poll is not mine
            cloud.poll = cloud.poll if taken_over else None
        if taken_over:
            raise ApiError(409, CONFLICT)
        return cloud.pending[: limit if 1 <= limit <= LARGEST_BATCH else LARGEST_BATCH]

    def _confirm(self, offset: int) -> None:
        pending = self.cloud.pending
        kept = pending[offset:] if offset < 0 else [update for update in pending if update["update_id"] >= offset]
        self.cloud.pending[:] = kept


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
