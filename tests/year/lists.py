"""The lists of open requests for staff, at 8:45, 13:00 and 16:15 of each business day: one where something is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from tests.any_order.reading_of_the_terms import local
from tests.year.around import back
from tests.year.office import NEVER, Office
from tests.year.stands import Told

CLOCKS = ("08:45", "13:00", "16:15")


def wrong_lists(
    office: Office, times: Sequence[datetime], stories: Sequence[Told], of_nobody: Sequence[Row[Any]]
) -> Iterator[str]:
    found = {row.due_at: row for row in of_nobody if row.kind == "staff_list"}
    waits = _waits(stories)
    for due, next_one in zip(times, [*times[1:], NEVER], strict=True):
        row = found.pop(due, None)
        when = back(office.outages.telegram, due)
        if back(office.outages.bot, due) > due or back(office.outages.bot, when) > when:
            continue  # then only the last one that was missed is said, and only if that is soon
        right = {"sent"} if _open(waits, when) else {"cancelled"}
        right |= {"sent", "cancelled", "expired"} if when > due else set()
        if row is None or row.state not in right or (row.state == "sent" and not when <= row.ended_at <= next_one):
            yield f"the list of {local(due)} is {row.state if row else 'missing'} and should be {right}"
    yield from (f"a list of {local(due)} is owed to nobody" for due in found)


def _waits(stories: Sequence[Told]) -> list[tuple[datetime, datetime]]:
    """From when until when each request, and each wish for another time, waits for staff."""
    spans = []
    for told in stories:
        ends = [event.when for event, _ in told[1:]] + [NEVER]
        for (event, stand), end in zip(told, ends, strict=True):
            if stand.state == "requested":
                spans.append((event.when, min(end, stand.lapses)))
            elif stand.wish:
                spans.append((event.when, min(end, stand.wish.lapses)))
    return spans


def _open(spans: Sequence[tuple[datetime, datetime]], when: datetime) -> bool:
    return any(since <= when < until for since, until in spans)
