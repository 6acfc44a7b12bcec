"""The example staff of the demo: on the office's staff before the bot starts, and a link to the desk for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot import staff
from bot.database import Database
from bot.desk.access import make_link
from bot.migrate import migrate
from bot.records import record
from bot.statements import insert_once
from flows.desk.roles import Member


@asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Database]:
    """The demo's database, which the bot has open too."""
    database = Database(f"sqlite:///{data / 'madoguchi.db'}")
    try:
        yield database
    finally:
        await database.close()


async def employ(data: Path, members: Sequence[Member], now: datetime) -> None:
    """Take them in; whoever was taken in before stays what they have become."""
    async with opened(data) as database:
        await migrate(database)
        async with database.transaction() as transaction:
            for each in members:
                row = {"id": each.id, "name": each.name, "role": each.role, "language": "", "since": now}
                if await insert_once(transaction, staff.STAFF, row) is not None:
                    await record(transaction, now, "joined", each, note=each.role)


async def link(data: Path, who: int, now: datetime) -> str | None:
    """A code that signs this member in, as `/desk` gives one; None for somebody without rights."""
    async with opened(data) as database, database.transaction() as transaction:
        if await staff.member(transaction, who) is None:
            return None
        return await make_link(transaction, who, now)
