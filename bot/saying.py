"""How a notice is said: in a chat, in the staff group, in place of what was said before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telegram import InputFile
from telegram.error import BadRequest

from bot.database import Transaction
from bot.desk.picture import picture
from bot.kit import Kit
from bot.language import Words
from bot.reply import Reply, Shot
from bot.staff_group import StaffGroup
from bot.telegram.api import UNCHANGED, Api
from bot.telegram.replies import Speaker, inline
from bot.undeliverable import Undeliverable
from flows import listing
from flows.desk import commands
from flows.desk.week import Week
from flows.text import Text

CLOSED = "closed"  # the code of a notice to a chat that was closed to the bot before
NO_STAFF_GROUP = timedelta(minutes=1)  # how long a message to staff waits for a staff group


@dataclass(frozen=True)
class Sending:
    """What one notice comes to: something to send, or the end it has without."""

    send: Callable[[], Awaitable[None]] | None = None
    end: str = ""
    later: datetime | None = None


class Saying:
    """Says words by Telegram. What cannot be said raises Undeliverable or TelegramError."""

    def __init__(self, kit: Kit, api: Api, speaker: Speaker, staff_group: StaffGroup):
        self.kit, self.api, self.speaker, self.staff_group = kit, api, speaker, staff_group

    def to_the_group(self, told: Text | None, now: datetime) -> Sending:
        """A message to staff; None: it holds no more."""
        if told is None:
            return Sending(end="cancelled")
        if self.staff_group.chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        text = self.kit.words(self.kit.days.office.language, now).say(told)
        return Sending(lambda: self.say(self.staff(), text))

    def staff(self) -> int:
        if self.staff_group.chat is None:
            raise Undeliverable(permanent=False, code="no_staff_group")
        return self.staff_group.chat

    async def reached(self, transaction: Transaction, chat: int | None, otherwise: str) -> tuple[str, bool]:
        """The language the person uses now, another where the chat is nobody's; whether the bot may write there."""
        found = await self.kit.store.reached(transaction, chat) if chat is not None else None
        return found or (otherwise, True)

    async def speak(self, reply: Reply) -> None:
        if closed := await self.speaker.speak(reply):
            raise closed

    async def say(
        self, chat: int | None, text: str, buttons: dict[str, Any] | None = None, silent: bool | None = None
    ) -> None:
        how = {"link_preview_options": {"is_disabled": True}, "disable_notification": silent}
        await self.api.call("sendMessage", chat_id=chat, text=text, reply_markup=buttons, **how)

    async def show(self, chat: int | None, grid: Week, below: str, words: Words) -> None:
        """The week as a picture; where Telegram takes none (a group may forbid them), where else it is to be seen."""
        drawn = InputFile(await asyncio.to_thread(picture, grid), "week.png")
        try:
            await self.api.call("sendPhoto", chat_id=chat, photo=drawn, caption=below)
        except BadRequest:
            await self.say(chat, words.say(commands.NO_PICTURE))

    async def edit(self, chat: int | None, message: int, shot: Shot) -> None:
        try:
            await self.api.call(
                "editMessageText", chat_id=chat, message_id=message, text=shot.text, reply_markup=inline(shot)
            )
        except BadRequest as error:
            if UNCHANGED not in str(error).lower():
                raise

    async def delete(self, chat: int | None, message: int | None, words: Words) -> None:
        """A list for staff that Telegram deletes no more says so instead."""
        try:
            await self.api.call("deleteMessage", chat_id=chat, message_id=message)
        except BadRequest:
            if chat != self.staff_group.chat or message is None:
                raise
            await self.edit(chat, message, Shot(words.say(listing.NEWER), (), "", ""))

    async def leave(self, chat: int | None, text: str) -> None:
        """Say so once, and leave; not if the group has become the staff group meanwhile."""
        if chat == self.staff_group.chat:
            return
        try:
            await self.say(chat, text)
        finally:
            await self.api.call("leaveChat", chat_id=chat)
