"""Kinds of columns and indexes that the rows are made of, alike on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, TextClause
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


def partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index over some rows only, on both engines: it stays small however many rows there are."""
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: `DateTime(timezone=True)` alone gives naive values back on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    # SQLite keeps it as text, which is read and written in one step: nothing is read more often.

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)

        def text(value: datetime | None) -> str | None:
            moment = self.process_bind_param(value, dialect)
            return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if moment else None

        return text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def moment(**options: Any) -> Any:
    return Field(sa_type=Moment, **options)


def big_integer(**options: Any) -> Any:
    return Field(sa_type=BigInteger, **options)
