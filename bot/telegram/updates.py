"""An update of the Bot API becomes an `Incoming`: who, where, what was said. Names of job-seekers are not looked at.

Updates are read as the plain JSON they come as: one that does not have what it should is set aside by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.turn import Incoming, Where
from flows.answers import holds_private_data
from flows.desk.commands import JOIN, MENU
from flows.reception import Command
from flows.steps import Contact, Pressed, Said, Typed, Unreadable

KINDS = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
)  # the `allowed_updates` asked for
SEPARATOR = "|"
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII)
STAFF_COMMAND = re.compile(
    rf"/({'|'.join((JOIN, *MENU))})(?:@(\w+))?(?:\s+(.+?))?\s*", re.ASCII | re.DOTALL | re.IGNORECASE
)
LARGEST_ID = 2**52  # the Bot API's own bound for the id of a chat
GONE = ("left", "kicked")
LONGEST_NAME = 60  # of staff, as people are called
# What of a message can be read in the chat, by its fields' names, and the parts that the sender did not say in it.
READABLE = frozenset(
    {"text", "caption", "file_name", "title", "performer", "address", "question", "description", "url", "phone_number"}
)
NOT_SAID = frozenset({"from", "chat", "reply_to_message", "forward_origin", "via_bot"})


class Strange(Exception):
    """An update that does not have what the Bot API says it has; the text names its kind, never its content."""


@dataclass(frozen=True)
class GroupEvent:
    """Something happened in a group: the bot was added, spoken to (perhaps with an invitation), or moved; who left.
    Or a person let the bot write to them again.
    """

    update_id: int
    chat_id: int
    added: bool = False
    code: str = field(default="", repr=False)
    moved_to: int | None = None
    moved_from: int | None = None
    left: int | None = None
    opened: bool = False


def read(update: dict[str, Any], staff_chat: int | None) -> Incoming | GroupEvent | None:
    """What an update means; None for one that needs no answer. Raises `Strange`."""
    try:
        if "callback_query" in update:
            return _press(update, staff_chat)
        if "my_chat_member" in update:
            return _membership(update)
        if "chat_member" in update:
            return _left(update)
        message = update.get("message") or update.get("edited_message")
        return _message(update["update_id"], message, staff_chat) if message else None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Strange(f"{kind_of(update)} without what it should have ({type(error).__name__})") from None


def private_message(update: dict[str, Any]) -> tuple[int, int] | None:
    """The chat and id of a message in a private chat, whatever else of the update cannot be read."""
    match update:
        case {"message": {"chat": {"id": int(chat)}, "message_id": int(number)}}:
            pass
        case {"edited_message": {"chat": {"id": int(chat)}, "message_id": int(number)}}:
            pass
        case _:
            return None
    return (chat, number) if 0 < chat <= LARGEST_ID and 0 < number <= LARGEST_ID else None


def kind_of(update: dict[str, Any]) -> str:
    return next((kind for kind in KINDS if kind in update), "update")


def _where(chat: dict[str, Any], staff_chat: int | None) -> Where:
    """ValueError for a private chat whose id is none of a person's."""
    if chat["type"] == "private":
        if not 0 < int(chat["id"]) <= LARGEST_ID:
            raise ValueError("a person's id is positive")
        return "private"
    return "staff" if chat["id"] == staff_chat else "other"


def _press(update: dict[str, Any], staff_chat: int | None) -> Incoming:
    query = update["callback_query"]
    sender, message = query["from"], query.get("message") or {"chat": {"id": query["from"]["id"], "type": "private"}}
    flow, step, value = (*str(query.get("data", "")).split(SEPARATOR, 2), "", "", "")[:3]
    where = _where(message["chat"], staff_chat)
    name = _name(sender) if where == "staff" else ""
    return Incoming(
        int(update["update_id"]), where, int(message["chat"]["id"]), int(sender["id"]), Pressed(flow, step, value),
        message.get("message_id"), str(query["id"]), sender.get("language_code"), name,
    )  # fmt: skip


def _membership(update: dict[str, Any]) -> GroupEvent | None:
    change = update["my_chat_member"]
    if change["new_chat_member"]["status"] in GONE:
        return None
    if change["chat"]["type"] == "private":
        return GroupEvent(int(update["update_id"]), int(change["chat"]["id"]), opened=True)
    return GroupEvent(int(update["update_id"]), int(change["chat"]["id"]), added=True)


def _left(update: dict[str, Any]) -> GroupEvent | None:
    """Somebody else's place in a group has changed; a bot is told of it where it is an administrator."""
    change = update["chat_member"]
    there = change["new_chat_member"]
    is_out = there["status"] in GONE or (there["status"] == "restricted" and not there.get("is_member"))
    number = int(update["update_id"])
    return GroupEvent(number, int(change["chat"]["id"]), left=int(there["user"]["id"])) if is_out else None


def _message(update_id: int, message: dict[str, Any], staff_chat: int | None) -> Incoming | GroupEvent | None:
    chat, text = message["chat"], message.get("text")
    if _where(chat, staff_chat) != "private":
        if chat["id"] == staff_chat and (command := STAFF_COMMAND.fullmatch(text or "")):
            return _for_staff(update_id, message, command)
        command = COMMAND.fullmatch(text or "")
        code = command[2] or "" if command and command[1] == "start" else ""
        moved_to, moved_from = message.get("migrate_to_chat_id"), message.get("migrate_from_chat_id")
        left = message.get("left_chat_member", {}).get("id")
        return GroupEvent(int(update_id), int(chat["id"]), False, code, moved_to, moved_from, left)
    sender = message["from"]
    said = _said(message, int(sender["id"]))
    joins = isinstance(said, Command) and said.name == "join"  # the staff
    return Incoming(
        int(update_id), "private", int(chat["id"]), int(sender["id"]), said,
        int(message["message_id"]), language_code=sender.get("language_code"),
        name=_name(sender) if joins else "", private=_private(message),
    )  # fmt: skip


def _for_staff(update_id: int, message: dict[str, Any], command: re.Match[str]) -> Incoming:
    sender, said = message["from"], Command(command[1].lower(), command[3] or "", command[2] or "")
    return Incoming(
        int(update_id), "staff", int(message["chat"]["id"]), int(sender["id"]), said, int(message["message_id"])
    )


def _name(sender: dict[str, Any]) -> str:
    """In one line of what can be read: it stands on cards and in records. The id for who has none."""
    said = f"{sender.get('first_name', '')} {sender.get('last_name', '')}"
    readable = "".join(each for each in " ".join(said.split()) if unicodedata.category(each)[0] != "C")
    return readable[:LONGEST_NAME].strip() or str(sender["id"])


def _private(message: dict[str, Any]) -> bool:
    """Whether it goes from the chat wherever it arrives; a quote of the bot's may be of a card that shows values."""
    quotes_bot = "quote" in message and message.get("reply_to_message", {}).get("from", {}).get("is_bot")
    return "contact" in message or bool(quotes_bot) or any(map(holds_private_data, _readable(message)))


def _readable(part: Any) -> Iterator[str]:
    """All that can be read in a message: words, captions, names of files, questions of a poll, places, quotes."""
    if isinstance(part, list):
        for inner in part:
            yield from _readable(inner)
    elif isinstance(part, dict):
        yield from (str(part[name]) for name in READABLE & part.keys())
        for name in part.keys() - NOT_SAID:
            yield from _readable(part[name])


def _said(message: dict[str, Any], sender: int) -> Said | Command:
    text = message.get("text")
    if isinstance(text, str):
        if (command := STAFF_COMMAND.fullmatch(text.strip())) and command[1].lower() != "help":
            return Command(command[1].lower(), command[3] or "")
        command = COMMAND.fullmatch(text.strip())
        return Command(command[1].lower(), command[2] or "") if command else Typed(text)
    if contact := message.get("contact"):
        return Contact(str(contact["phone_number"]), contact.get("user_id") == sender)
    return Unreadable()
