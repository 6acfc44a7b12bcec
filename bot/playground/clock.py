"""The demo's clock: as far ahead of the machine's as a file says, so that another process can go by it too.

It runs on by itself and is turned forward only: a clock that went back would take back what has been said.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import ahead_by

SAME = timedelta(seconds=1)  # a clock that was started just now


class TurnedBack(Exception):
    """The clock was to be turned back; `now` is what it shows."""

    def __init__(self, now: datetime):
        super().__init__(
            f"The clock goes forward only, for what was sent stays sent; it is at {now:%Y-%m-%dT%H:%M%z} now."
        )
        self.now = now


class DemoClock:
    """Gives aware times in UTC; `file` is what the bot is given as `MADOGUCHI_CLOCK`, and may be there already.

    Raises `TurnedBack` where it is to start before what that file says.
    """

    def __init__(self, file: Path, start: datetime | None = None):
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            self._write((start or datetime.now(UTC)) - datetime.now(UTC))
        self.ahead = ahead_by(file)
        if start and start > self():
            self.turn(start)
        elif start and self() - start > SAME:
            raise TurnedBack(self())

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def turn(self, to: datetime) -> None:
        """Turn it to an aware moment. Raises `TurnedBack`."""
        if to < self():
            raise TurnedBack(self())
        self._write(to - datetime.now(UTC))
        self.ahead = ahead_by(self.file)

    def _write(self, ahead: timedelta) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{ahead.total_seconds()}\n", "ascii")
        draft.replace(self.file)
