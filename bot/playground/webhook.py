"""Updates that the server brings to the bot: `setWebhook` and its kin, and the delivery by POST.

A chat's messages keep their order, and so do one person's presses; different kinds overtake each other. What is not
answered with 2xx within 60 s is brought again: at once, then after 2, 4, 8 … 60 s. Telegram wants https and a public
address; here only loopback is reached, by http too and at any port: nothing of a test leaves the machine.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
from yarl import URL

from bot.playground.cloud import Cloud
from bot.playground.faults import Orders
from bot.playground.strictness import Json, refused
from bot.playground.updates import choose_kinds, expire, forget, waiting

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # the name of the header
PORTS = (443, 80, 88, 8443)
USUAL_CONNECTIONS, MOST_CONNECTIONS, LONGEST_SECRET = 40, 100, 256
ANSWER_SECONDS, LONGEST_PAUSE = 60.0, 60.0


@dataclass(eq=False)
class Webhook:
    """Where updates are to be brought, and what went wrong there last."""

    url: str
    secret: str = ""
    most: int = USUAL_CONNECTIONS
    last_error: tuple[datetime, str] | None = None
    busy: set[Hashable] = field(default_factory=set)  # the lanes of which an update is under way
    connections: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.connections = asyncio.Semaphore(self.most)


def set_webhook(cloud: Cloud, params: Mapping[str, Any]) -> bool:
    """An empty address is none. A poll under way ends with a conflict."""
    if params["url"]:
        secret = params.get("secret_token", "")
        _check(params["url"], secret)
        most = min(max(params.get("max_connections", USUAL_CONNECTIONS), 1), MOST_CONNECTIONS)
        choose_kinds(cloud, params)
        cloud.poll, hook = None, Webhook(params["url"], secret, most)
    else:
        hook = None
    return _put(cloud, hook, params)


def _check(address: str, secret: str) -> None:
    with suppress(ValueError):
        url = URL(address)
        if url.host not in ("127.0.0.1", "localhost", "::1"):
            if url.scheme != "https" or not url.host:
                raise refused("bad webhook: An HTTPS URL must be provided for webhook")
            if url.port not in PORTS:
                raise refused("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
            raise refused("bad webhook: this server reaches no other address than loopback")
        if len(secret) > LONGEST_SECRET:
            raise refused("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise refused("secret token contains unallowed characters")
        return
    raise refused("bad webhook: URL is invalid")


def delete_webhook(cloud: Cloud, params: Mapping[str, Any]) -> bool:
    return _put(cloud, None, params)


def _put(cloud: Cloud, hook: Webhook | None, params: Mapping[str, Any]) -> bool:
    if params.get("drop_pending_updates"):
        cloud.pending.clear()
    cloud.webhook = hook
    cloud.changed()
    return True


def get_webhook_info(cloud: Cloud, params: Mapping[str, Any]) -> Json:
    expire(cloud)
    hook, waits = cloud.webhook, {"has_custom_certificate": False, "pending_update_count": len(cloud.pending)}
    if hook is None:
        return {"url": "", **waits}
    failed = {"last_error_date": int(hook.last_error[0].timestamp()), "last_error_message": hook.last_error[1]} \
        if hook.last_error else {}  # fmt: skip
    kinds = {"allowed_updates": sorted(cloud.allowed)} if cloud.allowed else {}
    return {"url": hook.url, **waits, "max_connections": hook.most, **failed, **kinds}


WEBHOOK: Mapping[str, Callable[[Cloud, Mapping[str, Any]], Any]] = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}


def lane(update: Json) -> Hashable:
    """Updates of one lane keep their order: those of one kind, from one chat or, without a chat, from one person."""
    kind, body = next((kind, body) for kind, body in update.items() if kind != "update_id")
    return kind, (body.get("chat") or body.get("from") or {}).get("id")


def pauses() -> Iterator[float]:
    """Seconds before each try."""
    yield from (0.0, 0.0)
    pause = 2.0
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


class Delivery:
    """Brings updates for as long as it runs; `pause` waits so many seconds before a further try."""

    def __init__(self, cloud: Cloud, orders: Orders):
        self.cloud, self.orders = cloud, orders
        self.pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as under_way:
            while True:
                for hook, update in self._due():
                    under_way.create_task(self._bring(session, hook, update))
                await self.cloud.change()

    def _due(self) -> Iterator[tuple[Webhook, dict[str, Any]]]:
        """The first update of each lane of which none is under way; it is now."""
        if (hook := self.cloud.webhook) is None or self.orders.away:
            return
        for update in waiting(self.cloud, self.orders):
            if lane(update) not in hook.busy:
                hook.busy.add(lane(update))
                self.cloud.given.add(update["update_id"])
                yield hook, update

    async def _bring(self, session: aiohttp.ClientSession, hook: Webhook, update: dict[str, Any]) -> None:
        """Until it has arrived, is too old, or the webhook is another; the rest of its lane waits so long."""
        try:
            for pause in pauses():
                await self.pause(pause)
                expire(self.cloud)
                if self.cloud.webhook is not hook or update not in [*self.cloud.again, *self.cloud.pending]:
                    return
                async with hook.connections:
                    wrong = await _posted(session, hook, update)
                if not wrong:
                    forget(self.cloud, self.orders, update)
                    return
                hook.last_error = self.cloud.clock(), wrong
                self.cloud.changed()
        finally:
            hook.busy.discard(lane(update))
            self.cloud.changed()


async def _posted(session: aiohttp.ClientSession, hook: Webhook, update: Json) -> str:
    """What went wrong, or nothing."""
    headers = {SECRET: hook.secret} if hook.secret else {}
    try:
        async with session.post(hook.url, json=update, headers=headers, allow_redirects=False) as answer:
            done = 200 <= answer.status <= 299
            return "" if done else f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except TimeoutError:
        return "Read timeout expired"
    except aiohttp.ClientConnectorError:
        return "Connection refused"
    except aiohttp.ClientError:
        return "Webhook connection closed"
