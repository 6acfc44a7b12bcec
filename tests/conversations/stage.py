"""Where a conversation is played: the town, whose phone is looked at, and what has been said since the last act.

After every act the bot is given time until it has nothing left to do: what is expected then is there, or it is not.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import func, select

from bot.app import TICK_SECONDS
from bot.outbox import NOTICE
from bot.playground.chats import Message
from bot.playground.people import Person, Screen
from bot.tables import PENDING
from tests.town import Town
from tests.usual_answers import USUAL, asked

REFERENCE = re.compile(r"(\{(?:新しい)?受付番号\})")
FAULTS = ("システムに不具合", "something went wrong on our side", "システムに 問題(もんだい)")
PATIENCE_SECONDS = 20


class Stage:
    """`person` is whose phone is looked at; `references` are the numbers each person was given; `office` is where
    another office is described than Kawagoe; `letters` counts those that had come before the last act."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.people: dict[str, Person] = {"太郎": town.taro, "職員": town.staff, "職員二": town.colleague}
        self.person = town.taro
        self.references: dict[int, str] = {}
        self.office: dict[str, str] = {}
        self.letters = 0
        self.usual = set(USUAL)  # questions that are answered by themselves
        self._before: dict[int, int] = {}
        self.take_over()

    def take_over(self) -> None:
        """After a start: the stage itself gives the bot its ticks, so its own come as seldom as in service."""
        self.town.app.tick_seconds = TICK_SECONDS

    def mark(self) -> None:
        """From here on something is new."""
        self._before = {number: len(chat.history) for number, chat in self.town.server.cloud.chats.items()}
        self.letters = len(self.town.mailbox.letters)

    def said(self, screen: Screen) -> list[Message]:
        """What the bot has said or changed since the last act, and still stands there."""
        new = screen.chat.history[self._before.get(screen.id, 0) :]
        return [message for message in new if message.from_bot and screen.chat.shown.get(message.id) is message]

    def letters_to(self, address: str) -> list[EmailMessage]:
        """The letters that came since the last act."""
        return [letter for letter in self.town.mailbox.letters[self.letters :] if letter["To"] == address]

    def holds(self, text: str, words: str) -> bool:
        """Whether the words stand in a text; {新しい受付番号} is any reference, {受付番号} the person's last one."""
        known = self.references.get(self.person.id, "(no reference yet)")
        readings = {"{受付番号}": re.escape(known), "{新しい受付番号}": r"(\d{3}-\d{3})"}
        pattern = "".join(readings.get(part, re.escape(part)) for part in REFERENCE.split(words))
        found = re.search(pattern, text.replace("\u202f", " "))
        if found and found.groups():
            self.references[self.person.id] = found[1]
        return found is not None

    def card(self, about: str) -> Message | None:
        """The newest message of the staff group with these words; None where none are given."""
        cards = [message for message in self.town.group.messages if self.holds(message.text, about)]
        if about and not cards:
            raise LookupError(f"the staff group has no card with {about!r}")
        return cards[-1] if about else None

    async def until_idle(self) -> None:
        """Every update is confirmed and answered, and nothing that is due waits."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await self.town.server.settled(PATIENCE_SECONDS)
                await self.town.app.lanes.finish(PATIENCE_SECONDS)
                if self.town.server.cloud.settled and not await self._due():
                    return
                self.town.app.sender.wake.set()
                await asyncio.sleep(0)

    async def answer_as_usual(self, back: bool = False) -> None:
        """What the conversation does not speak of; somebody on the way back is led on back."""
        for _ in range(len(self.usual)):
            here = asked(self.person)
            if here is None or here.name not in self.usual:
                return
            await here.answered_by(self.person, back)
            await self.until_idle()

    async def _due(self) -> int:
        due = select(func.count()).select_from(NOTICE).where(PENDING, NOTICE.c.next_try <= self.town.clock())
        async with self.town.app.database.transaction() as transaction:
            return int((await transaction.execute(due)).scalar() or 0)

    def nothing_is_wrong(self) -> None:
        """What holds after every act: no apology, no button that spins, and one living card, so never a dead end.

        A menu may stand twice: of a chat that was forgotten nobody knows which card it had.
        """
        assert not self.town.server.unanswered, "a pressed button was never answered"
        for chat in self.town.server.cloud.chats.values():
            shown = list(chat.shown.values())
            assert not any(fault in message.text for message in shown for fault in FAULTS), "a fault of the bot"
            if chat.private and not chat.blocked and any(message.from_bot for message in shown):
                cards = [message for message in shown if message.buttons]
                questions = [card.id for card in cards if not _is_menu(card)]
                assert cards or chat.keyboard, f"nothing can be pressed\n{chat}"
                assert len(questions) + bool(chat.keyboard) <= 1, f"more than one living card: {questions}\n{chat}"

    def __str__(self) -> str:
        alerts = [alert.text for alert in self.person.alerts if alert.text][-1:]
        letters = [f"{letter['To']}: {letter['Subject']}" for letter in self.town.mailbox.letters[self.letters :]]
        return "\n".join([str(self.person), str(self.town.group), f"知らせ：{alerts}", f"メール：{letters}"])


def _is_menu(card: Message) -> bool:
    return all("|menu:" in str(button.data) for row in card.buttons for button in row)


Play: TypeAlias = Callable[[Stage, str, str], Awaitable[None]]  # the words after the colon, and those in brackets
