"""Requests to the Bot API over aiohttp, as python-telegram-bot's request backend.

The library's default backend costs more than everything else in a turn together, and its errors carry the URL.
Here nothing of the URL, which holds the bot's token, is in an error, nor of an answer: not in its text, not behind it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

POOL, CONNECT, WRITE, UPLOAD = 1.0, 5.0, 5.0, 20.0  # seconds, where a call says nothing else
KEEP_ALIVE = 30.0  # seconds an idle connection is kept: a turn's next call finds it open

Default = BaseRequest.DEFAULT_NONE


class AiohttpRequest(BaseRequest):
    """`Bot(token, request=AiohttpRequest(), get_updates_request=AiohttpRequest(limit=1))`.

    `limit` is the number of connections open at once; a call that finds none free waits its pool time-out.
    `read_timeout` is in seconds. Errors: `TimedOut` for every kind of time-out, `NetworkError` naming the class
    of the failure for everything else, whether or not the request had reached the server.
    """

    def __init__(self, limit: int = 64, read_timeout: float = 5.0) -> None:
        self._limit = limit
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """The seconds an answer may take where a call says nothing else; `Bot.get_updates` adds its own to it."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the session; once is enough, twice does no harm."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limit, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=False,
            )

    async def shutdown(self) -> None:
        """Close the connections; `initialize` opens it again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """The answer. The library's own logs one that is no JSON, with all that people typed in it."""
        with suppress(ValueError):
            answer: JSONDict = json.loads(payload.decode(errors="replace"))
            return answer
        raise TelegramError("Invalid server response")

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = Default,
        write_timeout: ODVInput[float] = Default,
        connect_timeout: ODVInput[float] = Default,
        pool_timeout: ODVInput[float] = Default,
    ) -> tuple[int, bytes]:
        """One request: the HTTP status and the body. Time-outs in seconds, None for none."""
        write = UPLOAD if request_data and request_data.contains_files else WRITE
        timeout = _timeout(
            pool=_given(pool_timeout, POOL),
            connect=_given(connect_timeout, CONNECT),
            write=_given(write_timeout, write),
            read=_given(read_timeout, self._read_timeout),
        )
        return await self._send(method, url, _body(request_data), timeout)

    async def _send(self, method: str, url: str, body: Any, limits: aiohttp.ClientTimeout) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the request backend is not initialized")
        failure: TelegramError
        try:
            # A redirect is an answer like any other: followed, it would take the token to another host.
            async with self._session.request(method, url, data=body, timeout=limits, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            failure = TimedOut()
        except Exception as error:  # whatever escapes, the library would put into an error together with its text
            failure = NetworkError(type(error).__name__)
        # Raised here and not above: inside an except block Python would hang aiohttp's error, with the URL in its
        # text and arguments, on the new one as __context__, where `from None` only hides it from tracebacks.
        raise failure


def _given(timeout: ODVInput[float], default: float) -> float | None:
    return default if isinstance(timeout, DefaultValue) else timeout


def _timeout(
    *, pool: float | None, connect: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    """The library's four time-outs in aiohttp's terms, which knows none for writing: all together bound the call."""
    to_connection = None if pool is None or connect is None else pool + connect
    whole = None if to_connection is None or write is None or read is None else to_connection + write + read
    return aiohttp.ClientTimeout(total=whole, connect=to_connection, sock_connect=connect, sock_read=read)


def _body(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """The parameters as a form; as multipart with files."""
    if data is None or not data.contains_files:
        return data.json_parameters if data else None
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in data.multipart_data.items():
        chunked = BytesIO(content) if isinstance(content, bytes) else content  # one long write would stop the loop
        form.add_field(name, chunked, filename=filename, content_type=content_type)
    return form
