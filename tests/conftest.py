"""Every test that touches the database runs on SQLite and on PostgreSQL: a given server, else one from a wheel."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import hypothesis
import pytest
import pytest_asyncio
import structlog.testing
from sqlalchemy.engine import URL, make_url
from structlog.typing import EventDict

from bot.database import Database, Transaction
from tests.counters import Office
from tests.databases import drop_template, embedded_postgres, new_database, new_file
from tests.rush import Rush, rush
from tests.town import Town, town

if TYPE_CHECKING:
    from playwright.async_api import Browser

MEMORY = Path("/dev/shm")  # noqa: S108  # what is made in it has names of its own
ROOM = 8 * 1024**3  # bytes; a whole run needs less than half of them

hypothesis.settings.register_profile("here", deadline=None)  # no test is about time
hypothesis.settings.load_profile("here")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long runs of the proofs: see `make crash races fuzz`")
    parser.addoption("--seed", type=int, default=4, help="what the random runs begin with; a failing one names its own")


def pytest_configure() -> None:
    """Databases and all else that is written lies in memory, where the machine has room there: a disk takes longer to
    make the 300 files of a new database than most tests last.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How often to do it: `times(20, 1000)` is 20 in `make test`, 1000 in the long run."""
    return lambda usual, long: long if request.config.getoption("--long") else usual


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with a `round_` is one test in `make test` and six, side by side, in the long run."""
    if "round_" in metafunc.fixturenames:
        metafunc.parametrize("round_", range(6 if metafunc.config.getoption("--long") else 1))


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """Chance, the same at each run: seeded by `--seed` and the test's own name."""
    return Random(f"{request.config.getoption('--seed')} {request.node.name}")  # noqa: S311  # no secret


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The URL of a PostgreSQL server: `TEST_DATABASE_URL`, else one of its own."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield make_url(given)
        asyncio.run(drop_template(make_url(given)))
        return
    with embedded_postgres() as server:
        yield server


@asynccontextmanager
async def _new(request: pytest.FixtureRequest, path: Path, empty: bool) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{path}" if empty else new_file(path)
        return
    async with new_database(request.getfixturevalue("postgres"), empty) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A new database on each engine: the schema and no rows."""
    async with _new(request, tmp_path / "madoguchi.db", empty=False) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The same before it is migrated."""
    async with _new(request, tmp_path / "madoguchi.db", empty=True) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def two_databases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """Two of them, to compare what two runs leave behind."""
    one, other = (_new(request, tmp_path / name, empty=True) for name in ("one.db", "other.db"))
    async with one as first, other as second:
        yield first, second


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


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Town]:
    """The same on SQLite alone, for what has nothing to do with the engine."""
    async with town(tmp_path / "data", new_file(tmp_path / "madoguchi.db")) as opened:
        yield opened


@pytest.fixture
async def counter(tmp_path: Path, database_url: str, random: Random) -> AsyncIterator[Rush]:
    """Two workers at whom updates can be thrown at once."""
    async with rush(tmp_path / "data", database_url, random) as opened:
        yield opened


@pytest.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    """A worker's counter on a new database of each engine."""
    opened = Office(database_url, tmp_path)
    yield opened
    await opened.database.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The machine's chromium, once for all tests of the page."""
    from tests.demo_page import chromium

    async with chromium() as launched:
        yield launched


@pytest.fixture
async def transaction(tmp_path: Path) -> AsyncIterator[Transaction]:
    """One transaction on a new database, for what flows decide before the real counter."""
    database = Database(new_file(tmp_path / "madoguchi.db"))
    async with database.transaction() as opened:
        yield opened
    await database.close()
