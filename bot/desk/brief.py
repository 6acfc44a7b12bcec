"""The day in a few lines for the chat: times, references, states and counsellors, and nobody's name."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from bot import pausing
from bot.counter import BOOKING
from bot.database import Transaction
from bot.kit import Kit
from bot.tables import LAPSING
from flows.desk.attendance import STATES
from flows.lifecycle import CANCELLED, DECLINED, LAPSED, PROPOSED, REQUESTED
from flows.text import Text

MOST = 40  # lines
NO_SESSION = (REQUESTED, PROPOSED, DECLINED, CANCELLED, LAPSED)

TODAY = Text("Today, {date}: {count} sessions")
NO_SESSIONS = Text("There are no sessions today, {date}.")
SESSION = Text("{time} {ref} {state} ({counsellor})")
MORE = Text("More of them are on the desk: /desk")
WAITING = Text("Requests that wait for an answer: {count} (due today or overdue: {due})")


async def today(kit: Kit, transaction: Transaction, now: datetime) -> Text:
    """The sessions of today, and how many requests wait."""
    days = kit.days
    day = days.day_of(now)
    first = days.at(day, time(0))
    names = {counsellor.id: counsellor.name for counsellor in days.counsellors}
    of_the_day = (
        select(BOOKING.c.start, BOOKING.c.ref, BOOKING.c.state, BOOKING.c.counsellor)
        .where(
            BOOKING.c.start >= first, BOOKING.c.start < first + timedelta(days=1), BOOKING.c.state.not_in(NO_SESSION)
        )
        .order_by(BOOKING.c.start, BOOKING.c.counsellor)
        .limit(MOST + 1)
    )
    rows = (await transaction.execute(of_the_day)).all()
    lines = [
        SESSION.given(
            time=row.start.astimezone(days.office.zone).time(), ref=f"{row.ref[:3]}-{row.ref[3:]}",
            state=STATES[row.state], counsellor=names.get(row.counsellor, row.counsellor),
        )
        for row in rows[:MOST]
    ]  # fmt: skip
    head = TODAY.given(date=day, count=len(lines)) if lines else NO_SESSIONS.given(date=day)
    more = [MORE] if len(rows) > MOST else []
    still = await pausing.reminder(transaction, days.office.zone)
    return Text("{lines}", lines=(*still, head, *lines, *more, "", await _waiting(transaction, day)))


async def _waiting(transaction: Transaction, day: date) -> Text:
    waiting = select(func.count(BOOKING.c.id)).where(LAPSING)
    count = (await transaction.execute(waiting)).scalar()
    due = (await transaction.execute(waiting.where(BOOKING.c.reply_by <= day))).scalar()
    return WAITING.given(count=count, due=due)
