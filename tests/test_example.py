"""`madoguchi demo --example`: an office that is at work, with a past, open requests and full days ahead."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from bot.playground import example
from bot.playground.world import world
from flows.office import KAWAGOE
from flows.office_days import OfficeDays
from flows.office_file import load_office
from tests.town import TOKYO

MORNING = datetime(2026, 11, 19, 10, tzinfo=TOKYO)
PATIENCE = 20
STAFF = ((1, "職員 一号"), (2, "職員 二号"))


def filled(folder: Path, now: datetime = MORNING) -> int:
    folder.mkdir()
    chats = iter(range(1, 1000))
    return asyncio.run(example.fill(folder, OfficeDays(load_office(KAWAGOE)), now, lambda *_: next(chats), STAFF))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("example") / "data"
    filled(folder)
    with closing(sqlite3.connect(folder / "madoguchi.db")) as opened:
        yield opened


def test_there_is_a_past_a_present_and_a_future(database: sqlite3.Connection) -> None:
    states = Counter(state for (state,) in database.execute("SELECT state FROM booking"))
    assert states.keys() == {
        "requested", "confirmed", "declined", "cancelled", "lapsed", "ended", "finished", "missed",
    }  # fmt: skip
    assert states["confirmed"] > states["requested"] > 5


def test_no_half_hour_is_taken_twice_and_each_live_booking_holds_its_own(database: sqlite3.Connection) -> None:
    over = "'declined', 'cancelled', 'lapsed'"
    live = f"SELECT counsellor, start FROM booking WHERE state NOT IN ({over}) ORDER BY start, counsellor"  # noqa: S608  # ours
    held = "SELECT counsellor, start FROM hold ORDER BY start, counsellor"
    taken = list(database.execute(held))
    assert len(set(taken)) == len(taken)
    assert list(database.execute(live)) == taken


def test_what_is_past_has_been_said_and_what_staff_have_to_answer_is_to_come(database: sqlite3.Connection) -> None:
    due = "SELECT DISTINCT kind FROM notice WHERE state = 'pending' AND due_at <= '2026-11-19 01:00:00.000000'"
    assert {kind for (kind,) in database.execute(due)} == {"card", "received_office"}
    cards = "SELECT count(*) FROM notice WHERE state = 'pending' AND kind = 'card'"
    assert list(database.execute(cards)) == list(
        database.execute("SELECT count(*) FROM booking WHERE state = 'requested'")
    )


def test_nothing_was_said_that_was_not_so_any_more(database: sqlite3.Connection) -> None:
    said = "SELECT count(*) FROM notice n JOIN booking b ON b.id = n.booking_id WHERE n.state = 'sent' AND "
    cancelled = "SELECT d.at FROM decision d WHERE d.booking_id = b.id AND d.event = 'cancel'"
    reminded, without_url = "n.kind LIKE 'remind%'", "n.kind LIKE 'url_missing%'"
    for so, not_so in ((reminded, f"n.due_at > ({cancelled})"), (without_url, "b.url_sent")):
        assert list(database.execute(said + so)) != [(0,)]
        assert list(database.execute(f"{said}{so} AND {not_so}")) == [(0,)]


def test_whoever_decided_has_a_name(database: sqlite3.Connection) -> None:
    names = "SELECT DISTINCT name FROM decision WHERE event IN ('confirm', 'decline')"
    assert {name for (name,) in database.execute(names)} == {"職員 一号", "職員 二号"}


def test_the_same_moment_gives_the_same_weeks(tmp_path: Path) -> None:
    weeks = []
    for name in ("one", "other"):
        filled(tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name / "madoguchi.db")) as opened:
            weeks.append(list(opened.execute("SELECT start, state, requested_at FROM booking ORDER BY start")))
    assert weeks[0] == weeks[1]


@pytest.mark.parametrize("moment", ["2026-12-28 09:00", "2026-05-02 12:00", "2026-11-22 23:59", "2026-04-28 17:30"])
def test_it_can_begin_on_any_day(tmp_path: Path, moment: str) -> None:
    assert filled(tmp_path / "data", datetime.fromisoformat(moment).replace(tzinfo=TOKYO)) > 30


async def test_the_desk_of_the_example_has_something_to_do(tmp_path: Path) -> None:
    async with world(tmp_path / "data", "127.0.0.1", 0, MORNING, example=True) as made:
        await made.server.settled(PATIENCE)
        link = await made.link_to_the_desk(made.staff[0])
        assert link
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as lead:
            await lead.post(link)
            pages = {}
            for room in ("today", "requests", "week", "people"):
                async with lead.get(f"{made.desk}/{room}") as page:
                    pages[room] = await page.text()
    assert pages["today"].count('class="card') > 2, "sessions of today, and an earlier one without an outcome"
    assert pages["requests"].count("確定する") > 5
    assert "職員 二号" in pages["week"]
    assert "職員 三号" in pages["week"]
    assert "決定する" in pages["people"], "a missed session is to be weighed"


async def test_the_office_sees_its_open_requests_and_nobodys_phone_rings_for_the_past(tmp_path: Path) -> None:
    async with world(tmp_path / "data", "127.0.0.1", 0, MORNING, example=True) as made:
        card = await made.group.sees("返信期限：11月20日(金)", PATIENCE)
        await made.staff[0].presses_in(made.group, "確定する", card)
        await made.group.sees("【確定】職員 一号", PATIENCE)
        assert made.people[0].messages == []
