"""Who may use the page: a browser that shows the page itself, and nobody that another site has sent.

The host must be one by which this server is meant: a name that somebody else points at it is refused. What another
origin asks for is refused too. Every answer of the page forbids all that does not come from here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Middleware

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
NAVIGATED = frozenset({"same-origin", "none"})  # from the page itself, or typed by the person
BOT_API = "/bot"  # is guarded by its token


def guard(host: str) -> Middleware:
    """`host` is where the server listens."""

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith(BOT_API):
            return await handler(request)
        if not _is_meant(request.host, host):
            raise web.HTTPMisdirectedRequest(text="This is not the host of this page.")
        if not _is_own(request):
            raise web.HTTPForbidden(text="Another site may not use this page.")
        return await handler(request)

    return guarded


async def add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    """For `on_response_prepare`: refusals get the headers too."""
    if not request.path.startswith(BOT_API):
        answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})


def _is_meant(given: str, host: str) -> bool:
    """An address instead of a name cannot have been pointed here by somebody else."""
    name = given.rpartition(":")[0] if given.rpartition(":")[2].isdigit() else given
    name = name.strip("[]").lower()
    if name in ("localhost", host.lower()):
        return True
    try:
        return ip_address(name).is_loopback or not _is_loopback(host)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_own(request: web.Request) -> bool:
    """Opening the page by a link from elsewhere is allowed; nothing else that another site began."""
    if request.path == "/" and request.method == "GET" and request.headers.get("Sec-Fetch-Mode") in (None, "navigate"):
        return True
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "same-origin")
    return origin in (None, f"http://{request.host}") and site in NAVIGATED
