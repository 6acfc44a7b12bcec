"""What is said where nothing is asked: at the menu, in a chat that is new, in one that has stood for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import deepcopy

import pytest

from bot.database import Transaction
from flows import reception
from flows.joining import JOINING
from flows.reception import CHANGED_MEANWHILE, HELP, NO_FORM, OTHER_WAYS, PRIVACY, UNSAID, Command
from flows.steps import BACK, OLD_BUTTON, QUIT, UNKNOWN, Conversation, Pressed, Said, Typed, Unreadable
from flows.suspending import OBJECT
from flows.text import Text
from flows.waiting import PASS, TAKE
from flows.welcome import MENU, MENU_BUTTON
from tests.conversations.visitors import (
    Visitor,
    at_the_form,
    come_to,
    just_before_the_session,
    suspended,
    who_is_offered_a_time,
    who_waits,
    with_a_request,
    with_other_times_to_choose,
)

LANGUAGE_SET = Text("We will write in this language from now on.")
Begin = Callable[[Transaction], Awaitable[Visitor]]


def stands_at(conversation: Conversation, dialog: str, state: str, *notes: Text) -> bool:
    return (conversation.dialog, conversation.state, conversation.notes) == (dialog, state, [*notes])


async def at_the_menu(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction)).says(Command("start"))
    return visitor


async def with_a_form_set_aside(transaction: Transaction) -> Visitor:
    """They went to look at something else in the midst of it."""
    visitor = await come_to(await at_the_form(transaction), "name")
    await visitor.says(Command("language"))
    assert visitor.conversation.parked
    assert reception.in_form(visitor.conversation)
    return visitor


@pytest.mark.parametrize("said", [Typed("こんにちは"), Unreadable()])
async def test_at_the_menu_whoever_says_something_is_told_that_it_is_not_understood(
    transaction: Transaction, said: Said
) -> None:
    visitor = await at_the_menu(transaction)
    assert await visitor.says(said) is None
    assert stands_at(visitor.conversation, "welcome", "menu", UNKNOWN)
    await visitor.says(Command("start"))
    assert stands_at(visitor.conversation, "welcome", "menu")


@pytest.mark.parametrize("said", [Typed("ありがとう"), Unreadable()])
async def test_where_a_dialog_is_over_it_is_the_same(transaction: Transaction, said: Said) -> None:
    visitor = await with_a_request(transaction)
    for _ in range(2):
        await visitor.presses("cancel")
    assert visitor.conversation.dialog == "cancelling"
    old = deepcopy(visitor.conversation)
    assert await visitor.presses("cancel") == OLD_BUTTON
    assert visitor.conversation == old
    await visitor.says(said)
    assert stands_at(visitor.conversation, "welcome", "menu", UNKNOWN)


async def test_whoever_says_something_first_is_greeted(transaction: Transaction) -> None:
    await (visitor := Visitor(transaction)).says(Typed("こんにちは"))
    assert stands_at(visitor.conversation, "welcome", "menu")


async def test_a_button_of_a_chat_that_is_forgotten_opens_the_menu(transaction: Transaction) -> None:
    visitor = Visitor(transaction)
    assert await visitor.says(Pressed("0abc", "menu", "x")) == OLD_BUTTON
    assert stands_at(visitor.conversation, "welcome", "menu")


async def test_a_late_button_leaves_the_words_that_stand_there(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Typed("こんにちは"))
    assert await visitor.says(Pressed("0abc", "menu", "x")) == OLD_BUTTON
    assert stands_at(visitor.conversation, "welcome", "menu", UNKNOWN)


@pytest.mark.parametrize(("dialog", "state"), [("gone", "menu"), ("welcome", "gone")])
async def test_where_this_version_does_not_know_the_place_it_begins_again(
    transaction: Transaction, dialog: str, state: str
) -> None:
    visitor = await at_the_menu(transaction)
    visitor.conversation.dialog, visitor.conversation.state = dialog, state
    visitor.conversation.parked = {"dialog": "gone"}
    assert not reception.known(visitor.conversation)
    await visitor.says(Typed("はい"))
    assert stands_at(visitor.conversation, "welcome", "menu", CHANGED_MEANWHILE)
    assert visitor.conversation.parked is None


async def test_whoever_has_said_nothing_since_the_bot_asked_is_known(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert visitor.conversation.known[UNSAID]
    assert not await reception.ask(visitor.context, JOINING, booking.id)
    await visitor.says(Pressed("0abc", "menu", "x"))
    assert visitor.conversation.known[UNSAID], "a late button is no answer"
    await visitor.says(Command("help"))
    assert UNSAID not in visitor.conversation.known


# Commands


@pytest.mark.parametrize("command", ["book", "mine"])
async def test_whose_language_is_not_known_is_asked_for_it_first(transaction: Transaction, command: str) -> None:
    visitor = Visitor(transaction)
    visitor.conversation.known["ask_language"] = True
    await visitor.says(Command(command))
    assert visitor.conversation.dialog == "welcome"
    assert visitor.conversation.known["ask_language"]


async def test_help_is_told_to_whose_language_is_not_known(transaction: Transaction) -> None:
    visitor = Visitor(transaction)
    visitor.conversation.known["ask_language"] = True
    await visitor.says(Command("language"))
    assert visitor.conversation.dialog == "language"


async def test_a_button_of_the_menu_is_its_command(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Pressed(visitor.conversation.flow, "menu", f"{MENU_BUTTON}book"))
    assert visitor.conversation.dialog == "booking"


async def test_only_a_claim_has_an_argument_that_is_read(transaction: Transaction) -> None:
    (visitor := Visitor(transaction)).chat = 8
    await visitor.says(Command("claim"))
    assert stands_at(visitor.conversation, "claiming", "code")
    await visitor.says(Command("claim", "nothing"))
    assert visitor.conversation.dialog == "claiming"
    assert visitor.conversation.notes
    await visitor.says(Command("language", "nothing"))
    assert not visitor.conversation.notes


COMMANDS = {
    "start": "welcome", "book": "booking", "mine": "cancelling", "claim": "claiming", "language": "language",
    "object": "objecting", "move": "moving", "companion": "accompanying", "wait": "waiting",
}  # fmt: skip


@pytest.mark.parametrize(("command", "dialog"), COMMANDS.items())
async def test_a_command_opens_its_dialog(transaction: Transaction, command: str, dialog: str) -> None:
    visitor = await with_a_request(transaction)
    await visitor.says(Command("start"))
    await visitor.says(Command(command))
    assert visitor.conversation.dialog == dialog
    await visitor.says(Command("start"))
    button = Pressed(visitor.conversation.flow, "menu", f"{MENU_BUTTON}{command}")
    assert await visitor.says(button) is None
    assert visitor.conversation.dialog == dialog


@pytest.mark.parametrize(
    ("begin", "dialog"),
    [(with_other_times_to_choose, "proposals"), (who_is_offered_a_time, "offers"), (who_waits, "waited")],
)
async def test_mine_is_what_waits_for_an_answer_first(transaction: Transaction, begin: Begin, dialog: str) -> None:
    visitor = await begin(transaction)
    for command in ("language", "mine"):
        await visitor.says(Command(command))
        assert visitor.conversation.dialog == (dialog if command == "mine" else command)


async def test_mine_is_for_whoever_has_nothing_too(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Command("mine"))
    assert visitor.conversation.dialog == "cancelling"


@pytest.mark.parametrize(
    ("command", "notes", "terms"),
    [
        ("help", (HELP, OTHER_WAYS), False),
        ("privacy", (PRIVACY,), False),
        ("terms", (), True),
        ("x", (UNKNOWN,), False),
    ],
)
async def test_what_is_only_told_leaves_everything_where_it_stands(
    transaction: Transaction, command: str, notes: list[Text], terms: bool
) -> None:
    visitor = await at_the_form(transaction)
    where = visitor.conversation.state
    assert (await reception.hear(visitor.context, Command(command))).terms is terms
    assert stands_at(visitor.conversation, "booking", where, *notes)
    over = await with_a_request(transaction)
    for _ in range(2):
        await over.presses("cancel")
    for visitor in (over, Visitor(transaction, chat=9)):
        assert (await reception.hear(visitor.context, Command(command))).terms is terms
        assert stands_at(visitor.conversation, "welcome", "menu", *notes)


async def test_cancel_leaves_the_form_wherever_one_is_and_says_where_there_is_none(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    await visitor.says(Command("cancel"))
    assert (visitor.conversation.dialog, visitor.conversation.answers) == ("booking", {})
    assert not reception.in_form(visitor.conversation)
    await visitor.says(Command("cancel"))
    assert stands_at(visitor.conversation, "welcome", "menu", NO_FORM)


# What comes after an end


async def test_where_a_dialog_is_over_the_menu_stands_below_its_own_buttons(transaction: Transaction) -> None:
    visitor = await with_a_request(transaction)
    for _ in range(2):
        await visitor.presses("cancel")
    assert (await visitor.screen()).rows == MENU
    away = await suspended(transaction)
    assert (await away.screen()).rows == (*OBJECT, *MENU)


async def test_whoever_steps_back_out_of_a_dialog_sees_the_menu_without_another_word(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Command("language"))
    await visitor.presses(BACK)
    assert stands_at(visitor.conversation, "welcome", "menu")
    await visitor.says(Command("language"))
    await visitor.presses(QUIT)
    assert stands_at(visitor.conversation, "language", "left")


async def test_a_form_that_was_set_aside_comes_back_below_the_last_words_of_the_other(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    await visitor.presses("en")
    assert stands_at(visitor.conversation, "booking", "name", LANGUAGE_SET)
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
    assert [note.sentence for note in visitor.conversation.notes] == ["{date} {time} is kept for you until {until}."]
    assert visitor.conversation.parked is None


async def test_another_end_of_the_same_name_leads_nowhere_else(transaction: Transaction) -> None:
    visitor = await who_is_offered_a_time(transaction)
    visitor.conversation.parked = None
    await visitor.presses(PASS)
    assert stands_at(visitor.conversation, "offers", "passed")


# The day after


@pytest.mark.parametrize("aside", [True, False])
async def test_a_form_that_nobody_went_on_with_is_closed_and_forgotten(transaction: Transaction, aside: bool) -> None:
    visitor = await with_a_form_set_aside(transaction)
    if not aside:
        await visitor.presses("back")
        assert visitor.conversation.state == "name"
    visitor.conversation.notes = [UNKNOWN]
    await reception.expire(visitor.context)
    assert stands_at(visitor.conversation, "booking", "timed_out")
    assert (visitor.conversation.answers, visitor.conversation.parked) == ({}, None)
    assert not reception.in_form(visitor.conversation)


async def test_a_form_of_another_version_becomes_the_menu(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    visitor.conversation.parked = {**(visitor.conversation.parked or {}), "state": "gone"}
    await reception.expire(visitor.context)
    assert stands_at(visitor.conversation, "welcome", "menu")
