"""Search: one box for a reference, a day, or exactly a job-seeker number, phone number or name (blind indexes).

第6条: each look is recorded, and what was typed is kept nowhere: not in an address, a log or the record. The address of
what was found holds blind indexes at most, sealed for whoever searched, and opens it for half an hour.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select

from bot.counter import BOOKING
from bot.desk.visit import Answer, Done, Missing, Page, Route, Visit, Wrong, does, shows
from bot.encryption import Unopenable
from bot.people_index import LABELS, index_of
from bot.records import ONE_LOOK, record
from bot.tables import KNOWN_NAME, KNOWN_NUMBER, KNOWN_PHONE
from flows.answers import looks_like_my_number
from flows.desk import searching
from flows.desk.attendance import STATES
from flows.desk.closing import names
from flows.office_days import DAY
from flows.text import Text

MOST = 200  # on one page
PAGES = 50
SHOWN = select(BOOKING.c.id, BOOKING.c.ref, BOOKING.c.start, BOOKING.c.state, BOOKING.c.counsellor).limit(
    bindparam("most")
)
OF_REFERENCE = SHOWN.where(BOOKING.c.ref == bindparam("reference"))
OF_DAY = SHOWN.where(BOOKING.c.start >= bindparam("first"), BOOKING.c.start < bindparam("last")).order_by(
    BOOKING.c.start, BOOKING.c.counsellor, BOOKING.c.id
)


def _of(index: ColumnElement[Any], known: Any) -> Select[Any]:
    """The newest first. Of a missed session the number outlives the other details, to be counted: that is no hit."""
    theirs = SHOWN.where(index == bindparam("index"), known, BOOKING.c.erased.is_(False))
    return theirs.order_by(BOOKING.c.start.desc(), BOOKING.c.id)


OF_PERSON: Mapping[str, Select[Any]] = {
    "number": _of(BOOKING.c.number_index, KNOWN_NUMBER),
    "phone": _of(BOOKING.c.phone_index, KNOWN_PHONE),
    "name": _of(BOOKING.c.name_index, KNOWN_NAME),
}
Looked = dict[str, str]  # what was looked for: by a reference, a day, or blind indexes by their kind


async def show(visit: Visit) -> Answer:
    """What could not be read stands in the box again, but for a number that nobody should see."""
    typed = visit.sent("q") if visit.problem else ""
    return _page(visit, typed="" if looks_like_my_number(typed) else typed)


def _page(visit: Visit, **values: Any) -> Page:
    nothing: Mapping[str, Any] = {"typed": "", "looked": {}, "found": (), "day": None, "reference": "", "stale": False}
    words = {"states": STATES, "counsellors": names(visit.days), "by": searching.FOUND_BY}
    return Page("search.html", {**nothing, **words, **values}, renews=False)


async def find(visit: Visit) -> Answer:
    """By reference or day: for all who see bookings."""
    return await _look(visit, _open_values(visit), searching.NOT_READ_WITHOUT_DETAILS)


async def find_anyone(visit: Visit) -> Answer:
    """By these, or by what a person is known by."""
    typed, seal = visit.sent("q"), visit.kit.seal
    if looks_like_my_number(typed):
        raise Wrong(searching.OTHER_NUMBER, "q")
    personal: Looked = {what: index for what in LABELS if (index := index_of(seal, what, typed))}
    return await _look(visit, _open_values(visit) or personal, searching.NOT_READ)


def _open_values(visit: Visit) -> Looked:
    if reference := searching.reference(visit.sent("q")):
        return {"reference": reference}
    day = searching.day(visit.sent("q"), visit.days.day_of(visit.now))
    return {"day": day.isoformat()} if day else {}


async def _look(visit: Visit, looked: Looked, not_read: Text) -> Answer:
    """Recorded before anything is shown; a reference that is known leads straight to its booking."""
    if not looked:
        raise Wrong(not_read, "q")
    await record(visit.transaction, visit.now, "searched", visit.member, note=" ".join(looked))
    if "reference" in looked and (rows := await _found(visit, looked)):
        return Done(f"/bookings/{rows[0].id}")
    return Done(f"/search/{_sealed(visit, looked)}")


def _sealed(visit: Visit, looked: Looked) -> str:
    """For an address that tells nobody anything, and opens for this member only."""
    kept = {"at": visit.now.isoformat(), **looked}
    token = visit.kit.seal.seal(kept, "search", "looked", str(visit.member.id))
    return urlsafe_b64encode(token).decode().rstrip("=")


def _opened(visit: Visit) -> Looked:
    """What the address was made for. Raises `Missing`."""
    written = visit.at["found"]
    try:
        token = urlsafe_b64decode(written + "=" * (-len(written) % 4))
        looked: Looked = visit.kit.seal.open(token, "search", "looked", str(visit.member.id))
    except (ValueError, Unopenable):
        raise Missing from None
    if LABELS.keys() & looked.keys() and not visit.member.may("details"):
        raise Missing  # the right was taken away since
    return looked


async def found(visit: Visit) -> Answer:
    """What is known without personal details: nothing that is sealed is opened."""
    looked = _opened(visit)
    if visit.now - datetime.fromisoformat(looked.pop("at")) >= ONE_LOOK:
        return _page(visit, stale=True)
    number = _page_number(visit)
    rows, first = await _found(visit, looked, number * MOST + 1), (number - 1) * MOST
    if number > 1 and len(rows) <= first:
        raise Missing
    told = {"looked": looked, "day": _day(looked), "reference": looked.get("reference", "")}
    more = number < PAGES and len(rows) > number * MOST
    return _page(visit, found=rows[first : number * MOST], first=first + 1, number=number, more=more, **told)


def _page_number(visit: Visit) -> int:
    """From 1 on. Raises `Missing` for an address that was not made here."""
    written = visit.query.get("page", "1")
    if not (written.isascii() and written.isdecimal() and len(written) < 4 and 1 <= int(written) <= PAGES):
        raise Missing
    return int(written)


def _day(looked: Looked) -> date | None:
    return date.fromisoformat(looked["day"]) if "day" in looked else None


async def _found(visit: Visit, looked: Looked, most: int = 1) -> Sequence[Row[Any]]:
    """The first so many."""
    execute = visit.transaction.execute
    if "reference" in looked:
        return (await execute(OF_REFERENCE, {**looked, "most": most})).all()
    if day := _day(looked):
        between = {"first": visit.days.at(day, time(0)), "last": visit.days.at(day + DAY, time(0))}
        return (await execute(OF_DAY, {**between, "most": most})).all()
    return await _of_a_person(visit, looked, most)


async def _of_a_person(visit: Visit, looked: Looked, most: int) -> Sequence[Row[Any]]:
    rows = [
        row
        for what, index in looked.items()
        for row in (await visit.transaction.execute(OF_PERSON[what], {"index": index, "most": most})).all()
    ]
    once = {row.id: row for row in rows}.values()
    return sorted(once, key=lambda row: row.start, reverse=True)[:most]


ROUTES: tuple[Route, ...] = (
    shows("/search", "see", show),
    does("/search", "see", find, show),
    does("/search/people", "details", find_anyone, show),
    shows("/search/{found}", "see", found),
)
