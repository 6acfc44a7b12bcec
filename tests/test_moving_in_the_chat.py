"""Another time for a booking, as the chat asks for it: whether it can be, and which times are offered.

What becomes of it when it is sent has tests/test_moving_sent.py; what both times hold, tests/test_moving.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain

import pytest

from bot import measures, pausing
from bot.database import Transaction
from flows import policy
from flows.agreeing import agree
from flows.counter import Booking, Decision, NewTime, Permit, Slot
from flows.desk.roles import Member
from flows.moving import (
    KEEP,
    NOTHING_TO_MOVE,
    PAUSED,
    SAME_TIME,
    SEND,
    TOO_MANY,
    ask,
    look_up,
    may_be_moved,
    other_times,
    sure,
    why_not,
)
from flows.steps import Context, Conversation, Outcome
from tests.conversations.visitor import DAYS, NOW, OUTBOX, SEAL, Visitor
from tests.counters import DETAILS
from tests.offers import before, hold, labels, said, with_counsellors
from tests.town import Clock

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
START = DAYS.starts(TUESDAY)[0]  # 9:30: the first that is offered
MIDNIGHT = Clock("2026-11-24 00:00")()  # between the day before and the day itself
MOMENT = timedelta(milliseconds=1)
LEAD = Member(8, "責任者 一号", "lead")


async def requested(transaction: Transaction, conversation: Conversation | None = None) -> tuple[Context, Booking]:
    context = before(transaction, conversation or Conversation())
    permit = policy.permit(DAYS, Slot("1", START), NOW)
    assert isinstance(permit, Permit)
    booking = await context.counter.request(permit, DETAILS)
    assert isinstance(booking, Booking)
    return context, booking


def wish(at: str) -> NewTime:
    permit = policy.permit(DAYS, Slot("1", Clock(at)()), NOW)
    assert isinstance(permit, Permit)
    return policy.new_time(DAYS, permit, START)


# Whether it can be moved


@pytest.mark.parametrize(
    ("state", "now", "can"),
    [
        ("confirmed", NOW, True),
        ("confirmed", MIDNIGHT - MOMENT, True),
        ("confirmed", MIDNIGHT, False),
        ("requested", NOW, True),
        ("requested", Clock("2026-11-20 17:15")() - MOMENT, True),
        ("requested", Clock("2026-11-20 17:15")(), False),  # it lapses
        ("proposed", NOW, False),
        ("ended", NOW, False),
    ],
)
async def test_4_4_what_is_undecided_or_confirmed_can_be_moved_until_the_day_before(
    transaction: Transaction, state: str, now: datetime, can: bool
) -> None:
    context, booking = await requested(transaction)
    booking.state = state
    assert may_be_moved(replace(context, now=now), booking) is can
    assert not may_be_moved(replace(context, now=now), replace(booking, wanted=wish("2026-11-26 13:00")))


async def test_why_nothing_can_be_moved(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    assert await why_not(context, booking) is None
    assert await why_not(context, replace(booking, state="proposed")) == NOTHING_TO_MOVE
    on_the_day = await why_not(replace(context, now=MIDNIGHT), booking)
    assert on_the_day
    assert "電話だけ" in said((on_the_day,))
    assert booking.reference in said((on_the_day,))


async def test_one_wish_at_a_time_and_it_is_named(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    why = await why_not(context, replace(booking, state="confirmed", wanted=wish("2026-11-26 13:00")))
    assert why
    assert "11月26日(木) 13:00" in said((why,))
    assert "11月20日(金)" in said((why,))


async def test_4_4_who_is_suspended_reads_why(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    number = SEAL.index("booking.seeker_number", booking.details["seeker_number"])
    await measures.decide(transaction, SEAL, number, booking, "suspension", "no_contact", None, "二回目", LEAD, NOW)
    why = await why_not(context, booking)
    assert why
    assert why not in (NOTHING_TO_MOVE, PAUSED, TOO_MANY)
    assert "連絡" in said((why,))


async def test_nothing_is_moved_while_new_requests_are_paused(transaction: Transaction) -> None:
    context, booking = await requested(transaction)
    await pausing.pause(transaction, OUTBOX, "illness", LEAD, NOW)
    assert await why_not(context, booking) == PAUSED
    await pausing.resume(transaction, OUTBOX, LEAD, NOW)
    assert await why_not(context, booking) is None


async def test_10_1_requests_and_changes_count_together(transaction: Transaction) -> None:
    """Three a day: the request, and two changes of it."""
    context, booking = await requested(transaction)
    assert DAYS.office.requests_per_day == 3
    for hour, why in ((10, None), (11, TOO_MANY)):
        permit = policy.permit(DAYS, Slot("1", Clock(f"2026-11-25 {hour}:00")()), NOW)
        assert isinstance(permit, Permit)
        assert await context.counter.ask_move(booking, permit) == "asked"
        assert await why_not(context, booking) == why


async def test_who_moves_is_known_by_the_consent_and_the_counsellor(transaction: Transaction) -> None:
    context, _ = await requested(transaction)
    await agree(context)
    visitor = Visitor(transaction)
    assert await look_up(visitor.context) == Outcome("open")
    assert visitor.conversation.known["counsellor"] == "1"
    assert visitor.conversation.known["consent"]["version"] == DAYS.office.terms.version


async def test_whoever_has_none_or_cannot_move_it_is_told_so(transaction: Transaction) -> None:
    visitor = await Visitor(transaction).begins("moving")
    assert visitor.conversation.state == "nothing"
    assert "日時を変更できる申し込みや予約はありません" in said((await visitor.screen()).say)
    await requested(transaction)
    visitor.now = MIDNIGHT
    await visitor.begins("moving")
    assert visitor.conversation.state == "refused"
    assert "電話だけ" in said((await visitor.screen()).say)


# Which times


async def test_the_time_that_one_has_is_not_offered_with_another_counsellor_either(transaction: Transaction) -> None:
    days = with_counsellors("1", "2")
    conversation = Conversation(answers={"day": "2026-11-24"})
    await requested(transaction, conversation)
    offer = await other_times(before(transaction, conversation, days=days))
    assert labels(offer)[0] == "10:00"
    assert said(offer.say).startswith("11月24日(火) の希望する時間を選んでください。")
    conversation.answers["day"] = "2026-11-25"
    assert labels(await other_times(before(transaction, conversation, days=days)))[0] == "9:30"


async def test_where_only_that_time_is_free_another_day_is_asked_for(transaction: Transaction) -> None:
    days = with_counsellors("1", "2")
    conversation = Conversation(answers={"day": "2026-11-24"})
    await requested(transaction, conversation)
    for counsellor in ("1", "2"):
        await hold(transaction, [TUESDAY], counsellor, *DAYS.starts(TUESDAY)[1:])
    offer = await other_times(before(transaction, conversation, days=days))
    assert (offer.rows, offer.say) == ((), (SAME_TIME,))


async def test_the_row_of_that_time_alone_falls(transaction: Transaction) -> None:
    """The times of the own counsellor come first: here it is only the one that the person has."""
    days = with_counsellors("1", "2")
    conversation = Conversation(answers={"day": "2026-11-24"}, known={"counsellor": "2"})
    await requested(transaction, conversation)
    await hold(transaction, [TUESDAY], "2", *DAYS.starts(TUESDAY)[1:])
    offer = await other_times(before(transaction, conversation, days=days))
    assert [len(row) for row in offer.rows] == [3, 3, 3, 1]


async def test_a_full_day_says_that_it_is_full(transaction: Transaction) -> None:
    conversation = Conversation(answers={"day": "2026-11-25"})
    context, _ = await requested(transaction, conversation)
    await hold(transaction, [WEDNESDAY])
    offer = await other_times(context)
    assert offer.rows == ()
    assert "11月25日(水) は空きがありません" in said(offer.say)


async def test_without_a_booking_all_times_are_there(transaction: Transaction) -> None:
    conversation = Conversation(answers={"day": "2026-11-24"})
    assert labels(await other_times(before(transaction, conversation)))[0] == "9:30"


# Before it is sent


@pytest.mark.parametrize(
    ("confirmed", "words"),
    [
        (
            True,
            "11月25日(水) 10:00 への変更を希望しますか。\n職員が変更を確定するまで、11月24日(火) 9:30 はそのままです。",
        ),
        (False, "申し込みの日時を 11月25日(水) 10:00 に変更しますか。\n"),
    ],
)
async def test_4_2_what_becomes_of_the_old_time_is_said_before(
    transaction: Transaction, confirmed: bool, words: str
) -> None:
    context, booking = await requested(transaction, Conversation(answers={"day": "2026-11-25", "time": "1000-1"}))
    if confirmed:
        await context.counter.move(booking, "confirm", Decision("confirm", NOW, 1, "職員 一号"))
    offer = await sure(context)
    assert said(offer.say).startswith(words)
    assert "11月24日(火) 9:30" in said(offer.say)
    assert [(label, button.value) for label, button in zip(labels(offer), chain(*offer.rows), strict=True)] == [
        ("変更を申し込む", SEND), ("変更しない", KEEP),
    ]  # fmt: skip


async def test_where_the_booking_is_over_meanwhile_nothing_is_asked(transaction: Transaction) -> None:
    context = before(transaction, Conversation(answers={"day": "2026-11-25", "time": "1000-1"}))
    offer = await sure(context)
    assert (offer.rows, offer.say) == ((), (NOTHING_TO_MOVE,))
    assert await ask(context) == Outcome("none")
