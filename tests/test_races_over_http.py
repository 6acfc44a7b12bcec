"""Races over the whole path, as people make them: presses over HTTP, the bot as it runs, notices and letters sent.

`make races` lets more people in; the other races (`test_races*.py`) are played a thousand times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from operator import itemgetter

from sqlalchemy import text

from bot.playground.people import Person
from tests.rush import SEND, SENT, TAKEN, counted
from tests.town import Town, book

Times = Callable[[int, int], int]


async def test_everybody_who_presses_for_the_same_time_at_once_has_a_time_of_their_own_in_the_end(
    place: Town, times: Times
) -> None:
    """Whoever comes too late takes the next time that is offered, as all the others do: race upon race."""
    people = [place.server.person(f"人 {number}", language_code="ja") for number in range(times(8, 40))]
    forms = [
        book(person, day=itemgetter(n // 10), number=f"11030-{n:08}", send=False)  # ten people a day
        for n, person in enumerate(people)
    ]
    await asyncio.gather(*forms)
    lost = await asyncio.gather(*(until_sent(person) for person in people))
    held = text("SELECT count(*), count(DISTINCT start), count(DISTINCT booking_id) FROM hold")
    rows = await place.app.database.run(lambda transaction: transaction.execute(held))
    assert [tuple(row) for row in rows] == [(len(people),) * 3]
    for person in people:
        await person.sees("【受け付けました】")
    await place.server.settled()
    counted("over HTTP, each against all who are left", 1, people=len(people), races_lost=sum(lost))


async def until_sent(person: Person) -> int:
    """Send, and where somebody was first choose again; how often that was."""
    for lost in count():
        await person.presses(SEND)
        await person.until(lambda: TAKEN in str(person) or SENT in str(person))
        if SENT in str(person):
            return lost
        while "ご確認ください" not in person.screen.text:  # that time may be somebody's too by now
            offered = person.screen.labels
            await person.presses(next(label for label in offered if ":" in label))
            await person.until(lambda offered=offered: person.screen.labels != offered)  # type: ignore[misc]  # mypy infers no lambda with a default
    raise AssertionError
