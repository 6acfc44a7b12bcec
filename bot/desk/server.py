"""The desk as a web server: every request signed in, authorised, answered in one transaction.

Only /enter and the static files are open to strangers; all other routes come from `rooms.ROUTES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from bot.clock import Clock
from bot.config import Proxies
from bot.database import Transaction, unavailable
from bot.desk import access
from bot.desk.access import Session
from bot.desk.guard import add_headers, guard
from bot.desk.live import Live
from bot.desk.rendering import HERE, render
from bot.desk.rooms import NAVIGATION, ROUTES
from bot.desk.visit import Answer, Done, File, Missing, Page, Route, Visit, Wrong
from bot.kit import Kit
from bot.logs import trace
from bot.pausing import paused
from flows.desk.pausing import PAUSED, Switch
from flows.text import Text

log = structlog.get_logger()

COOKIE = "madoguchi_desk"
LARGEST_FORM = 64 * 1024  # bytes
FILES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SIGNED_OUT = Text("You are not signed in. Send /desk to the bot in your private chat: it answers with a link.")
NO_RIGHT = Text("Your role does not include this. Please ask a lead.")
NOT_FOUND = Text("There is nothing here. It may have been moved or deleted.")
FORGED = Text("Nothing was done: this form is not from this page. Please open the page again.")
AWAY = Text("The database cannot be reached at the moment. Nothing was done. Please try again in a minute.")
FAILED = Text("This page cannot be shown: something is wrong in the program. Please tell the operator.")
SPENT = Text("This link has been used or is older than five minutes. Send /desk to the bot for a new one.")


@dataclass(frozen=True)
class Outcome:
    """What a request came to, before it is put into words."""

    session: Session | None
    answer: Answer | None = None
    status: int = 200
    why: Text | None = None
    problem: Wrong | None = None
    paused: Switch | None = None


class Desk:
    """The pages, served under `url` at `host` and `port` (0: any free one). `changed` is called after each form."""

    def __init__(
        self, kit: Kit, clock: Clock, url: str, listen: tuple[str, int], proxies: Proxies = (),
        changed: Callable[[], None] = lambda: None,
    ):  # fmt: skip
        self.kit, self.clock, self.url, self.listen, self.changed = kit, clock, url.rstrip("/"), listen, changed
        self.base = urlsplit(self.url).path
        self.secure = self.url.startswith("https:")
        self.live = Live(kit.store.database)
        self.app = web.Application(middlewares=[guard(self.url, proxies)], client_max_size=LARGEST_FORM)
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
            web.get(base or "/", self._home),
            web.get(f"{base}/static/{{name}}", self._file),
            web.get(f"{base}/enter/{{code}}", self._door),
            web.post(f"{base}/enter/{{code}}", self._enter),
            web.post(f"{base}/leave", self._leave),
            web.get(f"{base}/events", self._events),
            *(web.route(route.method, base + route.path, self._serve(route)) for route in ROUTES),
            web.get(base + "/{anything:.*}", self._nowhere),
        ]

    # Strangers

    async def _home(self, request: web.Request) -> web.Response:
        return self._go(NAVIGATION[0].path)

    async def _file(self, request: web.Request) -> web.Response:
        path = HERE / "static" / Path(request.match_info["name"]).name
        if path.suffix not in FILES or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=path.read_bytes(), content_type=FILES[path.suffix], charset="utf-8", headers=headers)

    async def _door(self, request: web.Request) -> web.Response:
        """One button: to open a link changes nothing, since scanners and previews open links too."""
        code, now = request.match_info["code"], self.clock()
        is_good = await self.kit.store.database.run(lambda t: access.good(t, code, now))
        return self._closed("enter.html", 200) if is_good else self._closed("closed.html", 410, SPENT)

    async def _enter(self, request: web.Request) -> web.Response:
        code, now = request.match_info["code"], self.clock()
        session = await self.kit.store.database.run(lambda t: access.sign_in(t, code, now))
        if session is None:
            return self._closed("closed.html", 410, SPENT)
        answer = self._go(NAVIGATION[0].path)
        hours = int(access.SESSION_HOLDS.total_seconds())
        answer.set_cookie(
            COOKIE, session.token, max_age=hours, httponly=True, samesite="Lax", secure=self.secure,
            path=self.base or "/",
        )  # fmt: skip
        return answer

    async def _leave(self, request: web.Request) -> web.Response:
        form, now = await request.post(), self.clock()

        async def work(transaction: Transaction) -> None:
            session = await access.signed_in(transaction, request.cookies.get(COOKIE, ""), now)
            if session and session.sent(str(form.get("token", ""))):
                await access.sign_out(transaction, session, now)

        await self.kit.store.database.run(work)
        answer = self._closed("closed.html", 200, Text("You have signed out."))
        answer.del_cookie(COOKIE, path=self.base or "/")
        return answer

    async def _events(self, request: web.Request) -> web.StreamResponse:
        now, token = self.clock(), request.cookies.get(COOKIE, "")
        if await self.kit.store.database.run(lambda t: access.signed_in(t, token, now)) is None:
            raise web.HTTPUnauthorized
        return await self.live.serve(request)

    async def _nowhere(self, request: web.Request) -> web.Response:
        """An address of nothing, or of a form that was answered and is asked for again."""
        return await self._refusal(request, 404, NOT_FOUND)

    # Staff

    def _serve(self, route: Route) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.Response:
            form = await _form(request)
            try:
                outcome = await self._tried(request, route, form)
                if route.method == "POST":
                    await self._follow()
                    self.changed()
                return self._respond(request, outcome)
            except Missing:
                return await self._refusal(request, 404, NOT_FOUND)
            except Exception as error:
                log.error("a page failed", page=route.path, **trace(error))
                away = unavailable(error)
                return self._closed("closed.html", 503 if away else 500, AWAY if away else FAILED)

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
            return Outcome(None, status=401, why=SIGNED_OUT)
        if not session.member.may(route.right):
            return Outcome(session, status=403, why=NO_RIGHT)
        if route.method == "POST" and not session.sent(form.get("token", "")):
            return Outcome(session, status=403, why=FORGED)
        await self.kit.calendar.follow(transaction, now)
        answer = await route.handler(self._visit(transaction, session, request, form, now))
        said = json.dumps(answer.said.to_json()) if isinstance(answer, Done) and answer.said else ""
        if said or (session.said and isinstance(answer, Page)):
            await access.say_next(transaction, session, said)
        return Outcome(session, answer, paused=await paused(transaction))

    async def _again(self, request: web.Request, route: Route, form: MultiDictProxy[str], problem: Wrong) -> Outcome:
        """The form's page once more, with what was typed and why it cannot be done; nothing was kept."""
        page = route.page or route.handler

        async def work(transaction: Transaction) -> Outcome:
            session = await access.signed_in(transaction, request.cookies.get(COOKIE, ""), self.clock())
            if session is None:
                return Outcome(None, status=401, why=SIGNED_OUT)
            if not session.member.may(route.right):  # taken away while the form was on its way
                return Outcome(session, status=403, why=problem.why)
            visit = self._visit(transaction, session, request, form, self.clock())
            shown = await page(replace(visit, problem=problem))
            return Outcome(session, shown, 409, problem=problem, paused=await paused(transaction))

        return await self.kit.store.database.run(work)

    async def _refusal(self, request: web.Request, status: int, why: Text) -> web.Response:
        token, now = request.cookies.get(COOKIE, ""), self.clock()
        session = await self.kit.store.database.run(lambda t: access.signed_in(t, token, now))
        return self._respond(request, Outcome(session, status=status, why=why))

    def _visit(
        self, transaction: Transaction, session: Session, request: web.Request, form: MultiDictProxy[str], now: datetime
    ) -> Visit:
        language = session.member.language or self.kit.days.office.language
        return Visit(
            self.kit, transaction, session.member, language, now, dict(request.match_info), dict(request.query), form
        )

    # Words

    def _respond(self, request: web.Request, outcome: Outcome) -> web.Response:
        session, answer = outcome.session, outcome.answer
        if session is None or answer is None:
            return self._closed("closed.html", outcome.status, outcome.why, session)
        if isinstance(answer, Done):
            return self._go(answer.to)
        if isinstance(answer, File):
            how = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name)}"}
            return web.Response(body=answer.content, content_type=answer.kind, charset="utf-8", headers=how)
        return self._page(request, session, answer, outcome)

    def _go(self, to: str) -> web.Response:
        return web.Response(status=303, headers={"Location": self.base + to})

    def _page(self, request: web.Request, session: Session, answer: Page, outcome: Outcome) -> web.Response:
        is_asked_for = request.method == "GET"  # the answer to a form cannot be asked for again
        here = request.path_qs.removeprefix(self.base) if is_asked_for else NAVIGATION[0].path
        values = {
            **self._facts(session.member.language), **answer.values, "session": session, "member": session.member,
            "navigation": [room for room in NAVIGATION if session.member.may(room.right)], "path": request.path,
            "said": Text.from_json(json.loads(session.said)) if session.said else None, "problem": outcome.problem,
            "renews": is_asked_for and answer.renews, "here": here,
            "paused": outcome.paused,
            "paused_words": outcome.paused and outcome.paused.told(PAUSED, self.kit.days.office.zone),
        }  # fmt: skip
        return web.Response(text=render(answer.template, **values), content_type="text/html", status=outcome.status)

    def _closed(
        self, template: str, status: int, why: Text | None = None, session: Session | None = None
    ) -> web.Response:
        """A page that shows nothing of the office's work."""
        values = {**self._facts(session.member.language if session else ""), "why": why, "session": session}
        return web.Response(text=render(template, **values), content_type="text/html", status=status)

    def _facts(self, language: str) -> dict[str, Any]:
        office, now = self.kit.days.office, self.clock()
        words = self.kit.words(language or office.language, now)
        return {"words": words, "zone": office.zone, "now": now, "base": self.base, "office": office}


async def _form(request: web.Request) -> MultiDictProxy[str]:
    """The fields of a form; files are none of ours."""
    sent = await request.post() if request.method == "POST" else {}
    return MultiDictProxy(MultiDict((name, value) for name, value in sent.items() if isinstance(value, str)))
