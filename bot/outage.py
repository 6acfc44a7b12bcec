"""While the database is away: what people and staff are told without it.

Each chat once in an outage: that there is a fault, and that what was sent has arrived and waits. Staff when it lasts,
and when it is over. All of it is in memory, none of it is promised: it is worth saying now or not at all.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from telegram.error import TelegramError

from bot import kept
from bot.kit import Kit
from bot.language import guess
from bot.staff_group import StaffGroup
from bot.telegram.api import Api
from bot.turn import Incoming
from flows import announcements
from flows.text import Text

PATIENCE_SECONDS = 5.0  # of an outage, until a person who waits is told
STAFF_PATIENCE = 12  # times as long, until staff are told


class Outage:
    """One outage after another; `patience` in seconds of real time."""

    def __init__(self, kit: Kit, api: Api, staff_group: StaffGroup, patience: float = PATIENCE_SECONDS):
        self.kit, self.api, self.staff_group, self.patience = kit, api, staff_group, patience
        self._told: set[int | str] = set()  # chats and presses
        self._staff_told = False

    async def waits(self, incoming: Incoming, now: datetime) -> None:
        """An update waits: after a while its button stops spinning and its chat is told, once."""
        away, press, chat = self.kit.store.database.away_for, incoming.query_id, incoming.chat_id
        if away is None or away < self.patience:
            return
        private = incoming.where == "private"
        words = self.kit.words(guess(incoming.language_code)[0] if private else self.kit.days.office.language, now)
        if press is not None and press not in self._told:
            self._told.add(press)
            await self._try(
                "answerCallbackQuery", callback_query_id=press, text=words.say(announcements.PRESS_WAITS)[:200]
            )
        if private and chat not in self._told:
            self._told.add(chat)
            self.kit.store.overlaid.add(chat)  # the screen that follows comes below it
            await self._try("sendMessage", chat_id=chat, text=words.say(announcements.WAITS))

    async def look(self, now: datetime) -> None:
        """Tell staff of a long outage; find out whether it is over. Raises what the database does while it is not."""
        database = self.kit.store.database
        if (away := database.away_for) is None:
            return
        if away >= self.patience * STAFF_PATIENCE and not self._staff_told:
            self._staff_told = True
            await self._tell_staff(announcements.OUTAGE, now)
        if not await database.answers():
            return
        await kept.note_outage(database, now)
        database.is_back()
        self._told.clear()
        if self._staff_told:
            self._staff_told = False
            await self._tell_staff(announcements.OUTAGE_OVER, now)

    async def _tell_staff(self, text: Text, now: datetime) -> None:
        words = self.kit.words(self.kit.days.office.language, now)
        if self.staff_group.chat is not None:
            await self._try("sendMessage", chat_id=self.staff_group.chat, text=words.say(text))

    async def _try(self, method: str, **values: object) -> None:
        """Once: what fails is not said again, lest it be said twice."""
        with suppress(TelegramError):
            await self.api.call(method, **values)
