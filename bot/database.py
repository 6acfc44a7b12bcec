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
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, Engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")
BUSY_MS = 250  # how long one SQLite statement waits for another process; `Database.run` tries again
POOL = 16


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
    return isinstance(error, DBAPIError) and error.connection_invalidated


class Database:
    """The one place that begins and ends transactions."""

    def __init__(self, url: str):
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self._one_writer = asyncio.Lock()
        if self.dialect == "sqlite":
            self._sqlite = _sqlite_engine(str(self.url.set(drivername="sqlite").render_as_string(hide_password=False)))
        else:
            asyncpg = self.url.set(drivername="postgresql+asyncpg")
            self._postgres: AsyncEngine = create_async_engine(
                asyncpg, pool_size=POOL, pool_pre_ping=True, hide_parameters=True
            )

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do the work in one transaction and commit it; an exception undoes all of it and goes on to the caller."""
        async with self.transaction() as transaction:
            return await work(transaction)

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


def epoch(dialect: str) -> ColumnElement[float]:
    """The database's own clock in seconds: for leases only."""
    sql = "(julianday('now') - 2440587.5) * 86400.0" if dialect == "sqlite" else "extract(epoch FROM clock_timestamp())"
    return literal_column(sql, Float)
