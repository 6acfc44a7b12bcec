"""New booking: a request that came by phone, mail or the official form, with the questions and checks of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from bot.counter import BOOKING, SqlCounter
from bot.desk import suspended
from bot.desk.visit import Answer, Done, Page, Route, Visit, Wrong, does, shows
from bot.people_index import index_of
from bot.records import record
from bot.tables import LIVE_ONLY
from flows import policy
from flows.choosing import chosen_slot
from flows.counter import Booking, Permit, Refused, Suspension
from flows.desk import closing, people, taking
from flows.desk.taking import Sheet
from flows.steps import Context, Conversation, Question
from flows.text import Text
from flows.welcome import LANGUAGES

OF_NUMBER = (
    select(BOOKING).where(BOOKING.c.number_index == bindparam("number"), LIVE_ONLY).order_by(BOOKING.c.start).limit(5)
)
LOOK = Text("Nothing was kept yet. Please look at:\n{fields}")
WRITTEN_DOWN = Text(
    "Taken: {ref}, {date} {time}. Please tell the person the reference, that nothing is confirmed yet, and that the"
    " answer comes by e-mail by {reply_by}."
)
CONFIRMED = Text(
    "Taken and confirmed: {ref}, {date} {time}. Please tell the person the reference, and that the confirming e-mail is"
    " on its way."
)
AT_THE_END = ("late", "twice", suspended.FIELD, "confirm")
IN_ORDER = ("channel", *(each.name for each in (*taking.CONDITIONS, *taking.FIELDS)), *AT_THE_END)
KINDS = {"email": "email", "phone": "tel"}  # of keyboard on a phone


Choices = Sequence[tuple[str, Text | str]]  # what the form sends for an answer of a list, and its words


@dataclass(frozen=True)
class Field:
    """A question on the page, as it was filled in. `kind`: text | choice | places."""

    name: str
    kind: str
    label: Text | str
    hint: Text | None
    needed: bool
    value: str = field(repr=False)
    choices: Choices = ()
    keyboard: str = "text"
    open: bool = False
    wrong: Text | None = None
    ask: Text | None = field(default=None, repr=False)  # one value is asked back
    asked: Choices = field(default=(), repr=False)
    picked: str = field(default="", repr=False)


async def show(visit: Visit) -> Answer:
    context = _context(visit)
    sheet = await _read(visit, context) if visit.problem else Sheet()
    if visit.problem and visit.problem.field:
        sheet.wrong[visit.problem.field] = visit.problem.why
    chosen = visit.sent("day") or visit.query.get("place", "")
    looked_at = taking.days_to_look_at(visit.days, visit.now)
    free = taking.places(visit.days, await visit.counter.free(looked_at), visit.now, chosen)
    offered = [value for day in free for value, _ in day.places]
    live, suspension = await _live(visit, sheet), await _suspension(visit, sheet)
    values = {
        "conditions": [await _field(visit, context, sheet, question) for question in taking.CONDITIONS],
        "fields": [await _field(visit, context, sheet, question) for question in taking.FIELDS],
        "channels": taking.CHANNELS, "exceptions": taking.EXCEPTIONS, "languages": LANGUAGES, "wrong": sheet.wrong,
        "place": chosen, "sent": {name: visit.sent(name) for name in ("channel", "speaks", *AT_THE_END)},
        "free": free, "twice": _ids(live), "counsellors": closing.names(visit.days),
        "live": taking.live_lines(visit.days, live), "suspension": suspension,
        "is_suspended": people.suspended_number(suspension.until) if suspension else None,
        "gone": visit.problem is None and chosen not in ("", *offered),
        "first": next((name for name in IN_ORDER if sheet.open(name)), ""),
    }  # fmt: skip
    return Page("taking.html", values, renews=False)  # a call is taken in one go; what is gone is said in the end


async def _field(visit: Visit, context: Context, sheet: Sheet, question: Question) -> Field:
    name, typed = question.name, visit.sent(question.name)
    kind = "places" if name == "day" else "text" if question.read else "choice"
    offered = await question.offered(context) if kind == "choice" else None
    rows = offered.rows if offered else ()
    check = sheet.asked.get(name)
    return Field(
        name, kind, taking.label(question), taking.hint(question), taking.needed(question),
        "" if name in sheet.secret else typed,
        [(button.value, button.label) for row in rows for button in row], KINDS.get(name, "text"),
        sheet.open(name), sheet.wrong.get(name), check.ask if check else None,
        [(taking.choice_of(n, typed), label) for n, (label, _) in enumerate(check.choices)] if check else (),
        visit.sent(f"{name}_check"),
    )  # fmt: skip


async def take(visit: Visit) -> Answer:
    """第4条(2): the request is written down, and confirmed at once where staff say so (4(2)b).

    前文 「同意したものとみなします」: it rests on no consent but the application.
    第2条 「全ての条件」: asked as in the chat.
    """
    context = _context(visit)
    sheet = await _read(visit, context)
    _refuse_what_is_wrong(sheet)
    late = _reason(visit, context)
    permit = _permit(visit, context)
    await _only_one(visit, sheet)
    suspended.knowingly(visit, suspension := await _suspension(visit, sheet))
    counter = _counter(visit)
    asked = visit.decision("request", late, visit.chosen("channel", taking.CHANNELS))
    booking = await counter.request(permit, sheet.answers, asked)
    if not isinstance(booking, Booking):
        local = permit.slot.start.astimezone(visit.days.office.zone)
        raise Wrong(taking.TAKEN.given(date=local.date(), time=local.time()), "day")
    await record(visit.transaction, visit.now, "code_made", visit.member, booking.id)
    await suspended.note(visit, suspension, booking)
    if visit.sent("confirm"):
        await counter.move(booking, "confirm", visit.decision("confirm", late))
    return Done("/requests", _done(visit, booking))


def _context(visit: Visit) -> Context:
    """In which the questions are asked as if in a chat that nobody has yet."""
    return Context(visit.days, _counter(visit), visit.now, Conversation(), visit.member.id, visit.member.name)


def _counter(visit: Visit) -> SqlCounter:
    """Before no chat; letters go in the language that the person reads."""
    language = visit.sent("speaks")
    spoken = language if language in LANGUAGES else visit.days.office.language
    return visit.kit.counter(visit.transaction, visit.now, None, spoken)


async def _read(visit: Visit, context: Context) -> Sheet:
    sheet = await taking.read(context, visit.sent)
    if visit.sent("channel") not in taking.CHANNELS:
        sheet.wrong["channel"] = taking.CHOOSE
    return sheet


def _refuse_what_is_wrong(sheet: Sheet) -> None:
    """All that is wrong is said at once; the first condition that is not met goes before it."""
    conditions = [question.name for question in taking.CONDITIONS]
    refused = next((name for name in conditions if sheet.answers.get(name) == "no"), None)
    if refused:
        raise Wrong(taking.NOT_ELIGIBLE, refused)
    labels = {q.name: taking.in_short(q) for q in (*taking.CONDITIONS, *taking.FIELDS)}
    if wrong := [label for name, label in {**taking.SHORT, **labels}.items() if sheet.open(name)]:
        raise Wrong(LOOK.given(fields=tuple(wrong)))


def _reason(visit: Visit, context: Context) -> str:
    """The key of the reason, where it is an exception to the deadline; empty where it is none. Raises `Wrong`."""
    slot, days = chosen_slot(context), visit.days
    if not taking.past_the_deadline(days, slot, visit.now):
        return ""
    if (reason := visit.sent("late")) not in taking.EXCEPTIONS:
        day = days.day_of(slot.start)
        raise Wrong(taking.WHY_LATE.given(date=day, deadline=policy.latest_day(days, day)), "late")
    return reason


def _permit(visit: Visit, context: Context) -> Permit:
    """Raises `Wrong` where the terms say no, or where nothing would be left to decide."""
    permit = policy.permit(visit.days, chosen_slot(context), visit.now, exception=True)
    if isinstance(permit, Refused):
        raise Wrong(permit.why, "day")
    if visit.now >= permit.lapses_at and not visit.sent("confirm"):
        lapsed = permit.lapses_at.astimezone(visit.days.office.zone)
        day = visit.days.day_of(permit.slot.start)
        why = taking.CONFIRM_NOW.given(date=day, lapse_date=lapsed.date(), lapse_time=lapsed.time())
        raise Wrong(why, "confirm")
    return permit


async def _only_one(visit: Visit, sheet: Sheet) -> None:
    """A second live booking of one job-seeker number is taken knowingly only."""
    live = await _live(visit, sheet)
    if live and visit.sent("twice") != _ids(live):
        raise Wrong(taking.live_lines(visit.days, live), "twice")


async def _live(visit: Visit, sheet: Sheet) -> tuple[Booking, ...]:
    if not (number := _number_index(visit, sheet)):
        return ()
    rows = (await visit.transaction.execute(OF_NUMBER, {"number": number})).all()
    return tuple([await visit.counter.opened(row) for row in rows])


async def _suspension(visit: Visit, sheet: Sheet) -> Suspension | None:
    return await suspended.of_number(visit, _number_index(visit, sheet))


def _number_index(visit: Visit, sheet: Sheet) -> str:
    return (
        index_of(visit.kit.seal, "number", sheet.answers["seeker_number"]) if "seeker_number" in sheet.answers else ""
    )


def _ids(live: Sequence[Booking]) -> str:
    """What the tick stands for: these bookings, and none that came since."""
    return " ".join(sorted(booking.id for booking in live))


def _done(visit: Visit, booking: Booking) -> Text:
    """What the person on the phone is told."""
    start = booking.slot.start.astimezone(visit.days.office.zone)
    facts = {"date": start.date(), "time": start.time(), "ref": booking.reference, "reply_by": booking.reply_by}
    if visit.sent("confirm"):
        return CONFIRMED.given(**facts)
    return WRITTEN_DOWN.given(**facts)


ROUTES: tuple[Route, ...] = (shows("/new", "book", show), does("/new", "book", take, show))
