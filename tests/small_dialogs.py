"""Small lists of steps and who stands at them, for tests of what every dialog does: without a database."""

from __future__ import annotations

from typing import Any

from flows.dialog import Dialog
from flows.hearing import hear
from flows.steps import Context, Conversation, Outcome, Pressed, Question, Typed
from flows.text import Text
from tests.counters import DAYS, NOW

FLOW = "f"


def asks(name: str, **rest: Any) -> Question:
    """A question that is answered by "yes" or "no"."""
    return Question(name, **{"ask": Text(f"{name}?"), "choices": {"yes": Text("Yes"), "no": Text("No")}, **rest})


def comes_to(name: str, note: Text | None = None, drop: tuple[str, ...] = ()) -> Any:
    """What a job does that always comes to this."""

    async def run(context: Context) -> Outcome:
        return Outcome(name, note, drop)

    return run


def at(state: str, **conversation: Any) -> Context:
    """Somebody at this step; no counter is asked."""
    here = Conversation(state=state, flow=FLOW, **conversation)
    return Context(DAYS, None, NOW, here, 7)  # type: ignore[arg-type]


async def begun(dialog: Dialog, **conversation: Any) -> Context:
    await dialog.begin(context := at("begin", **conversation))
    return context


async def presses(dialog: Dialog, context: Context, *values: str) -> Text | None:
    told = None
    for value in values:
        told = await hear(dialog, context, Pressed(FLOW, context.conversation.state, value))
    return told


async def types(dialog: Dialog, context: Context, words: str) -> None:
    assert await hear(dialog, context, Typed(words)) is None
