"""The office's one calendar, for slots, deadlines, the reply promise and reminders alike.

A business day (営業日) is no Saturday, Sunday, national holiday or day of the year-end closure, plus or minus what
the office says. Days are those of the office's zone: a moment becomes a day through `day_of`, never by its own date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from flows.office import Office
from flows.places import Block, Closing, Counsellor
from flows.text import Text

DAY = timedelta(days=1)
Places = Mapping[datetime, tuple[str, ...]]  # start → the counsellors who can be booked then
SATURDAY, SUNDAY = Text("Saturday"), Text("Sunday")
YEAR_END = Text("Year-end and New Year closure")
NATIONAL_HOLIDAY = Text("National holiday")
BY_THE_OFFICE = Text("Closed by the office")
HOLIDAYS = {
    "元日": Text("New Year's Day"),
    "成人の日": Text("Coming of Age Day"),
    "建国記念の日": Text("National Foundation Day"),
    "天皇誕生日": Text("Emperor's Birthday"),
    "春分の日": Text("Vernal Equinox Day"),
    "昭和の日": Text("Showa Day"),
    "憲法記念日": Text("Constitution Day"),
    "みどりの日": Text("Greenery Day"),
    "こどもの日": Text("Children's Day"),
    "海の日": Text("Marine Day"),
    "山の日": Text("Mountain Day"),
    "敬老の日": Text("Respect for the Aged Day"),
    "秋分の日": Text("Autumnal Equinox Day"),
    "スポーツの日": Text("Sports Day"),
    "文化の日": Text("Culture Day"),
    "勤労感謝の日": Text("Labor Thanksgiving Day"),
    "振替休日": Text("Substitute holiday"),
    "国民の休日": NATIONAL_HOLIDAY,
}


def holiday_name(day: date) -> str | None:
    """The Japanese name of the national holiday (国民の祝日に関する法律 2条, 3条) on this day, if it is one.

    ValueError for a year the library knows nothing of; TypeError for a datetime, whose own date may be another
    day than the office's.
    """
    if isinstance(day, datetime):
        raise TypeError("a day is wanted, not a moment: see OfficeDays.day_of")
    return _holidays_of(day.year).get(day)


@cache
def _holidays_of(year: int) -> Mapping[date, str]:
    """A year at a time; the first asks for the library, whose import is what takes time."""
    import holidays

    knows = type(holidays.country_holidays("JP"))
    if not knows.start_year <= year <= knows.end_year:  # there the library is silently empty
        raise ValueError(f"the national holidays of {year} are not known")
    # without a language the machine's own would name them
    return dict(holidays.country_holidays("JP", years=year, language="ja"))


class OfficeDays:
    """The calendar of one office; made in a moment, and again when its closures or counsellors change.

    `closings` and `counsellors` are those of the database (without: of the office's settings), `revision` is theirs.
    """

    def __init__(
        self, office: Office, closings: Sequence[Closing] = (), counsellors: Sequence[Counsellor] = (),
        revision: int = 0,
    ) -> None:  # fmt: skip
        self.office, self.revision = office, revision
        self.counsellors = tuple(counsellors) or tuple(Counsellor(name, name) for name in office.counsellors)
        self.closings = tuple(closings)
        self._blocks = [closing.block(office.zone) for closing in closings]
        self._days_off = [block for block, closing in zip(self._blocks, closings, strict=True) if closing.office]
        self._closed = {closure.day: closure.reason for closure in office.closures}
        self._opened = frozenset(office.openings)
        self._starts: dict[date, tuple[datetime, ...]] = {}
        self._places: dict[date, Places] = {}

    def closed_because(self, day: date) -> Text | None:
        """Why the office is closed on this day; None on a business day. A closure goes before an extra opening."""
        holiday = holiday_name(day)
        if reason := self._closed.get(day):
            return Text("Closed by the office: {ja} / {en}", ja=reason["ja"], en=reason["en"])
        if any(block.first <= day <= block.last for block in self._days_off):
            return BY_THE_OFFICE
        return self._closed_by_the_calendar(day, holiday)

    def _closed_by_the_calendar(self, day: date, holiday: str | None) -> Text | None:
        if day in self._opened:
            return None
        if day.weekday() >= 5:
            return SATURDAY if day.weekday() == 5 else SUNDAY
        if holiday:
            return HOLIDAYS.get(holiday, NATIONAL_HOLIDAY)
        return YEAR_END if self._is_year_end(day) else None

    def _is_year_end(self, day: date) -> bool:
        first, last = self.office.year_end
        today = (day.month, day.day)
        return first <= today <= last if first <= last else today >= first or today <= last

    def is_business_day(self, day: date) -> bool:
        """営業日."""
        return self.closed_because(day) is None

    def business_day_before(self, day: date, n: int = 1) -> date:
        """The n-th business day before this day, which itself is not counted (2: 営業日上の前々日)."""
        return self._step(day, -DAY, n)

    def business_day_after(self, day: date, n: int = 1) -> date:
        """The n-th business day after this day, which itself is not counted (1: 翌営業日)."""
        return self._step(day, DAY, n)

    def _step(self, day: date, step: timedelta, n: int) -> date:
        for _ in range(n):
            day += step
            while not self.is_business_day(day):
                day += step
        return day

    def day_of(self, moment: datetime) -> date:
        """The office's day at this moment. ValueError for a naive one."""
        return self._local(moment).date()

    def at(self, day: date, clock: time) -> datetime:
        """The moment, in UTC, when the office's clock shows this on this day."""
        return datetime.combine(day, clock, self.office.zone).astimezone(UTC)

    def starts(self, day: date) -> tuple[datetime, ...]:
        """第4条(1) 「1回当たり30分」: when a session can start on this day, in UTC; none on a closed day."""
        if day not in self._starts:
            self._starts[day] = self._starts_of(day)
        return self._starts[day]

    def _starts_of(self, day: date) -> tuple[datetime, ...]:
        return self.timetable(day) if self.is_business_day(day) else ()

    def timetable(self, day: date) -> tuple[datetime, ...]:
        """The starts of the day by the calendar alone, whatever the office has closed on it."""
        if self._closed_by_the_calendar(day, holiday_name(day)):
            return ()
        length, found = timedelta(minutes=self.office.session_minutes), []
        for begin, end in self.office.windows:
            start = self.at(day, begin)
            while start + length <= self.at(day, end):
                found.append(start)
                start += length
        return tuple(found)

    def places(self, day: date) -> Places:
        """Which counsellors can be booked at which start: those who are there then and are not closed."""
        if day not in self._places:
            closed = [block for block in self._blocks if block.first <= day <= block.last]
            offered = {start: self._there(start, closed) for start in self.starts(day)}
            self._places[day] = {start: there for start, there in offered.items() if there}
        return self._places[day]

    def is_place(self, counsellor: str, start: datetime) -> bool:
        """Whether this counsellor can be booked at this start."""
        return counsellor in self.places(self.day_of(start)).get(start, ())

    def _there(self, start: datetime, closed: Sequence[Block]) -> tuple[str, ...]:
        begin = self._local(start)
        end = begin + timedelta(minutes=self.office.session_minutes)
        working = (counsellor.id for counsellor in self.counsellors if counsellor.is_in(begin, end))
        return tuple(who for who in working if not any(block.takes(who, begin, end) for block in closed))

    def closing_at(self, counsellor: str, start: datetime) -> Closing | None:
        """The closure that takes this place, if one does."""
        begin = self._local(start)
        end = begin + timedelta(minutes=self.office.session_minutes)
        both = zip(self._blocks, self.closings, strict=True)
        return next((closing for block, closing in both if block.takes(counsellor, begin, end)), None)

    def is_open(self, moment: datetime) -> bool:
        """Whether the counter is open: within its hours, on a business day."""
        local = self._local(moment)
        return self.office.opens <= local.time() < self.office.closes and self.is_business_day(local.date())

    def _local(self, moment: datetime) -> datetime:
        if moment.utcoffset() is None:
            raise ValueError("a moment must have a time zone")
        return moment.astimezone(self.office.zone)
