"""Objecting to a suspension in the chat, and what its person reads of it."""

from __future__ import annotations

from datetime import date

import pytest

from bot.database import Transaction
from flows.answers import Rejected
from flows.counter import Suspension
from flows.objecting import LONGEST, NO_WORDS, words
from flows.reception import Command
from flows.steps import QUIT, Typed
from flows.suspending import why
from tests.clauses.screens import reads
from tests.conversations.visitor import TYPED, Visitor
from tests.conversations.visitors import suspended, suspended_in_another_chat
from tests.offers import said

NUMBER = TYPED[1]
STANDING = "お申し出は届いています。"


async def objecting(transaction: Transaction) -> Visitor:
    await (visitor := await suspended(transaction)).says(Command("object"))
    return visitor


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("はい", "はい"),
        ("あ" * LONGEST, "あ" * LONGEST),
        ("  電話を　しました。 \n\n\t19日の朝です。\r\n", "電話を しました。\n19日の朝です。"),
        ("11030-01234567 の者です", "11030-01234567 の者です"),
    ],
)
def test_what_somebody_wants_the_office_to_know_is_kept_in_lines_without_what_surrounds_them(
    typed: str, kept: str
) -> None:
    assert words(typed) == kept


@pytest.mark.parametrize("typed", ["", "は", " は \n\n ", "あ" * (LONGEST + 1)])
def test_one_letter_or_more_than_can_be_read_is_no_reason(typed: str) -> None:
    assert words(typed) == NO_WORDS
    assert said((NO_WORDS.why,)) == "2文字以上1000文字以内の文章で入力してください。"


@pytest.mark.parametrize("typed", ["621498320257", "6214 9832 0257"])
def test_a_my_number_alone_is_refused_as_a_reason(typed: str) -> None:
    refused = words(typed)
    assert isinstance(refused, Rejected)
    assert refused != NO_WORDS


async def test_whoever_is_suspended_in_this_chat_is_asked_for_words_only_and_they_are_kept(
    transaction: Transaction,
) -> None:
    visitor = await objecting(transaction)
    assert visitor.conversation.state == "words"
    assert (await reads(visitor)).startswith("納得できない理由や事情を")
    await visitor.says(Typed("電話をしました"))
    assert visitor.conversation.state == "objected"
    assert (await reads(visitor)).startswith("【お申し出を受け付けました】")
    standing = await visitor.counter.suspension()
    assert standing
    assert standing.objected


async def test_who_has_objected_is_asked_nothing_until_there_is_an_answer(transaction: Transaction) -> None:
    visitor = await objecting(transaction)
    await visitor.says(Typed("電話をしました"))
    await visitor.says(Command("object"))
    assert visitor.conversation.state == "standing"
    assert (await reads(visitor)).startswith(STANDING)
    other = Visitor(transaction, chat=9)
    await other.says(Command("object"))
    await other.says(Typed(NUMBER))
    assert other.conversation.state == "standing"


async def test_of_two_objections_at_once_the_second_stands_already(transaction: Transaction) -> None:
    visitor = await objecting(transaction)
    assert await visitor.counter.objects(visitor.conversation.known["measure"], "電話をしました")
    await visitor.says(Typed("電話をしました"))
    assert visitor.conversation.state == "standing"


async def test_in_another_chat_the_number_is_asked_first_and_forgotten_at_once(transaction: Transaction) -> None:
    visitor = await suspended_in_another_chat(transaction)
    assert visitor.conversation.state == "seeker_number"
    assert "求職番号" in await reads(visitor)
    await visitor.says(Typed(NUMBER))
    assert (visitor.conversation.state, visitor.conversation.answers) == ("words", {})
    await visitor.says(Typed("電話をしました"))
    assert visitor.conversation.state == "objected"


async def test_for_a_number_that_is_not_suspended_there_is_nothing_to_object_to(transaction: Transaction) -> None:
    visitor = await suspended_in_another_chat(transaction)
    await visitor.says(Typed("13010-98765433"))
    assert visitor.conversation.state == "not_suspended"
    assert (await reads(visitor)).startswith("この番号での申し込みは停止されていません。")
    assert await visitor.counter.suspension("13010-98765433") is None


async def test_whoever_stops_has_sent_nothing(transaction: Transaction) -> None:
    visitor = await objecting(transaction)
    await visitor.presses(QUIT)
    assert (visitor.conversation.state, await reads(visitor)) == ("left", "何も送りませんでした。")
    standing = await visitor.counter.suspension()
    assert standing
    assert not standing.objected


# What a suspended person reads


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("no_contact", "連絡がないままのキャンセルがありました"),
        ("conduct", "適切に進められないことがありました"),
        ("other", "そのほか（電話でお問い合わせください）"),
        ("of another version", "そのほか（電話でお問い合わせください）"),
    ],
)
def test_4_4_why_is_told_in_words_of_the_office_alone(reason: str, says: str) -> None:
    assert said((why(Suspension(1, reason)),)).splitlines()[1] == f"理由：{says}"


def test_4_4_until_when_is_told_or_that_it_is_not_known_yet() -> None:
    until = said((why(Suspension(1, "conduct", date(2026, 12, 31))),)).splitlines()[2]
    assert until == "期間：12月31日(木) まで"
    assert (
        said((why(Suspension(1, "conduct")),)).splitlines()[2]
        == "期間：終わりの日は決まっていません（決まったらお知らせします）"
    )
