"""Another time for a booking is sent: everything is looked at once more, and what no longer holds leads back to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.database import Transaction
from flows import policy
from flows.agreeing import agree
from flows.counter import Booking, Decision, Permit, Slot
from flows.moving import (
    KEEP,
    NOTHING_TO_MOVE,
    SAME_TIME,
    SEND,
)
from flows.steps import Conversation
from tests.conversations.visitor import DAYS, NOW, Visitor
from tests.counters import DETAILS
from tests.offers import before, hold, said
from tests.town import Clock

TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)
START = DAYS.starts(TUESDAY)[0]  # 9:30: the first that is offered
MIDNIGHT = Clock("2026-11-24 00:00")()  # between the day before and the day itself
ANOTHER = ("2026-11-25", "1000-1")


async def requested(transaction: Transaction, confirmed: bool) -> None:
    counter = before(transaction, Conversation()).counter
    permit = policy.permit(DAYS, Slot("1", START), NOW)
    assert isinstance(permit, Permit)
    booking = await counter.request(permit, DETAILS)
    assert isinstance(booking, Booking)
    if confirmed:
        await counter.move(booking, "confirm", Decision("confirm", NOW, 1, "職員 一号"))


async def moves(transaction: Transaction, *presses: str, confirmed: bool = True) -> Visitor:
    """Somebody who has agreed to the terms, has a booking on Tuesday at 9:30, and asks for another time."""
    await requested(transaction, confirmed)
    await agree((visitor := Visitor(transaction)).context)
    await visitor.begins("moving")
    for press in presses:
        await visitor.presses(press)
    return visitor


@pytest.mark.parametrize("confirmed", [True, False])
async def test_4_2_a_change_is_asked_for_and_the_booking_is_as_it_was_or_changed(
    transaction: Transaction, confirmed: bool
) -> None:
    visitor = await moves(transaction, *ANOTHER, SEND, confirmed=confirmed)
    assert visitor.conversation.state == "asked"
    assert "日時の変更を申し込みました" in said((await visitor.screen()).say)
    now, new = await visitor.counter.live(), Clock("2026-11-25 10:00")()
    assert now
    assert (now.slot.start, now.wanted and now.wanted.slot.start) == ((START, new) if confirmed else (new, None))


@pytest.mark.parametrize("press", [KEEP, "quit"])
async def test_who_does_not_want_it_keeps_what_there_is(transaction: Transaction, press: str) -> None:
    visitor = await moves(transaction, *ANOTHER)
    await visitor.presses(press)
    assert said((await visitor.screen()).say) == "何も変更していません。"
    now = await visitor.counter.live()
    assert now
    assert (now.slot.start, now.wanted) == (START, None)


async def test_a_time_that_somebody_else_has_taken_meanwhile_leads_back_to_the_times(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    await hold(transaction, [WEDNESDAY], "1", Clock("2026-11-25 10:00")())
    await visitor.presses(SEND)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("time", {"day": "2026-11-25"})
    assert "11月25日(水) 10:00 は" in said(tuple(visitor.conversation.notes))
    await visitor.presses("1030-1")
    assert visitor.conversation.state == "sure"
    await visitor.presses(SEND)
    assert visitor.conversation.state == "asked"


async def test_4_1_a_day_whose_deadline_passed_meanwhile_leads_back_to_the_days(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    visitor.now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    await visitor.presses(SEND)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("day", {})
    assert "締め切" in said(tuple(visitor.conversation.notes))


async def test_a_booking_that_staff_have_moved_to_that_time_leads_back_to_the_times(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    booking = await visitor.counter.live()
    assert booking
    moved = {"slot": Slot("1", Clock("2026-11-25 10:00")())}
    assert await visitor.counter.move(booking, "move", Decision("move", NOW, 1, "職員 一号"), **moved)
    await visitor.presses(SEND)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("time", {"day": "2026-11-25"})
    assert visitor.conversation.notes == [SAME_TIME]


async def test_4_4_at_midnight_before_the_session_it_is_too_late_to_send_it(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    visitor.now = MIDNIGHT
    await visitor.presses(SEND)
    assert visitor.conversation.state == "refused"
    assert "電話だけ" in said((await visitor.screen()).say)


async def test_a_booking_that_was_cancelled_meanwhile_is_not_moved(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    booking = await visitor.counter.live()
    assert booking
    await visitor.counter.move(booking, "cancel", Decision("cancel", NOW, 1, "職員 一号"))
    await visitor.presses(SEND)
    assert said((await visitor.screen()).say[-1:]) == said((NOTHING_TO_MOVE,))
    await visitor.begins("moving")
    assert visitor.conversation.state == "nothing"


@pytest.mark.parametrize("press", ["disagree", "disagree_now"])
async def test_11_who_has_not_agreed_yet_is_asked_first(transaction: Transaction, press: str) -> None:
    await requested(transaction, confirmed=True)
    visitor = await Visitor(transaction).begins("moving")
    assert visitor.conversation.state == "terms"
    agreed = visitor.copy()
    if press == "disagree_now":
        visitor.conversation.known["consent"] = {
            "version": "昔", "sha256": "old", "at": NOW.isoformat(), "language": "ja", "how": "button",
        }  # fmt: skip
    await visitor.presses(press)
    assert visitor.conversation.state == "kept"
    await agreed.presses("agree")
    assert agreed.conversation.state == "day"
    assert (await agreed.counter.known())["consent"]["version"] == DAYS.office.terms.version


async def test_a_day_chosen_anew_has_its_own_times(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER)
    for _ in range(2):
        await visitor.presses("back")
    assert visitor.conversation.state == "day"
    await visitor.presses("2026-11-26")
    assert (visitor.conversation.state, visitor.conversation.answers) == ("time", {"day": "2026-11-26"})


@pytest.mark.parametrize(
    ("state", "value", "words"),
    [("day", "2026-11-23", "勤労感謝の日"), ("time", "1200-1", "その時間の相談はありません")],
)
async def test_a_button_that_is_gone_says_why(transaction: Transaction, state: str, value: str, words: str) -> None:
    visitor = await moves(transaction, *ANOTHER[:1] if state == "time" else ())
    await visitor.presses(value)
    assert visitor.conversation.state == state
    assert words in said(tuple(visitor.conversation.notes))


async def test_a_time_of_a_day_that_has_closed_leads_back_to_the_days(transaction: Transaction) -> None:
    visitor = await moves(transaction, "2026-11-25")
    visitor.now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    await visitor.presses("1000-1")
    assert visitor.conversation.state == "day"


async def test_who_has_a_wish_already_is_refused(transaction: Transaction) -> None:
    visitor = await moves(transaction, *ANOTHER, SEND)
    await visitor.begins("moving")
    assert visitor.conversation.state == "refused"
    assert "11月25日(水) 10:00" in said((await visitor.screen()).say)


async def test_who_has_agreed_before_does_not_agree_once_more(transaction: Transaction) -> None:
    visitor = await moves(transaction)
    visitor.now += timedelta(hours=1)
    await visitor.begins("moving")
    assert visitor.conversation.state == "day"
    assert (await visitor.counter.known())["consent"]["at"] == NOW.isoformat()
