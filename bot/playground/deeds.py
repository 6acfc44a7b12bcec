"""What people did, in order, and what the bot said after each deed until the next: what a transcript is made of."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.playground.chats import Chat, Message

REFERENCE = re.compile(r"(?<![\d-])\d{3}-\d{3}(?![\d-])")  # of a booking, on the cards of staff

if TYPE_CHECKING:
    from bot.playground.cloud import Cloud


@dataclass(frozen=True)
class Seen:
    """A chat after a deed: of each message of the bot that is new or changed and still there, the line that tells it;
    and what can be pressed.
    """

    said: Sequence[str]
    labels: Sequence[str]
    keys: Sequence[str]


@dataclass
class Deed:
    """`kind` is "says", "presses" … or "turns" for the clock; `by` the id of a person, `chat` where it was done.

    `at` is the cloud's time, `began` real time in nanoseconds since 1970, by which files are dated too.
    """

    kind: str
    by: int
    chat: int
    words: str
    about: str
    at: datetime
    began: int
    seen: Mapping[int, Seen] = field(default_factory=dict)
    alert: str = ""


class Deeds:
    """All that was done; `done` closes the deed before with what has come of it."""

    def __init__(self, cloud: Cloud):
        self.cloud = cloud
        self._all: list[Deed] = []
        self._lengths: dict[int, int] = {}
        self._alerts: dict[int, int] = {}

    def done(self, kind: str, by: int, chat: int, words: str = "", about: str = "") -> None:
        """Somebody is about to do something."""
        self._close()
        self._all.append(Deed(kind, by, chat, words, about, self.cloud.clock(), time.time_ns()))
        self._lengths = {number: len(chat.history) for number, chat in self.cloud.chats.items()}
        self._alerts = {number: len(alerts) for number, alerts in self.cloud.alerts.items()}

    def all(self) -> Sequence[Deed]:
        """Every deed, the last one with what has come of it so far."""
        self._close()
        return tuple(self._all)

    def _close(self) -> None:
        if not self._all:
            return
        last, cloud = self._all[-1], self.cloud
        last.seen = {number: self._seen(chat) for number, chat in cloud.chats.items()}
        answers = cloud.alerts[last.by][self._alerts.get(last.by, 0) :] if last.by in cloud.alerts else []
        last.alert = next((answer.text for answer in answers if answer.text), "")

    def _seen(self, chat: Chat) -> Seen:
        new = chat.history[self._lengths.get(chat.id, 0) :]
        said = [_news(chat, each) for each in new if each.from_bot and chat.shown.get(each.id) is each]
        there = sorted(chat.shown.values(), key=lambda message: message.id)
        labels = [label for message in there for label in message.labels]
        return Seen(said, labels, [button.label for row in chat.keyboard or [] for button in row])


def _news(chat: Chat, message: Message) -> str:
    """Its first line; of one that was edited, the first that did not stand there before."""
    states = [each for each in chat.history if each.id == message.id]
    before = states[states.index(message) - 1].text.splitlines() if states[0] is not message else []
    lines = [line.strip() for line in message.text.splitlines() if line.strip()]
    return next((line for line in lines if line not in before), lines[0] if lines else "")


def press_of(chat: Chat, message: Message, data: str) -> tuple[str, str, str]:
    """What kind of press it is, on which label, and of which reference number the message speaks."""
    shown = chat.shown.get(message.id)
    now = [button.label for row in (shown.buttons if shown else []) for button in row if button.data == data]
    ever = [button.label for old in chat.history for row in old.buttons for button in row if button.data == data]
    kind = "presses" if now else "presses old" if ever else "forges"
    found = REFERENCE.search(message.text)
    return kind, [*now, *ever, data][0], found[0] if found and not chat.private else ""
