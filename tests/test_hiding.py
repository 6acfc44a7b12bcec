"""Counts below the fewest that is shown are hidden, and nothing that is shown gives one away."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from flows.desk.hiding import FEW, HIDDEN, AtLeast, Shown, Sum, added, alone, hidden, together

FEWEST = 3  # so that all cases are few


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, FEW), (4, FEW), (5, 5), (60, 60)])
def test_a_count_by_itself(count: int, shown: Shown) -> None:
    assert alone(count, 5) == shown


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        ([[40, 12, 0]], 52, [[40, 12, 0]]),
        ([[40, 3, 0]], 43, [[HIDDEN, FEW, 0]]),
        ([[40, 9, 3]], 52, [[40, HIDDEN, FEW]]),
        ([[40, 3, 2]], 45, [[40, FEW, FEW]]),
        ([[40, 9, 1, 1]], 51, [[40, HIDDEN, FEW, FEW]]),  # two that add up to two are one each
        ([[40, 7, 5, 1]], 53, [[40, HIDDEN, HIDDEN, FEW]]),  # the five alone hidden, six would be five and one
        ([[4, 4]], HIDDEN, [[FEW, FEW]]),  # and to eight, four each
        ([[3]], FEW, [[FEW]]),
        ([[1, 1, 1, 1]], HIDDEN, [[FEW, FEW, FEW, FEW]]),
        ([[40, 3, 2], [30, 15]], 45, [[40, FEW, FEW], [30, 15]]),
        ([[4, 4], [8, 0]], HIDDEN, [[FEW, FEW], [HIDDEN, 0]]),  # the total is nowhere else either
    ],
)
def test_what_stands_beside_a_total(parts: list[list[int]], total: Shown, shown: list[list[Shown]]) -> None:
    found = hidden(sum(parts[0]), parts, 5)
    assert (found.total, found.parts) == (total, shown)


def test_where_only_one_thing_could_be_so_nothing_but_zeros_is_told() -> None:
    assert hidden(2, [[0, 2], [1, 1]], FEWEST) == Sum(HIDDEN, [[0, HIDDEN], [HIDDEN, HIDDEN]], FEWEST)


def could_be(found: Sum, most: int = 14) -> list[list[set[int]]]:
    """By trying everything: the values that each FEW can have, for somebody who sees all that is shown."""
    seen: list[list[set[int]]] = [[set() for _ in part] for part in found.parts]
    totals = [found.total] if isinstance(found.total, int) else range(1, FEWEST if found.total == FEW else most)
    for total in totals:
        fitting = [[values for values in product(*_values(part, most)) if sum(values) == total] for part in found.parts]
        if all(fitting):
            for part, ways in zip(seen, fitting, strict=True):
                for values in ways:
                    for at, value in enumerate(values):
                        part[at].add(value)
    return seen


def _values(part: list[Shown], most: int) -> list[range]:
    kinds: dict[object, range] = {FEW: range(1, FEWEST), HIDDEN: range(FEWEST, most)}
    return [range(shown, shown + 1) if isinstance(shown, int) else kinds[shown] for shown in part]


def test_5_2_no_hidden_count_can_be_worked_out_by_trying_everything() -> None:
    parts = [list(counts) for counts in combinations_with_replacement(range(5), 3)]
    for one in parts:
        for other in [[sum(one)], *(part for part in parts if sum(part) == sum(one))]:
            found = hidden(sum(one), [one, other], FEWEST)
            for part, ways in zip(found.parts, could_be(found), strict=True):
                for shown, values in zip(part, ways, strict=True):
                    assert shown != FEW or len(values) > 1, (one, other, found)


def test_what_need_not_be_hidden_is_shown() -> None:
    assert hidden(90, [[50, 40], [60, 30]], 5) == Sum(90, [[50, 40], [60, 30]], 5)
    assert hidden(0, [[0, 0]], 5) == Sum(0, [[0, 0]], 5)
    assert hidden(3, [[1, 2]], 0) == Sum(3, [[1, 2]], 0), "an office that hides nothing"


@pytest.mark.parametrize(
    ("months", "shown"),
    [
        ([7], 7), ([FEW], FEW), ([HIDDEN], HIDDEN), ([7, 0, 5], 12), ([0, 0], 0), ([7, FEW], AtLeast(8)),
        ([FEW, FEW], AtLeast(2)), ([7, HIDDEN], AtLeast(7)), ([HIDDEN, 0], HIDDEN),
        ([HIDDEN, HIDDEN], HIDDEN), ([0, FEW, 0], FEW),
    ],
)  # fmt: skip
def test_a_count_of_several_months_is_shown_where_each_of_them_shows_it(months: list[Shown], shown: Shown) -> None:
    assert together(months) == shown


def test_5_2_spans_of_months_tell_no_more_than_the_months_one_by_one() -> None:
    """Whatever hidden counts there are: months that look the same make a span that looks the same."""
    told: dict[str, set[str]] = {}
    for first, second, third, fourth in product(range(FEWEST + 2), repeat=4):
        months = [hidden(first + second, [[first, second]], FEWEST), hidden(third + fourth, [[third, fourth]], FEWEST)]
        told.setdefault(repr(months), set()).add(repr(added(months)))
    assert {len(spans) for spans in told.values()} == {1}
