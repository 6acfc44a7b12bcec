"""What was asked for in the chat and not to be had (第5条（1） 「利用状況の把握」): counted, and nobody is named.

One count is one form that asks for one thing in vain: a half hour that was taken or closed meanwhile, a day that was
filled or closed meanwhile, or anything at all where nothing is free. Pressed again in the same form, however often, it
is the same wish: the form remembers what it counted, sealed with its answers and forgotten with them. What the terms
refuse (too late, too far ahead) and what was never offered is no demand that more places would meet.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Literal

from flows import policy
from flows.counter import Unmet
from flows.steps import Context

COUNTED = "in_vain"  # among what a form knows


async def time_in_vain(context: Context, value: str) -> None:
    """A time of the chosen day was pressed that no counsellor can give any more."""
    day = date.fromisoformat(context.answers["day"])
    start = _start(context, day, value)
    if start in context.days.timetable(day) and _could_be_asked_for(context, day):
        free = await context.counter.free((day,))
        if start not in free.get(day, ()):
            await _count(context, start, "start")


def _start(context: Context, day: date, value: str) -> datetime | None:
    try:
        return context.days.at(day, time(int(value[:2]), int(value[2:4])))
    except ValueError:
        return None


async def day_in_vain(context: Context, value: str) -> None:
    """A day was pressed on which nothing is free any more."""
    try:
        day = date.fromisoformat(value)
        wanted = _could_be_asked_for(context, day) and bool(context.days.timetable(day))
    except ValueError:  # no day, or one of a year whose holidays nobody knows
        return
    if wanted and not await context.counter.free((day,)):
        await _count(context, context.days.at(day, time()), "day")


async def anything_in_vain(context: Context) -> None:
    """Somebody has come to choose a day, and there is none."""
    if not await context.counter.free(policy.days_to_offer(context.days, context.now)):
        await _count(context, context.days.at(context.days.day_of(context.now), time()), "nothing")


def _could_be_asked_for(context: Context, day: date) -> bool:
    """Whether the terms would let it be."""
    in_time = context.now < policy.closes_at(context.days, day)
    return in_time and day <= policy.last_day(context.days, context.now)


async def _count(context: Context, start: datetime, what: Literal["start", "day", "nothing"]) -> None:
    wish, counted = f"{what} {start.isoformat()}", context.known.get(COUNTED, [])
    if wish not in counted:
        context.known[COUNTED] = [*counted, wish]
        await context.counter.in_vain(Unmet(start, what))
