"""Transactions, on SQLite or PostgreSQL by one code path. Only `Database` begins and commits one.

SQLite is driven in the event loop by SQLAlchemy's plain engine (its statements take microseconds; a thread hop
costs more), one transaction at a time, begun IMMEDIATE, synchronous=FULL. PostgreSQL is driven by asyncpg, with as
many transactions side by side as the pool has connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Float,
    Row,
    StaticPool,
    Table,
    create_engine,
    event,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, CursorResult, Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
BUSY_MS = 250  # how long one SQLite statement waits for another process; then whoever asked tries again
POOL = 16
ROLLED_BACK = "40"  # class of SQLSTATE: the server ended the transaction, one of two that waited for each other


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
        with self.connection.begin_nested():
            yield


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
    if isinstance(error, OperationalError | InterfaceError | ConnectionError | OSError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or str(getattr(error.orig, "sqlstate", "")).startswith(ROLLED_BACK)


class Database:
    """The one place that begins and ends transactions."""

    def __init__(self, url: str):
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._one_writer = asyncio.Lock()
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
        """
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
        pause = 0.2
        while True:
            try:
                return await self.run(work)
            except Exception as error:
                if not unavailable(error):
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _commit_what_waits(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            ends: list[Any]
            try:
                async with self.transaction() as transaction:
                    ends = [await _one(transaction, work) for work, _ in together]
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
        if self.dialect == "sqlite":
            async with self._one_writer:
                with self._sqlite.begin() as connection:
                    yield _SqliteTransaction(connection)
        else:
            async with self._postgres.begin() as connection:
                yield _PostgresTransaction(connection)

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        """Schema work (Alembic) on a plain connection, in one transaction."""
        if self.dialect == "sqlite":
            with self._sqlite.begin() as connection:
                return work(connection)
        async with self._postgres.begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self.dialect == "sqlite":
            self._sqlite.dispose()
        else:
            await self._postgres.dispose()


def _for_asyncpg(url: URL) -> URL:
    """The same database by asyncpg, which calls `sslmode` `ssl`."""
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=query)


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

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def insert_once(transaction: Transaction, into: Table, values: dict[str, Any]) -> Row[Any] | None:
    """INSERT … ON CONFLICT DO NOTHING RETURNING: the row, or None where another one was first."""
    return (await transaction.execute(_insert_once(into, transaction.dialect), values)).first()


@cache
def _insert_once(into: Table, dialect: str) -> Executable:
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(into)
    return insert.on_conflict_do_nothing().returning(*into.primary_key.columns)


async def one_at_a_time(transaction: Transaction, name: str) -> None:
    """Until the commit no other transaction goes past here with the same name; on SQLite none goes on at all."""
    if transaction.dialect == "postgresql":
        await transaction.execute(ONE_AT_A_TIME, {"name": name})


def epoch(dialect: str) -> ColumnElement[float]:
    """The database's own clock in seconds: for leases only."""
    sql = "(julianday('now') - 2440587.5) * 86400.0" if dialect == "sqlite" else "extract(epoch FROM clock_timestamp())"
    return literal_column(sql, Float)
