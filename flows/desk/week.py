"""A week of the office as a grid: half hours times counsellors, each place free, taken or closed. Without names of
job-seekers: a booking is its reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flows import lifecycle
from flows.office_days import DAY, OfficeDays
from flows.places import Counsellor
from flows.text import Text

FREE, HELD, REQUESTED, CONFIRMED, IN_SESSION, OVER, UNUSED, CLOSED, OFF = (
    "free", "held", "requested", "confirmed", "in_session", "over", "unused", "closed", "off",
)  # fmt: skip

KINDS: Mapping[str, tuple[str, Text]] = {  # the mark of each kind, and its words
    FREE: ("○", Text("Free")),
    HELD: ("◇", Text("Held for an answer")),
    REQUESTED: ("△", Text("Requested")),
    CONFIRMED: ("●", Text("Confirmed")),
    IN_SESSION: ("▶", Text("In session")),
    OVER: ("✓", Text("Over")),
    UNUSED: ("–", Text("Not used")),
    CLOSED: ("×", Text("Closed")),
    OFF: ("／", Text("Not at work")),
}
_KIND_OF = {
    lifecycle.REQUESTED: REQUESTED,
    lifecycle.PROPOSED: HELD,
    lifecycle.CONFIRMED: CONFIRMED,
    lifecycle.IN_SESSION: IN_SESSION,
}


@dataclass(frozen=True)
class Taken:
    """A place that is held: a booking's own, one that is proposed or asked for; without a booking, for who waits."""

    counsellor: str
    start: datetime
    purpose: str
    booking: str
    ref: str
    state: str

    @property
    def reference(self) -> str:
        return f"{self.ref[:3]}-{self.ref[3:]}"

    @property
    def kind(self) -> str:
        held = self.purpose != "request" and (self.state in lifecycle.LIVE or not self.booking)
        return HELD if held else _KIND_OF.get(self.state, OVER)


@dataclass(frozen=True)
class Cell:
    """One place. A booking in a place that was closed after it has both `taken` and `closing` (its closure's id)."""

    kind: str
    taken: Taken | None = None
    closing: int = 0

    @property
    def mark(self) -> str:
        return KINDS[self.kind][0]

    @property
    def words(self) -> Text:
        return KINDS[self.kind][1]


@dataclass(frozen=True)
class Row:
    """A half hour: a cell for each counsellor."""

    start: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Day:
    """`closed` says why the office is closed on it; rows it has then only where somebody has booked before."""

    date: date
    closed: Text | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Week:
    """From Monday: the weekdays, and a Saturday or Sunday that is open or booked."""

    monday: date
    zone: ZoneInfo
    counsellors: tuple[Counsellor, ...]
    days: tuple[Day, ...]

    def kinds(self) -> tuple[str, ...]:
        """The kinds of cells that are in it, in the order of the legend."""
        there = {cell.kind for day in self.days for row in day.rows for cell in row.cells}
        return tuple(kind for kind in KINDS if kind in there)


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def week(days: OfficeDays, monday: date, taken: Sequence[Taken], now: datetime) -> Week:
    """The grid of one week."""
    places = {(one.start, one.counsellor): one for one in taken}
    booked = {one.counsellor for one in taken}
    there = tuple(who for who in days.counsellors if who.id in booked or not who.has_left(monday))
    return Week(monday, days.office.zone, there, tuple(_days(days, monday, places, there, now)))


_Places = Mapping[tuple[datetime, str], Taken]


def _days(
    days: OfficeDays, monday: date, places: _Places, counsellors: Sequence[Counsellor], now: datetime
) -> Iterator[Day]:
    for day in (monday + n * DAY for n in range(7)):
        starts = sorted({*days.starts(day), *(start for start, _ in places if days.day_of(start) == day)})
        if starts or day.weekday() < 5:
            rows = (Row(start, tuple(_cell(days, places, start, who, now) for who in counsellors)) for start in starts)
            yield Day(day, days.closed_because(day), tuple(rows))


def _cell(days: OfficeDays, places: _Places, start: datetime, who: Counsellor, now: datetime) -> Cell:
    if taken := places.get((start, who.id)):
        closing = days.closing_at(who.id, start) if taken.state in lifecycle.LIVE else None
        return Cell(taken.kind, taken, closing.id if closing else 0)
    if days.is_place(who.id, start):
        return Cell(FREE if start > now else UNUSED)
    if closing := days.closing_at(who.id, start):
        return Cell(CLOSED, closing=closing.id)
    return Cell(OFF if days.is_business_day(days.day_of(start)) else CLOSED)
