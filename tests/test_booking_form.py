"""The form that asks for a session: its progress, what of it is private, and what is looked at again at its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.counter import CONSENT, PERSON
from bot.database import Transaction
from flows.booking import BOOKING
from flows.choosing import chosen_day, chosen_slot
from flows.counter import Permit
from flows.policy import permit
from flows.steps import Screen
from flows.text import Text
from tests.conversations.visitors import DAYS, NOW, Visitor, at_the_form, come_to, coming_back
from tests.counters import DETAILS
from tests.offers import hold, said

COUNTED = ("name", "seeker_number", "day", "time", "email", "phone", "companion", "review")


async def at_the_review(transaction: Transaction) -> Visitor:
    return await come_to(await at_the_form(transaction), "review")


def progress(screen: Screen) -> tuple[int, int] | None:
    match screen.say[0]:
        case Text(sentence="{step}/{steps}", values={"step": int(step), "steps": int(steps)}):
            return step, steps
    return None


def told(visitor: Visitor) -> str:
    return said(tuple(visitor.conversation.notes))


async def test_each_question_says_how_far_one_is_and_the_review_is_the_last(transaction: Transaction) -> None:
    visitor, seen = await at_the_form(transaction), {}
    while visitor.conversation.state != "waiting":
        seen[visitor.conversation.state] = progress(await visitor.screen())
        await (visitor.presses("send") if visitor.conversation.state == "review" else visitor.answers())
    counted = [how_far for how_far in seen.values() if how_far]
    assert counted == [(step, len(counted)) for step in range(1, len(counted) + 1)]
    assert [name for name in seen if name in COUNTED and seen[name]] == list(COUNTED)


def test_whatever_is_typed_is_private() -> None:
    assert {q.name for q in BOOKING.questions if q.read} == {q.name for q in BOOKING.questions if q.private} != set()


async def test_who_comes_back_agrees_and_is_informed_once(transaction: Transaction) -> None:
    visitor = await coming_back(transaction)
    visitor.now += timedelta(days=1)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"
    assert [row.at for row in await transaction.execute(CONSENT.select())] == [NOW]
    assert [row.informed_at for row in await transaction.execute(PERSON.select())] == [NOW]


async def test_a_day_that_is_full_by_now_says_so_and_others_are_offered(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "day")
    day = DAYS.business_day_after(DAYS.day_of(NOW), 2)
    await hold(transaction, [day])
    await visitor.presses(day.isoformat())
    assert visitor.conversation.state == "day"
    assert "空きがありません" in told(visitor)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def test_a_time_that_somebody_else_has_by_now_says_so_and_others_are_offered(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "time")
    start = DAYS.starts(chosen_day(visitor.context))[0]
    await hold(transaction, [DAYS.day_of(start)], "1", start)
    await visitor.presses(f"{start.astimezone(DAYS.office.zone):%H%M}-1")
    assert visitor.conversation.state == "time"
    assert "ほかの方" in told(visitor)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def test_a_request_that_comes_too_late_leads_to_the_days_and_says_why(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    day = chosen_day(visitor.context)
    visitor.now += timedelta(days=1)
    await visitor.presses("send")
    assert visitor.conversation.state == "day"
    assert "締め切り" in told(visitor)
    await visitor.answers()
    assert chosen_day(visitor.context) > day
    assert visitor.conversation.state == "time"


async def test_who_has_a_booking_by_now_is_told_which(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    permitted = permit(DAYS, chosen_slot(visitor.context), NOW)
    assert isinstance(permitted, Permit)
    await visitor.counter.request(permitted, DETAILS)
    booking = await visitor.counter.live()
    assert booking
    await visitor.presses("send")
    assert visitor.conversation.state == "already"
    assert booking.reference in said((await visitor.screen()).say)


@pytest.mark.parametrize("condition", ["registered", "device", "continuing"])
async def test_without_one_of_the_conditions_nothing_is_sent_whatever_was_shown(
    transaction: Transaction, condition: str
) -> None:
    visitor = await at_the_review(transaction)
    visitor.conversation.answers[condition] = "no"
    await visitor.presses("send")
    assert visitor.conversation.state == "not_eligible"
    assert await visitor.counter.live() is None
