"""Job-seekers in every situation that there is, each from the beginning of their story."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import delete, insert

from bot import measures, places, waiting
from bot.claims import code_of
from bot.counter import HOLD, SqlCounter
from bot.database import Transaction
from flows import policy, reception
from flows.arrival import ARRIVAL
from flows.choosing import chosen_slot
from flows.counter import Booking, Decision, Permit, Slot
from flows.desk.roles import Member
from flows.joining import JOINING
from flows.reception import Command
from flows.waiting import OFFERS
from tests.conversations.visitor import DAYS, JUST_BEFORE, NOW, OUTBOX, SEAL, Visitor, come_to


async def newcomer(transaction: Transaction) -> Visitor:
    (visitor := Visitor(transaction)).conversation.known["ask_language"] = True
    await visitor.says(Command("start"))
    return visitor


async def at_the_menu(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction)).says(Command("start"))
    return visitor


async def at_the_form(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction)).says(Command("book"))
    return visitor


async def with_a_form_set_aside(transaction: Transaction) -> Visitor:
    """They went to look at something else in the midst of it."""
    visitor = await come_to(await at_the_form(transaction), "name")
    await visitor.says(Command("language"))
    assert visitor.conversation.parked
    assert reception.in_form(visitor.conversation)
    return visitor


async def with_a_request(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.finishes()
    await visitor.says(Command("mine"))
    return visitor


async def with_other_times_to_choose(transaction: Transaction) -> Visitor:
    """The person has asked, and staff propose two other times."""
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    slots = [Slot("1", DAYS.starts(date(2026, 11, 25))[place]) for place in (0, 3)]
    assert await places.propose(transaction, booking.id, slots) is None
    proposed = Decision("propose", NOW, 7, "職員 一号", starts=tuple(slot.start for slot in slots))
    until = policy.proposal_lapses_at(DAYS, proposed.starts, NOW)
    assert await visitor.counter.move(booking, "propose", proposed, lapses_at=until)
    await visitor.says(Command("mine"))
    return visitor


async def on_the_day(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    visitor.now = datetime(2026, 11, 24, 0, tzinfo=UTC)
    await visitor.says(Command("mine"))
    return visitor


async def coming_back(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    await visitor.presses("cancel")
    await visitor.presses("cancel")
    await visitor.says(Command("book"))
    return visitor


async def with_a_confirmed_booking(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking is not None
    await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    await visitor.says(Command("move"))
    return visitor


async def who_asks_for_another_time(transaction: Transaction) -> Visitor:
    visitor = await with_a_confirmed_booking(transaction)
    await visitor.finishes()
    await visitor.says(Command("mine"))
    return visitor


async def who_finds_nothing_free(transaction: Transaction) -> Visitor:
    days = policy.days_to_offer(DAYS, NOW)
    places = [{"counsellor": "1", "start": start, "booking_id": "b"} for day in days for start in DAYS.starts(day)]
    await transaction.execute(insert(HOLD).values(purpose="request"), places)
    visitor = await at_the_form(transaction)
    await come_to(visitor, "day")
    await visitor.says(Command("wait"))
    return visitor


async def who_waits(transaction: Transaction) -> Visitor:
    visitor = await who_finds_nothing_free(transaction)
    await visitor.answers()
    await visitor.says(Command("mine"))
    return visitor


async def who_is_offered_a_time(transaction: Transaction) -> Visitor:
    visitor = await who_waits(transaction)
    freed = HOLD.c.start == DAYS.starts(policy.first_day(DAYS, NOW))[0]
    await transaction.execute(delete(HOLD).where(freed))
    await waiting.serve(visitor.counter)
    await reception.ask(visitor.context, OFFERS, "")
    return visitor


async def who_can_wait_no_more(transaction: Transaction) -> Visitor:
    """The button stands there, and there is a booking by now."""
    visitor = await with_a_request(transaction)
    await visitor.says(Command("wait"))
    return visitor


async def who_changes_who_joins(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    await visitor.says(Command("companion"))
    return visitor


async def who_moves_a_booking_made_by_phone(transaction: Transaction) -> Visitor:
    """Nobody has shown them the terms yet."""
    visitor = await with_a_code(transaction)
    await visitor.finishes()
    await visitor.says(Command("move"))
    return visitor


async def just_before_the_session(transaction: Transaction) -> Visitor:
    """Confirmed, and asked whether anything is wrong."""
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    visitor.now = JUST_BEFORE
    assert await reception.ask(visitor.context, JOINING, booking.id)
    return visitor


async def asked_whether_the_mail_arrived(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    assert await reception.ask(visitor.context, ARRIVAL, booking.id)
    return visitor


async def asked_about_a_mail_of_no_booking(transaction: Transaction) -> Visitor:
    await reception.ask((visitor := Visitor(transaction)).context, ARRIVAL, "nothing")
    return visitor


async def asked_about_no_session(transaction: Transaction) -> Visitor:
    await reception.ask((visitor := Visitor(transaction)).context, JOINING, "nothing")
    return visitor


async def who_missed_a_session(transaction: Transaction) -> tuple[Visitor, Booking]:
    visitor = await with_a_request(transaction)
    counter, booking = visitor.counter, await visitor.counter.live()
    assert booking is not None
    await counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    await counter.move(booking, "miss", Decision("miss", NOW, 7, "職員 一号"))
    return visitor, booking


async def suspended(transaction: Transaction) -> Visitor:
    """Somebody whose session was missed, and whom a lead has suspended."""
    visitor, booking = await who_missed_a_session(transaction)
    await suspend(visitor, booking)
    await visitor.says(Command("book"))
    return visitor


async def suspend(visitor: Visitor, booking: Booking) -> None:
    number = SEAL.index("booking.seeker_number", booking.details["seeker_number"])
    lead, t = Member(8, "責任者 一号", "lead"), visitor.transaction
    await measures.decide(t, SEAL, number, booking, "suspension", "no_contact", None, "二回目", lead, NOW)


async def suspended_in_another_chat(transaction: Transaction) -> Visitor:
    """The same person, in a chat that the office does not know."""
    await suspended(transaction)
    await (visitor := Visitor(transaction, chat=9)).says(Command("object"))
    return visitor


async def choosing_a_language_meanwhile(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.says(Command("language"))
    return visitor


async def asked_whether_to_continue(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.says(Command("start"))
    return visitor


async def with_a_code(transaction: Transaction) -> Visitor:
    """Somebody whose request staff have taken by phone, with the phone number that everybody here gives."""
    staff = await at_the_form(transaction)
    await come_to(staff, "review")
    counter = SqlCounter(transaction, SEAL, OUTBOX, DAYS, NOW, None)
    permit = policy.permit(DAYS, chosen_slot(staff.context), NOW)
    assert isinstance(permit, Permit)
    booking = await counter.request(permit, staff.conversation.answers, Decision("request", NOW, 7, channel="phone"))
    assert isinstance(booking, Booking)
    visitor = Visitor(transaction, chat=8)
    await visitor.says(Command("claim", code_of(SEAL, booking.id)))
    return visitor


async def asked_for_a_code(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction, chat=8)).says(Command("claim"))
    return visitor
