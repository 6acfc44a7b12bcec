"""What is said where nothing is asked: at the menu, in a chat that is new, in one that has stood for long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import deepcopy

import pytest

from bot.database import Transaction
from flows import policy, reception
from flows.counter import Waiting
from flows.joining import JOINING
from flows.reception import CHANGED_MEANWHILE, HELP, NO_FORM, OTHER_WAYS, PRIVACY, UNSAID, Command, Heard
from flows.steps import OLD_BUTTON, QUIT, UNKNOWN, Pressed, Said, Typed, Unreadable
from flows.text import Text
from flows.welcome import MENU_BUTTON
from tests.conversations.visitor import DAYS, Visitor
from tests.conversations.visitors import (
    at_the_form,
    at_the_menu,
    just_before_the_session,
    who_is_offered_a_time,
    who_waits,
    with_a_form_set_aside,
    with_a_request,
    with_other_times_to_choose,
)

Begin = Callable[[Transaction], Awaitable[Visitor]]


async def test_a_form_is_being_filled_in_until_it_is_over(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    assert reception.in_form(visitor.conversation)
    await visitor.presses(QUIT)
    assert not reception.in_form(visitor.conversation)
    assert not reception.in_form((await at_the_menu(transaction)).conversation)


@pytest.mark.parametrize("said", [Typed("こんにちは"), Unreadable()])
async def test_at_the_menu_whoever_says_something_is_told_that_it_is_not_understood(
    transaction: Transaction, said: Said
) -> None:
    visitor = await at_the_menu(transaction)
    assert await reception.hear(visitor.context, said) == Heard(toast=None, terms=False)
    assert visitor.stands_at("welcome", "menu", UNKNOWN)
    await visitor.says(Command("start"))
    assert visitor.stands_at("welcome", "menu")


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
    assert visitor.stands_at("welcome", "menu", UNKNOWN)


async def test_whoever_says_something_first_is_greeted(transaction: Transaction) -> None:
    await (visitor := Visitor(transaction)).says(Typed("こんにちは"))
    assert visitor.stands_at("welcome", "menu")


async def test_a_button_of_a_chat_that_is_forgotten_opens_the_menu(transaction: Transaction) -> None:
    visitor = Visitor(transaction)
    assert await visitor.says(Pressed("0abc", "menu", "x")) == OLD_BUTTON
    assert visitor.stands_at("welcome", "menu")


async def test_a_late_button_leaves_the_words_that_stand_there(transaction: Transaction) -> None:
    visitor = await at_the_menu(transaction)
    await visitor.says(Typed("こんにちは"))
    assert await visitor.says(Pressed("0abc", "menu", "x")) == OLD_BUTTON
    assert visitor.stands_at("welcome", "menu", UNKNOWN)


@pytest.mark.parametrize(("dialog", "state"), [("gone", "menu"), ("welcome", "gone")])
async def test_where_this_version_does_not_know_the_place_it_begins_again(
    transaction: Transaction, dialog: str, state: str
) -> None:
    visitor = await at_the_menu(transaction)
    visitor.conversation.dialog, visitor.conversation.state = dialog, state
    visitor.conversation.parked = {"dialog": "gone"}
    assert not reception.known(visitor.conversation)
    await visitor.says(Typed("はい"))
    assert visitor.stands_at("welcome", "menu", CHANGED_MEANWHILE)
    assert visitor.conversation.parked is None


async def test_what_the_bot_asks_comes_once_and_without_the_words_of_before(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert not await reception.ask(visitor.context, JOINING, booking.id)
    another_version = {"state": "gone", "notes": [UNKNOWN], "note_if_kept": UNKNOWN}
    vars(visitor.conversation).update(another_version)
    assert await reception.ask(visitor.context, JOINING, booking.id)
    assert (visitor.conversation.notes, visitor.conversation.note_if_kept) == ([], None)
    assert await reception.ask(visitor.context, JOINING, "another")


async def test_whoever_has_said_nothing_since_the_bot_asked_is_known(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    assert visitor.conversation.known[UNSAID]
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
    assert visitor.stands_at("claiming", "code")
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


async def test_mine_is_the_booking_of_whoever_waits_besides(transaction: Transaction) -> None:
    """Staff have written it down meanwhile, and it was tied to this chat."""
    visitor = await with_a_request(transaction)
    day = policy.last_day(DAYS, visitor.now)
    await visitor.counter.wait(Waiting(day, day))
    await visitor.says(Command("mine"))
    assert visitor.conversation.dialog == "cancelling"


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
    assert visitor.stands_at("booking", where, *notes)
    over = await with_a_request(transaction)
    for _ in range(2):
        await over.presses("cancel")
    for visitor in (over, Visitor(transaction, chat=9)):
        assert (await reception.hear(visitor.context, Command(command))).terms is terms
        assert visitor.stands_at("welcome", "menu", *notes)


async def test_cancel_leaves_the_form_wherever_one_is_and_says_where_there_is_none(transaction: Transaction) -> None:
    visitor = await with_a_form_set_aside(transaction)
    await visitor.says(Command("cancel"))
    assert (visitor.conversation.dialog, visitor.conversation.answers) == ("booking", {})
    assert not reception.in_form(visitor.conversation)
    await visitor.says(Command("cancel"))
    assert visitor.stands_at("welcome", "menu", NO_FORM)
