"""What the bot keeps by itself in the database: the staff group, invitations, the keys in use, the terms seen."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update

from bot.database import Database, Transaction, insert_once
from bot.encryption import Seal
from bot.tables import InvitationRow, SettingRow, TermsRow, table
from flows.office import BadSetting, Terms

SETTING, INVITATION, TERMS = table(SettingRow), table(InvitationRow), table(TermsRow)


class Kept:
    """The settings table; `staff_chat` is known without asking it each time."""

    def __init__(self, database: Database, staff_chat: int | None):
        self.database = database
        self._given = staff_chat
        self.staff_chat = staff_chat

    async def load(self) -> None:
        """Read the staff group's id; one that moved (supergroup) goes before the one in the environment."""
        async with self.database.transaction() as transaction:
            kept = await self._read(transaction, "staff_chat")
            moved = await self._read(transaction, f"moved:{self._given}")
        self.staff_chat = int(moved or self._given or kept or 0) or None

    async def move_staff_chat(self, transaction: Transaction, new: int) -> None:
        """Keep the other id that Telegram gave the staff group."""
        await self._write(transaction, "staff_chat", str(new))
        await self._write(transaction, f"moved:{self.staff_chat}", str(new))

    async def note_outage(self, now: datetime) -> None:
        """Write down when the database could be written again."""
        async with self.database.transaction() as transaction:
            await self._write(transaction, "last_outage", now.isoformat())

    async def invite(self, now: datetime) -> str:
        """A new code for one staff group; only its hash is kept."""
        code = secrets.token_urlsafe(24)
        async with self.database.transaction() as transaction:
            await insert_once(transaction, INVITATION, {"code_hash": _hash(code), "made_at": now, "used_at": None})
        return code

    async def invited(self, transaction: Transaction) -> bool:
        """Whether an invitation is open: then a group that just added the bot may be about to show it."""
        unused = select(INVITATION.c.code_hash).where(INVITATION.c.used_at.is_(None)).limit(1)
        return (await transaction.execute(unused)).first() is not None

    async def accept(self, transaction: Transaction, code: str, chat: int, now: datetime) -> bool:
        """Make this chat the staff group, if the code is good; it is good once."""
        mine = (INVITATION.c.code_hash == _hash(code), INVITATION.c.used_at.is_(None))
        used = update(INVITATION).where(*mine).values(used_at=now).returning(INVITATION.c.code_hash)
        if (await transaction.execute(used)).first() is None:
            return False
        await self._write(transaction, "staff_chat", str(chat))
        return True

    async def check_keys(self, seal: Seal) -> None:
        """Refuse to start with keys that cannot open what is there; remember the new ones."""
        async with self.database.transaction() as transaction:
            used = await self._read(transaction, "keys")
            if used and not set(used.split(",")) <= set(seal.fingerprints()):
                raise BadSetting(
                    "MADOGUCHI_KEYS",
                    "lacks a key with which this database was written: give that key too, or put its file back into"
                    " the data folder",
                )
            await self._write(transaction, "keys", ",".join(seal.fingerprints()))

    async def remember_terms(self, terms: Terms, now: datetime) -> None:
        """Keep the text in force, so that what changed can be shown at the next version."""
        values = {"sha256": terms.sha256, "version": terms.version, "text": terms.text, "first_seen": now}
        async with self.database.transaction() as transaction:
            await insert_once(transaction, TERMS, values)

    async def _read(self, transaction: Transaction, name: str) -> str | None:
        found: str | None = (await transaction.execute(select(SETTING.c.value).where(SETTING.c.name == name))).scalar()
        return found

    async def _write(self, transaction: Transaction, name: str, value: str) -> None:
        if await insert_once(transaction, SETTING, {"name": name, "value": value}) is None:
            await transaction.execute(update(SETTING).where(SETTING.c.name == name).values(value=value))


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
