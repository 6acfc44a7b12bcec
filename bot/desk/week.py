"""The week: which place is free, taken or closed; nobody and no device (第5条（2）). One query, nothing is opened."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import bindparam, select

from bot.counter import BOOKING, HOLD
from bot.database import Transaction
from bot.desk.visit import Answer, Missing, Page, Route, Visit, shows
from flows.desk import closing
from flows.desk.week import KINDS, Taken, Week, monday_of, week
from flows.office_days import DAY, OfficeDays
from flows.text import Text

TAKEN = (
    select(HOLD.c.start, HOLD.c.counsellor, HOLD.c.purpose, BOOKING.c.id, BOOKING.c.ref, BOOKING.c.state)
    .outerjoin(BOOKING, BOOKING.c.id == HOLD.c.booking_id)  # none where it is kept for somebody who waits
    .where(HOLD.c.start >= bindparam("first"), HOLD.c.start < bindparam("last"))
)
CLOSED_AT_MOST = 30  # days in a row that are looked at for an open one
SIDE_BY_SIDE = 2  # counsellors with whom the days of a week have room beside each other


async def taken(transaction: Transaction, days: OfficeDays, first: date, end: date) -> list[Taken]:
    """What bookings hold from the first day until before the other."""
    between = {"first": days.at(first, time()), "last": days.at(end, time())}
    rows = await transaction.execute(TAKEN, between)
    return [Taken(row.counsellor, row.start, row.purpose, row.id or "", row.ref or "", row.state or "") for row in rows]


async def grid(transaction: Transaction, days: OfficeDays, monday: date, now: datetime) -> Week:
    """The week of this Monday. ValueError for one so far away that nobody knows its holidays."""
    there = await taken(transaction, days, monday, monday + 7 * DAY)
    return week(days, monday, there, now)


async def ahead(transaction: Transaction, days: OfficeDays, now: datetime) -> Week:
    """The week that there is still something to do in: from Saturday on, or with all its days closed, the next one."""
    day = days.day_of(now)
    business = (one for one in (day + n * DAY for n in range(CLOSED_AT_MOST)) if days.is_business_day(one))
    return await grid(transaction, days, monday_of(next(business, day)), now)


async def show(visit: Visit) -> Answer:
    today = visit.days.day_of(visit.now)
    try:
        shown = await grid(visit.transaction, visit.days, monday_of(_asked(visit) or today), visit.now)
    except (ValueError, OverflowError):
        raise Missing from None
    zone = visit.days.office.zone
    blocks = [(one, one.block(zone)) for one in visit.days.closings]
    here = [one for one, block in blocks if block.first < shown.monday + 7 * DAY and block.last >= shown.monday]
    return Page(
        "week.html",
        {
            "week": shown,
            "names": closing.names(visit.days),
            "today": today,
            "before": shown.monday - 7 * DAY,
            "after": shown.monday + 7 * DAY,
            "legend": [KINDS[kind] for kind in shown.kinds()],
            "closures": [(one, closing.in_words(visit.days, one)) for one in here],
            "many": len(shown.counsellors) > SIDE_BY_SIDE,
            "not_a_day": NOT_A_DAY if visit.query.get("from") and _asked(visit) is None else None,
        },
    )


NOT_A_DAY = Text("That was no day such as 2026-11-24: this is the current week.")


def _asked(visit: Visit) -> date | None:
    """The day in whose week the visitor wants to look."""
    try:
        return date.fromisoformat(visit.query.get("from", ""))
    except ValueError:
        return None


ROUTES: tuple[Route, ...] = (shows("/week", "see", show),)
