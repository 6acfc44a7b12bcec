"""Pause: one press with a reason stops new requests of job-seekers, one press takes them again."""

from __future__ import annotations

from bot import pausing
from bot.desk.visit import Answer, Done, Page, Route, Visit, Wrong, does, shows
from flows.desk.pausing import ALREADY_PAUSED, ALREADY_RUNNING, REASONS
from flows.text import Text


async def show(visit: Visit) -> Answer:
    return Page("pausing.html", {"reasons": list(REASONS.items())})


async def pause(visit: Visit) -> Answer:
    reason = visit.chosen("reason", REASONS)
    if await pausing.pause(visit.transaction, visit.kit.outbox, reason, visit.member, visit.now):
        return Done("/pause", Text("New requests are paused. The staff group is being told."))
    there = await pausing.paused(visit.transaction)
    raise Wrong(there.told(ALREADY_PAUSED, visit.days.office.zone) if there else ALREADY_RUNNING)


async def resume(visit: Visit) -> Answer:
    if await pausing.resume(visit.transaction, visit.kit.outbox, visit.member, visit.now):
        return Done("/pause", Text("New requests are taken again. The staff group is being told."))
    raise Wrong(ALREADY_RUNNING)


ROUTES: tuple[Route, ...] = (
    shows("/pause", "pause", show),
    does("/pause", "pause", pause, show),
    does("/resume", "pause", resume, show),
)
