"""Closing places and opening them again: what can be closed, and what is left of a closure when a part is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flows.office import Office
from flows.office_days import OfficeDays
from flows.places import DAY, EVERYBODY, Block, Closing, Counsellor
from flows.text import Text

AHEAD = timedelta(days=366)  # nothing is closed further ahead

REASONS: Mapping[str, Text] = {
    "away": Text("A counsellor is away"),
    "training": Text("Training or meeting"),
    "building": Text("Work on the building or the equipment"),
    "line": Text("Trouble with the line or the software"),
    "disaster": Text("Disaster or weather"),
    "other": Text("Other reasons of the office"),
}
EVERYBODY_WORDS = Text("Everybody")
WHOLE_DAY = Text("Whole day")


class Unfit(Exception):
    """Why this cannot be closed or opened, what is so now, and the field that it is about."""

    def __init__(self, field: str, why: Text) -> None:
        self.field, self.why = field, why


def read_day(field: str, words: str) -> date:
    """A day as a form sends it. Raises `Unfit`."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise Unfit(field, Text("Please give the day like 2026-11-24.")) from None


def read_clock(field: str, words: str) -> time | None:
    """A time of day; None where nothing was given. Raises `Unfit`."""
    hour, _, minute = words.partition(":")
    try:
        return time(int(hour), int(minute)) if words else None
    except ValueError:
        raise Unfit(field, Text("Please give the time like 13:30.")) from None


def read_block(office: Office, sent: Mapping[str, str]) -> Block:
    """Days and hours of a form: `first`, `last` (empty: one day), `since`, `until` (both empty: whole days),
    `counsellor`. Raises `Unfit`."""
    first = read_day("first", sent["first"])
    last = read_day("last", sent["last"]) if sent["last"] else first
    if last < first:
        backwards = Text("The last day, {last}, is before the first, {first}. Please choose the days again.")
        raise Unfit("last", backwards.given(first=first, last=last))
    since, until = read_clock("since", sent["since"]), read_clock("until", sent["until"])
    if since and until:
        _check_hours(office, since, until)
        return Block(first, last, since, until, sent["counsellor"])
    if since or until:
        raise Unfit("until" if since else "since", Text("Give both times, or neither of them for the whole day."))
    return Block(first, last, counsellor=sent["counsellor"])


def _check_hours(office: Office, since: time, until: time) -> None:
    if until <= since:
        backwards = Text("It would end at {until}, before it begins at {since}. Please choose the times again.")
        raise Unfit("until", backwards.given(since=since, until=until))
    if since < office.opens or until > office.closes:
        outside = Text("The building is open from {opens} to {closes}. Please choose times within.")
        field = "since" if since < office.opens else "until"
        raise Unfit(field, outside.given(opens=office.opens, closes=office.closes))


def check(days: OfficeDays, block: Block, office: bool, now: datetime) -> None:
    """Whether these places can be closed by the calendar as it is now. Raises `Unfit`."""
    check_days(days, block, now)
    known = {one.id for one in days.counsellors if not one.has_left(block.first)}
    if block.counsellor not in {EVERYBODY, *known}:
        raise Unfit("counsellor", Text("This counsellor is not at the office then. Please choose from the list."))
    if office and (not block.whole_days or block.counsellor != EVERYBODY):
        whole = Text("The office itself is closed for whole days and for everybody: leave the times empty.")
        raise Unfit("office", whole)
    if not has_places(days, block):
        nothing = Text("There are no sessions on these days or at these times: nothing to close. Please check them.")
        raise Unfit("first", nothing)
    for closing in days.closings:
        if closing.block(days.office.zone).meets(block):
            there = Text("Closed already: {closure}. Choose other days or times, or open that closure again first.")
            raise Unfit("first", there.given(closure=in_words(days, closing)))


def has_places(days: OfficeDays, block: Block) -> bool:
    """Whether a session could be in it, whatever is closed besides."""
    length, zone = timedelta(minutes=days.office.session_minutes), days.office.zone
    each = (block.first + n * DAY for n in range((block.last - block.first).days + 1))
    begins = (start.astimezone(zone) for day in each for start in days.timetable(day))
    return any(block.takes(block.counsellor, begin, begin + length) for begin in begins)


def check_days(days: OfficeDays, block: Block, now: datetime) -> None:
    """Neither in the past nor too far ahead. Raises `Unfit`."""
    today = days.day_of(now)
    clock = now.astimezone(days.office.zone).time()
    if block.first < today or (block.last == today and block.until is not None and block.until <= clock):
        past = Text("This lies in the past: it is {date} {time} now. Please choose a later day or time.")
        raise Unfit("first", past.given(date=today, time=clock.replace(second=0, microsecond=0)))
    if block.last > today + AHEAD:
        far = Text("Places can be closed until {date}. Please choose an earlier day.", date=today + AHEAD)
        raise Unfit("last", far)


def check_opening(closing: Closing, closed: Block, opened: Block) -> None:
    """Whether this part of a closure can be opened again. Raises `Unfit`."""
    if not closed.meets(opened):
        raise Unfit("first", Text("This closure does not close that. Please choose days and times that it closes."))
    if closing.office and not (opened.whole_days and opened.counsellor == EVERYBODY):
        whole = Text("The office itself is closed: whole days are opened, for everybody. Leave the times empty.")
        raise Unfit("since", whole)


def called(who: Counsellor) -> Text | str:
    """The counsellor's name; by the number where there is none yet."""
    return who.name if who.name != who.id else Text("Counsellor {number}", number=who.id)


def names(days: OfficeDays) -> dict[str, Text | str]:
    """The counsellors, by id."""
    return {one.id: called(one) for one in days.counsellors}


def in_words(days: OfficeDays, closing: Closing) -> Text:
    """A closure with its days, hours, counsellor and reason."""
    block = closing.block(days.office.zone)
    return Text(
        "{days}, {hours}, {who} ({reason})",
        days=days_of(block),
        hours=hours_of(block),
        who=names(days).get(block.counsellor, block.counsellor) if block.counsellor else EVERYBODY_WORDS,
        reason=REASONS.get(closing.reason, closing.reason),
    )


def days_of(block: Block) -> Text:
    if block.first == block.last:
        return Text("{date}", date=block.first)
    return Text("{first} to {last}", first=block.first, last=block.last)


def hours_of(block: Block) -> Text:
    return Text("{since} to {until}", since=block.since, until=block.until) if block.until else WHOLE_DAY


def without(office: Office, closed: Block, opened: Block, counsellors: Sequence[str]) -> tuple[Block, ...]:
    """What stays closed when a part is opened; `counsellors` are all there are."""
    return tuple(_left(office, closed, opened, counsellors)) if closed.meets(opened) else (closed,)


def _left(office: Office, closed: Block, opened: Block, counsellors: Sequence[str]) -> Iterator[Block]:
    if closed.first < opened.first:
        yield replace(closed, last=opened.first - DAY)
    between = replace(closed, first=max(closed.first, opened.first), last=min(closed.last, opened.last))
    since, until = between.since, between.until
    if opened.until is not None:  # hours of a day: as far as the building is open
        since, end = max(closed.since, office.opens), min(closed.until or office.closes, office.closes)
        if since < opened.since:
            yield replace(between, since=since, until=opened.since)
        if opened.until < end:
            yield replace(between, since=opened.until, until=end)
        since, until = max(since, opened.since), min(end, opened.until)
    if closed.counsellor == EVERYBODY != opened.counsellor:
        others = (who for who in counsellors if who != opened.counsellor)
        yield from (replace(between, since=since, until=until, counsellor=who) for who in others)
    if opened.last < closed.last:
        yield replace(closed, first=opened.last + DAY)
