"""What all workers of the bot together may send, in the database: who has which share of the 30 messages a second, what
went to a chat of late, and until when Telegram wants nothing sent. Leases go by the database's clock.

A worker that sends asks twice a second, not for each message. One that is alone has everything while it has much to
send; of several, those who have much share what the others leave. What one gives up, another has once nothing of it
can count any more, so all together never have more than there is: whoever is new waits for that, two seconds at most.
Where several are about, each chat is asked for too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from bot import kept
from bot.database import Database, Transaction
from bot.sending_tables import SenderRow, SpokenRow
from bot.statements import now_of, one_at_a_time, put
from bot.tables import table

SENDER, SPOKEN = table(SenderRow), table(SpokenRow)
MOST = 30  # messages a second of one bot (Telegram: "about 30")
LEAST = 3  # what a worker keeps that has nothing much to send
TO_A_CHAT, TO_A_GROUP = (20, 20.0), (20, 60.0)  # messages to one, in any so many seconds
USED = 1.0  # seconds that a share is used; what was sent then counts for a second of the limits more
HALTED = "halted_until"
LAST = select(SPOKEN.c.sent).where(SPOKEN.c.chat_id == bindparam("chat"))


@dataclass(frozen=True)
class Share:
    """How many messages a second this worker may send, for how many seconds Telegram wants none at all, and whether no
    other worker is about.
    """

    most: int
    halted: float
    alone: bool


def share(wanting: bool, others: Sequence[tuple[int, bool]]) -> int:
    """This worker's share, by what the others have and whether they want more: never more than is left."""
    if not others:
        return MOST if wanting else MOST - LEAST
    taken, idle = sum(most for most, _ in others), sum(not wants for _, wants in others)
    fair = (MOST - LEAST * idle) // (1 + len(others) - idle) if wanting else LEAST
    return max(0, min(fair, MOST - taken))


class Shares:
    """Before the database as one worker. `second` is how long a second of the limits lasts."""

    def __init__(self, database: Database, owner: str, second: float = 1.0, used: float = USED):
        self.database, self.owner, self.second, self.used = database, owner, second, used
        self._had: list[tuple[float, int]] = []  # shares that may still count, and until when

    async def renew(self, wanting: bool) -> Share:
        """The share for the next second."""
        return await self.database.run(lambda t: self._renew(t, wanting))

    async def _renew(self, transaction: Transaction, wanting: bool) -> Share:
        await one_at_a_time(transaction, "shares")
        now = await now_of(transaction)
        await transaction.execute(delete(SENDER).where(SENDER.c.lease_until <= now, SENDER.c.owner != self.owner))
        await transaction.execute(delete(SPOKEN).where(SPOKEN.c.until <= now))
        others = select(SENDER.c.share, SENDER.c.wanting).where(SENDER.c.owner != self.owner)
        found = [(row.share, row.wanting) for row in await transaction.execute(others)]
        mine, counts_until = share(wanting, found), now + self.used + self.second
        self._had = [(until, most) for until, most in self._had if until > now] + [(counts_until, mine)]
        values = {"share": max(most for _, most in self._had), "wanting": wanting, "lease_until": counts_until}
        await put(transaction, SENDER, {"owner": self.owner, **values})
        halted = float(await kept.read(transaction, HALTED) or 0) - now
        return Share(mine, max(0.0, halted), not found)

    async def halt(self, seconds: float) -> None:
        """Telegram wants nothing sent for so long: by no worker."""

        async def work(transaction: Transaction) -> None:
            await kept.write(transaction, HALTED, str(await now_of(transaction) + seconds))

        await self.database.run(work)

    async def place(self, chat: int, number: int = 1, take: bool = True, apart: float = 0.0) -> float:
        """How many seconds until this chat takes so many more, so far apart; they are taken if that is now."""
        most, lasts = TO_A_CHAT if chat > 0 else TO_A_GROUP
        seconds = lasts * self.second

        async def work(transaction: Transaction) -> float:
            await one_at_a_time(transaction, f"spoken:{chat}")
            now = await now_of(transaction)
            last = (await transaction.execute(LAST, {"chat": chat})).scalar()
            sent = [each for each in json.loads(last or "[]") if now - seconds < each <= now]
            full = sent[number - 1 - most] + seconds - now if len(sent) + number > most else 0.0
            near = sent[-1] + apart - now if sent and apart else 0.0
            if (wait := max(full, near)) <= 0 and take:
                sent += [now] * number
                await put(transaction, SPOKEN, {"chat_id": chat, "sent": json.dumps(sent), "until": now + seconds})
            return max(0.0, wait)

        return await self.database.run(work)
