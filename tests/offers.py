"""What a question offers, in words: asked of the flows before the real counter, without a chat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import insert

from bot.counter import HOLD, SqlCounter
from bot.database import Transaction
from bot.language import Words
from flows.office_days import OfficeDays
from flows.steps import Context, Conversation, Offer, Sentences
from tests.conversations.visitors import DAYS, NOW, OUTBOX, SEAL

WORDS = Words("ja", DAYS.office, "madoguchi@office.example", DAYS.day_of(NOW))


def before(
    transaction: Transaction, conversation: Conversation, now: datetime = NOW, days: OfficeDays = DAYS
) -> Context:
    """Somebody at this point of a conversation, before the counter."""
    return Context(days, SqlCounter(transaction, SEAL, OUTBOX, days, now, 7), now, conversation, 7)


def with_counsellors(*names: str) -> OfficeDays:
    return OfficeDays(replace(DAYS.office, counsellors=names))


async def hold(transaction: Transaction, days: Iterable[date], counsellor: str = "1", *starts: datetime) -> None:
    """Somebody else has these half hours; all of a day where none are named."""
    taken = [start for day in days for start in (starts or DAYS.starts(day))]
    rows = [{"counsellor": counsellor, "start": start, "booking_id": "b", "purpose": "request"} for start in taken]
    if rows:
        await transaction.execute(insert(HOLD), rows)


def labels(offer: Offer) -> list[str]:
    """Of the buttons, in reading order."""
    return [str(button.label) for row in WORDS.buttons(offer.rows) for button in row]


def said(sentences: Sentences) -> str:
    return WORDS.all(sentences)
