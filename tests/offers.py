"""What a question offers, in words: asked of the flows before the real counter, without a chat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from bot.counter import HOLD, SqlCounter
from bot.database import Transaction
from bot.language import Words
from flows.counter import Booking
from flows.office_days import OfficeDays
from flows.steps import BACK, QUIT, Context, Conversation, Offer, Sentences
from flows.welcome import MENU_BUTTON
from tests.conversations.visitor import DAYS, NOW, OUTBOX, SEAL, Visitor

WORDS = Words("ja", DAYS.office, "madoguchi@office.example", DAYS.day_of(NOW))


def before(
    transaction: Transaction, conversation: Conversation, now: datetime = NOW, days: OfficeDays = DAYS
) -> Context:
    """Somebody at this point of a conversation, before the counter."""
    return Context(days, SqlCounter(transaction, SEAL, OUTBOX, days, now, 7), now, conversation, 7)


def with_a_card(about: Booking, now: datetime = NOW, **answers: Any) -> Context:
    """A member of staff with a card about this booking, for rules that ask no counter."""
    here = Conversation(answers=answers)
    return Context(DAYS, None, now, here, 7, "職員 一号", about)  # type: ignore[arg-type]


async def live(visitor: Visitor) -> Booking:
    """Their one live booking, which is there."""
    found = await visitor.counter.live()
    assert found
    return found


async def offered(visitor: Visitor) -> list[str]:
    """The values of the buttons of this place, in reading order: neither the ways out nor those of the menu."""
    values = [button.value for row in (await visitor.screen()).rows for button in row]
    return [value for value in values if value not in (BACK, QUIT) and not value.startswith(MENU_BUTTON)]


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
