"""The counsellors (第2条(3) 「個別支援担当職員」): what a lead writes down about them, and what is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, time
from urllib.parse import urlsplit

from flows.desk.closing import Unfit, read_clock, read_day
from flows.office import Office
from flows.office_days import SATURDAY, SUNDAY
from flows.places import Counsellor, Hours
from flows.text import Text

LONGEST_NAME, LONGEST_URL = 40, 500
WEEKDAYS = (Text("Monday"), Text("Tuesday"), Text("Wednesday"), Text("Thursday"), Text("Friday"), SATURDAY, SUNDAY)


def weekdays(office: Office) -> tuple[int, ...]:
    """Those on which the office may have sessions: a weekend day only where the office opens on one."""
    return (0, 1, 2, 3, 4, *sorted({day.weekday() for day in office.openings} & {5, 6}))


def bounds(office: Office) -> tuple[time, time]:
    """The first start and the last end of the office's sessions."""
    return office.windows[0][0], office.windows[-1][1]


def read_hours(office: Office, sent: Mapping[str, str]) -> Hours | None:
    """The fields `since0`, `until0` (Monday) and so on; empty ones are a day off. None is all that the office offers.
    Raises `Unfit`."""
    hours: dict[int, tuple[time, time]] = {}
    for day in weekdays(office):
        since, until = (read_clock(f"{name}{day}", sent.get(f"{name}{day}", "")) for name in ("since", "until"))
        if since is None and until is None:
            continue
        if since is None or until is None:
            both = Text("{weekday}: give both times, or neither of them for a day off.", weekday=WEEKDAYS[day])
            raise Unfit(f"{'until' if since else 'since'}{day}", both)
        _check(office, day, since, until)
        hours[day] = (since, until)
    return None if hours == dict.fromkeys(weekdays(office), bounds(office)) else hours


def _check(office: Office, day: int, since: time, until: time) -> None:
    first, last = bounds(office)
    if until <= since:
        why = Text("{weekday}: the end, {until}, is not after the beginning, {since}.", since=since, until=until)
        raise Unfit(f"until{day}", why.given(weekday=WEEKDAYS[day]))
    if since < first or until > last:
        why = Text("{weekday}: sessions are from {first} to {last}. Please give times within.", first=first, last=last)
        raise Unfit(f"{'since' if since < first else 'until'}{day}", why.given(weekday=WEEKDAYS[day]))


def read_name(words: str, others: Collection[str]) -> str:
    """A name that nobody else has. Raises `Unfit`."""
    name = " ".join(words.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Unfit("name", Text("Please give a name of at most {count} letters.", count=LONGEST_NAME))
    if name in others:
        raise Unfit("name", Text("There is a counsellor of this name. Please add something that tells them apart."))
    return name


def read_url(words: str) -> str:
    """The URL of a counsellor's own room. Raises `Unfit`, which does not repeat it."""
    try:
        parts = urlsplit(words)
        good = parts.scheme == "https" and parts.hostname and len(words) <= LONGEST_URL and words.isprintable()
    except ValueError:
        good = False
    if not good or " " in words:
        raise Unfit("url", Text("The URL must begin with https:// and be copied whole. It was not saved."))
    return words


def read_last_day(words: str, today: date) -> date:
    """The last day at work: today or later. Raises `Unfit`."""
    last = read_day("last_day", words)
    if last < today:
        past = Text("The last day lies in the past: today is {date}. Please choose today or a later day.")
        raise Unfit("last_day", past.given(date=today))
    return last


def next_id(there: Collection[Counsellor]) -> str:
    """The id of one more: a number that nobody has had."""
    return str(1 + max((int(one.id) for one in there if one.id.isdecimal() and one.id.isascii()), default=0))
