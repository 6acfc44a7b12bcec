"""Logs: one line an event to standard error, as text or JSON, in UTC; ids only, and never a secret.

Every event, structlog's and the standard library's alike, passes `_redacting` as its last step before it becomes a
line: message, arguments, exception. Of an exception only its class and its places are shown, whoever logs it: its
message may hold what somebody typed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import EventDict, ExcInfo, Processor

QUIET = (
    "alembic",
    "transitions",
    "aiohttp.access",
    "httpcore",
    "httpx",
    "sqlalchemy",
    "telegram",
)  # chatty, and some log URLs with the token

MUTE = ("telegram.request",)  # logs every answer that it cannot read, with all that people wrote in it

_common: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def set_up(style: Literal["text", "json"], secrets: Sequence[str]) -> None:
    """From here on every event of level INFO and above is a line on standard error, `secrets` shown as ***."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    logging.basicConfig(level=logging.INFO, handlers=[_StandardError(_formatter(style, secrets))], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in MUTE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class _StandardError(logging.Handler):
    """Looks standard error up at each event; of an event that it cannot put together it prints the place alone."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:
            line = f"{record.pathname}:{record.lineno}: an event that cannot be logged ({type(error).__name__})"
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def trace(error: BaseException) -> dict[str, object]:
    """What went wrong and where, without its message: that may hold what somebody typed."""
    frames = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)[-12:]]
    return {"error": type(error).__name__, "at": frames, "after": type(error.__cause__ or error.__context__).__name__}


def unhandled(_loop: object, context: Mapping[str, Any]) -> None:
    """The event loop's handler of what nobody has caught; its own puts messages and values into the line."""
    error = context.get("exception")
    about = trace(error) if error else {"what": context["message"]}
    structlog.get_logger(__name__).error("a fault outside of any work", **about)


def _without_words(exc_info: ExcInfo) -> str:
    return " ".join(f"{name}={value}" for name, value in trace(exc_info[1]).items())


def _formatter(style: Literal["text", "json"], secrets: Sequence[str]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_common, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_without_words),
            _redacting(secrets),
            _text() if style == "text" else _json(),
        ],
    )


def _text() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )


def _json() -> Processor:
    return structlog.processors.JSONRenderer(partial(json.dumps, ensure_ascii=False))


def _redacting(secrets: Sequence[str]) -> Processor:
    """A processor that writes *** for each secret, plain or quoted for a URL, and changes nothing else."""
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))}
    if not forms:
        return lambda _logger, _method, event: event
    longest_first = sorted(forms, key=len, reverse=True)
    redact = partial(re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE).sub, "***")

    def redacted(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {name: _throughout(value, redact) for name, value in event.items()}

    return redacted


def _throughout(value: Any, redact: Callable[[str], str]) -> Any:
    """`value` with every text in it redacted; what is neither text, number nor collection is put into words first."""
    match value:
        case str():
            return redact(value)
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {redact(str(name)): _throughout(inner, redact) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_throughout(inner, redact) for inner in value]
        case _:
            return redact(repr(value))
