"""The jobs of the dialog that asks for a session: what is looked up when it opens, and the request (第4条(2))."""

from __future__ import annotations

from flows import policy, suspending, unmet
from flows.agreeing import consent_missing
from flows.choosing import chosen_slot, local_time, time_gone
from flows.counter import Booking, Permit, Refused
from flows.moving import may_be_moved
from flows.steps import Button, Context, Offer, Outcome
from flows.text import Text

YES, NO = "yes", "no"
HAS_ONE = Text(
    "You already have a request or a booking: {date} {time} (reference {ref}).\nSee or cancel it with /mine."
)
MOVE_INSTEAD = Text(
    "You already have a request or a booking: {date} {time} (reference {ref}).\nDo you want to move it to another time?"
)
NOT_SENT = Text(
    "Your request was not sent: we are not taking new requests here at the moment. What you entered is kept for 24"
    " hours; please try to send it again later.\n"
    "Bookings and requests that were already accepted stay valid.\n"
    "If it is urgent, please call us: {office_phone} ({office_hours})"
)


async def yes_no(context: Context) -> Offer:
    return Offer(((Button(Text("Yes"), YES), Button(Text("No"), NO)),))


async def only_continue(context: Context) -> Offer:
    return Offer(((Button(Text("Continue"), "continue"),),))


async def open_the_form(context: Context) -> Outcome:
    """One live booking per account (A16) and a bound on requests; then what is known of the person is looked up."""
    if suspension := await context.counter.suspension():
        return Outcome("suspended", note=suspending.why(suspension))
    if booking := await context.counter.live():
        return _another(context, booking)
    if not await context.counter.takes_requests():
        return Outcome("paused")
    if not policy.within_limits(context.office, await context.counter.requested_at(), context.now):
        return Outcome("too_many")
    context.known.update(await context.counter.known())
    return Outcome("open", note=await fill_in_the_offer(context))


async def fill_in_the_offer(context: Context) -> Text | None:
    """The time that is kept for somebody who waited is chosen already; they can choose another."""
    waiting = await context.counter.waiting()
    if not waiting or not waiting.slot or not waiting.until or context.now >= waiting.until:
        return None
    start, until = (moment.astimezone(context.office.zone) for moment in (waiting.slot.start, waiting.until))
    context.answers.update(day=start.date().isoformat(), time=f"{start:%H%M}-{waiting.slot.counsellor}")
    end = Text("{date} {time}", date=until.date(), time=until.time())
    return Text("{date} {time} is kept for you until {until}.", date=start.date(), time=start.time(), until=end)


def has_one(context: Context, booking: Booking, say: Text = HAS_ONE) -> Text:
    day, time = context.days.day_of(booking.slot.start), local_time(context, booking.slot)
    return say.given(date=day, time=time, ref=booking.reference)


def _another(context: Context, booking: Booking) -> Outcome:
    """A second request becomes an offer to move the first, where its time can be changed."""
    if may_be_moved(context, booking):
        return Outcome("movable", note=has_one(context, booking, MOVE_INSTEAD))
    return Outcome("has_one", note=has_one(context, booking))


async def informed(context: Context) -> Outcome:
    """第5条（1） 「記録することがあります」, 第6条: said once, before anything is typed; that it was is kept."""
    await context.counter.informed()
    return Outcome("informed")


def not_informed(context: Context) -> bool:
    return not context.known.get("informed")


async def check_the_number(context: Context) -> Outcome:
    """第4条(4) 「今後のオンライン職業相談の利用をお断りする場合があります」: said at the number, not after the form."""
    suspension = await context.counter.suspension(context.answers["seeker_number"])
    return Outcome("suspended", note=suspending.why(suspension)) if suspension else Outcome("free")


def no_day_yet(context: Context) -> bool:
    return "day" not in context.answers


async def look_for_days(context: Context) -> Outcome:
    """Where nothing is free at all, that is counted once."""
    await unmet.anything_in_vain(context)
    return Outcome("looked")


async def request(context: Context) -> Outcome:
    """第4条(2): all is looked at once more, then the slot is taken; what no longer holds leads back to its question.

    前文 「第4条により利用を申し込んだ場合は、この利用規約に同意したものとみなします」: the request names the consent.
    """
    if not await context.counter.takes_requests():
        return Outcome("paused", note=NOT_SENT)
    if consent_missing(context):
        return Outcome("terms_changed", drop=("terms",))
    if not policy.conditions_met(*(context.answers[name] == YES for name in ("registered", "device", "continuing"))):
        return Outcome("not_eligible")
    if suspension := await context.counter.suspension(context.answers["seeker_number"]):
        return Outcome("suspended", note=suspending.why(suspension))
    permit = policy.permit(context.days, chosen_slot(context), context.now)
    if isinstance(permit, Refused):
        await unmet.time_in_vain(context, context.answers["time"])
        return Outcome("refused", note=permit.why, drop=("day",))
    return await _take(context, permit)


async def _take(context: Context, permit: Permit) -> Outcome:
    taken = await context.counter.request(permit, context.answers)
    if taken == "taken":
        await unmet.time_in_vain(context, context.answers["time"])
        return Outcome("taken", note=time_gone(context, context.answers["time"]).why, drop=("time",))
    if taken == "duplicate":
        booking = await context.counter.live()
        return _another(context, booking) if booking else Outcome("has_one")
    return Outcome("received")
