"""What the bot sends stays within what Telegram takes, whoever sends it; who waits goes by rank."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from time import monotonic

import pytest

from bot.channels import ANSWER, CONFIRMATION, LETTER, REMINDER, STAFF, rank
from bot.database import Database
from bot.ranks import Turns
from bot.shares import LEAST, MOST, TO_A_CHAT, TO_A_GROUP, Share, Shares, share
from bot.telegram.budget import Budget, Window, ranked
from tests.databases import rows

SECOND = 0.02  # of real time, for a second of the limits
GROUP = -100


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def budget(database: Database) -> Budget:
    return Budget(Shares(database, "one", SECOND), SECOND)


@asynccontextmanager
async def leases_over(database: Database) -> AsyncIterator[None]:
    """The workers of before are gone."""
    await rows(database, "UPDATE sender SET lease_until = 0")
    yield


async def send(budget: Budget, chat: int, sent: list[float], of_rank: int = ANSWER) -> None:
    with ranked(of_rank):
        async with budget.one(chat):
            sent.append(monotonic())


def most_within(sent: list[float], seconds: float) -> int:
    return max(sum(begin <= each < begin + seconds for each in sent) for begin in sent)


def test_answers_come_before_confirmations_before_reminders_before_staff() -> None:
    kinds = ("terms", "confirmed", "remind_one_hour", "card", "confirmed_mail")
    assert [rank(kind) for kind in kinds] == [ANSWER, CONFIRMATION, REMINDER, STAFF, LETTER]
    assert ANSWER < CONFIRMATION < REMINDER < STAFF


def test_a_message_counts_until_its_second_after_the_answer_is_over() -> None:
    window = Window(2, 1.0)
    assert window.wait(10.0) == 0
    window.under_way += 2
    assert window.wait(10.0) == float("inf")
    window.end(10.5)
    assert window.wait(11.0) == pytest.approx(0.5)
    assert window.wait(11.5) == 0


async def test_no_more_than_30_leave_in_a_second_whatever_they_are(budget: Budget) -> None:
    sent: list[float] = []
    await asyncio.gather(*(send(budget, chat, sent, chat % 4) for chat in range(1, 101)))
    assert len(sent) == 100
    assert most_within(sent, SECOND) <= MOST


async def test_a_chat_gets_20_in_20_seconds_and_what_nobody_asked_for_a_second_apart(budget: Budget) -> None:
    answers: list[float] = []
    await asyncio.gather(*(send(budget, 1, answers) for _ in range(TO_A_CHAT[0] + 5)))
    assert most_within(answers, TO_A_CHAT[1] * SECOND) <= TO_A_CHAT[0]
    unasked: list[float] = []
    for _ in range(3):
        await send(budget, 2, unasked, REMINDER)
    assert most_within(unasked, SECOND) == 1


async def test_a_group_gets_20_a_minute_from_all_workers_together(database: Database) -> None:
    workers = [Shares(database, owner) for owner in ("one", "two")]
    assert [await workers[n % 2].place(GROUP) for n in range(TO_A_GROUP[0])] == [0.0] * TO_A_GROUP[0]
    waits = [await worker.place(GROUP) for worker in workers]
    assert all(0 < wait <= TO_A_GROUP[1] for wait in waits)
    assert await workers[0].place(GROUP - 1, TO_A_GROUP[0], take=False) == 0


async def test_a_chat_gets_20_in_20_seconds_from_all_workers_together(database: Database) -> None:
    workers = [Shares(database, owner) for owner in ("one", "two")]
    assert [await workers[n % 2].place(7) for n in range(TO_A_CHAT[0])] == [0.0] * TO_A_CHAT[0]
    waits = [await worker.place(7) for worker in workers]
    assert all(0 < wait <= TO_A_CHAT[1] for wait in waits)


async def test_what_nobody_asked_for_is_a_second_apart_though_two_workers_write_to_the_chat(database: Database) -> None:
    workers = [Budget(Shares(database, owner, 5 * SECOND), 5 * SECOND) for owner in ("one", "two")]
    await rows(database, "INSERT INTO sender VALUES ('three', 3, false, 1e12)")  # so that nobody believes to be alone
    sent: list[float] = []
    await asyncio.gather(*(send(worker, 7, sent, REMINDER) for worker in workers * 2))
    [(told,)] = await rows(database, "SELECT sent FROM spoken WHERE chat_id = 7")
    times = json.loads(told)
    assert len(sent) == len(times) == 4
    assert all(after - before >= 5 * SECOND for before, after in pairwise(times))


async def test_what_was_sent_is_forgotten_when_it_counts_no_more(database: Database) -> None:
    worker = Shares(database, "one")
    await worker.place(GROUP)
    await worker.place(7)
    await worker.renew(False)
    assert await rows(database, "SELECT count(*) FROM spoken") == [(2,)]
    await rows(database, "UPDATE spoken SET until = 0 WHERE chat_id = 7")
    await worker.renew(False)
    assert await rows(database, "SELECT chat_id FROM spoken") == [(GROUP,)]


async def test_a_worker_that_is_alone_writes_of_no_chat(database: Database, budget: Budget) -> None:
    await budget.stay()
    await send(budget, 7, [])
    assert await rows(database, "SELECT count(*) FROM spoken") == [(0,)]


async def test_a_message_to_a_group_waits_for_its_minute(budget: Budget) -> None:
    sent: list[float] = []
    await asyncio.gather(*(send(budget, GROUP, sent, STAFF) for _ in range(TO_A_GROUP[0] + 1)))
    assert len(sent) == TO_A_GROUP[0] + 1


async def test_room_for_two_in_a_group_is_there_when_the_minute_of_the_two_oldest_is_over(budget: Budget) -> None:
    """At first the database tells; after a minute alone the worker knows by itself."""
    sent: list[float] = []
    for _ in range(2):
        await asyncio.gather(*(send(budget, GROUP, sent, STAFF) for _ in range(TO_A_GROUP[0])))
        await budget.room(GROUP, 2)
        assert monotonic() >= sorted(sent)[-TO_A_GROUP[0] + 1] + TO_A_GROUP[1] * SECOND


async def test_who_waits_goes_by_rank(budget: Budget) -> None:
    """While the second is full, those who come later and are asked for go first."""
    await asyncio.gather(*(send(budget, chat, []) for chat in range(1, MOST + 1)))
    left: list[int] = []

    async def one(chat: int, of_rank: int) -> None:
        with ranked(of_rank):
            async with budget.one(chat):
                left.append(of_rank)

    await asyncio.gather(*(one(100 + n, of_rank) for n, of_rank in enumerate((STAFF, REMINDER, CONFIRMATION, ANSWER))))
    assert left == [ANSWER, CONFIRMATION, REMINDER, STAFF]


def test_a_worker_that_is_alone_has_what_it_needs_and_several_share_what_there_is() -> None:
    assert share(True, []) == MOST
    assert share(False, []) == share(True, [(LEAST, False)]) == MOST - LEAST
    assert share(True, [(MOST // 2, True)]) == MOST // 2
    assert share(False, [(MOST - LEAST, True)]) == LEAST
    assert share(True, [(MOST, True)]) == 0  # until the other has given up what is too much


async def test_two_workers_come_to_share_never_more_than_there_is_and_what_a_dead_one_had_goes_to_the_other(
    database: Database,
) -> None:
    one, two = (Shares(database, owner, SECOND, used=0.1) for owner in ("one", "two"))
    had = [(await one.renew(True)).most, (await two.renew(True)).most]
    assert had == [MOST, 0]
    async with asyncio.timeout(10):
        while had != [MOST // 2, MOST // 2]:
            had[0] = (await one.renew(True)).most
            assert sum(had) <= MOST
            had[1] = (await two.renew(True)).most
            assert sum(had) <= MOST
    async with leases_over(database):
        assert await one.renew(True) == Share(MOST, 0.0, alone=True)


async def test_no_more_than_30_leave_in_a_second_though_a_worker_is_new(database: Database) -> None:
    workers = [Budget(Shares(database, owner, SECOND, used=0.1), SECOND) for owner in ("one", "two")]
    sent: list[float] = []
    many = (send(workers[0], chat, sent, chat % 4) for chat in range(1, 101))
    few = (send(workers[1], chat, sent, chat % 4) for chat in range(201, 204))
    await workers[0].stay()
    await asyncio.gather(*many, *few)
    assert len(sent) == 103
    assert most_within(sent, SECOND) <= MOST


async def test_a_halt_is_for_all_workers_and_for_those_who_come_after(database: Database, budget: Budget) -> None:
    await budget.halt(3600)
    assert 3500 < budget.held <= 3600
    assert 3500 < (await Shares(database, "two").renew(True)).halted <= 3600


async def test_without_its_database_a_worker_goes_on_with_the_share_it_had() -> None:
    budget = Budget(Shares(Database("postgresql://nobody@127.0.0.1:9/none"), "one", SECOND), SECOND)
    sent: list[float] = []
    await asyncio.gather(send(budget, 1, sent), send(budget, GROUP, sent))
    assert len(sent) == 2


async def test_who_gives_up_waiting_keeps_nobody_from_their_turn() -> None:
    turns, done = Turns(lambda: 1), []

    async def take(name: str, of_rank: int) -> None:
        async with turns.turn(of_rank):
            done.append(name)
            await asyncio.sleep(0)

    async with turns.turn(ANSWER):
        tasks = [asyncio.create_task(take(name, of_rank)) for name, of_rank in (("b", 2), ("a", 1), ("gone", 0))]
        await asyncio.sleep(0)
        tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == ["a", "b"]
