"""A new version of the terms (第11条): who has a booking ahead is told, and the first use after the change is kept."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.database import Transaction
from bot.outbox import Outbox
from bot.records import record
from bot.statements import insert_once
from bot.tables import LIVE_ONLY, BookingRow, TermsRow, table
from flows import clock
from flows.counter import Booking
from flows.office import Terms

if TYPE_CHECKING:
    from bot.counter import SqlCounter
    from bot.kit import Kit

BOOKING, TERMS = table(BookingRow), table(TermsRow)
AHEAD = select(BOOKING.c.id, BOOKING.c.chat_id, BOOKING.c.start).where(LIVE_ONLY, BOOKING.c.start > bindparam("now"))
ANY = select(TERMS.c.sha256).limit(1)
FIRST_SEEN = select(TERMS.c.first_seen).where(TERMS.c.sha256 == bindparam("sha256"))
KINDS = ("terms_changed", "terms_changed_mail")


async def remember(kit: Kit, now: datetime) -> None:
    """第11条 「変更することができる」: keep the text in force, to show what changed; tell of a new one."""
    terms = kit.days.office.terms
    async with kit.store.database.transaction() as transaction:
        changed = (await transaction.execute(ANY)).first() is not None
        if await _keep(transaction, terms, now) and changed:
            await _tell(transaction, kit, terms, now)


async def _keep(transaction: Transaction, terms: Terms, now: datetime) -> bool:
    values = {"sha256": terms.sha256, "version": terms.version, "text": terms.text, "first_seen": now}
    return await insert_once(transaction, TERMS, values) is not None


async def _tell(transaction: Transaction, kit: Kit, terms: Terms, now: datetime) -> None:
    due, outbox = clock.terms_changed_at(kit.days, now), kit.outbox
    for row in (await transaction.execute(AHEAD, {"now": now})).all():
        for kind in KINDS if due < row.start else ():
            await _promise(transaction, outbox, kind, row.id, row.chat_id, terms, due, row.start)


async def _promise(
    transaction: Transaction, outbox: Outbox, kind: str, booking: str, chat: int | None, terms: Terms,
    due: datetime, start: datetime,
) -> None:  # fmt: skip
    key = f"{kind}:{booking}:{terms.sha256[:16]}"
    await outbox.put(transaction, key, kind, due, start, booking_id=booking, chat_id=chat)


async def note_first_use(counter: SqlCounter, booking: Booking) -> None:
    """第11条 「本規約の変更後に…利用した場合、利用者は当該変更について同意したものとみなします」.

    The session begins, and was asked for under an earlier version.
    """
    terms = counter.days.office.terms
    since = (await counter.transaction.execute(FIRST_SEEN, {"sha256": terms.sha256})).scalar()
    if since is not None and booking.requested_at < since:
        await record(counter.transaction, counter.now, "terms_used", None, booking.id, terms.version)
