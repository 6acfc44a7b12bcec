"""The bot as a process that can be killed and started again hundreds of times, each time in a fraction of a second.

`python -m tests.killable` imports everything once; then each line of JSON on its standard input forks a child, which
runs the whole bot as `madoguchi run` does. The child's clock is the moment that a file holds. Its standard error is
a connection of its own to `Killable`, whose end is the child's end.

A child can be told to die by itself (SIGKILL, by its own hand) at a place that no signal from outside would hit.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from bot import logs
from bot.app import App
from bot.config import Settings
from flows.office_days import holiday_name
from tests.benchmarks.process import ROOT
from tests.town import LIMITS_SECOND, TICK, TOKYO, Clock


@dataclass(frozen=True)
class Death:
    """Where a child kills itself: before its n-th step in the database, or before the commit of its n-th turn.

    A step is a statement or a commit, those of the migration and of the start among them; 0 for never.
    """

    step: int = 0
    turn: int = 0


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Fate:
    """Watches SQLAlchemy's events for the place of death; a turn is a commit of an update and its conversation."""

    def __init__(self, death: Death):
        self.death, self.steps, self.turns = death, 0, 0
        self.heard: set[int] = set()  # the connections whose transaction has remembered an update
        self.in_a_turn: set[int] = set()
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)

    def _statement(self, connection: Connection, _cursor: object, sql: str, *_: object) -> None:
        self._step()
        if sql.startswith("INSERT INTO seen_update"):
            self.heard.add(id(connection))
        if id(connection) in self.heard and "conversation" in sql.split(maxsplit=3)[:3]:
            self.in_a_turn.add(id(connection))

    def _commit(self, connection: Connection) -> None:
        self._step()
        if id(connection) in self.in_a_turn:
            self.turns += 1
            if self.turns == self.death.turn:
                _die()
        self.heard.discard(id(connection))
        self.in_a_turn.discard(id(connection))

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self.death.step:
            _die()


async def _run(environment: Mapping[str, str], clock: Callable[[], datetime]) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings.load(environment)
    logs.set_up("text", settings.secrets)
    await App(settings, clock, tick=TICK, limits_second=LIMITS_SECOND).run(stop)


def _child(told: dict[str, Any], log: socket.socket) -> None:
    for stream in (1, 2):
        os.dup2(log.fileno(), stream)
    log.close()
    _Fate(Death(**told["death"]))
    clock = Path(told["clock"])
    try:
        asyncio.run(_run(told["environment"], lambda: datetime.fromisoformat(clock.read_text())))
    except BaseException as error:
        print("ended by", repr(error), flush=True)  # noqa: T201  # to whoever reads its log
        os._exit(1)
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: their connection tells
    holiday_name(Clock()().astimezone(TOKYO).date())
    gc.freeze()
    for line in sys.stdin:
        told = json.loads(line)
        with socket.socket(socket.AF_UNIX) as log:
            log.connect(told["log"])  # before there is a child, so that its end is seen however soon it comes
            if (number := os.fork()) == 0:
                _child(told, log)
        print(number, flush=True)  # noqa: T201  # the answer


class Killable:
    """The bot in a child, started again as often as one likes; `log` is what all of them wrote."""

    def __init__(self, folder: Path, environment: Mapping[str, str], clock: Clock):
        self.folder, self.environment, self.clock = folder, environment, clock
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = ""
        self._number = 0
        self._dead: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        self.turn(self.clock().astimezone(TOKYO).strftime("%Y-%m-%d %H:%M"))
        self._server = await asyncio.start_unix_server(self._read, self.folder / "log")
        self._source = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.killable", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def close(self) -> None:
        self.kill()
        assert self._source.stdin
        self._source.stdin.close()
        await self._source.wait()
        self._server.close()

    def turn(self, to: str) -> None:
        """Turn the child's clock, and the test's own."""
        self.clock.turn(to)
        draft = self.folder / "clock.new"
        draft.write_text(self.clock().isoformat())
        draft.replace(self.folder / "clock")

    async def start(self, death: Death | None = None) -> None:
        """Fork a child."""
        self._dead = asyncio.get_running_loop().create_future()
        told = {
            "environment": dict(self.environment), "log": str(self.folder / "log"),
            "clock": str(self.folder / "clock"), "death": asdict(death or Death()),
        }  # fmt: skip
        assert self._source.stdin
        assert self._source.stdout
        self._source.stdin.write(json.dumps(told).encode() + b"\n")
        self._number = int(await self._source.stdout.readline())

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dead = self._dead
        while line := await reader.readline():
            self.log += line.decode()
        writer.close()
        if not dead.done():
            dead.set_result(None)

    def kill(self) -> None:
        """`kill -9`; harmless where it is dead already."""
        if self._number:
            with suppress(ProcessLookupError):
                os.kill(self._number, signal.SIGKILL)

    async def dead(self) -> None:
        """Wait for its end, whoever brought it about."""
        await asyncio.shield(self._dead)

    async def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        os.kill(self._number, signal.SIGTERM)
        async with asyncio.timeout(15):
            await self.dead()


@asynccontextmanager
async def killable(folder: Path, environment: Mapping[str, str], clock: Clock) -> AsyncIterator[Killable]:
    bot = Killable(folder, environment, clock)
    await bot.open()
    try:
        yield bot
    finally:
        await bot.close()


if __name__ == "__main__":
    main()
