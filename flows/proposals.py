"""Other times that staff propose (第4条(2)b): the person takes one, or asks anew. An answer too late says so."""

from __future__ import annotations

from flows import arranging, letters
from flows.counter import Booking, Decision, Slot
from flows.dialog import Dialog
from flows.lifecycle import PROPOSED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question
from flows.text import Text

OTHER = "other"
OVER = Text(
    "The time to choose is over, or the choice was made already. To see what is booked, use /mine; to ask anew, /book."
)


async def waiting(context: Context) -> Booking | None:
    """The booking whose times wait for a choice."""
    booking = await context.counter.live()
    return booking if booking and booking.state == PROPOSED and context.now < booking.lapses_at else None


async def look_up(context: Context) -> Outcome:
    return Outcome("asked" if await waiting(context) else "over")


async def times(context: Context) -> Offer:
    booking = await waiting(context)
    if booking is None or not booking.proposed:
        return Offer(say=(OVER,))
    one = len(booking.proposed) == 1
    words = (arranging.ONE_TIME if one else arranging.SOME_TIMES).given(**letters.proposed(context.days, booking))
    taking = tuple((Button(_label(context, slot, one), _value(slot)),) for slot in booking.proposed)
    return Offer((*taking, (Button(Text("Choose another time"), OTHER),)), (words,))


def _label(context: Context, slot: Slot, alone: bool) -> Text:
    if alone:
        return Text("Accept this time")
    start = slot.start.astimezone(context.office.zone)
    return Text("{date} {time}", date=start.date(), time=start.time())


def _value(slot: Slot) -> str:
    return f"{slot.start:%Y%m%d%H%M}-{slot.counsellor}"


async def answer(context: Context) -> Outcome:
    """第4条(2)b: confirmed at once, as staff confirm; or the request is closed, and another can be sent."""
    booking = await waiting(context)
    if booking is None:
        return Outcome("over")
    if context.answers["choice"] == OTHER:
        refused = await context.counter.move(booking, "refuse", Decision("refuse", context.now, channel="chat"))
        return Outcome("refused" if refused else "over")
    slot = next((slot for slot in booking.proposed if _value(slot) == context.answers["choice"]), None)
    accepted = Decision("accept", context.now, channel="chat")
    if slot is None or not await context.counter.accept(booking, slot, accepted):
        return Outcome("over")
    start = slot.start.astimezone(context.office.zone)
    chosen = Text("You have chosen {date} {time}. The booking is confirmed by the email that reaches you now.")
    return Outcome("accepted", note=chosen.given(date=start.date(), time=start.time()))


PROPOSALS = Dialog(
    "proposals",
    Job("looking_up", run=look_up, then={"over": "over"}),
    Question("choice", offer=times),
    Job("answering", run=answer, then={"over": "over", "refused": "closed"}),
    End("accepted"),
    End(
        "closed",
        say=Text('Your request is closed. To ask for another date and time, choose "Book a session" below.'),
    ),
    End("over", say=OVER),
    End("left", say=Text("Nothing was decided. You can choose with /mine.")),
    stop="left",
)
