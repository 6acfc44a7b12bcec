"""Messages, keyboards and chats as the local Telegram keeps them.

Messages are values: an edit makes a new one, and all that ever were stay in `Chat.history`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.playground.strictness import Json


@dataclass(frozen=True)
class Upload:
    """A file that the bot has sent."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Button:
    """A button of an inline or a reply keyboard, as the person sees it and what pressing it does."""

    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None
    asks_contact: bool = False

    @classmethod
    def from_json(cls, button: Json) -> Button:
        copies = button.get("copy_text", {}).get("text")
        asks = bool(button.get("request_contact"))
        return cls(button["text"], button.get("callback_data"), button.get("url"), copies, asks)


@dataclass(frozen=True)
class Message:
    """One state of a message. `text` is the text or the caption, `content` all else it carries, as in the Bot API."""

    id: int
    chat_id: int
    sender: Json
    date: datetime
    text: str = ""
    entities: tuple[Json, ...] = ()
    markup: Json | None = None
    content: Json = field(default_factory=dict)
    edited_at: datetime | None = None
    edited_times: int = 0
    silent: bool = False
    file: Upload | None = None

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def buttons(self) -> list[list[Button]]:
        """The inline keyboard, row by row; empty for none."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [[Button.from_json(button) for button in row] for row in rows]

    @property
    def labels(self) -> list[str]:
        """The labels of the inline keyboard, in reading order."""
        return [button.label for row in self.buttons for button in row]

    @property
    def keyboard(self) -> list[list[Button]] | None:
        """The reply keyboard that this message brought; None for none."""
        rows = (self.markup or {}).get("keyboard")
        return rows and [[Button.from_json(button) for button in row] for row in rows]

    def __str__(self) -> str:
        who = "bot" if self.from_bot else self.sender["first_name"]
        edits = f" (edited {self.edited_times}×)" if self.edited_times else ""
        content = "".join(f" <{kind}>" for kind in self.content)
        rows = ["    " + " ".join(f"[{button.label}]" for button in row) for row in self.buttons]
        return "\n".join([f"#{self.id} {who}{edits}:{content} {self.text}".replace("\n", "\n    "), *rows])


@dataclass(eq=False)
class Chat:
    """A chat as Telegram keeps it. `statuses` tells who is what in a group, by the id of the user."""

    id: int
    type: str
    names: Json
    statuses: dict[int, str] = field(default_factory=dict)
    opened: bool = True
    blocked: bool = False
    deactivated: bool = False
    migrated_to: int | None = None
    history: list[Message] = field(default_factory=list)
    shown: dict[int, Message] = field(default_factory=dict)
    keyboard_of: int | None = None

    @property
    def private(self) -> bool:
        return self.type == "private"

    @property
    def json(self) -> Json:
        return {"id": self.id, "type": self.type, **self.names}

    @property
    def keyboard(self) -> list[list[Button]] | None:
        """The reply keyboard now shown; it goes with the message that brought it."""
        message = self.shown.get(self.keyboard_of or 0)
        return message.keyboard if message else None

    def latest(self, message_id: int) -> Message | None:
        """The last state of a message, deleted or not."""
        return next((message for message in reversed(self.history) if message.id == message_id), None)

    def keep(self, message: Message) -> None:
        self.history.append(message)
        self.shown[message.id] = message

    def __str__(self) -> str:
        rows = [" ".join(f"[{button.label}]" for button in row) for row in self.keyboard or []]
        title = " ".join(str(name) for name in self.names.values())
        lines = [f"--- {title} ({self.type} {self.id}) ---", *map(str, self.shown.values() or ["(empty)"])]
        return "\n".join([*lines, *(f"keyboard: {row}" for row in rows)])


@dataclass(frozen=True)
class Alert:
    """What a press was answered with; an empty text only stops the button's spinning."""

    text: str
    show_alert: bool


@dataclass
class Press:
    """A press of a button, under a message, that is to be answered once, and soon."""

    id: str
    user_id: int
    at: datetime
    chat_id: int
    message_id: int
    data: str
    answered: bool = False
    alert: Alert | None = None
