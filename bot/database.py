"""Transactions, on SQLite or PostgreSQL by one code path. Only `Database` begins and commits one.

SQLite is driven in the event loop by SQLAlchemy's plain engine (its statements take microseconds; a thread hop
costs more), one transaction at a time, begun IMMEDIATE, synchronous=FULL. PostgreSQL is driven by asyncpg, with as
many transactions side by side as the pool has connections.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeVar, cast

import structlog
from sqlalchemy import (
    Connection,
    Executable,
    StaticPool,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import URL, CursorResult, Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.pauses import pauses

log = structlog.get_logger()

T = TypeVar("T")
BUSY_MS = 250  # how long one SQLite statement waits for another process; then whoever asked tries again
POOL = 16
LOST_SECONDS = 30.0  # a transaction on PostgreSQL that takes longer has lost its connection; a turn is cut long before
PING_SECONDS = 1.0
# SQLSTATEs of a server that is not there, cannot go on or may not write: connection, resources, operator, system
AWAY = ("08", "53", "57P", "58", "25006")
ENDED = "40"  # the class of one that ended a transaction, because two waited for each other
TRIES = 5  # of work whose transaction the server ended so


class Transaction(Protocol):
    """One transaction: what is written in it is kept together or not at all."""

    dialect: str

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """Run one statement of SQLAlchemy Core; the result is already fetched."""

    def savepoint(self) -> AbstractAsyncContextManager[Any]:
        """A part that can be undone by itself, by raising out of it."""


class _SqliteTransaction:
    dialect = "sqlite"

    def __init__(self, connection: Connection):
        self.connection = connection

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, values)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Said to the driver: SQLAlchemy compiles each of its own anew. The name is the innermost's."""
        driver = _driver(self.connection)
        driver.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
            raise
        driver.execute("RELEASE part")


def _driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection, for what SQLAlchemy has no part in."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


class _PostgresTransaction:
    dialect = "postgresql"

    def __init__(self, connection: AsyncConnection):
        self.connection = connection

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, values)

    def savepoint(self) -> AbstractAsyncContextManager[Any]:
        return self.connection.begin_nested()


def unavailable(error: BaseException) -> bool:
    """Whether the database, not the statement, is at fault: away, locked, full, read-only. Then waiting helps."""
    if isinstance(error, OperationalError | InterfaceError | sqlite3.OperationalError | OSError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return _sqlstate(error).startswith(AWAY)


def _sqlstate(error: BaseException) -> str:
    driver = error.orig if isinstance(error, DBAPIError) else error  # while connecting, the driver's own comes bare
    return str(getattr(driver, "sqlstate", None))


class Database:
    """The one place that begins and ends transactions. It knows since when it is away, and says so once in the log.

    `second` is how long a second of its pauses lasts.
    """

    def __init__(self, url: str, second: float = 1.0):
        self.url, self.second = make_url(url), second
        self._away_since: float | None = None
        self.dialect = self.url.get_backend_name()
        self._one_writer = asyncio.Lock()
        self._kept: Connection | None = None
        self._waiting: list[tuple[Callable[[Transaction], Awaitable[Any]], asyncio.Future[Any]]] = []
        self._committer: asyncio.Task[None] | None = None
        if self.dialect == "sqlite":
            self._sqlite = _sqlite_engine(str(self.url.set(drivername="sqlite").render_as_string(hide_password=False)))
        else:
            asyncpg = _for_asyncpg(self.url)
            self._postgres: AsyncEngine = create_async_engine(
                asyncpg, pool_size=POOL, pool_pre_ping=True, hide_parameters=True
            )

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do the work in one savepoint and commit it; an exception undoes all of it and goes on to the caller.

        On SQLite, which has one writer, all that waits is committed together: one sync to disk for many turns.
        Work that the server ended, because two transactions waited for each other, is done again.
        """
        for left in reversed(range(TRIES)):
            try:
                return await self._run(work)
            except Exception as error:
                self._failed(error)
                if not left or not _sqlstate(error).startswith(ENDED):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.dialect != "sqlite":
            async with self.transaction() as transaction:
                return await work(transaction)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._committer is None or self._committer.done():
            self._committer = asyncio.create_task(self._commit_what_waits())
        return await done

    async def surely(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """`run`, again and again while the database is away: for what has happened already and must be written down."""
        for pause in pauses(0.2, 5.0):
            try:
                return await self.run(work)
            except Exception as error:
                if not unavailable(error):
                    raise
            await asyncio.sleep(pause * self.second)
        raise AssertionError("the pauses have no end")

    @property
    def away_for(self) -> float | None:
        """For how many seconds the database has been away; None while it is there."""
        return None if self._away_since is None else time.monotonic() - self._away_since

    def _failed(self, error: Exception) -> None:
        if self._away_since is None and unavailable(error):
            self._away_since = time.monotonic()
            log.error("the database is away; waiting", error=type(error).__name__)

    def is_back(self) -> None:
        """The outage is over. Whoever wrote something says so: reading may go on while nothing can be kept."""
        if self.away_for is not None:
            log.warning("the database is back", seconds=round(self.away_for))
        self._away_since = None

    async def answers(self) -> bool:
        """Whether it answers a simple question at once."""
        try:
            async with asyncio.timeout(PING_SECONDS), self.transaction() as transaction:
                await transaction.execute(text("SELECT 1"))
        except Exception as error:
            self._failed(error)
            return False
        return True

    async def _commit_what_waits(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            ends: list[Any]
            try:
                async with self.transaction() as transaction:
                    ends = await _each(transaction, [work for work, _ in together])
            except Exception as error:  # nobody's work was kept
                ends = [error] * len(together)
            for (_, done), end in zip(together, ends, strict=True):
                if done.done():
                    continue  # the caller went away; if its work was kept, trying it again has no effect
                if isinstance(end, Exception):
                    done.set_exception(end)
                else:
                    done.set_result(end)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        try:
            if self.dialect == "sqlite":
                async with self._one_writer:
                    with self._immediate() as connection:
                        yield _SqliteTransaction(connection)
            else:
                async with asyncio.timeout(LOST_SECONDS), self._postgres.begin() as connection:
                    yield _PostgresTransaction(connection)
        except Exception as error:
            self._failed(error)
            raise

    @contextmanager
    def _immediate(self) -> Iterator[Connection]:
        """One transaction of SQLite, on the one connection, which stays open until something fails.

        It is begun here: an engine that listens for that asks its listeners at each statement.
        """
        connection = self._kept = self._kept or self._sqlite.connect()
        try:
            with connection.begin():
                _driver(connection).execute("BEGIN IMMEDIATE")
                yield connection
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept:
            kept.close()

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        """Schema work (Alembic) on a plain connection, in one transaction."""
        if self.dialect == "sqlite":
            with self._immediate() as connection:
                return work(connection)
        async with self._postgres.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self.dialect == "sqlite":
            self._let_go()
            self._sqlite.dispose()
        else:
            await self._postgres.dispose()


def _for_asyncpg(url: URL) -> URL:
    """The same database by asyncpg, which calls `sslmode` `ssl`."""
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


async def _each(transaction: Transaction, works: Sequence[Callable[[Transaction], Awaitable[Any]]]) -> list[Any]:
    """The result of each piece of work, or its exception. One that is alone is undone with its transaction."""
    if len(works) == 1:
        return [await works[0](transaction)]
    return [await _one(transaction, work) for work in works]


async def _one(transaction: Transaction, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
    """The result of one piece of work in its own savepoint, or its exception: the others go on."""
    try:
        async with transaction.savepoint():
            return await work(transaction)
    except Exception as error:
        return error


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is off, or SQLite overbooks too
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
