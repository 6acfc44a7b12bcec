"""The staff group: who may press there, what is told there, and whose rights end when they leave it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot import pausing, staff
from bot.database import Transaction
from bot.kit import Kit
from bot.turn import ONLY_STAFF
from flows.desk import commands
from flows.desk.pausing import GROUP_PAUSED, GROUP_RESUMED
from flows.desk.roles import Member, Right
from flows.text import Text

NEWS = ("paused", "resumed", "no_lead")  # kinds of notices


async def refusal(transaction: Transaction, who: int, in_group: bool, right: Right = "book") -> Text | None:
    """Why somebody may not do this in the group. Roles decide once there is a lead; until then membership does."""
    if not await staff.has_lead(transaction):
        return None if in_group else ONLY_STAFF
    member = await staff.member(transaction, who)
    if member is None:
        return commands.ONLY_MEMBERS
    return None if member.may(right) else commands.READS_ONLY


async def dismiss(kit: Kit, transaction: Transaction, who: int, by: Member | None, now: datetime) -> bool:
    """End somebody's rights; they are told, and the group where nobody leads any more. False where they had none."""
    led = await staff.has_lead(transaction)
    if not await staff.end(transaction, who, by, now):
        return False
    await tell(kit, transaction, who, "over", now)
    if led and not await staff.has_lead(transaction):
        await kit.outbox.put(transaction, f"no_lead:{now.isoformat()}", "no_lead", now)
    return True


async def tell(kit: Kit, transaction: Transaction, who: int, what: Literal["over", "role"], now: datetime) -> None:
    """Tell somebody in their private chat what has become of their rights."""
    key = f"staff:{what}:{who}:{now.isoformat()}"
    await kit.outbox.put(transaction, key, f"staff:{what}", now, now + timedelta(days=1), chat_id=who)


async def news(kit: Kit, transaction: Transaction, kind: str) -> Text | None:
    """What the group is told; None where it is not so any more."""
    if kind == "no_lead":
        return None if await staff.has_lead(transaction) else commands.NO_LEAD
    switch = await pausing.switch(transaction)
    if switch is None or switch.paused != (kind == "paused"):
        return None
    return switch.told(GROUP_PAUSED if switch.paused else GROUP_RESUMED, kit.days.office.zone)
