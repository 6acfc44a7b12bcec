"""Requests: what waits for an answer, the most urgent first, and the one press that confirms."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.counter import BOOKING
from bot.desk.visit import Answer, Done, Page, Route, Visit, Wrong, does, shows
from bot.tables import LAPSING
from flows import policy
from flows.counter import Booking
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.lifecycle import REQUESTED
from flows.text import Text

MOST = 200  # on one page
WAITING = select(BOOKING).where(LAPSING).order_by(BOOKING.c.reply_by, BOOKING.c.lapses_at, BOOKING.c.start).limit(MOST)

LAPSED = Text("Nothing was done: this request has lapsed, and the person has been told.")
NOT_WAITING = Text("Nothing was done: this request has been decided already. Please look at how it is now.")
WHY_LATE = Text(
    "The confirmation deadline has passed, and the request was there in counter hours. Please choose a reason."
)


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


async def confirm(visit: Visit) -> Answer:
    """第4条(2)b: confirmed; after the deadline of 4(1) with a reason where the request was there in counter hours."""
    booking = await _still_open(visit)
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now)
    reason = "late_auto" if late == "auto" else ""
    if late == "ask_reason":
        if not visit.sent("late"):
            raise Wrong(WHY_LATE, "late")
        reason = visit.chosen("late", LATE_REASONS)
    await visit.counter.move(booking, "confirm", visit.decision("confirm", reason))
    return Done("/requests", Text("Confirmed: {ref}. The e-mail is on its way.", ref=booking.reference))


async def decline(visit: Visit) -> Answer:
    """第4条(2)b: not accepted, with a reason from the list."""
    booking = await _still_open(visit)
    reason = visit.chosen("reason", DECLINE_REASONS)
    await visit.counter.move(booking, "decline", visit.decision("decline", reason))
    return Done("/requests", Text("Declined: {ref}. The person is being told.", ref=booking.reference))


async def _still_open(visit: Visit) -> Booking:
    """The request, where it still waits. Raises `Wrong`."""
    booking = await visit.unchanged()
    if booking.state != REQUESTED:
        raise Wrong(NOT_WAITING)
    if visit.now >= booking.lapses_at:
        raise Wrong(LAPSED)
    return booking


ROUTES: tuple[Route, ...] = (
    shows("/requests", "see", show),
    does("/bookings/{booking}/confirm", "book", confirm, show),
    does("/bookings/{booking}/decline", "book", decline, show),
)
