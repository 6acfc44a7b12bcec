"""The list of what waits for an answer in the staff group: the most urgent first, and no order left to chance."""

from __future__ import annotations

import re

from bot import lists
from bot.language import Words
from flows.counter import Booking
from flows.office import KAWAGOE
from flows.office_file import load_office
from tests.counters import DAYS, NOW, Office


async def times_listed(office: Office) -> list[str]:
    async with office.database.transaction() as transaction:
        words = await lists.words(transaction, DAYS, NOW)
    assert words
    said = Words("ja", load_office(KAWAGOE), "madoguchi@office.example", NOW.date()).say(words)
    return re.findall(r"\d{3}-\d{3} 11月(.+?)／", said)


async def test_requests_and_wishes_with_the_same_deadlines_stand_in_the_order_of_their_times(office: Office) -> None:
    for chat, at in enumerate(("25 15:30", "25 09:30", "24 14:00", "25 11:00", "24 10:00"), 1):
        await office.request(chat, f"2026-11-{at}")
    for chat, at, wanted in ((6, "30 09:30", "27 15:00"), (7, "30 10:00", "27 10:00")):
        booking = await office.request(chat, f"2026-11-{at}")
        assert isinstance(booking, Booking)
        await office.move(booking, "confirm")
        assert await office.ask_move(await office.now_is(booking), f"2026-11-{wanted}") == "asked"
    requests = ["24日(火) 10:00", "24日(火) 14:00", "25日(水) 9:30", "25日(水) 11:00", "25日(水) 15:30"]
    wishes = ["27日(金) 10:00", "27日(金) 15:00"]
    assert await times_listed(office) == requests + wishes
