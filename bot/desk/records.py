"""Records: who did and who looked at what, the newest first, for leads. A page of them costs the same however many
there are: each list is a piece of one index, and the next page begins where the last one ended.

Looking into them is recorded as well: they tell what colleagues did and whose booking was looked at. An entry holds
nothing personal of a job-seeker, so none is shown here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Integer, Row, Select, Table, bindparam, literal, select, tuple_

from bot.columns import Moment
from bot.counter import BOOKING
from bot.desk.visit import Answer, Missing, Page, Route, Visit, shows
from bot.records import DECISION, ONE_LOOK, RECORD, record
from bot.staff import STAFF
from bot.staff_tables import ANY_ACT
from flows.desk import history, reading_records
from flows.desk.closing import Unfit, names
from flows.desk.reading_records import CLOCK, GROUPS, KINDS, Names, Wanted, actor, note
from flows.desk.records import WHAT
from flows.office_days import DAY
from flows.text import Text

MOST = 50  # on one page
MOST_OF_A_BOOKING = 500
FIELDS = {"who": "who", "what": "what", "first": "from", "last": "to", "ref": "ref"}  # and how an address names them
LAST_ID = 2**31 - 1
ACTS = select(
    literal(1).label("rank"), RECORD.c.id, RECORD.c.at, RECORD.c.who, RECORD.c.name, RECORD.c.what,
    RECORD.c.booking_id, RECORD.c.note, literal("").label("channel"), literal("").label("starts"),
)  # fmt: skip
MOVES = select(
    literal(0).label("rank"), DECISION.c.id, DECISION.c.at, DECISION.c.who, DECISION.c.name,
    DECISION.c.event.label("what"), DECISION.c.booking_id, DECISION.c.reason.label("note"), DECISION.c.channel,
    DECISION.c.starts,
)  # fmt: skip
REFERENCES = select(BOOKING.c.id, BOOKING.c.ref).where(BOOKING.c.id.in_(bindparam("ids", expanding=True)))
OF_REFERENCE = select(BOOKING.c.id).where(BOOKING.c.ref == bindparam("ref"))
NO_BOOKING = Text("No booking with this reference is known. Please check it; after {days} days a booking is deleted.")


@dataclass(frozen=True)
class Before:
    """Where a page begins: before this moment, and of what happened in it before these ids."""

    at: datetime
    act: int = 0
    move: int = 0

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {self.act} {self.move}"


@dataclass(frozen=True)
class Entry:
    """One record in words. `booking` is its id, `reference` empty where it has been deleted since."""

    at: datetime
    who: Text | str
    id: int | None
    what: Text | str
    how: Text | str
    note: Text | str
    starts: tuple[datetime, ...]
    booking: str | None
    reference: str


async def show(visit: Visit) -> Answer:
    await _look_is_recorded(visit)
    asked = {field: visit.query.get(name, "").strip() for field, name in FIELDS.items()}
    members = (await visit.transaction.execute(select(STAFF).order_by(STAFF.c.ended_at, STAFF.c.since))).all()
    values = {
        "asked": asked,
        "turned": "before" in visit.query,
        "newest": urlencode(_kept(visit)),
        "members": members,
        "groups": GROUPS,
        "kinds": KINDS,
        "wrong": None,
        "field": "",
    }
    try:
        wanted = reading_records.wanted(asked, visit.days.day_of(visit.now))
        rows, more = await _rows(visit, wanted)
    except Unfit as unfit:
        nothing = {"entries": (), "older": "", "cut": 0, "wrong": unfit.why, "field": unfit.field}
        return Page("records.html", {**values, **nothing}, renews=False)
    named = Names({str(member.id): member.name for member in members}, names(visit.days))
    entries = await _in_words(visit, rows, named)
    older = urlencode({**_kept(visit), "before": _after(rows[-1])}) if more and not wanted.ref else ""
    cut = MOST_OF_A_BOOKING if more and wanted.ref else 0
    return Page("records.html", {**values, "entries": entries, "older": older, "cut": cut}, renews=False)


def _kept(visit: Visit) -> dict[str, str]:
    """What is asked for, in an address."""
    return {name: visit.query[name] for name in FIELDS.values() if visit.query.get(name)}


async def _look_is_recorded(visit: Visit) -> None:
    """Once for a look, however many pages of them are turned."""
    mine = (RECORD.c.who == visit.member.id, RECORD.c.what == "read_records", RECORD.c.at > visit.now - ONE_LOOK)
    if (await visit.transaction.execute(select(RECORD.c.id).where(*mine).limit(1))).first() is None:
        await record(visit.transaction, visit.now, "read_records", visit.member)


async def _rows(visit: Visit, wanted: Wanted) -> tuple[Sequence[Row[Any]], bool]:
    """Those of a page, and whether there are more. Raises `Unfit` where the booking is not known."""
    if wanted.ref:
        return await _of_booking(visit, wanted)
    before, since = _begins(visit, wanted), visit.days.at(wanted.first, time(0)) if wanted.first else None
    found: list[Row[Any]] = []
    for of, piece in _pieces(wanted.kinds, wanted.who):
        query = piece.where(of.c.at >= since) if since else piece
        limits = {"before_at": before.at, "before_id": before.act if of is RECORD else before.move}
        found += (await visit.transaction.execute(_newest_before(of, query), limits)).all()
    found.sort(key=_order, reverse=True)
    return found[:MOST], len(found) > MOST


def _pieces(kinds: Collection[str], who: int | None) -> list[tuple[Table, Select[Any]]]:
    """What is looked through: of each kind a piece of one index; where all moves are wanted, one piece for them."""
    acts, moves = ACTS, MOVES
    if who is not None:
        acts, moves = acts.where(RECORD.c.who == who), moves.where(DECISION.c.who == who)
    if not kinds:
        return [(RECORD, acts), (DECISION, moves)]
    wanted = [(RECORD, acts.where(RECORD.c.what == kind, ANY_ACT)) for kind in kinds if kind in WHAT]
    if history.EVENTS.keys() <= set(kinds):
        return [*wanted, (DECISION, moves)]
    return [*wanted, *((DECISION, moves.where(DECISION.c.event == kind)) for kind in kinds if kind not in WHAT)]


def _newest_before(of: Table, query: Select[Any]) -> Select[Any]:
    """One comparison of time and id, which an index answers."""
    limits = bindparam("before_at", type_=Moment()), bindparam("before_id", type_=Integer())
    before = query.where(tuple_(of.c.at, of.c.id) < tuple_(*limits))
    return before.order_by(of.c.at.desc(), of.c.id.desc()).limit(MOST + 1)


def _begins(visit: Visit, wanted: Wanted) -> Before:
    """Raises `Missing` for an address that was not made here."""
    end = visit.days.at(wanted.last + DAY, time(0)) if wanted.last else visit.now + DAY
    if not (written := visit.query.get("before", "")):
        return Before(end)
    try:
        moment, act, move = written.split(" ")
        before = Before(_aware(moment), int(act), int(move))
    except (ValueError, OverflowError):
        raise Missing from None
    if not (0 <= before.act <= LAST_ID and 0 <= before.move <= LAST_ID):
        raise Missing
    return min(before, Before(end), key=lambda one: one.at)


def _aware(written: str) -> datetime:
    """Raises ValueError or OverflowError."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError(written)
    return moment.astimezone(UTC)


def _order(row: Row[Any]) -> tuple[datetime, int, int]:
    return row.at, row.rank, row.id


def _after(row: Row[Any]) -> Before:
    """Where the page after this row begins: at one moment acts stand above moves."""
    return Before(row.at, row.id, LAST_ID) if row.rank else Before(row.at, 0, row.id)


async def _of_booking(visit: Visit, wanted: Wanted) -> tuple[Sequence[Row[Any]], bool]:
    """One booking has few: they are taken by its index, and the rest of what is wanted is looked at here."""
    t = visit.transaction
    if (booking := (await t.execute(OF_REFERENCE, {"ref": wanted.ref})).scalar()) is None:
        raise Unfit("ref", NO_BOOKING.given(days=visit.days.office.record_days))
    found: list[Row[Any]] = []
    for of, query in ((RECORD, ACTS), (DECISION, MOVES)):
        theirs = query.where(of.c.booking_id == booking)
        newest = theirs.order_by((of.c.id + 0).desc()).limit(MOST_OF_A_BOOKING)  # found by the booking alone
        found += (await t.execute(newest)).all()
    shown = [row for row in found if _is_wanted(visit, wanted, row)]
    return sorted(shown, key=_order, reverse=True)[:MOST_OF_A_BOOKING], len(found) >= MOST_OF_A_BOOKING


def _is_wanted(visit: Visit, wanted: Wanted, row: Row[Any]) -> bool:
    day = visit.days.day_of(row.at)
    of_whom = wanted.who is None or row.who == wanted.who
    in_days = (not wanted.first or day >= wanted.first) and (not wanted.last or day <= wanted.last)
    return of_whom and in_days and (not wanted.kinds or row.what in wanted.kinds)


async def _in_words(visit: Visit, rows: Sequence[Row[Any]], named: Names) -> list[Entry]:
    ids = list({row.booking_id for row in rows if row.booking_id})
    found = await visit.transaction.execute(REFERENCES, {"ids": ids}) if ids else ()
    references = {row.id: f"{row.ref[:3]}-{row.ref[3:]}" for row in found}
    return [_entry(row, named, references) for row in rows]


def _entry(row: Row[Any], named: Names, references: Mapping[str, str]) -> Entry:
    moved = not row.rank
    said = history.reason(row.what, row.note) if moved else note(row.what, row.note, named)
    who = actor(row.what, row.name, row.channel)
    return Entry(
        row.at, who, row.who or None, KINDS.get(row.what, row.what),
        "" if who is CLOCK else history.CHANNELS.get(row.channel, row.channel), said,
        tuple(datetime.fromisoformat(start) for start in row.starts.split()), row.booking_id,
        references.get(row.booking_id or "", ""),
    )  # fmt: skip


ROUTES: tuple[Route, ...] = (shows("/records", "records", show),)
