"""The day and the week in a few lines for the chat: times, references, states and counsellors, and nobody's name."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from bot.counter import BOOKING, HOLD
from bot.database import Transaction
from bot.kit import Kit
from bot.tables import LAPSING
from flows.desk.attendance import STATES
from flows.lifecycle import CANCELLED, DECLINED, LAPSED, PROPOSED, REQUESTED
from flows.text import Text

MOST = 40  # lines
NO_SESSION = (REQUESTED, PROPOSED, DECLINED, CANCELLED, LAPSED)
DAYS_OF_A_WEEK = 5  # business days

TODAY = Text("Today, {date}: {count} sessions")
NO_SESSIONS = Text("There are no sessions today, {date}.")
SESSION = Text("{time} {ref} {state} ({counsellor})")
MORE = Text("More of them are on the desk: /desk")
WAITING = Text("Requests that wait for an answer: {count} (due today or overdue: {due})")
WEEK = Text("The next five business days")
OF_A_DAY = Text("{date}: {free} free, {taken} taken")
CLOSED = Text("{date}: no places")


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
    return Text("{lines}", lines=(head, *lines, *more, "", await _waiting(transaction, day)))


async def _waiting(transaction: Transaction, day: date) -> Text:
    waiting = select(func.count(BOOKING.c.id)).where(LAPSING)
    count = (await transaction.execute(waiting)).scalar()
    due = (await transaction.execute(waiting.where(BOOKING.c.reply_by <= day))).scalar()
    return WAITING.given(count=count, due=due)


async def week(kit: Kit, transaction: Transaction, now: datetime) -> Text:
    """How many places are free and taken on the next business days."""
    return Text("{lines}", lines=(WEEK, *[await _of_a_day(kit, transaction, day) for day in _next_days(kit, now)]))


def _next_days(kit: Kit, now: datetime) -> list[date]:
    ahead = (kit.days.day_of(now) + timedelta(days=n) for n in range(30))
    return [day for day in ahead if kit.days.is_business_day(day)][:DAYS_OF_A_WEEK]


async def _of_a_day(kit: Kit, transaction: Transaction, day: date) -> Text:
    places = {(who, start) for start, there in kit.days.places(day).items() for who in there}
    first = kit.days.at(day, time(0))
    held = select(HOLD.c.counsellor, HOLD.c.start).where(
        HOLD.c.start >= first, HOLD.c.start < first + timedelta(days=1)
    )
    taken = {(row.counsellor, row.start) for row in await transaction.execute(held)}
    if not places and not taken:
        return CLOSED.given(date=day)
    return OF_A_DAY.given(date=day, free=len(places - taken), taken=len(taken))
