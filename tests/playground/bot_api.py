"""What the tests of the local Bot API server share: its token, its clock, buttons, and what a refusal looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

TOKEN = "123456:TEST"


class Clock:
    """A time that moves when the test says so."""

    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


def inline(*labels: str, data: str = "d") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label in labels])


@contextmanager
def refusal(kind: type[Exception], words: str) -> Iterator[None]:
    """The library writes the description in its own case."""
    with pytest.raises(kind, match=f"(?i){re.escape(words)}"):
        yield
