"""The office's calendar as the database has it: closures, counsellors, and a revision that grows with each change.

A change is made under a lock; a place is taken under the same lock, shared: whoever comes after it finds it closed,
however long ago this worker looked.
"""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot import kept
from bot.database import Transaction
from bot.staff_tables import RUNNING, ClosureRow, CounsellorRow
from bot.statements import insert_once, one_at_a_time
from bot.tables import table
from flows.counter import Slot
from flows.office import Office
from flows.office_days import OfficeDays
from flows.places import Closing, Counsellor, Hours

CLOSURE, COUNSELLOR = table(ClosureRow), table(CounsellorRow)
ALL_COUNSELLORS = select(COUNSELLOR).order_by(func.length(COUNSELLOR.c.id), COUNSELLOR.c.id)  # 9 before 10
NAME = "calendar"  # of the lock, and of the setting that holds the revision
LOOKED_BACK = timedelta(days=400)  # closures of longer ago are on no page


class Calendar:
    """The office's days as they are now. `days` is another value after each change: nobody keeps one for long."""

    def __init__(self, days: OfficeDays):
        self.days = days
        self._begun = False

    async def follow(self, transaction: Transaction, now: datetime) -> None:
        """Read the calendar again where it has changed: one look at one row."""
        revision = int(await kept.read(transaction, NAME) or 0)
        if not self._begun:
            revision += await _begin(transaction, self.days.office)
            self._begun = True
        if revision != self.days.revision:
            self.days = await read(transaction, self.days.office, now)


async def _begin(transaction: Transaction, office: Office) -> bool:
    """Counsellors that the office's settings name and nobody knows yet, under their ids; the desk has them from now on.

    Whether there was one.
    """
    await changing(transaction)
    made = [
        await insert_once(transaction, COUNSELLOR, {"id": name, "name": name, "hours": "", "version": 1})
        for name in office.counsellors
    ]
    if new := any(row is not None for row in made):
        await changed(transaction)
    return new


async def changing(transaction: Transaction) -> None:
    """Until the commit nobody else changes the calendar or takes a place."""
    await one_at_a_time(transaction, NAME)


async def changed(transaction: Transaction) -> None:
    """Every worker reads the calendar again; `changing` came before."""
    await kept.write(transaction, NAME, str(1 + int(await kept.read(transaction, NAME) or 0)))


async def read(transaction: Transaction, office: Office, now: datetime) -> OfficeDays:
    """The calendar as it stands in the database."""
    revision = int(await kept.read(transaction, NAME) or 0)
    running = select(CLOSURE).where(RUNNING, CLOSURE.c.until > now - LOOKED_BACK).order_by(CLOSURE.c.until)
    closings = [closing_of(row) for row in await transaction.execute(running)]
    counsellors = [counsellor_of(row) for row in await transaction.execute(ALL_COUNSELLORS)]
    return OfficeDays(office, closings, counsellors, revision)


async def still_a_place(transaction: Transaction, days: OfficeDays, slot: Slot, now: datetime) -> bool:
    """Whether a place can be taken by the calendar of this moment; until the commit nothing closes it."""
    await one_at_a_time(transaction, NAME, shared=True)
    revision = int(await kept.read(transaction, NAME) or 0)
    fresh = days if revision == days.revision else await read(transaction, days.office, now)
    return fresh.is_place(slot.counsellor, slot.start)


def closing_of(row: Row[Any]) -> Closing:
    return Closing(row.since, row.until, row.counsellor, row.office, row.reason, row.id)


def counsellor_of(row: Row[Any]) -> Counsellor:
    return Counsellor(row.id, row.name, hours_of(row.hours), row.last_day)


def hours_of(written: str) -> Hours | None:
    """The hours of a row: JSON of weekday → from, until; empty is all that the office offers."""
    if not written:
        return None
    hours: dict[str, tuple[str, str]] = json.loads(written)
    return {int(day): (time.fromisoformat(begin), time.fromisoformat(end)) for day, (begin, end) in hours.items()}


def write_hours(hours: Hours | None) -> str:
    """For the row."""
    if hours is None:
        return ""
    return json.dumps({day: [f"{begin:%H:%M}", f"{end:%H:%M}"] for day, (begin, end) in hours.items()})
