"""A booking that staff took is tied to a chat: what is looked at, in which order, and what a wrong answer leads to."""

from __future__ import annotations

import pytest

from bot.database import Transaction
from flows.claiming import NO_CODE, booking_code
from flows.counter import Booking
from flows.reception import Command
from flows.steps import QUIT, Contact, Typed, Unreadable
from tests.clauses.screens import reads
from tests.conversations.visitor import Visitor, come_to
from tests.conversations.visitors import asked_for_a_code, with_a_code

PHONE, WRONG = Typed("080-9876-5432"), Typed("080-9876-5433")
UNKNOWN = "この予約コードの予約が見つかりませんでした"


async def at_the_phone(transaction: Transaction) -> Visitor:
    return await come_to(await with_a_code(transaction), "phone")


async def the_booking(visitor: Visitor) -> Booking:
    found = await visitor.counter.claimable(visitor.conversation.answers["code"])
    assert found
    return found


def stranger(transaction: Transaction) -> Visitor:
    return Visitor(transaction, chat=9)


@pytest.mark.parametrize("typed", ["A-C-D-E-3-4-6-7", f"{' ' * 24}ACDE3467", "acde 3467\n"])
def test_a_code_is_read_with_what_stands_between_its_letters(typed: str) -> None:
    assert booking_code(typed) == "ACDE3467"


@pytest.mark.parametrize("typed", [f"{' ' * 25}ACDE3467", "ACDE_3467", "ACDE346B", "code ACDE3467"])
def test_what_is_too_long_or_has_other_letters_is_no_code(typed: str) -> None:
    assert booking_code(typed) == NO_CODE


async def test_code_and_phone_number_tie_the_booking_to_the_chat_which_reads_what_it_is(
    transaction: Transaction,
) -> None:
    visitor = await with_a_code(transaction)
    assert visitor.conversation.state == "privacy"
    await visitor.presses("continue")
    assert "申し込みのときに伝えた電話番号" in await reads(visitor)
    assert await visitor.counter.live() is None
    await visitor.says(PHONE)
    assert visitor.conversation.state == "tied"
    shown = await reads(visitor)
    assert shown.startswith("予約をこのチャットに登録しました")
    assert "11月24日(火) 9:30" in shown
    mine = await visitor.counter.live()
    assert mine
    assert (mine.chat, mine.claim_code) == (8, "")


async def test_the_own_contact_answers_as_well_and_nobody_else_s(transaction: Transaction) -> None:
    visitor = await at_the_phone(transaction)
    await visitor.says(Contact("+818098765432", own=False))
    assert visitor.conversation.state == "phone"
    await visitor.says(Contact("+818098765432", own=True))
    assert visitor.conversation.state == "tied"


async def test_who_was_informed_in_the_form_is_not_informed_again(transaction: Transaction) -> None:
    code = (await at_the_phone(transaction)).conversation.answers["code"]
    visitor = stranger(transaction)
    await visitor.says(Command("book"))
    await come_to(visitor, "name")
    await visitor.says(Command("claim", code))
    assert visitor.conversation.state == "phone"
    newcomer = Visitor(transaction, chat=10)
    await newcomer.says(Command("claim", code))
    assert newcomer.conversation.state == "privacy"


async def test_6_who_agreed_in_the_form_and_was_informed_here_is_known_to_be(transaction: Transaction) -> None:
    code = (await at_the_phone(transaction)).conversation.answers["code"]
    visitor = stranger(transaction)
    await visitor.says(Command("book"))
    await visitor.presses("agree")
    await visitor.says(Command("claim", code))
    assert visitor.conversation.state == "privacy"
    assert not (await visitor.counter.known())["informed"]
    await visitor.presses("continue")
    assert (await visitor.counter.known())["informed"]


async def test_a_wrong_number_says_how_many_tries_are_left_and_the_fifth_ends_the_code(
    transaction: Transaction,
) -> None:
    visitor = await at_the_phone(transaction)
    code = visitor.conversation.answers["code"]
    for left in (4, 3, 2, 1):
        await visitor.says(WRONG)
        assert visitor.conversation.state == "phone"
        assert f"あと{left}回" in await reads(visitor)
        assert "phone" not in visitor.conversation.answers
    await visitor.says(WRONG)
    assert visitor.conversation.state == "locked"
    assert "このコードは使えなくなりました" in await reads(visitor)
    assert await visitor.counter.claimable(code) is None
    await visitor.says(Command("claim", code))
    assert visitor.conversation.state == "code"
    assert (await reads(visitor)).startswith(UNKNOWN)


async def test_after_a_wrong_number_the_right_one_is_good(transaction: Transaction) -> None:
    visitor = await at_the_phone(transaction)
    await visitor.says(WRONG)
    await visitor.says(PHONE)
    assert visitor.conversation.state == "tied"


async def test_a_code_of_no_booking_is_asked_for_again_and_a_right_one_leads_on(transaction: Transaction) -> None:
    booked = await with_a_code(transaction)
    visitor = stranger(transaction)
    await visitor.says(Command("claim"))
    assert "予約コード" in await reads(visitor)
    await visitor.says(Typed("ACDE3467"))
    assert (visitor.conversation.state, visitor.conversation.answers) == ("code", {})
    assert (await reads(visitor)).startswith(UNKNOWN)
    await visitor.says(Typed(booked.conversation.answers["code"]))
    assert visitor.conversation.state == "privacy"


@pytest.mark.parametrize("wrong", [Typed("11030-01234567"), Unreadable()])
async def test_what_is_no_code_stays_at_the_question(transaction: Transaction, wrong: Typed | Unreadable) -> None:
    visitor = await asked_for_a_code(transaction)
    await visitor.says(wrong)
    assert visitor.conversation.state == "code"
    assert visitor.conversation.notes


async def test_a_chat_that_has_a_booking_gets_no_second_one(transaction: Transaction) -> None:
    """Neither where it has one before the code, nor where it comes by one before the phone number."""
    late = await at_the_phone(transaction)
    code = late.conversation.answers["code"]
    tied = stranger(transaction)
    await tied.says(Command("book"))
    await come_to(tied, "day")
    await tied.finishes()
    mine = await tied.counter.live()
    assert mine
    await tied.says(Command("claim", code))
    assert tied.conversation.state == "not_tied"
    assert "コードも引き続き使えます" in await reads(tied)
    assert mine.reference in await reads(tied)
    late.chat = 9
    await late.says(PHONE)
    assert late.conversation.state == "not_tied"
    assert mine.reference in await reads(late)
    assert await late.counter.claimable(code), "the code stays good"


async def test_a_booking_that_somebody_tied_meanwhile_is_no_booking_of_this_code(transaction: Transaction) -> None:
    visitor = await at_the_phone(transaction)
    other = stranger(transaction)
    await other.counter.claim(await the_booking(visitor))
    await visitor.says(PHONE)
    assert visitor.conversation.state == "code"
    assert not {"code", "phone"} & visitor.conversation.answers.keys()
    assert (await reads(visitor)).startswith(UNKNOWN)


@pytest.mark.parametrize("stop", [None, Command("cancel")])
async def test_whoever_stops_changes_nothing(transaction: Transaction, stop: Command | None) -> None:
    visitor = await at_the_phone(transaction)
    booking = await the_booking(visitor)
    await (visitor.says(stop) if stop else visitor.presses(QUIT))
    assert (visitor.conversation.state, await reads(visitor)) == ("left", "変更はしていません。予約はそのままです。")
    assert await visitor.counter.claimable(booking.claim_code)
