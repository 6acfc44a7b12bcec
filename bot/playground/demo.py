"""`madoguchi demo`: the whole counter on one page, without a token: job-seeker, staff, post and clock."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from errno import EADDRINUSE
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground.world import World, world

LAST_PORT = 65535


@dataclass(frozen=True)
class Options:
    """What the command is told; without `data` nothing is left afterwards. `start` is the clock's first moment."""

    host: str
    port: int
    data: Path | None = None
    start: datetime | None = None
    example: bool = False


async def run(wanted: Options, stop: asyncio.Event, say: Callable[[str], None]) -> None:
    """Serve until `stop` is set. Raises `OSError` where it cannot be served there, `TurnedBack`."""
    async with AsyncExitStack() as stack:
        folder = wanted.data or Path(stack.enter_context(TemporaryDirectory(prefix="madoguchi-demo-")))
        made = await _at_a_free_port(stack, folder, wanted)
        if wanted.port not in (0, made.server.port):
            say(f"Port {wanted.port} is taken; {made.server.port} is free.")
        say(f"Madoguchi 窓口: {made.server.url}/")
        say("Ctrl+C ends it." if wanted.data else "Ctrl+C ends it and removes its data (--data FOLDER keeps them).")
        if _has_a_screen():
            webbrowser.open(f"{made.server.url}/")
        await stop.wait()


async def _at_a_free_port(stack: AsyncExitStack, data: Path, wanted: Options) -> World:
    for port in range(wanted.port, LAST_PORT + 1):
        try:
            opened = world(data, wanted.host, port, wanted.start, example=wanted.example, limits=True)
            return await stack.enter_async_context(opened)
        except OSError as error:
            if error.errno != EADDRINUSE or port == LAST_PORT:
                raise
    raise AssertionError("the last port returns or raises")


def _has_a_screen() -> bool:
    """Whether a browser of the desktop can be opened; one of the terminal would take the terminal away."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
