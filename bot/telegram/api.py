"""Calls to the Bot API, within the bot's budget, and what an error means for whoever sends.

A 429 halts all sending of this bot until Telegram's `retry_after` is over.
"""

from __future__ import annotations

import asyncio
import logging
from math import ceil
from typing import Any

from telegram import Bot
from telegram._utils.types import ODVInput
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.telegram.budget import Budget
from bot.telegram.request import AiohttpRequest
from bot.undeliverable import Undeliverable

TRIES_AFTER_429 = 5
LONGEST_WAIT = 20.0  # seconds that a call waits by itself; the lease of a notice is longer
COUNTED = ("send", "edit")  # how the methods begin that count as a message
UNSAID = 3  # seconds to wait where a 429 does not say how long
TOO_MANY = "too many requests"
SILENT = ("NetworkError", "TimedOut", "TelegramError", "RetryAfter", "Conflict")  # codes of failures that may pass
SHUT_OUT = ("forbidden", "no_chat")  # codes of a chat where the bot may not write
UNCHANGED = "message is not modified"
NO_CHAT = ("chat not found", "user not found", "peer_id_invalid", "have no rights to send", "not enough rights")


class Client(Bot):
    """python-telegram-bot's client, its answers as the plain JSON they come as.

    One strange update spoils no other, and an answer of which only the id is wanted is not taken apart. Of the
    library's own log nothing is heard at any level: it holds whole requests, what people typed and the token.
    """

    _LOGGER = logging.Logger("telegram", logging.CRITICAL + 1)  # noqa: LOG001  # in no tree, so that nobody turns it up

    def __repr__(self) -> str:
        return "Client()"  # the library's own shows the token

    async def raw(
        self, method: str, values: dict[str, Any], read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE
    ) -> Any:
        """A method of the Bot API by its name. Raises `telegram.error.TelegramError`."""
        given = {name: value for name, value in values.items() if value is not None}
        try:
            return await self._post(method, given, read_timeout=read_timeout)
        except (LookupError, TypeError, AttributeError):
            failure: TelegramError = NetworkError("the answer is none of the Bot API's")
        except NetworkError as error:
            if TOO_MANY not in str(error).lower():
                raise
            failure = RetryAfter(UNSAID)
        raise failure

    async def close_connections(self) -> None:
        """Whether or not `initialize` came to its end."""
        for request in self._request:
            await request.shutdown()


def make_client(token: str, api_url: str) -> Client:
    """A client of the Bot API: sends on many connections, polls on one of its own."""
    return Client(
        token,
        base_url=f"{api_url.rstrip('/')}/bot",
        base_file_url=f"{api_url.rstrip('/')}/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(limit=1),
    )


class Api:
    """Calls that wait while Telegram wants nothing sent; `call("sendMessage", chat_id=…, text=…)`."""

    def __init__(self, bot: Client, budget: Budget):
        self.bot, self.budget = bot, budget
        self.longest_wait = LONGEST_WAIT

    async def call(self, method: str, **values: Any) -> Any:
        """One call, after any halt; a longer one is left to whoever calls (`RetryAfter`). Raises `TelegramError`."""
        tries = 0
        while True:
            if self.held > self.longest_wait:
                raise RetryAfter(ceil(self.held))
            if self.held:
                await asyncio.sleep(self.held)
            try:
                return await self._within_budget(method, values)
            except RetryAfter as wait:
                tries += 1
                await self.budget.halt(seconds(wait))
                if tries >= TRIES_AFTER_429:
                    raise

    async def _within_budget(self, method: str, values: dict[str, Any]) -> Any:
        chat = values.get("chat_id")
        if not method.startswith(COUNTED) or not isinstance(chat, int):
            return await self.bot.raw(method, values)
        async with self.budget.one(chat):
            return await self.bot.raw(method, values)

    async def ask(self, method: str, **values: Any) -> Any:
        """A question in the midst of a turn, which has no time to wait: during a halt it fails at once."""
        if self.held:
            raise RetryAfter(ceil(self.held))
        return await self.bot.raw(method, values)

    @property
    def held(self) -> float:
        """For how many more seconds Telegram wants nothing sent."""
        return self.budget.held


def seconds(held: RetryAfter) -> float:
    """`retry_after` in seconds, without the library's warning about its type."""
    since = held._retry_after  # the public attribute warns about its type
    return since.total_seconds()


def failure(error: TelegramError) -> Undeliverable:
    """What an error of a send means: will it ever arrive in this chat?"""
    if isinstance(error, Forbidden):
        return Undeliverable(permanent=True, code="forbidden")
    if isinstance(error, BadRequest):
        code = "no_chat" if any(words in str(error).lower() for words in NO_CHAT) else "bad_request"
        return Undeliverable(permanent=True, code=code)
    kind = "migrated" if isinstance(error, ChatMigrated) else type(error).__name__  # one of SILENT, as a rule
    return Undeliverable(permanent=isinstance(error, InvalidToken), code=kind)
