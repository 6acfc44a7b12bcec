"""/mine: what is booked, in words that cannot be mistaken, and cancelling it (第4条(4))."""

from __future__ import annotations

from flows import policy
from flows.accompanying import CHANGE, can_be_changed
from flows.choosing import local_time
from flows.counter import Booking, Decision
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED
from flows.moving import may_be_moved
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, Rows
from flows.text import Text
from flows.welcome import MENU_BUTTON

CANCEL, WITHDRAW = "cancel", "withdraw"


def status(booking: Booking) -> Text:
    """Requested is not confirmed; confirmed is only what the person has been told (第4条(2)b)."""
    if booking.state != CONFIRMED:
        return Text("Waiting for confirmation")
    return Text("Confirmed") if booking.confirmed_to_person else Text("Confirmation under way")


def in_one_line(context: Context, booking: Booking) -> Text:
    """What is booked, and how far it is."""
    return Text(
        "{status}: {date} {time} (reference {ref})",
        status=status(booking),
        date=context.days.day_of(booking.slot.start),
        time=local_time(context, booking.slot),
        ref=booking.reference,
    )


async def the_booking(context: Context) -> Offer:
    booking = await context.counter.live()
    if booking is None:
        return Offer(say=(Text("You have no request or booking."),))
    item = in_one_line(context, booking)
    answer = Text("Staff will answer by {reply_by}.", reply_by=booking.reply_by)
    say = (item,) if booking.state == CONFIRMED else (item, answer)
    cancel = (Button(Text("Cancel this booking"), CANCEL),)
    joins = CHANGE if can_be_changed(context, booking) else ()
    return Offer((*_of_the_time(context, booking), *joins, cancel), (*say, *_wanted(context, booking)))


def _of_the_time(context: Context, booking: Booking) -> Rows:
    """The way to another time, or out of a change that is asked for."""
    if booking.wanted:
        return ((Button(Text("Withdraw the change"), WITHDRAW),),)
    move = (Button(Text("Move this booking"), f"{MENU_BUTTON}move"),)
    return (move,) if may_be_moved(context, booking) else ()


def _wanted(context: Context, booking: Booking) -> tuple[Text, ...]:
    if booking.wanted is None:
        return ()
    asked = Text(
        "Change asked for: {date} {time}. Staff will answer by {reply_by}; until they confirm it, the time above is"
        " yours."
    )
    slot = booking.wanted.slot
    day, time = context.days.day_of(slot.start), local_time(context, slot)
    return (asked.given(date=day, time=time, reply_by=booking.wanted.reply_by),)


async def withdraw(context: Context) -> Outcome:
    """The change is not wanted any more: the booking stays as it is."""
    booking = await context.counter.live()
    if booking is None:
        return Outcome("none")
    withdrawn = Decision("withdraw_move", context.now, channel="chat")
    return Outcome("withdrawn" if await context.counter.move(booking, "withdraw_move", withdrawn) else "decided")


async def look_up(context: Context) -> Outcome:
    booking = await context.counter.live()
    return Outcome("one" if booking else "none")


async def may_cancel(context: Context) -> Outcome:
    """第4条(4): until the day before; on the day by phone only, said before the second tap and checked after it."""
    booking = await context.counter.live()
    if booking is None:
        return Outcome("none")
    return _refused(context, booking) or Outcome("may")


def _refused(context: Context, booking: Booking) -> Outcome | None:
    if not context.office.bot_cancel_enabled:
        return Outcome("refused", note=Text("To cancel, please phone or write to us.\nPhone: {office_phone}"))
    refused = policy.may_cancel_in_chat(context.days, booking.slot.start, context.now, booking.reference)
    if refused is None:
        return None
    open_now = context.days.is_open(context.now)
    counter = Text("The counter is open now.") if open_now else Text("The counter is closed now.")
    return Outcome("refused", note=Text("{why}\n\n{counter}", why=refused.why, counter=counter))


async def sure(context: Context) -> Offer:
    booking = await context.counter.live()
    if booking is None:
        return Offer(say=(Text("You have no request or booking."),))
    ask = Text(
        "Cancel your booking on {date} {time}?",
        date=context.days.day_of(booking.slot.start),
        time=local_time(context, booking.slot),
    )
    return Offer(((Button(Text("Cancel it"), CANCEL),), (Button(Text("Keep it"), "keep"),)), (ask,))


async def cancel(context: Context) -> Outcome:
    booking = await context.counter.live()
    if booking is None:
        return Outcome("none")
    if refused := _refused(context, booking):
        return refused
    moved = await context.counter.move(booking, "cancel", Decision("cancel", context.now, channel="chat"))
    return Outcome("cancelled" if moved else "none")


CANCELLING = Dialog(
    "cancelling",
    Job("looking_up", run=look_up, then={"none": "nothing"}),
    Question("mine", offer=the_booking, then={WITHDRAW: "withdrawing"}),
    Job("checking", run=may_cancel, then={"none": "nothing", "refused": "refused"}),
    Question("sure", offer=sure, then={"keep": "kept"}),
    Job("cancelling", run=cancel, then={"none": "nothing", "refused": "refused"}),
    End("cancelled", say=Text("The booking has been cancelled. A message follows.")),
    Job("withdrawing", run=withdraw, then={"none": "nothing", "decided": "decided"}),
    End("withdrawn", say=Text("The change is withdrawn. Your booking stays as it is.")),
    End(
        "decided",
        say=Text("No change is waiting any more: it was answered meanwhile. To see what is booked, use /mine."),
    ),
    End("refused"),
    End("kept", say=Text("Nothing was cancelled.")),
    End("nothing", say=Text("You have no request or booking.")),
    End("left", say=Text("Nothing was cancelled.")),
    stop="left",
)
