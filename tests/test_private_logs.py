"""The planted identity and the secrets are in no line of a log, at no level, and in no repr that could become one."""

from __future__ import annotations

import asyncio
import base64
import gc
import itertools
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from telegram.error import TelegramError

from bot import logs
from bot.app import App
from bot.config import Settings
from bot.playground.server import Fault
from bot.telegram.api import make_client
from bot.telegram.request import AiohttpRequest
from flows.office import BadSetting
from tests.benchmarks.process import BotProcess
from tests.databases import new_file
from tests.planted import (
    MAIL,
    NAME,
    PHONE,
    asked_for,
    columns,
    filled_in,
    found_in,
    sends,
    settled,
    ways,
)
from tests.town import TOKEN, Town, town

PASSWORDS = ("Geheim-7-post", "Geheim-8-database")
KEYS = [base64.b64encode(bytes([number]) * 32).decode() for number in (7, 8)]
NOON = datetime(2026, 11, 19, 3, tzinfo=UTC)


@pytest.fixture
def every_line(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Logs as the operator has them, at DEBUG; put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    logs.set_up("text", [TOKEN])
    root.setLevel(logging.DEBUG)
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the test's own mail server
    yield
    logging.getLogger("mail.log").setLevel(logging.NOTSET)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


@pytest.fixture
async def closed(tmp_path: Path) -> AsyncIterator[Town]:
    """A town on SQLite whose bot is not running."""
    async with town(tmp_path / "data", new_file(tmp_path / "madoguchi.db"), started=False) as opened:
        yield opened


def secret_settings(place: Town) -> dict[str, str]:
    """Keys and a password of the mail server, beside the token."""
    post = f"smtp://office:{PASSWORDS[0]}@127.0.0.1:{place.mailbox.port}"
    return {**place.environment, "MADOGUCHI_KEYS": f"{KEYS[0]},index:{KEYS[1]}", "MADOGUCHI_MAIL_URL": post}


def secrets_in(content: str | bytes) -> list[str]:
    plain = content if isinstance(content, bytes) else content.encode()
    return [secret for secret in (TOKEN, TOKEN.partition(":")[2], *PASSWORDS, *KEYS) if secret.encode() in plain]


def seen_by_all(process: int) -> bytes:
    """What `ps` shows of a process; it has no children that would inherit its environment."""
    assert Path(f"/proc/{process}/task/{process}/children").read_text() == ""
    return Path(f"/proc/{process}/cmdline").read_bytes()


async def test_with_every_logger_of_every_library_at_debug_no_line_holds_the_identity_or_a_secret(
    closed: Town,
) -> None:
    """As any handler would get it: asyncio's debug mode, SQL, pools, the client; and nothing is redacted."""
    server = closed.server
    bot = await BotProcess.start(secret_settings(closed), python=("-X", "dev", "-m", "tests.loud_bot"))
    try:
        await server.settled(30)
        refusals = iter((Fault(status=500), Fault(status=400, description=f"Bad Request: {NAME}"), Fault(drop="after")))
        await asked_for(closed)
        server.fault = lambda method, _: next(refusals, None) if method in ("sendMessage", "deleteMessage") else None
        for _, message in itertools.islice(ways(PHONE), 0, None, 4):
            await sends(closed.taro, **message)
        server.cloud.push("message", {"message_id": 1, "chat": {"id": closed.taro.id, "type": "private"}, "text": NAME})
        server.cloud.push("callback_query", {"id": NAME, "data": PHONE, "from": {"id": closed.taro.id}})
        await server.settled(20)
        seen = seen_by_all(bot.process.pid)
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    assert found_in(bot.log) == []
    assert secrets_in(bot.log) == []
    assert (secrets_in(seen), found_in(seen)) == ([], [])
    for loud in ("asyncio", "sqlalchemy.engine", "transitions.core"):
        assert f"\n{loud}" in bot.log, "it was as loud as it could be"
    for file in (path for path in Path(closed.environment["MADOGUCHI_DATA"]).parent.rglob("*") if path.is_file()):
        assert secrets_in(file.read_bytes()) == [], file.name
    assert [secrets_in(bytes(letter)) for letter in closed.mailbox.letters] == [[] for _ in closed.mailbox.letters]


async def test_an_update_that_fails_leaves_nothing_of_its_content_in_the_log(
    tmp_path: Path, every_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async with town(tmp_path / "data", new_file(tmp_path / "madoguchi.db")) as place:
        chat = {"id": place.taro.id, "type": "private"}
        place.server.cloud.push("message", {"message_id": 1, "date": 0, "chat": chat, "text": f"{NAME} {MAIL} {PHONE}"})
        place.server.cloud.push("message", {"message_id": NAME, "date": 0, "chat": chat, "from": MAIL, "text": PHONE})
        await settled(place)
        kept = await columns(place)
    out, err = capsys.readouterr()
    assert "turn failed" in err
    assert found_in(out + err) == []
    assert {column: found for column, words in kept.items() if (found := found_in(words))} == {}


async def test_what_nobody_caught_is_logged_without_its_words(
    small: Town, every_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail() -> None:
        raise ValueError(NAME)

    def fall(said: str) -> None:
        raise ValueError(said)

    asyncio.get_running_loop().call_soon(fall, PHONE)
    failing = asyncio.create_task(fail())
    await asyncio.wait([failing])
    del failing
    gc.collect()
    await settled(small)
    logged = capsys.readouterr().err
    assert logged.count("a fault outside of any work") == 2
    assert logged.count("ValueError") == 2
    assert found_in(logged) == []


def test_an_answer_that_is_no_json_is_neither_logged_nor_in_the_error(
    every_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TelegramError) as failed:
        AiohttpRequest.parse_json_payload(f'{{"ok":true,"result":[{{"text":"{NAME} {PHONE}'.encode())
    assert found_in("".join(traceback.format_exception(failed.value))) == []
    assert failed.value.__context__ is None
    assert found_in(capsys.readouterr().err) == []


async def test_nothing_of_the_bot_that_is_in_memory_shows_the_identity_or_the_token(small: Town) -> None:
    await filled_in(small)
    ours = [each for each in gc.get_objects() if str(type(each).__module__).startswith(("bot.", "flows."))]
    ours = [each for each in ours if not type(each).__module__.startswith("bot.playground")]
    assert len(ours) > 50
    for each in ours:
        assert (found_in(repr(each)), secrets_in(repr(each))) == ([], []), type(each)


@pytest.mark.parametrize("database", ["postgresql://u:{}@h/d", "postgresql://h/d?user=u&password={}"])
def test_no_setting_or_client_shows_a_secret_and_all_are_known_to_the_log(closed: Town, database: str) -> None:
    given = {**secret_settings(closed), "MADOGUCHI_DATABASE_URL": database.format(PASSWORDS[1])}
    settings = Settings.load(given)
    assert secrets_in(f"{settings!r} {settings}") == []
    assert {TOKEN, *PASSWORDS, *KEYS} <= set(settings.secrets)
    assert secrets_in(repr(make_client(TOKEN, "https://api.telegram.org"))) == []


async def test_a_token_that_telegram_refuses_is_in_no_error(closed: Town) -> None:
    closed.server.token = "987654:another"
    app = App(Settings.load(closed.environment), closed.clock)
    with pytest.raises(BadSetting) as refused:
        await app.run(asyncio.Event())
    error: BaseException | None = refused.value
    while error is not None:
        assert secrets_in(f"{error!r} {error}") == []
        error = error.__context__
