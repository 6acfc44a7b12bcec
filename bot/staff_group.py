"""The staff group: which chat it is, and the invitations by which a chat becomes it."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from bot import kept
from bot.database import Database, Transaction
from bot.staff import INVITATION, INVITATION_HOLDS, hashed
from bot.statements import insert_once


def _still_good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The invitations of a group that nobody has used for a day; those with a role are for members of staff."""
    unused = (INVITATION.c.role == "", INVITATION.c.used_at.is_(None))
    return (*unused, INVITATION.c.made_at > now - INVITATION_HOLDS)


class StaffGroup:
    """`chat` is its id, known without asking the database each time; None while there is no group."""

    def __init__(self, database: Database, given: int | None):
        self.database = database
        self._given = given
        self.chat = given

    async def load(self) -> None:
        """Read the group's id; one that moved (supergroup) goes before the one in the environment."""
        async with self.database.transaction() as transaction:
            bound = await kept.read(transaction, "staff_chat")
            moved = await kept.read(transaction, f"moved:{self._given}")
        self.chat = int(moved or self._given or bound or 0) or None

    async def move(self, transaction: Transaction, new: int) -> None:
        """Keep the other id that Telegram gave the group."""
        await kept.write(transaction, "staff_chat", str(new))
        await kept.write(transaction, f"moved:{self.chat}", str(new))

    async def invite(self, now: datetime) -> str:
        """A new code for one group; only its hash is kept."""
        code = secrets.token_urlsafe(24)
        async with self.database.transaction() as transaction:
            await insert_once(transaction, INVITATION, {"code_hash": hashed(code), "made_at": now, "used_at": None})
        return code

    async def invited(self, transaction: Transaction, now: datetime) -> bool:
        """Whether an invitation is open: then a group that just added the bot may be about to show it."""
        unused = select(INVITATION.c.code_hash).where(*_still_good(now)).limit(1)
        return (await transaction.execute(unused)).first() is not None

    async def accept(self, transaction: Transaction, code: str, chat: int, now: datetime) -> bool:
        """Make this chat the staff group, if the code is good: it is for one use and one day."""
        used = (
            update(INVITATION)
            .where(INVITATION.c.code_hash == hashed(code), *_still_good(now))
            .values(used_at=now)
            .returning(INVITATION.c.code_hash)
        )
        if (await transaction.execute(used)).first() is None:
            return False
        await kept.write(transaction, "staff_chat", str(chat))
        return True
