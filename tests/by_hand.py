"""People at the counter whose updates are made by hand, from the screen they saw last, and need no chat to be sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.reply import Shot
from bot.telegram.updates import SEPARATOR
from tests.usual_answers import USUAL

Update = dict[str, Any]
NUMBERS = count(1)  # of updates and messages


@dataclass
class Told:
    """What one update came to for whoever sent it: the screen after it, and the word on the button."""

    shot: Shot | None = None
    toast: str = ""

    @property
    def text(self) -> str:
        return "\n".join(words for words in (self.shot.text if self.shot else "", self.toast) if words)

    @property
    def labels(self) -> list[str]:
        return [str(button.label) for row in self.shot.rows for button in row] if self.shot else []


@dataclass(eq=False)
class Somebody:
    """A person, or a member of staff in the group: makes raw updates from the screen they saw last."""

    hear: Callable[[Update], Awaitable[Told | None]]
    id: int
    chat: int
    name: str = "川越 太郎"
    told: Told = field(default_factory=Told)

    def types(self, words: str) -> Update:
        message = {"message_id": next(NUMBERS), "date": 0, "chat": self._chat, "from": self._from, "text": words}
        return {"update_id": next(NUMBERS), "message": message}

    def presses(self, label: str) -> Update:
        """The first button of that screen which begins so."""
        shot = self.told.shot
        assert shot, f"{self.name} has seen nothing"
        found = [button.value for row in shot.rows for button in row if str(button.label).startswith(label)]
        assert found, f"there is no button {label}: {self.told.labels}\n{self.told.text}"
        return self.sends(SEPARATOR.join((shot.flow, shot.step, found[0])))

    def sends(self, data: str) -> Update:
        number = next(NUMBERS)
        query = {"id": str(number), "from": self._from, "data": data}
        return {"update_id": number, "callback_query": {**query, "message": {"message_id": 1, "chat": self._chat}}}

    async def does(self, update: Update) -> Told:
        """One update by itself, in no race."""
        told = await self.hear(update)
        assert told
        self.told = told
        return told

    @property
    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat, "type": "private" if self.chat > 0 else "supergroup"}

    @property
    def _from(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "ja"}


def form(number: int = 1234567, at: str = "9:30", day: str = "11月24日") -> tuple[str, ...]:
    """What is said and pressed on the way to the review."""
    return (
        "/book", "同意して進む", "はい", "はい", "はい", "続ける", "川越 太郎", f"11030-{number:08}",
        day, at, "taro@example.jp", "090-1234-5678", "なし",
    )  # fmt: skip


async def _answered_as_usual(somebody: Somebody) -> None:
    while (shot := somebody.told.shot) and shot.flow and shot.step in USUAL:
        await somebody.does(somebody.sends(SEPARATOR.join((shot.flow, shot.step, USUAL[shot.step]))))


async def walk(somebody: Somebody, *words: str) -> Told:
    """Say or press one after the other: what begins a button is pressed; what they do not speak of is answered."""
    for word in words:
        await _answered_as_usual(somebody)
        button = any(label.startswith(word) for label in somebody.told.labels)
        await somebody.does(somebody.presses(word) if button else somebody.types(word))
    await _answered_as_usual(somebody)
    return somebody.told
