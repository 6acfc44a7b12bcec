"""The bot as a process of its own, as an operator runs it: the environment alone says what it is to do.

Its standard error is read as it comes; whoever waits for a line or for the end is woken by it.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2


class BotProcess:
    """One run of `madoguchi`; `log` is what it has written to standard error so far."""

    def __init__(self, process: asyncio.subprocess.Process):
        self.process = process
        self.log = ""
        self.said = ""
        self._more = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, environment: Mapping[str, str], *words: str, python: tuple[str, ...] = (), core: int | None = None,
        command: Path | None = None, folder: Path = ROOT,
    ) -> BotProcess:  # fmt: skip
        """`madoguchi WORDS` with nothing of this process's own settings; on one core, if it is given; by the installed
        `command`, if it is given, else the one of the checkout."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        program = (str(command),) if command else (sys.executable, *python, "-m", "bot")
        process = await asyncio.create_subprocess_exec(
            *program, *(words or ("run",)), env={**kept, **environment}, cwd=folder,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        return cls(process)

    async def _read(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            async with self._more:
                self.log += line.decode()
                self._more.notify_all()
        async with self._more:
            self._more.notify_all()

    async def logs(self, text: str, timeout: float = 15.0) -> str:  # noqa: ASYNC109  # of real time, for a failing test
        """Wait until its log has this text (a regular expression)."""
        try:
            async with asyncio.timeout(timeout), self._more:
                await self._more.wait_for(lambda: re.search(text, self.log) or self._reading.done())
        except TimeoutError:
            raise AssertionError(f"within {timeout:g} s it did not log {text!r}:\n{self.log}") from None
        assert re.search(text, self.log), f"it ended without logging {text!r}:\n{self.log}"
        return self.log

    async def ends(self, timeout: float = 15.0) -> int:  # noqa: ASYNC109  # the same
        """Wait for its end: the exit code; `said` is then what it wrote to standard output."""
        assert self.process.stdout
        async with asyncio.timeout(timeout):
            self.said += (await self.process.stdout.read()).decode()
            await self._reading
            return await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ends()

    async def kill(self) -> None:
        """SIGKILL: the power is cut. Harmless where it has ended already."""
        if self.process.returncode is None:
            self.process.kill()
        await self.ends()

    @property
    def cpu_seconds(self) -> float:
        """User and system time of the process so far (proc(5), fields 14 and 15)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def resident_mb(self) -> float:
        """Resident memory (proc(5), statm, field 2)."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * PAGE_MB
