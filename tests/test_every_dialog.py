"""What every dialog inherits, over all of them: nobody is ever stuck, every button is re-checked, all words are there.

Played in memory with the real counter; `everything` is each kind of place that an explorer has come to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from babel.messages.pofile import read_po
from transitions import MachineError

from bot.language import LANGUAGES, LOCALES, Words
from bot.telegram.updates import SEPARATOR
from flows import reception
from flows.booking import BOOKING
from flows.dialog import Dialog
from flows.steps import (
    BACK,
    QUIT,
    Conversation,
    End,
    Question,
)
from flows.text import Text
from flows.welcome import MENU
from tests.conversations.exploring import Seen, explored
from tests.conversations.visitor import ALL, DAYS

QUESTIONS = [(dialog.name, step.name) for dialog in ALL.values() for step in dialog.steps if isinstance(step, Question)]

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_dialog = pytest.mark.parametrize("dialog", ALL.values(), ids=ALL)


@pytest.fixture(scope="module")
def everything() -> list[Seen]:
    """Every kind of place that can be come to, each once, by everything that can be said there."""
    return asyncio.run(explored())


# Every list of steps


@each_dialog
def test_every_step_can_be_come_to(dialog: Dialog) -> None:
    reached = _closure({"begin"}, {(row["source"], row["dest"]) for row in dialog.transitions})
    assert reached == {"begin", *dialog.by_name}


@each_dialog
def test_from_every_step_an_end_can_be_come_to(dialog: Dialog) -> None:
    ends = {step.name for step in dialog.steps if isinstance(step, End)}
    assert _closure(ends, {(row["dest"], row["source"]) for row in dialog.transitions}) == {"begin", *dialog.by_name}


def _closure(start: set[str], pairs: set[tuple[str, str]]) -> set[str]:
    found = set(start)
    while new := {there for here, there in pairs if here in found} - found:
        found |= new
    return found


@each_dialog
def test_every_question_can_be_answered_and_quit_and_all_but_the_first_can_be_gone_back_from(dialog: Dialog) -> None:
    for place, question in enumerate(dialog.questions):
        events = {row["trigger"] for row in dialog.transitions if row["source"] == question.name}
        assert {"answer", "quit"} <= events
        assert place == 0 or "back" in events


@each_dialog
def test_an_event_that_is_not_legal_raises_and_changes_nothing(dialog: Dialog) -> None:
    legal = {(row["trigger"], row["source"]) for row in dialog.transitions}
    for event in dialog.machine.events:
        for state in {"begin", *dialog.by_name} - {source for name, source in legal if name == event}:
            conversation = Conversation(dialog=dialog.name, state=state)
            with pytest.raises(MachineError):
                dialog.machine.events[event].trigger(conversation, context=None, came_to=None)
            assert conversation.state == state


def test_1_every_end_that_refuses_names_the_phone_and_the_others_are_known() -> None:
    refuses = {
        "limited", "no_consent", "old_consent", "not_eligible", "not_tied", "locked", "not_suspended", "objected",
        "standing", "paused", "no_session", "not_told", "no_letter", "unanswered",
    }  # fmt: skip
    says_why_by_a_note = {
        "already",
        "movable",
        "refused",
        "tied",
        "suspended",
        "accepted",
        "over",
        "sent",
    }  # what is there, what was chosen
    goes_on = {
        "arrived_well",
        "closed",
        "waiting",
        "timed_out",
        "stopped",
        "cancelled",
        "kept",
        "nothing",
        "left",
        "set",
        "continued",
    } | {"asked", "withdrawn", "decided", "changed", "waits", "free", "not_waiting", "taken", "passed"}
    ends = [step for dialog in reception.DIALOGS.values() for step in dialog.steps if isinstance(step, End)]
    assert {end.name for end in ends} == refuses | says_why_by_a_note | goes_on
    for end in ends:
        says = end.say.sentence if isinstance(end.say, Text) else ""
        assert ("{office_phone}" in says) == (end.name in refuses)


# Every screen that can be come to


def test_every_question_is_come_to(everything: list[Seen]) -> None:
    assert set(QUESTIONS) <= {(seen.conversation.dialog, seen.conversation.state) for seen in everything}


def test_every_screen_says_something_and_can_be_left(everything: list[Seen]) -> None:
    for seen in everything:
        values = {button.value for button in seen.buttons}
        assert seen.screen.say, f"nothing is said at {seen.step.name}"
        assert values or seen.staff, f"nothing can be pressed at {seen.step.name}"
        if ALL[seen.conversation.dialog].leavable and isinstance(seen.step, Question):
            assert {BACK, QUIT} <= values


def test_at_every_end_the_menu_is_there(everything: list[Seen]) -> None:
    ends = [seen for seen in everything if isinstance(seen.step, End) and not seen.staff]
    assert {seen.step.name for seen in ends} >= {
        "waiting",
        "not_eligible",
        "no_consent",
        "stopped",
        "cancelled",
        "refused",
        "suspended",
        "objected",
    }
    for seen in ends:
        rows = (*seen.step.rows, *MENU)
        assert [button.value for button in seen.buttons] == [button.value for row in rows for button in row]


def test_the_progress_counts_every_question_that_is_counted(everything: list[Seen]) -> None:
    counted = [question.name for question in BOOKING.questions if question.counted]
    in_the_form = [seen for seen in everything if seen.conversation.dialog == BOOKING.name]
    for seen in in_the_form:
        if isinstance(seen.step, Question) and seen.conversation.check is None:
            told = [said for said in seen.screen.say if isinstance(said, Text)]
            progress = [said.values for said in told if said.sentence == "{step}/{steps}"]
            place = counted.index(seen.step.name) + 1 if seen.step.name in counted else None
            assert progress == ([{"step": place, "steps": len(counted)}] if place else [])


@pytest.mark.parametrize("name", ["refused", "suspended"])
def test_a_refusal_by_the_terms_names_the_phone(name: str, everything: list[Seen]) -> None:
    refused = [seen for seen in everything if seen.step.name == name]
    assert refused
    for seen in refused:
        assert any("{office_phone}" in sentence for said in seen.screen.say for sentence in _sentences(said))


def test_every_button_is_within_what_telegram_takes(everything: list[Seen]) -> None:
    for seen in everything:
        c = seen.conversation
        for row in seen.screen.rows:
            assert 0 < len(row) <= 8
            for button in row:
                assert 0 < len(SEPARATOR.join((c.flow, c.state, button.value)).encode()) <= 64


@each_language
def test_every_screen_reads_whole_and_no_two_buttons_of_it_read_the_same(language: str, everything: list[Seen]) -> None:
    for seen in everything:
        words = Words(language, DAYS.office, "madoguchi@office.example", DAYS.day_of(seen.now))
        text = words.all(seen.screen.say)
        labels = [str(button.label) for row in words.buttons(seen.screen.rows) for button in row]
        assert 0 < len(text) <= 4096
        assert not any("{" in said or not said.strip() for said in (text, *labels))
        assert len(set(labels)) == len(labels), f"two buttons read the same at {seen.step.name}: {labels}"


@pytest.mark.parametrize("language", ["ja", "ja_Hira"])
def test_every_word_that_is_shown_is_there_in_each_language(language: str, everything: list[Seen]) -> None:
    shown = [said for seen in everything for said in (*seen.screen.say, seen.screen.note_if_kept)]
    shown += [button.label for seen in everything for button in seen.buttons]
    shown += [told for seen in everything for told, _ in seen.old_buttons]
    sentences = {sentence for said in shown for sentence in _sentences(said)}
    assert len(sentences) > 50
    assert sentences - _translated(language) == set()


def _sentences(said: Any) -> Iterator[str]:
    if isinstance(said, Text):
        yield said.sentence
        said = tuple(said.values.values())
    if isinstance(said, tuple | list):
        for one in said:
            yield from _sentences(one)


def _translated(language: str) -> frozenset[str]:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as written:
        return frozenset(str(entry.id) for entry in read_po(written) if entry.id and entry.string and not entry.fuzzy)


def test_a_button_of_another_screen_changes_nothing_and_says_so(everything: list[Seen]) -> None:
    for seen in everything:
        for told, after in seen.old_buttons:
            assert told is not None
            notes = after.notes if seen.staff else seen.conversation.notes  # a staff card is shared: its notes go
            assert after == replace(seen.conversation, notes=notes)


def test_a_value_that_was_never_offered_leads_nowhere(everything: list[Seen]) -> None:
    for seen in everything:
        for value, after, screen in seen.forged:
            assert (after.dialog, after.state) == (seen.conversation.dialog, seen.step.name), f"{value!r} led on"
            assert after.answers == seen.conversation.answers
            assert screen.say
