"""What one durable turn costs the bot: milliseconds of CPU of its process, calls to Telegram included.

    python -m tests.benchmarks.turn [--people 16] [--rounds 5] [--profile FILE]

Newcomers walk the whole form up to the review: 13 updates each. Ticks that fall into the walk are counted too.
"""

from __future__ import annotations

import argparse
import asyncio
import pstats
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from tests.benchmarks.counter import Measured, conditions, counter, table
from tests.town import book

TARGET_MS = 4.0
UPDATES = 13  # of one walk


class Round(NamedTuple):
    """One round: per update milliseconds of CPU and calls to the Bot API; updates a second."""

    cpu_ms: float
    calls: float
    rate: float


async def walk(office: Measured, people: int) -> Round:
    """So many newcomers at once, each up to the review."""
    server, updates = office.town.server, people * UPDATES
    persons = [server.person(f"人 {n}", language_code="ja") for n in range(people)]
    spent, calls, began = office.bot.cpu_seconds, office.calls, perf_counter()
    await asyncio.gather(*(book(person, email="taro@icloud.com", send=False) for person in persons))
    await server.settled(60)
    took, cpu = perf_counter() - began, office.bot.cpu_seconds - spent
    return Round(1000 * cpu / updates, (office.calls - calls) / updates, updates / took)


async def measure(people: int, rounds: int, profile: Path | None) -> None:
    python = ("-m", "cProfile", "-o", str(profile)) if profile else ()
    async with counter(python) as office:
        await walk(office, people)  # imports, caches and connections
        measured = [await walk(office, people) for _ in range(rounds)]
    cpu = [each.cpu_ms for each in measured]
    rows = [
        ("CPU per turn, median", f"{median(cpu):.2f} ms (target {TARGET_MS:g} ms)"),
        ("lowest and highest round", f"{min(cpu):.2f} and {max(cpu):.2f} ms"),
        ("calls to the Bot API per turn", f"{median(each.calls for each in measured):.2f}"),
        ("updates a second, driver included", f"{median(each.rate for each in measured):.0f}"),
    ]
    table(f"One durable turn ({conditions(people)}, {rounds} rounds of {people * UPDATES} updates)", rows)
    if profile:
        pstats.Stats(str(profile)).sort_stats("tottime").print_stats(40)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--people", type=int, default=16)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--profile", type=Path, help="write a profile here, by function; the figures are then higher")
    given = words.parse_args()
    asyncio.run(measure(given.people, given.rounds, given.profile))


if __name__ == "__main__":
    main()
