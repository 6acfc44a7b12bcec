"""第1条: online counselling is one way among several, and whoever cannot use it is told of the others."""

from __future__ import annotations

import pytest

from bot.database import Transaction
from flows.reception import Command
from tests.clauses.screens import asked, reads
from tests.conversations.visitor import Visitor


@pytest.mark.parametrize(("question", "answer"), [("terms", "disagree"), ("registered", "no"), ("continuing", "no")])
async def test_1_who_cannot_use_it_is_told_of_telephone_and_counter(
    question: str, answer: str, transaction: Transaction
) -> None:
    visitor = await asked(transaction, question)
    await visitor.presses(answer)
    words = await reads(visitor)
    assert "049-242-0197" in words
    assert "窓口" in words


async def test_1_help_names_every_other_way(transaction: Transaction) -> None:
    await (visitor := Visitor(transaction)).says(Command("help"))
    words = await reads(visitor)
    for way in ("電話", "窓口", "https://jsite.mhlw.go.jp/form/pub/roudou11/20230714"):
        assert way in words
