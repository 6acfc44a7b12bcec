"""Closing places: a form, a look at the bookings that it touches, and the press that saves it. Nothing is cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import urlencode

from sqlalchemy import insert

from bot import calendar
from bot.calendar import CLOSURE
from bot.desk.touched import MOST, Touched, touched
from bot.desk.visit import UNKNOWN_CHOICE, Answer, Done, Page, Route, Visit, Wrong, does, shows
from bot.records import record
from flows.desk import closing
from flows.desk.closing import EVERYBODY_WORDS, REASONS, Unfit, in_words
from flows.places import Block, Closing
from flows.text import Text

FIELDS = ("first", "last", "since", "until", "counsellor", "office", "reason")
TOUCHED = "touched"  # the field that says which bookings were shown
OTHERS_NOW = Text("Nothing was closed: the bookings in these places have changed. Please look at the list again.")
SAVED = Text("Closed: {closure}.")


async def form(visit: Visit) -> Answer:
    """What is to be closed; all of it can be chosen in the address before."""
    asked = visit.sent if visit.problem else lambda name: visit.query.get(name, "")
    typed = {name: asked(name) for name in FIELDS}
    return Page("closing.html", {"typed": typed, **choices(visit), "closures": _coming(visit)}, at=_with(typed))


def _with(typed: Mapping[str, str]) -> str:
    """The address of the form filled in like this."""
    return f"/closing?{urlencode({name: words for name, words in typed.items() if words})}"


def choices(visit: Visit) -> Mapping[str, object]:
    """What the selects of the form offer."""
    today, named = visit.days.day_of(visit.now), closing.names(visit.days)
    there = [(one.id, named[one.id]) for one in visit.days.counsellors if not one.has_left(today)]
    return {"counsellors": there, "reasons": list(REASONS.items()), "everybody": EVERYBODY_WORDS}


def _coming(visit: Visit) -> list[tuple[Closing, Text]]:
    return [(one, in_words(visit.days, one)) for one in visit.days.closings if one.until > visit.now]


async def check(visit: Visit) -> Answer:
    """The bookings that it touches, before anything is saved."""
    block = _wanted(visit)
    bookings = await touched(visit.transaction, visit.days, block, visit.now)
    wanted = Closing(*block.moments(visit.days.office.zone), block.counsellor, _office(visit), visit.sent("reason"))
    typed = {name: visit.sent(name) for name in FIELDS}
    values = {"typed": typed, "back": _with(typed), "shown": _fingerprint(bookings), "most": MOST}
    about = {"closure": in_words(visit.days, wanted), "bookings": bookings}
    return Page("closing_check.html", {**about, **values}, at=_with(typed))


async def save(visit: Visit) -> Answer:
    """Close it, by the calendar and the bookings as they are now; who was second is told."""
    await calendar.changing(visit.transaction)
    await visit.kit.calendar.follow(visit.transaction, visit.now)  # whoever was first has committed
    block = _wanted(visit)
    bookings = await touched(visit.transaction, visit.days, block, visit.now)
    if visit.sent(TOUCHED) != _fingerprint(bookings):
        raise Wrong(OTHERS_NOW, TOUCHED)
    since, until = block.moments(visit.days.office.zone)
    row = {"since": since, "until": until, "counsellor": block.counsellor, "office": _office(visit)}
    made = {"reason": visit.sent("reason"), "made_at": visit.now, "made_by": visit.member.id}
    saved = insert(CLOSURE).values(**row, **made).returning(CLOSURE.c.id)
    number = (await visit.transaction.execute(saved)).scalar_one()
    await calendar.changed(visit.transaction)
    await record(visit.transaction, visit.now, "closed", visit.member, note=str(number))
    said = in_words(visit.days, Closing(since, until, block.counsellor, reason=visit.sent("reason")))
    return Done(f"/closures/{number}", SAVED.given(closure=said))


async def again(visit: Visit) -> Answer:
    """After a refusal: the list once more where only the bookings have changed, else the form."""
    only_bookings = visit.problem is not None and visit.problem.field == TOUCHED
    return await check(visit) if only_bookings else await form(visit)


def _wanted(visit: Visit) -> Block:
    """The places of the form, if they can be closed. Raises `Wrong`."""
    try:
        block = closing.read_block(visit.days.office, {name: visit.sent(name) for name in FIELDS})
        closing.check(visit.days, block, _office(visit), visit.now)
    except Unfit as unfit:
        raise Wrong(unfit.why, unfit.field) from None
    if visit.sent("reason") not in REASONS:
        raise Wrong(UNKNOWN_CHOICE, "reason")
    return block


def _office(visit: Visit) -> bool:
    return visit.sent("office") == "yes"


def _fingerprint(bookings: list[Touched]) -> str:
    """Of the list as it was shown: another booking, or another state, is another list."""
    told = " ".join(sorted(f"{one.booking}:{one.state}:{one.start.isoformat()}" for one in bookings))
    return sha256(told.encode()).hexdigest()[:16]


ROUTES: tuple[Route, ...] = (
    shows("/closing", "calendar", form),
    does("/closing/check", "calendar", check, form),
    does("/closing", "calendar", save, again),
)
