"""Coming in: a link for one use opens a session, which ends by itself, by signing out, and with the rights.

Of links and sessions only hashes are kept. A form carries a token that is made from the session's own (OWASP: HMAC
based token), so that nobody else's page can send it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select, update

from bot.database import Transaction
from bot.records import record
from bot.staff import LINK, SESSION, hashed, member
from flows.desk.roles import Member

LINK_HOLDS = timedelta(minutes=5)
SESSION_HOLDS = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """Somebody signed in; `said` is the sentence that the next page shows once."""

    member: Member
    token: str = field(repr=False)
    said: str = ""

    @property
    def form_token(self) -> str:
        return hmac.new(self.token.encode(), b"form", sha256).hexdigest()

    def sent(self, form_token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(form_token.encode("utf-8", "replace"), self.form_token.encode())


async def make_link(transaction: Transaction, staff_id: int, now: datetime) -> str:
    """A code for the link to the desk, good once and for five minutes."""
    code = secrets.token_urlsafe(24)
    made = insert(LINK).values(code_hash=hashed(code), staff_id=staff_id, expires_at=now + LINK_HOLDS)
    await transaction.execute(made)
    return code


async def good(transaction: Transaction, code: str, now: datetime) -> bool:
    """Whether a link would still open a session; looking spends nothing."""
    unused = (LINK.c.code_hash == hashed(code), LINK.c.used_at.is_(None), LINK.c.expires_at > now)
    return (await transaction.execute(select(LINK.c.staff_id).where(*unused))).first() is not None


async def sign_in(transaction: Transaction, code: str, now: datetime, before: str = "") -> Session | None:
    """Spend a link; it takes the place of the session that this browser had `before`.

    None where it was used, is too old, or its owner's rights have ended.
    """
    unused = (LINK.c.code_hash == hashed(code), LINK.c.used_at.is_(None), LINK.c.expires_at > now)
    spent = update(LINK).where(*unused).values(used_at=now).returning(LINK.c.staff_id)
    owner = (await transaction.execute(spent)).scalar()
    who = await member(transaction, owner) if owner is not None else None
    if who is None:
        return None
    token = secrets.token_urlsafe(32)
    opened = {"token_hash": hashed(token), "staff_id": who.id, "expires_at": now + SESSION_HOLDS, "said": ""}
    await transaction.execute(insert(SESSION).values(**opened))
    await transaction.execute(delete(SESSION).where(SESSION.c.token_hash == hashed(before)))
    await transaction.execute(delete(SESSION).where(SESSION.c.expires_at <= now))
    await transaction.execute(delete(LINK).where(LINK.c.expires_at <= now))
    await record(transaction, now, "signed_in", who)
    return Session(who, token)


async def signed_in(transaction: Transaction, token: str, now: datetime) -> Session | None:
    """The session of a cookie, while it runs and its owner has rights."""
    running = select(SESSION.c.staff_id, SESSION.c.said).where(
        SESSION.c.token_hash == hashed(token), SESSION.c.expires_at > now
    )
    row = (await transaction.execute(running)).first() if token else None
    who = await member(transaction, row.staff_id) if row else None
    return Session(who, token, row.said) if row and who else None


async def say_next(transaction: Transaction, session: Session, said: str) -> None:
    """What the next page of this session shows once; empty once it was shown."""
    was = update(SESSION).where(SESSION.c.token_hash == hashed(session.token)).values(said=said)
    await transaction.execute(was)


async def sign_out(transaction: Transaction, session: Session, now: datetime) -> None:
    await transaction.execute(delete(SESSION).where(SESSION.c.token_hash == hashed(session.token)))
    await record(transaction, now, "signed_out", session.member)
