"""The staff's cards about who came (第4条(4)): asked ten minutes after the start, and on the next business morning if
the outcome of a session is missing. Nobody is marked as having missed a session but by whoever presses.
"""

from __future__ import annotations

from flows import clock, lifecycle
from flows.choosing import local_time
from flows.counter import Decision
from flows.desk import attendance
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED, ENDED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, Rows, the_booking
from flows.text import Text

START, CONTACT, MISS, FINISH = "start", "contact", "miss", "finish"
NO_CONTACT = Text("No contact: treat as cancelled")
RECORDED = {
    "start": Text("Joined"),
    "extend": Text("Joined"),
    "miss": NO_CONTACT,
    "finish": Text("It was held"),
    "stop": Text("Stopped"),
    "not_held": Text("It was not held"),
    "correct": Text("“No contact” corrected"),
    "cancel": Text("Cancellation"),
    "end": Text("The time was over, nothing was recorded"),
}


def not_seen(context: Context) -> bool:
    """Ten minutes over and nobody said whether the person came; until the session is over."""
    booking = the_booking(context)
    waits = attendance.presently(context.days, booking, context.now) == CONFIRMED and booking.contact_at is None
    return waits and context.now >= clock.no_contact_at(context.days, booking.slot.start)


def outcome_missing(context: Context) -> bool:
    """On the next business morning or later, of a session that is over."""
    booking = the_booking(context)
    over = attendance.presently(context.days, booking, context.now) == ENDED
    return over and context.now >= clock.outcome_asked_at(context.days, booking.slot.start)


def missed_after_contact(context: Context) -> bool:
    was_in_touch = the_booking(context).seen_at is not None
    return outcome_missing(context) and was_in_touch and context.answers.get("outcome") == MISS


def ask_who_came(context: Context) -> Text:
    booking = the_booking(context)
    ask = Text("[10 minutes after the start] {ref} {time}\nDid the user join or contact us?")
    return ask.given(ref=booking.reference, time=local_time(context, booking.slot))


def ask_outcome(context: Context) -> Text:
    ask = Text(
        "[Outcome missing] {ref} {date} {time}\nWas the session held?\n(What else became of it: on the staff's page)"
    )
    return ask.given(**_session(context))


def ask_whether_sure(context: Context) -> Text:
    seen = the_booking(context).seen_at
    at = seen.astimezone(context.office.zone).time() if seen else ""
    return Text("The person came or was in touch at {time}. Is it to count as no contact all the same?", time=at)


async def came_or_not(context: Context) -> Offer:
    in_touch = Text("Contact received (phone or other)")
    return Offer(_rows((Text("Joined"), START), (in_touch, CONTACT), (NO_CONTACT, MISS)))


async def held_or_not(context: Context) -> Offer:
    return Offer(_rows((Text("It was held"), FINISH), (NO_CONTACT, MISS)))


async def all_the_same(context: Context) -> Offer:
    return Offer(_rows((NO_CONTACT, MISS)))


def _rows(*buttons: tuple[Text, str]) -> Rows:
    return tuple((Button(label, value),) for label, value in buttons)


async def note_who_came(context: Context) -> Outcome:
    """Who pressed first has recorded it; the lifecycle refuses what the booking does not allow any more."""
    booking, event = the_booking(context), context.answers["came"]
    by = Decision(event, context.now, context.who, context.name, channel="group")
    await (context.counter.note_contact(booking, by) if event == CONTACT else context.counter.move(booking, event, by))
    return Outcome("noted")


async def note_outcome(context: Context) -> Outcome:
    """The clock's own move comes first, where the bot has been away."""
    booking, event = the_booking(context), context.answers["outcome"]
    if lifecycle.may(booking, "end"):
        await context.counter.move(booking, "end", Decision("end", context.now, channel="clock"))
    reason = attendance.DESPITE_CONTACT if event == MISS and booking.seen_at else ""
    await context.counter.move(booking, event, Decision(event, context.now, context.who, context.name, reason, "group"))
    return Outcome("noted")


def how_it_went(context: Context) -> Text:
    session = Text("{ref} {date} {time}", **_session(context))
    return Text("{lines}", lines=(session, recorded(context)))


def recorded(context: Context) -> Text:
    """What was recorded of the session, when and by whom."""
    booking, decision, zone = the_booking(context), the_booking(context).decision, context.office.zone
    if booking.state == CONFIRMED and booking.contact_at:
        at = booking.contact_at.astimezone(zone).time()
        return Text("[In touch, {time}] The booking stays. On the staff's page it can still be started.", time=at)
    if decision is None or decision.event not in RECORDED:
        return Text("[Over]")
    if not decision.name:
        return Text("[{decision}]", decision=RECORDED[decision.event])
    at_local = decision.at.astimezone(zone)
    said = Text("[{decision}] {who}, {date} {time}", decision=RECORDED[decision.event], who=decision.name)
    return said.given(date=at_local.date(), time=at_local.time())


def _session(context: Context) -> dict[str, object]:
    booking = the_booking(context)
    date, time = context.days.day_of(booking.slot.start), local_time(context, booking.slot)
    return {"ref": booking.reference, "date": date, "time": time}


ATTENDING = Dialog(
    "attending",
    Question("came", ask=ask_who_came, offer=came_or_not, when=not_seen),
    Job("noting", run=note_who_came, when=not_seen),
    End("noted", say=how_it_went),
    stop="noted",
    leavable=False,
)
CONCLUDING = Dialog(
    "concluding",
    Question("outcome", ask=ask_outcome, offer=held_or_not, when=outcome_missing),
    Question("sure", ask=ask_whether_sure, offer=all_the_same, when=missed_after_contact),
    Job("noting", run=note_outcome, when=outcome_missing),
    End("noted", say=how_it_went),
    stop="noted",
    leavable=False,
)
