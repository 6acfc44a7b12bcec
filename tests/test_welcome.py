"""What greets a person: the language where it is not known, an unfinished form, the menu with the first free day."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import pytest

from bot.database import Transaction
from flows.policy import days_to_offer
from flows.reception import Command
from flows.steps import QUIT
from flows.welcome import LANGUAGES, WELCOME, WELCOME_DIALOG, languages, menu, speak
from tests.conversations.visitor import DAYS, NOW, Visitor, come_to
from tests.conversations.visitors import at_the_form
from tests.offers import hold, labels, said

OFFERED = days_to_offer(DAYS, NOW)
MENU = {
    "予約を申し込む": "menu:book",
    "予約の確認・キャンセル": "menu:mine",
    "利用規約を読む": "menu:terms",
    "使い方・電話番号": "menu:help",
    "ことば / Language": "menu:language",
}
CHOOSE = "ことばを選んでください。\nChoose a language."


async def newcomer(transaction: Transaction) -> Visitor:
    """The language of their app is none of the office's."""
    return await Visitor(transaction).begins("welcome", ask_language=True)


@pytest.mark.parametrize(
    ("full", "words"),
    [
        (0, "いちばん早い空きは 11月24日(火) です。"),
        (1, "いちばん早い空きは 11月25日(水) です。"),
        (len(OFFERED), "現在、ここで申し込める空きはありません。"),
    ],
)
async def test_the_welcome_names_the_first_day_with_a_free_time(
    transaction: Transaction, full: int, words: str
) -> None:
    await hold(transaction, OFFERED[:full])
    offer = await menu(Visitor(transaction).context)
    assert offer.say[0] == WELCOME
    assert said(offer.say[1:]) == words
    assert dict(zip(labels(offer), (button.value for button in chain(*offer.rows)), strict=True)) == MENU
    assert {len(row) for row in offer.rows} == {1}


# The language


@pytest.mark.parametrize(
    ("ask", "order"),
    [(True, ["ja_Hira", "en", "ja"]), (False, ["ja", "ja_Hira", "en"])],
)
async def test_plain_japanese_comes_first_for_whose_language_is_not_known(
    transaction: Transaction, ask: bool, order: list[str]
) -> None:
    visitor = await Visitor(transaction).begins("language", **({"ask_language": True} if ask else {}))
    offer = await languages(visitor.context)
    assert [button.value for button in chain(*offer.rows)] == order
    assert labels(offer) == [LANGUAGES[language] for language in order]
    assert {len(row) for row in offer.rows} == {1}


async def test_whose_language_is_not_known_is_asked_once_and_then_greeted_in_it(transaction: Transaction) -> None:
    visitor = await newcomer(transaction)
    assert visitor.conversation.state == "language"
    assert said((await visitor.screen()).say) == CHOOSE
    await visitor.presses("en")
    assert (visitor.conversation.state, visitor.conversation.language) == ("menu", "en")
    assert "ask_language" not in visitor.conversation.known
    await visitor.begins("welcome")
    assert visitor.conversation.state == "menu"


async def test_the_counter_writes_in_the_language_that_was_chosen_from_then_on(transaction: Transaction) -> None:
    visitor = Visitor(transaction)
    counter = visitor.counter
    visitor.conversation.answers["language"] = "en"
    assert (await speak(replace(visitor.context, counter=counter))).name == "set"
    assert counter.language == visitor.conversation.language == "en"


async def test_who_changes_the_language_reads_so_in_it(transaction: Transaction) -> None:
    visitor = await Visitor(transaction).begins("language")
    assert said((await visitor.screen()).say) == CHOOSE
    await visitor.presses("ja_Hira")
    assert (visitor.conversation.state, visitor.conversation.language) == ("set", "ja_Hira")
    assert said((await visitor.screen()).say) == "これからは日本語でご案内します。"
    await visitor.begins("language")
    await visitor.presses(QUIT)
    assert (visitor.conversation.state, visitor.conversation.language) == ("left", "ja_Hira")
    assert said((await visitor.screen()).say) == "ご用件を選んでください。"


# A form that is not finished


@pytest.mark.parametrize(("press", "dialog", "parked"), [("continue", "booking", False), ("restart", "welcome", False)])
async def test_who_left_a_form_is_asked_whether_to_go_on(
    transaction: Transaction, press: str, dialog: str, parked: bool
) -> None:
    visitor = await come_to(await at_the_form(transaction), "name")
    await visitor.says(Command("start"))
    assert (visitor.conversation.dialog, visitor.conversation.state) == ("welcome", "resume")
    screen = await visitor.screen()
    assert said(screen.say) == "入力の途中です。続けますか。"
    await visitor.presses(press)
    assert visitor.conversation.dialog == dialog
    assert (visitor.conversation.parked is not None) is parked
    assert visitor.conversation.state == ("name" if dialog == "booking" else "menu")


async def test_nothing_that_is_pressed_at_the_menu_is_kept(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.says(Command("start"))
    await visitor.presses("restart")
    assert visitor.conversation.answers == {}
    await visitor.begins("welcome")
    assert visitor.conversation.state == "menu"
    assert not WELCOME_DIALOG.leavable
