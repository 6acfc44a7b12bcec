"""Who waits for a free time, in SQL: a freed place is offered to one after another, and held for them meanwhile.

Of two who serve at once, the unique hold and the one row of each person decide. A place that somebody has had since
begins anew; one that was offered to all whose turn it was is free for everybody. 第4条(4): for whoever is suspended
nothing is kept, though they go on waiting; nor for whoever has stopped the bot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, insert, or_, select, update

from bot import pausing, places
from bot.calendar import still_a_place
from bot.database import Transaction
from bot.measures import MEASURE, SUSPENDS
from bot.outbox import Outbox
from bot.statements import insert_once
from bot.tables import LIVE_ONLY, WITH_AN_OFFER, BookingRow, ConversationRow, OfferRow, WaitingRow, table
from flows import policy
from flows.counter import Free, Slot, Waiting
from flows.office_days import DAY, OfficeDays
from flows.text import Text
from flows.waiting import offered_until, told_already, words_of_the_end

WAITING, OFFER, BOOKING, CONVERSATION = table(WaitingRow), table(OfferRow), table(BookingRow), table(ConversationRow)
AT_ONCE = 50  # people who are looked at in one round
OF_CHAT = WAITING.c.chat_id == bindparam("chat")
ONE = select(WAITING).where(OF_CHAT)
GONE = delete(WAITING).where(OF_CHAT)
HAS_ONE = exists(select(BOOKING.c.id).where(BOOKING.c.chat_id == WAITING.c.chat_id, LIVE_ONLY))
LAST_NUMBER = (
    select(BOOKING.c.number_index)
    .where(BOOKING.c.chat_id == WAITING.c.chat_id)
    .order_by(BOOKING.c.requested_at.desc())
    .limit(1)
    .correlate(WAITING)
    .scalar_subquery()
)
SUSPENDED = exists(select(MEASURE.c.id).where(MEASURE.c.number_index == LAST_NUMBER, *SUSPENDS))
CLOSED = (  # as a value, found by its key: PostgreSQL may look for those that exist in the whole table
    select(CONVERSATION.c.closed_at)
    .where(CONVERSATION.c.chat_id == WAITING.c.chat_id, CONVERSATION.c.subject == "")
    .correlate(WAITING)
    .scalar_subquery()
    .is_not(None)
)
NOT_TODAY = or_(WAITING.c.asked_on.is_(None), WAITING.c.asked_on != bindparam("today"))
IN_TURN = (
    select(WAITING.c.chat_id, WAITING.c.first, WAITING.c.last)
    .where(WAITING.c.start.is_(None), WAITING.c.last >= bindparam("from_day"), ~HAS_ONE)
    .where(NOT_TODAY, ~SUSPENDED, ~CLOSED)
    .order_by(WAITING.c.since, WAITING.c.chat_id)
    .limit(AT_ONCE)
)
ASKED = select(OFFER).where(OFFER.c.start >= bindparam("since"), OFFER.c.start < bindparam("before"))
OVER = (
    select(WAITING.c.chat_id, WAITING.c.until)
    .where(WITH_AN_OFFER, or_(WAITING.c.until <= bindparam("now"), SUSPENDED, CLOSED))
    .limit(AT_ONCE)
)
SHOWN = select(CONVERSATION.c.dialog, CONVERSATION.c.state).where(
    CONVERSATION.c.chat_id == bindparam("chat"), CONVERSATION.c.subject == ""
)
ENDED = "offer_over"  # the kind of the notice that an offer ran out
NOTHING: dict[str, Any] = {"counsellor": "", "start": None, "until": None}


class Server(Protocol):
    """What of a counter is needed here."""

    transaction: Transaction
    days: OfficeDays
    now: datetime
    outbox: Outbox

    async def free(self, days: Sequence[date]) -> Free: ...


async def of_chat(transaction: Transaction, chat: int | None) -> Waiting | None:
    row = (await transaction.execute(ONE, {"chat": chat})).first()
    if row is None:
        return None
    slot = Slot(row.counsellor, row.start) if row.start else None
    return Waiting(row.first, row.last, slot, row.until)


async def begin(server: Server, chat: int | None, wish: Waiting) -> None:
    """From now on, instead of whatever they waited for before."""
    await end(server, chat)
    row = {"chat_id": chat, "first": wish.first, "last": wish.last, "since": server.now, "asked_on": None, **NOTHING}
    await server.transaction.execute(insert(WAITING).values(**row))
    await serve(server)


async def end(server: Server, chat: int | None) -> None:
    """They wait no more; what was kept for them goes on to the next."""
    if chat is None:
        return
    if (await server.transaction.execute(GONE.returning(WAITING.c.start), {"chat": chat})).scalar() is not None:
        await places.give_back(server.transaction, places.kept_for(chat))
        await serve(server)


async def pass_on(server: Server, chat: int | None, *only_if: ColumnElement[bool]) -> bool:
    """The time that is kept for them goes to the next; they wait for another. False where none is."""
    kept = update(WAITING).where(WAITING.c.chat_id == chat, WITH_AN_OFFER, *only_if)
    if (await server.transaction.execute(kept.values(**NOTHING).returning(WAITING.c.chat_id))).first() is None:
        return False
    await places.give_back(server.transaction, places.kept_for(chat))
    await serve(server)
    return True


async def lapse(server: Server) -> bool:
    """Offers that nobody answered in time are passed on, and their people told; those of whoever is suspended or cannot
    be reached, too. Whether there were any.
    """
    today = server.days.day_of(server.now)
    over = (await server.transaction.execute(OVER, {"now": server.now, "today": today})).all()
    for row in over:
        if await pass_on(server, row.chat_id, WAITING.c.until == row.until) and row.until <= server.now:
            key, last = f"{ENDED}:{row.chat_id}:{row.until.isoformat()}", server.now + DAY
            await server.outbox.put(server.transaction, key, ENDED, server.now, last, chat_id=row.chat_id)
    return bool(over)


async def ended(transaction: Transaction, days: OfficeDays, chat: int | None, key: str) -> Text | None:
    """What to tell of the offer of this notice, which ran out; None where they were told, or wait for nothing."""
    waiting = await of_chat(transaction, chat)
    shown = (await transaction.execute(SHOWN, {"chat": chat})).first()
    if waiting is None or waiting.slot or (shown and told_already(shown.dialog, shown.state)):
        return None
    return words_of_the_end(days, datetime.fromisoformat(key.split(":", 2)[2]))


async def serve(server: Server) -> None:
    """Offer what is free to whoever has waited longest: one time each, once a day."""
    today = server.days.day_of(server.now)
    turn = {"from_day": policy.first_day(server.days, server.now), "today": today}
    waiting = (await server.transaction.execute(IN_TURN, turn)).all()
    if not waiting or await pausing.paused(server.transaction):
        return  # what could not be asked for now is offered once requests are taken again
    ahead = policy.days_to_offer(server.days, server.now)
    days = [day for day in ahead if any(row.first <= day <= row.last for row in waiting)]
    if not (free := await server.free(days)):
        return
    asked = await _asked(server, min(free), max(free))
    for row in waiting:
        for slot in _slots(free, row):
            if _may_be_offered(server, asked[slot], row.chat_id) and await _offer(server, row.chat_id, slot, today):
                asked[slot].add(row.chat_id)
                free = _without(free, slot, server.days)
                break


def _slots(free: Free, row: Row[Any]) -> list[Slot]:
    """The free places of the days that somebody waits for, the earliest first."""
    days = [free[day] for day in sorted(free) if row.first <= day <= row.last]
    return [Slot(who, start) for starts in days for start, there in sorted(starts.items()) for who in there]


def _without(free: Free, slot: Slot, days: OfficeDays) -> Free:
    day = days.day_of(slot.start)
    left = tuple(who for who in free[day][slot.start] if who != slot.counsellor)
    return {**free, day: {**free[day], slot.start: left}}


async def _asked(server: Server, first: date, last: date) -> defaultdict[Slot, set[int]]:
    """Who was asked already, by place."""
    since, before = server.days.at(first, time()), server.days.at(last + DAY, time())
    asked = defaultdict[Slot, set[int]](set)
    for row in await server.transaction.execute(ASKED, {"since": since, "before": before}):
        asked[Slot(row.counsellor, row.start)].add(row.chat_id)
    return asked


def _may_be_offered(server: Server, asked: set[int], chat: int) -> bool:
    return chat not in asked and len(asked) < server.days.office.waiting_offers


async def _offer(server: Server, chat: int, slot: Slot, today: date) -> bool:
    """Keep the place for this person and ask them; False where it is somebody else's by now, or cannot be answered."""
    transaction, until = server.transaction, offered_until(server.days, slot.start, server.now)
    if until is None or not await still_a_place(transaction, server.days, slot, server.now):
        return False
    kept = {"counsellor": slot.counsellor, "start": slot.start, "until": until, "asked_on": today}
    undo = transaction.savepoint()
    try:
        async with undo:
            await _keep(transaction, chat, slot, kept)
    except _Lost:
        return False
    await insert_once(transaction, OFFER, {"start": slot.start, "counsellor": slot.counsellor, "chat_id": chat})
    key = f"offered:{chat}:{server.now.isoformat()}"
    await server.outbox.put(transaction, key, "offered", server.now, until, chat_id=chat)
    return True


class _Lost(Exception):
    """Somebody else asks this person at this moment, or has the place: the savepoint is undone."""


async def _keep(transaction: Transaction, chat: int, slot: Slot, kept: dict[str, Any]) -> None:
    """The person first, so that nobody else asks them; then the place."""
    nobody_else = (WAITING.c.chat_id == chat, WAITING.c.start.is_(None), NOT_TODAY)
    asked = update(WAITING).where(*nobody_else).values(**kept).returning(WAITING.c.chat_id)
    if (await transaction.execute(asked, {"today": kept["asked_on"]})).first() is None:
        raise _Lost
    if not await places.take(transaction, places.kept_for(chat), slot, places.OFFER):
        raise _Lost


async def forget(transaction: Transaction, today: date, now: datetime, most: int) -> None:
    """Whoever waited for days that are over, and what was offered then."""
    old = select(WAITING.c.chat_id).where(WAITING.c.last < today).limit(most)
    for chat in (await transaction.execute(old)).scalars().all():
        await places.give_back(transaction, places.kept_for(chat))
        await transaction.execute(GONE, {"chat": chat})
    await transaction.execute(delete(OFFER).where(OFFER.c.start < now - timedelta(days=1)))
