"""The times of the calendar as the desk's forms offer them, and who else is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import still_a_place
from bot.desk.visit import Visit, Wrong
from flows import policy
from flows.counter import Booking, Permit, Slot
from flows.desk import closing
from flows.desk.taking import EXCEPTIONS
from flows.text import Text

NO_TIME = Text("Please choose a time.")
GONE = Text("Nothing was done: {date} {time} is not free any more. Please choose another time.")
TAKEN_MEANWHILE = Text("Nothing was done: somebody else has just taken this time. Please choose another one.")
WHY_SO_LATE = Text(
    "{date} {time} is after the deadline of Article 4(1) ({deadline}). Please choose why it is possible all the same."
)


@dataclass(frozen=True)
class Time:
    """One free start: what its button sends, and whether it needs a reason (4(1))."""

    slot: Slot
    value: str
    late: bool
    other: bool  # with another counsellor than the booking's


async def free_beside(visit: Visit, *bookings: Booking) -> list[dict[str, Text | str]]:
    """Of each booking its own counsellor, and who else is free at its time."""
    free = await visit.counter.free(sorted({visit.days.day_of(booking.slot.start) for booking in bookings}))
    names, at = closing.names(visit.days), {start: who for starts in free.values() for start, who in starts.items()}
    beside = [dict.fromkeys((each.slot.counsellor, *at.get(each.slot.start, ()))) for each in bookings]
    return [{who: names.get(who, who) for who in there} for there in beside]


async def weeks(visit: Visit, booking: Booking, same_counsellor: bool) -> list[list[list[Time]]]:
    """The free times that lie ahead, by week and day."""
    today, last = visit.days.day_of(visit.now), policy.last_day(visit.days, visit.now)
    ahead = [today + timedelta(days=n) for n in range((last - today).days + 1)]
    days = [day for day in ahead if visit.days.is_business_day(day)]
    found: dict[tuple[int, int], list[list[Time]]] = {}
    for day, starts in (await visit.counter.free(days)).items():
        times = [_time(visit, booking, start, who) for start, who in starts.items() if start > visit.now]
        if times := [time for time in times if not (same_counsellor and time.other)]:
            found.setdefault(day.isocalendar()[:2], []).append(times)
    return list(found.values())


def _time(visit: Visit, booking: Booking, start: datetime, free: tuple[str, ...]) -> Time:
    own = booking.slot.counsellor
    slot = Slot(own if own in free else free[0], start)
    late = visit.now >= policy.closes_at(visit.days, visit.days.day_of(start))
    return Time(slot, value_of(slot), late, slot.counsellor != own)


def value_of(slot: Slot) -> str:
    """What a form sends for a time."""
    return f"{slot.start.isoformat()} {slot.counsellor}"


async def chosen(visit: Visit, value: str) -> tuple[Permit, str]:
    """The permit for a time that a form sent, and the reason where it is after the deadline. Raises `Wrong`."""
    slot = _read(value)
    if slot is None:
        raise Wrong(NO_TIME, "time")
    local = slot.start.astimezone(visit.days.office.zone)
    said = {"date": local.date(), "time": local.time()}
    day = visit.days.day_of(slot.start)
    free = (await visit.counter.free((day,))).get(day, {}).get(slot.start, ())
    if slot.counsellor not in free or not await still_a_place(visit.transaction, visit.days, slot, visit.now):
        raise Wrong(GONE.given(**said), "time")
    permit = policy.permit(visit.days, slot, visit.now)
    if isinstance(permit, Permit):
        return permit, ""
    if permit.clause == "4(1)" and not visit.sent("why"):
        raise Wrong(WHY_SO_LATE.given(**said, deadline=policy.latest_day(visit.days, day)), "why")
    reason = visit.chosen("why", EXCEPTIONS) if permit.clause == "4(1)" else ""
    permit = policy.permit(visit.days, slot, visit.now, exception=True)
    if not isinstance(permit, Permit):
        raise Wrong(permit.why, "time")
    return permit, reason


def _read(value: str) -> Slot | None:
    start, _, counsellor = value.partition(" ")
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        return None
    return Slot(counsellor, moment) if moment.tzinfo else None


def labelled(words: Mapping[str, Text]) -> list[tuple[str, Text]]:
    """The choices of a form, in their order."""
    return list(words.items())
