"""Small counts are hidden, and cannot be worked out either (第5条（2） 「特定できる形式で公開しない」).

A count from 1 to below the fewest that is shown is FEW. Where a total and the counts beside it would give one away, the
smallest of the others is HIDDEN too, then the total: until what is shown leaves two values or more for each FEW.

Of several months a count is shown where each of them shows it. So whatever spans somebody lays over each other, they
tell what the months tell one by one, and no more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class AtLeast:
    """A count of several months, where not all of them show theirs."""

    count: int


Shown = int | Literal["few", "hidden"] | AtLeast
FEW: Literal["few"] = "few"
HIDDEN: Literal["hidden"] = "hidden"
NO_END = sys.maxsize  # as many as anything may be
Bounds = tuple[int, int]


def alone(count: int, fewest: int) -> Shown:
    """A count that stands beside no total."""
    return FEW if 0 < count < fewest else count


@dataclass
class Sum:
    """One total and the ways in which it is divided: each part adds up to it."""

    total: Shown
    parts: list[list[Shown]]
    fewest: int


def together(months: Sequence[Shown]) -> Shown:
    """A count of several months, out of what each of them shows."""
    counts = [count for count in months if count]
    shown = [count for count in counts if isinstance(count, int)]
    if len(shown) == len(counts):
        return sum(shown)
    least = sum(shown) + counts.count(FEW)
    return counts[0] if len(counts) == 1 else AtLeast(least) if least else HIDDEN


def added(months: Sequence[Sum]) -> Sum:
    """The sums of several months."""
    of_each = zip(*(one.parts for one in months), strict=True)
    parts = [[together(counts) for counts in zip(*part, strict=True)] for part in of_each]
    return Sum(together([one.total for one in months]), parts, months[0].fewest)


def hidden(total: int, parts: Sequence[Sequence[int]], fewest: int) -> Sum:
    """What may be shown of counts that add up."""
    found = Sum(alone(total, fewest), [[alone(count, fewest) for count in part] for part in parts], fewest)
    while _gives_away(found) and _hides_one_more(found):
        pass
    if _gives_away(found):  # so few in all that only zeros can be told
        found.parts = [[HIDDEN if shown else 0 for shown in part] for part in found.parts]
    return found


def _bounds(shown: Shown, fewest: int, lowest: int) -> Bounds:
    """Between what a reader knows it to be; `lowest` where it is HIDDEN."""
    if isinstance(shown, int):
        return shown, shown
    return (1, fewest - 1) if shown == FEW else (lowest, NO_END)


def _of_part(found: Sum, part: list[Shown]) -> list[Bounds]:
    return [_bounds(shown, found.fewest, found.fewest) for shown in part]


def _of_total(found: Sum) -> Bounds:
    """What is said of the total, and what each part adds up to."""
    all_bounds = [_bounds(found.total, found.fewest, 0)]
    for part in found.parts:
        bounds = _of_part(found, part)
        all_bounds.append((sum(low for low, _ in bounds), sum(high for _, high in bounds)))
    return max(low for low, _ in all_bounds), min(high for _, high in all_bounds)


def _gives_away(found: Sum) -> list[list[Shown]]:
    """The parts in which a FEW has only one value left."""
    return [part for part in found.parts if any(low == high for low, high in _left(found, part))]


def _left(found: Sum, part: list[Shown]) -> Iterator[Bounds]:
    """What each FEW of a part can still be."""
    least, most = _of_total(found)
    bounds = _of_part(found, part)
    lows, highs = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    for shown, (low, high) in zip(part, bounds, strict=True):
        if shown == FEW:
            yield max(low, least - (highs - high)), min(high, most - (lows - low))


def _hides_one_more(found: Sum) -> bool:
    """The smallest count of a part that gives something away, else the total, else the smallest anywhere."""
    for part in _gives_away(found):
        if _hides_the_smallest(part):
            return True
    if found.total != HIDDEN:
        found.total = HIDDEN
        return True
    return any(_hides_the_smallest(part) for part in found.parts)


def _hides_the_smallest(part: list[Shown]) -> bool:
    counts = [shown for shown in part if isinstance(shown, int) and shown]
    if counts:
        part[part.index(min(counts))] = HIDDEN
    return bool(counts)
