"""Notices that belong to no booking: what is told of the bot itself, lists and answers for staff, a time for whoever
waits.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot import late_letters, lists, turn, waiting
from bot.commands import set_staff_menu
from bot.database import Transaction
from bot.desk import chat as staff_chat
from bot.desk import group
from bot.letters import Letters
from bot.outbox import Notice
from bot.reply import Shot
from bot.saying import NO_STAFF_GROUP, Saying, Sending
from bot.telegram.replies import inline
from flows import announcements, promises
from flows.waiting import OFFERS


class Announcing:
    """Puts them into words; `desk_url` is where staff find the desk."""

    def __init__(self, saying: Saying, letters: Letters, desk_url: str | None):
        self.saying, self.letters, self.desk_url = saying, letters, desk_url
        self.kit, self.api, self.staff_group = saying.kit, saying.api, saying.staff_group

    async def prepare(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """What such a notice comes to now."""
        others = {"offered": self._offered, waiting.ENDED: self._offer_over, lists.KIND: self._list}
        return await others.get(notice.kind, self._simple)(transaction, notice, now)

    async def _simple(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        chat, office = notice.chat_id, self.kit.days.office
        if notice.kind.startswith(staff_chat.PREFIX):
            told = await staff_chat.answer(self.kit, transaction, notice, now, self.desk_url, self.api.bot.username)
            return Sending(lambda: self._answer(notice, told, now)) if told.text else Sending(end="cancelled")
        if notice.kind in group.NEWS:
            return self.saying.to_the_group(await group.news(self.kit, transaction, notice.kind), now)
        if notice.kind == late_letters.KIND:
            return self.saying.to_the_group(await late_letters.words(transaction, self.kit.days), now)
        language, _ = await self.saying.reached(transaction, chat, office.language)
        words = self.kit.words(language, now)
        if notice.kind in ("alert", "no_mailbox"):
            alert = announcements.ALERT.given(key=notice.key)
            return self.saying.to_the_group(announcements.NO_MAILBOX if notice.kind == "no_mailbox" else alert, now)
        if notice.kind == "no_group":
            return Sending(
                lambda: self.letters.of_the_bot(
                    notice.key, announcements.NO_GROUP, announcements.NO_GROUP_BODY, notice.due_at
                )
            )
        if notice.kind == "welcome_staff":
            return Sending(lambda: self.saying.say(chat, words.say(announcements.STAFF_GROUP)))
        if notice.kind == "terms":
            return Sending(lambda: self.saying.say(chat, office.terms.text))
        if notice.kind == "sorry":
            return Sending(lambda: self.saying.say(chat, words.say(announcements.SYSTEM)))
        if notice.kind == "leave":
            return Sending(lambda: self.saying.leave(chat, words.say(announcements.PRIVATE_ONLY)))
        return Sending(lambda: self.saying.delete(chat, notice.message_id, words))

    async def _offered(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """A time that is kept for somebody who waits, if it still is."""
        wish = await waiting.of_chat(transaction, notice.chat_id)
        kept = wish is not None and wish.until is not None and now < wish.until
        if not kept or wish is None or wish.slot is None or notice.chat_id is None:
            return Sending(end="cancelled")
        if morning := promises.wait_for_morning(self.kit.days, notice.kind, now, wish.slot.start):
            return Sending(later=morning)
        language = self.kit.days.office.language
        asked = await turn.ask_in(self.kit, transaction, notice.chat_id, language, OFFERS, notice.key, now)
        return Sending(partial(self.saying.speak, asked) if asked else None)

    async def _offer_over(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """It ran out: their phone need not ring for it."""
        told = await waiting.ended(transaction, self.kit.days, notice.chat_id, notice.key)
        language, open_ = await self.saying.reached(transaction, notice.chat_id, self.kit.days.office.language)
        if told is None or not open_:
            return Sending(end="cancelled")
        if morning := promises.wait_for_morning(self.kit.days, notice.kind, now):
            return Sending(later=morning)
        text = self.kit.words(language, now).say(told)
        return Sending(lambda: self.saying.say(notice.chat_id, text, silent=True))

    async def _list(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """The open requests as they are now."""
        if self.staff_group.chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        told = await lists.words(transaction, self.kit.days, now)
        if told is None:
            return Sending(end="cancelled")
        text = self.kit.words(self.kit.days.office.language, now).say(told)
        return Sending(lambda: self._say_the_list(notice, text, now))

    async def _say_the_list(self, notice: Notice, text: str, now: datetime) -> None:
        chat, outbox = self.saying.staff(), self.kit.outbox
        message = await self.api.call("sendMessage", chat_id=chat, text=text)
        await outbox.database.run(lambda t: lists.sent(t, outbox, notice, chat, int(message["message_id"]), now))

    async def _answer(self, notice: Notice, told: staff_chat.Told, now: datetime) -> None:
        """An answer to staff: in place of the message whose button was pressed, or below."""
        words = self.kit.words(told.language, now)
        shot = Shot(words.all(told.text), words.buttons(told.rows), told.flow, "")
        if told.menu is not None:
            await set_staff_menu(self.api, notice.chat_id, told.language, told.menu)
        if told.week:
            await self.saying.show(notice.chat_id, told.week, shot.text, words)
        elif notice.message_id is None:
            await self.saying.say(notice.chat_id, shot.text, inline(shot))
        else:
            await self.saying.edit(notice.chat_id, notice.message_id, shot)
