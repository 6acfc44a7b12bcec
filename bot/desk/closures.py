"""One closure: the call list of the bookings that stand in it, ticked off one by one; and opening it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot import calendar, waiting
from bot.calendar import CLOSURE, closing_of
from bot.desk.closing import FIELDS, choices
from bot.desk.touched import MOST, Touched, touched
from bot.desk.visit import Answer, Done, Missing, Page, Route, Visit, Wrong, does, shows
from bot.records import record
from bot.staff import STAFF
from bot.staff_tables import CallRow
from bot.statements import insert_once
from bot.tables import table
from flows.desk import closing
from flows.desk.closing import Unfit, in_words
from flows.places import Block
from flows.text import Text

CALL = table(CallRow)
OPENED = Text("Nothing was done: this closure has been opened or changed already. Please look at the week.")
NOT_IN_IT = Text("Nothing was done: this booking does not stand in the closed places any more.")


@dataclass(frozen=True)
class Call:
    """A booking to call about, and who has."""

    booking: Touched
    at: datetime | None
    by: str


async def show(visit: Visit) -> Answer:
    row = await _closure(visit)
    closed, block = closing_of(row), closing_of(row).block(visit.days.office.zone)
    bookings = await touched(visit.transaction, visit.days, block, visit.now) if row.ended_at is None else []
    done = await _calls(visit, row.id)
    calls = [Call(one, *done.get(one.booking, (None, ""))) for one in bookings]
    rest = replace(block, first=max(block.first, visit.days.day_of(visit.now)))
    typed = {name: visit.sent(name) for name in FIELDS} if visit.problem else _as_fields(rest)
    who = (await visit.transaction.execute(select(STAFF.c.name).where(STAFF.c.id == row.made_by))).scalar()
    values = {"calls": calls, "left": sum(call.at is None for call in calls), "typed": typed, "most": MOST}
    over = block.last < visit.days.day_of(visit.now)
    zone = visit.days.office.zone
    still = [(one, in_words(visit.days, one)) for one in visit.days.closings if one.block(zone).meets(block)]
    return Page(
        "closure.html",
        {"closure": closed, "row": row, "said_so": in_words(visit.days, closed), "who": who or "", "block": block,
         "over": over, "still": still, **values, **choices(visit)},
    )  # fmt: skip


async def called(visit: Visit) -> Answer:
    """Somebody was called."""
    row = await _closure(visit)
    block = closing_of(row).block(visit.days.office.zone)
    if row.ended_at is not None:
        raise Wrong(OPENED)
    about = await touched(visit.transaction, visit.days, block, visit.now)
    one = next((each for each in about if each.booking == visit.sent("booking")), None)
    if one is None:
        raise Wrong(NOT_IN_IT)
    values = {"closure_id": row.id, "booking_id": one.booking, "at": visit.now, "who": visit.member.id}
    if await insert_once(visit.transaction, CALL, values) is None:
        return Done(f"/closures/{row.id}", Text("{ref} was ticked off already.", ref=one.reference))
    await record(visit.transaction, visit.now, "called", visit.member, one.booking, str(row.id))
    return Done(f"/closures/{row.id}", Text("Ticked off: {ref} was called.", ref=one.reference))


async def open_again(visit: Visit) -> Answer:
    """Open all of it or a part; what is left is closed as before, with its calls ticked off."""
    await calendar.changing(visit.transaction)
    row = await _closure(visit)
    if row.ended_at is not None:
        raise Wrong(OPENED)
    closed, zone = closing_of(row), visit.days.office.zone
    block = closed.block(zone)
    opened = _part(visit, block)
    try:
        closing.check_days(visit.days, opened, visit.now)
        closing.check_opening(closed, block, opened)
    except Unfit as unfit:
        raise Wrong(unfit.why, unfit.field) from None
    await visit.transaction.execute(update(CLOSURE).where(CLOSURE.c.id == row.id).values(ended_at=visit.now))
    everybody = [one.id for one in visit.days.counsellors]
    for left in closing.without(visit.days.office, block, opened, everybody):
        if closing.has_places(visit.days, left):
            await _keep(visit, row, left)
    await calendar.changed(visit.transaction)
    await visit.kit.calendar.follow(visit.transaction, visit.now)
    await waiting.serve(visit.counter)
    await record(visit.transaction, visit.now, "opened", visit.member, note=str(row.id))
    days, hours = closing.days_of(opened), closing.hours_of(opened)
    return Done(f"/week?from={opened.first}", Text("Opened again: {days}, {hours}.", days=days, hours=hours))


def _part(visit: Visit, block: Block) -> Block:
    """What the form wants to open. Raises `Wrong`."""
    sent = {name: visit.sent(name) for name in FIELDS}
    try:
        opened = closing.read_block(visit.days.office, sent)
    except Unfit as unfit:
        raise Wrong(unfit.why, unfit.field) from None
    whole = replace(opened, since=block.since, until=block.until) if opened.whole_days else opened
    return whole if whole.counsellor else replace(whole, counsellor=block.counsellor)


async def _keep(visit: Visit, row: Row[Any], left: Block) -> None:
    since, until = left.moments(visit.days.office.zone)
    values = {"since": since, "until": until, "counsellor": left.counsellor, "office": row.office}
    made = {"reason": row.reason, "made_at": visit.now, "made_by": visit.member.id}
    kept = insert(CLOSURE).values(**values, **made).returning(CLOSURE.c.id)
    number = (await visit.transaction.execute(kept)).scalar_one()
    for call in (await visit.transaction.execute(select(CALL).where(CALL.c.closure_id == row.id))).all():
        same = {"closure_id": number, "booking_id": call.booking_id, "at": call.at, "who": call.who}
        await insert_once(visit.transaction, CALL, same)


async def _calls(visit: Visit, closure: int) -> dict[str, tuple[datetime, str]]:
    done = select(CALL.c.booking_id, CALL.c.at, STAFF.c.name).outerjoin(STAFF, STAFF.c.id == CALL.c.who)
    rows = await visit.transaction.execute(done.where(CALL.c.closure_id == closure))
    return {row.booking_id: (row.at, row.name or "") for row in rows}


async def _closure(visit: Visit) -> Row[Any]:
    """The closure that the path names, also one that was opened again. Raises `Missing`."""
    number = visit.at["closure"]
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Missing
    found = (await visit.transaction.execute(select(CLOSURE).where(CLOSURE.c.id == int(number)))).first()
    if found is None:
        raise Missing
    return found


def _as_fields(block: Block) -> dict[str, str]:
    hours = {"since": f"{block.since:%H:%M}", "until": f"{block.until:%H:%M}"} if block.until else {}
    days = {"first": block.first.isoformat(), "last": block.last.isoformat(), "counsellor": block.counsellor}
    return {**dict.fromkeys(FIELDS, ""), **days, **hours}


ROUTES: tuple[Route, ...] = (
    shows("/closures/{closure}", "see", show),
    does("/closures/{closure}/called", "calendar", called, show),
    does("/closures/{closure}/open", "calendar", open_again, show),
)
