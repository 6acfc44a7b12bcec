"""How much memory the bot keeps resident with many conversations in its database.

    python -m tests.benchmarks.memory [--conversations 10000] [--people 16]

After the start, and after people have walked the form over it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bot.database import Database
from bot.migrate import migrate
from tests.benchmarks.counter import conditions, counter, table
from tests.benchmarks.fill import fill
from tests.benchmarks.turn import walk

TARGET_MB = 120


async def measure(conversations: int, people: int) -> None:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        database = Database(f"sqlite:///{made}/madoguchi.db")
        await migrate(database)
        await database.run_sync(lambda connection: fill(connection, conversations))
        await database.close()
        async with counter(folder=Path(made)) as office:
            started = office.bot.resident_mb
            for _ in range(3):
                await walk(office, people)
            worked = office.bot.resident_mb
    rows = [
        ("after the start", f"{started:.0f} MB"),
        (f"after {3 * people} people", f"{worked:.0f} MB (target {TARGET_MB} MB)"),
    ]
    table(f"Resident memory with {conversations:,} conversations ({conditions(people)})", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--conversations", type=int, default=10_000)
    words.add_argument("--people", type=int, default=16)
    given = words.parse_args()
    asyncio.run(measure(given.conversations, given.people))


if __name__ == "__main__":
    main()
