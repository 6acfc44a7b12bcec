"""What a turn costs as the bookings of years pile up: it must not grow with them.

    python -m tests.benchmarks.growth [--counts 100 10000 1000000]

In this process and without Telegram, on SQLite: milliseconds of CPU and the commit's own waiting, medians.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

from bot.app import App
from bot.config import Settings
from bot.database import Database
from bot.migrate import migrate
from bot.turn import Incoming, Reply, private
from flows import policy
from flows.reception import Command
from flows.steps import Pressed, Said, Typed
from tests.benchmarks.counter import table
from tests.benchmarks.fill import fill
from tests.town import TOKEN, Clock

ANSWERS = (  # a value that is pressed ("": the first there is), or words
    "agree", "yes", "yes", "yes", "continue", Typed("川越 太郎"), Typed("11030-01234567"), "", "",
    Typed("taro@icloud.com"), Typed("090-1234-5678"), "none",
)  # fmt: skip
PEOPLE = 20
Measured = dict[str, float]


async def timed(work: Callable[[], Awaitable[Any]], times: int) -> float:
    """The median of so many, in milliseconds."""
    took = []
    for _ in range(times):
        began = perf_counter()
        await work()
        took.append(perf_counter() - began)
    return 1000 * median(took)


async def with_bookings(bookings: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        await filled(f"sqlite:///{made}/madoguchi.db", bookings)
        clock = Clock()
        app = App(
            Settings.load(
                {"MADOGUCHI_TOKEN": TOKEN, "MADOGUCHI_API_URL": "http://127.0.0.1:9", "MADOGUCHI_DATA": made}
            ),
            clock,
        )
        try:
            return await measured(app, clock())
        finally:
            await app.database.close()


async def filled(url: str, bookings: int) -> None:
    """A database of its own, closed again: then its write-ahead log is worked into the file."""
    database = Database(url)
    await migrate(database)
    await database.run_sync(lambda connection: fill(connection, bookings))
    await database.close()


async def measured(app: App, now: datetime) -> Measured:
    days, database, outbox = app.desk.days, app.database, app.desk.outbox
    turns = [took for chat in range(1, PEOPLE + 1) for took in await walk(app, chat, now)]
    offer = policy.days_to_offer(days, now)
    return {
        "one turn": 1000 * median(turns),
        "offer of days": await timed(lambda: database.run(lambda t: app.desk.counter(t, now, 1, "ja").free(offer)), 50),
        "claim from the outbox": await timed(lambda: outbox.claim(now, 30), 50),
        "what the clock moves": await timed(lambda: app.clockwork.move_bookings(now), 50),
    }


updates = count(10**9)


async def walk(app: App, chat: int, now: datetime) -> list[float]:
    """One newcomer from /book to the review; the seconds of each turn."""
    said: Said | Command = Command("book")
    took = []
    for answer in (*ANSWERS, None):
        incoming = Incoming(next(updates), "private", chat, chat, said, 1, "1" if isinstance(said, Pressed) else None)
        began = perf_counter()
        reply: Reply | None = await app.database.run(lambda t, told=incoming: private(app.desk, t, told, now))  # type: ignore[misc]  # mypy infers no lambda with a default
        took.append(perf_counter() - began)
        assert reply
        if isinstance(answer, str):
            values = [button.value for row in reply.shot.rows for button in row]
            assert answer in ("", *values), reply.shot
            said = Pressed(reply.shot.flow, reply.shot.step, answer or values[0])
        elif answer:
            said = answer
    assert reply
    assert reply.shot.step == "review", reply.shot
    return took


async def measure(counts: list[int]) -> None:
    columns = {bookings: await with_bookings(bookings) for bookings in counts}
    names = list(next(iter(columns.values())))
    rows = [("bookings", " ".join(f"{bookings:>12,}" for bookings in counts))]
    rows += [(name, " ".join(f"{columns[bookings][name]:>9.2f} ms" for bookings in counts)) for name in names]
    table(f"Growth (SQLite, synchronous=FULL, one process, {PEOPLE} walks of {len(ANSWERS) + 1} turns, medians)", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--counts", type=int, nargs="+", default=[100, 10_000, 1_000_000])
    asyncio.run(measure(words.parse_args().counts))


if __name__ == "__main__":
    main()
