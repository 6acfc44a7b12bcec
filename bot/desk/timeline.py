"""A booking's whole life, the oldest first: its moves, what staff did or looked at, the notices, past and to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, select

from bot.counter import DECISION
from bot.database import Transaction
from bot.outbox import NOTICE
from bot.records import RECORD
from flows import notices
from flows.counter import Booking
from flows.desk import history
from flows.desk.reading_records import OF_LEADS, Names, note
from flows.desk.records import WHAT
from flows.text import Text

OF_BOOKING: BindParameter[str] = bindparam("booking")
MOST = 500  # of each sort
MOVES = select(DECISION).where(DECISION.c.booking_id == OF_BOOKING).order_by(DECISION.c.id).limit(MOST)
NEWEST = (RECORD.c.id + 0).desc()  # so written, no engine goes through all records from the newest on
ACTS = select(RECORD).where(RECORD.c.booking_id == OF_BOOKING).order_by(NEWEST).limit(MOST)
SENT = select(NOTICE).where(NOTICE.c.booking_id == OF_BOOKING).order_by(NOTICE.c.due_at, NOTICE.c.key).limit(MOST)


@dataclass(frozen=True)
class Entry:
    """One line: when, what, by whom and how, why; of a notice, what became of it (`end` is its state)."""

    at: datetime
    what: Text | str
    who: str = ""
    how: Text | str = ""
    why: Text | str = ""
    starts: tuple[datetime, ...] = ()
    end: str = ""
    became: Text | None = None
    next_try: datetime | None = None


async def life(transaction: Transaction, booking: Booking, now: datetime, names: Names) -> list[Entry]:
    """All that happened with a booking, and what is to come; `names` of counsellors, whom some acts name."""
    of = {"booking": booking.id}
    moves = [_move(row) for row in await transaction.execute(MOVES, of)]
    if not moves or moves[0].at != booking.requested_at:  # of a time when the request itself was not written down
        moves.insert(0, Entry(booking.requested_at, history.EVENTS["request"], how=history.SOURCES[booking.source]))
    acts = [_act(row, names) for row in await transaction.execute(ACTS, of)]
    rows = (await transaction.execute(SENT, of)).all()
    told = [_notice(row, now) for row in rows if row.state != "pending" or _is_to_come(row, booking)]
    return sorted([*moves, *reversed(acts), *told], key=lambda entry: entry.at)


def _move(row: Row[Any]) -> Entry:
    starts = tuple(datetime.fromisoformat(start) for start in row.starts.split())
    return Entry(
        row.at, history.EVENTS.get(row.event, row.event), row.name, history.CHANNELS.get(row.channel, row.channel),
        history.reason(row.event, row.reason), starts,
    )  # fmt: skip


def _act(row: Row[Any], names: Names) -> Entry:
    """What was decided about the person is for leads, on a page of their own."""
    said = "" if row.what in OF_LEADS else note(row.what, row.note, names)
    by_note = row.what == "contact_noted"  # which says by which channel it came
    how = "" if by_note else history.CHANNELS["chat" if row.who is None else "desk"]
    return Entry(row.at, WHAT.get(row.what, row.what), row.name, how, said)


def _is_to_come(row: Row[Any], booking: Booking) -> bool:
    """Whether it will go out as things stand, once the confirming letter has gone: none in a chat that is not known."""
    rule = notices.KINDS.get(row.kind)
    if rule and rule.channel == "chat" and booking.chat is None:
        return False
    return rule is None or rule.holds(booking) or rule.holds(replace(booking, told="handed"))


def _notice(row: Row[Any], now: datetime) -> Entry:
    end = row.state
    if end == "pending":
        end = "again" if row.error else "later" if row.due_at > now else "pending"
    rule = notices.KINDS.get(row.kind)
    how = history.TO[rule.channel] if rule else ""
    again = row.next_try if end == "again" else None
    at = max(row.ended_at or row.due_at, row.due_at)
    return Entry(
        at, history.NOTICES.get(row.kind, row.kind), how=how, end=end, became=history.ENDS[end], next_try=again
    )
