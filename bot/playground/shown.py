"""What the page is told, as JSON: messages, chats, people, letters and the rest, each once, from what the cloud holds.

Times are in milliseconds since 1970, as JavaScript counts them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.playground.chats import Button, Chat, Message, Press
from bot.playground.cloud import Cloud
from bot.playground.mailbox import Letter
from bot.playground.strictness import Json

if TYPE_CHECKING:
    from bot.playground.people import Person

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# of what else a message may hold, its name says enough
TOLD = frozenset({"contact", "document", "location", "forward_origin", "new_chat_members"})


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def full_name(user: Json) -> str:
    return " ".join(user[name] for name in ("first_name", "last_name") if name in user)


def shown_message(message: Message) -> Json:
    content = {kind: value if kind in TOLD else True for kind, value in message.content.items()}
    if "reply_to_message" in content:
        content["reply_to_message"] = message.content["reply_to_message"].get("text", "…")
    return {
        "id": message.id,
        "chat": message.chat_id,
        "from": message.sender["id"],
        "name": full_name(message.sender),
        "bot": message.from_bot,
        "at": milliseconds(message.date),
        "edited": message.edited_at is not None and not message.from_bot,
        "text": message.text,
        "entities": message.entities,
        "buttons": [[_inline(button) for button in row] for row in message.buttons],
        "content": content,
        "file": _file(message),
    }


def _inline(button: Button) -> Json:
    return {"label": button.label, "data": button.data, "url": button.url, "copies": button.copies}


def _file(message: Message) -> Json | None:
    if message.file is None:
        return None
    picture = message.file.content_type in PICTURES
    return {"name": message.file.filename, "size": len(message.file.content), "picture": picture}


def shown_keyboard(chat: Chat) -> Json:
    message = chat.shown.get(chat.keyboard_of or 0)
    hint = (message.markup or {}).get("input_field_placeholder", "") if message and chat.keyboard else ""
    rows = [[{"label": button.label, "contact": button.asks_contact} for button in row] for row in chat.keyboard or []]
    return {"chat": chat.id, "rows": rows, "hint": hint}


def shown_chat(chat: Chat) -> Json:
    messages = sorted(chat.shown.values(), key=lambda message: message.id)
    return {
        "id": chat.id,
        "title": chat.names.get("title") or full_name(chat.names),
        "blocked": chat.blocked,
        "keyboard": shown_keyboard(chat),
        "messages": [shown_message(message) for message in messages],
    }


def shown_person(person: Person, staff: bool) -> Json:
    user = person.user
    return {"id": person.id, "name": full_name(user), "phone": person.phone, "staff": staff}


def shown_press(press: Press) -> Json:
    place = {"id": press.id, "user": press.user_id, "chat": press.chat_id, "message": press.message_id}
    alert = press.alert
    return {**place, "data": press.data, "text": alert.text if alert else "", "alert": bool(alert and alert.show_alert)}


def shown_letter(letter: Letter) -> Json:
    entry = letter.entry and {
        "method": letter.entry.method,
        "title": letter.entry.title,
        "start": milliseconds(letter.entry.start),
        "end": milliseconds(letter.entry.end),
        "note": letter.entry.note,
    }
    words = {"id": letter.id, "from": letter.sender, "to": letter.to, "subject": letter.subject, "text": letter.text}
    return {**words, "at": milliseconds(letter.sent_at), "entry": entry}


def menu(cloud: Cloud, chat: Chat, user: Json) -> Json:
    """The commands and the description that this person gets to see in this chat, in the person's language."""
    language = str(user.get("language_code", ""))[:2]
    texts = [cloud.settings.get(("description", code)) for code in (language, "")]
    return {"commands": _commands(cloud, chat, user["id"], language), "about": next(filter(None, texts), "")}


def _commands(cloud: Cloud, chat: Chat, user: int, language: str) -> Any:
    """The nearest scope goes first, and within it the person's language, as the Bot API says of BotCommandScope."""
    kind = "all_private_chats" if chat.private else "all_group_chats"
    scopes = [("chat_member", chat.id, user), ("chat", chat.id, None), (kind, None, None), ("default", None, None)]
    for scope, chat_id, user_id in scopes:
        for code in (language, ""):
            if commands := cloud.settings.get(("commands", scope, chat_id, user_id, code)):
                return commands
    return []
