"""A conversation from and to its row, and which updates have taken effect.

`turns` counts turns taken, `shown` the last turn whose screen was shown, written as soon as it was; a crash in between
costs one extra copy of that screen, never a silent person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from bot.database import Database, Transaction
from bot.encryption import Seal
from bot.statements import insert_once
from bot.tables import FLEETING, OWED, ConversationRow, PersonRow, UpdateRow, table
from flows.steps import Conversation
from flows.text import Text

CONVERSATION, PERSON, UPDATE = table(ConversationRow), table(PersonRow), table(UpdateRow)
# Statements of every turn are built once: to build one costs more than to run it.
MINE = (CONVERSATION.c.chat_id == bindparam("of_chat"), CONVERSATION.c.subject == bindparam("of_subject"))
STILL = (*MINE, CONVERSATION.c.turns == bindparam("of_turn"))
LOAD = select(CONVERSATION).where(*MINE).with_for_update()
AGREED = select(PERSON.c.chat_id).where(PERSON.c.chat_id == bindparam("of_chat"))
SAVE, SHOW = update(CONVERSATION).where(*MINE), update(CONVERSATION).where(*STILL)
FORGET, FORGET_SHOWN = delete(CONVERSATION).where(*MINE), delete(CONVERSATION).where(*STILL)
CLOSE = update(CONVERSATION).where(*MINE, CONVERSATION.c.closed_at.is_(None))
REACHED = select(CONVERSATION.c.language, CONVERSATION.c.closed_at).where(*MINE)
FORM = ("flow", "answers", "known", "page", "editing", "check", "parked")

Key = tuple[int, str]  # chat, subject: a private chat, or one card in the staff group


@dataclass
class Card:
    """The message that shows a conversation's screen."""

    id: int | None = None
    kind: str = ""  # "" | "private": shows values or is about to | "keyboard": has a reply keyboard, cannot be edited
    buried: bool = False  # something stands below it


@dataclass
class Place:
    """A conversation as the outside sees it: what the machine moves, and where it is shown."""

    key: Key
    conversation: Conversation
    card: Card = field(default_factory=Card)
    turns: int = 0
    shown: int = 0
    consented: bool = False
    new: bool = True
    touched: datetime | None = None  # when the last turn was taken
    closed_at: datetime | None = None  # since when the bot may not write to the chat


class Store:
    """Conversations in the database."""

    def __init__(self, database: Database, seal: Seal):
        self.database, self.seal = database, seal
        self.overlaid: set[int] = set()  # private chats where a message stands below the card that no row knows of

    async def first_time(self, transaction: Transaction, update_id: int, now: datetime, error: str = "") -> bool:
        """Remember an update in the transaction of its effect; False when it has taken effect before."""
        values = {"update_id": update_id, "at": now, "error": error}
        return await insert_once(transaction, UPDATE, values) is not None

    async def load(self, transaction: Transaction, key: Key) -> Place:
        """The conversation, locked until the commit (PostgreSQL); a new one where there is none."""
        row = (await transaction.execute(LOAD, _of(key))).first()
        if row is None:
            return Place(key, Conversation())
        # by a statement of its own: a join sees the moment before the lock was waited for
        agreed = (await transaction.execute(AGREED, {"of_chat": key[0]})).first()
        place = self._opened(key, row, agreed is not None)
        if key[0] in self.overlaid and not key[1]:
            place.card.buried = True
        return place

    def _opened(self, key: Key, row: Row[Any], consented: bool) -> Place:
        form = self.seal.open(row.form, "conversation", "form", _row_id(key))
        notes = [Text.from_json(note) for note in form.pop("notes")]
        kept = form.pop("note_if_kept")
        conversation = Conversation(
            dialog=row.dialog, state=row.state, language=row.language, notes=notes,
            note_if_kept=Text.from_json(kept) if kept else None, **form,
        )  # fmt: skip
        return Place(
            key, conversation, Card(row.card, row.card_kind, row.buried), row.turns, row.shown, consented, new=False,
            touched=row.updated_at, closed_at=row.closed_at,
        )  # fmt: skip

    async def save(self, transaction: Transaction, place: Place, now: datetime, fleeting: bool) -> None:
        """Write a turn: the next number and the new state."""
        conversation = place.conversation
        place.turns += 1
        form = {name: getattr(conversation, name) for name in FORM}
        form["notes"] = [note.to_json() for note in conversation.notes]
        form["note_if_kept"] = conversation.note_if_kept.to_json() if conversation.note_if_kept else None
        values = {
            "language": conversation.language, "dialog": conversation.dialog, "state": conversation.state,
            "form": self.seal.seal(form, "conversation", "form", _row_id(place.key)),
            "turns": place.turns, "fleeting": fleeting, "updated_at": now, "shown": place.shown,
            "closed_at": place.closed_at,
            **_card(place.card),
        }  # fmt: skip
        if place.new:
            whole = {"chat_id": place.key[0], "subject": place.key[1], **values}
            if await insert_once(transaction, CONVERSATION, whole) is not None:
                return
            raise Conflict(f"conversation of chat {place.key[0]} was begun twice at once")
        await transaction.execute(SAVE, {**values, **_of(place.key)})

    async def was_shown(self, transaction: Transaction, key: Key, turn: int, card: Card) -> None:
        """The screen of this turn stands in `card`; of no effect where the conversation has gone on."""
        await transaction.execute(SHOW, {"shown": turn, **_card(card), **_of(key), "of_turn": turn})
        self.overlaid.discard(key[0])

    async def will_show(self, transaction: Transaction, key: Key, turn: int, card: Card) -> bool:
        """The screen of this turn is about to be written into `card`; False where the conversation has gone on."""
        noted = await transaction.execute(SHOW, {**_card(card), **_of(key), "of_turn": turn})
        return bool(noted.rowcount)

    async def was_last_shown(self, transaction: Transaction, key: Key, turn: int) -> None:
        """The last words were said: the conversation is forgotten, unless it has gone on."""
        await transaction.execute(FORGET_SHOWN, {**_of(key), "of_turn": turn})

    async def bury(self, transaction: Transaction, chat: int) -> None:
        """A message of the bot now stands below the card of this private chat."""
        await transaction.execute(SAVE, {"buried": True, **_of((chat, ""))})

    async def close(self, transaction: Transaction, chat: int, now: datetime) -> None:
        """The bot may not write to this private chat any more, until the person writes."""
        await transaction.execute(CLOSE, {"closed_at": now, **_of((chat, ""))})

    async def open(self, transaction: Transaction, chat: int) -> None:
        """The person lets the bot write again."""
        await transaction.execute(SAVE, {"closed_at": None, **_of((chat, ""))})

    async def reached(self, transaction: Transaction, chat: int) -> tuple[str, bool] | None:
        """The language spoken in a private chat, and whether the bot may write there; None where nobody is known."""
        row = (await transaction.execute(REACHED, _of((chat, "")))).first()
        return (row.language, row.closed_at is None) if row else None

    async def owed(self, transaction: Transaction, before: datetime) -> list[Key]:
        """Conversations whose screen is behind, last touched before this moment."""
        statement = (
            select(CONVERSATION.c.chat_id, CONVERSATION.c.subject)
            .where(OWED, CONVERSATION.c.updated_at <= before)
            .order_by(CONVERSATION.c.updated_at)
            .limit(100)
        )
        return [(row.chat_id, row.subject) for row in await transaction.execute(statement)]

    async def fleeting(self, transaction: Transaction, before: datetime) -> list[Key]:
        """Conversations with an open form, or without any consent, that nobody touched since this moment."""
        statement = (
            select(CONVERSATION.c.chat_id, CONVERSATION.c.subject)
            .where(FLEETING, CONVERSATION.c.updated_at <= before)
            .order_by(CONVERSATION.c.updated_at)
            .limit(100)
        )
        return [(row.chat_id, row.subject) for row in await transaction.execute(statement)]

    async def forget(self, transaction: Transaction, key: Key) -> None:
        await transaction.execute(FORGET, _of(key))


class Conflict(Exception):
    """Another transaction was first: the turn runs again, or has been overtaken."""


def _card(card: Card) -> dict[str, Any]:
    return {"card": card.id, "card_kind": card.kind, "buried": card.buried}


def _of(key: Key) -> dict[str, Any]:
    return {"of_chat": key[0], "of_subject": key[1]}


def _row_id(key: Key) -> str:
    return f"{key[0]}/{key[1]}"
