"""The bot asks, once per address: did our e-mail arrive (第4条(2)b 「メールが届いていない可能性がございます」)?

The address is shown masked. A corrected one is checked as in the form; what it missed is sent there.
"""

from __future__ import annotations

from flows import answers
from flows.choosing import local_time
from flows.counter import Booking
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question
from flows.text import Text

YES, NO, CORRECT, AGAIN = "yes", "no", "correct", "again"

ASK = Text(
    "[About our email] {date} {time}\n"
    "Your booking is confirmed. Did the email that we sent to {email} arrive?\n"
    "(Please look into the spam folder too.)"
)
SENT_AGAIN = Text(
    "We have sent the email again, to {email}. Please allow mail from {sender_domain}.\n"
    "If it has not come in an hour, please call: {office_phone} ({office_hours})"
)
NOT_NOW = Text(
    "Nothing was sent: the booking is not as it was when we asked. To see what is booked, use /mine.\n"
    "Questions: {office_phone} ({office_hours})"
)


async def the_booking(context: Context) -> Booking | None:
    """The booking whose letter is asked about, while a letter is worth sending."""
    about = context.known.get("about")
    booking = await context.counter.booking(about) if about else None
    if booking is None or booking.chat != context.who or booking.state != CONFIRMED:
        return None
    return booking if context.now < booking.slot.start else None


async def look_up(context: Context) -> Outcome:
    return Outcome("asked" if await the_booking(context) else "over")


async def yes_or_no(context: Context) -> Offer:
    booking = await the_booking(context)
    if booking is None:
        return Offer(say=(NOT_NOW,))
    said = ASK.given(
        date=context.days.day_of(booking.slot.start), time=local_time(context, booking.slot), email=_masked(booking)
    )
    return Offer(((Button(Text("Yes, it arrived"), YES), Button(Text("No"), NO)),), (said,))


async def what_to_do(context: Context) -> Offer:
    booking = await the_booking(context)
    if booking is None:
        return Offer(say=(NOT_NOW,))
    ask = Text(
        "We sent it to {email}. Is that right?\nYou can also call us: {office_phone} ({office_hours})",
        email=_masked(booking),
    )
    return Offer(((Button(Text("Correct the address"), CORRECT),), (Button(Text("Send it again"), AGAIN),)), (ask,))


def to_be_corrected(context: Context) -> bool:
    return context.answers.get("address") == CORRECT


async def send(context: Context) -> Outcome:
    """第4条(2)④: to the address as it should have been, or once more."""
    booking = await the_booking(context)
    if booking is None:
        return Outcome("over", note=NOT_NOW)
    address = context.answers.get("new_email") or booking.details["email"]
    await context.counter.write_again(booking, address)
    return Outcome("sent", note=SENT_AGAIN.given(email=answers.masked_email(address)))


def _masked(booking: Booking) -> str:
    return answers.masked_email(booking.details["email"])


ARRIVAL = Dialog(
    "arrival",
    Job("looking_up", run=look_up, then={"over": "no_letter"}),
    Question("arrived", offer=yes_or_no, then={YES: "arrived_well"}),
    Question("address", offer=what_to_do),
    Question(
        "new_email",
        ask=Text("Enter your email address again, as it should be."),
        read=answers.email,
        when=to_be_corrected,
        private=True,
    ),
    Job("sending", run=send, then={"over": "over"}),
    End("sent"),
    End("arrived_well", say=Text("Thank you. The video-call URL comes to the same address.")),
    End("over"),
    End("no_letter", say=NOT_NOW),
    End("unanswered", say=Text("If our email does not arrive, please call: {office_phone} ({office_hours})")),
    stop="unanswered",
)
