"""What tells an open page that something has changed: one look at the database for all pages, one short event each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from bot.database import Database, unavailable
from bot.records import revision

LOOK_SECONDS = 0.3
STILL_THERE_SECONDS = 20.0  # between two comments, so that a proxy keeps the line open


class Live:
    """The newest change, and who waits for it."""

    def __init__(self, database: Database):
        self.database = database
        self.now = ""
        self._pages = 0
        self._changed = asyncio.Event()

    async def watch(self, app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`."""
        looking = asyncio.create_task(self._look())
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking

    async def _look(self) -> None:
        while True:
            if self._pages:
                await self._look_once()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_once(self) -> None:
        try:
            async with self.database.transaction() as transaction:
                newest = await revision(transaction)
        except Exception as error:
            if not unavailable(error):
                raise
            return
        if newest != self.now:
            self.now = newest
            self._changed.set()
            self._changed = asyncio.Event()

    async def serve(self, request: web.Request, is_signed_in: Callable[[], Awaitable[bool]]) -> web.StreamResponse:
        """`text/event-stream`: an event for each change since what the page has `seen`, until the page goes.

        Where its session is over, the page is told, and hears no more.
        """
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        self._pages += 1
        try:
            await self._look_once()
            await answer.prepare(request)
            await answer.write(b": here\n\n")
            seen = request.query.get("seen", self.now)
            while True:
                await self._other_than(seen)
                if not await self._unless_away(is_signed_in):
                    await answer.write(b"event: over\ndata: over\n\n")
                    return answer
                await answer.write(b"data: changed\n\n" if self.now != seen else b": still\n\n")
                seen = self.now
        except ConnectionError:
            return answer
        finally:
            self._pages -= 1

    async def _other_than(self, seen: str) -> None:
        """Until there is something newer, or for as long as a line can be silent."""
        if self.now == seen:
            with suppress(TimeoutError):
                async with asyncio.timeout(STILL_THERE_SECONDS):
                    await self._changed.wait()

    async def _unless_away(self, is_signed_in: Callable[[], Awaitable[bool]]) -> bool:
        """While the database is away nobody's rights end."""
        try:
            return await is_signed_in()
        except Exception as error:
            if not unavailable(error):
                raise
            return True
