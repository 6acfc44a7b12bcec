"""Requests: what waits for an answer, the most urgent first. What is decided of them is in `deciding`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.counter import BOOKING
from bot.desk.times import free_beside
from bot.desk.touched import not_to_be_had, out_of_place
from bot.desk.visit import Answer, Page, Route, Visit, shows
from bot.tables import LAPSING, MOVING
from flows import deciding_move, policy
from flows.counter import Booking
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.desk.closing import names
from flows.lifecycle import PROPOSED
from flows.text import Text

MOST = 100  # of each list on one page
URGENT = (BOOKING.c.reply_by, BOOKING.c.lapses_at, BOOKING.c.start)
WAITING = (
    select(BOOKING)
    .where(LAPSING)
    .order_by(BOOKING.c.state == PROPOSED, *URGENT)  # of these it is the person who answers
    .limit(MOST + 1)
)
WISHES = select(BOOKING).where(MOVING).order_by(BOOKING.c.wanted_lapses_at).limit(MOST + 1)


@dataclass(frozen=True)
class Waiting:
    """A request in the list, without personal details. `today`: the promise to reply ends today, or has ended."""

    booking: Booking
    today: bool
    reply_overdue: bool
    confirm_late: bool
    out_of_place: tuple[Text, str] | None = None  # its time was closed after it, and where that is to be seen
    free: Mapping[str, Text | str] = field(default_factory=dict)  # who could hold it


async def show(visit: Visit) -> Answer:
    """A list that is longer is worked off from its top."""
    rows, wishes = [(await visit.transaction.execute(which)).all() for which in (WAITING, WISHES)]
    bookings = await visit.counter.all_opened(rows[:MOST])
    free = await free_beside(visit, *bookings)
    waiting = [_waiting(visit, booking, beside) for booking, beside in zip(bookings, free, strict=True)]
    moves = [wish(visit, booking) for booking in await visit.counter.all_opened(wishes[:MOST])]
    declining = [(key, label) for key, (label, _) in DECLINE_REASONS.items()]
    reasons = {"decline_reasons": declining, "late_reasons": list(LATE_REASONS.items())}
    reasons["move_reasons"] = [(key, label) for key, (label, _) in deciding_move.REASONS.items()]
    more = {"more": len(rows) > MOST, "more_moves": len(wishes) > MOST, "most": MOST}
    lists = {"waiting": waiting, "moves": moves, "counsellors": names(visit.days)}
    return Page("requests.html", {**lists, **more, **reasons, **_tried(visit, waiting, moves)}, at="/requests")


def _tried(visit: Visit, waiting: Sequence[Waiting], moves: Sequence[Waiting | None]) -> dict[str, object]:
    """The booking whose form could not be done just now, what was sent, and where it stands on the page."""
    tried = visit.at.get("booking", "")
    cards = {f"{mark}{one.booking.id}" for mark, among in (("b", waiting), ("m", moves)) for one in among if one}
    place = next((f"#{mark}{tried}" for mark in "bm" if mark + tried in cards), "")
    return {"tried": tried, "place": place, "sent": visit.form if visit.problem else {}}


def _waiting(visit: Visit, booking: Booking, free: Mapping[str, Text | str]) -> Waiting:
    today = visit.days.day_of(visit.now)
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now) == "ask_reason"
    for_staff = booking.state != PROPOSED  # else the office has replied
    return Waiting(
        booking, for_staff and booking.reply_by == today, for_staff and booking.reply_by < today, late,
        out_of_place(visit.days, booking), free,
    )  # fmt: skip


def wish(visit: Visit, booking: Booking) -> Waiting | None:
    """The same of another time that the person of a confirmed booking asks for."""
    if (wanted := booking.wanted) is None:
        return None
    today = visit.days.day_of(visit.now)
    late = policy.late_confirmation(visit.days, wanted.requested_at, wanted.slot.start, visit.now) == "ask_reason"
    place = not_to_be_had(visit.days, wanted.slot)
    return Waiting(booking, wanted.reply_by == today, wanted.reply_by < today, late, place)


ROUTES: tuple[Route, ...] = (shows("/requests", "see", show),)
