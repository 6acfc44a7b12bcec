"""A question that a conversation or a test says nothing of gets its usual answer: see usual_answers.txt.

So a new question is one line there, and nobody else's walk through the form has to be told of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.playground.people import Person
from bot.telegram.updates import SEPARATOR
from flows.booking import BOOKING
from flows.steps import BACK, Question

FILE = Path(__file__).with_suffix(".txt")
USUAL = {
    name: answer
    for name, _, answer in (line.partition("：") for line in FILE.read_text("utf-8").splitlines() if line[:1] != "#")
}


@dataclass(frozen=True)
class Asked:
    """The question that stands on somebody's phone: the run of its dialog, its name, the message."""

    flow: str
    name: str
    message_id: int

    async def answered_by(self, person: Person, back: bool = False) -> None:
        """By its usual answer; somebody on the way back goes on back."""
        question = BOOKING.by_name[self.name]
        if back or not (isinstance(question, Question) and question.read):
            value = BACK if back else USUAL[self.name]
            await person.presses_data(self.message_id, SEPARATOR.join((self.flow, self.name, value)))
        else:
            await person.says(USUAL[self.name])


def asked(person: Person) -> Asked | None:
    """What the buttons that stand there belong to."""
    for message in reversed(person.messages):
        if message.from_bot and message.buttons:
            flow, name, _ = str(message.buttons[0][0].data).split(SEPARATOR, 2)
            return Asked(flow, name, message.id)
    return None


async def comes_to(person: Person, words: str) -> None:
    """Wait until the bot says these words; answer what is asked on the way and has a usual answer."""
    while isinstance(here := await person.until(lambda: _met(person, words)), Asked):
        await here.answered_by(person)
        await _left(person, here)


def _met(person: Person, words: str) -> Asked | Literal[True] | None:
    if any(message.from_bot and words in message.text for message in person.messages):
        return True
    here = asked(person)
    return here if here and here.name in USUAL else None


async def _left(person: Person, here: Asked) -> None:
    await person.until(lambda: asked(person) != here or None)
