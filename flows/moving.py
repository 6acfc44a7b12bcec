"""Another time for a booking, asked for in the chat until the day before: a new application (第4条(2), (1)).

A request that nobody has decided changes its time at once. Of a confirmed booking the old time is kept until staff
confirm the new one; on the day itself it is done by phone.
"""

from __future__ import annotations

from flows import policy, suspending
from flows.agreeing import DISAGREE, DISAGREE_NOW, agree, consent_missing, terms_pages
from flows.choosing import chosen_slot, day_gone, free_times, local_time, open_days, time_gone
from flows.counter import Booking, Permit
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED, REQUESTED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question
from flows.text import Text
from flows.welcome import MENU_BUTTON

SEND, KEEP = "send", "keep"
MOVE_IT = ((Button(Text("Move this booking"), f"{MENU_BUTTON}move"),),)
SAME_TIME = Text("That is the time that you have already. Please choose another.")
NOTHING_TO_MOVE = Text("You have no request or booking whose time can be changed. To see what is booked, use /mine.")
ONE_AT_A_TIME = Text(
    "A change to {date} {time} is with our staff. They answer by {reply_by}.\n"
    "To ask for another time, withdraw this change first, with /mine."
)
PAUSED = Text(
    "Changes are not taken here at the moment. Your booking stays as it is. Please try again later, or call us.\n"
    "Phone: {office_phone} ({office_hours})"
)
TOO_MANY = Text(
    "Many requests were sent in a short time, so nothing more can be asked for here for now. Your booking stays as it"
    " is.\n"
    "\n"
    "Please call us.\n"
    "Phone: {office_phone} ({office_hours})"
)


def may_be_moved(context: Context, booking: Booking) -> bool:
    """Whether the chat can offer another time for it."""
    early = policy.may_move_in_chat(context.days, booking.slot.start, context.now, booking.reference) is None
    undecided = booking.state == REQUESTED and context.now < booking.lapses_at
    return early and booking.wanted is None and (undecided or booking.state == CONFIRMED)


async def why_not(context: Context, booking: Booking) -> Text | None:
    """Why no other time can be asked for, if none can."""
    if refused := policy.may_move_in_chat(context.days, booking.slot.start, context.now, booking.reference):
        return refused.why
    if booking.wanted:
        start = booking.wanted.slot.start.astimezone(context.office.zone)
        return ONE_AT_A_TIME.given(date=start.date(), time=start.time(), reply_by=booking.wanted.reply_by)
    if not may_be_moved(context, booking):
        return NOTHING_TO_MOVE
    if suspension := await context.counter.suspension():
        return suspending.why(suspension)
    if not await context.counter.takes_requests():
        return PAUSED
    asked = [*await context.counter.requested_at(), *await context.counter.moves_asked_at(booking)]
    return None if policy.within_limits(context.office, asked, context.now) else TOO_MANY


async def look_up(context: Context) -> Outcome:
    booking = await context.counter.live()
    if booking is None:
        return Outcome("none")
    if why := await why_not(context, booking):
        return Outcome("refused", note=why)
    context.known["consent"] = (await context.counter.known()).get("consent")
    context.known["counsellor"] = booking.slot.counsellor
    return Outcome("open")


async def other_times(context: Context) -> Offer:
    """The free times of the day, without the one that the person has."""
    offer, booking = await free_times(context), await context.counter.live()
    same = f"{local_time(context, booking.slot):%H%M}-" if booking and _on_the_day(context, booking) else "-"
    rows = [tuple(button for button in row if not button.value.startswith(same)) for row in offer.rows]
    others = tuple(row for row in rows if row)
    return Offer(others, offer.say if others or not offer.rows else (SAME_TIME,))


def _on_the_day(context: Context, booking: Booking) -> bool:
    return bool(context.answers["day"] == context.days.day_of(booking.slot.start).isoformat())


async def sure(context: Context) -> Offer:
    booking, slot = await context.counter.live(), chosen_slot(context)
    if booking is None:
        return Offer(say=(NOTHING_TO_MOVE,))
    words = {
        "date": context.days.day_of(slot.start), "time": local_time(context, slot),
        "old_date": context.days.day_of(booking.slot.start), "old_time": local_time(context, booking.slot),
    }  # fmt: skip
    kept = Text("Ask for {date} {time} instead?\nUntil staff confirm the change, you keep {old_date} {old_time}.")
    at_once = Text(
        "Change your request to {date} {time}?\n{old_date} {old_time} is given up at once, and staff check the new"
        " time."
    )
    ask = (at_once if booking.state == REQUESTED else kept).given(**words)
    return Offer(((Button(Text("Send the change"), SEND),), (Button(Text("Leave it as it is"), KEEP),)), (ask,))


async def ask(context: Context) -> Outcome:
    """Everything is looked at once more, then the new time is held; what no longer holds leads back to its question."""
    booking = await context.counter.live()
    if booking is None:
        return Outcome("none")
    if why := await why_not(context, booking):
        return Outcome("refused", note=why)
    slot = chosen_slot(context)
    if slot.start == booking.slot.start:
        return Outcome("same", note=SAME_TIME, drop=("time", "sure"))
    permit = policy.permit(context.days, slot, context.now)
    if not isinstance(permit, Permit):
        return Outcome("too_late", note=permit.why, drop=("day", "time", "sure"))
    came = await context.counter.ask_move(booking, permit)
    if came == "taken":
        return Outcome("taken", note=time_gone(context, context.answers["time"]).why, drop=("time", "sure"))
    return Outcome("asked" if came == "asked" else "none")


MOVING = Dialog(
    "moving",
    Job("looking_up", run=look_up, then={"none": "nothing", "refused": "refused"}),
    Question("terms", offer=terms_pages, when=consent_missing, then={DISAGREE: "kept", DISAGREE_NOW: "kept"}),
    Job("agreeing", run=agree, when=consent_missing),
    Question("day", offer=open_days, gone=day_gone, drops=("time",)),
    Question("time", offer=other_times, gone=time_gone, then={"day_gone": "day"}),
    Question("sure", offer=sure, then={KEEP: "kept"}),
    Job(
        "asking",
        run=ask,
        then={"none": "nothing", "refused": "refused", "same": "time", "taken": "time", "too_late": "day"},
    ),
    End("asked", say=Text("Your wish for another time was sent. A message follows.")),
    End("kept", say=Text("Nothing was changed.")),
    End("refused"),
    End("nothing", say=NOTHING_TO_MOVE),
    End("left", say=Text("Nothing was changed.")),
    stop="left",
)
