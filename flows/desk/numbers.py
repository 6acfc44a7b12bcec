"""The office's numbers (第5条（1） 「利用状況の把握」): what is counted of whole months, and what of it may be shown.

Requests count by the day they came, cancellations by the day of the notice, sessions and wishes by the day of the
session. Whole months, in a file only those that are over: two periods that differ by a day would tell of that day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from flows import lifecycle
from flows.desk.counsellors import WEEKDAYS, weekdays
from flows.desk.hiding import Shown, Sum, added, alone, hidden, together
from flows.office import Office
from flows.text import Text

MONTHS = (
    Text("January"), Text("February"), Text("March"), Text("April"), Text("May"), Text("June"), Text("July"),
    Text("August"), Text("September"), Text("October"), Text("November"), Text("December"),
)  # fmt: skip
IN_SESSION = "session"  # a source: agreed in a session, so nobody waits for an answer
ANSWERS = ("confirm", "propose", "decline")
BY = {"chat": Text("Chat"), "phone": Text("Telephone"), "mail": Text("E-mail")}
SOURCES = {**BY, "form": Text("Web form")}
REPLIES = {
    "in_time": Text("Answered by the end of the next business day"),
    "late": Text("Answered later"),
    "lapsed": Text("Lapsed without an answer"),
    "cancelled": Text("Cancelled before an answer"),
    "waiting": Text("Still waiting for an answer"),
}
CANCELLED_BY = {
    **BY,
    "office": Text("The office"),
    "refuse": Text("None of the proposed times was wanted"),
}
ENDED_AS = {
    lifecycle.FINISHED: Text("Held"),
    lifecycle.STOPPED: Text("Stopped (10(1))"),
    lifecycle.MISSED: Text("No contact (4(4))"),
    lifecycle.CANCELLED: Text("Cancelled"),
    lifecycle.DECLINED: Text("Declined"),
    lifecycle.LAPSED: Text("Lapsed"),
    lifecycle.ENDED: Text("Outcome not recorded yet"),
    "ahead": Text("Still ahead"),
}
WISHES_TITLE = Text("Asked for in the chat and not to be had, by weekday and half hour")
WHOLE_DAY = Text("the whole day was full")
NOTHING_FREE = Text("No free time on any day")
HALF_HOUR = Text("{weekday} {time}")
FULL_DAY = Text("{weekday}, the whole day")
HEAD = (Text("From"), Text("To"), Text("Table"), Text("Item"), Text("Count"))  # of the file's columns
TOTAL = Text("Total")
HIDDEN_COUNT = Text("(hidden)")
AHEAD = (lifecycle.REQUESTED, lifecycle.PROPOSED, lifecycle.CONFIRMED, lifecycle.IN_SESSION)


@dataclass(frozen=True)
class Period:
    """Whole months: the first day of the first, the first day after the last."""

    first: date
    end: date

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def name(self) -> str:
        """For a file's name, and a record."""
        first, last = f"{self.first:%Y-%m}", f"{self.last:%Y-%m}"
        return first if first == last else f"{first}_{last}"

    def over(self, today: date) -> bool:
        return self.end <= today


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1))


def months_of(period: Period) -> list[Period]:
    """The months of a period, one by one."""
    months = [month_of(period.first)]
    while months[-1].end < period.end:
        months.append(month_of(months[-1].end))
    return months


def month_before(period: Period) -> Period:
    return month_of(period.first - timedelta(days=1))


def months_kept(office: Office, today: date) -> tuple[Period, ...]:
    """The whole months of which every record is still there, the newest (this one) first."""
    months = [month_of(today)]
    while (before := month_before(months[-1])).first >= today - timedelta(days=office.record_days):
        months.append(before)
    return tuple(months)


def period_of(months: Sequence[Period], first: str, last: str) -> Period | None:
    """From one month to another, by their names; None where one is not among them, or they are the wrong way round."""
    named = {month.name: month for month in months}
    since, until = named.get(first), named.get(last)
    return Period(since.first, until.end) if since and until and since.first <= until.first else None


def month_in_words(month: Period) -> Text:
    return Text("{month} {year}", month=MONTHS[month.first.month - 1], year=month.first.year)


@dataclass(frozen=True)
class Tally:
    """What was counted; `unmet` by weekday and half hour, `full` by weekday."""

    sources: Mapping[str, int] = field(default_factory=dict)
    replies: Mapping[str, int] = field(default_factory=dict)
    in_session: int = 0
    cancelled: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    unmet: Mapping[tuple[int, time], int] = field(default_factory=dict)
    full: Mapping[int, int] = field(default_factory=dict)
    nothing: int = 0


@dataclass(frozen=True)
class Line:
    label: Text
    shown: Shown


@dataclass(frozen=True)
class Sheet:
    """Counts with words beside them, and what they add up to where that may be told. `key` names it in a page."""

    key: str
    title: Text
    lines: tuple[Line, ...]
    total: Shown | None = None


@dataclass(frozen=True)
class Wishes:
    """The wishes that were in vain: half hours down, weekdays across; below, days that were full."""

    weekdays: tuple[Text, ...]
    rows: tuple[tuple[time, tuple[Shown, ...]], ...]
    full: tuple[Shown, ...]
    nothing: Shown


@dataclass(frozen=True)
class Numbers:
    """All that the page and the file show."""

    sheets: tuple[Sheet, ...]
    wishes: Wishes
    fewest: int  # that is shown


def numbers(office: Office, *months: Tally) -> Numbers:
    """Small counts are hidden, in whatever is shown anywhere, month by month."""
    fewest = office.fewest_shown
    requests = added([_requests(month, fewest) for month in months])
    cancelled, ended = [month.cancelled for month in months], [month.ended for month in months]
    in_session = _all_of([month.in_session for month in months], fewest)
    sheets = (
        _sheet("requests", Text("Requests, by how they came"), SOURCES, requests.parts[0], requests.total),
        _sheet("replies", Text("Replies to these requests (4(2)b)"), REPLIES, requests.parts[1], requests.total),
        Sheet("next", Text("Next bookings (4(3))"), (Line(Text("Booked and confirmed in a session"), in_session),)),
        _added_up("cancelled", Text("Cancellations, by how they came (4(4))"), CANCELLED_BY, cancelled, fewest),
        _added_up("ended", Text("Sessions of this time, and how they ended"), ENDED_AS, ended, fewest),
    )
    return Numbers(sheets, _wishes(office, months, fewest), fewest)


def _requests(month: Tally, fewest: int) -> Sum:
    parts = [[month.sources.get(key, 0) for key in SOURCES], [month.replies.get(key, 0) for key in REPLIES]]
    return hidden(sum(month.sources.values()), parts, fewest)


def _sheet(key: str, title: Text, labels: Mapping[str, Text], shown: list[Shown], total: Shown) -> Sheet:
    return Sheet(key, title, tuple(map(Line, labels.values(), shown)), total)


def _added_up(
    key: str, title: Text, labels: Mapping[str, Text], months: Sequence[Mapping[str, int]], fewest: int
) -> Sheet:
    parts = [[month.get(one, 0) for one in labels] for month in months]
    found = added([hidden(sum(month.values()), [part], fewest) for month, part in zip(months, parts, strict=True)])
    return _sheet(key, title, labels, found.parts[0], found.total)


def _wishes(office: Office, months: Sequence[Tally], fewest: int) -> Wishes:
    """No totals: nothing stands beside these counts from which one could be worked out."""
    places = {place for month in months for place in month.unmet}
    days = sorted({*weekdays(office), *(day for day, _ in places), *(day for month in months for day in month.full)})
    clocks = sorted({*_half_hours(office), *(clock for _, clock in places)})
    rows = tuple(
        (at, tuple(_all_of([month.unmet.get((day, at), 0) for month in months], fewest) for day in days))
        for at in clocks
    )
    full = tuple(_all_of([month.full.get(day, 0) for month in months], fewest) for day in days)
    nothing = _all_of([month.nothing for month in months], fewest)
    return Wishes(tuple(WEEKDAYS[day] for day in days), rows, full, nothing)


def _all_of(months: Sequence[int], fewest: int) -> Shown:
    """A count beside no total, of all these months."""
    return together([alone(count, fewest) for count in months])


def _half_hours(office: Office) -> list[time]:
    """The starts of an ordinary day."""
    found = []
    for begin, end in office.windows:
        minutes = range(_minutes(begin), _minutes(end) - office.session_minutes + 1, office.session_minutes)
        found += [time(*divmod(minute, 60)) for minute in minutes]
    return found


def _minutes(clock: time) -> int:
    return 60 * clock.hour + clock.minute
