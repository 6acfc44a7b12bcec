"""Requests: what waits for an answer, the most urgent first. What is decided of them is in `deciding`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.counter import BOOKING
from bot.desk.visit import Answer, Page, Route, Visit, shows
from bot.tables import LAPSING
from flows import policy
from flows.counter import Booking
from flows.deciding import DECLINE_REASONS, LATE_REASONS

MOST = 200  # on one page
WAITING = select(BOOKING).where(LAPSING).order_by(BOOKING.c.reply_by, BOOKING.c.lapses_at, BOOKING.c.start).limit(MOST)


@dataclass(frozen=True)
class Waiting:
    """A request in the list, without personal details. `today`: the promise to reply ends today, or has ended."""

    booking: Booking
    today: bool
    reply_overdue: bool
    confirm_late: bool


async def show(visit: Visit) -> Answer:
    rows = (await visit.transaction.execute(WAITING)).all()
    waiting = [_waiting(visit, await visit.counter.opened(row)) for row in rows]
    declining = [(key, label) for key, (label, _) in DECLINE_REASONS.items()]
    reasons = {"decline_reasons": declining, "late_reasons": list(LATE_REASONS.items())}
    return Page("requests.html", {"waiting": waiting, "most": MOST, **reasons})


def _waiting(visit: Visit, booking: Booking) -> Waiting:
    today = visit.days.day_of(visit.now)
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now) == "ask_reason"
    return Waiting(booking, booking.reply_by == today, booking.reply_by < today, late)


ROUTES: tuple[Route, ...] = (shows("/requests", "see", show),)
