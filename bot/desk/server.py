"""The desk as a web server: every request signed in, authorised, answered in one transaction.

Only /enter and the static files are open to strangers; all other routes come from `rooms.ROUTES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bot.clock import Clock
from bot.config import Proxies
from bot.database import Transaction, unavailable
from bot.desk import access
from bot.desk.access import Session
from bot.desk.closed import (
    FORGED,
    NO_RIGHT,
    NOT_FOUND,
    NOTHING_NO_RIGHT,
    NOTHING_SIGNED_OUT,
    SIGNED_OUT,
    SPENT,
    UNREADABLE,
    Closed,
    closed,
)
from bot.desk.guard import Handler, add_headers, guard, is_looked_at
from bot.desk.live import Live
from bot.desk.rendering import HERE
from bot.desk.rooms import NAVIGATION, ROUTES
from bot.desk.showing import KEPT, WANTED, Outcome, Showing
from bot.desk.visit import Done, Page, Route, Visit, Wrong, within_the_desk
from bot.kit import Kit
from bot.logs import trace
from bot.pausing import paused
from bot.records import revision
from flows.desk.roles import ROLES
from flows.text import Text

log = structlog.get_logger()

COOKIE = "madoguchi_desk"
LARGEST_FORM = 64 * 1024  # bytes
FORM = "application/x-www-form-urlencoded"
NUL = "\0"  # PostgreSQL takes it in no value
METHODS = {"GET": web.get, "POST": web.post}
FILES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Desk:
    """The pages, served under `url` at `host` and `port` (0: any free one). `changed` is called after each form."""

    def __init__(
        self, kit: Kit, clock: Clock, url: str, listen: tuple[str, int], proxies: Proxies = (),
        changed: Callable[[], None] = lambda: None,
    ):  # fmt: skip
        self.kit, self.clock, self.url, self.listen, self.changed = kit, clock, url.rstrip("/"), listen, changed
        self.base = urlsplit(self.url).path
        self.showing = Showing(kit, clock, self.base, secure=self.url.startswith("https:"))
        self.live = Live(kit.store.database)
        self.app = web.Application(middlewares=[self._said, guard(self.url, proxies)], client_max_size=LARGEST_FORM)
        self.app.on_response_prepare.append(add_headers)
        self.app.cleanup_ctx.append(self.live.watch)
        self.app.add_routes(self._routes())
        self._runner = web.AppRunner(self.app, access_log=None, handle_signals=False, shutdown_timeout=1)

    async def open(self) -> None:
        """Serve. Raises OSError where the port is taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, *self.listen).start()
        log.info("the desk is open", url=self.url)

    async def close(self) -> None:
        await self._runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        base = self.base
        return [
            *(web.get(path, self._home) for path in {base or "/", f"{base}/"}),
            web.get(f"{base}/static/{{name}}", self._file),
            web.get(f"{base}/enter/{{code}}", self._door),
            web.post(f"{base}/enter/{{code}}", self._enter),
            web.post(f"{base}/leave", self._leave),
            web.get(f"{base}/events", self._events, allow_head=False),
            *(METHODS[route.method](base + route.path, self._serve(route)) for route in ROUTES),
            web.route("*", base + "/{anything:.*}", self._nowhere),
        ]

    # Strangers

    async def _home(self, request: web.Request) -> web.Response:
        return self.showing.go(NAVIGATION[0].path)

    async def _file(self, request: web.Request) -> web.Response:
        path = HERE / "static" / Path(request.match_info["name"]).name
        if path.suffix not in FILES or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=path.read_bytes(), content_type=FILES[path.suffix], charset="utf-8", headers=headers)

    async def _door(self, request: web.Request) -> web.Response:
        """One button: to open a link changes nothing, since scanners and previews open links too."""
        code, now = request.match_info["code"], self.clock()
        if not await self.kit.store.database.run(lambda t: access.good(t, code, now)):
            raise Closed(410, SPENT)
        return self.showing.closed(request, "enter.html", 200)

    async def _enter(self, request: web.Request) -> web.Response:
        code, now, before = request.match_info["code"], self.clock(), request.cookies.get(COOKIE, "")
        session = await self.kit.store.database.run(lambda t: access.sign_in(t, code, now, before))
        if session is None:
            raise Closed(410, SPENT)
        answer = self.showing.go(within_the_desk(request.cookies.get(WANTED, ""), NAVIGATION[0].path))
        self.showing.give(answer, COOKIE, session.token)
        for cookie in (KEPT, WANTED):  # of whoever was here before; where they wanted to go, they are
            self.showing.take(answer, cookie)
        return answer

    async def _leave(self, request: web.Request) -> web.Response:
        form, now = await _form(request), self.clock()

        async def work(transaction: Transaction) -> None:
            session = await access.signed_in(transaction, request.cookies.get(COOKIE, ""), now)
            if session and not session.sent(form.get("token", "")):
                raise Closed(403, FORGED)
            if session:
                await access.sign_out(transaction, session, now)

        await self.kit.store.database.run(work)
        answer = self.showing.closed(request, "closed.html", 200, Text("You have signed out."))
        for cookie in (COOKIE, KEPT):
            self.showing.take(answer, cookie)
        return answer

    async def _events(self, request: web.Request) -> web.StreamResponse:
        async def is_signed_in() -> bool:
            return await self._session(request) is not None

        if not await is_signed_in():
            raise Closed(401, SIGNED_OUT)
        return await self.live.serve(request, is_signed_in)

    async def _nowhere(self, request: web.Request) -> web.Response:
        """An address of nothing, or of a form that was answered and is asked for again."""
        raise Closed(404, NOT_FOUND)

    async def _session(self, request: web.Request) -> Session | None:
        token, now = request.cookies.get(COOKIE, ""), self.clock()
        return await self.kit.store.database.run(lambda t: access.signed_in(t, token, now))

    @web.middleware
    async def _said(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Whatever goes wrong is said on a page, to whoever is signed in in their language."""
        try:
            return await handler(request)
        except Exception as error:
            refused, session = closed(error), None
            if refused.status >= 500:
                log.error("a page failed", page=_page_of(request), **trace(error))
        try:
            session = await self._session(request) if refused.asks else None
        except Exception as error:
            refused = closed(error)
        if refused.status == 404 and session is None:
            refused = Closed(401, SIGNED_OUT)  # a stranger learns nothing of what there is
        return self.showing.closed(request, "closed.html", refused.status, refused.why, session)

    # Staff

    def _serve(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            if any(NUL in each for each in (*request.match_info.values(), *request.query.values())):
                raise Closed(404, NOT_FOUND)
            form = await _form(request)
            outcome = await self._tried(request, route, form)
            if route.method == "POST":
                await self._follow()
                self.changed()
            return self.showing.respond(request, route, outcome)

        return serve

    async def _follow(self) -> None:
        """What was changed here holds here at once; where the database went away meanwhile, with the next look."""
        try:
            await self.kit.store.database.run(lambda t: self.kit.calendar.follow(t, self.clock()))
        except Exception as error:
            if not unavailable(error):
                raise

    async def _tried(self, request: web.Request, route: Route, form: MultiDictProxy[str]) -> Outcome:
        try:
            return await self.kit.store.database.run(lambda t: self._outcome(t, request, route, form))
        except Wrong as problem:  # raised out of the transaction: all of it was undone
            return await self._again(request, route, form, problem)

    async def _outcome(
        self, transaction: Transaction, request: web.Request, route: Route, form: MultiDictProxy[str]
    ) -> Outcome:
        now = self.clock()
        session = await access.signed_in(transaction, request.cookies.get(COOKIE, ""), now)
        if session is None:
            return Outcome(None, status=401, why=SIGNED_OUT if route.method == "GET" else NOTHING_SIGNED_OUT)
        if not session.member.may(route.right):
            why = NO_RIGHT if route.method == "GET" else NOTHING_NO_RIGHT
            return Outcome(session, status=403, why=why.given(role=ROLES[session.member.role]))
        if route.method == "POST" and not session.sent(form.get("token", "")):
            return Outcome(session, status=403, why=FORGED)
        seen = await revision(transaction) if route.method == "GET" else ""  # first: the page may miss what comes now
        await self.kit.calendar.follow(transaction, now)
        answer = await route.handler(self._visit(transaction, session, request, form, now))
        said = json.dumps(answer.said.to_json()) if isinstance(answer, Done) and answer.said else ""
        if said or (session.said and isinstance(answer, Page) and is_looked_at(request)):
            await access.say_next(transaction, session, said)
        return Outcome(session, answer, seen=seen, paused=await paused(transaction))

    async def _again(self, request: web.Request, route: Route, form: MultiDictProxy[str], problem: Wrong) -> Outcome:
        """The form's page once more, with what was typed and why it cannot be done; nothing was kept."""
        page = route.page or route.handler

        async def work(transaction: Transaction) -> Outcome:
            session = await access.signed_in(transaction, request.cookies.get(COOKIE, ""), self.clock())
            if session is None:
                return Outcome(None, status=401, why=NOTHING_SIGNED_OUT)
            if not session.member.may(route.right):  # taken away while the form was on its way
                return Outcome(session, status=403, why=problem.why)
            visit = self._visit(transaction, session, request, form, self.clock())
            shown = await page(replace(visit, problem=problem))
            return Outcome(session, shown, 409, problem=problem, paused=await paused(transaction))

        return await self.kit.store.database.run(work)

    def _visit(
        self, transaction: Transaction, session: Session, request: web.Request, form: MultiDictProxy[str], now: datetime
    ) -> Visit:
        language = session.member.language or self.kit.days.office.language
        return Visit(
            self.kit, transaction, session.member, language, now, dict(request.match_info), dict(request.query), form,
            kept=request.cookies.get(KEPT, ""),
        )  # fmt: skip


async def _form(request: web.Request) -> MultiDictProxy[str]:
    """The fields of a form; files are none of ours. Raises `Closed`."""
    if request.method != "POST" or request.content_type != FORM:
        return MultiDictProxy(MultiDict())
    try:
        sent = await request.post()
    except (ValueError, LookupError):  # no UTF-8, or an encoding that nobody knows
        raise Closed(400, UNREADABLE) from None
    fields = MultiDict((name, value) for name, value in sent.items() if isinstance(value, str))
    if any(NUL in value for value in fields.values()):
        raise Closed(400, UNREADABLE)
    return MultiDictProxy(fields)


def _page_of(request: web.Request) -> str:
    """Which one, without what an address names: a link's code is in it."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
