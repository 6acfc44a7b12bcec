"""The updates that wait for the bot, and `getUpdates`: kept 24 hours, a press while it can be answered.

One update may be given many times until it is confirmed; a confirmed one is forgotten. Only what was ordered
(`faults.Orders`) comes twice, or lets two neighbours change places.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.playground.cloud import Cloud
from bot.playground.faults import Orders
from bot.playground.strictness import ApiError, Json

KEPT, PRESS_KEPT = timedelta(hours=24), timedelta(seconds=150)
LONGEST_POLL, LARGEST_BATCH = 50, 100  # seconds, updates
ANOTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
NOW_BY_WEBHOOK = "Conflict: terminated by setWebhook request"
BY_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


async def get_updates(cloud: Cloud, orders: Orders, params: Mapping[str, Any]) -> Sequence[Json]:
    """An offset forgets all before it, even when nothing is there to be given."""
    if cloud.webhook:
        raise ApiError(409, BY_WEBHOOK)
    _confirm(cloud, orders, params.get("offset", 0))
    choose_kinds(cloud, params)
    cloud.poll = mine = object()
    cloud.changed()
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(min(params.get("timeout", 0), LONGEST_POLL)):
            while cloud.poll is mine and not (found := waiting(cloud, orders)):
                await cloud.change()
    except TimeoutError:
        return []
    finally:
        taken_over = cloud.poll is not mine
        cloud.poll = cloud.poll if taken_over else None
    if taken_over:
        raise ApiError(409, NOW_BY_WEBHOOK if cloud.webhook else ANOTHER)
    limit = params.get("limit", LARGEST_BATCH)
    return _given(cloud, found[: limit if 1 <= limit <= LARGEST_BATCH else LARGEST_BATCH])


def choose_kinds(cloud: Cloud, params: Mapping[str, Any]) -> None:
    """The kinds of updates that the bot wants from now on; none named: all but those that are off by default."""
    if "allowed_updates" in params:
        cloud.allowed = frozenset(params["allowed_updates"]) or None


def waiting(cloud: Cloud, orders: Orders) -> list[dict[str, Any]]:
    """What can be given now, the oldest first: what comes again, then what is not confirmed."""
    expire(cloud)
    if orders.has("swapped"):
        fresh = [place for place, update in enumerate(cloud.pending) if update["update_id"] not in cloud.given]
        if len(fresh) < 2:
            return [*cloud.again, *(update for update in cloud.pending if update["update_id"] in cloud.given)]
        _swap(cloud.pending, *fresh[:2])
        orders.take("swapped")
    return [*cloud.again, *cloud.pending]


def _swap(updates: list[dict[str, Any]], one: int, other: int) -> None:
    """What each tells changes places; ids go on rising."""
    first, second = updates[one], updates[other]
    updates[one] = {**second, "update_id": first["update_id"]}
    updates[other] = {**first, "update_id": second["update_id"]}


def _given(cloud: Cloud, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cloud.given.update(update["update_id"] for update in batch)
    cloud.again = [update for update in cloud.again if update not in batch]
    return batch


def expire(cloud: Cloud) -> None:
    """Forget what nobody has fetched in time."""
    now = cloud.clock()

    def fresh(update: Json) -> bool:
        kept = cloud.answer_within if "callback_query" in update else KEPT
        return now - cloud.since.get(update["update_id"], now) <= kept

    cloud.pending[:] = [update for update in cloud.pending if fresh(update)]


def _confirm(cloud: Cloud, orders: Orders, offset: int) -> None:
    pending = cloud.pending
    kept = pending[offset:] if offset < 0 else [update for update in pending if update["update_id"] >= offset]
    for update in [update for update in pending if update not in kept]:
        forget(cloud, orders, update)


def forget(cloud: Cloud, orders: Orders, update: dict[str, Any]) -> None:
    """The bot has it, and will not get it again unless that is ordered."""
    if update in cloud.again:
        cloud.again.remove(update)
    elif update in cloud.pending:
        cloud.pending.remove(update)
        if orders.take("twice"):
            cloud.again.append(update)
    cloud.changed()
