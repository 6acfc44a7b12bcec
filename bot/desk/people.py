"""People who missed sessions without contact: a lead weighs each, ends measures, and answers objections (第4条(4)).

What leads wrote and what people object is shown on a deliberate press only, and each look is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row

from bot import measures
from bot.counter import BOOKING
from bot.desk import missed
from bot.desk.missed import InForce
from bot.desk.visit import MOVED_ON, Answer, Done, Missing, Page, Route, Visit, Wrong, does, shows
from bot.records import record
from bot.statements import one_at_a_time
from flows.counter import Booking
from flows.desk import people
from flows.desk.attendance import STATES, STOP_REASONS
from flows.lifecycle import STOPPED
from flows.notices import ToldOfPeople
from flows.text import Text

CORRECTED = Text("Nothing was done: this session does not count as missed any more.")
ENDED_ALREADY = Text("Nothing was done: this has been ended already.")
NOTED_ALREADY = Text("Nothing was done: this objection is in the list already.")
ANSWERED_ALREADY = Text("Nothing was done: this objection has been answered already.")
NO_DAY = Text("Please give the day like 2026-12-31.")
TOLD = {
    ("chat", "mail"): Text("The person is being told in the chat and by e-mail."),
    ("chat",): Text("The person is being told in the chat."),
    ("mail",): Text("The person is being told by e-mail."),
    (): Text("Neither a chat nor an e-mail address of the person is known: please call."),
}
ANSWER_BY_PHONE = Text(
    "No e-mail address of the person is known any more, so the answer was not sent. They are asked in the chat to call:"
    " please tell them then."
)
NOT_TOLD = Text("Noted. The person is told nothing.")
SORTS = ("suspended", "warned")
TELLS: Mapping[str, ToldOfPeople] = {"warning": "warned", "suspension": "suspended"}
TELLS_THE_END: Mapping[str, ToldOfPeople] = {"warning": "withdrawn", "suspension": "unsuspended"}
WORDS = {
    "decisions": list(people.DECISIONS.items()), "reasons": list(people.REASONS.items()),
    "why_ended": list(people.WHY_ENDED.items()), "channels": list(people.CHANNELS.items()),
    "states": STATES, "measures": people.MEASURES, "reason_of": people.REASONS, "channel_of": people.CHANNELS,
}  # fmt: skip


def _page(visit: Visit, template: str, **values: Any) -> Page:
    """With what was typed into the form that could not be done, and which form that was."""
    typed = visit.form if visit.problem else {}
    return Page(template, {**WORDS, **values, "typed": typed, "at": visit.at if visit.problem else {}})


async def show(visit: Visit) -> Answer:
    t, today = visit.transaction, visit.days.day_of(visit.now)
    to_weigh, more_to_weigh = await missed.to_weigh(t)
    waiting = (await t.execute(missed.WAITING)).all()
    suspended, older_suspended = await missed.in_force(t, "suspension", today, _before(visit, "suspended"))
    warned, older_warned = await missed.in_force(t, "warning", today, _before(visit, "warned"))
    return _page(
        visit, "people.html", to_weigh=to_weigh, more_to_weigh=more_to_weigh, waiting=waiting, most=missed.MOST,
        suspended=suspended, older_suspended=older_suspended, warned=warned, older_warned=older_warned,
        turned=[sort for sort in SORTS if sort in visit.query], today=today,
    )  # fmt: skip


def _before(visit: Visit, sort: str) -> int:
    """Where the page of a sort begins. Raises `Missing` for an address that was not made here."""
    return _id(visit.query[sort]) if sort in visit.query else 0


async def weigh(visit: Visit) -> Answer:
    """第4条(4) 「今後のオンライン職業相談の利用をお断りする場合があります」: decided by a lead, never by itself.

    第10条（1） 「中止又はお断りすることがあります」: conduct in a session is a reason too.
    """
    booking = await visit.booking()
    number = await _number_index(visit, booking)
    await one_at_a_time(visit.transaction, number)
    person = await missed.person(visit.transaction, number)
    if booking.state not in people.WEIGHED:
        raise Wrong(CORRECTED)
    if visit.sent("seen") != person.seen:
        raise Wrong(MOVED_ON)
    decision, reason = visit.chosen("decision", people.DECISIONS), visit.chosen("reason", people.REASONS)
    until, words, what = _until(visit, decision), _words(visit, "words"), people.WHAT[decision]
    t, kit = visit.transaction, visit.kit
    made = await measures.decide(
        t, kit.seal, number, booking, what, reason, until, words, visit.member, visit.now
    )  # fmt: skip
    if what not in TELLS:
        return Done("/people", NOT_TOLD)
    told = await measures.tell(t, kit.outbox, TELLS[what], made, booking, visit.now)
    return Done("/people", TOLD[told])


async def show_person(visit: Visit) -> Answer:
    """Whoever missed this session, or in whose session it came to a stop (10(1)); decided already or not."""
    booking = await visit.booking()
    person = await missed.person(visit.transaction, await _number_index(visit, booking))
    stopped = booking.decision.reason if booking.decision and booking.state == STOPPED else ""
    return _page(
        visit, "person.html", booking=booking, person=person, state=STATES[booking.state],
        weighs=booking.state in people.WEIGHED,
        why=STOP_REASONS.get(stopped), today=visit.days.day_of(visit.now),
    )  # fmt: skip


async def _number_index(visit: Visit, booking: Booking) -> str:
    """The blind index of a booking's job-seeker number. Raises `Missing` where it is not known any more."""
    found = await visit.transaction.execute(BOOKING.select().where(BOOKING.c.id == booking.id))
    if not (number := str(found.one().number_index)):
        raise Missing
    return number


def _until(visit: Visit, decision: str) -> date | None:
    try:
        day = date.fromisoformat(typed) if (typed := visit.sent("until")) else None
    except ValueError:
        raise Wrong(NO_DAY, "until") from None
    if why := people.wrong_day(decision, day, visit.days.day_of(visit.now)):
        raise Wrong(why, "until")
    return day


def _words(visit: Visit, name: str) -> str:
    if not people.enough(words := visit.sent(name)):
        raise Wrong(people.NEEDED[name], name)
    return words


async def _measure(visit: Visit) -> InForce:
    """The measure that the path names, locked. Raises `Missing`."""
    if (found := await missed.one(visit.transaction, _id(visit.at["measure"]))) is None:
        raise Missing
    return found


async def show_measure(visit: Visit) -> Answer:
    """One measure, without anybody's own words."""
    return await _shown(visit, await _measure(visit), with_words=False)


async def read_measure(visit: Visit) -> Answer:
    """The same with what the lead wrote, what the person objects, and what was answered."""
    found = await _measure(visit)
    await record(visit.transaction, visit.now, "looked", visit.member, found.measure.booking, "measure")
    return await _shown(visit, found, with_words=True)


async def _shown(visit: Visit, found: InForce, with_words: bool) -> Page:
    t, seal = visit.transaction, visit.kit.seal
    person = await missed.person(t, found.measure.number_index)
    objections = (await t.execute(missed.OF_MEASURE, {"measure": found.measure.id})).all()
    written: dict[object, str] = {}
    if with_words:
        note = (await t.execute(missed.ONE_MEASURE, {"measure": found.measure.id})).one().note
        written["note"] = seal.open(note, "measure", "note", str(found.measure.id)) if note else ""
        for each in objections:
            for column in ("words", "answer"):
                sealed = getattr(each, column)
                written[column, each.id] = seal.open(sealed, "objection", column, str(each.id)) if sealed else ""
    return _page(
        visit, "measure.html", one=found, person=person,
        again=found.measure.id == person.latest and await _may_weigh(visit, found.measure.booking),
        objections=objections, written=written, with_words=with_words, today=visit.days.day_of(visit.now),
    )  # fmt: skip


async def _may_weigh(visit: Visit, booking_id: str) -> bool:
    booking = await visit.counter.booking(booking_id)
    return booking is not None and booking.state in people.WEIGHED


async def end(visit: Visit) -> Answer:
    """A suspension ends before its day, a warning is withdrawn: with a reason, and the person is told."""
    found = (await _measure(visit)).measure
    if not found.in_force(visit.days.day_of(visit.now)):
        raise Wrong(ENDED_ALREADY)
    why = visit.chosen("why", people.WHY_ENDED)
    t = visit.transaction
    if not await measures.end(t, found.id, found.booking, why, visit.member, visit.now):
        raise Wrong(ENDED_ALREADY)
    return Done("/people", await _tell(visit, TELLS_THE_END[found.what], found.id, found.booking))


async def _tell(visit: Visit, what: ToldOfPeople, number: int, booking_id: str) -> Text:
    """Tell the person, and say how."""
    booking = await visit.counter.booking(booking_id)
    if booking is None:
        return TOLD[()]
    return TOLD[await measures.tell(visit.transaction, visit.kit.outbox, what, number, booking, visit.now)]


async def note_objection(visit: Visit) -> Answer:
    """Somebody objects by phone, mail or at the counter: it stands in the list until it is answered."""
    found = (await _measure(visit)).measure
    channel, words = visit.chosen("channel", people.CHANNELS), _words(visit, "objection")
    t, seal = visit.transaction, visit.kit.seal
    await t.execute(measures.LOCKED, {"measure": found.id})  # of two presses at once the second sees the first
    if await measures.is_noted(t, seal, found.id, channel, words):
        raise Wrong(NOTED_ALREADY)
    await measures.note_objection(t, seal, found.id, found.booking, channel, words, visit.member, visit.now)
    return Done("/people", Text("The objection is in the list until it is answered."))


async def answer(visit: Visit) -> Answer:
    """The lead's own words go by mail; the chat says only that there is an answer."""
    objection, found = await _objection(visit)
    if objection.answered_at is not None:
        raise Wrong(ANSWERED_ALREADY)
    words, t, booking = _words(visit, "answer"), visit.transaction, found.measure.booking
    if not await measures.answer(t, visit.kit.seal, objection.id, booking, words, visit.member, visit.now):
        raise Wrong(ANSWERED_ALREADY)
    told = await _tell(visit, "answered", objection.id, booking)
    return Done("/people", ANSWER_BY_PHONE if told == TOLD["chat",] else told)


async def answer_again(visit: Visit) -> Answer:
    """The page on which the answer was written, with the words that it answers."""
    return await _shown(visit, (await _objection(visit))[1], with_words=True)


async def _objection(visit: Visit) -> tuple[Row[Any], InForce]:
    """The objection that the path names, and its measure. Raises `Missing`."""
    asked = {"objection": _id(visit.at["objection"])}
    row = (await visit.transaction.execute(missed.ONE_OBJECTION, asked)).first()
    found = await missed.one(visit.transaction, row.measure_id) if row else None
    if row is None or found is None:
        raise Missing
    return row, found


def _id(written: str) -> int:
    """The number of a measure or an objection. Raises `Missing`."""
    if not (written.isdecimal() and written.isascii() and len(written) < 10):
        raise Missing
    return int(written)


ROUTES: tuple[Route, ...] = (
    shows("/people", "weigh", show),
    does("/people/missed/{booking}", "weigh", weigh, show),
    shows("/people/of/{booking}", "weigh", show_person),
    does("/people/of/{booking}", "weigh", weigh, show_person),
    shows("/people/measures/{measure}", "weigh", show_measure),
    does("/people/measures/{measure}", "weigh", read_measure, show_measure),
    does("/people/measures/{measure}/end", "weigh", end, show_measure),
    does("/people/measures/{measure}/objections", "weigh", note_objection, show_measure),
    does("/people/objections/{objection}", "weigh", answer, answer_again),
)
