"""Who may reach the desk at all: the office's own proxy or this machine, by the desk's own name, from its own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.config import Proxies
from bot.desk.closed import OTHER_HOST, OTHER_MACHINE, OTHER_SITE, Closed
from bot.language import guess

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # as the policy, for whatever does not read it
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guard(url: str, proxies: Proxies) -> Middleware:
    """`url` is what people open; only this machine and `proxies` may ask for it."""
    parts = urlsplit(url)
    origin, understood = f"{parts.scheme}://{parts.netloc}", ":443" if parts.scheme == "https" else ":80"

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_let_in(request.remote, proxies):
            raise Closed(403, OTHER_MACHINE.given(url=url), asks=False)
        if request.host.lower().removesuffix(understood) != parts.netloc:
            raise Closed(421, OTHER_HOST.given(url=url), asks=False)
        if request.method not in ("GET", "HEAD") and not _is_own(request, origin):
            by_https_or_not = request.headers.get("Origin", "").partition("://")[2] == parts.netloc
            raise Closed(403, OTHER_HOST.given(url=url) if by_https_or_not else OTHER_SITE, asks=False)
        return await handler(request)

    return guarded


def _is_let_in(remote: str | None, proxies: Proxies) -> bool:
    try:
        address = ip_address(remote or "")
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in proxies)


def _is_own(request: web.Request, origin: str) -> bool:
    """Fetch Metadata and Origin, where the browser sends them; the form's token is looked at besides."""
    return request.headers.get("Origin") in (None, origin) and request.headers.get("Sec-Fetch-Site") in (
        None, "same-origin",
    )  # fmt: skip


def reads(request: web.Request) -> str:
    """English where the browser asks for it first; empty for the office's language."""
    first = request.headers.get("Accept-Language", "").split(",")[0].split(";")[0].strip()
    return "en" if guess(first)[0] == "en" else ""


def is_looked_at(request: web.Request) -> bool:
    """Whether somebody comes to the page; an open one that renews itself asks for it too."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


async def add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    """For `on_response_prepare`: refusals get the headers too. Which programs serve the desk is nobody's business."""
    answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
    answer.headers.popall("Server", None)
