"""`madoguchi demo`: the whole counter on one page, without a token: job-seeker, staff, post and clock."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from errno import EADDRINUSE
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.playground.world import World, world

PORT = 8760  # and the next free one after it
LAST_PORT = 65535


async def _at_a_free_port(stack: AsyncExitStack, data: Path, host: str, port: int, start: datetime | None) -> World:
    for each in range(port, LAST_PORT):
        try:
            return await stack.enter_async_context(world(data, host, each, start))
        except OSError as error:
            if error.errno != EADDRINUSE:
                raise
    return await stack.enter_async_context(world(data, host, LAST_PORT, start))


async def run(
    data: Path | None, host: str, port: int, start: datetime | None, stop: asyncio.Event, say: Callable[[str], None]
) -> None:
    """Serve until `stop` is set; without `data` nothing is left afterwards. Raises `OSError` where no port is free."""
    async with AsyncExitStack() as stack:
        folder = data or Path(stack.enter_context(TemporaryDirectory(prefix="madoguchi-demo-")))
        made = await _at_a_free_port(stack, folder, host, port, start)
        if port not in (0, made.server.port):
            say(f"Port {port} is taken; {made.server.port} is free.")
        say(f"Madoguchi 窓口: {made.server.url}/")
        say("Ctrl+C ends it." if data else "Ctrl+C ends it and removes its data (--data FOLDER keeps them).")
        if _has_a_screen():
            webbrowser.open(f"{made.server.url}/")
        await stop.wait()


def _has_a_screen() -> bool:
    """Whether a browser of the desktop can be opened; one of the terminal would take the terminal away."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
