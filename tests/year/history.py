"""One history: an office from its first day until all that was asked of it is over, drawn by lot from a seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from tests.any_order.reading_of_the_terms import DAY, at
from tests.year.around import Outages, Span
from tests.year.checks import Judge
from tests.year.lists import CLOCKS
from tests.year.office import COUNSELLORS, Office, open_office
from tests.year.people import People
from tests.year.staff import Staff
from tests.year.stands import Calendar

BEGIN = date(2026, 12, 1)
CLOSED = (date(2026, 12, 15), date(2027, 2, 15), date(2027, 6, 1))  # besides the terms' own days
A_YEAR, A_MONTH = 365, 30
IN_THE_CHAT, BY_PHONE, ILLNESSES = 2700, 300, 12  # a year
AWAY = {"telegram": (12, 6), "mail": (12, 2), "bot": (8, 4)}  # how often a year, and at most for how many hours
AFTERWARDS = 150  # days, at most, until all that was asked for is over


@dataclass(frozen=True)
class History:
    """What became of it: the breaches, a sentence each, and what was counted."""

    breaches: list[str]
    bookings: int
    sent: Counter[str]  # notices, by kind
    outages: dict[str, int]
    print: str  # of all that happened, the same where the same happened

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.sent.items()))
        away = ", ".join(f"{what} {number} times" for what, number in self.outages.items())
        return f"{self.bookings} bookings, {self.sent.total()} notices sent ({kinds}); away: {away}; {self.print}"


async def live(folder: Path, seed: int, days: int) -> History:
    """So many days of the year, and what followed from them; the same seed gives the same days."""
    random, since = Random(f"{seed} year"), at(BEGIN, "00:00")  # noqa: S311  # no secret
    away = {what: _spans(random, since, days, *often) for what, often in AWAY.items()}
    calendar = Calendar(CLOSED)
    business = [day for n in range(days + AFTERWARDS) if calendar.is_business_day(day := BEGIN + n * DAY)]
    async with open_office(folder, random, BEGIN, Outages(**away), CLOSED) as office:
        lists = [at(day, clock) for day in business if day < BEGIN + (days + A_MONTH) * DAY for clock in CLOCKS]
        for when in lists:
            office.at(when, office.tick)
        judge = Judge(office, calendar, lists)
        _plan(office, business, since, days)
        for month in range(1, (days + AFTERWARDS) // A_MONTH):
            office.at(since + month * A_MONTH * DAY, judge.look)
        await office.live()
        await judge.finish()
    outages = {what: len(spans) for what, spans in away.items()}
    return History(judge.breaches, judge.bookings, judge.sent, outages, judge.print.hexdigest()[:12])


def _plan(office: Office, business: list[date], since: datetime, days: int) -> None:
    """Who comes, who phones, who is ill."""
    staff, random = Staff(office, business, since + days * DAY), office.random
    People(office, staff).will_come(_share(IN_THE_CHAT, days), since, since + days * DAY)
    within = [day for day in business if day < BEGIN + days * DAY]
    for number in range(_share(BY_PHONE, days)):
        staff.will_be_called(1_000_000 + number, random.choice(within))
    for _ in range(_share(ILLNESSES, days)):
        staff.will_be_ill(random.choice(COUNSELLORS), random.choice(within))


def _share(of_a_year: int, days: int) -> int:
    return max(1, of_a_year * days // A_YEAR)


def _spans(random: Random, since: datetime, days: int, often: int, hours: float) -> list[Span]:
    """The outages of one sort, none beginning before another is over."""
    begins = sorted(since + timedelta(days=days * random.random()) for _ in range(_share(often, days)))
    ends = [begin + timedelta(hours=hours * random.uniform(0.1, 1)) for begin in begins]
    pairs = list(zip(begins, ends, strict=True))
    return [pair for number, pair in enumerate(pairs) if number == 0 or pairs[number - 1][1] < pair[0]]
