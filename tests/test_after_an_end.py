"""What comes after the end of a dialog: the menu, a form that was set aside, nothing at all."""

from __future__ import annotations

import pytest

from bot.database import Transaction
from flows import reception
from flows.agreeing import DISAGREE
from flows.reception import Command
from flows.steps import BACK, QUIT, UNKNOWN
from flows.suspending import OBJECT
from flows.text import Text
from flows.waiting import PASS, TAKE
from flows.welcome import MENU
from tests.conversations.visitors import (
    at_the_form,
    at_the_menu,
    suspended,
    who_is_offered_a_time,
    with_a_form_set_aside,
    with_a_request,
)

LANGUAGE_SET = Text("We will write in this language from now on.")


async def test_where_a_dialog_is_over_the_menu_stands_below_its_own_buttons(transaction: Transaction) -> None:
    visitor = await with_a_request(transaction)
    for _ in range(2):
        await visitor.presses("cancel")
    assert (await visitor.screen()).rows == MENU
    assert not (await visitor.screen()).forget
    away = await suspended(transaction)
    assert (await away.screen()).rows == (*OBJECT, *MENU)


async def test_of_whoever_does_not_agree_nothing_is_kept(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses(DISAGREE)
    screen = await visitor.screen()
    assert (screen.forget, screen.rows) == (True, MENU)


async def test_whoever_steps_back_out_of_a_dialog_sees_the_menu_without_another_word(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Command("language"))
    await visitor.presses(BACK)
    assert visitor.stands_at("welcome", "menu")
    await visitor.says(Command("language"))
    await visitor.presses(QUIT)
    assert visitor.stands_at("language", "left")


async def test_a_form_that_was_set_aside_comes_back_below_the_last_words_of_the_other(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    await visitor.presses("en")
    assert visitor.stands_at("booking", "name", LANGUAGE_SET)
    assert visitor.conversation.parked is None


@pytest.mark.parametrize("aside", [True, False])
async def test_the_time_that_is_offered_goes_into_the_form(transaction: Transaction, aside: bool) -> None:
    """A new one, or the one that was set aside."""
    visitor = await who_is_offered_a_time(transaction)
    assert visitor.conversation.parked
    if not aside:
        visitor.conversation.parked = None
    await visitor.presses(TAKE)
    assert visitor.conversation.dialog == "booking"
    assert visitor.conversation.answers["time"] == "0930-1"
    assert visitor.conversation.state == ("email" if aside else "registered")
    assert [note.sentence for note in visitor.conversation.notes] == ["{date} {time} is kept for you until {until}."]
    assert visitor.conversation.parked is None
    await visitor.finishes()
    assert visitor.conversation.state == "waiting", "though every other time is taken"


async def test_what_a_form_that_was_set_aside_asks_back_is_asked_before_it_goes_on(transaction: Transaction) -> None:
    visitor = await who_is_offered_a_time(transaction)
    assert visitor.conversation.parked
    visitor.conversation.parked["check"] = {"ask": "?", "choices": []}
    await visitor.presses(TAKE)
    assert (visitor.conversation.state, bool(visitor.conversation.check)) == ("day", True)


async def test_another_end_of_the_same_name_leads_nowhere_else(transaction: Transaction) -> None:
    visitor = await who_is_offered_a_time(transaction)
    visitor.conversation.parked = None
    await visitor.presses(PASS)
    assert visitor.stands_at("offers", "passed")


# The day after


@pytest.mark.parametrize("aside", [True, False])
async def test_a_form_that_nobody_went_on_with_is_closed_and_forgotten(transaction: Transaction, aside: bool) -> None:
    visitor = await with_a_form_set_aside(transaction)
    if not aside:
        await visitor.presses("back")
        assert visitor.conversation.state == "name"
    visitor.conversation.notes = [UNKNOWN]
    await reception.expire(visitor.context)
    assert visitor.stands_at("booking", "timed_out")
    assert (visitor.conversation.answers, visitor.conversation.parked) == ({}, None)
    assert not reception.in_form(visitor.conversation)


async def test_a_form_of_another_version_becomes_the_menu(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    visitor.conversation.parked = {**(visitor.conversation.parked or {}), "state": "gone"}
    await reception.expire(visitor.context)
    assert visitor.stands_at("welcome", "menu")
