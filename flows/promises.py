"""What an event of a booking promises (flows/notices.py has the table), and when one of its notices may go out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows import lifecycle
from flows.counter import Booking
from flows.due import at_once
from flows.notices import KINDS, MOVES, REMINDERS, ROWS, TABLE, Row
from flows.office_days import OfficeDays


@dataclass(frozen=True)
class Promise:
    """One notice: due at `due_at` (UTC); worthless after `not_after`."""

    kind: str
    due_at: datetime
    not_after: datetime | None = None


def promises(days: OfficeDays, booking: Booking, event: str, now: datetime) -> tuple[Promise, ...]:
    """What a move promises: written in its transaction, looked at again before it is sent."""
    rows = ROWS.get(_how(booking, event), ROWS.get(event, ()))
    return tuple(made for row in rows if (made := _made(row, days, booking, now)))


def _made(row: Row, days: OfficeDays, booking: Booking, now: datetime) -> Promise | None:
    """What is due at once must hold at once; what is due later is looked at then, if that is still ahead."""
    when = row.due(days, booking, now)
    if when is None or (row.due is at_once and not row.only_if(booking)):
        return None
    return Promise(row.kind, when, row.until(days, booking, now))


def made_now(days: OfficeDays, booking: Booking, kind: str, now: datetime) -> Promise:
    """One that is due at once, whatever promised it first."""
    row = next(row for row in TABLE if row.kind == kind)
    return Promise(kind, now, row.until(days, booking, now))


def _how(booking: Booking, event: str) -> str:
    """An event by the way it came, where that decides what is promised."""
    if event == "lapse" and booking.decided and booking.decided.event == "propose":
        return "lapse of proposals"
    moved = booking.moved is not None and booking.moved.event in MOVES.split(", ")
    if event == "handed" and moved and booking.state == lifecycle.CONFIRMED:
        return "handed after a move"
    return f"{event} by {booking.decision.channel}" if booking.decision else event


def waits_for_the_letter(kind: str, booking: Booking) -> bool:
    """It is for somebody who has been told, and the confirmation is still on its way, or staff are to phone."""
    waiting = booking.state == lifecycle.CONFIRMED and not booking.confirmed_to_person
    return waiting and kind in REMINDERS


def is_for_no_chat(kind: str, booking: Booking) -> bool:
    """A letter that this person would read only if they had no chat."""
    holds, without = KINDS[kind].holds, replace(booking, chat=None)
    return not holds(booking) and holds(without)


def wait_for_morning(days: OfficeDays, kind: str, now: datetime, start: datetime | None = None) -> datetime | None:
    """When a notice that the bot starts may go out, if now is in the quiet hours (no buzzing phone at night).

    What concerns a session within the hour of its `start` does not wait.
    """
    office = days.office
    within_the_hour = start is not None and now <= start <= now + timedelta(minutes=office.remind_minutes_before)
    if not KINDS[kind].starts or within_the_hour:
        return None
    clock = now.astimezone(office.zone).time()
    if office.quiet_until <= clock < office.quiet_from:
        return None
    day = days.day_of(now) + timedelta(days=1 if clock >= office.quiet_from else 0)
    return days.at(day, office.quiet_until)
