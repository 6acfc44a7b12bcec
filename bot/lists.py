"""The list of what waits for an answer, in the staff group at times of each business day (4(2)b 「翌営業日中に」).

It names references, dates and times only. Each is a message of its own, though cards are edited: the group is the bell,
and a message that is edited rings for nobody. One list stands there: the one before goes with the next, or says
that there is a newer one, where Telegram deletes it no more (after a weekend).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from bot import pausing
from bot.counter import BOOKING
from bot.database import Transaction
from bot.outbox import NOTICE, Notice, Outbox
from bot.tables import LAPSING, MOVING
from flows import clock, listing
from flows.lifecycle import REQUESTED
from flows.office_days import OfficeDays
from flows.text import Text

KIND = "staff_list"
OPEN = (
    select(BOOKING.c.ref, BOOKING.c.start, BOOKING.c.reply_by)
    .where(LAPSING, BOOKING.c.state == REQUESTED, BOOKING.c.lapses_at > bindparam("now"))
    .order_by(BOOKING.c.reply_by, BOOKING.c.lapses_at, BOOKING.c.start)
    .limit(listing.MOST + 1)
)
WISHES = (
    select(BOOKING.c.ref, BOOKING.c.wanted_start.label("start"), BOOKING.c.wanted_reply_by.label("reply_by"))
    .where(MOVING, BOOKING.c.wanted_lapses_at > bindparam("now"))
    .order_by(BOOKING.c.wanted_lapses_at, BOOKING.c.wanted_start)
    .limit(listing.MOST + 1)
)
BEFORE = (
    select(NOTICE.c.message_id)
    .where(NOTICE.c.key >= f"{KIND}:", NOTICE.c.key < bindparam("this"), NOTICE.c.message_id.is_not(None))
    .order_by(NOTICE.c.key.desc())
    .limit(1)
)
STANDS = update(NOTICE).where(NOTICE.c.key == bindparam("this"))


class Lists:
    """Promises each list when its time has come; remembers which was the last."""

    def __init__(self, outbox: Outbox):
        self.outbox = outbox
        self._last: datetime | None = None

    def is_due(self, days: OfficeDays, now: datetime) -> bool:
        """Without the database, which has nothing to say at nearly every tick."""
        due = clock.staff_list_before(days, now)
        return due is not None and due != self._last

    async def promise(self, transaction: Transaction, days: OfficeDays, now: datetime) -> None:
        """A second promise of a list, of another worker or after a start, is the same one."""
        if due := clock.staff_list_before(days, now):
            key, until = f"{KIND}:{due:%Y-%m-%dT%H:%M}", clock.staff_list_after(days, now)
            await self.outbox.put(transaction, key, KIND, due, until)
            self._last = due


async def words(transaction: Transaction, days: OfficeDays, now: datetime) -> Text | None:
    """The list as it is now, most urgent first, below a pause that goes on; None where nothing waits."""
    waiting = [
        listing.Open(row.ref, row.start, row.reply_by, change)
        for which, change in ((OPEN, False), (WISHES, True))
        for row in await transaction.execute(which, {"now": now})
    ]
    lines = await pausing.reminder(transaction, days.office.zone)
    if waiting:
        lines.append(listing.listed(sorted(waiting, key=lambda each: each.reply_by), days, now))
    return Text("{lines}", lines=tuple(lines)) if lines else None


async def sent(
    transaction: Transaction, outbox: Outbox, notice: Notice, chat: int, message: int, now: datetime
) -> None:
    """This list stands in the group now; the one before goes."""
    before = (await transaction.execute(BEFORE, {"this": notice.key})).scalar()
    await transaction.execute(STANDS, {"this": notice.key, "message_id": message})
    if before:
        await outbox.delete_message(transaction, chat, before, KIND, now, timedelta(0))
