"""The staff's cards asked before the real counter, without a group: what stands on them, and what a press records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.database import Transaction
from flows import cards
from flows.counter import Decision
from flows.deciding import card, verdict
from flows.dialog import Dialog
from flows.steps import OLD_BUTTON, QUIT, Conversation
from tests.clauses.deadlines import jst
from tests.conversations.staff_at_cards import (
    at_a_card,
    at_a_card_of_a_failed_mail,
    at_a_card_of_another_time,
    at_a_late_card,
)
from tests.conversations.visitor import NOW, Visitor
from tests.offers import before, offered, said


@pytest.mark.parametrize("reason", ["check", "agreed", "other"])
async def test_each_reason_of_a_late_confirmation_is_recorded(transaction: Transaction, reason: str) -> None:
    staff = await at_a_late_card(transaction)
    await staff.presses("confirm")
    await staff.presses(reason)
    assert staff.booking
    assert staff.booking.decision == Decision("confirm", staff.now, 7, "職員 一号", reason, "group")


@pytest.mark.parametrize(
    ("companion", "same_number", "flags"),
    [
        ("none", False, []),
        ("carer", False, ["【同席あり】"]),
        ("none", True, ["【同じ求職番号の申し込みあり】"]),
        ("other", True, ["【同席あり】", "【同じ求職番号の申し込みあり】"]),
    ],
)
async def test_a_card_flags_what_staff_should_look_at(
    transaction: Transaction, companion: str, same_number: bool, flags: list[str]
) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.booking.details, staff.booking.same_number = {"companion": companion}, same_number
    lines = said((await staff.screen()).say).splitlines()
    assert lines[0] == f"【新しい申し込み】{staff.booking.reference}"
    assert lines[4:] == flags


@pytest.mark.parametrize(
    ("state", "decided", "last_line"),
    [
        ("confirmed", Decision("confirm", NOW, 7, "職員 一号"), "【確定】職員 一号\u300011月19日(木) 10:00"),
        ("ended", Decision("confirm", NOW, 7, "職員 一号"), "【確定】職員 一号\u300011月19日(木) 10:00"),
        ("declined", Decision("decline", NOW, 8, "職員 二号"), "【お断り】職員 二号\u300011月19日(木) 10:00"),
        ("cancelled", Decision("confirm", NOW, 7, "職員 一号"), "【利用者がキャンセル】"),
        ("lapsed", None, "【期限切れ】期限までに確定されませんでした。本人にはお知らせしました。"),
        ("confirmed", None, "【終了】"),
    ],
)
async def test_a_card_says_how_it_went_on(
    transaction: Transaction, state: str, decided: Decision | None, last_line: str
) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.booking.state, staff.booking.decided = state, decided
    assert said((card(staff.context),)).splitlines()[-1] == last_line


@pytest.mark.parametrize(("how", "told"), [("by_hand", "メール送信済み"), ("by_phone", "電話で連絡済み")])
async def test_the_card_of_a_failed_letter_says_who_told_the_person_and_how(
    transaction: Transaction, how: str, told: str
) -> None:
    staff = await at_a_card_of_a_failed_mail(transaction)
    screen = await staff.screen()
    assert said(screen.say).startswith("【メールを送れませんでした】")
    assert [button.value for row in screen.rows for button in row] == ["by_hand", "by_phone"]
    await staff.presses(how)
    assert staff.booking
    assert (staff.booking.told, staff.booking.decision) == (how, Decision(how, NOW, 7, "職員 一号", channel="group"))
    words = said((await staff.screen()).say)
    assert told in words
    assert "職員 一号" in words
    assert staff.booking.reference in words


async def test_a_card_that_nobody_may_decide_any_more_says_so_before_the_clock_has_moved_it(
    transaction: Transaction,
) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.now = staff.booking.lapses_at
    assert said((verdict(staff.context),)).startswith("【期限切れ】")


@pytest.mark.parametrize(("press", "asks"), [("confirm", "例外として確定しますか"), ("decline", "お断りする理由")])
async def test_a_reason_is_asked_below_the_card_and_only_for_what_was_pressed(
    transaction: Transaction, press: str, asks: str
) -> None:
    staff = await at_a_late_card(transaction)
    head = said((card(staff.context),))
    await staff.presses(press)
    words = said((await staff.screen()).say)
    assert words.startswith(head)
    assert asks in words.removeprefix(head)


async def test_who_declines_too_late_is_asked_for_no_reason(transaction: Transaction) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.now = staff.booking.lapses_at
    await staff.presses("decline")
    assert staff.conversation.state == "decided"


@pytest.mark.parametrize("state", ["confirmed", "cancelled", "lapsed"])
async def test_once_it_went_on_a_card_asks_for_no_reason_any_more(transaction: Transaction, state: str) -> None:
    staff = await at_a_card(transaction)
    await staff.presses("decline")
    assert staff.booking
    staff.booking.state = state
    await staff.presses("time")
    assert staff.conversation.state == "decided"
    assert staff.booking.decision
    assert staff.booking.decision.event == "request"


async def test_a_card_of_no_booking_is_refused(transaction: Transaction) -> None:
    with pytest.raises(LookupError):
        card(before(transaction, Conversation()))


@pytest.mark.parametrize(("late", "state"), [(timedelta(seconds=-1), "confirmed"), (timedelta(0), "requested")])
async def test_a_request_can_be_decided_until_it_lapses_and_not_a_moment_longer(
    transaction: Transaction, late: timedelta, state: str
) -> None:
    """Not even by a press that comes before the clock's own move, as after a night without the bot."""
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.now = staff.booking.lapses_at + late
    await staff.presses("confirm")
    if late:
        await staff.presses("check")
    assert staff.booking.state == state
    assert len((await staff.screen()).rows) == 0


async def test_a_request_after_closing_on_the_last_day_is_confirmed_late_without_a_question(
    transaction: Transaction,
) -> None:
    staff = await at_a_late_card(transaction)
    assert staff.booking
    staff.booking.requested_at = jst("2026-11-19T17:15")
    await staff.presses("confirm")
    assert staff.booking.decision == Decision("confirm", staff.now, 7, "職員 一号", "late_auto", "group")


async def test_in_time_no_reason_is_recorded(transaction: Transaction) -> None:
    staff = await at_a_card(transaction)
    await staff.presses("confirm")
    assert staff.booking
    assert staff.booking.decision == Decision("confirm", NOW, 7, "職員 一号", "", "group")
    assert said((await staff.screen()).say) == said((card(staff.context),))


async def test_a_decline_after_the_deadline_has_the_reason_that_was_chosen(transaction: Transaction) -> None:
    staff = await at_a_late_card(transaction)
    await staff.presses("confirm")
    await staff.presses("back")
    await staff.presses("decline")
    assert await offered(staff) == ["conditions", "registration", "time", "counter", "other"]
    await staff.presses("counter")
    assert staff.booking
    assert staff.booking.decision == Decision("decline", staff.now, 7, "職員 一号", "counter", "group")


@pytest.mark.parametrize(("state", "told"), [("cancelled", "failed"), ("confirmed", "handed")])
async def test_where_a_failed_letter_matters_no_more_its_card_asks_nothing_and_records_nothing(
    transaction: Transaction, state: str, told: str
) -> None:
    staff = await at_a_card_of_a_failed_mail(transaction)
    assert staff.booking
    staff.booking.state, staff.booking.told = state, told  # type: ignore[assignment]
    await staff.presses("by_phone")
    assert (staff.conversation.state, staff.booking.told) == ("settled", told)
    assert await offered(staff) == []


@pytest.mark.parametrize(("name", "over"), [("deciding", "decided"), ("settling", "settled")])
async def test_a_card_that_comes_when_there_is_nothing_to_decide_any_more_asks_nothing(
    transaction: Transaction, name: str, over: str
) -> None:
    staff = await at_a_card(transaction, name)
    assert staff.booking
    staff.booking.state = "cancelled"
    staff.conversation.start(name, "x", {})
    await cards.CARDS[name].begin(staff.context)
    assert (staff.conversation.state, await offered(staff)) == (over, [])


@pytest.mark.parametrize(
    "name", ["deciding", "deciding_move", "settling", "attending", "concluding", "late", "cannot_connect"]
)
async def test_no_card_of_the_staff_is_left_by_a_button(transaction: Transaction, name: str) -> None:
    staff = Visitor(transaction)
    staff.conversation.start(name, "x", {})
    staff.conversation.state = cards.CARDS[name].steps[0].name
    staff.booking = (await at_a_card(transaction)).booking
    assert await staff.presses(QUIT) == OLD_BUTTON
    assert staff.conversation.state == cards.CARDS[name].steps[0].name


# What stands on the buttons of a card


async def test_the_buttons_of_a_card_name_what_it_asks_about_and_of_when(transaction: Transaction) -> None:
    """So that nobody decides on a time that the card, as it was seen, did not show."""
    asked = (await at_a_card(transaction)).booking
    assert asked
    of = f"{asked.id}:{int(NOW.timestamp() * 1000):x}"
    assert cards.flow("deciding", asked) == f"deciding:{of}"
    for name in ("deciding_move", "settling", "attending", "concluding", "late", "cannot_connect"):
        assert cards.flow(name, asked) == f"{name}:{asked.id}"


async def test_the_buttons_of_a_card_of_another_time_are_those_of_this_wish(transaction: Transaction) -> None:
    booking = (await at_a_card_of_another_time(transaction)).booking
    assert booking
    assert booking.wanted
    booking.wanted = replace(booking.wanted, requested_at=NOW + timedelta(milliseconds=1))
    of = f"{int(NOW.timestamp() * 1000) + 1:x}"
    assert cards.flow("deciding_move", booking) == f"deciding_move:{booking.id}:{of}"
    assert cards.flow("attending", booking) == f"attending:{booking.id}"


@pytest.mark.parametrize("flow", ["deciding:b", "deciding:b:19f2", "deciding:b:19f2:x"])
def test_the_name_of_a_card_is_its_dialog_and_booking(flow: str) -> None:
    assert cards.name_of(flow) == "deciding:b"


def test_whoever_comes_second_reads_what_is_so_on_every_card() -> None:
    assert set(cards.VERDICTS) == set(cards.CARDS) - {"settling"}


@pytest.mark.parametrize("dialog", cards.CARDS.values(), ids=cards.CARDS)
def test_a_card_of_the_staff_is_shared_and_nobody_stops_it_for_the_others(dialog: Dialog) -> None:
    assert not dialog.leavable
