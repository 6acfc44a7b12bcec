"""The form at each of its questions: nonsense, back, stop, setting aside, the time-out, a change from the review.

Played in memory with the real counter.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from bot.database import Transaction
from flows import reception
from flows.booking import BOOKING
from flows.reception import Command
from flows.steps import (
    BACK,
    QUIT,
    Contact,
    Pressed,
    Said,
    Typed,
    Unreadable,
    always,
)
from tests.conversations.visitor import come_to
from tests.conversations.visitors import at_the_form

each_label = pytest.mark.parametrize(
    "label", [question.name for question in BOOKING.questions if question.label and question.when is always]
)

ON_THE_WAY = [
    question.name for question in BOOKING.questions if question.when is always or question.name in ("terms", "privacy")
]
at_each_question = pytest.mark.parametrize("name", ON_THE_WAY)


NONSENSE: tuple[Said, ...] = (
    Unreadable(), Typed(""), Typed("\u202e\u200f"), Typed("<b>&</b>"), Typed("あ" * 4096), Typed("1\n2"), Typed("\x00"),
    Typed("1234 5678 9012"), Contact("+81312345678", own=False), Pressed("", "", ""), Pressed("x", "review", "send"),
)  # fmt: skip


@at_each_question
async def test_nonsense_leaves_the_question_and_the_person_can_finish(name: str, transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), name)
    for said in NONSENSE:
        before = deepcopy(visitor.conversation.answers)
        told = await visitor.says(said)
        assert (visitor.conversation.state, visitor.conversation.answers) == (name, before)
        assert told or visitor.conversation.notes, "nobody says why"
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


@at_each_question
async def test_one_can_go_back_and_still_finish(name: str, transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), name)
    await visitor.presses(BACK)
    assert visitor.conversation.state != name
    if visitor.conversation.dialog != BOOKING.name:
        await visitor.says(Command("book"))
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


@at_each_question
async def test_one_can_stop_and_nothing_of_the_answers_is_left(name: str, transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), name)
    await visitor.presses(QUIT)
    assert visitor.conversation.state == "stopped"
    assert (visitor.conversation.answers, visitor.conversation.known) == ({}, {})
    await visitor.says(Command("book"))
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


@at_each_question
async def test_a_form_that_is_set_aside_comes_back_as_it_was(name: str, transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), name)
    was = deepcopy(visitor.conversation)
    for command in ("language", "mine", "start", "help", "terms", "privacy"):
        await visitor.says(Command(command))
        if command == "language":
            await visitor.presses(QUIT)
        if command == "start":
            await visitor.presses("continue")
    assert replace(visitor.conversation, notes=[]) == replace(was, notes=[])


@at_each_question
async def test_after_a_day_the_form_is_closed_wherever_it_stands(name: str, transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), name)
    await reception.expire(visitor.context)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("timed_out", {})


async def test_a_step_that_a_new_version_does_not_know_begins_again_with_an_apology(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "email")
    visitor.conversation.state = "a step that was renamed"
    await visitor.presses(BACK)
    assert (visitor.conversation.dialog, visitor.conversation.notes) == ("welcome", [reception.CHANGED_MEANWHILE])
    await visitor.says(Command("book"))
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


@each_label
async def test_every_labelled_answer_can_be_changed_from_the_review_and_leads_back_there(
    label: str, transaction: Transaction
) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    given = set(visitor.conversation.answers)
    await visitor.presses("change")
    await visitor.presses(label)
    assert visitor.conversation.state == label
    await come_to(visitor, "review")
    assert set(visitor.conversation.answers) == given
    await visitor.presses("send")
    assert visitor.conversation.state == "waiting"


@each_label
async def test_back_from_a_change_leads_straight_to_the_review_and_changes_nothing(
    label: str, transaction: Transaction
) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    given = deepcopy(visitor.conversation.answers)
    await visitor.presses("change")
    await visitor.presses(label)
    await visitor.presses(BACK)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("review", given)


async def test_back_from_the_time_of_another_day_leads_to_the_day_as_the_review_would_lack_a_time(
    transaction: Transaction,
) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    await visitor.presses("change")
    await visitor.presses("day")
    await visitor.answers()
    assert visitor.conversation.state == "time"
    await visitor.presses(BACK)
    assert visitor.conversation.state == "day"
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def test_after_a_change_back_from_the_review_leads_to_the_question_before_as_ever(
    transaction: Transaction,
) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    unchanged = visitor.copy()
    await unchanged.presses(BACK)
    await visitor.presses("change")
    await visitor.presses("name")
    await come_to(visitor, "review")
    await visitor.presses(BACK)
    assert visitor.conversation.state == unchanged.conversation.state != "review"
