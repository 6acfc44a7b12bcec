"""The page of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.playground.world import World


def add_page(world: World) -> None:
    """Serve the page beside the Bot API."""

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=str(world.server))

    world.server.app.router.add_get("/", page)
