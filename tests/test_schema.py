"""The schema: the migrations make what the models say, upgrading keeps every row, a newer database is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, func, insert, select, text
from sqlmodel import SQLModel

from bot import tables
from bot.database import Database
from bot.migrate import HEAD, MIGRATIONS, configuration, migrate
from flows.office import BadSetting

HEADS = ScriptDirectory(str(MIGRATIONS)).get_heads()
REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
A_VALUE: dict[type, Any] = {
    int: 1, str: "1", bool: True, bytes: b"1", float: 1.0,
    date: date(2026, 11, 24), datetime: datetime(2026, 11, 24, tzinfo=UTC),
}  # fmt: skip


def test_the_newest_revision_is_the_one_that_the_start_looks_for() -> None:
    assert HEADS == [HEAD]


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    opened = Database(empty_database_url)
    yield opened
    await opened.close()


def indexes(connection: Connection) -> dict[str, str]:
    found = connection.execute(text(INDEXES[connection.dialect.name])).all()
    return {name: " ".join(sql.split()) for name, sql in found if name != "alembic_version_pkc"}


def one_row_in_each_table(connection: Connection) -> dict[str, int]:
    """Fill the tables of whatever revision it is; how many rows each has then."""
    there = MetaData()
    there.reflect(connection)
    for filled in there.sorted_tables:
        if filled.name != "alembic_version":
            connection.execute(insert(filled).values({column.name: a_value(column) for column in filled.columns}))
    return counts(connection)


def a_value(column: Column[Any]) -> Any:
    return A_VALUE[column.type.python_type]


def counts(connection: Connection) -> dict[str, int]:
    there = MetaData()
    there.reflect(connection)
    return {
        each.name: connection.execute(select(func.count()).select_from(each)).scalar_one()
        for each in there.tables.values()
    }


async def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    await migrate(database)
    difference = await database.run_sync(
        lambda connection: compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    )
    assert difference == []


async def test_the_indexes_of_the_migrations_are_those_of_the_models_with_their_conditions(database: Database) -> None:
    await migrate(database)
    migrated = await database.run_sync(indexes)
    await database.run_sync(SQLModel.metadata.drop_all)
    await database.run_sync(SQLModel.metadata.create_all)
    assert await database.run_sync(indexes) == migrated
    assert any("WHERE" in sql for sql in migrated.values())


@pytest.mark.parametrize("revision", REVISIONS)
async def test_upgrading_a_database_of_any_earlier_version_keeps_its_rows(database: Database, revision: str) -> None:
    await database.run_sync(lambda connection: command.upgrade(configuration(connection), revision))
    before = await database.run_sync(one_row_in_each_table)
    await migrate(database)
    after = await database.run_sync(counts)
    assert {name: after.get(name) for name in before} == before
    assert set(before) >= {tables.table(tables.BookingRow).name, tables.table(tables.ConversationRow).name}


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)
    before = await database.run_sync(one_row_in_each_table)
    await migrate(database)
    assert await database.run_sync(counts) == before


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    await migrate(database)
    await database.run_sync(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    with pytest.raises(BadSetting, match=r"MADOGUCHI_DATABASE_URL .* newer version of this program \(9999\)"):
        await migrate(database)
    kept = await database.run_sync(
        lambda connection: connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    )
    assert kept == "9999"
