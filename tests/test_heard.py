"""What is said at a question: an answer, an ask-back, a reason why it is none, or a way out; without a database."""

from __future__ import annotations

from copy import deepcopy

import pytest

from flows.dialog import Dialog
from flows.hearing import NOT_YOUR_NUMBER, hear
from flows.showing import GO_BACK, screen
from flows.steps import (
    BACK,
    NOT_TEXT,
    OLD_BUTTON,
    QUIT,
    SAME,
    UNKNOWN,
    Button,
    Contact,
    Context,
    Gone,
    Pressed,
    Question,
    Said,
    Typed,
    Unreadable,
)
from flows.text import Text
from tests.small_dialogs import (
    EMPTY,
    EMPTY_IF_KEPT,
    FLOW,
    LEFT,
    MEANT,
    NO,
    OTHER,
    OUT,
    OVER,
    YES,
    asks,
    at,
    begun,
    listed,
    presses,
    read,
    types,
)

TYPED = Question("word", ask=Text("Word?"), read=read, private=True)
WORDS = Dialog("words", TYPED, asks("more"), OVER, LEFT, stop="left")


# What is heard


@pytest.mark.parametrize(
    ("said", "told"),
    [(Pressed(FLOW, "over", "yes"), OLD_BUTTON), (Typed("yes"), None), (Unreadable(), None)],
)
async def test_where_it_is_over_nothing_is_an_answer(said: Said, told: Text | None) -> None:
    context = at("over")
    before = deepcopy(context.conversation)
    assert await hear(WORDS, context, said) == told
    assert context.conversation == before


@pytest.mark.parametrize(("flow", "step"), [("another", "more"), (FLOW, "word"), ("another", "word")])
async def test_a_button_of_another_run_or_question_is_old(flow: str, step: str) -> None:
    context = at("more")
    before = deepcopy(context.conversation)
    assert await hear(WORDS, context, Pressed(flow, step, "yes")) == OLD_BUTTON
    assert context.conversation == before
    assert await hear(WORDS, context, Pressed(FLOW, "more", "yes")) is None
    assert context.conversation.state == "over"


@pytest.mark.parametrize(
    ("state", "said", "why"),
    [
        ("word", Unreadable(), NOT_TEXT),
        ("word", Contact("1", own=True), NOT_TEXT),
        ("more", Typed("yes"), UNKNOWN),
        ("more", Unreadable(), UNKNOWN),
        ("more", Contact("1", own=True), UNKNOWN),
    ],
)
async def test_what_is_no_answer_says_what_would_be(state: str, said: Said, why: Text) -> None:
    context = at(state, check={"ask": {}, "choices": []}, note_if_kept=EMPTY)
    assert await hear(WORDS, context, said) is None
    assert (context.conversation.state, context.conversation.notes) == (state, [why])
    assert (context.conversation.check, context.conversation.note_if_kept) == (None, None)


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        (Contact("123", own=True), "over", []),
        (Contact("123", own=False), "phone", [NOT_YOUR_NUMBER]),
        (Unreadable(), "phone", [NOT_TEXT]),
    ],
)
async def test_only_the_own_contact_is_an_answer(said: Said, state: str, why: list[Text]) -> None:
    phone = Question("phone", read=read, contact=lambda number: {"e164": number}, then={"x": "phone"})
    small = Dialog("small", phone, OVER, stop="over")
    context = at("phone")
    await hear(small, context, said)
    assert (context.conversation.state, context.conversation.notes) == (state, why)


async def test_words_that_are_read_are_the_answer() -> None:
    await types(WORDS, context := await begun(WORDS), "two")
    assert listed(WORDS, context) == ("more", {"word": "two"})


async def test_what_is_refused_says_why_and_what_to_say_where_it_could_not_be_deleted() -> None:
    await types(WORDS, context := await begun(WORDS), "")
    assert listed(WORDS, context) == ("word", {})
    assert (context.conversation.notes, context.conversation.note_if_kept) == ([EMPTY], EMPTY_IF_KEPT)
    shown = await screen(WORDS, context)
    assert (shown.say, shown.note_if_kept) == ((EMPTY, Text("Word?")), EMPTY_IF_KEPT)


@pytest.mark.parametrize(("number", "answer"), [("0", "one"), ("1", "two")])
async def test_an_ask_back_is_answered_by_its_choices(number: str, answer: str) -> None:
    await types(WORDS, context := await begun(WORDS), "1")
    shown = await screen(WORDS, context)
    labels: list[Text | str] = ["one", Text("Two"), OTHER]
    assert shown.say == (MEANT,)
    assert shown.rows == (*((Button(label, f"check{place}"),) for place, label in enumerate(labels)), OUT)
    assert [button.label for row in shown.rows for button in row][:3] == labels
    await presses(WORDS, context, f"check{number}")
    assert listed(WORDS, context) == ("more", {"word": answer})
    assert context.conversation.check is None


@pytest.mark.parametrize("press", ["check2", BACK])
async def test_none_of_them_and_back_ask_again(press: str) -> None:
    await types(WORDS, context := await begun(WORDS), "1")
    assert await presses(WORDS, context, press) is None
    assert (listed(WORDS, context), context.conversation.check) == (("word", {}), None)
    assert (await screen(WORDS, context)).say == (Text("Word?"),)


@pytest.mark.parametrize("value", ["check3", "check-1", "check", "page1", SAME, "yes"])
async def test_what_is_no_choice_of_an_ask_back_is_an_old_button(value: str) -> None:
    await types(WORDS, context := await begun(WORDS), "1")
    before = deepcopy(context.conversation)
    assert await presses(WORDS, context, value) == OLD_BUTTON
    assert context.conversation == before


@pytest.mark.parametrize(("value", "page"), [("page0", 0), ("page2", 2), ("page999", 999)])
async def test_a_page_is_turned_to(value: str, page: int) -> None:
    context = at("more", page=1)
    assert await presses(WORDS, context, value) is None
    assert (context.conversation.state, context.conversation.page) == ("more", page)


@pytest.mark.parametrize("value", ["page", "page-1", "page1000", "page１", "page²", "pageone"])
async def test_what_is_no_page_is_an_old_button(value: str) -> None:
    context = at("more", page=1)
    assert await presses(WORDS, context, value) == OLD_BUTTON
    assert (context.conversation.state, context.conversation.page) == ("more", 1)


async def test_an_answer_drops_what_hangs_on_it_and_a_choice_that_is_none_is_not_kept() -> None:
    small = Dialog("small", asks("one", drops=("two",)), asks("choice", kept=False), asks("two"), OVER, stop="over")
    await presses(small, context := at("one", answers={"one": "no", "two": "no"}), "yes")
    assert listed(small, context) == ("choice", {"one": "yes"})
    await presses(small, context, "yes")
    assert listed(small, context) == ("two", {"one": "yes"})


# A button that is gone


async def test_a_button_that_is_gone_says_why_is_counted_and_may_lead_on() -> None:
    counted = list[str]()

    def gone(context: Context, value: str) -> Gone:
        return Gone(EMPTY, came_to="over") if value == "late" else Gone(OLD_BUTTON)

    async def count(context: Context, value: str) -> None:
        counted.append(value)

    small = Dialog("small", asks("one", gone=gone, in_vain=count, then={"over": "over"}), LEFT, OVER, stop="left")
    context = at("one", notes=[UNKNOWN])
    for value, state, why in (("never", "one", OLD_BUTTON), ("late", "over", EMPTY)):
        assert await presses(small, context, value) is None
        assert (context.conversation.state, context.conversation.notes) == (state, [why])
    assert counted == ["never", "late"]


async def test_what_was_never_offered_is_an_old_button_and_no_answer() -> None:
    small = Dialog("small", asks("one"), OVER, stop="over")
    await presses(small, context := at("one"), "maybe")
    assert listed(small, context) == ("one", {})
    assert context.conversation.notes == [OLD_BUTTON]


# The answer of the last time


AGAIN = Dialog("again", asks("one", mask=lambda answer: f"***{answer}"), asks("two"), OVER, stop="over")


@pytest.mark.parametrize(
    ("answers", "before", "known"),
    [({}, {"one": "x"}, "x"), ({"one": "y"}, {"one": "x"}, "y"), ({"one": "y"}, {}, "y"), ({}, {}, None)],
)
async def test_the_last_answer_can_be_given_again(
    answers: dict[str, str], before: dict[str, str], known: str | None
) -> None:
    context = at("one", answers=answers, known={"before": before})
    rows = (await screen(AGAIN, context)).rows
    assert rows == (*(((Button(f"***{known}", SAME),),) if known else ()), YES, NO, OUT)
    assert not known or rows[0][0].label == f"***{known}"
    await presses(AGAIN, context, SAME)
    assert listed(AGAIN, context) == (("two", {"one": known}) if known else ("one", {}))


async def test_another_answer_than_the_last_one_is_taken_as_it_is() -> None:
    await presses(AGAIN, context := at("one", known={"before": {"one": "yes"}}), "no")
    assert listed(AGAIN, context) == ("two", {"one": "no"})


async def test_who_comes_for_the_first_time_has_no_last_answer() -> None:
    await presses(AGAIN, context := at("one"), SAME)
    assert listed(AGAIN, context) == ("one", {})


async def test_an_answer_that_cannot_be_shown_short_is_not_offered_again() -> None:
    context = at("two", answers={"one": "yes", "two": "no"}, known={"before": {"two": "no"}})
    assert (await screen(AGAIN, context)).rows == (YES, NO, OUT)
    await presses(AGAIN, context, SAME)
    assert context.conversation.state == "two"


# A way out


@pytest.mark.parametrize(
    ("state", "press", "comes"), [("more", BACK, "word"), ("word", BACK, "left"), ("more", QUIT, "left")]
)
async def test_back_and_stop_lead_out(state: str, press: str, comes: str) -> None:
    context = at(state, answers={"word": "x"})
    assert await presses(WORDS, context, press) is None
    assert context.conversation.state == comes
    assert bool(context.answers) is (comes == "word")


async def test_what_cannot_be_left_has_no_stop_and_back_only_where_it_leads_somewhere() -> None:
    menu = Dialog("menu", asks("one"), asks("two"), OVER, stop="over", leavable=False)
    context = at("one")
    for press in (BACK, QUIT):
        assert await presses(menu, context, press) == OLD_BUTTON
    assert (await screen(menu, context)).rows == (YES, NO)
    await presses(menu, context, "yes")
    assert (await screen(menu, context)).rows == (YES, NO, (GO_BACK,))
    await presses(menu, context, BACK)
    assert context.conversation.state == "one"
