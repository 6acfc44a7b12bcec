"""An update of the Bot API becomes an `Incoming`: who, where, what was said. Names of job-seekers are not looked at.

Updates are read as the plain JSON they come as: one that does not have what it should is set aside by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bot.turn import Incoming, Where
from flows.reception import Command
from flows.steps import Contact, Pressed, Said, Typed, Unreadable

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")  # the `allowed_updates` asked for
SEPARATOR = "|"
COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(\S+))?\s*", re.ASCII)
GONE = ("left", "kicked")


class Strange(Exception):
    """An update that does not have what the Bot API says it has; the text names its kind, never its content."""


@dataclass(frozen=True)
class GroupEvent:
    """Something happened to the bot in a group: it was added, spoken to (perhaps with an invitation), or moved."""

    update_id: int
    chat_id: int
    added: bool = False
    code: str = ""
    moved_to: int | None = None
    moved_from: int | None = None


def read(update: dict[str, Any], staff_chat: int | None) -> Incoming | GroupEvent | None:
    """What an update means; None for one that needs no answer. Raises `Strange`."""
    try:
        if "callback_query" in update:
            return _press(update, staff_chat)
        if "my_chat_member" in update:
            return _membership(update)
        message = update.get("message") or update.get("edited_message")
        return _message(update["update_id"], message, staff_chat) if message else None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Strange(f"{kind_of(update)} without what it should have ({type(error).__name__})") from None


def kind_of(update: dict[str, Any]) -> str:
    return next((kind for kind in KINDS if kind in update), "update")


def _where(chat: dict[str, Any], staff_chat: int | None) -> Where:
    if chat["type"] == "private":
        return "private"
    return "staff" if chat["id"] == staff_chat else "other"


def _press(update: dict[str, Any], staff_chat: int | None) -> Incoming:
    query = update["callback_query"]
    sender, message = query["from"], query.get("message") or {"chat": {"id": query["from"]["id"], "type": "private"}}
    flow, step, value = (*str(query.get("data", "")).split(SEPARATOR, 2), "", "", "")[:3]
    where = _where(message["chat"], staff_chat)
    name = f"{sender.get('first_name', '')} {sender.get('last_name', '')}".strip() if where == "staff" else ""
    return Incoming(
        int(update["update_id"]), where, int(message["chat"]["id"]), int(sender["id"]), Pressed(flow, step, value),
        message.get("message_id"), str(query["id"]), sender.get("language_code"), name,
    )  # fmt: skip


def _membership(update: dict[str, Any]) -> GroupEvent | None:
    change = update["my_chat_member"]
    if change["chat"]["type"] == "private" or change["new_chat_member"]["status"] in GONE:
        return None
    return GroupEvent(int(update["update_id"]), int(change["chat"]["id"]), added=True)


def _message(update_id: int, message: dict[str, Any], staff_chat: int | None) -> Incoming | GroupEvent | None:
    chat, text = message["chat"], message.get("text")
    if chat["type"] != "private":
        command = COMMAND.fullmatch(text or "")
        code = command[2] or "" if command and command[1] == "start" else ""
        moved_to, moved_from = message.get("migrate_to_chat_id"), message.get("migrate_from_chat_id")
        return GroupEvent(int(update_id), int(chat["id"]), code=code, moved_to=moved_to, moved_from=moved_from)
    sender = message["from"]
    return Incoming(
        int(update_id), "private", int(chat["id"]), int(sender["id"]), _said(message, int(sender["id"])),
        int(message["message_id"]), language_code=sender.get("language_code"),
        text=str(text or message.get("caption") or ""),
    )  # fmt: skip


def _said(message: dict[str, Any], sender: int) -> Said | Command:
    text = message.get("text")
    if isinstance(text, str):
        command = COMMAND.fullmatch(text.strip())
        return Command(command[1].lower()) if command else Typed(text)
    if contact := message.get("contact"):
        return Contact(str(contact["phone_number"]), contact.get("user_id") == sender)
    return Unreadable()
