"""The pauses between two tries, in seconds: each twice as long as the one before, up to a longest one."""

from __future__ import annotations

from collections.abc import Iterator


def pauses(first: float, longest: float) -> Iterator[float]:
    while True:
        yield first
        first = min(first * 2, longest)
