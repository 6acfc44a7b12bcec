"""The outbox: rows of what is promised. Written with the move that promises it; claimed with a lease; marked by the
owner of the lease alone. A crash between sending and marking costs one extra copy; nothing is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, or_, select, union_all, update

from bot.channels import RANKS, rank
from bot.database import Database, Transaction
from bot.statements import epoch, insert_each_once, insert_once
from bot.tables import PENDING, NoticeRow, table
from flows.counter import Booking
from flows.notices import ONCE_PER_ADDRESS
from flows.promises import Promise

NOTICE = table(NoticeRow)
LEASE_SECONDS = 120.0  # longer than the slowest send
DELETABLE = timedelta(hours=48)  # Telegram deletes no older message (`deleteMessage`)
MINE = (NOTICE.c.key == bindparam("of"), NOTICE.c.owner == bindparam("mine"))  # by the lease
AGAIN = update(NOTICE).where(*MINE)
END = AGAIN.where(PENDING).returning(NOTICE.c.key)
WITHDRAWN = update(NOTICE).where(
    NOTICE.c.booking_id == bindparam("of"), PENDING, NOTICE.c.kind.in_(bindparam("kinds", expanding=True))
)


@dataclass(frozen=True)
class Notice:
    """One row of the outbox, claimed. `error`: how the try before ended; empty if it did not come to its end."""

    key: str
    kind: str
    booking_id: str | None
    chat_id: int | None
    message_id: int | None
    due_at: datetime
    not_after: datetime | None
    attempts: int
    error: str
    rank: int

    @property
    def may_have_arrived(self) -> bool:
        """A try before was cut short, or ended without a refusal of the server's (which begins with its code)."""
        return self.attempts > 1 and not self.error[:1].isdigit()


class Outbox:
    """Promises in the database. `owner` names this process on the leases it holds."""

    def __init__(self, database: Database):
        self.database = database
        self.owner = secrets.token_hex(8)
        self.fresh = False  # something due now was promised since the sender last looked

    async def promise(
        self, transaction: Transaction, booking: Booking, promises: Sequence[Promise], once: str = ""
    ) -> None:
        """Write what a move of a booking promises; the key makes each promise once per version of the booking.

        What is asked once per address has `once` in its key instead; until it was asked, the newest promise holds.
        """
        of, rows = {"booking_id": booking.id, "chat_id": booking.chat}, []
        for made in promises:
            version = once if made.kind in ONCE_PER_ADDRESS else f"{booking.id}:{booking.version}"
            rows.append(_row(f"{made.kind}:{version}", made.kind, made.due_at, made.not_after, of))
        if rows:
            await insert_each_once(transaction, NOTICE, rows)
            for row in rows:
                if row["kind"] in ONCE_PER_ADDRESS:
                    await transaction.execute(_asking(transaction.dialect), {**row, "of": row["key"]})
            self.fresh = True

    async def put(
        self, transaction: Transaction, key: str, kind: str, due_at: datetime, not_after: datetime | None = None,
        **reference: Any,
    ) -> None:  # fmt: skip
        """Promise one notice; a second one with the same key is the same promise."""
        await insert_once(transaction, NOTICE, _row(key, kind, due_at, not_after, reference))
        self.fresh = True

    async def delete_message(
        self, transaction: Transaction, chat: int, message: int, by: str, now: datetime, grace: timedelta = timedelta(0)
    ) -> str:
        """Promise that a message of a chat is deleted, after `grace`; `by` is what asks for it. Gives the row's key."""
        key = f"delete:{chat}:{message}:{by}"
        last = now + DELETABLE
        await self.put(transaction, key, "delete", now + grace, last, chat_id=chat, message_id=message)
        return key

    async def claim(self, now: datetime, room: Mapping[int, int]) -> list[Notice]:
        """Take a lease on what is due, of each rank at most so many; what a dead worker left is due again when its
        lease has run out. The lowest rank first, then the oldest.
        """
        async with self.database.transaction() as transaction:
            due, take = _claiming(transaction.dialect)
            most = {f"most_{of_rank}": max(0, room.get(of_rank, 0)) for of_rank in RANKS}
            found = [Notice(*tuple(row)) for row in await transaction.execute(due, {"now": now, **most})]
            if found:
                await transaction.execute(take, [{"of": notice.key, "mine": self.owner} for notice in found])
        return sorted(found, key=lambda one: (one.rank, one.due_at, one.key))

    async def renew(self, transaction: Transaction, notice: Notice) -> bool:
        """Begin to send: False when the lease ran out while the notice waited for its turn."""
        mine = {"of": notice.key, "mine": self.owner}
        return (await transaction.execute(_renewing(transaction.dialect), mine)).first() is not None

    async def mark(
        self, transaction: Transaction, notice: Notice, state: str, error: str = "", at: datetime | None = None
    ) -> bool:
        """The end of a notice: sent, cancelled, expired or dead. False when the lease is no longer ours."""
        end = {"state": state, "error": error, "lease_until": None, "ended_at": at}
        mine = {"of": notice.key, "mine": self.owner}
        return (await transaction.execute(END, {**end, **mine})).first() is not None

    async def withdraw(self, transaction: Transaction, booking_id: str, kinds: Collection[str], at: datetime) -> None:
        """What was promised of a booking and has not gone out yet holds no more, though the booking goes on."""
        end = {"state": "cancelled", "ended_at": at}
        await transaction.execute(WITHDRAWN, {**end, "of": booking_id, "kinds": list(kinds)})

    async def keep(self, transaction: Transaction, keys: Collection[str]) -> None:
        """Mark as sent what a turn's own reply has done already."""
        await transaction.execute(update(NOTICE).where(NOTICE.c.key.in_(keys)).values(state="sent"))

    async def try_again(self, transaction: Transaction, notice: Notice, at: datetime, error: str) -> None:
        """Put a notice back until `at`."""
        again = {"next_try": at, "error": error, "lease_until": None}
        await transaction.execute(AGAIN, {**again, "of": notice.key, "mine": self.owner})

    async def wait(self, transaction: Transaction, notice: Notice, until: datetime) -> None:
        """Put a notice back that was not tried: this does not count as a try."""
        again = {"next_try": until, "error": notice.error, "lease_until": None, "attempts": notice.attempts - 1}
        await transaction.execute(AGAIN, {**again, "of": notice.key, "mine": self.owner})

    async def hurry(self, transaction: Transaction, errors: Sequence[str], now: datetime) -> None:
        """A fault is over: what waits for its next try because of it is due now."""
        waiting = (PENDING, NOTICE.c.error.in_(errors), NOTICE.c.next_try > now)
        await transaction.execute(update(NOTICE).where(*waiting).values(next_try=now))
        self.fresh = True


@cache
def _claiming(dialect: str) -> tuple[Executable, Executable]:
    """What is due, of each rank so many, and the lease on one notice: built once for each engine.

    Leased one by one, each found by its key: a list of many may be looked for in the whole table (PostgreSQL).
    """
    clock = epoch(dialect)
    of_ranks = [select(_due_of(of_rank, clock).subquery()) for of_rank in RANKS]
    leased = {"owner": bindparam("mine"), "lease_until": clock + LEASE_SECONDS, "attempts": NOTICE.c.attempts + 1}
    return union_all(*of_ranks), update(NOTICE).where(NOTICE.c.key == bindparam("of")).values(**leased)


def _due_of(of_rank: int, clock: ColumnElement[float]) -> Select[Any]:
    """The oldest of one rank, as they are once they are leased."""
    attempt = (NOTICE.c.attempts + 1).label("attempts")
    return (
        select(*(attempt if name == "attempts" else NOTICE.c[name] for name in Notice.__dataclass_fields__))
        .where(PENDING, NOTICE.c.rank == of_rank, NOTICE.c.next_try <= bindparam("now"))
        .where(or_(NOTICE.c.lease_until.is_(None), NOTICE.c.lease_until < clock))
        .order_by(NOTICE.c.next_try)
        .limit(bindparam(f"most_{of_rank}"))
        .with_for_update(skip_locked=True)
    )


@cache
def _renewing(dialect: str) -> Executable:
    clock = epoch(dialect)
    begun = update(NOTICE).where(*MINE, NOTICE.c.lease_until > clock, PENDING)
    return begun.values(lease_until=clock + LEASE_SECONDS, error="").returning(NOTICE.c.key)


@cache
def _asking(dialect: str) -> Executable:
    """What was promised before, for another booking or time, and never came to be asked; not while it is being sent."""
    at_rest = or_(NOTICE.c.lease_until.is_(None), NOTICE.c.lease_until < epoch(dialect))
    anew: dict[str, Any] = {name: bindparam(name) for name in (*BLANK, "due_at", "next_try", "not_after")}
    return update(NOTICE).where(NOTICE.c.key == bindparam("of"), NOTICE.c.state != "sent", at_rest).values(**anew)


def _row(
    key: str, kind: str, due_at: datetime, not_after: datetime | None, reference: Mapping[str, Any]
) -> dict[str, Any]:
    when = {"due_at": due_at, "next_try": due_at, "not_after": not_after}
    return {**BLANK, "key": key, "kind": kind, "rank": rank(kind), **when, **reference}


BLANK = {
    "booking_id": None, "chat_id": None, "message_id": None, "state": "pending", "attempts": 0, "lease_until": None,
    "owner": "", "error": "", "ended_at": None,
}  # fmt: skip


def backoff(attempts: int) -> timedelta:
    """How long until the next try: 5 s, doubling, at most 30 min."""
    return timedelta(seconds=min(5 * 2 ** (attempts - 1), 1800))
