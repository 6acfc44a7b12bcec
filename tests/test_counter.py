"""The counter in SQL: the database decides every race, what is illegal changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from threading import Barrier
from typing import Any, Literal

import pytest
from transitions import MachineError

from bot.counter import SqlCounter
from bot.database import Database, Transaction, unavailable
from bot.encryption import load_keys
from bot.migrate import migrate
from bot.outbox import Outbox
from flows import lifecycle, policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.office import KAWAGOE, load_office
from flows.office_days import OfficeDays
from tests.databases import rows
from tests.town import Clock, Town

DAYS = OfficeDays(load_office(KAWAGOE))
NOW = Clock("2026-11-19 10:00")()
DETAILS = {
    "name": "川越 太郎", "seeker_number": "11030-01234567", "email": "taro@example.jp",
    "phone": {"e164": "+819012345678"}, "companion": "none",
}  # fmt: skip
EVERYTHING = (
    "SELECT * FROM booking", "SELECT * FROM hold", "SELECT * FROM decision", "SELECT * FROM notice ORDER BY key",
)  # fmt: skip


class Office:
    """One worker's counter on a database; `chats` are numbered from 1."""

    def __init__(self, url: str, folder: Path):
        self.database = Database(url)
        self.seal = load_keys(None, folder)[0]
        self.outbox = Outbox(self.database)

    def before(self, transaction: Transaction, chat: int | None, now: datetime = NOW) -> SqlCounter:
        return SqlCounter(transaction, self.seal, self.outbox, DAYS, now, chat)

    async def request(
        self, chat: int, at: str = "2026-11-24 09:30", now: datetime = NOW, **details: Any
    ) -> Booking | Literal["taken", "duplicate"]:
        permit = policy.permit(DAYS, Slot("1", Clock(at)()), now)
        assert isinstance(permit, Permit)
        given = {**DETAILS, "seeker_number": f"11030-{chat:08}", **details}
        return await self.database.run(lambda t: self.before(t, chat, now).request(permit, given))

    async def move(self, booking: Booking, event: str, now: datetime = NOW) -> bool:
        """Move a booking as it was when it was read: by then somebody else may have moved it."""
        mine = replace(booking)
        return await self.database.run(lambda t: self.before(t, booking.chat).move(mine, event, Decision(event, now)))

    async def all(self, sql: str) -> list[Any]:
        return await rows(self.database, sql)


@pytest.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    opened = Office(database_url, tmp_path)
    await migrate(opened.database)
    yield opened
    await opened.database.close()


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


async def test_who_lost_a_race_has_no_booking_and_can_take_another_time(office: Office) -> None:
    await office.request(1)
    assert await office.request(2) == "taken"
    later = await office.request(2, "2026-11-24 10:00")
    assert isinstance(later, Booking)
    assert later.state == "requested"


async def test_a_lost_race_promises_nothing(office: Office) -> None:
    await office.request(1)
    before = await office.all("SELECT count(*) FROM notice")
    await office.request(2)
    assert await office.all("SELECT count(*) FROM notice") == before


async def test_a_second_live_request_with_the_same_job_seeker_number_is_taken_and_flagged(office: Office) -> None:
    first = await office.request(1, seeker_number="11030-7654321")
    second = await office.request(2, "2026-11-24 10:00", seeker_number="11030-7654321")
    assert isinstance(first, Booking)
    assert isinstance(second, Booking)
    assert (first.same_number, second.same_number) == (False, True)


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


async def test_another_number_is_not_flagged(office: Office) -> None:
    await office.request(1)
    second = await office.request(2, "2026-11-24 10:00")
    assert isinstance(second, Booking)
    assert not second.same_number


async def test_a_number_whose_booking_is_over_is_not_flagged(office: Office) -> None:
    first = await office.request(1, seeker_number="11030-7654321")
    assert isinstance(first, Booking)
    await office.move(first, "cancel")
    second = await office.request(2, seeker_number="11030-7654321")
    assert isinstance(second, Booking)
    assert not second.same_number


async def test_a_person_has_one_live_booking(office: Office) -> None:
    await office.request(1)
    assert await office.request(1, "2026-11-24 10:00") == "duplicate"


@pytest.mark.parametrize("over", ["cancel", "decline", "lapse"])
async def test_a_booking_that_is_over_frees_its_time_at_once(office: Office, over: str) -> None:
    first = await office.request(1)
    assert isinstance(first, Booking)
    assert await office.move(first, over)
    assert await office.all("SELECT count(*) FROM hold") == [(0,)]
    assert isinstance(await office.request(2), Booking)


async def test_a_confirmed_booking_keeps_its_time(office: Office) -> None:
    first = await office.request(1)
    assert isinstance(first, Booking)
    assert await office.move(first, "confirm")
    assert await office.request(2) == "taken"


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
    assert await office.all("SELECT count(*) FROM decision") == [(1,)]


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


async def test_a_move_that_is_not_legal_any_more_is_refused_and_changes_nothing(office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await office.move(booking, "cancel")
    before = [await office.all(every_row) for every_row in EVERYTHING]
    assert not await office.move(booking, "confirm")
    assert [await office.all(every_row) for every_row in EVERYTHING] == before


async def test_a_reference_is_six_digits_and_nobody_elses(office: Office) -> None:
    hours = [f"2026-11-{day} {hour:02}:00" for day in (24, 25, 26) for hour in (10, 11, 13, 14, 15)]
    made = [await office.request(chat, at) for chat, at in enumerate(hours, start=1)]
    refs = {booking.ref for booking in made if isinstance(booking, Booking)}
    assert len(refs) == len(hours)
    assert all(len(ref) == 6 and ref.isdecimal() for ref in refs)


@pytest.mark.parametrize(
    ("asked", "days_apart", "then"), [(3, 0, "limited"), (2, 0, "terms"), (10, 2, "limited"), (9, 3, "terms")]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the limits are the terms, not the engine
async def test_three_requests_a_day_and_ten_in_30_days_are_the_most(
    place: Town, asked: int, days_apart: int, then: str
) -> None:
    worker = Office(place.environment["MADOGUCHI_DATABASE_URL"], Path(place.environment["MADOGUCHI_DATA"]))
    try:
        for n in range(asked):
            then_now = place.clock() - timedelta(days=n * days_apart, minutes=n)
            booking = await worker.request(place.taro.id, now=then_now, at=_bookable(then_now))
            assert isinstance(booking, Booking)
            await worker.move(booking, "cancel", then_now)
    finally:
        await worker.database.close()
    await place.taro.says("/book")
    await place.server.until(lambda: place.server.cloud.settled and place.taro.messages[1:])
    asked_now = "SELECT state FROM conversation WHERE subject = ''"
    assert await place.rows(asked_now) == [(then,)]


def _bookable(now: datetime) -> str:
    return f"{policy.first_day(DAYS, now)} 15:30"


@pytest.mark.parametrize(
    ("state", "happens"), list(product(lifecycle.STATES, dict.fromkeys(move.event for move in lifecycle.MOVES)))
)
def test_every_illegal_move_raises_and_changes_nothing_and_every_legal_one_arrives(state: str, happens: str) -> None:
    booking = Booking("id", "123456", state, 1, Slot("1", NOW), 1, "ja", NOW, NOW.date(), NOW.date(), NOW)
    before = dict(vars(booking))
    legal = {move.dest for move in lifecycle.MOVES if move.event == happens and state in move.sources}
    assert lifecycle.may(booking, happens) == bool(legal)
    if legal:
        lifecycle.fire(booking, happens)
        assert {booking.state} == legal
    else:
        with pytest.raises(MachineError):
            lifecycle.fire(booking, happens)
        assert vars(booking) == before
