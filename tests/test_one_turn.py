"""One turn at a question: an ask-back, a page, a way out, a jump; what does not hold changes nothing and says so."""

from __future__ import annotations

from copy import deepcopy

import pytest

from bot.database import Transaction
from flows import hearing
from flows.answers import seeker_number
from flows.booking import BOOKING
from flows.dialog import Dialog
from flows.hearing import NOT_YOUR_NUMBER
from flows.reception import Command
from flows.steps import (
    BACK,
    NOT_TEXT,
    OLD_BUTTON,
    QUIT,
    UNKNOWN,
    Contact,
    Context,
    End,
    Job,
    Outcome,
    Pressed,
    Question,
    Said,
    Typed,
    Unreadable,
)
from flows.text import Text
from tests.conversations.staff_at_cards import at_a_card
from tests.conversations.visitor import DAYS, Visitor, come_to
from tests.conversations.visitors import at_the_form

SLIP, MEANT = "taro@gmial.com", "taro@gmail.com"


async def changes_nothing(visitor: Visitor, value: str) -> None:
    was = deepcopy(visitor.conversation)
    assert await visitor.presses(value) == OLD_BUTTON
    assert visitor.conversation == was


async def asked_back(transaction: Transaction) -> Visitor:
    visitor = await come_to(await at_the_form(transaction), "email")
    await visitor.says(Typed(SLIP))
    assert visitor.conversation.check
    return visitor


# A way out


@pytest.mark.parametrize("way", [BACK, QUIT])
async def test_the_menu_and_a_card_of_the_staff_have_no_way_out(transaction: Transaction, way: str) -> None:
    await (visitor := Visitor(transaction)).says(Command("start"))
    await changes_nothing(visitor, way)
    card = await at_a_card(transaction)
    card.conversation.notes = []
    await changes_nothing(card, way)


async def test_back_from_the_first_question_is_the_way_out_of_the_form(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses(BACK)
    assert (visitor.conversation.dialog, visitor.conversation.state) == ("welcome", "menu")


async def test_back_leads_through_the_questions_as_they_were_asked_and_then_out(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    asked, back = [], []
    while visitor.conversation.state != "review":
        await visitor.answers()
        asked.append(visitor.conversation.state)
    while visitor.conversation.dialog == BOOKING.name:
        back.append(visitor.conversation.state)
        await visitor.presses(BACK)
    assert asked[:2] == ["registered", "device"]
    assert back == asked[::-1]


async def test_an_answer_that_ends_the_form_leaves_nothing_of_it(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "registered")
    await visitor.presses("no")
    assert visitor.conversation.state == "not_eligible"
    assert (visitor.conversation.answers, visitor.conversation.known) == ({}, {})


# A page


@pytest.mark.parametrize(("number", "page"), [("0", 0), ("1", 1), ("999", 999)])
async def test_a_page_is_turned_to_by_its_number(transaction: Transaction, number: str, page: int) -> None:
    visitor = await at_the_form(transaction)
    assert visitor.conversation.state == "terms"
    assert await visitor.presses(f"page{number}") is None
    assert (visitor.conversation.page, visitor.conversation.state) == (page, "terms")
    assert (await visitor.screen()).say


@pytest.mark.parametrize("number", ["", "-1", "1000", "１", "²", "1.0", " 1", "one"])
async def test_what_is_no_number_of_a_page_turns_none(transaction: Transaction, number: str) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses("page2")
    await changes_nothing(visitor, f"page{number}")


async def test_an_answer_leads_to_the_first_page_of_what_follows(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses(f"page{len(DAYS.office.terms.pages())}")
    await visitor.presses("agree")
    assert (visitor.conversation.state, visitor.conversation.page) == ("registered", 0)


# An ask-back


@pytest.mark.parametrize(("choice", "kept"), [("0", SLIP), ("1", MEANT)])
async def test_the_choice_of_an_ask_back_is_the_answer(transaction: Transaction, choice: str, kept: str) -> None:
    visitor = await asked_back(transaction)
    await visitor.presses(f"check{choice}")
    assert visitor.conversation.state == "phone"
    assert (visitor.conversation.answers["email"], visitor.conversation.check) == (kept, None)


@pytest.mark.parametrize("value", ["check2", "check-1", "check", "check00", "same", "page1", "", SLIP])
async def test_what_is_no_choice_of_an_ask_back_leaves_it_open(transaction: Transaction, value: str) -> None:
    await changes_nothing(await asked_back(transaction), value)


async def test_back_closes_an_ask_back_at_the_first_question_too(transaction: Transaction) -> None:
    alone = Dialog("alone", Question("number", ask=Text("?"), read=seeker_number), End("over"), stop="over")
    visitor = Visitor(transaction)
    await alone.begin(visitor.context)
    await hearing.hear(alone, visitor.context, Typed("110301234"))
    states = []
    for _ in range(2):
        await hearing.hear(alone, visitor.context, Pressed("", "number", BACK))
        states.append(visitor.conversation.state)
    assert states == ["number", "over"]


async def test_another_word_instead_of_a_choice_is_read_as_the_answer(transaction: Transaction) -> None:
    visitor = await asked_back(transaction)
    await visitor.says(Typed("taro@example.jp"))
    assert (visitor.conversation.state, visitor.conversation.answers["email"]) == ("phone", "taro@example.jp")


async def test_what_cannot_be_read_closes_the_ask_back(transaction: Transaction) -> None:
    visitor = await asked_back(transaction)
    await visitor.says(Unreadable())
    assert (visitor.conversation.state, visitor.conversation.check) == ("email", None)


async def test_back_closes_an_ask_back_and_stays_at_the_question(transaction: Transaction) -> None:
    visitor = await asked_back(transaction)
    await visitor.presses(BACK)
    assert (visitor.conversation.state, visitor.conversation.check) == ("email", None)


# What is no words


@pytest.mark.parametrize(
    ("question", "said", "why"),
    [
        ("name", Contact("+819012345678", own=True), NOT_TEXT),
        ("registered", Contact("+819012345678", own=True), UNKNOWN),
        ("phone", Contact("+819012345678", own=False), NOT_YOUR_NUMBER),
        ("name", Unreadable(), NOT_TEXT),
        ("registered", Unreadable(), UNKNOWN),
        ("registered", Typed("はい、そうです"), UNKNOWN),
    ],
)
async def test_what_a_question_does_not_take_is_refused_with_the_reason(
    transaction: Transaction, question: str, said: Said, why: Text
) -> None:
    visitor = await come_to(await at_the_form(transaction), question)
    await visitor.says(said)
    assert (visitor.conversation.state, visitor.conversation.notes) == (question, [why])


async def test_the_own_contact_answers_the_question_of_the_phone(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "phone")
    assert (await visitor.screen()).contact
    await visitor.says(Contact("819012345678", own=True))
    assert visitor.conversation.answers["phone"] == {"e164": "+819012345678", "typed": "819012345678"}


# A job


async def lost(context: Context) -> Outcome:
    return Outcome("lost", drop=("number",))


async def test_a_job_that_leads_back_to_the_first_question_of_a_list_without_a_review_leaves_no_way_back(
    transaction: Transaction,
) -> None:
    number = Question("number", ask=Text("?"), read=seeker_number)
    alone = Dialog("alone", number, Job("sending", run=lost, then={"lost": "number"}), End("over"), stop="over")
    visitor = Visitor(transaction)
    await alone.begin(visitor.context)
    await hearing.hear(alone, visitor.context, Typed("11030-01234567"))
    assert visitor.conversation.state == "number"
    await hearing.hear(alone, visitor.context, Pressed("", "number", BACK))
    assert visitor.conversation.state == "over"
