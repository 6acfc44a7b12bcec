"""What is known of a person, in SQL: the terms they agreed to, and what their last booking said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, bindparam, insert, select, update

from bot.database import Transaction
from bot.statements import insert_once
from bot.tables import BookingRow, ConsentRow, PersonRow, TermsRow, table
from flows.booking import QUESTIONS
from flows.counter import Consent

if TYPE_CHECKING:
    from bot.counter import SqlCounter

BOOKING, CONSENT, PERSON, TERMS = table(BookingRow), table(ConsentRow), table(PersonRow), table(TermsRow)
OFFERED_AGAIN = tuple(question.name for question in QUESTIONS if question.mask)  # of the last booking
_OF_CHAT: BindParameter[int] = bindparam("chat")
LAST_CONSENT = select(CONSENT).where(CONSENT.c.chat_id == _OF_CHAT).order_by(CONSENT.c.id.desc()).limit(1)
LAST_BOOKING = select(BOOKING).where(BOOKING.c.chat_id == _OF_CHAT).order_by(BOOKING.c.requested_at.desc()).limit(1)
INFORMED = select(PERSON.c.informed_at).where(PERSON.c.chat_id == _OF_CHAT)


async def of_chat(counter: SqlCounter) -> dict[str, Any]:
    """What a form of this chat begins with."""
    chat = {"chat": counter.chat}
    given = (await counter.transaction.execute(LAST_CONSENT, chat)).first()
    found: dict[str, Any] = {"informed": (await counter.transaction.execute(INFORMED, chat)).scalar() is not None}
    if given:
        found["consent"] = {
            "version": given.version, "sha256": given.sha256, "at": given.at.isoformat(),
            "language": given.language, "how": given.how,
        }  # fmt: skip
    if row := (await counter.transaction.execute(LAST_BOOKING, chat)).first():
        last = await counter.opened(row)
        found["before"] = {name: last.details[name] for name in OFFERED_AGAIN if name in last.details}
        found["counsellor"] = last.slot.counsellor
    return found


async def consent_id(transaction: Transaction, chat: int | None) -> int | None:
    """The consent under which this chat asks for something now."""
    consent = (await transaction.execute(LAST_CONSENT, {"chat": chat})).first()
    return consent.id if consent else None


async def agree(transaction: Transaction, chat: int | None, consent: Consent) -> None:
    await transaction.execute(insert(CONSENT).values(chat_id=chat, **vars(consent)))
    await insert_once(transaction, PERSON, {"chat_id": chat, "informed_at": None})


async def informed(transaction: Transaction, chat: int | None, now: datetime) -> None:
    await transaction.execute(update(PERSON).where(PERSON.c.chat_id == chat).values(informed_at=now))


async def terms_text(transaction: Transaction, sha256: str) -> str:
    """The text of a version, even of one that is not in force any more; empty where it is not known."""
    found = await transaction.execute(select(TERMS.c.text).where(TERMS.c.sha256 == sha256))
    return str(found.scalar() or "")
