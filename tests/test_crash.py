"""The process dies at any moment, and nothing is lost, nothing happens twice, nobody is left in silence.

Stories are played twice: undisturbed, and while the bot is killed (SIGKILL) and started again; both histories are then
held against each other (`tests/crashing.py`). `make crash` plays more of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.crashing import Deaths, Scene, Verdict, cast, dies_posting, dies_speaking, scene, verdict
from tests.killable import Death
from tests.stories import KINDS, Story, form


@pytest.fixture
def played(tmp_path: Path, two_databases: tuple[str, str]) -> Callable[..., Coroutine[Any, Any, Verdict]]:
    return partial(verdict, tmp_path, two_databases)


Times = Callable[[int, int], int]
Played = Callable[[Mapping[str, Story], Deaths], Coroutine[Any, Any, Verdict]]


async def test_it_dies_before_the_commit_of_every_update(played: Played, random: Random, times: Times) -> None:
    def deaths(on: Scene) -> None:
        on.deaths = cycle((Death(turn=2), Death(turn=3)))  # what comes again is committed, the next is not

    (await played(cast(random, times(1, 3)), deaths)).holds()


async def test_it_dies_between_the_commit_and_the_words_and_between_the_words_and_the_mark(
    played: Played, random: Random, times: Times
) -> None:
    def deaths(on: Scene) -> None:
        dies_speaking(on, lambda: random.random() < 0.25, lambda: random.choice(("before", "after")))

    (await played(cast(random, times(1, 3)), deaths)).holds()


async def test_it_dies_when_each_letter_is_handed_over_and_not_yet_marked(played: Played) -> None:
    handed: set[str] = set()

    def first_time(letter: str) -> bool:
        new = letter not in handed
        handed.add(letter)
        return new

    def deaths(on: Scene) -> None:
        dies_posting(on, lambda: first_time(str(on.town.mailbox.letters[-1]["Message-ID"])))

    found = await played({"人": KINDS[1](form())}, deaths)
    assert (found.lost, found.strange) == ({}, {})
    assert found.copied["the post"] == len(handed) == 4  # each once more, with the same Message-ID


async def test_it_dies_anywhere_at_any_time(played: Played, random: Random, times: Times, round_: int) -> None:
    """Conversations side by side; `make crash` has hundreds of them."""

    def deaths(on: Scene) -> None:
        on.deaths = iter(lambda: Death(step=random.choice((0, random.randrange(20, 400)))), None)
        dies_speaking(on, lambda: random.random() < 0.02, lambda: random.choice(("before", "after")))
        dies_posting(on, lambda: random.random() < 0.1)

    found = await played(cast(random, times(4, 44)), deaths)
    found.holds(side_by_side=True)
    print(f"{found.kills} kills, {found.copies} messages sent twice, nothing lost")  # noqa: T201  # for `make crash`


async def test_it_dies_at_every_step_of_the_migration_and_of_the_start(
    tmp_path: Path, empty_database_url: str, random: Random, times: Times
) -> None:
    """Before each statement and each commit (in `make test` each ninth): the next start goes on, with a whole schema
    and the same keys.
    """
    async with scene(tmp_path, empty_database_url) as on:
        stride = times(9, 1)
        step = random.randrange(stride)
        while not on.town.server.called("getUpdates"):
            step += stride
            await on.bot.start(Death(step=step))
            polls = asyncio.create_task(on.town.server.until(lambda: on.town.server.called("getUpdates"), 30))
            dies = asyncio.create_task(on.bot.dead())
            await asyncio.wait([polls, dies], return_when=asyncio.FIRST_COMPLETED)
            polls.cancel()
            await asyncio.gather(polls, return_exceptions=True)
        on.bot.kill()
        await on.bot.dead()
        keys = {path.name: path.read_bytes() for path in (tmp_path / "data").glob("*.key")}
        await on.bot.start()
        await on.town.taro.says("/start")
        await on.town.taro.sees("予約窓口")
        assert {path.name: path.read_bytes() for path in (tmp_path / "data").glob("*.key")} == keys
        assert step > 40
        assert "ended by" not in on.bot.log
