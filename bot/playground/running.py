"""The bot in a process of its own, as an operator runs it: it knows nothing of the demo but the settings it is given.

A bot that ends by itself is started again, as a supervisor does.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

KEPT = ("PATH", "HOME", "LANG", "PYTHONPATH", "SYSTEMROOT")  # of this process's own environment
LINES = 500  # of its log
STOP_SECONDS = 12.0
REST_SECONDS = 1.0  # before it is started again
PR_SET_PDEATHSIG = 1  # prctl(2)


class RunningBot:
    """`madoguchi run` with these `settings`; `log` is the end of what it has written."""

    def __init__(self) -> None:
        self.settings: Mapping[str, str] = {}
        self.log: deque[str] = deque(maxlen=LINES)
        self.starts = 0
        self.started = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def run(self) -> None:
        """Keep it running until cancelled; then stop it as SIGTERM does."""
        try:
            while True:
                await self._once()
                await asyncio.sleep(REST_SECONDS)
        finally:
            await self._stop()

    def kill(self) -> None:
        """SIGKILL: as if the power were cut. It is started again."""
        if self._process and self.runs:
            self._process.kill()

    async def _once(self) -> None:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**environment, **self.settings},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            preexec_fn=_ends_with_us if sys.platform == "linux" else None,
        )  # fmt: skip
        self.starts += 1
        self.started.set()
        while self._process.stderr and (line := await self._process.stderr.readline()):
            self.log.append(line.decode(errors="replace").rstrip())
        await self._process.wait()

    async def _stop(self) -> None:
        if self._process is None or not self.runs:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _ends_with_us() -> None:
    """Where the demo itself is killed, no bot is left that polls a server which is not there."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
