"""Statements that both engines have, each in words of its own: insert once, one at a time, the database's clock."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Executable, Float, Row, Table, literal_column, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import Transaction

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
TOGETHER = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


async def insert_each_once(transaction: Transaction, into: Table, rows: Sequence[dict[str, Any]]) -> None:
    """INSERT … ON CONFLICT DO NOTHING of some rows in one go."""
    await transaction.execute(_insert_each(into, transaction.dialect), rows)


async def insert_once(transaction: Transaction, into: Table, values: dict[str, Any]) -> Row[Any] | None:
    """INSERT … ON CONFLICT DO NOTHING RETURNING: the row, or None where another one was first."""
    return (await transaction.execute(_insert_once(into, transaction.dialect), values)).first()


async def put(transaction: Transaction, into: Table, values: dict[str, Any]) -> None:
    """INSERT … ON CONFLICT DO UPDATE: a row in the place of the one with its key."""
    await transaction.execute(_put(into, transaction.dialect), values)


def _insert(into: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(into)


@cache
def _insert_each(into: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return _insert(into, dialect).on_conflict_do_nothing()


@cache
def _put(into: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    insert, key = _insert(into, dialect), into.primary_key.columns
    anew = {column.name: insert.excluded[column.name] for column in into.columns if column.name not in key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=anew)


@cache
def _insert_once(into: Table, dialect: str) -> Executable:
    return _insert_each(into, dialect).returning(*into.primary_key.columns)


async def one_at_a_time(transaction: Transaction, name: str, shared: bool = False) -> None:
    """Until the commit no other goes past here with the same name (shared: but those that share it); on SQLite none."""
    if transaction.dialect == "postgresql":
        await transaction.execute(TOGETHER if shared else ONE_AT_A_TIME, {"name": name})


async def now_of(transaction: Transaction) -> float:
    """The database's own clock in seconds: for leases only. SQLite's is that of this machine."""
    if transaction.dialect == "sqlite":
        return time()
    return float((await transaction.execute(CLOCK)).scalar_one())


def epoch(dialect: str) -> ColumnElement[float]:
    """The same within a statement."""
    sql = "(julianday('now') - 2440587.5) * 86400.0" if dialect == "sqlite" else "extract(epoch FROM clock_timestamp())"
    return literal_column(sql, Float)


CLOCK = select(epoch("postgresql"))
