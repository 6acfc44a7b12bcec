"""Just before a session and while it should run: "I can't connect" and "I'll be late" (第4条(4) 「連絡がないまま」).

Both reach staff at once and are contact: nobody who pressed is taken to have said nothing. Pressed when the session
is over, it says what is so now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from flows import clock
from flows.choosing import local_time
from flows.counter import Booking
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED, IN_SESSION, MISSED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question
from flows.text import Text

Trouble = Literal["late", "cannot_connect"]
LATE: Trouble = "late"
CANNOT_CONNECT: Trouble = "cannot_connect"

SOON = Text(
    "[Starts in 10 minutes] {date} {time}\n"
    "\n"
    "Open {product} from the URL in our email.\n"
    "If you cannot connect, or will be late, press a button: our staff see it at once.\n"
    "\n"
    "Phone: {office_phone}"
)
BEGUN = Text(
    "[The session has begun] {date} {time}\n"
    "\n"
    "Open {product} from the URL in our email.\n"
    "If you cannot connect, or will be late, press a button: our staff see it at once.\n"
    "\n"
    "Phone: {office_phone}"
)
HELP = {
    LATE: Text(
        "Our staff know now that you will be late. You are not taken to have cancelled.\n"
        "\n"
        "Please connect as soon as you can: the session ends at {time} all the same. If you cannot come at all, please"
        " call: {office_phone}"
    ),
    CANNOT_CONNECT: Text(
        "Our staff know now that you cannot connect. You are not taken to have cancelled.\n"
        "\n"
        "Please try this:\n"
        "1. Close {product}, and open it again from the URL in our newest email.\n"
        "2. Allow it to use the camera and the microphone.\n"
        "3. Change between Wi-Fi and mobile data, or restart your device.\n"
        "\n"
        "If it still does not work, please call: {office_phone}. Keep your phone at hand; our staff may call you."
    ),
}
RUNNING = Text("The session has been started by our staff. If you are not in it, please call: {office_phone}")
COUNTED = Text(
    "The time of your session ({date} {time}) is over, and it was treated as cancelled (Article 4(4)).\n"
    "If something happened, or this is wrong, please call {office_phone} ({office_hours})."
)
OVER = Text(
    "Nothing was sent to our staff: there is no session of yours to join now. To see what is booked, use /mine.\n"
    "Questions: {office_phone} ({office_hours})"
)


async def the_session(context: Context) -> Booking | None:
    """The session that the buttons were sent for."""
    about = context.known.get("about")
    return await context.counter.booking(about) if about else None


def joinable(context: Context, booking: Booking | None) -> bool:
    """Confirmed, and its time is not over. Whether ten minutes have passed does not matter while nobody decided."""
    return (
        booking is not None
        and booking.chat == context.who
        and booking.state == CONFIRMED
        and context.now < clock.ends_at(context.days, booking.slot.start)
    )


def so_now(context: Context, booking: Booking | None) -> Text:
    """What is so where nothing can be told to staff any more."""
    if booking is None or booking.chat != context.who:
        return OVER
    if booking.state == IN_SESSION:
        return RUNNING
    return COUNTED.given(**_session(context, booking)) if booking.state == MISSED else OVER


def _session(context: Context, booking: Booking) -> dict[str, object]:
    return {"date": context.days.day_of(booking.slot.start), "time": local_time(context, booking.slot)}


async def look_up(context: Context) -> Outcome:
    return Outcome("asked" if joinable(context, await the_session(context)) else "over")


async def troubles(context: Context) -> Offer:
    """As it is now, since Telegram may have been away meanwhile: nobody reads late that it is about to start."""
    booking = await the_session(context)
    if booking is None:
        return Offer(say=(OVER,))
    buttons = ((Button(Text("I can't connect"), CANNOT_CONNECT),), (Button(Text("I'll be late"), LATE),))
    if not joinable(context, booking):
        return Offer(buttons, (so_now(context, booking),))
    ahead = context.now < booking.slot.start
    return Offer(buttons, ((SOON if ahead else BEGUN).given(**_session(context, booking)),))


async def tell(context: Context) -> Outcome:
    """Staff see it, and that the person was in touch; the buttons stay, since the other may be needed yet."""
    booking, trouble = await the_session(context), context.answers["trouble"]
    if booking is None or not joinable(context, booking) or not await context.counter.in_trouble(booking, trouble):
        return Outcome("over", note=so_now(context, booking))
    half_hour = booking.slot.start + timedelta(minutes=context.office.session_minutes)
    ends = half_hour.astimezone(context.office.zone).time()
    return Outcome("told", note=HELP[trouble].given(time=ends), drop=("trouble",))


JOINING = Dialog(
    "joining",
    Job("looking_up", run=look_up, then={"over": "no_session"}),
    Question("trouble", offer=troubles),
    Job("telling", run=tell, then={"told": "trouble", "over": "over"}),
    End("over"),
    End("no_session", say=OVER),
    End("not_told", say=Text("Nothing was sent to our staff. If something happens, please call: {office_phone}")),
    stop="not_told",
)
