"""How often what was asked for and not to be had: a row for each start, day and empty calendar, and nobody in it."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import Transaction
from bot.staff_tables import UnmetRow
from bot.tables import table
from flows.counter import Unmet

UNMET = table(UnmetRow)


async def count(transaction: Transaction, asked: Unmet) -> None:
    """Once more, whoever else counts the same at this moment."""
    values = {"start": asked.start, "what": asked.what, "times": 1}
    await transaction.execute(_once_more(transaction.dialect), values)


@cache
def _once_more(dialect: str) -> Executable:
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(UNMET)
    return insert.on_conflict_do_update(index_elements=["start", "what"], set_={"times": UNMET.c.times + 1})
