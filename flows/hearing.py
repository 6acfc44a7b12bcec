"""One turn at a question: what was said becomes an answer, an ask-back, a reason why it is none, or a way out.

A button is looked at again when it is pressed: it must belong to this run of the dialog and this question, and its
value must still be offered.
"""

from __future__ import annotations

from typing import Any

from flows.answers import Check, Reading, Rejected
from flows.dialog import Dialog
from flows.steps import (
    BACK,
    CHECK,
    NOT_TEXT,
    OLD_BUTTON,
    PAGE,
    QUIT,
    SAME,
    UNKNOWN,
    Contact,
    Context,
    Pressed,
    Question,
    Said,
    Typed,
)
from flows.text import Text

NOT_YOUR_NUMBER = Text("Please share your own number, or type it.")


async def hear(dialog: Dialog, context: Context, said: Said) -> Text | None:
    """Play one turn. Returns what a late button is told; nothing has changed then."""
    conversation, question = context.conversation, dialog.by_name[context.conversation.state]
    if not isinstance(question, Question):
        return OLD_BUTTON if isinstance(said, Pressed) else None
    if not isinstance(said, Pressed):
        await _take(dialog, context, question, _read(question, said))
        return None
    if (said.flow, said.step) != (conversation.flow, question.name):
        return OLD_BUTTON
    return await _press(dialog, context, question, said.value)


def given_before(question: Question, context: Context) -> Any:
    """The answer to offer again: of this form, else of the last booking."""
    before: dict[str, Any] = context.known.get("before") or {}
    return context.answers.get(question.name, before.get(question.name)) if question.mask else None


def _read(question: Question, said: Said) -> Reading:
    if isinstance(said, Typed):
        return question.read(said.text) if question.read else Rejected(UNKNOWN)
    if isinstance(said, Contact) and question.contact:
        return question.contact(said.number) if said.own else Rejected(NOT_YOUR_NUMBER)
    return Rejected(NOT_TEXT if question.read else UNKNOWN)


async def _press(dialog: Dialog, context: Context, question: Question, value: str) -> Text | None:
    if value in (BACK, QUIT):
        return await _leave(dialog, context, value)
    if check := context.conversation.check:
        return await _settle(dialog, context, question, check["choices"], value.removeprefix(CHECK))
    if value.startswith(PAGE):
        return _turn_the_page(context, value.removeprefix(PAGE))
    if value == SAME and (known := given_before(question, context)) is not None:
        await _take(dialog, context, question, known)
    elif any(value == button.value for row in (await question.offered(context)).rows for button in row):
        await _take(dialog, context, question, value)
    else:
        gone = question.gone(context, value)
        await question.in_vain(context, value)
        context.conversation.notes = [gone.why]
        if gone.came_to:
            dialog.fire("answer", context, gone.came_to)
    return None


async def _leave(dialog: Dialog, context: Context, how: str) -> Text | None:
    """Back one question; from the first one, and with stop, out of the dialog."""
    if how == BACK and dialog.can_go_back(context):
        dialog.go_back(context)
    elif dialog.leavable:
        dialog.fire("quit", context)
        await dialog.go_on(context)
    else:
        return OLD_BUTTON
    return None


def _turn_the_page(context: Context, number: str) -> Text | None:
    if not (number.isdecimal() and number.isascii() and len(number) < 4):
        return OLD_BUTTON
    context.conversation.page = int(number)
    return None


async def _settle(dialog: Dialog, context: Context, question: Question, choices: Any, number: str) -> Text | None:
    """One value was asked back; this is the choice. None among the choices means: ask again."""
    if number not in [str(index) for index in range(len(choices))]:
        return OLD_BUTTON
    value = choices[int(number)][1]
    context.conversation.check = None
    if value is not None:
        await _take(dialog, context, question, value)
    return None


async def _take(dialog: Dialog, context: Context, question: Question, reading: Any) -> None:
    """An answer is kept and leads on; anything else leaves the question where it is and says why."""
    conversation = context.conversation
    if isinstance(reading, Rejected):
        conversation.check, conversation.notes, conversation.note_if_kept = None, [reading.why], reading.kept
    elif isinstance(reading, Check):
        choices = [[_plain(label), value] for label, value in reading.choices]
        conversation.check = {"ask": reading.ask.to_json(), "choices": choices}
    else:
        await _answer(dialog, context, question, reading)


async def _answer(dialog: Dialog, context: Context, question: Question, answer: Any) -> None:
    for name in question.drops:
        context.answers.pop(name, None)
    if question.kept:
        context.answers[question.name] = answer
    jumped = isinstance(answer, str) and answer in question.then
    dialog.fire("answer", context, answer)
    if jumped and isinstance(dialog.by_name[context.conversation.state], Question):
        context.conversation.editing = dialog.review is not None
        return  # a question jumped to is asked even if it was answered
    await dialog.go_on(context)


def _plain(label: Text | str) -> Any:
    return label.to_json() if isinstance(label, Text) else label
