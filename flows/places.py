"""Places: who of the office takes sessions when (第2条(3) 「個別支援担当職員」), and which places are closed.

A place is one counsellor at one start. What is closed is days times hours: from the first day to the last, on each
from the same time of day until the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT, DAY = time(), timedelta(days=1)
EVERYBODY = ""  # whose places a closure takes
Hours = Mapping[int, tuple[time, time]]  # weekday (0: Monday) → from, until; a day that is not in it is off


@dataclass(frozen=True)
class Counsellor:
    """Somebody who takes sessions; without `hours`, at all times that the office offers, and until `last_day`."""

    id: str
    name: str = field(repr=False)
    hours: Hours | None = None
    last_day: date | None = None

    def is_in(self, begin: datetime, end: datetime) -> bool:
        """Whether they are there from `begin` to `end`, both on the office's clock."""
        if self.has_left(begin.date()):
            return False
        if self.hours is None:
            return True
        since, until = self.hours.get(begin.weekday(), (MIDNIGHT, MIDNIGHT))
        return since <= begin.time() and end.time() <= until

    def has_left(self, day: date) -> bool:
        return self.last_day is not None and day > self.last_day


@dataclass(frozen=True)
class Closing:
    """Places that are not offered, from `since` on its day and on each until that of `until`.

    `office`: whole days on which the office itself is closed, so that they are no business days.
    """

    since: datetime
    until: datetime
    counsellor: str = EVERYBODY
    office: bool = False
    reason: str = ""
    id: int = 0

    def block(self, zone: ZoneInfo) -> Block:
        """The same in the office's days and hours."""
        since, until = self.since.astimezone(zone), self.until.astimezone(zone)
        whole_day = until.time() == MIDNIGHT
        last = until.date() - DAY if whole_day else until.date()
        return Block(since.date(), last, since.time(), None if whole_day else until.time(), self.counsellor)


@dataclass(frozen=True)
class Block:
    """Days times hours of one counsellor or of everybody; `until` None is the end of the day."""

    first: date
    last: date
    since: time = MIDNIGHT
    until: time | None = None
    counsellor: str = EVERYBODY

    @property
    def whole_days(self) -> bool:
        return self.since == MIDNIGHT and self.until is None

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From its first day's hour until its last day's, in UTC; `Closing.block` reads them back."""
        last = datetime.combine(self.last, self.until) if self.until else datetime.combine(self.last + DAY, MIDNIGHT)
        since = datetime.combine(self.first, self.since)
        return since.replace(tzinfo=zone).astimezone(UTC), last.replace(tzinfo=zone).astimezone(UTC)

    def takes(self, counsellor: str, begin: datetime, end: datetime) -> bool:
        """Whether a place from `begin` to `end`, on the office's clock, is not to be had."""
        return self.meets(Block(begin.date(), begin.date(), begin.time(), end.time(), counsellor))

    def meets(self, other: Block) -> bool:
        """Whether they have a place in common."""
        days = self.first <= other.last and other.first <= self.last
        hours = _before(self.since, other.until) and _before(other.since, self.until)
        return (
            days and hours and (self.counsellor == other.counsellor or EVERYBODY in (self.counsellor, other.counsellor))
        )


def _before(clock: time, end: time | None) -> bool:
    return end is None or clock < end
