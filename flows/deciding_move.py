"""The staff's card of another time that the person of a confirmed booking asks for: confirm it, or decline it with a
reason (第4条(2)b). Both times stand on it; until it is confirmed the old one is kept.
"""

from __future__ import annotations

from datetime import datetime

from flows import policy
from flows.counter import Booking, Decision
from flows.deciding import CONFIRM, DECLINE, DECLINE_REASONS, cancelled_by, confirm_or_decline, late_reasons
from flows.dialog import Dialog
from flows.lifecycle import CANCELLED, CONFIRMED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, the_booking
from flows.text import Text

REASONS = {key: DECLINE_REASONS[key] for key in ("time", "counter", "other")}  # that fit a time which is not to be had
TO_THE_NEW_TIME = ("confirm_move", "move")
ENDED = {
    "confirm_move": Text("[Change confirmed] {who}, {date} {time}"),
    "decline_move": Text("[Change declined] {who}, {date} {time}"),
    "move": Text("[Moved by staff] {who}, {date} {time}"),
    "withdraw_move": Text("[Withdrawn by the user] The booking stays as it is."),
    "lapse_move": Text("[Lapsed] Nobody decided in time. The booking stays as it is; the person has been told."),
}


def open_to_decide(context: Context) -> bool:
    """Until it lapses, also where the clock's own move comes later."""
    booking = the_booking(context)
    return booking.state == CONFIRMED and booking.wanted is not None and context.now < booking.wanted.lapses_at


def late(context: Context) -> str:
    """第4条(1): whether the new time is confirmed late, and whether that needs a reason."""
    if (wanted := the_booking(context).wanted) is None:
        return "in_time"
    return policy.late_confirmation(context.days, wanted.requested_at, wanted.slot.start, context.now)


def late_reason_needed(context: Context) -> bool:
    return open_to_decide(context) and context.answers.get("decision") == CONFIRM and late(context) == "ask_reason"


def reason_needed(context: Context) -> bool:
    return open_to_decide(context) and context.answers.get("decision") == DECLINE


def both_times(booking: Booking) -> tuple[datetime, datetime]:
    """The time before and the time asked for, also once that is decided."""
    now = booking.slot.start
    if booking.wanted:
        return now, booking.wanted.slot.start
    if booking.moved is None or not booking.moved.starts:
        return now, now
    other = booking.moved.starts[0]
    return (other, now) if booking.moved.event in TO_THE_NEW_TIME else (now, other)


def card(context: Context) -> Text:
    booking, zone = the_booking(context), context.office.zone
    old, new = (start.astimezone(zone) for start in both_times(booking))
    head = Text(
        "[Change wanted] {ref}\nNow: {old_date} {old_time}\nWanted: {date} {time}",
        ref=booking.reference, old_date=old.date(), old_time=old.time(), date=new.date(), time=new.time(),
    )  # fmt: skip
    return Text("{lines}", lines=(head, _until(booking) or verdict(context)))


def _until(booking: Booking) -> Text | None:
    if booking.wanted is None:
        return None
    due = Text("Reply due: {reply_by} / confirm by: {deadline}\nUntil it is confirmed, the time as it is now is kept.")
    return due.given(reply_by=booking.wanted.reply_by, deadline=booking.wanted.confirm_by)


def verdict(context: Context) -> Text:
    """What became of it, when and by whom."""
    booking = the_booking(context)
    if booking.state == CANCELLED:
        return cancelled_by(booking)
    if booking.wanted:  # about to lapse; or asked for just now, and to be shown
        return (
            ENDED["lapse_move"]
            if context.now >= booking.wanted.lapses_at
            else Text("[Change wanted] {ref}").given(ref=booking.reference)
        )
    if booking.moved is None:
        return Text("[Over]")
    at = booking.moved.at.astimezone(context.office.zone)
    return ENDED[booking.moved.event].given(who=booking.moved.name, date=at.date(), time=at.time())


def ask_late_reason(context: Context) -> Text:
    ask = Text(
        "The confirmation deadline of the new time has passed, and the wish was there in counter hours."
        " Confirm as an exception? Choose a reason."
    )
    return Text("{lines}", lines=(card(context), ask))


def ask_reason(context: Context) -> Text:
    ask = Text("Why is the change of {ref} declined? Choose a reason.", ref=the_booking(context).reference)
    return Text("{lines}", lines=(card(context), ask))


async def reasons(context: Context) -> Offer:
    return Offer(tuple((Button(label, key),) for key, (label, _) in REASONS.items()))


async def decide(context: Context) -> Outcome:
    """Who pressed first wins; the lifecycle refuses where the booking has gone on."""
    event = "confirm_move" if context.answers["decision"] == CONFIRM else "decline_move"
    auto = "late_auto" if late(context) == "auto" else ""
    reason = context.answers.get("reason") or context.answers.get("late") or auto
    decision = Decision(event, context.now, context.who, context.name, reason, "group")
    await context.counter.move(the_booking(context), event, decision)
    return Outcome("decided")


DECIDING_MOVE = Dialog(
    "deciding_move",
    Question("decision", ask=card, offer=confirm_or_decline, when=open_to_decide),
    Question("late", ask=ask_late_reason, offer=late_reasons, when=late_reason_needed),
    Question("reason", ask=ask_reason, offer=reasons, when=reason_needed),
    Job("deciding", run=decide, when=open_to_decide),
    End("decided", say=card),
    stop="decided",
    leavable=False,
)
