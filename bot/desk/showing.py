"""What a request came to becomes an answer: a page in its reader's words, a file, or the way to the next page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.clock import Clock
from bot.desk.access import SESSION_HOLDS, Session
from bot.desk.guard import is_looked_at, reads
from bot.desk.rendering import render
from bot.desk.rooms import NAVIGATION, page_of
from bot.desk.visit import Answer, Done, File, Page, Route, Wrong
from bot.kit import Kit
from flows.desk.pausing import PAUSED, Switch
from flows.text import Text

KEPT = "madoguchi_kept"  # the cookie of what a page keeps
WANTED = "madoguchi_wanted"  # the cookie of the page that somebody who was not signed in came for


@dataclass(frozen=True)
class Outcome:
    """What a request came to, before it is put into words."""

    session: Session | None
    answer: Answer | None = None
    status: int = 200
    why: Text | None = None
    problem: Wrong | None = None
    seen: str = ""  # how far a page that was asked for has seen what happens
    paused: Switch | None = None


class Showing:
    """`base` is the path under which the desk is served; `secure`: over https alone."""

    def __init__(self, kit: Kit, clock: Clock, base: str, secure: bool):
        self.kit, self.clock, self.base, self.secure = kit, clock, base, secure

    def respond(self, request: web.Request, route: Route, outcome: Outcome) -> web.Response:
        session, answer = outcome.session, outcome.answer
        if session is None or answer is None:
            refused = self.closed(request, "closed.html", outcome.status, outcome.why, session)
            if session is None and is_looked_at(request):
                self.give(refused, WANTED, self._here(request, route))
            return refused
        if isinstance(answer, Done):
            return self.go(answer.to)
        if isinstance(answer, File):
            how = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.name)}"}
            return web.Response(body=answer.content, content_type=answer.kind, charset="utf-8", headers=how)
        return self._page(request, session, answer, outcome, route)

    def go(self, to: str) -> web.Response:
        return web.Response(status=303, headers={"Location": self.base + to})

    def _page(
        self, request: web.Request, session: Session, answer: Page, outcome: Outcome, route: Route
    ) -> web.Response:
        here = self._here(request, route, answer.at)
        values = {
            **self._facts(session.member.language), **answer.values, "session": session, "member": session.member,
            "navigation": [room for room in NAVIGATION if session.member.may(room.right)],
            "path": self.base + here.partition("?")[0],
            "said": Text.from_json(json.loads(session.said)) if session.said and is_looked_at(request) else None,
            "problem": outcome.problem, "seen": outcome.seen if answer.renews else "", "here": here,
            "paused": outcome.paused,
            "paused_words": outcome.paused and outcome.paused.told(PAUSED, self.kit.days.office.zone),
        }  # fmt: skip
        page = web.Response(text=render(answer.template, **values), content_type="text/html", status=outcome.status)
        if answer.keep is not None:
            self.give(page, KEPT, answer.keep)
        return page

    def _here(self, request: web.Request, route: Route, at: str = "") -> str:
        """Where this can be asked for again: the answer to a form cannot, but its page can."""
        if route.method == "GET":
            return request.path_qs.removeprefix(self.base)
        return at or page_of(route).format_map(request.match_info)

    def give(self, answer: web.Response, cookie: str, value: str) -> None:
        """For as long as somebody can be signed in."""
        answer.set_cookie(cookie, value, max_age=int(SESSION_HOLDS.total_seconds()), **self._kept_how())

    def take(self, answer: web.Response, cookie: str) -> None:
        answer.del_cookie(cookie, **self._kept_how())

    def _kept_how(self) -> dict[str, Any]:
        return {"httponly": True, "samesite": "Lax", "secure": self.secure, "path": self.base or "/"}

    def closed(
        self, request: web.Request, template: str, status: int, why: Text | None = None, session: Session | None = None
    ) -> web.Response:
        """A page that shows nothing of the office's work; of a stranger the browser's language is known."""
        language = session.member.language if session else reads(request)
        values = {**self._facts(language), "why": why, "goes_on": session is not None or status >= 500}
        return web.Response(text=render(template, **values), content_type="text/html", status=status)

    def _facts(self, language: str) -> dict[str, Any]:
        office, now = self.kit.days.office, self.clock()
        words = self.kit.words(language or office.language, now)
        return {"words": words, "zone": office.zone, "now": now, "base": self.base, "office": office}
