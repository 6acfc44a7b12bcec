"""What the bot remembers of itself from one run to the next: a few named values."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from bot.database import Database, Transaction
from bot.encryption import Seal
from bot.statements import put
from bot.tables import SettingRow, table
from flows.office import BadSetting

SETTING = table(SettingRow)
READ = select(SETTING.c.value).where(SETTING.c.name == bindparam("of"))


async def read(transaction: Transaction, name: str) -> str | None:
    """The value of this name, None where there is none yet."""
    found: str | None = (await transaction.execute(READ, {"of": name})).scalar()
    return found


async def write(transaction: Transaction, name: str, value: str) -> None:
    """Keep a value, in place of the one before."""
    await put(transaction, SETTING, {"name": name, "value": value})


async def note_outage(database: Database, now: datetime) -> None:
    """Write down when the database could be written again."""
    async with database.transaction() as transaction:
        await write(transaction, "last_outage", now.isoformat())


async def check_keys(database: Database, seal: Seal) -> None:
    """Refuse to start with keys that cannot open what is there; remember the new ones."""
    async with database.transaction() as transaction:
        used = await read(transaction, "keys")
        if used and not set(used.split(",")) <= set(seal.fingerprints()):
            raise BadSetting(
                "MADOGUCHI_KEYS",
                "lacks a key with which this database was written: give that key too, or put its file back into"
                " the data folder",
            )
        await write(transaction, "keys", ",".join(seal.fingerprints()))
