"""Somebody who talks to the dialogs without Telegram, before the real counter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.counter import SqlCounter
from bot.database import Database, Transaction
from bot.encryption import Seal
from bot.outbox import Outbox
from flows import hearing, reception, showing
from flows.answers import Check, Rejected
from flows.booking import BOOKING
from flows.cards import CARDS
from flows.counter import Booking
from flows.office import KAWAGOE
from flows.office_days import OfficeDays
from flows.office_file import load_office
from flows.reception import Command
from flows.steps import (
    BACK,
    PAGE,
    QUIT,
    Context,
    Conversation,
    End,
    Pressed,
    Question,
    Said,
    Screen,
    Typed,
    Unreadable,
)
from flows.text import Text
from tests.usual_answers import USUAL

DAYS = OfficeDays(load_office(KAWAGOE))
SEAL = Seal([bytes(range(32))], bytes(range(32, 64)))
OUTBOX = Outbox(Database("sqlite://"))  # writes with the transaction that it is given
NOW = datetime(2026, 11, 19, 1, tzinfo=UTC)  # Thursday 10:00 in Kawagoe
NEXT_MORNING = datetime(2026, 11, 24, 23, 45, tzinfo=UTC)  # 8:45 of the day after the first day that is offered
JUST_BEFORE = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)  # ten minutes before the first session that is offered
ALL = {**reception.DIALOGS, **CARDS}
TYPED = ("佐藤 一郎", "13010-98765432", "ichiro@example.jp", "080-9876-5432")  # one of these answers any typed question


@dataclass
class Visitor:
    """One conversation with the bot in one transaction; `booking` is whose card it is."""

    transaction: Transaction
    now: datetime = NOW
    chat: int = 7
    conversation: Conversation = field(default_factory=Conversation)
    booking: Booking | None = None

    @property
    def counter(self) -> SqlCounter:
        chat = self.booking.chat if self.booking else self.chat
        return SqlCounter(self.transaction, SEAL, OUTBOX, DAYS, self.now, chat, self.conversation.language)

    @property
    def context(self) -> Context:
        return Context(
            DAYS, self.counter, self.now, self.conversation, 7, "職員 一号" if self.booking else "", self.booking
        )

    @property
    def step(self) -> Any:
        return ALL[self.conversation.dialog].by_name[self.conversation.state]

    def stands_at(self, dialog: str, state: str, *notes: Text) -> bool:
        """Whether the conversation is there, with these words above its screen."""
        there = self.conversation
        return (there.dialog, there.state, there.notes) == (dialog, state, [*notes])

    async def says(self, said: Said | Command) -> Text | None:
        if self.booking is None:
            return (await reception.hear(self.context, said)).toast
        self.conversation.notes = []
        assert not isinstance(said, Command)
        return await hearing.hear(ALL[self.conversation.dialog], self.context, said)

    async def presses(self, value: str) -> Text | None:
        return await self.says(Pressed(self.conversation.flow, self.conversation.state, value))

    async def begins(self, dialog: str, **known: Any) -> Visitor:
        """At the first question of this dialog, or at its end."""
        self.conversation.start(dialog, "f", known)
        await ALL[dialog].begin(self.context)
        return self

    async def screen(self) -> Screen:
        if self.booking is None:
            return await reception.screen(self.context)
        return await showing.screen(ALL[self.conversation.dialog], self.context)

    async def answers(self) -> None:
        """The question, with the first of its words or buttons that leads on."""
        state = self.conversation.state
        for said in await self.possible(answers_only=True):
            await self.says(said)
            if self.conversation.state != state:
                return
        raise AssertionError(f"nothing answers {state}: is a word for it missing in TYPED?")

    async def finishes(self) -> None:
        """From wherever one is in the form to its end, with the first answer to everything."""
        for _ in range(40):
            if isinstance(self.step, End):
                return
            await (self.presses("send") if self.conversation.state == BOOKING.review else self.answers())
        raise AssertionError(f"40 answers did not lead out of {self.conversation.state}")

    async def possible(self, answers_only: bool = False) -> list[Said]:
        """What can be said here: words that its reader takes, its buttons (of many the first and the last two)."""
        question, flow = self.step, self.conversation.flow
        values = [button.value for row in (await self.screen()).rows for button in row]
        if answers_only:
            values = [value for value in values if value not in (BACK, QUIT) and not value.startswith(PAGE)]
        buttons: list[Said] = [Pressed(flow, question.name, value) for value in [*values[:4], *values[4:][-5:]]]
        read = question.read if isinstance(question, Question) else None
        usual = (USUAL[question.name],) if question.name in USUAL else TYPED
        words: list[Said] = [Typed(word) for word in usual if read and not isinstance(read(word), Rejected | Check)]
        if not answers_only:
            return words + buttons + [Typed("9012345678"), Typed("ichiro@gmial.com"), Unreadable()]
        return words or buttons

    def copy(self) -> Visitor:
        return replace(self, conversation=deepcopy(self.conversation), booking=deepcopy(self.booking))


class Undo(Exception):
    """Undoes a savepoint."""


@asynccontextmanager
async def undone(transaction: Transaction) -> AsyncIterator[None]:
    try:
        async with transaction.savepoint():
            yield
            raise Undo
    except Undo:
        return


async def come_to(visitor: Visitor, name: str) -> Visitor:
    for _ in range(40):
        if visitor.conversation.state == name:
            return visitor
        await visitor.answers()
    raise AssertionError(f"40 answers did not lead to {name}")
