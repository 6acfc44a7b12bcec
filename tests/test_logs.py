"""The logs: every event, whoever logs it, becomes one line on standard error without a secret in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

import pytest
import structlog
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot import logs

TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
PASSWORD = 'pa/ss "窓"'

early = structlog.get_logger("early")
styles = pytest.mark.parametrize("style", ["text", "json"])
Style = Literal["text", "json"]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def set_up(style: Style) -> None:
    logs.set_up(style, [TOKEN, PASSWORD, ""])


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_a_line_of_json_with_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("json")
    structlog.get_logger("bot.turn").info("turn taken", update=5, kinds=["窓", {"a": 1.5}], chat=None)
    [event] = events(capsys)
    stamp = datetime.fromisoformat(event.pop("timestamp"))
    assert stamp.utcoffset() == datetime.now(UTC).utcoffset()
    assert event == {
        "event": "turn taken",
        "level": "info",
        "logger": "bot.turn",
        "update": 5,
        "kinds": ["窓", {"a": 1.5}],
        "chat": None,
    }


def test_an_event_is_a_line_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("text")
    structlog.get_logger().warning("turn taken", update=5)
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "turn taken" in line
    assert "update=5" in line


def test_nothing_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("json")
    structlog.get_logger().info("turn taken")
    assert capsys.readouterr().out == ""


def test_a_logger_made_before_the_set_up_follows_it(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("json")
    early.info("here")
    assert [event["event"] for event in events(capsys)] == ["here"]


def test_a_second_set_up_replaces_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("text")
    early.info("first")
    set_up("json")
    capsys.readouterr()
    early.info("second")
    assert [event["event"] for event in events(capsys)] == ["second"]


def test_the_standard_library_s_events_are_lines_too(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("json")
    logging.getLogger("asyncio").warning("slow: %s", "5 s", extra={"task": 3})
    [event] = events(capsys)
    assert (event["event"], event["level"], event["logger"], event["task"]) == ("slow: 5 s", "warning", "asyncio", 3)


@styles
@pytest.mark.parametrize("secret", [TOKEN, quote(TOKEN, safe=""), quote(TOKEN, safe="").lower(), PASSWORD])
def test_a_secret_is_nowhere_in_an_event(capsys: pytest.CaptureFixture[str], style: Style, secret: str) -> None:
    class Request:
        def __repr__(self) -> str:
            return f"<Request {secret}>"

    set_up(style)
    structlog.get_logger().info(
        f"before {secret} after", url=f"/bot{secret}/getMe", nested={"a": [secret], secret: (Request(),)}
    )
    logging.getLogger("other").warning("%s %r", secret, Request(), extra={"more": {secret}})
    shown = capsys.readouterr().err
    assert shown.count("***") == 8
    assert not [form for form in (TOKEN, quote(TOKEN), PASSWORD, json.dumps(PASSWORD)[1:-1]) if form in shown]
    assert "before *** after" in shown


@styles
def test_a_secret_is_nowhere_in_a_traceback(capsys: pytest.CaptureFixture[str], style: Style) -> None:
    set_up(style)
    for log in (structlog.get_logger("one"), logging.getLogger("two")):
        try:
            try:
                raise OSError(f"cannot reach https://api.telegram.org/bot{TOKEN}/getMe")
            except OSError as error:
                raise ValueError(PASSWORD) from error
        except ValueError:
            log.exception("it failed")
    shown = capsys.readouterr().err
    assert shown.count("ValueError") == 2
    assert shown.count("OSError") == 2
    assert TOKEN not in shown


@styles
def test_of_an_exception_its_class_and_places_are_shown_and_neither_its_words_nor_local_variables(
    capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    job_seeker_number = 11010 * 100_000 + 12345  # in no line of the source as it stands
    set_up(style)
    try:
        raise ValueError("鈴木")
    except ValueError:
        structlog.get_logger().exception("it failed")
        logging.getLogger("two").exception("it failed")
    shown = capsys.readouterr().err
    assert shown.count("ValueError") == 2
    assert shown.count("test_logs.py:") == 2
    assert "鈴木" not in shown
    assert str(job_seeker_number) not in shown


@styles
def test_an_event_that_cannot_be_put_together_shows_its_place_alone(
    capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    set_up(style)
    logging.getLogger("other").warning("%d", TOKEN)
    [line] = capsys.readouterr().err.splitlines()
    assert __file__ in line
    assert TOKEN not in line


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "telegram.Bot", "aiohttp.access", "sqlalchemy.engine"])
def test_a_chatty_library_is_heard_from_warnings_on(capsys: pytest.CaptureFixture[str], name: str) -> None:
    set_up("json")
    logging.getLogger(name).info("HTTP Request: POST")
    logging.getLogger(name).warning("it fails")
    assert [event["event"] for event in events(capsys)] == ["it fails"]


def test_without_secrets_events_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", [])
    structlog.get_logger().info("turn taken", update=5)
    assert [(event["event"], event["update"]) for event in events(capsys)] == [("turn taken", 5)]


def test_a_value_that_json_does_not_know_is_shown_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", [])
    structlog.get_logger().info("due", at=datetime(2026, 1, 5, tzinfo=UTC))
    assert "2026" in events(capsys)[0]["at"]


def test_an_answer_that_the_library_cannot_read_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """What Telegram sent may hold what people wrote; the bot logs the failure itself."""
    set_up("json")
    with pytest.raises(TelegramError):
        BaseRequest.parse_json_payload(b'{"ok": true, "result": [{"message": {"text": "\xe5\xb7\x9d\xe8\xb6\x8a')
    assert capsys.readouterr().err == ""
