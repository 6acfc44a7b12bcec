"""`madoguchi demo`: one command, one address, a bot in a process of its own; when it ends, nothing is left of it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.clock import turned_by
from bot.playground.clock import DemoClock, TurnedBack
from bot.playground.world import World, world
from tests.town import TOKYO, book

MORNING = datetime(2026, 11, 19, 10, tzinfo=TOKYO)
PATIENCE = 20  # real seconds, for a failing test
SAID = re.compile(r"http://127\.0\.0\.1:(\d+)/")


@dataclass
class Demo:
    """A run of the command; `lines` is what it has said."""

    process: asyncio.subprocess.Process
    lines: list[str]

    @property
    def url(self) -> str:
        return next(found[0] for line in self.lines if (found := SAID.search(line)))

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    def bot(self) -> int:
        """The id of the bot's process."""
        [child] = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(child)


@asynccontextmanager
async def demo(folder: Path, *words: str) -> AsyncIterator[Demo]:
    """The command, once it has said its address; its temporary files are in `folder`."""
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "bot", "demo", *words,
        env={**{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}, "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    started = Demo(process, [])
    assert process.stdout
    try:
        async with asyncio.timeout(PATIENCE):
            while not any(SAID.search(line) for line in started.lines):
                line = await process.stdout.readline()
                assert line, started.lines
                started.lines.append(line.decode())
        yield started
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def status(url: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return answer.status


async def gone(process: int) -> None:
    """Wait for the end of a process that is not a child of this one."""
    handle = os.pidfd_open(process)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, ended.set)
    try:
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


async def test_it_says_one_address_where_its_page_is(tmp_path: Path) -> None:
    async with demo(tmp_path / "tmp", "--port", "0") as running:
        assert await status(running.url) == 200
        assert sum(bool(SAID.search(line)) for line in running.lines) == 1


async def test_a_second_one_takes_the_next_free_port_and_says_so(tmp_path: Path) -> None:
    async with (
        demo(tmp_path / "one", "--port", "0") as first,
        demo(tmp_path / "two", "--port", str(first.port)) as second,
    ):
        assert second.port > first.port
        assert f"Port {first.port} is taken" in second.lines[0]
        assert await status(second.url) == await status(first.url) == 200


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_ends_with_its_bot_and_leaves_no_file(tmp_path: Path, sign: signal.Signals) -> None:
    async with demo(tmp_path / "tmp", "--port", "0") as running:
        assert list((tmp_path / "tmp").iterdir())
        bot = running.bot()
        running.process.send_signal(sign)
        await gone(bot)
        async with asyncio.timeout(PATIENCE):
            assert await running.process.wait() == 0
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_killed_it_leaves_no_bot_behind(tmp_path: Path) -> None:
    async with demo(tmp_path / "tmp", "--port", "0") as running:
        bot = running.bot()
        running.process.kill()
        await gone(bot)


async def test_a_folder_that_was_named_is_kept(tmp_path: Path) -> None:
    async with demo(tmp_path / "tmp", "--port", "0", "--data", str(tmp_path / "kept")) as running:
        running.process.terminate()
        await running.process.wait()
    assert (tmp_path / "kept" / "clock").is_file()
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--port", "99999"), "99999 is not in the range"),
        (("--clock", "tomorrow"), "like 2026-11-19T10:00"),
        (("--host", "192.0.2.1"), "cannot be served at 192.0.2.1"),
    ],
)
async def test_a_wrong_option_is_refused_with_why(words: tuple[str, str], why: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", *words, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert why in " ".join(said.decode().split())
    assert "Traceback" not in said.decode()


# The world behind the page


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path / "data", "127.0.0.1", 0, MORNING) as opened:
        yield opened


async def test_everything_is_there_to_book_and_the_clock_brings_the_reminder(made: World) -> None:
    [taro] = made.people
    await book(taro)
    await taro.sees("【受け付けました】", PATIENCE)
    await made.group.sees("確定期限", PATIENCE)
    await made.staff[0].presses_in(made.group, "確定する")
    await taro.sees("【予約が確定しました】", PATIENCE)
    assert list(made.mail.glob("*.eml"))
    made.clock.turn(MORNING + timedelta(days=4, hours=5))
    await taro.sees("【予約のお知らせ】", PATIENCE)


async def test_a_bot_that_was_killed_comes_again_and_answers(made: World) -> None:
    [taro] = made.people
    await taro.says("/start")
    await taro.sees("予約窓口", PATIENCE)
    made.bot.kill()
    await taro.says("/help")
    await taro.sees("使い方", PATIENCE)
    assert made.bot.starts == 2


async def test_in_a_folder_that_was_used_before_people_go_on_where_they_were(tmp_path: Path) -> None:
    async with world(tmp_path / "data", "127.0.0.1", 0, MORNING) as before:
        await before.people[0].says("/book")
        await before.people[0].sees("利用規約", PATIENCE)
    async with world(tmp_path / "data", "127.0.0.1", 0, None) as after:
        await after.people[0].says("/start")
        await after.people[0].sees("入力の途中です", PATIENCE)
        assert abs(after.clock() - before.clock()) < timedelta(minutes=1)


# Its clock


def test_the_clock_begins_where_it_is_told_and_is_the_same_for_whoever_reads_its_file(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock", MORNING)
    assert timedelta(0) <= clock() - MORNING < timedelta(minutes=1)
    clock.turn(MORNING + timedelta(days=1))
    assert abs(turned_by(tmp_path / "clock")() - clock()) < timedelta(minutes=1)
    assert clock() >= MORNING + timedelta(days=1)


def test_the_clock_is_not_turned_back(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path / "clock", MORNING)
    with pytest.raises(TurnedBack, match="forward only"):
        clock.turn(MORNING - timedelta(minutes=1))
    assert clock() >= MORNING


def test_a_folder_whose_clock_is_later_cannot_begin_earlier(tmp_path: Path) -> None:
    DemoClock(tmp_path / "clock", MORNING)
    with pytest.raises(TurnedBack):
        DemoClock(tmp_path / "clock", MORNING - timedelta(days=1))
    assert DemoClock(tmp_path / "clock", MORNING + timedelta(days=1))() >= MORNING + timedelta(days=1)


def test_without_a_moment_it_is_the_machines_time(tmp_path: Path) -> None:
    assert abs(DemoClock(tmp_path / "clock")() - datetime.now(UTC)) < timedelta(minutes=1)


# The desk, as another tab


async def act(made: World, **wish: object) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as client, client.post(f"{made.server.url}/act", json=wish) as answer:
        return answer.status, await answer.json()


async def test_each_example_member_of_staff_is_signed_in_at_the_desk(made: World) -> None:
    await made.server.settled(PATIENCE)
    for person, name in zip(made.staff, ("職員 一号", "職員 二号"), strict=True):
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.post(f"{made.server.url}/act", json={"act": "desk", "by": person.id}) as answer:
                told = await answer.json()
            async with browser.get(told["link"]) as page:
                assert (page.status, name in await page.text()) == (200, True)
        async with aiohttp.ClientSession() as other, other.get(told["link"]) as page:
            assert page.status == 401, "the address alone lets nobody in"


async def test_who_has_the_page_under_another_name_gets_a_link_for_one_use(made: World) -> None:
    await made.server.settled(PATIENCE)
    here = f"{made.server.url}/act".replace("127.0.0.1", "localhost")
    wish = {"act": "desk", "by": made.staff[0].id}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.post(here, json=wish) as answer:
            told = await answer.json()
        async with browser.get(told["link"]) as door:
            assert "職員用ページを開く" in await door.text()
        async with browser.post(told["link"]) as page:
            assert "職員 一号" in await page.text()
        async with browser.get(told["link"]) as door:
            assert door.status == 410, "it is for one use"


async def test_a_job_seeker_gets_no_link_to_the_desk(made: World) -> None:
    await made.server.settled(PATIENCE)
    status, told = await act(made, act="desk", by=made.people[0].id)
    assert (status, told["ok"]) == (409, False)
    assert "link" not in told


async def test_before_the_desk_is_open_the_page_says_so(made: World) -> None:
    made.desk_port = 1  # where nobody listens
    status, told = await act(made, act="desk", by=made.staff[0].id)
    assert (status, told["ok"]) == (409, False)
