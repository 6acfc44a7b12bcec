"""The staff's card of a request: confirm, or decline with a reason from the list (第4条(2)b).

One card, shared by the group. No name, number or address stands on it: reference, date, time and flags only.
"""

from __future__ import annotations

from flows import policy
from flows.choosing import local_time
from flows.counter import Booking, Decision
from flows.dialog import Dialog
from flows.lifecycle import CANCELLED, CONFIRMED, LAPSED, REQUESTED
from flows.steps import Button, Context, End, Job, Offer, Outcome, Question, the_booking
from flows.text import Text

CONFIRM, DECLINE = "confirm", "decline"

# What staff press, and what the person reads; none is typed, so none can name the service on a lock screen.
DECLINE_REASONS = {
    "conditions": (Text("Does not meet the conditions"), Text("The conditions are not met")),
    "registration": (Text("Registration not found"), Text("We could not find your registration")),
    "time": (Text("That time cannot be served"), Text("We are not available at that time")),
    "counter": (
        Text("Counselling at the counter preferred"),
        Text("We would like to talk with you at the counter"),
    ),
    "other": (Text("Other (asked to call us)"), Text("Other (please ask us by phone)")),
}
LATE_REASONS = {
    "check": Text("Checking took time"),
    "agreed": Text("Agreed with the person by phone"),
    "other": Text("Another reason"),
}
DETAILS_ARE = {
    "letter": Text("(Name and contact details: in the letter to the office mailbox)"),
    "desk": Text("(Name and contact details: on the desk)"),
}


def card(context: Context) -> Text:
    """The card's own words: what is wanted, by when it wants an answer, the flags, and how it went on."""
    booking = the_booking(context)
    head = Text(
        "[New request] {ref}\nWanted: {date} {time}\nReply due: {reply_by} / confirm by: {deadline}",
        ref=booking.reference,
        date=context.days.day_of(booking.slot.start),
        time=local_time(context, booking.slot),
        reply_by=booking.reply_by,
        deadline=booking.confirm_by,
    )
    details = DETAILS_ARE[context.conversation.known.get("details", "letter")]
    lines = (head, details, *flags(booking), *([verdict(context)] if booking.state != REQUESTED else []))
    return Text("{lines}", lines=lines)


def flags(booking: Booking) -> list[Text]:
    """What staff should know before they decide: that others join (第10条（3）), which kind is not for the group."""
    companion = [Text("[Companion announced]")] if booking.companion else []
    return companion + ([Text("[Another live request with the same job-seeker number]")] if booking.same_number else [])


def verdict(context: Context) -> Text:
    """Who decided what, and when; or how the request ended without a decision."""
    booking = the_booking(context)
    if booking.state == CANCELLED:
        return cancelled_by(booking)
    if booking.state == LAPSED and booking.decided and booking.decided.event == "propose":
        return Text("[Lapsed] The person did not choose in time, and has been told.")
    if booking.state in (LAPSED, REQUESTED):  # or about to lapse
        return Text("[Lapsed] Nobody decided in time. The person has been told.")
    decision = booking.decided
    if decision is None:
        return Text("[Over]")
    labels = {
        CONFIRM: Text("Confirmed"),
        DECLINE: Text("Declined"),
        "propose": Text("Other times proposed"),
        "accept": Text("Confirmed"),
    }
    at = decision.at.astimezone(context.office.zone)
    if not decision.name:
        return Text("[Confirmed: the user chose a proposed time] {date} {time}", date=at.date(), time=at.time())
    label = labels[decision.event]
    said = Text("[{decision}] {who}, {date} {time}", decision=label, who=decision.name, date=at.date(), time=at.time())
    starts = [start.astimezone(context.office.zone) for start in decision.starts]
    proposed = [Text("{date} {time}", date=start.date(), time=start.time()) for start in starts]
    return Text("{lines}", lines=(said, *proposed)) if proposed else said


def cancelled_by(booking: Booking) -> Text:
    by_office = booking.decision is not None and booking.decision.channel == "office"
    return Text("[Cancelled by the office]") if by_office else Text("[Cancelled by the user]")


def open_to_decide(context: Context) -> bool:
    """Until the request lapses, also where the clock's own move comes later: the bot may have been away."""
    booking = the_booking(context)
    return booking.state == REQUESTED and context.now < booking.lapses_at


def late_reason_needed(context: Context) -> bool:
    """Confirming after the deadline is an exception; a reason is asked if the request was there in counter hours."""
    booking = the_booking(context)
    late = policy.late_confirmation(context.days, booking.requested_at, booking.slot.start, context.now)
    return open_to_decide(context) and context.answers.get("decision") == CONFIRM and late == "ask_reason"


def reason_needed(context: Context) -> bool:
    return open_to_decide(context) and context.answers.get("decision") == DECLINE


def ask_late_reason(context: Context) -> Text:
    ask = Text(
        "The confirmation deadline ({deadline}) has passed, and the request was there in counter hours."
        " Confirm as an exception? Choose a reason.",
        deadline=the_booking(context).confirm_by,
    )
    return Text("{lines}", lines=(card(context), ask))


def ask_reason(context: Context) -> Text:
    ask = Text("Why is {ref} declined? Choose a reason.", ref=the_booking(context).reference)
    return Text("{lines}", lines=(card(context), ask))


async def confirm_or_decline(context: Context) -> Offer:
    return Offer(((Button(Text("Confirm"), CONFIRM), Button(Text("Decline"), DECLINE)),))


async def decline_reasons(context: Context) -> Offer:
    """第2条(1) 「求職登録が完了している方」: staff look it up; that it was not found is among the reasons."""
    return Offer(tuple((Button(label, key),) for key, (label, _) in DECLINE_REASONS.items()))


async def late_reasons(context: Context) -> Offer:
    return Offer(tuple((Button(label, key),) for key, label in LATE_REASONS.items()))


async def decide(context: Context) -> Outcome:
    """Who pressed first wins; the move is refused by the lifecycle where the booking has gone on."""
    booking, event = the_booking(context), context.answers["decision"]
    reason = context.answers.get("reason") or context.answers.get("late") or _exception(context)
    decision = Decision(event, context.now, context.who, context.name, reason, "group")
    await context.counter.move(booking, event, decision)
    return Outcome("decided")


def _exception(context: Context) -> str:
    """A request that came after closing on the last day records its late confirmation by itself (3.5)."""
    booking = the_booking(context)
    late = policy.late_confirmation(context.days, booking.requested_at, booking.slot.start, context.now)
    return "late_auto" if late == "auto" else ""


DECIDING = Dialog(
    "deciding",
    Question("decision", ask=card, offer=confirm_or_decline, when=open_to_decide),
    Question("late", ask=ask_late_reason, offer=late_reasons, when=late_reason_needed),
    Question("reason", ask=ask_reason, offer=decline_reasons, when=reason_needed),
    Job("deciding", run=decide, when=open_to_decide),
    End("decided", say=card),
    stop="decided",
    leavable=False,
)


def mail_failed(context: Context) -> bool:
    return the_booking(context).state == CONFIRMED and the_booking(context).told == "failed"


def ask_how_told(context: Context) -> Text:
    booking = the_booking(context)
    return Text(
        "[Mail failed] {ref} {date} {time}\n"
        "The confirming mail could not be sent. Send it yourself or call, then press a button."
        " Until then the person reads that confirmation is under way.",
        ref=booking.reference,
        date=context.days.day_of(booking.slot.start),
        time=local_time(context, booking.slot),
    )


async def how_told(context: Context) -> Offer:
    return Offer(((Button(Text("Mail sent"), "by_hand"), Button(Text("Told by phone"), "by_phone")),))


async def note_told(context: Context) -> Outcome:
    how = context.answers["how"]
    decision = Decision(how, context.now, context.who, context.name, channel="group")
    await context.counter.told_by_staff(the_booking(context), how, decision)
    return Outcome("noted")


def settled(context: Context) -> Text:
    """How the person was told after all."""
    booking = the_booking(context)
    if booking.told == "handed":
        return Text("[Mail failed] {ref}: it has left after all.", ref=booking.reference)
    if booking.told == "waiting":
        return Text("[Mail failed] {ref}: it is sent again, to a corrected address.", ref=booking.reference)
    how = {"by_hand": Text("Mail sent"), "by_phone": Text("Told by phone")}.get(booking.told, Text("Over"))
    who = booking.decision.name if booking.decision else ""
    return Text("[Mail failed] {ref}: {how} ({who})", ref=booking.reference, how=how, who=who)


SETTLING = Dialog(
    "settling",
    Question("how", ask=ask_how_told, offer=how_told, when=mail_failed),
    Job("noting", run=note_told, when=mail_failed),
    End("settled", say=settled),
    stop="settled",
    leavable=False,
)
