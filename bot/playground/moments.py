"""Where the buttons of the clock lead: an hour on, the next notice, the next business morning, or a given moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.lifecycle import CONFIRMED, REQUESTED
from flows.notices import KINDS
from flows.office_days import OfficeDays
from flows.only_if import requested, told

if TYPE_CHECKING:
    from bot.playground.world import World

MORNING = time(9)
DATABASE = "madoguchi.db"
# in another state of the booking nothing would be sent
HOLDS_WHILE: Mapping[object, str] = {requested: REQUESTED, told: CONFIRMED}
LATER = """SELECT notice.next_try, notice.kind, booking.state FROM notice LEFT JOIN booking ON booking.id = booking_id
    WHERE notice.state = 'pending' AND notice.next_try > ? ORDER BY notice.next_try"""


def an_hour_on(world: World) -> datetime:
    return world.clock() + timedelta(hours=1)


def next_notice(world: World) -> datetime | None:
    """The first notice that is not due yet and would be sent as things are: as the bot's own database has it."""
    for at, kind, state in _later(world.mail.parent / DATABASE, world.clock()):
        while_it_is = HOLDS_WHILE.get(KINDS[kind].holds) if kind in KINDS else ""
        if while_it_is in (None, state):
            return datetime.fromisoformat(at).replace(tzinfo=UTC)
    return None


def _later(file: Path, now: datetime) -> list[tuple[str, str, str | None]]:
    """Read without a hold on the bot's database; nothing where the bot has not made it yet, or writes to it."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return database.execute(LATER, (f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",)).fetchall()
    except sqlite3.OperationalError:
        return []


def next_morning(world: World) -> datetime:
    """9:00 of the next business day, or of this one where that is still to come."""
    days = OfficeDays(world.office)
    today = days.day_of(world.clock())
    if days.is_business_day(today) and days.at(today, MORNING) > world.clock():
        return days.at(today, MORNING)
    return days.at(days.business_day_after(today), MORNING)


def given(world: World, text: str) -> datetime | None:
    """A date and a time as a Japanese clock shows them; None for what is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=world.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


MOMENTS: Mapping[str, Callable[[World], datetime | None]] = {
    "hour": an_hour_on,
    "notice": next_notice,
    "morning": next_morning,
}
