"""Whatever arrives, nobody is harmed by it: no fault, nothing of others changed, nothing left behind in memory.

`make fuzz` sends twenty thousand of them.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from structlog.typing import EventDict

from bot.playground.people import Person
from bot.playground.server import BotApiServer
from tests.hostile import Hostile
from tests.stories import form, newest_shows
from tests.town import Town, book

BATCH = 50
OF_OTHERS = ("booking", "hold", "decision", "setting", "invitation", "terms")
FAULTS = ("work of a lane failed", "could not set an update aside; trying again", "a round failed; going on")
Times = Callable[[int, int], int]


async def victim_of(place: Town) -> Person:
    """Somebody with a request, whose card waits in the staff group."""
    victim = place.server.person("川越 花子", language_code="ja")
    await book(victim, email="hanako@icloud.com")
    await victim.sees("【受け付けました】")
    await place.group.sees("確定期限")
    await place.app.lanes.finish(10)
    return victim


def forged_data(place: Town, victim: Person) -> list[str]:
    """Every button that anybody else has seen."""
    messages = [*victim.messages, *place.group.messages]
    return [b.data for message in messages for row in message.buttons for b in row if b.data]


async def what_others_have(place: Town, victim: Person) -> dict[str, Any]:
    """The office's rows, and all that the database holds of the victim."""
    office = {name: f"SELECT * FROM {name} ORDER BY 1" for name in OF_OTHERS}  # noqa: S608  # our own names
    cards = "SELECT subject, dialog, state FROM conversation WHERE chat_id < 0 ORDER BY 1"
    theirs = {
        name: f"SELECT * FROM {name} WHERE chat_id = {victim.id}"  # noqa: S608  # the same
        for name in ("conversation", "consent", "person")
    }
    asked = {**office, "cards": cards, **theirs}
    return {name: await place.rows(sql) for name, sql in asked.items()}


async def send(server: BotApiServer, updates: list[dict[str, Any]], numbers: count[int]) -> None:
    server.cloud.pending += [{"update_id": next(numbers), **update} for update in updates]
    server.cloud.changed()
    await server.settled(120)


@pytest.fixture
def statements() -> Any:
    """How many statements were executed so far."""
    counted = Counter[str]()

    def count_it(*_: object) -> None:
        counted["all"] += 1

    event.listen(Engine, "before_cursor_execute", count_it)
    yield counted
    event.remove(Engine, "before_cursor_execute", count_it)


@pytest.mark.parametrize("mutated", [False, True], ids=["well-formed", "mutated"])
async def test_hostile_updates_harm_nobody(
    place: Town, random: Random, times: Times, logged: list[EventDict], statements: Counter[str], mutated: bool
) -> None:
    victim, forger, server = await victim_of(place), place.taro, place.server
    await forger.says("/start")
    await forger.sees("予約窓口")
    await place.app.lanes.finish(10)
    others = [message.id for message in (*victim.messages, *place.group.messages)]
    hostile = Hostile(random, forger.id, [*others, victim.id, place.group.id], forged_data(place, victim))
    before, numbers, total = await what_others_have(place, victim), count(800_000_001), times(200, 5_000)
    calls, executed = len(server.calls), statements["all"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(total // BATCH):
        await send(server, list(hostile.updates(BATCH, mutated)), numbers)
    await place.app.lanes.finish(60)
    assert await what_others_have(place, victim) == before
    assert [each for each in logged if each["event"] in FAULTS] == []
    aside = await place.rows("SELECT error, count(*) FROM seen_update WHERE error <> '' GROUP BY error")
    assert mutated or aside == []
    sent = [call for call in server.calls[calls:] if call.method == "sendMessage"]
    assert len(sent) <= 2 * total + 10
    assert statements["all"] - executed <= 60 * total
    assert (place.app.polling._settled, place.app.lanes._waiting, place.app.clockwork._trying) == ({}, {}, set())
    refused = Counter(call.method for call in server.calls[calls:] if call.status == 400)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    print(f"{total} updates, set aside: {dict(aside)}, refused calls: {dict(refused)}, memory +{grown:.0f} MB")  # noqa: T201  # for `make fuzz`


async def test_somebody_fills_in_the_form_through_it_all(place: Town, random: Random) -> None:
    canary, numbers = place.colleague, count(800_000_001)
    hostile = Hostile(random, place.taro.id, [1], [])
    for act, words in form():
        await send(place.server, list(hostile.updates(10, mutated=True)), numbers)
        await act(canary)
        await canary.until(lambda words=words: newest_shows(canary, words), timeout=60)  # type: ignore[misc]  # mypy infers no lambda with a default
    await canary.presses("この内容で申し込む")
    await canary.sees("【受け付けました】")


async def test_what_cannot_be_read_is_set_aside_at_once(place: Town, logged: list[EventDict]) -> None:
    await place.taro.says("/start")
    await place.taro.sees("予約窓口")
    place.server.cloud.push("message", {"message_id": 1, "chat": {"id": place.taro.id, "type": "private"}, "text": "x"})
    await place.taro.sees("システムに不具合がありました")
    assert [each["tries"] for each in logged if each["event"] == "turn failed"] == [3]
