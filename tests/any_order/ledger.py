"""What the database says at one moment: bookings, holds, decisions, notices, conversations. As it stands, unjudged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select

from bot.database import Database, Transaction
from bot.encryption import Seal
from bot.tables import BookingRow, ConversationRow, DecisionRow, HoldRow, NoticeRow, table

BOOKING, CONVERSATION, DECISION = table(BookingRow), table(ConversationRow), table(DecisionRow)
HOLD, NOTICE = table(HoldRow), table(NoticeRow)
Rows = list[Row[Any]]


@dataclass(frozen=True)
class Ledger:
    """Bookings by id, notices by key, decisions by booking in their order; `flows` of conversations by their keys."""

    now: datetime
    bookings: dict[str, Row[Any]] = field(default_factory=dict)
    holds: Rows = field(default_factory=list)
    decisions: dict[str, Rows] = field(default_factory=dict)
    notices: dict[str, Row[Any]] = field(default_factory=dict)
    conversations: Rows = field(default_factory=list)
    flows: dict[tuple[int, str], str] = field(default_factory=dict)

    def notices_of(self, booking: str) -> Rows:
        return [notice for notice in self.notices.values() if notice.booking_id == booking]


async def read(database: Database, seal: Seal, now: datetime) -> Ledger:
    """Everything, in one transaction."""
    async with database.transaction() as transaction:
        bookings = await _all(transaction, BOOKING)
        decisions = await _all(transaction, DECISION)
        notices, holds = await _all(transaction, NOTICE), await _all(transaction, HOLD)
        conversations = await _all(transaction, CONVERSATION)
    of_booking: defaultdict[str, Rows] = defaultdict(list)
    for decision in decisions:
        of_booking[decision.booking_id].append(decision)
    flows = {(row.chat_id, row.subject): str(_form(seal, row)["flow"]) for row in conversations}
    by_key, by_id = {notice.key: notice for notice in notices}, {booking.id: booking for booking in bookings}
    return Ledger(now, by_id, holds, of_booking, by_key, conversations, flows)


async def _all(transaction: Transaction, rows: Table) -> Rows:
    return list(await transaction.execute(select(rows).order_by(*rows.primary_key.columns)))


def _form(seal: Seal, row: Row[Any]) -> Any:
    return seal.open(row.form, "conversation", "form", f"{row.chat_id}/{row.subject}")
