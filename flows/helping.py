"""The staff's cards about somebody who will be late or cannot connect: who presses that they call has the person told.

No name, number or address stands on them. They are over once the session runs, is over, or somebody calls.
"""

from __future__ import annotations

from flows.attending import recorded
from flows.choosing import local_time
from flows.counter import Decision
from flows.desk import attendance
from flows.dialog import Dialog
from flows.joining import CANNOT_CONNECT, LATE, Trouble
from flows.lifecycle import CONFIRMED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, the_booking
from flows.text import Text

CALLING = "calling"
SAYS: dict[Trouble, Text] = {
    LATE: Text("[Will be late] {ref} {time}\nThe person says so in the chat."),
    CANNOT_CONNECT: Text("[Cannot connect] {ref} {time}\nThe person says so in the chat, and was told what to try."),
}


def waits_for_help(context: Context) -> bool:
    """Confirmed, not begun, and nobody has said that they call."""
    booking = the_booking(context)
    waits = attendance.presently(context.days, booking, context.now) == CONFIRMED
    return waits and not any(said.event == CALLING for said in booking.said)


def _ask(trouble: Trouble, context: Context) -> Text:
    booking = the_booking(context)
    return SAYS[trouble].given(ref=booking.reference, time=local_time(context, booking.slot))


async def call_them(context: Context) -> Offer:
    return Offer(((Button(Text("We call"), CALLING),),))


async def note_call(context: Context) -> Outcome:
    """Who pressed first calls; the person reads so."""
    by = Decision(CALLING, context.now, context.who, context.name, channel="group")
    await context.counter.will_call(the_booking(context), by)
    return Outcome("noted")


def who_calls(context: Context) -> Text:
    """Who calls since when; or what was recorded of the session meanwhile."""
    calls = next((said for said in the_booking(context).said if said.event == CALLING), None)
    if calls is None:
        return recorded(context)
    at = calls.at.astimezone(context.office.zone).time()
    return Text("[{who} calls, {time}] The person has been told.", who=calls.name, time=at)


def _card(trouble: Trouble) -> Dialog:
    def ask(context: Context) -> Text:
        return _ask(trouble, context)

    def over(context: Context) -> Text:
        return Text("{lines}", lines=(ask(context), who_calls(context)))

    return Dialog(
        trouble,
        Question("help", ask=ask, offer=call_them, when=waits_for_help),
        Job("noting", run=note_call, when=waits_for_help),
        End("noted", say=over),
        stop="noted",
        leavable=False,
    )


LATE_CARD, CONNECTING_CARD = _card(LATE), _card(CANNOT_CONNECT)
