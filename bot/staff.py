"""Who works at the office: invitations for one use, roles, and the end of somebody's rights, which holds at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select, update

from bot.database import Transaction
from bot.records import record
from bot.staff_tables import LinkRow, SessionRow, StaffRow
from bot.statements import insert_once
from bot.tables import InvitationRow, table
from flows.desk.roles import Member

STAFF, LINK, SESSION, INVITATION = table(StaffRow), table(LinkRow), table(SessionRow), table(InvitationRow)
INVITATION_HOLDS = timedelta(days=1)


def hashed(code: str) -> str:
    """What is kept of a code or a token that somebody else holds."""
    return sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


async def member(transaction: Transaction, who: int) -> Member | None:
    """The member of staff with this Telegram id; None for anybody else, and once their rights have ended."""
    row = (await transaction.execute(select(STAFF).where(STAFF.c.id == who, STAFF.c.ended_at.is_(None)))).first()
    return Member(row.id, row.name, row.role, row.language) if row else None


async def members(transaction: Transaction) -> Sequence[Member]:
    """All whose rights have not ended, in the order they came."""
    there = select(STAFF).where(STAFF.c.ended_at.is_(None)).order_by(STAFF.c.since, STAFF.c.id)
    return [Member(row.id, row.name, row.role, row.language) for row in await transaction.execute(there)]


async def has_lead(transaction: Transaction) -> bool:
    """Whether roles decide who may press what; until there is a lead, membership of the staff group does."""
    lead = select(STAFF.c.id).where(STAFF.c.role == "lead", STAFF.c.ended_at.is_(None)).limit(1)
    return (await transaction.execute(lead)).first() is not None


async def invite(transaction: Transaction, role: str, by: Member | None, now: datetime) -> str:
    """A code for one new member with this role; only its hash is kept."""
    code = secrets.token_urlsafe(9)
    made = {"made_by": by.id if by else None, "made_at": now, "expires_at": now + INVITATION_HOLDS}
    await transaction.execute(insert(INVITATION).values(code_hash=hashed(code), role=role, **made))
    await record(transaction, now, "invited", by, note=role)
    return code


async def join(transaction: Transaction, code: str, who: int, name: str, now: datetime) -> Member | None:
    """Take somebody in, if the code is good: it is for one use and one day."""
    mine = (INVITATION.c.code_hash == hashed(code), INVITATION.c.role != "", INVITATION.c.used_at.is_(None))
    used = update(INVITATION).where(*mine, INVITATION.c.expires_at > now).values(used_at=now)
    good = (await transaction.execute(used.returning(INVITATION.c.role, INVITATION.c.made_by))).first()
    if good is None:
        return None
    now_is = {"name": name, "role": good.role, "since": now, "invited_by": good.made_by, "ended_at": None}
    if await insert_once(transaction, STAFF, {"id": who, "language": "", **now_is}) is None:
        await transaction.execute(update(STAFF).where(STAFF.c.id == who).values(**now_is))
    joined = Member(who, name, good.role)
    await record(transaction, now, "joined", joined, note=good.role)
    return joined


async def end(transaction: Transaction, who: int, by: Member | None, now: datetime) -> bool:
    """End somebody's rights: links and sessions go at once. False where they had none."""
    ended = update(STAFF).where(STAFF.c.id == who, STAFF.c.ended_at.is_(None)).values(ended_at=now)
    if (await transaction.execute(ended.returning(STAFF.c.id))).first() is None:
        return False
    await transaction.execute(delete(SESSION).where(SESSION.c.staff_id == who))
    await transaction.execute(delete(LINK).where(LINK.c.staff_id == who))
    await record(transaction, now, "rights_ended", by, note=str(who))
    return True
