"""Open pages are told of whatever happens at the office, once, and that their session is over; nothing is missed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientResponse, StreamReader

from bot import staff
from bot.records import record, revision
from flows.counter import Decision
from tests.counters import Office
from tests.desk import IDS, OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.test_desk_requests import requested, shown


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def test_an_open_page_hears_of_a_new_request_and_of_a_decision(office: Office, desk: OpenDesk) -> None:
    visitor = await shown(desk)
    async with visitor.client.get(desk.origin + "/events") as events:
        assert (await events.content.readline()).startswith(b": here")
        booking = await requested(office, 1, "2026-11-24 09:30")
        assert await changed(events.content)
        now = desk.clock()
        async with desk.database.transaction() as transaction:
            await office.before(transaction, 1).move(booking, "confirm", Decision("confirm", now, 1, "職員 一号"))
        assert await changed(events.content)


async def changed(lines: StreamReader) -> bool:
    """Wait for the event."""
    async with asyncio.timeout(10):
        while (line := await lines.readline()) != b"data: changed\n":
            assert line
    return True


async def test_a_page_hears_at_once_of_what_came_before_it_listened(office: Office, desk: OpenDesk) -> None:
    visitor = await shown(desk)
    listens = re.findall(r'data-events="([^"]+)"', visitor.shown.html)[0]
    async with visitor.client.get(desk.origin + listens) as events:
        assert (await events.content.readuntil(b"\n\n")).startswith(b": here")
    await requested(office, 1, "2026-11-24 09:30")
    async with visitor.client.get(desk.origin + listens) as events:
        assert await changed(events.content)


async def test_a_change_that_began_first_and_is_kept_last_is_another_one(desk: OpenDesk) -> None:
    now, kept = desk.clock(), []
    async with AsyncExitStack() as side_by_side:
        first = await side_by_side.enter_async_context(desk.database.transaction())
        await record(first, now, "paused", None)
        if first.dialect == "postgresql":  # SQLite writes one after the other
            async with desk.database.transaction() as second:
                await record(second, now, "resumed", None)
            kept.append(await desk.database.run(revision))
    kept.append(await desk.database.run(revision))
    await desk.database.run(lambda t: record(t, now, "opened", None))
    kept.append(await desk.database.run(revision))
    assert len(set(kept)) == len(kept)


async def line(answer: ClientResponse) -> str:
    """The next event or remark of a live page."""
    async with asyncio.timeout(5):
        return (await answer.content.readuntil(b"\n\n")).decode().strip()


async def end_rights(desk: OpenDesk, visitor: Visitor) -> None:
    async with desk.database.transaction() as transaction:
        assert await staff.end(transaction, IDS["counsellor"], None, desk.clock())


async def sign_out(desk: OpenDesk, visitor: Visitor) -> None:
    await visitor.opens("/today")
    await visitor.presses("ログアウト")


@on_sqlite_alone
@pytest.mark.parametrize("over", [end_rights, sign_out])
async def test_an_open_page_is_told_that_its_session_is_over_and_hears_no_more(
    desk: OpenDesk, over: Callable[[OpenDesk, Visitor], Awaitable[None]]
) -> None:
    visitor, other = await desk.signed_in("counsellor"), await desk.signed_in("lead")
    async with visitor.client.get(desk.origin + "/events") as mine, other.client.get(desk.origin + "/events") as theirs:
        assert [await line(mine), await line(theirs)] == [": here"] * 2
        await over(desk, visitor)
        assert await line(mine) == "event: over\ndata: over"
        assert await mine.content.read() == b""
        assert await line(theirs) == "data: changed"
    assert (await visitor.opens("/events")).status == 401
