"""Requests: what waits for an answer, the most urgent first. What is decided of them is in `deciding`."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.counter import BOOKING
from bot.desk.visit import Answer, Page, Route, Visit, shows
from bot.tables import LAPSING, MOVING
from flows import deciding_move, policy
from flows.counter import Booking
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.lifecycle import PROPOSED

WISHES = select(BOOKING).where(MOVING).order_by(BOOKING.c.wanted_lapses_at)
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
    found = [_waiting(visit, await visit.counter.opened(row)) for row in rows]
    waiting = sorted(found, key=lambda one: one.booking.state == PROPOSED)  # of these it is the person who answers
    wishes = (await visit.transaction.execute(WISHES.limit(MOST))).all()
    moves = [wish(visit, await visit.counter.opened(row)) for row in wishes]
    declining = [(key, label) for key, (label, _) in DECLINE_REASONS.items()]
    reasons = {"decline_reasons": declining, "late_reasons": list(LATE_REASONS.items())}
    reasons["move_reasons"] = [(key, label) for key, (label, _) in deciding_move.REASONS.items()]
    return Page("requests.html", {"waiting": waiting, "moves": moves, "most": MOST, **reasons})


def _waiting(visit: Visit, booking: Booking) -> Waiting:
    today = visit.days.day_of(visit.now)
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now) == "ask_reason"
    for_staff = booking.state != PROPOSED  # else the office has replied
    return Waiting(booking, for_staff and booking.reply_by == today, for_staff and booking.reply_by < today, late)


def wish(visit: Visit, booking: Booking) -> Waiting | None:
    """The same of another time that the person of a confirmed booking asks for."""
    if (wanted := booking.wanted) is None:
        return None
    today = visit.days.day_of(visit.now)
    late = policy.late_confirmation(visit.days, wanted.requested_at, wanted.slot.start, visit.now) == "ask_reason"
    return Waiting(booking, wanted.reply_by == today, wanted.reply_by < today, late)


ROUTES: tuple[Route, ...] = (shows("/requests", "see", show),)
