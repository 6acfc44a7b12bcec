"""How long the bot takes from the command to its first poll, in seconds of real time.

    python -m tests.benchmarks.start [--times 7]

With an empty folder, where keys and tables are made, and with the database of the run before.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median

from tests.benchmarks.counter import conditions, counter, table

TARGET_SECONDS = 2.0


async def seconds(folder: Path) -> float:
    async with counter(folder=folder) as office:
        return office.seconds_to_first_poll


async def measure(times: int) -> None:
    fresh, again = [], []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
            fresh.append(await seconds(Path(made)))
            again.append(await seconds(Path(made)))
    rows = [
        (name, f"{median(took):.2f} s ({min(took):.2f} to {max(took):.2f}; target {TARGET_SECONDS:g} s)")
        for name, took in (("first start, median", fresh), ("later start, median", again))
    ]
    table(f"Start to first poll ({conditions()}, {times} times)", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=7)
    asyncio.run(measure(words.parse_args().times))


if __name__ == "__main__":
    main()
