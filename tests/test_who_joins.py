"""Who else is in a session (第10条（3）): how it is chosen, when the person is asked to phone, how it is changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.database import Transaction
from flows.accompanying import BY_PHONE, NOTHING, can_be_changed
from flows.companions import COMPANIONS, LANGUAGES, companion, interpreter, to_be_told_by_phone
from flows.counter import Decision
from flows.reception import Command
from flows.steps import QUIT, Context, Conversation
from tests.clauses.screens import reads
from tests.conversations.visitors import who_changes_who_joins
from tests.counters import DAYS, NOW, START, booking
from tests.offers import live, said


def answering(answers: dict[str, Any], now: datetime = NOW) -> Context:
    return Context(DAYS, None, now, Conversation(answers=answers), 7)  # type: ignore[arg-type]  # no counter is asked


@pytest.mark.parametrize(
    ("answers", "speaks", "phones"),
    [
        ({}, False, False),
        ({"companion": "none"}, False, False),
        ({"companion": "carer"}, False, False),
        ({"companion": "other"}, False, True),
        ({"companion": "interpreter"}, True, False),
        ({"companion": "interpreter", "language": "vi"}, True, False),
        ({"companion": "interpreter", "language": "other"}, True, True),
        ({"companion": "carer", "language": "other"}, False, False),
    ],
)
def test_the_language_is_asked_of_an_interpreter_and_what_is_on_no_list_is_told_by_phone(
    answers: dict[str, str], speaks: bool, phones: bool
) -> None:
    assert interpreter(answering(answers)) is speaks
    assert to_be_told_by_phone(answering(answers)) is phones


def test_who_joins_reads_as_on_its_button_and_of_an_interpreter_the_language_too() -> None:
    for value in set(COMPANIONS) - {"interpreter"}:
        assert companion({"companion": value, "language": "vi"}, DAYS) == COMPANIONS[value]
    for value in LANGUAGES:
        shown = companion({"companion": "interpreter", "language": value}, DAYS)
        assert said((shown,)) == f"通訳（{said((LANGUAGES[value],))}）"


# A change


@pytest.mark.parametrize(
    ("state", "late", "can"),
    [
        ("requested", -1, True),
        ("proposed", -1, True),
        ("confirmed", -1, True),
        ("confirmed", 0, False),
        ("confirmed", 1, False),
        ("in_session", -1, False),
        ("cancelled", -1, False),
    ],
)
def test_10_3_who_joins_can_be_changed_until_the_session_begins(state: str, late: int, can: bool) -> None:
    assert can_be_changed(answering({}, START + timedelta(seconds=late)), booking(state)) is can


async def test_10_3_who_joins_now_is_said_and_another_choice_is_kept(transaction: Transaction) -> None:
    visitor = await who_changes_who_joins(transaction)
    assert visitor.conversation.state == "companion"
    shown = await reads(visitor)
    assert shown.startswith("今の同席：なし")
    assert "1" not in shown.replace("第10条", ""), "it is no form whose steps are counted"
    await visitor.presses("interpreter")
    await visitor.presses("vi")
    assert visitor.conversation.state == "changed"
    assert (await reads(visitor)).splitlines()[0] == "今の同席：通訳（ベトナム語）"
    assert "職員に" in (await reads(visitor))
    about = await live(visitor)
    assert {name: about.details[name] for name in ("companion", "language")} == {
        "companion": "interpreter",
        "language": "vi",
    }


async def test_10_3_an_interpreter_of_another_language_is_a_change_and_the_same_is_none(
    transaction: Transaction,
) -> None:
    visitor = await who_changes_who_joins(transaction)
    for language, state in (("vi", "changed"), ("en", "changed"), ("en", "kept")):
        version = (await live(visitor)).version
        await visitor.says(Command("companion"))
        await visitor.presses("interpreter")
        await visitor.presses(language)
        assert visitor.conversation.state == state
        assert (await live(visitor)).version == version + (state == "changed")


async def test_10_3_who_comes_alone_after_all_leaves_no_language_behind(transaction: Transaction) -> None:
    visitor = await who_changes_who_joins(transaction)
    for value in ("interpreter", "vi"):
        await visitor.presses(value)
    await visitor.says(Command("companion"))
    await visitor.presses("none")
    assert visitor.conversation.state == "changed"
    about = await live(visitor)
    assert about.details["companion"] == "none"
    assert not {"language", "told_by_phone"} & about.details.keys()
    await visitor.says(Command("companion"))
    await visitor.presses("none")
    assert (visitor.conversation.state, await reads(visitor)) == ("kept", "何も変更していません。")


async def test_10_3_whoever_is_on_no_list_is_asked_to_phone_and_it_is_kept(transaction: Transaction) -> None:
    visitor = await who_changes_who_joins(transaction)
    await visitor.presses("other")
    assert visitor.conversation.state == "told_by_phone"
    assert await reads(visitor) == said((BY_PHONE,)), "and nothing of a request that can be continued"
    await visitor.presses("continue")
    assert visitor.conversation.state == "changed"
    assert (await live(visitor)).details["companion"] == "other"


@pytest.mark.parametrize("gone", ["cancelled", "begun"])
async def test_10_3_where_nothing_is_to_come_there_is_nothing_to_change(transaction: Transaction, gone: str) -> None:
    visitor = await who_changes_who_joins(transaction)
    about = await live(visitor)
    if gone == "begun":
        visitor.now = about.slot.start
    else:
        assert await visitor.counter.move(about, "cancel", Decision("cancel", NOW))
    await visitor.presses("carer")
    assert visitor.conversation.state == "nothing"
    await visitor.says(Command("companion"))
    assert (visitor.conversation.state, await reads(visitor)) == ("nothing", said((NOTHING,)))
    found = await visitor.counter.booking(about.id)
    assert found
    assert found.details["companion"] == "none"


async def test_whoever_stops_has_changed_nothing(transaction: Transaction) -> None:
    visitor = await who_changes_who_joins(transaction)
    await visitor.presses(QUIT)
    assert (visitor.conversation.state, await reads(visitor)) == ("left", "何も変更していません。")
    assert (await live(visitor)).version == 1
