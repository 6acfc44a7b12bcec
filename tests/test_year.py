"""A year of an office passes, and every rule has held in it: here the first days of one; `make year` has the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.typing import EventDict

from tests.year.history import live


async def test_some_days_of_a_year_pass_and_every_rule_holds(
    tmp_path: Path, request: pytest.FixtureRequest, logged: list[EventDict]
) -> None:
    seed = request.config.getoption("--seed")
    history = await live(tmp_path, seed, 10)
    assert not history.breaches, f"python -m tests.year --days 10 --seed {seed}\n" + "\n".join(history.breaches)
    assert history.bookings > 50
    assert not [event for event in logged if event["log_level"] == "error"]


async def test_a_seed_has_the_same_days_again(tmp_path: Path) -> None:
    first, again, other = [await live(tmp_path / f"{n}", seed, 2) for n, seed in enumerate((1, 1, 2))]
    assert str(first) == str(again) != str(other)
