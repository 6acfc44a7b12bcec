"""Another time that the person of a confirmed booking asks for: staff confirm it, or decline it with a reason.

A decision on a wish that was withdrawn, has lapsed or was decided says so.
"""

from __future__ import annotations

from bot.desk.deciding import WHY_LATE, back_to, where_from
from bot.desk.visit import Answer, Route, Visit, Wrong, does
from flows import policy
from flows.counter import Booking, NewTime
from flows.deciding import LATE_REASONS
from flows.deciding_move import REASONS
from flows.lifecycle import CONFIRMED
from flows.text import Text

NO_WISH = Text(
    "Nothing was done: no change of time waits for an answer any more. Please look at how the booking is now."
)
LAPSED = Text("Nothing was done: the wish for another time has lapsed. The booking stays as it is.")


async def confirm(visit: Visit) -> Answer:
    """第4条(2)b: the new time instead of the old one, in one step."""
    booking, wanted = await _still_open(visit)
    late = policy.late_confirmation(visit.days, wanted.requested_at, wanted.slot.start, visit.now)
    reason = "late_auto" if late == "auto" else ""
    if late == "ask_reason":
        if not visit.sent("late"):
            raise Wrong(WHY_LATE, "late")
        reason = visit.chosen("late", LATE_REASONS)
    await visit.counter.move(booking, "confirm_move", visit.decision("confirm_move", reason))
    return back_to(visit, booking, Text("Moved: {ref}. The e-mail is on its way.", ref=booking.reference))


async def decline(visit: Visit) -> Answer:
    """The new time is not to be had; the booking stays as it is."""
    booking, _ = await _still_open(visit)
    reason = visit.chosen("reason", REASONS)
    await visit.counter.move(booking, "decline_move", visit.decision("decline_move", reason))
    said = Text("The change of {ref} is declined, and the person is being told. The booking stays as it is.")
    return back_to(visit, booking, said.given(ref=booking.reference))


async def _still_open(visit: Visit) -> tuple[Booking, NewTime]:
    """The booking and what is asked for, where that still waits. Raises `Wrong`."""
    booking = await visit.unchanged()
    if booking.state != CONFIRMED or booking.wanted is None:
        raise Wrong(NO_WISH)
    if visit.now >= booking.wanted.lapses_at:
        raise Wrong(LAPSED)
    return booking, booking.wanted


ROUTES: tuple[Route, ...] = (
    does("/bookings/{booking}/wish/confirm", "book", confirm, where_from),
    does("/bookings/{booking}/wish/decline", "book", decline, where_from),
)
