"""What a turn leaves to be said: words and buttons, ready for the client; nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.store import Card, Key
from flows.steps import Button


@dataclass(frozen=True)
class Shot:
    """A screen in words: text, buttons, and what the card that shows it must be able to do."""

    text: str = field(repr=False)
    rows: tuple[tuple[Button, ...], ...]
    flow: str
    step: str
    private: bool = False  # shows values: edited away, never left standing
    text_if_kept: str = field(default="", repr=False)  # where the person's message could not be deleted, if another
    contact: str = ""  # the label of the contact button, which needs a reply keyboard
    forget: bool = False  # once shown, the conversation is forgotten


@dataclass(frozen=True)
class Deletion:
    """A message of the person to delete, the outbox row that promises it, and what is said of it."""

    message_id: int
    key: str
    done: str = ""
    failed: str = ""


@dataclass(frozen=True)
class Before:
    """A message of its own to send above the screen, and the outbox row that promises it."""

    key: str
    text: str


@dataclass(frozen=True)
class Press:
    """A pressed button to answer (`answerCallbackQuery`), with a word or without."""

    query_id: str
    message_id: int | None
    toast: str = ""
    alert: bool = False


@dataclass(frozen=True)
class Reply:
    """What to say after the commit."""

    key: Key
    turn: int
    card: Card
    shot: Shot
    deletion: Deletion | None = None
    press: Press | None = None
    before: Before | None = None
    put_away: str = ""  # said when a reply keyboard is taken away and there is nothing else to say
