"""What things cost as the bookings of years pile up: it must not grow with them.

    python -m tests.benchmarks.growth [--counts 100 10000 1000000] [--engines sqlite postgresql]

In this process and without Telegram (the start: a process of its own, to its first poll): milliseconds, medians.
PostgreSQL is the server of `BENCH_DATABASE_URL`, else one of its own. Beside the bookings there are a person with 500
of them, 100,000 updates of the last week at most, 10,000 notices that are not due yet, and a month that is booked up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import update
from sqlalchemy.engine import make_url

from bot.app import App
from bot.channels import STAFF
from bot.config import Settings
from bot.database import Database
from bot.migrate import migrate
from bot.outbox import NOTICE
from bot.reply import Reply
from bot.retention import forget_what_is_old
from bot.turn import Incoming, private
from flows import policy
from flows.booking import BOOKING
from flows.counter import Booking, Permit, Slot
from flows.reception import Command
from flows.steps import Pressed, Question, Said, Typed
from tests.benchmarks.counter import counter, table
from tests.benchmarks.fill import crowd, fill
from tests.databases import embedded_postgres, new_database
from tests.town import TOKEN, Clock
from tests.usual_answers import USUAL

ANSWERS = (  # a value that is pressed ("": the first there is), or words
    "agree", "yes", "yes", "yes", "continue", Typed("川越 太郎"), Typed("11030-01234567"), "", "",
    Typed("taro@icloud.com"), Typed("090-1234-5678"), "none",
)  # fmt: skip
PEOPLE = 20
REGULAR = 5  # the chat of the person with many bookings
Measured = dict[str, float]


async def timed(work: Callable[[], Awaitable[Any]], times: int = 50) -> float:
    """The median of so many, in milliseconds."""
    took = []
    for _ in range(times):
        began = perf_counter()
        await work()
        took.append(perf_counter() - began)
    return 1000 * median(took)


async def with_bookings(url: str, folder: Path, bookings: int) -> Measured:
    await filled(url, bookings)
    clock = Clock()
    given = {"TOKEN": TOKEN, "API_URL": "http://127.0.0.1:9", "DATA": str(folder), "DATABASE_URL": url}
    app = App(Settings.load({f"MADOGUCHI_{name}": value for name, value in given.items()}), clock)
    try:
        return {
            **await in_a_quiet_month(app, clock()),
            **await in_a_crowded_month(app, clock()),
            "start to first poll": await start(url, folder),
            **await of_forgetting(app, clock()),
        }
    finally:
        await app.database.close()


async def filled(url: str, bookings: int) -> None:
    """A database of its own, closed again: then its write-ahead log is worked into the file."""
    database = Database(url)
    await migrate(database)
    await database.run_sync(lambda connection: fill(connection, bookings))
    await database.close()


async def in_a_quiet_month(app: App, now: datetime) -> Measured:
    turns = [took for chat in range(11, 11 + PEOPLE) for took in await walk(app, chat, now)]
    return {"one turn": 1000 * median(turns), **await of_offering(app, now, "")}


async def in_a_crowded_month(app: App, now: datetime) -> Measured:
    days, database, outbox, store = app.kit.days, app.database, app.kit.outbox, app.kit.store
    *starts, last = (start for day in policy.days_to_offer(days, now) for start in days.starts(day))
    await database.run_sync(lambda connection: crowd(connection, app.kit.seal, REGULAR, starts))
    booking = await timed(lambda: turn(app, REGULAR, Command("book"), now))
    await take(app, last, now)
    return {
        **await of_offering(app, now, ", booked up"),
        "/book, after 500 bookings": booking,
        "/mine, after 500 bookings": await timed(lambda: turn(app, REGULAR, Command("mine"), now)),
        "a notice put, claimed, marked": await timed(lambda: one_notice(app, now)),
        "claim where nothing is due": await timed(lambda: outbox.claim(now, {STAFF: 30})),
        "what the clock moves": await timed(lambda: app.clockwork.move_bookings(now)),
        "screens that are owed": await timed(lambda: database.run(lambda t: store.owed(t, now))),
        "forms left open": await timed(lambda: database.run(lambda t: store.fleeting(t, now - timedelta(days=1)))),
    }


async def take(app: App, start: datetime, now: datetime) -> None:
    """The person with many bookings takes the last place there is."""
    permit = policy.permit(app.kit.days, Slot("1", start), now)
    assert isinstance(permit, Permit)
    told = {"seeker_number": "11030-01234567", "email": "taro@example.jp"}
    taken = await app.database.run(lambda t: app.kit.counter(t, now, REGULAR, "ja").request(permit, told))
    assert isinstance(taken, Booking)
    await app.database.run(lambda t: t.execute(update(NOTICE).values(state="sent").where(NOTICE.c.due_at <= now)))


async def one_notice(app: App, now: datetime) -> None:
    outbox, key = app.kit.outbox, f"due{next(updates)}"
    await app.database.run(lambda transaction: outbox.put(transaction, key, "alert", now))
    [notice] = await outbox.claim(now, {STAFF: 30})
    assert await app.database.run(lambda transaction: outbox.mark(transaction, notice, "sent"))


async def of_offering(app: App, now: datetime, how: str) -> Measured:
    days = policy.days_to_offer(app.kit.days, now)

    def free(offered: tuple[Any, ...]) -> Callable[[], Awaitable[Any]]:
        return lambda: app.database.run(lambda t: app.kit.counter(t, now, 1, "ja").free(offered))

    return {f"offer of days{how}": await timed(free(days)), f"offer of times{how}": await timed(free(days[:1]))}


async def of_forgetting(app: App, now: datetime) -> Measured:
    def a_round(at: datetime) -> Callable[[], Awaitable[Any]]:
        return lambda: app.database.run(lambda t: forget_what_is_old(t, app.kit.seal, app.kit.days.office, at))

    return {
        "forgetting, nothing is old": await timed(a_round(now)),
        "forgetting, all is old": await timed(a_round(now + timedelta(days=1000)), 1),
    }


async def start(url: str, folder: Path) -> float:
    took = []
    for _ in range(3):
        async with counter(folder=folder, url=url) as office:
            took.append(office.seconds_to_first_poll)
    return 1000 * median(took)


updates = count(10**9)


async def turn(app: App, chat: int, said: Said | Command, now: datetime) -> Reply:
    told = Incoming(next(updates), "private", chat, chat, said, 1, "1" if isinstance(said, Pressed) else None)
    reply: Reply | None = await app.database.run(lambda t: private(app.kit, t, told, now))
    assert reply
    return reply


async def walk(app: App, chat: int, now: datetime) -> list[float]:
    """One newcomer from /book to the review; the seconds of each turn."""
    said: Said | Command = Command("book")
    took, answers = [], iter(ANSWERS)
    while True:
        began = perf_counter()
        shot = (await turn(app, chat, said, now)).shot
        took.append(perf_counter() - began)
        if shot.step == "review":
            return took
        answer = usual(shot.step) if shot.step in USUAL else next(answers)
        said = answer if isinstance(answer, Typed) else Pressed(shot.flow, shot.step, answer or shot.rows[0][0].value)


def usual(name: str) -> str | Typed:
    """The answer to a question that is not among those above."""
    question = BOOKING.by_name[name]
    return Typed(USUAL[name]) if isinstance(question, Question) and question.read else USUAL[name]


@asynccontextmanager
async def an_empty_database(engine: str, folder: Path) -> AsyncIterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'madoguchi.db'}"
        return
    given = os.environ.get("BENCH_DATABASE_URL")
    with nullcontext(make_url(given)) if given else embedded_postgres() as server:
        async with new_database(server) as url:
            yield url


async def measure(engine: str, counts: list[int]) -> None:
    columns = []
    for bookings in counts:
        with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
            async with an_empty_database(engine, Path(made)) as url:
                columns.append(await with_bookings(url, Path(made), bookings))
    rows = [("bookings", " ".join(f"{bookings:>12,}" for bookings in counts) + "   largest : smallest")]
    for name in columns[0]:
        row = [column[name] for column in columns]
        rows.append((name, " ".join(f"{took:>9.2f} ms" for took in row) + f"   {max(row) / min(row):>5.1f}"))
    table(f"Growth ({engine}, one process, {PEOPLE} walks of {len(ANSWERS) + 1} turns, medians)", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--counts", type=int, nargs="+", default=[100, 10_000, 1_000_000])
    words.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"])
    given = words.parse_args()
    for engine in given.engines:
        asyncio.run(measure(engine, given.counts))


if __name__ == "__main__":
    main()
