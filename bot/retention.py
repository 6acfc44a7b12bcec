"""How long what is kept: the details of a booking (第6条), then its record (第5条（1）).

The days are settings of the office.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Select, and_, bindparam, case, delete, select, update

from bot import people_index, waiting
from bot.counter import BOOKING, DECISION
from bot.database import Transaction
from bot.encryption import Seal
from bot.measures import MEASURE, OBJECTION, SUSPENDS
from bot.outbox import NOTICE
from bot.records import RECORD as ACT
from bot.staff_tables import WITH_A_NOTE, WITH_WORDS
from bot.store import UPDATE
from bot.tables import NOT_ERASED
from flows.lifecycle import MISSED
from flows.notices import ONCE_PER_ADDRESS
from flows.office import Office

AT_ONCE = 200  # bookings, and updates, in one round: however much is due, nobody waits for it
UPDATES_REMEMBERED = timedelta(days=8)  # Telegram keeps an update for a day and draws new ids after a quiet week

# Deleted one by one, each found by its index: a list of many may be looked for in the whole table (PostgreSQL).
NOTICES = delete(NOTICE).where(NOTICE.c.booking_id == bindparam("old"))
ASKED = delete(NOTICE).where(NOTICE.c.booking_id == bindparam("old"), NOTICE.c.kind.in_(ONCE_PER_ADDRESS))
DECISIONS = delete(DECISION).where(DECISION.c.booking_id == bindparam("old"))
RECORD = delete(BOOKING).where(BOOKING.c.id == bindparam("old"))
MEASURES = delete(MEASURE).where(MEASURE.c.id == bindparam("old"))
OBJECTIONS = delete(OBJECTION).where(OBJECTION.c.measure_id == bindparam("old"))
ACTS = delete(ACT).where(ACT.c.id == bindparam("old"))
SEEN = delete(UPDATE).where(UPDATE.c.update_id == bindparam("old"))


async def forget_what_is_old(transaction: Transaction, seal: Seal, office: Office, now: datetime) -> None:
    """One round: erase details, delete bookings, measures and records of acts older than the office keeps them, forget
    update ids; oldest first."""
    await _erase_details(transaction, seal, now - timedelta(days=office.contact_days))
    await _erase_words(transaction, now - timedelta(days=office.contact_days))
    await _delete_records(transaction, now - timedelta(days=office.record_days))
    await _delete_measures(transaction, now - timedelta(days=office.record_days), now.astimezone(office.zone).date())
    await _delete_acts(transaction, now - timedelta(days=office.record_days))
    await waiting.forget(transaction, now.astimezone(office.zone).date(), now, AT_ONCE)
    await _forget_updates(transaction, now - UPDATES_REMEMBERED)


async def _erase_details(transaction: Transaction, seal: Seal, before: datetime) -> None:
    old = select(BOOKING.c.id).where(NOT_ERASED, BOOKING.c.start < before).order_by(BOOKING.c.start).limit(AT_ONCE)
    for booking in (await transaction.execute(old)).scalars().all():
        nothing = seal.seal({}, "booking", "details", booking)
        gone = update(BOOKING).where(BOOKING.c.id == booking)
        index = case((BOOKING.c.state == MISSED, BOOKING.c.number_index), else_="")  # missed sessions are counted on
        forgotten = {**people_index.NONE, "number_index": index}
        await transaction.execute(ASKED, {"old": booking})  # their keys would tell two bookings of one address
        await transaction.execute(gone.values(erased=True, details=nothing, url=None, url_index="", **forgotten))


async def _erase_words(transaction: Transaction, before: datetime) -> None:
    """What leads wrote, what people objected and what they were answered; not what still waits for an answer."""
    notes = select(MEASURE.c.id).where(WITH_A_NOTE, MEASURE.c.at < before).order_by(MEASURE.c.at).limit(AT_ONCE)
    for measure in (await transaction.execute(notes)).scalars().all():
        await transaction.execute(update(MEASURE).where(MEASURE.c.id == measure).values(note=None))
    answered = (WITH_WORDS, OBJECTION.c.answered_at < before)
    words = select(OBJECTION.c.id).where(*answered).order_by(OBJECTION.c.answered_at).limit(AT_ONCE)
    for objection in (await transaction.execute(words)).scalars().all():
        await transaction.execute(update(OBJECTION).where(OBJECTION.c.id == objection).values(words=None, answer=None))


async def _delete_records(transaction: Transaction, before: datetime) -> None:
    old = select(BOOKING.c.id).where(BOOKING.c.start < before).order_by(BOOKING.c.start).limit(AT_ONCE)
    await _delete(transaction, old, NOTICES, DECISIONS, RECORD)


async def _delete_measures(transaction: Transaction, before: datetime, today: date) -> None:
    """A suspension is kept while it runs, however old: who is suspended must be told why."""
    over = (MEASURE.c.at < before, ~and_(*SUSPENDS))
    old = select(MEASURE.c.id).where(*over).order_by(MEASURE.c.at).limit(AT_ONCE)
    await _delete(transaction, old.params(today=today), OBJECTIONS, MEASURES)


async def _delete_acts(transaction: Transaction, before: datetime) -> None:
    old = select(ACT.c.id).where(ACT.c.at < before).order_by(ACT.c.at).limit(AT_ONCE)
    await _delete(transaction, old, ACTS)


async def _forget_updates(transaction: Transaction, before: datetime) -> None:
    old = select(UPDATE.c.update_id).where(UPDATE.c.at < before).order_by(UPDATE.c.at).limit(AT_ONCE)
    await _delete(transaction, old, SEEN)


async def _delete(transaction: Transaction, old: Select[Any], *deletions: Delete) -> None:
    if ids := [{"old": number} for number in (await transaction.execute(old)).scalars()]:
        for deletion in deletions:
            await transaction.execute(deletion, ids)
