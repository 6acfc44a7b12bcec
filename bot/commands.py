"""The bot's menu of commands and its profile, in each language that Telegram can tell apart; plain words by default."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bot.language import catalogue
from bot.telegram.api import Api
from flows.desk.commands import MENU
from flows.office import Office
from flows.text import Text

COMMANDS = {
    "start": Text("Start"),
    "book": Text("Book a session"),
    "mine": Text("My booking / cancel"),
    "cancel": Text("Leave the form"),
    "terms": Text("Terms of use"),
    "help": Text("How to use, phone number"),
    "language": Text("Language / ことば"),
    "privacy": Text("How we handle your details"),
}
DESCRIPTION = Text("Booking by chat, at any time.\nPlease do not send your My Number here.\nPhone: {office_phone}")


async def set_commands(bot: Bot, office: Office) -> None:
    """`setMyCommands`, `setMyDescription`: Japanese by default, and English."""
    private = BotCommandScopeAllPrivateChats()
    for language, code in (("ja", None), ("en", "en")):
        words = catalogue(language).gettext
        commands = [BotCommand(name, words(label.sentence)) for name, label in COMMANDS.items()]
        description = words(DESCRIPTION.sentence).format(office_phone=office.phone)
        with suppress(TelegramError):  # a menu that could not be set stops nobody: commands work without it
            await bot.set_my_commands(commands, scope=private, language_code=code)
            await bot.set_my_description(description, language_code=code)


async def set_staff_menu(api: Api, chat: int | None, language: str, names: Sequence[str]) -> None:
    """These commands of staff in their group or in one's own chat; without any those of everybody else again."""
    scope = {"type": "chat", "chat_id": chat}
    with suppress(TelegramError):
        if not names:
            await api.call("deleteMyCommands", scope=scope)
            return
        words = catalogue(language).gettext
        commands = [{"command": name, "description": words(MENU[name].sentence)} for name in names]
        await api.call("setMyCommands", commands=commands, scope=scope)
