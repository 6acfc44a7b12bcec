"""The outbox: what is promised is claimed once it is due, and marked by whoever holds its lease."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.channels import ANSWER
from bot.database import Database
from bot.outbox import Notice, Outbox, backoff
from tests.databases import rows
from tests.town import Clock

NOW = Clock("2026-11-19 10:00")()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def put(outbox: Outbox, key: str, due_at: datetime = NOW, not_after: datetime | None = None) -> None:
    await outbox.database.run(lambda t: outbox.put(t, key, "terms", due_at, not_after, chat_id=1))


async def mark(outbox: Outbox, notice: Notice, state: str = "sent") -> bool:
    return await outbox.database.run(lambda t: outbox.mark(t, notice, state))


async def lease_runs_out(database: Database) -> None:
    await rows(database, "UPDATE notice SET lease_until = 0")


async def test_what_is_due_is_claimed_and_what_is_not_is_left(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "now")
    await put(outbox, "later", NOW + timedelta(seconds=1))
    assert [notice.key for notice in await outbox.claim(NOW, {ANSWER: 10})] == ["now"]


async def test_what_one_worker_has_claimed_no_other_gets(database: Database) -> None:
    await put(Outbox(database), "one")
    first, second = Outbox(database), Outbox(database)
    assert len(await first.claim(NOW, {ANSWER: 10})) == 1
    assert await second.claim(NOW, {ANSWER: 10}) == []


async def test_no_more_is_claimed_than_was_asked_for_and_the_oldest_first(database: Database) -> None:
    outbox = Outbox(database)
    for n in (3, 1, 2):
        await put(outbox, f"{n}", NOW - timedelta(minutes=10 - n))
    assert [notice.key for notice in await outbox.claim(NOW, {ANSWER: 2})] == ["1", "2"]


async def test_the_same_promise_twice_is_one(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    await put(outbox, "one", NOW + timedelta(hours=1))
    assert len(await outbox.claim(NOW + timedelta(hours=2), {ANSWER: 10})) == 1


async def test_a_lease_that_ran_out_is_taken_over(database: Database) -> None:
    dead, alive = Outbox(database), Outbox(database)
    await put(dead, "one")
    await dead.claim(NOW, {ANSWER: 10})
    await lease_runs_out(database)
    [notice] = await alive.claim(NOW, {ANSWER: 10})
    assert (notice.key, notice.attempts) == ("one", 2)


async def test_only_the_owner_of_the_lease_marks(database: Database) -> None:
    late, owner = Outbox(database), Outbox(database)
    await put(late, "one")
    [notice] = await late.claim(NOW, {ANSWER: 10})
    await lease_runs_out(database)
    [taken] = await owner.claim(NOW, {ANSWER: 10})
    assert not await mark(late, notice)
    assert await rows(database, "SELECT state FROM notice") == [("pending",)]
    assert await mark(owner, taken)
    assert await rows(database, "SELECT state FROM notice") == [("sent",)]


async def test_who_waited_longer_than_the_lease_does_not_begin_to_send(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, {ANSWER: 10})
    assert await database.run(lambda t: outbox.renew(t, notice))
    await lease_runs_out(database)
    assert not await database.run(lambda t: outbox.renew(t, notice))


async def test_what_was_sent_is_not_claimed_again(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, {ANSWER: 10})
    await mark(outbox, notice)
    await lease_runs_out(database)
    assert await outbox.claim(NOW + timedelta(days=9), {ANSWER: 10}) == []


async def test_what_is_put_back_comes_again_at_its_time_and_not_before(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, {ANSWER: 10})
    again = NOW + timedelta(minutes=1)
    await database.run(lambda t: outbox.try_again(t, notice, again, "busy"))
    assert await outbox.claim(again - timedelta(seconds=1), {ANSWER: 10}) == []
    assert len(await outbox.claim(again, {ANSWER: 10})) == 1


async def test_what_waits_has_not_been_tried(database: Database) -> None:
    """What the try before came to is still known."""
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, {ANSWER: 10})
    await database.run(lambda t: outbox.try_again(t, notice, NOW, "busy"))
    [again] = await outbox.claim(NOW, {ANSWER: 10})
    assert await database.run(lambda t: outbox.renew(t, again))
    await database.run(lambda t: outbox.wait(t, again, NOW))
    assert [(one.attempts, one.error) for one in await outbox.claim(NOW, {ANSWER: 10})] == [(2, "busy")]


async def test_who_lost_the_lease_puts_nothing_back(database: Database) -> None:
    late, owner = Outbox(database), Outbox(database)
    await put(late, "one")
    [notice] = await late.claim(NOW, {ANSWER: 10})
    await lease_runs_out(database)
    await owner.claim(NOW, {ANSWER: 10})
    await database.run(lambda t: late.try_again(t, notice, NOW, "late"))
    assert await Outbox(database).claim(NOW, {ANSWER: 10}) == []


def test_tries_get_rarer_and_never_rarer_than_half_an_hour() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == max(waits) == 1800
