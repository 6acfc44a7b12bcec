"""Who joins can be changed until the session begins (第10条（3）): staff are told that it changed, not how."""

from __future__ import annotations

from dataclasses import replace

from flows.booking import QUESTIONS
from flows.companions import companion
from flows.counter import Booking
from flows.dialog import Dialog
from flows.lifecycle import LIVE
from flows.steps import Button, Context, End, Job, Outcome, Question, Rows
from flows.text import Text
from flows.welcome import MENU_BUTTON

ASKED = ("companion", "language", "told_by_phone")
CHANGE: Rows = ((Button(Text("Change who joins you"), f"{MENU_BUTTON}companion"),),)
BY_PHONE = Text("Please call us about this before the session.\nPhone: {office_phone} ({office_hours})")
NOW = Text("Joining you now: {who}")
NOTHING = Text("You have no request or booking that is still to come.")


def can_be_changed(context: Context, booking: Booking) -> bool:
    return booking.state in LIVE and context.now < booking.slot.start


async def look_up(context: Context) -> Outcome:
    booking = await context.counter.live()
    if booking is None or not can_be_changed(context, booking):
        return Outcome("none")
    return Outcome("asked", note=NOW.given(who=companion(booking.details, context.days)))


async def change(context: Context) -> Outcome:
    booking, given = await context.counter.live(), {name: context.answers.get(name) for name in ASKED}
    if booking is None or not can_be_changed(context, booking):
        return Outcome("none")
    if all(booking.details.get(name) == given[name] for name in ("companion", "language")):
        return Outcome("same")
    who = companion(given, context.days)
    await context.counter.change_details(booking, given, "companion")
    return Outcome("changed", note=NOW.given(who=who))


def _questions() -> list[Question]:
    """As the form asks them."""
    asked = [replace(question, counted=False) for question in QUESTIONS if question.name in ASKED]
    return [*asked[:-1], replace(asked[-1], ask=BY_PHONE)]


ACCOMPANYING = Dialog(
    "accompanying",
    Job("looking_up", run=look_up, then={"none": "nothing"}),
    *_questions(),
    Job("changing", run=change, then={"none": "nothing", "same": "kept"}),
    End("changed", say=Text("We have noted it, and our staff are told.")),
    End("kept", say=Text("Nothing was changed.")),
    End("nothing", say=NOTHING),
    End("left", say=Text("Nothing was changed.")),
    stop="left",
)
