"""What is around the bot: Telegram and the post as seen from inside, and when they are away. Nothing goes over a wire.

They take down what they are given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from telegram.error import Forbidden, NetworkError

from bot.outbox import Notice
from bot.undeliverable import Undeliverable
from flows.counter import Booking

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Outages:
    """When something is away: Telegram, the mail server, the bot itself."""

    telegram: Collection[Span]
    mail: Collection[Span]
    bot: Collection[Span]


def back(spans: Collection[Span], when: datetime) -> datetime:
    """This moment, or when the outage in which it falls is over."""
    for since, until in spans:
        if since <= when < until:
            return until
    return when


class Telegram:
    """The client's side of it: `raw` as `bot.telegram.api.Client` has it."""

    username = "madoguchi_test_bot"

    def __init__(self, clock: Callable[[], datetime], away: Collection[Span]):
        self.clock, self.away = clock, away
        self.blocked: dict[int, datetime] = {}  # chats whose person has stopped the bot, and when
        self.said: Counter[int] = Counter()  # messages, by chat
        self._ids = count(1)

    async def raw(self, method: str, values: dict[str, Any]) -> Any:
        if back(self.away, self.clock()) > self.clock():
            raise NetworkError("away")
        if values["chat_id"] in self.blocked:
            raise Forbidden("Forbidden: bot was blocked by the user")
        self.said[values["chat_id"]] += method == "sendMessage"
        return {"message_id": next(self._ids)}


class Mail:
    """Takes letters, as `bot.letters.Letters` writes them; an address that is in `bad` is refused for good."""

    def __init__(self, clock: Callable[[], datetime], away: Collection[Span]):
        self.clock, self.away = clock, away
        self.bad: set[str] = set()
        self.taken: Counter[str] = Counter()  # by the notice's key

    async def to_person(self, notice: Notice, booking: Booking, language: str, more: Mapping[str, Any]) -> None:
        self._take(notice.key, booking.details["email"])

    async def to_office(self, notice: Notice, booking: Booking) -> None:
        self._take(notice.key)

    def _take(self, key: str, to: str = "") -> None:
        if back(self.away, self.clock()) > self.clock():
            raise Undeliverable(permanent=False, code="connection")
        if to in self.bad:
            raise Undeliverable(permanent=True, code="550 5.1.1")
        self.taken[key] += 1
