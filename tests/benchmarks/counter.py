"""An office to measure: the local Bot API server and the mailbox in this process, the bot in its own on one core."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bot.playground.server import BotApiServer
from tests.benchmarks.process import BotProcess
from tests.town import TOKEN, Mailbox, Town

BOT_CORE = max(os.sched_getaffinity(0))
BUSY = ("sendMessage", "editMessageText", "deleteMessage", "answerCallbackQuery", "editMessageReplyMarkup")


class Measured(NamedTuple):
    """An office whose bot serves."""

    town: Town
    bot: BotProcess
    seconds_to_first_poll: float

    @property
    def calls(self) -> int:
        """The calls to the Bot API so far, polling aside."""
        return sum(call.method in BUSY for call in self.town.server.calls)


@asynccontextmanager
async def counter(
    python: tuple[str, ...] = (), folder: Path | None = None, url: str | None = None
) -> AsyncIterator[Measured]:
    """Open it in an empty folder, or over the database that is already in `folder` or at `url`."""
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        data = folder or Path(made)
        mailbox = Mailbox()
        await mailbox.open()
        async with BotApiServer(TOKEN) as server:
            own = os.environ.get("BENCH_DATABASE_URL", f"sqlite:///{data / 'madoguchi.db'}")
            town = Town(server, mailbox, data, url or own)
            began = perf_counter()
            bot = await BotProcess.start(town.environment, python=python, core=BOT_CORE)
            try:
                await server.until(lambda: server.cloud.poll is not None, timeout=30)
                first_poll = perf_counter() - began
                await server.settled(30)
                yield Measured(town, bot, first_poll)
            finally:
                if bot.process.returncode is None:
                    await bot.stop()
                await mailbox.close()


def table(title: str, rows: list[tuple[str, str]]) -> None:
    """Print a small table."""
    width = max(len(name) for name, _ in rows)
    print(title, *(f"  {name:<{width}}  {value}" for name, value in rows), sep="\n")  # noqa: T201  # a command's output


def conditions(people: int | None = None) -> str:
    """What the figures were measured under."""
    side = f", {people} people at once" if people else ""
    engine = os.environ.get("BENCH_DATABASE_URL", "SQLite, synchronous=FULL").split(":")[0]
    return f"{os.cpu_count()} cores shared, bot process on core {BOT_CORE}, {engine}{side}"
