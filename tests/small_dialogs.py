"""Small lists of steps and who stands at them, for tests of what every dialog does: without a database."""

from __future__ import annotations

from typing import Any

from flows.answers import Check, Reading, Rejected
from flows.dialog import Dialog
from flows.hearing import hear
from flows.showing import GO_BACK, STOP
from flows.steps import Button, Context, Conversation, End, Outcome, Pressed, Question, Typed
from flows.text import Text
from tests.counters import DAYS, NOW

FLOW = "f"
YES, NO = (Button(Text("Yes"), "yes"),), (Button(Text("No"), "no"),)
OUT = (GO_BACK, STOP)
OVER, LEFT = End("over"), End("left", say=Text("Left."))
EMPTY, EMPTY_IF_KEPT = Text("Please type something."), Text("Please delete it, and type something.")
MEANT, OTHER = Text("Did you mean {value}?", value="one"), Text("Something else")


def read(words: str) -> Reading:
    """Numbers are asked back; nothing is refused."""
    if not words:
        return Rejected(EMPTY, kept=EMPTY_IF_KEPT)
    return Check(MEANT, (("one", "one"), (Text("Two"), "two"), (OTHER, None))) if words == "1" else words


def listed(dialog: Dialog, context: Context) -> Any:
    """Where one is, and with which answers."""
    assert context.conversation.state in dialog.by_name
    return context.conversation.state, context.answers


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
