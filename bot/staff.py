"""Who works at the office: invitations for one use, roles, and the end of somebody's rights, which holds at once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.database import Transaction
from bot.records import record
from bot.staff_tables import LinkRow, SessionRow, StaffRow
from bot.statements import insert_once
from bot.tables import InvitationRow, table
from flows.claiming import LETTERS
from flows.desk import codes
from flows.desk.roles import Member, is_more

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
    code = "".join(secrets.choice(LETTERS) for _ in range(codes.LENGTH))
    made = {"made_by": by.id if by else None, "made_at": now, "expires_at": now + INVITATION_HOLDS}
    await transaction.execute(insert(INVITATION).values(code_hash=hashed(code), role=role, **made))
    await record(transaction, now, "invited", by, note=role)
    return codes.written(code)


def _still_good(said: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The invitation whose code somebody said."""
    unused = (INVITATION.c.role != "", INVITATION.c.used_at.is_(None), INVITATION.c.expires_at > now)
    return (INVITATION.c.code_hash == hashed(codes.meant(said)), *unused)


async def join(transaction: Transaction, code: str, who: int, name: str, now: datetime) -> Member | None:
    """Take somebody in, if the code is good: it is for one use and one day. They are returned as they are then.

    For whoever is here already it can be a step up alone; else nothing is done, and the code stays good for another.
    """
    mine, there = _still_good(code, now), await member(transaction, who)
    role = (await transaction.execute(select(INVITATION.c.role).where(*mine))).scalar()
    if role and there and not is_more(role, there.role):
        return there
    used = update(INVITATION).where(*mine).values(used_at=now)
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
    """End somebody's rights: links, sessions and open invitations go at once. False where they had none."""
    ended = update(STAFF).where(STAFF.c.id == who, STAFF.c.ended_at.is_(None)).values(ended_at=now)
    if (await transaction.execute(ended.returning(STAFF.c.id))).first() is None:
        return False
    await transaction.execute(delete(SESSION).where(SESSION.c.staff_id == who))
    await transaction.execute(delete(LINK).where(LINK.c.staff_id == who))
    await record(transaction, now, "rights_ended", by, note=str(who))
    await withdraw_all_of(transaction, who, by, now)
    return True


async def withdraw(
    transaction: Transaction, which: tuple[ColumnElement[bool], ...], by: Member | None, now: datetime
) -> bool:
    """Open invitations let nobody in any more. False where there were none."""
    gone = delete(INVITATION).where(*which, INVITATION.c.role != "", INVITATION.c.used_at.is_(None))
    roles = (await transaction.execute(gone.returning(INVITATION.c.role))).scalars().all()
    for role in roles:
        await record(transaction, now, "withdrawn", by, note=role)
    return bool(roles)


async def withdraw_all_of(transaction: Transaction, who: int, by: Member | None, now: datetime) -> None:
    """Whoever may not invite any more comes back by no code of their own making."""
    await withdraw(transaction, (INVITATION.c.made_by == who, INVITATION.c.expires_at > now), by, now)


async def withdraw_shown(transaction: Transaction, code: str, now: datetime) -> bool:
    """A code that was said where others read it is good no more. False where it was not good."""
    return await withdraw(transaction, _still_good(code, now), None, now)
