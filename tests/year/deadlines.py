"""No deadline passes silently: what the clock ends, it ends in time, and nothing else happens after that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.any_order.reading_of_the_terms import local
from tests.year.around import back
from tests.year.office import Office
from tests.year.stands import MINUTE, Stand, Told

BY_THE_CLOCK = {"lapse": "lapses", "end": "is over", "lapse_move": "lapses as a wish"}


def deadline(stand: Stand) -> tuple[str, datetime] | None:
    """What the clock does next with a booking that stands so, and when."""
    if stand.state in ("requested", "proposed"):
        return "lapse", stand.lapses
    if stand.state not in ("confirmed", "in_session"):
        return None
    if stand.wish:
        return "lapse_move", stand.wish.lapses
    return "end", stand.start + 45 * MINUTE


def passed_silently(office: Office, told: Told) -> Iterator[str]:
    for (_, stand), (event, _) in pairwise(told):
        due = deadline(stand)
        what = event.what.partition("/")[0]
        early = what in BY_THE_CLOCK and (due is None or what != due[0] or event.when < due[1])
        if early:
            yield f"{event.what} at {local(event.when)}, before its time: {due}"
        if due and event.when > back(office.outages.bot, due[1]) + timedelta(seconds=1):
            yield f"{due[0]} of {local(due[1])} is late or missing: next is {event.what} at {local(event.when)}"
