"""Staff before a card of the group, of each sort, at the hour when it is there."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.database import Transaction
from flows.counter import Decision
from tests.conversations.visitor import ALL, JUST_BEFORE, NEXT_MORNING, NOW, Visitor
from tests.conversations.visitors import who_asks_for_another_time, with_a_request


async def at_a_card_of_another_time(transaction: Transaction, now: datetime = NOW) -> Visitor:
    person = await who_asks_for_another_time(transaction)
    booking = await person.counter.live()
    staff = Visitor(transaction, now, booking=booking)
    staff.conversation.start("deciding_move", f"deciding_move:{person.chat}", {})
    await ALL["deciding_move"].begin(staff.context)
    return staff


async def at_such_a_card_late(transaction: Transaction) -> Visitor:
    return await at_a_card_of_another_time(transaction, datetime(2026, 11, 20, 1, tzinfo=UTC))


async def at_a_card(transaction: Transaction, name: str = "deciding", now: datetime = NOW) -> Visitor:
    person = await with_a_request(transaction)
    booking = await person.counter.live()
    assert booking is not None
    if name != "deciding":
        await person.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    if name == "settling":
        await person.counter.tell(booking, "failed")
    staff = Visitor(transaction, now, booking=booking)
    staff.conversation.start(name, f"{name}:{booking.id}", {})
    await ALL[name].begin(staff.context)
    return staff


async def at_a_late_card(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, now=datetime(2026, 11, 20, 1, tzinfo=UTC))


async def at_a_card_of_a_failed_mail(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "settling")


async def at_a_card_that_asks_who_came(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "attending", datetime(2026, 11, 24, 0, 40, tzinfo=UTC))


async def at_a_card_that_asks_for_an_outcome(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "concluding", NEXT_MORNING)


async def at_such_a_card_of_somebody_who_was_in_touch(transaction: Transaction) -> Visitor:
    staff = await at_a_card_that_asks_for_an_outcome(transaction)
    assert staff.booking
    await staff.counter.note_contact(staff.booking, Decision("contact", NOW, 7, "職員 一号"))
    return staff


async def at_a_card_of_somebody_who_is_late(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "late", JUST_BEFORE)


async def at_a_card_of_somebody_who_cannot_connect(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "cannot_connect", JUST_BEFORE)
