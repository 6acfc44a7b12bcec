"""What has happened, in order and by number, for those who look on: the page and its reconnects.

The oldest are forgotten when there are too many: who missed those begins anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

KEPT = 10_000


@dataclass(frozen=True, eq=False)
class Event:
    """`kind` says what `value` is: "message" a Message, "gone" a chat and message id, "press" a Press …"""

    number: int
    kind: str
    value: Any


class Journal:
    """The last events; `last` is the number of the newest, 0 before the first."""

    def __init__(self) -> None:
        self.last = 0
        self._events: deque[Event] = deque(maxlen=KEPT)

    def write(self, kind: str, value: Any) -> None:
        self.last += 1
        self._events.append(Event(self.last, kind, value))

    def after(self, number: int) -> Sequence[Event] | None:
        """The events after this number; None where some of them are forgotten, or it never was."""
        missed = self.last - number
        if not 0 <= missed <= len(self._events):
            return None
        return list(islice(self._events, len(self._events) - missed, None))
