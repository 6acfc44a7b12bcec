"""The clock by which all rules and due times go: the machine's, or in the demo one that is turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def ahead_by(file: Path) -> timedelta:
    """How far ahead of the machine's clock the one is that this file keeps, in seconds."""
    return timedelta(seconds=float(file.read_text("ascii")))


def turned_by(file: Path) -> Clock:
    """The clock that a file keeps, read at every look: whoever turns it turns it for all."""
    return lambda: utc_now() + ahead_by(file)
