"""Long polling whose offset advances only after the commit.

A person's updates are served in order, people side by side. A turn that hangs is cut after a bound and tried again;
an update that fails three times, or cannot be read, is set aside, its person told. While the database is away
nothing is set aside: everything waits. An outage is two lines in the log, its begin and its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from contextlib import suppress
from typing import Any, Protocol

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.lanes import Lanes, Work
from bot.logs import trace
from bot.pauses import pauses
from bot.telegram.api import Client, seconds
from bot.telegram.updates import KINDS, Strange

log = structlog.get_logger()

POLL_SECONDS = 25
TURN_SECONDS = 10.0  # a turn that takes longer is cut
TRIES = 3
LARGEST_UPDATE = 2**63  # what a row can hold; the Bot API's own are of 32 bits
PATIENCE_SECONDS = 0.1  # how long to wait for the rest of a batch
STUCK_SECONDS = 1.0  # how often to ask for newer updates while an older one is still in hand


class Serves(Protocol):
    """What the poller gives updates to."""

    def lane(self, update: dict[str, Any]) -> Hashable:
        """Updates of one lane are served one after the other."""

    async def commit(self, update: dict[str, Any]) -> Work | None:
        """Let an update take effect, once; what is to be said comes back."""

    async def must_wait(self, update: dict[str, Any], error: Exception) -> bool:
        """Whether what failed is not the update's own doing and will pass; who waits long is told so."""

    async def set_aside(self, update: dict[str, Any], error: Exception) -> None:
        """Give an update up: remember its id and the error, tell its person."""


class Polling:
    """`getUpdates` and the offset. `back` is called when Telegram answers again; `second` is one of its pauses'."""

    def __init__(self, bot: Client, serves: Serves, lanes: Lanes, back: Work, second: float = 1.0):
        self.bot, self.serves, self.lanes, self.back, self.second = bot, serves, lanes, back, second
        self.turn_seconds = TURN_SECONDS
        self._settled: dict[int, bool] = {}  # updates taken since the offset: whether they need no more work
        self._offset: int | None = None
        self._progress = asyncio.Event()

    async def run(self) -> None:
        """Poll until cancelled. Raises `telegram.error.InvalidToken`."""
        waits = None
        while True:
            try:
                updates = await self._fetch()
            except InvalidToken:
                raise
            except TelegramError as error:
                if waits is None:
                    log.warning("Telegram does not answer; waiting", error=type(error).__name__)
                    waits = pauses(0.5, 30.0)
                await asyncio.sleep(self._pause(error, next(waits)))
                continue
            if waits is not None:
                waits = None
                log.warning("Telegram answers again")
                await self.back()
            for update in updates:
                self._take(update)
            await self._wait_for_progress()

    def _pause(self, error: TelegramError, pause: float) -> float:
        if isinstance(error, RetryAfter):
            return seconds(error)
        return (5.0 if isinstance(error, Conflict) else pause) * self.second

    async def _fetch(self) -> list[dict[str, Any]]:
        asked = POLL_SECONDS if not self._settled else 0  # something in hand: only look what else there is
        values = {"offset": self._offset, "timeout": asked, "limit": 100, "allowed_updates": list(KINDS)}
        updates = await self.bot.raw("getUpdates", values, asked + 10.0)
        if not isinstance(updates, list):
            raise TelegramError("the answer holds no updates")
        return [update for update in updates if isinstance(update, dict)]

    def _take(self, update: dict[str, Any]) -> None:
        number = update.get("update_id")
        if not isinstance(number, int) or not 0 <= number < LARGEST_UPDATE:
            log.error("an update without an id of the Bot API was passed over")
        elif number not in self._settled:
            self._settled[number] = False
            self.lanes.put(self.serves.lane(update), lambda: self._serve(number, update))

    async def _serve(self, number: int, update: dict[str, Any]) -> None:
        speech = await self._commit(update)
        self._settled[number] = True
        self._progress.set()
        if speech:
            try:
                await speech()
            except TelegramError as error:
                log.warning("not said; it is owed", update=number, error=type(error).__name__)
            except Exception as error:
                log.error("not said; it is owed", update=number, **trace(error))

    async def _commit(self, update: dict[str, Any]) -> Work | None:
        """Try until the update has taken effect or is set aside; what it has to wait for costs no try."""
        tries, waits = 0, pauses(0.2, 5.0)
        while True:
            try:
                async with asyncio.timeout(self.turn_seconds):
                    return await self.serves.commit(update)
            except Exception as error:
                if not await self.serves.must_wait(update, error):
                    tries = TRIES if isinstance(error, Strange) else tries + 1  # what cannot be read never can
                    log.error("turn failed", update=update["update_id"], tries=tries, **trace(error))
                    if tries >= TRIES and await self._set_aside(update, error):
                        return None
            await asyncio.sleep(next(waits) * self.second)

    async def _set_aside(self, update: dict[str, Any], error: Exception) -> bool:
        try:
            await self.serves.set_aside(update, error)
        except Exception as worse:
            log.error("could not set an update aside; trying again", error=type(worse).__name__)
            return False
        return True

    async def _wait_for_progress(self) -> None:
        """Until all is settled; where something takes long, until the offset can advance or it is time to look."""
        before, waited = self._offset, 0.0
        while True:
            self._advance()
            if not self._settled or waited >= STUCK_SECONDS or (self._offset != before and waited >= PATIENCE_SECONDS):
                return
            began = asyncio.get_running_loop().time()
            self._progress.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._progress.wait()
            waited += asyncio.get_running_loop().time() - began

    def _advance(self) -> None:
        """The offset goes to the first update that is still in hand: Telegram keeps that one and all after it."""
        for number in sorted(self._settled):
            if not self._settled[number]:
                break
            del self._settled[number]
            self._offset = number + 1
