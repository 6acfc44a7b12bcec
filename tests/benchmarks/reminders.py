"""Thousands of reminders due at once: when the first leaves, how fast they go, how people are answered meanwhile.

    python -m tests.benchmarks.reminders [--reminders 10000] [--past 1000000] [--people 20]
    python -m tests.benchmarks.reminders --claims    # what one claim costs, with ever more notices of the past

The local Bot API server keeps its limits, and is 50 ms away (`--away`); a million notices of the past are in the table.
People ask for help and read the answer, again and again, from before the first reminder until the last. PostgreSQL:
`BENCH_DATABASE_URL`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, insert

from bot import tables
from bot.channels import LETTER, REMINDER
from bot.database import Database
from bot.encryption import Seal, load_keys
from bot.migrate import migrate
from bot.outbox import Outbox
from bot.playground.clock import DemoClock
from bot.playground.deeds import Deeds
from bot.playground.limits import ALL, SENDING, Limits
from bot.playground.people import Person
from bot.playground.server import BotApiServer, Call, Fault
from bot.sender import AT_ONCE
from tests.benchmarks.counter import BOT_CORE, conditions, table
from tests.benchmarks.fill import past_notices
from tests.benchmarks.growth import an_empty_database, timed
from tests.benchmarks.process import BotProcess
from tests.town import TOKEN, Clock, Mailbox, Town

START, BEFORE, DUE, SESSION = "2026-11-30 10:00", "2026-11-30 14:59:40", "2026-11-30 15:00", "2026-12-01 10:00"
REMINDS, HELPS = "お知らせ", "使い方"
READS = (2.0, 5.0)  # seconds that somebody reads an answer
FIRST_S, P95_S, USED = 1.0, 0.5, 0.9


def promised(connection: Connection, seal: Seal, chats: list[int]) -> None:
    """So many confirmed bookings of one morning, and the reminder of each, in the chat and by letter."""
    start, due = Clock(SESSION)(), Clock(DUE)()
    long_ago = due - timedelta(days=7)
    bookings, notices = [], []
    for number, chat in enumerate(chats):
        key = f"booking{number}"
        details = {"seeker_number": f"11030-{number:08}", "email": "taro@example.jp", "name": "川越 太郎"}
        bookings.append({
            "id": key, "ref": f"{number:06}", "chat_id": chat, "state": "confirmed", "version": 2, "counsellor": "1",
            "start": start, "ends_at": start + timedelta(minutes=45), "language": "ja", "requested_at": long_ago,
            "reply_by": due.date(), "confirm_by": due.date(), "lapses_at": due + timedelta(hours=2), "told": "handed",
            "same_number": False, "erased": False, "number_index": str(number), "phone_index": "", "name_index": "",
            "details": seal.seal(details, "booking", "details", key), "source": "chat", "url_sent": False,
            "extended": False, "claim_hash": "", "claim_tries": 0,
        })  # fmt: skip
        notices += [{
            "key": f"{kind}:{key}:2", "kind": kind, "rank": of_rank, "booking_id": key, "chat_id": chat, "due_at": due,
            "next_try": due, "not_after": start, "state": "pending", "attempts": 0, "owner": "", "error": "",
        } for kind, of_rank in (("remind_day_before", REMINDER), ("remind_day_before_mail", LETTER))]  # fmt: skip
    connection.execute(insert(tables.table(tables.BookingRow)), bookings)
    connection.execute(insert(tables.table(tables.NoticeRow)), notices)


@asynccontextmanager
async def office(away: float, reminders: int, past: int) -> AsyncIterator[tuple[Town, BotProcess, DemoClock]]:
    """The town, with its bot in a process of its own, shortly before the reminders are due."""
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        folder = Path(made)
        clock, mailbox = DemoClock(folder / "clock", Clock(START)()), Mailbox()
        await mailbox.open()
        async with BotApiServer(TOKEN, clock=clock) as server:
            url = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{folder / 'madoguchi.db'}")
            town = Town(server, mailbox, folder, url)
            database = Database(url)
            await migrate(database)
            await database.run_sync(lambda connection: past_notices(connection, past))
            chats = [server.person(f"人 {number}", opened=True).id for number in range(reminders)]
            seal, _ = load_keys(None, folder)
            await database.run_sync(lambda connection: promised(connection, seal, chats))
            await database.close()
            server.limits, server.cloud.deeds = Limits(), Unrecorded(server.cloud)
            server.fault = lambda method, _: Fault(hang=True, seconds=away) if method != "getUpdates" else None
            environment = {**town.environment, "MADOGUCHI_CLOCK": str(clock.file)}
            bot = await BotProcess.start(environment, core=BOT_CORE)
            try:
                await server.until(lambda: server.cloud.poll is not None, timeout=60)
                clock.turn(Clock(BEFORE)())
                yield town, bot, clock
            finally:
                await bot.stop()
                await mailbox.close()


async def talk(person: Person, random: Random, took: list[float]) -> None:
    """Ask for help and read the answer, again and again."""
    await asyncio.sleep(random.uniform(0, READS[1]))
    while True:
        began = perf_counter()
        asked = await person.says("/help")
        await person.until(lambda asked=asked: _answered(person, asked.id), timeout=120)  # type: ignore[misc]  # mypy infers no lambda with a default
        took.append(perf_counter() - began)
        await asyncio.sleep(random.uniform(*READS))


def _answered(person: Person, asked: int) -> bool:
    last = person.messages[-1]
    return last.id > asked and HELPS in last.text


class Unrecorded(Deeds):
    """What people do is not written down as a conversation to be copied: of ten thousand chats that takes its time."""

    def done(self, kind: str, by: int, chat: int, words: str = "", about: str = "") -> None:
        return


class Count:
    """Counts the reminders among the calls, each call once."""

    def __init__(self, calls: list[Call]):
        self.calls, self.looked, self.found = calls, 0, 0

    def __call__(self) -> int:
        new, self.looked = self.calls[self.looked :], len(self.calls)
        self.found += sum(map(is_reminder, new))
        return self.found


def is_reminder(call: Call) -> bool:
    return call.method == "sendMessage" and REMINDS in str(call.params.get("text"))


async def measure(reminders: int, past: int, people: int, away: float) -> None:
    took: list[float] = []
    async with office(away, reminders, past) as (town, bot, clock):
        random = Random(4)  # noqa: S311  # no secret
        visitors = [town.server.person(f"客 {number}") for number in range(people)]
        talking = [asyncio.create_task(talk(visitor, random, took)) for visitor in visitors]
        due = Clock(DUE)()
        await asyncio.sleep(max(0.0, (due - clock()).total_seconds()))
        before, cpu = len(took), bot.cpu_seconds
        sent = Count(town.server.calls)
        await town.server.until(lambda: sent() >= reminders, timeout=3600)
        during, cpu = took[before:], bot.cpu_seconds - cpu
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
        how = f"{past:,} of the past in the table, Telegram {1000 * away:.0f} ms away ({conditions(people)})"
        report(town, due, during, cpu, how)


def report(town: Town, due: datetime, answers: list[float], cpu: float, how: str) -> None:
    calls = town.server.calls
    sent = [call for call in calls if call.method in SENDING and call.status == 200 and call.at >= due]
    reminders = [call for call in sent if is_reminder(call)]
    first, last = reminders[0].at, reminders[-1].at
    seconds = (last - first).total_seconds()
    within = sum(call.at <= last for call in sent)
    p95 = quantiles(answers, n=20)[-1]
    rows = [
        ("the first leaves after", f"{(first - due).total_seconds():.2f} s (target {FIRST_S:g} s)"),
        ("answers to people, 95th percentile", f"{p95:.2f} s of {len(answers)} (target {P95_S:g} s)"),
        ("of the budget used", f"{within / (ALL[0] * seconds):.1%} (target {USED:.0%})"),
        ("all reminders sent within", f"{seconds:.0f} s"),
        ("letters handed over meanwhile", str(len(town.mailbox.letters))),
        ("refused by Telegram (429)", str(sum(call.status == 429 for call in calls))),
        ("CPU of the bot for each message", f"{1000 * cpu / within:.1f} ms"),
    ]
    table(f"{len(reminders)} reminders at once, {how}", rows)


async def claims(engine: str, reminders: int, past: int) -> list[str]:
    """One claim while so many are due, and one where nothing is."""
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        async with an_empty_database(engine, Path(made)) as url:
            database = Database(url)
            await migrate(database)
            await database.run_sync(lambda connection: past_notices(connection, past))
            seal, _ = load_keys(None, Path(made))
            await database.run_sync(lambda connection: promised(connection, seal, list(range(1, reminders + 1))))
            outbox, due = Outbox(database), Clock(DUE)()
            some = await timed(lambda: outbox.claim(due, {REMINDER: AT_ONCE[REMINDER]}))
            none = await timed(lambda: outbox.claim(due - timedelta(days=1), AT_ONCE))
            await database.close()
    return [f"{took:.2f} ms" for took in (some, none)]


async def compare_claims(reminders: int) -> None:
    for engine in ("sqlite", "postgresql"):
        pasts = (10_000, 100_000, 1_000_000)
        found = [await claims(engine, reminders, past) for past in pasts]
        which = (f"a claim of {AT_ONCE[REMINDER]} of {reminders:,}", "a claim where nothing is due")
        rows = [(name, " / ".join(each[place] for each in found)) for place, name in enumerate(which)]
        table(f"{engine}, with {' / '.join(f'{past:,}' for past in pasts)} notices of the past (medians)", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--reminders", type=int, default=10_000)
    words.add_argument("--past", type=int, default=1_000_000, help="notices of the past in the table")
    words.add_argument("--people", type=int, default=20)
    words.add_argument("--away", type=float, default=0.05, help="seconds between the bot and Telegram")
    words.add_argument("--claims", action="store_true", help="what one claim costs, instead")
    given: dict[str, Any] = vars(words.parse_args())
    asyncio.run(compare_claims(given["reminders"]) if given.pop("claims") else measure(**given))


if __name__ == "__main__":
    main()
