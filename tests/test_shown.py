"""What stands at a step: the notes, how far one is, the question or the last words, the buttons; without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flows.counter import Booking, Slot
from flows.dialog import Dialog
from flows.showing import screen
from flows.steps import (
    UNKNOWN,
    Context,
    Conversation,
    End,
    Job,
    Offer,
    Question,
    Screen,
    never,
    the_booking,
)
from flows.text import Text
from tests.counters import DAYS, NOW
from tests.small_dialogs import (
    EMPTY,
    NO,
    OTHER,
    OUT,
    OVER,
    YES,
    asks,
    at,
    comes_to,
    read,
    types,
)


async def test_a_question_stands_below_the_notes_and_how_far_one_is() -> None:
    small = Dialog("small", asks("one", counted=True), asks("two"), asks("three", counted=True), OVER, stop="over")
    for state, how_far in (("one", (1,)), ("two", ()), ("three", (2,))):
        shown = await screen(small, at(state, notes=[UNKNOWN, EMPTY]))
        progress = tuple(Text("{step}/{steps}", step=step, steps=2) for step in how_far)
        assert shown == Screen((UNKNOWN, EMPTY, *progress, Text(f"{state}?")), (YES, NO, OUT))
        assert shown.say == (UNKNOWN, EMPTY, *progress, Text(f"{state}?"))


async def test_an_offer_finds_the_words_or_leaves_them_to_the_question() -> None:
    async def offer(context: Context) -> Offer:
        return Offer((YES,), (EMPTY,) if context.conversation.page else ())

    small = Dialog("small", asks("one", offer=offer), OVER, stop="over")
    shown = [await screen(small, at("one", page=page)) for page in (0, 1)]
    assert [each.say for each in shown] == [(Text("one?"),), (EMPTY,)]
    assert [each.rows for each in shown] == [(YES, OUT)] * 2


@pytest.mark.parametrize(
    ("ask", "say"),
    [
        (Text("?"), (Text("?"),)),
        (lambda context: Text("{page}", page=context.conversation.page), (Text("{page}", page=3),)),
        (None, ()),
    ],
)
def test_what_a_question_asks_may_hang_on_where_one_is(ask: Any, say: tuple[Text, ...]) -> None:
    assert asks("one", ask=ask).asked(at("one", page=3)) == say


@pytest.mark.parametrize("contact", [True, False])
async def test_a_question_for_the_phone_has_a_contact_button_unless_it_asks_back(contact: bool) -> None:
    phone = Question("word", ask=Text("Word?"), read=read, contact=read if contact else None)
    small = Dialog("small", phone, OVER, stop="over")
    context = at("word")
    assert (await screen(small, context)).contact is contact
    await types(small, context, "1")
    assert not (await screen(small, context)).contact


@pytest.mark.parametrize(
    ("end", "notes", "say"),
    [
        (End("over"), [], ()),
        (End("over"), [EMPTY], (EMPTY,)),
        (End("over", say=OTHER), [], (OTHER,)),
        (End("over", say=OTHER), [EMPTY], (EMPTY, OTHER)),
        (End("over", say=OTHER), [OTHER], (OTHER,)),
        (End("over", say=lambda context: Text(context.conversation.language)), [], (Text("ja"),)),
    ],
)
async def test_an_end_says_its_words_once_below_the_notes(end: End, notes: list[Text], say: tuple[Text, ...]) -> None:
    small = Dialog("small", asks("one"), end, stop="over")
    assert await screen(small, at("over", notes=notes)) == Screen(say)
    assert (await screen(small, at("over", notes=notes))).say == say


@pytest.mark.parametrize("forget", [True, False])
async def test_an_end_may_forget_the_conversation_once_it_was_shown(forget: bool) -> None:
    small = Dialog("small", asks("one"), End("over", forget=forget), stop="over")
    assert (await screen(small, at("over"))).forget is forget
    assert not (await screen(small, at("one"))).forget
    assert not End("x").forget


async def test_at_a_job_nobody_stands() -> None:
    small = Dialog("small", Job("job", run=comes_to("x")), OVER, stop="over")
    with pytest.raises(TypeError, match="job"):
        await screen(small, at("job"))


# How an answer reads


def test_an_answer_reads_as_its_choice_or_as_the_question_shows_it() -> None:
    answers = {"one": "yes", "two": 5}
    assert asks("one").shown(answers, DAYS) == Text("Yes")
    assert asks("two").shown(answers, DAYS) == "5"
    assert asks("one", show=lambda given, days: f"{len(given)}").shown(answers, DAYS) == "2"


# Who stands where


def test_a_new_dialog_begins_with_nothing_of_the_one_before() -> None:
    old = Conversation(
        "old", "end", "f", "en", {"a": 1}, {"b": 2}, 3, True, {"ask": {}}, [EMPTY], EMPTY, {"dialog": "x"}
    )
    old.start("new", "g", {"c": 3})
    assert old == Conversation("new", "begin", "g", "en", {}, {"c": 3}, 0, False, None, [EMPTY], EMPTY, {"dialog": "x"})
    fresh = Conversation()
    assert vars(fresh) == vars(Conversation("", "begin", "", "ja", {}, {}, 0, False, None, [], None, None))
    assert fresh.answers is not Conversation().answers


def test_only_a_card_of_the_staff_has_a_booking() -> None:
    person = at("one")
    with pytest.raises(LookupError):
        the_booking(person)
    assert (person.name, person.office) == ("", DAYS.office)
    day = NOW.date()
    booking = Booking("id", "123456", "requested", 1, Slot("1", NOW), 1, "ja", NOW, day, day, NOW)
    assert the_booking(replace(person, booking=booking)) is booking


def test_a_question_is_kept_and_neither_private_nor_counted_and_always_applies_unless_it_says_so() -> None:
    usual = Question("one")
    assert (usual.kept, usual.private, usual.counted, usual.when(at("one"))) == (True, False, False, True)
    assert not never(at("one"))
