"""Who may reach the desk at all: the office's own proxy or this machine, by the desk's own name, from its own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.config import Proxies

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


def guard(url: str, proxies: Proxies) -> Middleware:
    """`url` is what people open; only this machine and `proxies` may ask for it."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"

    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if not _is_let_in(request.remote, proxies):
            raise web.HTTPForbidden(text="This address may not ask here.")
        if request.host.lower() != parts.netloc.lower():
            raise web.HTTPMisdirectedRequest(text="This is not the host of this page.")
        if request.method not in ("GET", "HEAD") and not _is_own(request, origin):
            raise web.HTTPForbidden(text="Another site may not send this form.")
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


async def add_headers(request: web.Request, answer: web.StreamResponse) -> None:
    """For `on_response_prepare`: refusals get the headers too."""
    answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
