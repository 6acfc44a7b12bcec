"""The panic switch in the database: turned in one transaction, which records it and promises that the group is told."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from bot import kept
from bot.database import Transaction
from bot.outbox import Outbox
from bot.records import record
from bot.statements import one_at_a_time
from flows.desk.pausing import STILL, Switch
from flows.desk.records import What
from flows.desk.roles import Member
from flows.text import Text

NAME = "pause"  # of the lock, and of the setting


async def switch(transaction: Transaction) -> Switch | None:
    """How it stands; None where nobody has ever turned it."""
    found = await kept.read(transaction, NAME)
    return Switch.from_json(json.loads(found)) if found else None


async def paused(transaction: Transaction) -> Switch | None:
    """Who paused new requests, when and why; None while they are taken."""
    found = await switch(transaction)
    return found if found and found.paused else None


async def reminder(transaction: Transaction, zone: ZoneInfo) -> list[Text]:
    """That they are still paused, for whatever tells staff of the day: a pause that is forgotten stops everybody."""
    found = await paused(transaction)
    return [found.told(STILL, zone)] if found else []


async def held_open(transaction: Transaction) -> bool:
    """Whether new requests are taken; until the commit nobody turns the switch."""
    await one_at_a_time(transaction, NAME, shared=True)
    return await paused(transaction) is None


async def pause(transaction: Transaction, outbox: Outbox, reason: str, by: Member, now: datetime) -> bool:
    """Take no new requests from now on. False where somebody has paused them already."""
    return await _turn(transaction, outbox, Switch(True, reason, now, by.id, by.name), by)


async def resume(transaction: Transaction, outbox: Outbox, by: Member, now: datetime) -> bool:
    """Take new requests again. False where they are taken."""
    reason = found.reason if (found := await paused(transaction)) else ""
    return await _turn(transaction, outbox, Switch(False, reason, now, by.id, by.name), by)


async def _turn(transaction: Transaction, outbox: Outbox, to: Switch, by: Member) -> bool:
    await one_at_a_time(transaction, NAME)
    if (await paused(transaction) is not None) == to.paused:
        return False
    await kept.write(transaction, NAME, json.dumps(to.to_json(), ensure_ascii=False))
    what: What = "paused" if to.paused else "resumed"
    await record(transaction, to.at, what, by, note=to.reason)
    await outbox.put(transaction, f"{what}:{to.at.isoformat()}", what, to.at)
    return True
