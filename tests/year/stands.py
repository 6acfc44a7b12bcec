"""How a booking stands after each of its events, read from the terms: nothing of the product.

A new event of a booking's life is a line of `LIFE`, if it leads to another state; what more it changes is in `after`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tests.any_order import reading_of_the_terms as terms
from tests.any_order.reading_of_the_terms import DAY, at, local

MINUTE = timedelta(minutes=1)
TOLD = ("handed", "by_hand", "by_phone")
LIFE = {  # event → the state after it
    "request": "requested", "change": "requested", "confirm": "confirmed", "decline": "declined",
    "propose": "proposed", "accept": "confirmed", "refuse": "cancelled", "lapse": "lapsed", "cancel": "cancelled",
    "move": "confirmed", "start": "in_session", "extend": "in_session", "end": "ended", "stop": "stopped",
    "finish": "finished", "miss": "missed", "not_held": "cancelled", "correct": "ended", "book_next": "confirmed",
    "ask_move": "confirmed", "confirm_move": "confirmed", "decline_move": "confirmed", "lapse_move": "confirmed",
}  # fmt: skip


CONFIRMS = ("confirm", "accept", "move", "confirm_move", "book_next")
MOVED = ("move", "confirm_move", "decline_move", "lapse_move")
ENDS_A_WISH = ("move", "start", "miss", "end", "not_held", "cancel")  # besides an answer to it


class Event(NamedTuple):
    """Something that happened: a move of the booking's life, what people said, what became of a letter."""

    what: str
    when: datetime
    way: str = ""  # by which it came
    starts: tuple[datetime, ...] = ()  # that were proposed, or asked for


class Wish(NamedTuple):
    """Another time that the person asks for, while the booking stands."""

    start: datetime
    asked: datetime
    lapses: datetime


@dataclass(frozen=True)
class Stand:
    """How a booking stands after an event."""

    state: str
    start: datetime
    requested: datetime
    lapses: datetime
    chat: bool
    months: int = 0  # ago, when the person registered
    told: str = ""
    url: bool = False
    linked: bool = False  # a letter with a URL went out
    way: str = ""  # by which the last decision came
    proposed: bool = False  # other times were proposed
    moved: str = ""  # what became of its time
    wish: Wish | None = None
    said: frozenset[str] = frozenset()


class Calendar:
    """The terms' calendar, with the days on which the office is closed besides."""

    def __init__(self, closed: Collection[date] = ()):
        self.closed = frozenset(closed)

    def is_business_day(self, day: date) -> bool:
        return terms.is_business_day(day) and day not in self.closed

    def business_day(self, day: date, away: int) -> date:
        step = DAY if away > 0 else -DAY
        for _ in range(abs(away)):
            day += step
            while not self.is_business_day(day):
                day += step
        return day

    def of(self, moment: datetime, away: int, clock: str) -> datetime:
        """A time of day so many business days before or after that of a moment."""
        return at(self.business_day(local(moment).date(), away), clock)

    def lapses(self, start: datetime) -> datetime:
        return self.of(start, -1, "17:15")

    def late(self, asked: datetime, start: datetime) -> datetime:
        """The opening after the day by which the office answers; that day at 15:00 where it would be too late."""
        opening = self.of(asked, 2, "08:30")
        return opening if opening < self.lapses(start) else self.of(asked, 1, "15:00")

    def chosen_by(self, when: datetime, starts: Collection[datetime]) -> datetime:
        """The end of the next business day; no proposal outlives the lapse of its earliest time."""
        return min(self.of(when, 1, "17:15"), *map(self.lapses, starts))

    def wish(self, start: datetime, asked: datetime, old: datetime) -> Wish:
        """It lapses as any request does, and at the latest with the last reminder of the old time."""
        return Wish(start, asked, min(self.lapses(start), hour_before(old)))


def hour_before(start: datetime) -> datetime:
    """Not before eight in the morning."""
    return max(start - 60 * MINUTE, at(local(start).date(), "08:00"))


Told = list[tuple[Event, Stand]]  # a booking's story


def story(calendar: Calendar, stand: Stand, events: list[Event], start: Callable[[datetime], datetime]) -> Told:
    """Each event by the name that decides what is owed, and how the booking stands after it."""
    told = []
    for event in events:
        for each in _in_full(stand, event):
            stand = after(calendar, stand, each, start(each.when))
            told.append((each, stand))
    return told


def _in_full(stand: Stand, event: Event) -> Iterator[Event]:
    what = event.what
    if what in ("late", "cannot_connect") and "contact" not in stand.said:
        yield event._replace(what="contact")
    yield event._replace(what=_name(stand, event))
    if stand.wish and what in ENDS_A_WISH:
        yield event._replace(what="wish_over")


def _name(stand: Stand, event: Event) -> str:
    what = event.what
    if what == "cancel":
        return f"cancel/{event.way}"
    if what == "lapse" and stand.proposed:
        return "lapse/proposed"
    if what == "url" and (stand.url or stand.linked):
        return "url_changed"
    if what == "handed" and stand.state == "confirmed" and stand.moved in ("move", "confirm_move"):
        return "handed/moved"
    return f"handed/{stand.way}" if what == "handed" and stand.way == "office" else what


def after(calendar: Calendar, stand: Stand, event: Event, start: datetime) -> Stand:
    """How it stands after an event; `start` is the session's then."""
    what = event.what.partition("/")[0]
    stand = replace(stand, state=LIFE.get(what, stand.state), start=start)
    if what in LIFE:
        stand = replace(stand, way=event.way, moved=what if what in MOVED else stand.moved)
    if what in (*TOLD, "failed"):
        stand = replace(stand, told=what)
    if what in CONFIRMS:
        stand = replace(stand, told="waiting", lapses=calendar.lapses(start))
    if what == "change":
        stand = replace(stand, requested=event.when, lapses=calendar.lapses(start))
    if what == "propose":
        stand = replace(stand, proposed=True, lapses=calendar.chosen_by(event.when, event.starts))
    if what in ("late", "cannot_connect", "contact"):
        stand = replace(stand, said=stand.said | {what})
    return _with_url_and_wish(calendar, stand, event, what)


def _with_url_and_wish(calendar: Calendar, stand: Stand, event: Event, what: str) -> Stand:
    if what in ("url", "url_changed", "move", "confirm_move"):
        stand = replace(stand, url=what in ("url", "url_changed"))
    if what in ("url_sent", "url_changed_sent"):
        stand = replace(stand, linked=True)
    if what == "ask_move":
        return replace(stand, wish=calendar.wish(event.starts[0], event.when, stand.start))
    over = what in ENDS_A_WISH or what in ("confirm_move", "decline_move", "lapse_move")
    return replace(stand, wish=None) if over else stand
