"""`madoguchi` as the operator runs it: a process of its own, told what to do by its environment alone."""

from __future__ import annotations

import logging
import re
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
import structlog.testing

from bot import logs
from bot.playground.server import Fault
from tests.benchmarks.process import BotProcess
from tests.town import TOKEN, Town, town

WRONG = {
    "no token": ({"MADOGUCHI_TOKEN": ""}, "MADOGUCHI_TOKEN is not given"),
    "a token of no bot": ({"MADOGUCHI_TOKEN": "987654:AnotherTokenOfNobody"}, "MADOGUCHI_TOKEN is not accepted"),
    "an unknown setting": ({"MADOGUCHI_TOKENS": "1"}, "MADOGUCHI_TOKENS is not known"),
    "a database in no folder": ({"MADOGUCHI_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "MADOGUCHI_DATABASE_URL"),
    "a token of nothing": ({"MADOGUCHI_TOKEN": "secret"}, "MADOGUCHI_TOKEN is not a bot token"),
    "no keys": ({"MADOGUCHI_KEYS": "c2VjcmV0"}, "MADOGUCHI_KEYS holds something else than keys"),
}


@pytest.fixture
async def quiet_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot is not running, and whose database is a file that is not there yet."""
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'madoguchi.db'}", started=False) as opened:
        yield opened


@pytest.fixture
async def process(quiet_town: Town) -> AsyncIterator[BotProcess]:
    """`madoguchi run` in that town, polling."""
    running = await BotProcess.start(quiet_town.environment)
    try:
        await quiet_town.server.settled(20)
        yield running
    finally:
        await running.kill()


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    """Logging is set up for the whole process: put it back."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in ("", *logs.QUIET)}
    handlers = root.handlers[:]
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_setting_is_one_sentence_that_names_it_and_code_2(quiet_town: Town, wrong: str) -> None:
    environment, sentence = WRONG[wrong]
    bot = await BotProcess.start({**quiet_town.environment, "MADOGUCHI_LOG": "text", **environment})
    assert await bot.ends() == 2
    *_, said = [line for line in bot.log.splitlines() if "[warning" not in line] or [""]
    assert said.startswith("The setting ")
    assert sentence in said
    assert "Traceback" not in bot.log
    assert not bot.said


async def test_no_refusal_repeats_a_secret(quiet_town: Town) -> None:
    environment = {"MADOGUCHI_MAIL_URL": "smtp://office:Geheim-7@mail.example:587/inbox"}
    bot = await BotProcess.start({**quiet_town.environment, **environment})
    assert await bot.ends() == 2
    assert "MADOGUCHI_MAIL_URL" in bot.log
    assert "Geheim" not in bot.log


async def test_sigterm_ends_it_with_code_0_without_waiting_for_an_update(process: BotProcess) -> None:
    assert await process.stop() == 0


async def test_sigterm_finishes_the_turn_in_hand(quiet_town: Town, process: BotProcess) -> None:
    taro, server = quiet_town.taro, quiet_town.server
    server.fault = lambda method, params: Fault(hang=True) if params.get("chat_id") == taro.id else None
    await taro.says("/start")
    await server.until(lambda: any(call.chat_id == taro.id for call in server.calls))
    process.process.terminate()
    await server.until(lambda: server.cloud.poll is None)
    server.release()
    await taro.sees("オンライン職業相談")
    assert await process.ends() == 0


async def test_a_telegram_that_never_answers_keeps_it_from_ending_for_less_than_10_seconds(
    quiet_town: Town, process: BotProcess
) -> None:
    taro, server = quiet_town.taro, quiet_town.server
    server.fault = lambda method, params: Fault(hang=True) if params.get("chat_id") == taro.id else None
    await taro.says("/start")
    await server.until(lambda: any(call.chat_id == taro.id for call in server.calls))
    process.process.terminate()
    assert await process.ends(timeout=10) == 0


async def test_sigterm_ends_it_while_it_still_waits_for_telegram(quiet_town: Town) -> None:
    server = quiet_town.server
    server.fault = lambda method, params: Fault(status=502)
    bot = await BotProcess.start(quiet_town.environment)
    await server.until(lambda: server.called("getMe"))
    assert await bot.stop() == 0


async def test_the_first_run_makes_keys_that_this_user_alone_can_read(quiet_town: Town) -> None:
    await quiet_town.start()
    data = Path(quiet_town.environment["MADOGUCHI_DATA"])
    assert {name: mode(data / name) for name in ("seal.key", "index.key", "")} == {
        "seal.key": 0o600, "index.key": 0o600, "": 0o700,
    }  # fmt: skip


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_first_run_says_where_the_keys_are_and_that_they_must_be_backed_up(
    quiet_town: Town, process: BotProcess
) -> None:
    for name in ("seal.key", "index.key"):
        path = Path(quiet_town.environment["MADOGUCHI_DATA"]) / name
        assert [line for line in process.log.splitlines() if str(path) in line and "back it up" in line]


async def test_the_second_run_takes_the_keys_that_are_there(quiet_town: Town) -> None:
    data = Path(quiet_town.environment["MADOGUCHI_DATA"])
    await quiet_town.start()
    keys = {name: (data / name).read_bytes() for name in ("seal.key", "index.key")}
    await quiet_town.stop()
    with structlog.testing.capture_logs() as logged:
        await quiet_town.start()
    assert [each for each in logged if "key" in each["event"]] == []
    assert {name: (data / name).read_bytes() for name in keys} == keys


async def test_without_the_key_that_sealed_the_database_it_does_not_start(quiet_town: Town) -> None:
    await quiet_town.start()
    await quiet_town.stop()
    (Path(quiet_town.environment["MADOGUCHI_DATA"]) / "seal.key").unlink()
    bot = await BotProcess.start(quiet_town.environment)
    assert await bot.ends() == 2
    assert "The setting MADOGUCHI_KEYS lacks a key with which this database was written" in bot.log


async def test_a_bot_api_that_fails_gets_the_token_into_no_line_of_any_level(
    quiet_town: Town, logging_as_it_was: None, capsys: pytest.CaptureFixture[str]
) -> None:
    failures = {
        "getMe": [Fault(drop="after")],
        "setMyCommands": [Fault(status=400)],
        "sendMessage": [Fault(status=500)],
    }
    quiet_town.server.fault = lambda method, params: failures[method].pop() if failures.get(method) else None
    logs.set_up("text", [TOKEN])
    for name in ("", *logs.QUIET):
        logging.getLogger(name).setLevel(logging.DEBUG)
    await quiet_town.start()
    await quiet_town.taro.says("/start")
    await quiet_town.server.until(lambda: not failures["sendMessage"] and quiet_town.server.cloud.settled)
    await quiet_town.turn_clock("2026-11-19 10:01")
    await quiet_town.taro.sees("オンライン職業相談")
    await quiet_town.stop()
    out, err = capsys.readouterr()
    assert "sqlalchemy" in err, "the libraries' own lines are there"
    assert TOKEN not in out + err
    assert TOKEN.partition(":")[2] not in out + err


async def test_a_process_whose_bot_api_fails_logs_no_token(quiet_town: Town) -> None:
    failures = iter((Fault(drop="before"),))
    quiet_town.server.fault = lambda method, params: next(failures, None)
    bot = await BotProcess.start(quiet_town.environment)
    try:
        await quiet_town.server.settled(20)
        assert "the Bot API does not answer yet" in bot.log
        assert TOKEN.partition(":")[2] not in bot.log
    finally:
        await bot.kill()


async def test_a_database_of_a_newer_version_is_refused_with_code_2(quiet_town: Town) -> None:
    assert await (await BotProcess.start(quiet_town.environment, "migrate")).ends() == 0
    with closing(sqlite3.connect(quiet_town.environment["MADOGUCHI_DATABASE_URL"].removeprefix("sqlite:///"))) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    bot = await BotProcess.start(quiet_town.environment)
    assert await bot.ends() == 2
    assert "The setting MADOGUCHI_DATABASE_URL names a database of a newer version of this program (9999)" in bot.log


async def test_migrate_makes_the_database_and_needs_no_token(quiet_town: Town) -> None:
    bot = await BotProcess.start({**quiet_town.environment, "MADOGUCHI_TOKEN": ""}, "migrate")
    assert await bot.ends() == 0
    with closing(sqlite3.connect(quiet_town.environment["MADOGUCHI_DATABASE_URL"].removeprefix("sqlite:///"))) as file:
        assert file.execute("SELECT count(*) FROM booking").fetchone() == (0,)


async def test_invite_prints_one_link_that_a_group_can_follow(quiet_town: Town) -> None:
    bot = await BotProcess.start({**quiet_town.environment, "MADOGUCHI_STAFF_CHAT": ""}, "invite", "--group")
    assert await bot.ends() == 0
    assert re.fullmatch(r"https://t\.me/madoguchi_test_bot\?startgroup=[A-Za-z0-9_-]{1,64}\n", bot.said)
