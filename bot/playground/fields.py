"""The parameters of each method as the Bot API publishes them: all else is refused.

Telegram passes over a name that it does not know and takes a number for a text; here each is a fault of the bot.
A query and a form carry nothing but texts, which are read as what the published type says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.chats import Upload
from bot.playground.strictness import refused


@dataclass(frozen=True)
class Field:
    """A parameter: its published types, any of which will do, and whether it must be given."""

    types: tuple[str, ...]
    required: bool

    def read(self, value: Any) -> Any:
        """What a text stands for where the type is none of texts; what it cannot stand for stays as it is."""
        if not isinstance(value, str):
            return value
        if "Integer" in self.types and re.fullmatch(r"-?[0-9]{1,19}", value):
            return int(value)
        if "Boolean" in self.types and value.lower() in ("true", "false"):
            return value.lower() == "true"
        return value if {"String", "Integer", "Boolean", "InputFile"} & {*self.types} else _from_json(value)

    def takes(self, value: Any) -> bool:
        return any(_is(value, kind) for kind in self.types)


def _from_json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is(value: Any, kind: str) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(_is(each, kind.removeprefix("Array of ")) for each in value)
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, {"String": str, "Boolean": bool, "InputFile": Upload | str}.get(kind, dict))


def read(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with their values as the method's types say; those that are not given are left out."""
    fields = FIELDS.get(method, {})
    values = {name: fields[name].read(value) if name in fields else value for name, value in given.items()}
    return {name: value for name, value in values.items() if value is not None}


def check(method: str, params: Mapping[str, Any]) -> None:
    """Raises `ApiError` where a parameter is unknown, missing or of another type. A file may go by its own name."""
    fields = FIELDS[method]
    for name, value in params.items():
        if name not in fields:
            if not (isinstance(value, Upload) and f"attach://{name}" in params.values()):
                raise refused(f'unknown parameter "{name}"')
        elif not fields[name].takes(value):
            raise refused(f'parameter "{name}" must be {" or ".join(fields[name].types)}')
    for name, field in fields.items():
        if field.required and name not in params:
            raise refused(MISSING.get(name, f'parameter "{name}" is required'))
    chat = params.get("chat_id")
    if isinstance(chat, str) and not re.fullmatch(r"@[A-Za-z]\w{3,31}", chat, re.ASCII):
        raise refused('parameter "chat_id" must be an Integer or a name with @')


def _fields(line: str) -> Mapping[str, Field]:
    """`chat_id! Integer|String, text String`: the exclamation mark says what must be given."""
    parts = [part.strip().partition(" ") for part in line.split(",") if part.strip()]
    return {name.rstrip("!"): Field(tuple(types.split("|")), name.endswith("!")) for name, _, types in parts}


MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "document": "there is no document in the request",
    "photo": "there is no photo in the request",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
}
CHAT = "chat_id! Integer|String"
ANY_MARKUP = "InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
SENT = f"""{CHAT}, business_connection_id String, message_thread_id Integer, direct_messages_topic_id Integer,
    parse_mode String, disable_notification Boolean, protect_content Boolean, allow_paid_broadcast Boolean,
    message_effect_id String, suggested_post_parameters SuggestedPostParameters, reply_parameters ReplyParameters,
    reply_markup {ANY_MARKUP}, ephemeral_message_parameters EphemeralMessageParameters"""
EDITED = """business_connection_id String, chat_id Integer|String, message_id Integer, inline_message_id String,
    reply_markup InlineKeyboardMarkup"""
UPDATES = "allowed_updates Array of String"
LANGUAGE = "language_code String"
SCOPE = f"scope BotCommandScope, {LANGUAGE}"
FIELDS: Mapping[str, Mapping[str, Field]] = {
    method: _fields(line)
    for method, line in {
        "getMe": "",
        "getUpdates": f"offset Integer, limit Integer, timeout Integer, {UPDATES}",
        "setWebhook": f"""url! String, certificate InputFile, ip_address String, max_connections Integer, {UPDATES},
            drop_pending_updates Boolean, secret_token String""",
        "deleteWebhook": "drop_pending_updates Boolean",
        "getWebhookInfo": "",
        "sendMessage": f"""{SENT}, text! String, entities Array of MessageEntity,
            link_preview_options LinkPreviewOptions""",
        "sendDocument": f"""{SENT}, document! InputFile|String, thumbnail InputFile, caption String,
            caption_entities Array of MessageEntity, disable_content_type_detection Boolean""",
        "sendPhoto": f"""{SENT}, photo! InputFile|String, caption String, caption_entities Array of MessageEntity,
            show_caption_above_media Boolean, has_spoiler Boolean""",
        "editMessageText": f"""{EDITED}, text String, parse_mode String, entities Array of MessageEntity,
            link_preview_options LinkPreviewOptions, rich_message InputRichMessage""",
        "editMessageReplyMarkup": EDITED,
        "deleteMessage": f"{CHAT}, message_id! Integer",
        "deleteMessages": f"{CHAT}, message_ids! Array of Integer",
        "answerCallbackQuery": """callback_query_id! String, text String, show_alert Boolean, url String,
            cache_time Integer""",
        "sendChatAction": f"{CHAT}, action! String, business_connection_id String, message_thread_id Integer",
        "getChat": CHAT,
        "getChatMember": f"{CHAT}, user_id! Integer",
        "getChatAdministrators": f"{CHAT}, return_bots Boolean",
        "leaveChat": CHAT,
        "setMyCommands": f"commands! Array of BotCommand, {SCOPE}",
        "getMyCommands": SCOPE,
        "deleteMyCommands": SCOPE,
        "setChatMenuButton": "chat_id Integer, menu_button MenuButton",
        "setMyName": f"name String, {LANGUAGE}",
        "getMyName": LANGUAGE,
        "setMyDescription": f"description String, {LANGUAGE}",
        "getMyDescription": LANGUAGE,
        "setMyShortDescription": f"short_description String, {LANGUAGE}",
        "getMyShortDescription": LANGUAGE,
    }.items()
}
