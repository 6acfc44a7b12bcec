"""Workers of their own ask one counter at the same moment: the database decides, and all of them agree with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bot.database import unavailable
from flows.counter import Booking
from tests.counters import Office


async def at_once(folder: Path, url: str, *works: Callable[[Office], Awaitable[Any]]) -> list[Any]:
    """Each work by a worker of its own (thread, event loop, connections), all let go at the same moment."""
    ready = Barrier(len(works))

    async def one(work: Callable[[Office], Awaitable[Any]]) -> Any:
        worker = Office(url, folder)
        await worker.all("SELECT 1")
        ready.wait(10)
        while True:
            try:
                return await work(worker)
            except Exception as error:  # as the poller does: a database that is busy is asked again
                if not unavailable(error):
                    raise
            finally:
                await worker.database.close()

    def in_a_loop(work: Callable[[Office], Awaitable[Any]]) -> Any:
        return asyncio.run(one(work))

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(len(works)) as threads:
        return await asyncio.gather(*(loop.run_in_executor(threads, in_a_loop, work) for work in works))


async def test_of_many_people_on_one_slot_one_gets_it_and_the_others_read_that_it_is_taken(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    everybody = [lambda worker, chat=chat: worker.request(chat) for chat in range(1, 9)]
    outcomes = await at_once(tmp_path, database_url, *everybody)
    assert sorted(outcome if isinstance(outcome, str) else outcome.state for outcome in outcomes) == [
        "requested"
    ] + 7 * ["taken"]
    assert await office.all("SELECT count(*) FROM hold") == [(1,)]
    assert await office.all("SELECT count(*) FROM booking") == [(1,)]


async def test_a_request_sent_twice_at_once_is_one_booking(office: Office, tmp_path: Path, database_url: str) -> None:
    outcomes = await at_once(tmp_path, database_url, *([lambda worker: worker.request(1)] * 4))
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == {"duplicate"}
    assert await office.all("SELECT count(*) FROM hold") == [(1,)]


async def test_one_person_on_two_slots_at_once_gets_one_and_holds_one(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    outcomes = await at_once(
        tmp_path, database_url,
        lambda worker: worker.request(1, "2026-11-24 09:30"), lambda worker: worker.request(1, "2026-11-24 10:00"),
    )  # fmt: skip
    assert sum(isinstance(outcome, Booking) for outcome in outcomes) == 1
    assert "duplicate" in outcomes
    [(start,)] = await office.all("SELECT booking.start FROM hold JOIN booking ON booking.id = hold.booking_id")
    assert start


async def test_the_same_number_is_flagged_though_both_requests_come_at_once(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    number = "11030-7654321"
    await at_once(
        tmp_path, database_url,
        lambda worker: worker.request(1, "2026-11-24 09:30", seeker_number=number),
        lambda worker: worker.request(2, "2026-11-24 10:00", seeker_number=number),
    )  # fmt: skip
    assert await office.all("SELECT count(*) FROM booking WHERE same_number") == [(1,)]


@pytest.mark.parametrize("other", ["lapse", "decline"])
async def test_of_a_confirmation_and_its_opposite_at_once_exactly_one_holds(
    office: Office, tmp_path: Path, database_url: str, other: str
) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    moved = await at_once(
        tmp_path,
        database_url,
        lambda worker: worker.move(booking, "confirm"),
        lambda worker: worker.move(booking, other),
    )
    assert sorted(moved) == [False, True]
    [(state, holds)] = await office.all("SELECT state, (SELECT count(*) FROM hold) FROM booking")
    assert (state, holds) in {("confirmed", 1), ("lapsed" if other == "lapse" else "declined", 0)}
    assert (state == "confirmed") == moved[0]
    assert await office.all("SELECT count(*) FROM decision WHERE event <> 'request'") == [(1,)]


async def test_a_cancellation_is_never_undone_by_a_confirmation_at_the_same_time(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    _, cancelled = await at_once(
        tmp_path,
        database_url,
        lambda worker: worker.move(booking, "confirm"),
        lambda worker: worker.move(booking, "cancel"),
    )
    assert cancelled
    assert await office.all("SELECT state, (SELECT count(*) FROM hold) FROM booking") == [("cancelled", 0)]
