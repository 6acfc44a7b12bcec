"""What the proofs about faults share: looking into the database, waiting until all is done, a wire that can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import func, select, text

from bot.database import Database
from bot.outbox import NOTICE
from bot.playground.people import Person, Screen
from bot.tables import PENDING
from tests.town import Town, book

OWED = "SELECT count(*) FROM conversation WHERE shown < turns"


async def requested(place: Town, person: Person | None = None, **details: Any) -> None:
    await book(person or place.taro, **details)
    await (person or place.taro).sees("【受け付けました】")


async def drained(place: Town) -> None:
    """Wait until the bot has done all that is due: nothing is promised or owed any more."""
    due = select(func.count()).where(NOTICE.c.state == "pending", NOTICE.c.next_try <= place.clock())
    async with asyncio.timeout(20):
        await place.server.settled(20)
        while True:
            if [await place.rows(due), await place.rows(OWED)] == [[(0,)], [(0,)]]:
                break
            place.app.sender.wake.set()
            await place.app.lanes.finish(10)
    await place.app.lanes.finish(10)


async def next_try(place: Town, *kinds: str) -> None:
    """Turn the clock to the next try of notices of these kinds, and let it be made."""
    tries = select(NOTICE.c.next_try).where(NOTICE.c.kind.in_(kinds), PENDING)
    before = await place.rows(tries)
    place.clock.now = max(place.clock.now, min(at for (at,) in before))
    async with asyncio.timeout(20):
        while await place.rows(tries) == before:
            place.app.sender.wake.set()
            await place.app.lanes.finish(5)


def copies(screen: Screen, words: str) -> int:
    """How many messages of the bot with these words there ever were in a chat."""
    said = {message.id for message in screen.chat.history if message.from_bot and words in message.text}
    return len(said)


class locked:  # noqa: N801  # reads as a word
    """Another connection keeps what every turn has to write: SQLite's one write lock, PostgreSQL's table of updates."""

    def __init__(self, place: Town, of: str = "LOCK TABLE seen_update IN EXCLUSIVE MODE"):
        self.url, self.of = place.environment["MADOGUCHI_DATABASE_URL"], of

    async def __aenter__(self) -> None:
        self.database = Database(self.url)
        self.held = self.database.transaction()
        transaction = await self.held.__aenter__()
        if transaction.dialect == "postgresql":
            await transaction.execute(text(self.of))

    async def __aexit__(self, *_: object) -> None:
        await self.held.__aexit__(None, None, None)
        await self.database.close()


class Wire:
    """A TCP connection to a server that can be cut, stalled, or lose the answer to a COMMIT."""

    def __init__(self, target: str | tuple[str, int]):
        self.target = target
        self.cut_at = b""  # a connection is cut, once, in the place of these words
        self.lose_commit_after = b""  # the words of a statement: the COMMIT that follows it is answered to nobody
        self.lost = 0
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, port: int = 0) -> None:
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        self.port: int = self.server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Cut all connections; nobody listens any more."""
        self.server.close()
        for writer in self._writers:
            writer.transport.abort()

    def stall(self) -> None:
        """Nothing arrives any more, in either direction; nothing is closed."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    async def close(self) -> None:
        await self.cut()
        self.flow()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        to = self.target
        with suppress(OSError):
            back, forth = await (
                asyncio.open_unix_connection(to) if isinstance(to, str) else asyncio.open_connection(*to)
            )
            self._writers |= {writer, forth}
            doomed = asyncio.Event()
            await asyncio.gather(self._ask(reader, forth, doomed), self._answer(back, writer, doomed))
        writer.transport.abort()

    async def _ask(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        wrote = False
        while data := await source.read(65536):
            await self._flows.wait()
            if self.cut_at and self.cut_at in data:
                self.cut_at, self.lost = b"", self.lost + 1
                break
            wrote = wrote or bool(self.lose_commit_after and self.lose_commit_after in data)
            if wrote and b"COMMIT" in data:
                self.lose_commit_after = b""
                doomed.set()
            sink.write(data)
            await sink.drain()
        sink.transport.abort()

    async def _answer(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await source.read(65536):
            await self._flows.wait()
            if doomed.is_set():
                self.lost += 1
                break
            sink.write(data)
            await sink.drain()
        sink.transport.abort()


@asynccontextmanager
async def wire(target: str | tuple[str, int]) -> AsyncIterator[Wire]:
    opened = Wire(target)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()
