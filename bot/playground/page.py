"""The page of the demo: its files, what it is sent, and the one place where its acts arrive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import ClientSession, web
from yarl import URL

from bot.playground.acts import CannotBe, carry_out
from bot.playground.feed import Feed
from bot.playground.guard import add_headers, guard
from bot.playground.mailbox import Mailbox
from bot.playground.shown import PICTURES
from bot.playground.transcript import transcript

if TYPE_CHECKING:
    from bot.playground.world import World

FILES = Path(__file__).parent / "static"
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
DOWNLOAD = "application/octet-stream"
NOT_JSON = {"ja": "JSON ではありません。", "en": "This is no JSON object."}


class Page:
    """What the page asks for, and the answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.feed = Feed(world, Mailbox(world.mail))

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.file),
            web.get("/page/{name}", self.file),
            web.get("/events", self.feed.serve),
            web.post("/act", self.act),
            web.get("/sent/{chat}/{message}", self.sent),
            web.get("/log", self.log),
            web.get("/transcript", self.transcript),
        ]

    async def file(self, request: web.Request) -> web.Response:
        path = FILES / Path(request.match_info.get("name", "index.html")).name
        if path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8")

    async def act(self, request: web.Request) -> web.Response:
        """A JSON object with the act's name and what it needs; the answer tells what came of it, or why not."""
        try:
            wish: Any = await request.json() if request.content_type == "application/json" else None
        except ValueError:
            wish = None
        if not isinstance(wish, dict):
            return web.json_response({"ok": False, "why": NOT_JSON}, status=400)
        try:
            told = await carry_out(self.world, wish)
        except CannotBe as refusal:
            return web.json_response({"ok": False, "why": refusal.why}, status=409)
        if request.url.host == URL(told.get("link", "")).host:
            return await _signed_in(told["link"])
        return web.json_response({"ok": True, **told})

    async def sent(self, request: web.Request) -> web.Response:
        """A file that the bot sent: shown if it is a picture, else handed over to be saved."""
        try:
            chat, number = int(request.match_info["chat"]), int(request.match_info["message"])
            file = self.world.server.cloud.chats[chat].shown[number].file
        except (KeyError, ValueError):
            raise web.HTTPNotFound from None
        if file is None:
            raise web.HTTPNotFound
        picture = file.content_type in PICTURES
        how = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.filename)}"}
        kind = file.content_type if picture else DOWNLOAD
        return web.Response(body=file.content, content_type=kind, headers={} if picture else how)

    async def log(self, request: web.Request) -> web.Response:
        return web.json_response({"lines": list(self.world.bot.log)})

    async def transcript(self, request: web.Request) -> web.Response:
        """What was done so far, as a conversation that can be played again."""
        return web.Response(text=transcript(self.world))


async def _signed_in(link: str) -> web.Response:
    """The link to the desk, pressed for somebody at this machine: a browser keeps cookies by host, not by port."""
    async with ClientSession() as client, client.post(link, allow_redirects=False) as door:
        inside = URL(link).join(URL(door.headers["Location"]))
        answer = web.json_response({"ok": True, "link": str(inside)})
        answer.headers["Set-Cookie"] = door.headers["Set-Cookie"]
        return answer


def add_page(world: World) -> None:
    """Serve the page beside the Bot API."""
    app, page = world.server.app, Page(world)
    app.middlewares.append(guard(world.server.host))
    app.on_response_prepare.append(add_headers)
    app.cleanup_ctx.append(page.feed.watch)
    app.add_routes(page.routes())
