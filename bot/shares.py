"""What all workers of the bot together may send, in the database: who has which share of the 30 messages a second, what
went to a group in the last minute, and until when Telegram wants nothing sent. Leases go by the database's clock.

A worker that sends asks once a second, not for each message. One that is alone has everything; of several, those who
have much to send share what the others leave. What a worker gives up, another has a second later; who is new begins
with little.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from bot import kept
from bot.database import Database, Transaction, epoch, insert_once, one_at_a_time
from bot.tables import SenderRow, table

SENDER = table(SenderRow)
MOST = 30  # messages a second of one bot (Telegram: "about 30")
LEAST = 3  # what a worker keeps that has nothing much to send
TO_A_GROUP = (20, 60.0)  # messages to one group, in any so many seconds
LEASE = 2.0  # seconds; a share is used for the first of them
HALTED = "halted_until"


@dataclass(frozen=True)
class Share:
    """How many messages a second this worker may send, and for how many seconds Telegram wants none at all."""

    most: int
    halted: float


def share(wanting: bool, others: Sequence[tuple[int, bool]]) -> int:
    """This worker's share, by what the others have, and whether they want more: what is left, and never nothing."""
    if not others:
        return MOST
    idle = sum(not wants for _, wants in others)
    fair = (MOST - LEAST * idle) // (1 + len(others) - idle) if wanting else LEAST
    return max(LEAST, min(fair, MOST - sum(most for most, _ in others)))


class Shares:
    """Before the database as one worker. `second` is how long a second of the limits lasts."""

    def __init__(self, database: Database, owner: str, second: float = 1.0):
        self.database, self.owner, self.second = database, owner, second
        self._used = 0  # until now

    async def renew(self, wanting: bool) -> Share:
        """The share for the next second."""
        return await self.database.run(lambda t: self._renew(t, wanting))

    async def _renew(self, transaction: Transaction, wanting: bool) -> Share:
        await one_at_a_time(transaction, "shares")
        now = await _now(transaction)
        await transaction.execute(delete(SENDER).where(SENDER.c.lease_until <= now, SENDER.c.owner != self.owner))
        others = select(SENDER.c.share, SENDER.c.wanting).where(SENDER.c.owner != self.owner)
        found = [(row.share, row.wanting) for row in await transaction.execute(others)]
        mine = share(wanting, found)
        values = {"share": max(mine, self._used), "wanting": wanting, "lease_until": now + LEASE}
        self._used = mine
        if await insert_once(transaction, SENDER, {"owner": self.owner, **values}) is None:
            await transaction.execute(update(SENDER).where(SENDER.c.owner == self.owner).values(**values))
        halted = float(await kept.read(transaction, HALTED) or 0) - now
        return Share(mine, max(0.0, halted))

    async def halt(self, seconds: float) -> None:
        """Telegram wants nothing sent for so long: by no worker."""

        async def work(transaction: Transaction) -> None:
            await kept.write(transaction, HALTED, str(await _now(transaction) + seconds))

        await self.database.run(work)

    async def place(self, group: int, number: int = 1, take: bool = True) -> float:
        """How many seconds until this group takes so many more; they are taken if that is now."""
        most, seconds = TO_A_GROUP[0], TO_A_GROUP[1] * self.second

        async def work(transaction: Transaction) -> float:
            now, sent = await self._sent(transaction, group)
            if len(sent) + number > most:
                return sent[number - 1 - most] + seconds - now
            if take:
                await kept.write(transaction, _of(group), json.dumps([*sent, *[now] * number]))
            return 0.0

        return await self.database.run(work)

    async def _sent(self, transaction: Transaction, group: int) -> tuple[float, list[float]]:
        await one_at_a_time(transaction, _of(group))
        now = await _now(transaction)
        sent: list[float] = json.loads(await kept.read(transaction, _of(group)) or "[]")
        return now, [each for each in sent if now - TO_A_GROUP[1] * self.second < each <= now]


async def _now(transaction: Transaction) -> float:
    found: Any = (await transaction.execute(select(epoch(transaction.dialect)))).scalar()
    return float(found)


def _of(group: int) -> str:
    return f"sent:{group}"
