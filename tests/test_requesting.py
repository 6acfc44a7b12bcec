"""What the form looks up when it opens and again when it is sent: who may ask for a session, and what leads where."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from bot import measures, pausing
from bot.database import Transaction
from bot.unmet import UNMET
from flows import requesting
from flows.counter import Booking, Decision
from flows.desk.roles import Member
from flows.office_days import OfficeDays
from flows.places import Closing
from flows.policy import NO_SESSION
from flows.reception import Command
from flows.registering import MONTHS_AGO, WHEN
from flows.steps import Typed
from flows.waiting import TAKE
from tests.clauses.screens import reads
from tests.conversations.visitor import DAYS, NOW, OUTBOX, SEAL, TYPED, Visitor, come_to
from tests.conversations.visitors import (
    at_the_form,
    on_the_day,
    suspended,
    who_is_offered_a_time,
    who_waits,
    with_a_confirmed_booking,
    with_a_request,
)
from tests.offers import before, hold, said

LEAD = Member(8, "責任者 一号", "lead")
SECOND = timedelta(seconds=1)
FIRST = date(2026, 11, 24)  # the first day that is offered
SUSPENDED, HAS_ONE = "【オンライン予約の停止】", "すでに申し込み・予約があります"


async def at_the_review(transaction: Transaction) -> Visitor:
    return await come_to(await at_the_form(transaction), "review")


async def pause(transaction: Transaction) -> None:
    assert await pausing.pause(transaction, OUTBOX, "hands", LEAD, NOW)


async def suspend(transaction: Transaction, booking: Booking, number: str) -> None:
    index = SEAL.index("booking.seeker_number", number)
    await measures.decide(transaction, SEAL, index, booking, "suspension", "conduct", None, "二回目", LEAD, NOW)


# When it opens


async def test_4_4_who_is_suspended_reads_why_before_any_question(transaction: Transaction) -> None:
    visitor = await suspended(transaction)
    assert visitor.conversation.state == "suspended"
    assert (await reads(visitor)).startswith(SUSPENDED)


async def test_4_4_a_suspended_number_is_found_in_another_chat_as_soon_as_it_is_given(transaction: Transaction) -> None:
    await suspended(transaction)
    visitor = Visitor(transaction, chat=9)
    await visitor.says(Command("book"))
    await come_to(visitor, "seeker_number")
    await visitor.says(Typed(TYPED[1]))
    assert visitor.conversation.state == "suspended"
    assert (await reads(visitor)).startswith(SUSPENDED)
    await visitor.says(Command("book"))
    await come_to(visitor, "seeker_number")
    await visitor.says(Typed("13010-98765433"))
    assert visitor.conversation.state == "registered_when", "another number is good"


async def test_who_has_a_request_or_a_booking_is_offered_to_move_it_while_that_can_be(transaction: Transaction) -> None:
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    for state, asks in (("movable", True), ("already", False)):
        visitor.now = NOW if state == "movable" else booking.lapses_at
        await visitor.says(Command("book"))
        assert visitor.conversation.state == state
        shown = await reads(visitor)
        assert f"11月24日(火) 9:30（受付番号 {booking.reference}）" in shown
        assert ("変更しますか" in shown) is asks


async def test_a_confirmed_booking_can_be_moved_instead_and_on_the_day_it_cannot(transaction: Transaction) -> None:
    visitor = await with_a_confirmed_booking(transaction)
    await visitor.says(Command("book"))
    assert visitor.conversation.state == "movable"
    visitor.now = DAYS.at(FIRST, time(0))
    await visitor.says(Command("book"))
    assert visitor.conversation.state == "already"


async def test_while_new_requests_are_paused_only_who_has_a_booking_reads_of_it(transaction: Transaction) -> None:
    visitor = await on_the_day(transaction)
    await pause(transaction)
    await visitor.says(Command("book"))
    assert visitor.conversation.state == "already"
    newcomer = Visitor(transaction, chat=9)
    await newcomer.says(Command("book"))
    assert newcomer.conversation.state == "paused"
    assert await pausing.resume(transaction, OUTBOX, LEAD, NOW)
    await newcomer.says(Command("book"))
    assert newcomer.conversation.state == "terms"


@pytest.mark.parametrize(("late", "filled_in"), [(-1, True), (0, False), (1, False)])
async def test_the_time_that_is_kept_for_somebody_is_filled_in_until_the_offer_is_over(
    transaction: Transaction, late: int, filled_in: bool
) -> None:
    visitor = await who_is_offered_a_time(transaction)
    waits = await visitor.counter.waiting()
    assert waits
    assert waits.until
    visitor.conversation.answers, visitor.now = {}, waits.until + late * SECOND
    note = await requesting.fill_in_the_offer(visitor.context)
    assert visitor.conversation.answers == ({"day": "2026-11-24", "time": "0930-1"} if filled_in else {})
    until = waits.until.astimezone(DAYS.office.zone)
    end = f"11月{until.day}日(木) {until.hour}:{until.minute:02}"
    assert (said((note,)) if note else "") == (f"11月24日(火) 9:30 を、{end} までとっておきます。" if filled_in else "")


async def test_who_waits_and_is_offered_nothing_has_nothing_filled_in(transaction: Transaction) -> None:
    visitor = await who_waits(transaction)
    visitor.conversation.answers = {}
    assert await requesting.fill_in_the_offer(visitor.context) is None
    assert visitor.conversation.answers == {}


async def test_with_the_time_that_was_kept_no_day_is_looked_for(transaction: Transaction) -> None:
    visitor = await who_is_offered_a_time(transaction)
    await visitor.presses(TAKE)
    assert not requesting.no_day_yet(visitor.context)
    await visitor.finishes()
    booking = await visitor.counter.live()
    assert booking
    assert booking.slot.start == DAYS.at(FIRST, time(9, 30))
    counted = list(await transaction.execute(select(UNMET.c.what, UNMET.c.times)))
    assert counted == [("nothing", 1)], "from the form before, which found nothing"


async def test_who_asks_by_the_menu_while_a_time_is_kept_for_them_reads_that_it_is(transaction: Transaction) -> None:
    visitor = await who_is_offered_a_time(transaction)
    visitor.conversation.parked = None
    await visitor.says(Command("book"))
    assert visitor.conversation.dialog == "booking"
    assert "11月24日(火) 9:30 を、" in await reads(visitor)


async def test_2_each_condition_is_met_or_not_by_a_press(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    for name in ("registered", "device", "continuing"):
        await come_to(visitor, name)
        [(yes, no), _] = (await visitor.screen()).rows
        assert (yes.value, no.value) == ("yes", "no")
        await visitor.presses("yes")


async def test_where_a_time_is_chosen_already_that_nothing_else_is_free_is_no_wish(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "name")
    visitor.conversation.answers.update(day=FIRST.isoformat(), time="0930-1")
    await hold(transaction, (FIRST + timedelta(days=ahead) for ahead in range(30)))
    await come_to(visitor, "email")
    assert list(await transaction.execute(select(UNMET.c.what))) == []


# When it is sent


async def test_while_new_requests_are_paused_the_form_waits_and_can_be_sent_later(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    await pause(transaction)
    await visitor.presses("send")
    assert visitor.conversation.state == "review"
    assert (await reads(visitor)).startswith(said((requesting.NOT_SENT,)))
    assert await visitor.counter.live() is None
    assert await pausing.resume(transaction, OUTBOX, LEAD, NOW)
    await visitor.presses("send")
    assert visitor.conversation.state == "waiting"


async def test_11_terms_that_changed_while_it_was_filled_in_are_asked_about_before_it_is_sent(
    transaction: Transaction,
) -> None:
    visitor = await at_the_review(transaction)
    visitor.conversation.known["consent"]["sha256"] = "of the old ones"
    await visitor.presses("send")
    assert visitor.conversation.state == "terms"
    assert await visitor.counter.live() is None
    await visitor.presses("agree")
    assert visitor.conversation.state == "review"
    await visitor.presses("send")
    assert visitor.conversation.state == "waiting"


async def test_4_4_who_was_suspended_while_it_was_filled_in_has_sent_nothing(transaction: Transaction) -> None:
    other = Visitor(transaction, chat=9)
    await other.says(Command("book"))
    await come_to(other, "review")
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    await suspend(transaction, booking, TYPED[1])
    await other.presses("send")
    assert other.conversation.state == "suspended"
    assert (await reads(other)).startswith(SUSPENDED)
    assert await other.counter.live() is None


async def test_what_was_closed_while_it_was_filled_in_is_refused_and_counted_as_a_wish(
    transaction: Transaction,
) -> None:
    visitor = await at_the_review(transaction)
    day, after = DAYS.at(FIRST, time()), DAYS.at(FIRST + timedelta(days=1), time())
    for office, why in ((False, NO_SESSION), (True, None)):
        closed = OfficeDays(DAYS.office, [Closing(day, after, "" if office else "1", office, "training", 1)])
        outcome = await requesting.request(before(transaction, visitor.conversation, NOW, closed))
        assert (outcome.name, outcome.drop) == ("refused", ("day",))
        assert outcome.note
        assert why in (None, outcome.note)
    assert list(await transaction.execute(select(UNMET.c.what, UNMET.c.times))) == [("start", 1)]


async def test_what_somebody_else_has_by_now_is_chosen_anew_and_the_day_stays(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    await hold(transaction, [FIRST], "1", DAYS.starts(FIRST)[0])
    await visitor.presses("send")
    assert visitor.conversation.state == "time"
    assert visitor.conversation.answers["day"] == FIRST.isoformat()
    assert "time" not in visitor.conversation.answers
    assert "ほかの方" in await reads(visitor)
    assert list(await transaction.execute(select(UNMET.c.what, UNMET.c.times))) == [("start", 1)]


async def test_a_second_request_of_one_chat_is_offered_to_be_moved_and_on_its_day_is_only_named(
    transaction: Transaction,
) -> None:
    visitor = await at_the_review(transaction)
    answers = dict(visitor.conversation.answers)
    await visitor.presses("send")
    booking = await visitor.counter.live()
    assert booking
    for state, name in (("requested", "movable"), ("proposed", "has_one")):
        if state == "proposed":
            assert await visitor.counter.move(booking, "propose", Decision("propose", NOW, 7, "職員 一号"))
        visitor.conversation.answers = {**answers, "time": "1000-1"}
        visitor.conversation.known = await visitor.counter.known()
        outcome = await requesting.request(visitor.context)
        assert outcome.name == name
        assert outcome.note
        assert booking.reference in said((outcome.note,))


def test_2_1_every_answer_but_not_knowing_says_how_many_months_ago_at_least() -> None:
    assert set(WHEN) - set(MONTHS_AGO) == {"unsure"}
    assert [MONTHS_AGO[each] for each in WHEN if each in MONTHS_AGO] == [0, 1, 2, 3]
