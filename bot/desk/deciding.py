"""What staff decide of a booking: confirm, decline, cancel, another counsellor. The same from the list and its page."""

from __future__ import annotations

from bot import places, urls
from bot.calendar import still_a_place
from bot.desk import booking as one
from bot.desk import requests, times
from bot.desk.visit import Answer, Done, Route, Visit, Wrong, does
from bot.desk.writing import typed_url
from bot.records import record
from flows import policy
from flows.arranging import OFFICE_REASONS
from flows.counter import Booking, Slot
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.desk.closing import names
from flows.lifecycle import CONFIRMED, REQUESTED
from flows.text import Text

LAPSED = Text("Nothing was done: this request has lapsed, and the person has been told.")
NOT_WAITING = Text("Nothing was done: this request has been decided already. Please look at how it is now.")
WHY_LATE = Text(
    "The confirmation deadline has passed, and the request was there in counter hours. Please choose a reason."
)
NOT_ANY_MORE = Text(
    "Nothing was done: this booking cannot be cancelled any more, because it is over or the session has begun."
    " What came of a session is noted on the page Today."
)
WHOSE_REASON = Text(
    "Nothing was cancelled: the reason belongs to a cancellation by the office. If the office cancels, choose that; if"
    " the person does, leave the reason empty."
)
WHY_THE_OFFICE = Text(
    "Nothing was cancelled yet: the office cancels, so please choose the reason that the person reads."
)
TAKEN = Text("Nothing was done: this counsellor is not free at that time any more. Please choose another.")
NO_OTHER = Text("This counsellor has the booking already.")
NOT_NOW = Text("Nothing was done: the counsellor cannot be changed any more. Please look at how the booking is now.")


async def where_from(visit: Visit) -> Answer:
    """The page on which the form stood."""
    return await (requests.show if visit.sent("from") == "requests" else one.show)(visit)


def back_to(visit: Visit, booking: Booking, said: Text) -> Done:
    return Done("/requests" if visit.sent("from") == "requests" else f"/bookings/{booking.id}", said)


async def confirm(visit: Visit) -> Answer:
    """第4条(2)b: confirmed; after the deadline of 4(1) with a reason where the request was there in counter hours."""
    booking = await _still_open(visit)
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now)
    reason = "late_auto" if late == "auto" else ""
    if late == "ask_reason":
        if not visit.sent("late"):
            raise Wrong(WHY_LATE, "late")
        reason = visit.chosen("late", LATE_REASONS)
    if visit.sent("counsellor") not in ("", booking.slot.counsellor):
        await _give_to(visit, booking, visit.sent("counsellor"))
    url = typed_url(visit, booking) if visit.sent("url") else ""
    await visit.counter.move(booking, "confirm", visit.decision("confirm", reason), slot=booking.slot, url=url)
    if url:
        await record(visit.transaction, visit.now, "url_set", visit.member, booking.id)
    return back_to(visit, booking, Text("Confirmed: {ref}. The e-mail is on its way.", ref=booking.reference))


async def decline(visit: Visit) -> Answer:
    """第4条(2)b: not accepted, with a reason from the list."""
    booking = await _still_open(visit)
    reason = visit.chosen("reason", DECLINE_REASONS)
    await visit.counter.move(booking, "decline", visit.decision("decline", reason))
    return back_to(visit, booking, Text("Declined: {ref}. The person is being told.", ref=booking.reference))


async def _still_open(visit: Visit) -> Booking:
    """The request, where it still waits. Raises `Wrong`."""
    booking = await visit.unchanged()
    if booking.state != REQUESTED:
        raise Wrong(NOT_WAITING)
    if visit.now >= booking.lapses_at:
        raise Wrong(LAPSED)
    return booking


async def cancel(visit: Visit) -> Answer:
    """第4条(4) 「電話又はメールにて」: noted on the person's word until the start, or by the office with a reason.

    第7条: where the office cannot hold a session, whoever's fault it is, the person is told and can book again.
    """
    booking = await visit.unchanged()
    if not one.may(booking, visit).cancel:
        raise Wrong(NOT_ANY_MORE)
    channel = visit.chosen("channel", one.CANCEL_CHANNELS)
    if channel != "office" and visit.sent("reason"):
        raise Wrong(WHOSE_REASON, "channel")
    if channel == "office" and visit.sent("reason") not in OFFICE_REASONS:
        raise Wrong(WHY_THE_OFFICE, "reason")
    reason = visit.sent("reason")
    await visit.counter.move(booking, "cancel", visit.decision("cancel", reason, channel))
    return Done(f"/bookings/{booking.id}", Text("Cancelled: {ref}. The time is free again.", ref=booking.reference))


async def assign(visit: Visit) -> Answer:
    """第2条(3) 「個別支援担当職員」: another one at the same time."""
    booking = await visit.unchanged()
    if not one.may(booking, visit).assign:
        raise Wrong(NOT_NOW)
    if visit.sent("counsellor") == booking.slot.counsellor:
        raise Wrong(NO_OTHER, "counsellor")
    left = booking.slot.counsellor
    await _give_to(visit, booking, visit.sent("counsellor"))
    known = booking.state == CONFIRMED
    of_the_url = await urls.confirmed(visit.counter, booking, left, booking.url) if known else ""
    await visit.counter.note(booking, of_the_url or "assigned")
    said = Text("{ref} is now with {who}.", ref=booking.reference, who=names(visit.days)[booking.slot.counsellor])
    return Done(f"/bookings/{booking.id}", said)


async def _give_to(visit: Visit, booking: Booking, counsellor: str) -> None:
    """Exchange the place for that of another counsellor who is free then. Raises `Wrong`."""
    slot = Slot(counsellor, booking.slot.start)
    (free,) = await times.free_beside(visit, booking)
    there = counsellor in free and await still_a_place(visit.transaction, visit.days, slot, visit.now)
    if not there or not await places.exchange(visit.transaction, booking.id, slot, places.MOVE):
        raise Wrong(TAKEN, "counsellor")
    booking.slot = slot
    await record(visit.transaction, visit.now, "assigned", visit.member, booking.id, counsellor)


ROUTES: tuple[Route, ...] = (
    does("/bookings/{booking}/confirm", "book", confirm, where_from),
    does("/bookings/{booking}/decline", "book", decline, where_from),
    does("/bookings/{booking}/cancel", "book", cancel, one.show),
    does("/bookings/{booking}/counsellor", "book", assign, one.show),
)
