"""Order where it matters: the work of one chat, one card or one booking's letters, each after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

import structlog

from bot.logs import trace

log = structlog.get_logger()

Work = Callable[[], Awaitable[object]]


class Lanes:
    """Work in order within a lane, lanes side by side."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[Work]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, lane: Hashable, work: Work) -> None:
        if lane in self._waiting:
            self._waiting[lane].append(work)
            return
        self._waiting[lane] = deque([work])
        task = asyncio.create_task(self._drain(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, lane: Hashable) -> None:
        works = self._waiting[lane]
        try:
            while works:
                await self._one(works.popleft())
        finally:
            del self._waiting[lane]

    async def _one(self, work: Work) -> None:
        """What fails is logged; what waits behind it goes on."""
        try:
            await work()
        except Exception as error:
            log.error("work of a lane failed", **trace(error))

    async def finish(self, seconds: float) -> None:
        """Wait for the work in hand; what takes longer is cut (its updates come again)."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
