"""The bot's own face: its commands, name, descriptions and menu button, for each scope and language.

What one language does not have is not filled in from another, except where the Bot API itself does it: the texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.playground.cloud import Cloud
from bot.playground.strictness import Json, refused

Params = Mapping[str, Any]
Method = Callable[[Cloud, Params], Any]


def _place(cloud: Cloud, params: Params) -> tuple[Any, ...]:
    """Where commands belong: the scope with its chat and person, and the language."""
    scope = params.get("scope") or {"type": "default"}
    if "chat_id" in scope:
        cloud.known(scope["chat_id"])
    return ("commands", scope["type"], scope.get("chat_id"), scope.get("user_id"), _language(params))


def _language(params: Params) -> str:
    code = str(params.get("language_code") or "")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise refused("invalid language code specified")
    return code


def set_my_commands(cloud: Cloud, params: Params) -> bool:
    place, commands = _place(cloud, params), params.get("commands")
    if not isinstance(commands, list):
        raise refused("can't parse commands: expected an Array of BotCommand")
    if len(commands) > 100:
        raise refused("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command"))):
            raise refused("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description") or "")) <= 256:
            raise refused("BOT_COMMAND_DESCRIPTION_INVALID")
    cloud.settings[place] = commands
    cloud.tell("profile", place)
    return True


def get_my_commands(cloud: Cloud, params: Params) -> list[Json]:
    return list(cloud.settings.get(_place(cloud, params), []))


def delete_my_commands(cloud: Cloud, params: Params) -> bool:
    place = _place(cloud, params)
    cloud.settings.pop(place, None)
    cloud.tell("profile", place)
    return True


def _setting(name: str, limit: int) -> tuple[Method, Method]:
    """The setter and the getter of one of the bot's texts, kept for each language; `limit` in characters."""

    def set_it(cloud: Cloud, params: Params) -> bool:
        text = str(params.get(name) or "")
        if len(text) > limit:
            raise refused(f"bot {name.replace('_', ' ')} is too long")
        place = name, _language(params)
        cloud.settings[place] = text
        cloud.tell("profile", place)
        return True

    def get_it(cloud: Cloud, params: Params) -> Json:
        default = cloud.settings.get((name, ""), cloud.bot["first_name"] if name == "name" else "")
        return {name: cloud.settings.get((name, _language(params))) or default}

    return set_it, get_it


def set_chat_menu_button(cloud: Cloud, params: Params) -> bool:
    button = params.get("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise refused("menu button has unsupported type")
    chat = cloud.known(params["chat_id"]) if params.get("chat_id") else None
    cloud.settings["menu_button", chat and chat.id] = button
    return True


set_my_name, get_my_name = _setting("name", 64)
set_my_description, get_my_description = _setting("description", 512)
set_my_short_description, get_my_short_description = _setting("short_description", 120)

PROFILE: Mapping[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
}
