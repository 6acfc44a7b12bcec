"""Who waits goes by rank (`bot.channels`: the lowest first), those of one rank in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count


class Waiting:
    """Those who wait."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, asyncio.Future[None]]] = []
        self._number = count()

    def put(self, rank: int) -> asyncio.Future[None]:
        """Wait for this."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._heap, (rank, next(self._number), future))
        return future

    def first(self) -> int | None:
        """The rank of who goes next; None where nobody waits."""
        while self._heap and self._heap[0][2].done():  # gave up
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def go(self) -> None:
        """Let the first one go; there is one (`first`)."""
        heappop(self._heap)[2].set_result(None)


class Turns:
    """Some at a time; `at_once` says how many, at each look."""

    def __init__(self, at_once: Callable[[], int]):
        self.at_once = at_once
        self._busy, self._waiting = 0, Waiting()

    @asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        await self._begin(rank)
        try:
            yield
        finally:
            self._busy -= 1
            self._next()

    async def _begin(self, rank: int) -> None:
        future = self._waiting.put(rank)
        self._next()
        try:
            await future
        except asyncio.CancelledError:
            if not future.cancelled():  # it had just been let go
                self._busy -= 1
                self._next()
            raise

    def _next(self) -> None:
        while self._waiting.first() is not None and self._busy < self.at_once():
            self._busy += 1
            self._waiting.go()
