"""Notices when their time has come: looked at again, and put into words for a chat, a letter or the staff group."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select
from telegram import InputFile
from telegram.error import BadRequest

from bot import cards, late_letters, lists, measures, turn, waiting
from bot.channels import STAFF_GROUP
from bot.commands import set_staff_menu
from bot.database import Transaction
from bot.desk import chat as staff_chat
from bot.desk import group
from bot.desk.picture import picture
from bot.kit import Kit
from bot.language import Words
from bot.letters import Letters
from bot.outbox import NOTICE, Notice
from bot.reply import Reply, Shot
from bot.staff_group import StaffGroup
from bot.tables import PENDING
from bot.telegram.api import UNCHANGED, Api
from bot.telegram.replies import Speaker, inline
from bot.undeliverable import Undeliverable
from flows import announcements, letters, listing, notices, policy, promises, sentences
from flows.arrival import ARRIVAL
from flows.counter import Booking
from flows.desk import commands
from flows.desk.week import Week
from flows.joining import JOINING
from flows.proposals import PROPOSALS
from flows.text import Text
from flows.waiting import OFFERS

CLOSED = "closed"  # the code of a notice to a chat that was closed to the bot before
NO_STAFF_GROUP = timedelta(minutes=1)  # how long a message to staff waits for a staff group
NOT_TOLD_YET = timedelta(minutes=1)  # how long what waits for another notice waits, until it looks again
DIALOGS = {"proposed": PROPOSALS, "arrived": ARRIVAL, "remind_ten_minutes": JOINING}  # what the bot asks with buttons
STILL_TO_GO = select(NOTICE.c.key).where(NOTICE.c.key == bindparam("message"), PENDING)
LAST_SENT = select(NOTICE.c.key).where(
    NOTICE.c.booking_id == bindparam("booking"), NOTICE.c.kind == bindparam("kind"), NOTICE.c.state == "sent",
    NOTICE.c.ended_at > bindparam("since"),
).limit(1)  # fmt: skip


@dataclass(frozen=True)
class Sending:
    """What one notice comes to: something to send, or the end it has without."""

    send: Callable[[], Awaitable[None]] | None = None
    end: str = ""
    later: datetime | None = None


async def _refused() -> None:
    """A chat that is closed to the bot is not tried again until the person writes."""
    raise Undeliverable(permanent=True, code=CLOSED)


class Notices:
    """Says what a notice comes to now; what it says is sent by whoever asked."""

    def __init__(
        self, kit: Kit, api: Api, speaker: Speaker, letters: Letters, staff_group: StaffGroup, desk_url: str | None
    ):
        self.kit, self.api, self.speaker, self.letters, self.staff_group = kit, api, speaker, letters, staff_group
        self.desk_url = desk_url

    async def prepare(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending | None:
        """Look at the booking again and put the notice into words; None where its lease has run out meanwhile."""
        if not await self.kit.outbox.renew(transaction, notice):
            return None
        too_late = notice.not_after is not None and now > notice.not_after
        if notice.booking_id is None:
            if too_late:
                return Sending(end="expired")
            of_no_booking = {"offered": self._offered, waiting.ENDED: self._offer_over, lists.KIND: self._list}
            simple = of_no_booking.get(notice.kind, self._simple)
            return await simple(transaction, notice, now)
        booking = await self.kit.counter(transaction, now, None, "").booking(notice.booking_id)
        kind = notices.KINDS[notice.kind]
        if booking is None:
            return Sending(end="cancelled")
        if kind.channel == "mail" and booking.chat is not None:
            _, open_ = await self._reached(transaction, booking.chat, booking.language)
            booking = booking if open_ else replace(booking, chat=None)  # a chat that is closed is none
        if not too_late and await self._waits(transaction, notice, booking):
            return Sending(later=now + NOT_TOLD_YET)
        if not kind.holds(booking) or await self._again_too_soon(transaction, notice, now):
            return Sending(end="cancelled")
        if too_late:
            return Sending(end="expired")
        if morning := promises.wait_for_morning(self.kit.days, notice.kind, now, booking.slot.start):
            return Sending(later=morning)
        if kind.channel in STAFF_GROUP and self.staff_group.chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        return await self._of_booking(transaction, notice, kind.channel, booking, now)

    async def _waits(self, transaction: Transaction, notice: Notice, booking: Booking) -> bool:
        """A reminder for the confirmation; a letter for whoever has no chat, until the message has found it open."""
        if promises.waits_for_the_letter(notice.kind, booking):
            return True
        of = {"message": notice.key.replace("_mail:", ":", 1)}
        only_without_chat = promises.is_for_no_chat(notice.kind, booking)
        return only_without_chat and (await transaction.execute(STILL_TO_GO, of)).first() is not None

    async def _again_too_soon(self, transaction: Transaction, notice: Notice, now: datetime) -> bool:
        """One of its kind went out some hours ago, for another time of the booking."""
        if notice.kind not in notices.NOT_AGAIN_SOON:
            return False
        since = now - timedelta(hours=self.kit.days.office.remind_day_before_apart_hours)
        of = {"booking": notice.booking_id, "kind": notice.kind, "since": since}
        return (await transaction.execute(LAST_SENT, of)).first() is not None

    async def _of_booking(
        self, transaction: Transaction, notice: Notice, channel: notices.Channel, booking: Booking, now: datetime
    ) -> Sending:
        days, office = self.kit.days, self.kit.days.office
        if channel == "card":
            reply = await cards.refresh(self.kit, transaction, self._staff(), notice.kind, booking, now)
            return Sending(lambda: self._speak(reply)) if reply else Sending(end="cancelled")
        if channel == "staff":
            text = self.kit.words(office.language, now).say(letters.staff(days, notice.kind, booking))
            return Sending(lambda: self._say(self._staff(), text))
        if channel == "office":
            return Sending(lambda: self.letters.to_office(notice, booking))
        language, open_ = await self._reached(transaction, booking.chat, booking.language)
        more = await self._of_people(transaction, notice)
        if more is None:
            return Sending(end="cancelled")
        if notice.kind in sentences.OFFERS_FREE_TIMES:
            more = {"times": await self._free(transaction, booking, now)}
        if channel == "mail":
            return Sending(lambda: self.letters.to_person(notice, booking, language, more))
        if booking.chat is None:
            return Sending(end="cancelled")
        if not open_:
            return Sending(_refused)
        if dialog := DIALOGS.get(notice.kind):
            asked = await turn.ask(self.kit, transaction, dialog, booking, now)
            return Sending(partial(self._speak, asked) if asked else None)
        text = self.kit.words(language, now).all(letters.chat(days, notice.kind, booking, more))
        return Sending(lambda: self._say(booking.chat, text))

    async def _free(self, transaction: Transaction, booking: Booking, now: datetime) -> tuple[Text, ...]:
        """The next times that can be asked for, in words."""
        counter = self.kit.counter(transaction, now, booking.chat, booking.language)
        free = await counter.free(policy.days_to_offer(self.kit.days, now))
        return letters.next_free(self.kit.days, free)

    async def _of_people(self, transaction: Transaction, notice: Notice) -> Mapping[str, Any] | None:
        """What the words of a notice about a measure or an objection name; None where it does not hold any more."""
        if notice.kind not in notices.OF_PEOPLE:
            return {}
        return await measures.facts(transaction, self.kit.seal, notice.kind, notice.key)

    async def _simple(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """Notices that belong to no booking."""
        chat, office = notice.chat_id, self.kit.days.office
        if notice.kind.startswith(staff_chat.PREFIX):
            told = await staff_chat.answer(self.kit, transaction, notice, now, self.desk_url, self.api.bot.username)
            return Sending(lambda: self._answer(notice, told, now)) if told.text else Sending(end="cancelled")
        if notice.kind in group.NEWS:
            return self._to_the_group(await group.news(self.kit, transaction, notice.kind), now)
        if notice.kind == late_letters.KIND:
            return self._to_the_group(await late_letters.words(transaction, self.kit.days), now)
        language, _ = await self._reached(transaction, chat, office.language)
        words = self.kit.words(language, now)
        if notice.kind in ("alert", "no_mailbox"):
            alert = announcements.ALERT.given(key=notice.key)
            return self._to_the_group(announcements.NO_MAILBOX if notice.kind == "no_mailbox" else alert, now)
        if notice.kind == "no_group":
            return Sending(
                lambda: self.letters.of_the_bot(
                    notice.key, announcements.NO_GROUP, announcements.NO_GROUP_BODY, notice.due_at
                )
            )
        if notice.kind == "welcome_staff":
            return Sending(lambda: self._say(chat, words.say(announcements.STAFF_GROUP)))
        if notice.kind == "terms":
            return Sending(lambda: self._say(chat, office.terms.text))
        if notice.kind == "sorry":
            return Sending(lambda: self._say(chat, words.say(announcements.SYSTEM)))
        if notice.kind == "leave":
            return Sending(lambda: self._leave(chat, words.say(announcements.PRIVATE_ONLY)))
        return Sending(lambda: self._delete(chat, notice.message_id, words))

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
        return Sending(partial(self._speak, asked) if asked else None)

    async def _offer_over(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """It ran out: their phone need not ring for it."""
        told = await waiting.ended(transaction, self.kit.days, notice.chat_id, notice.key)
        language, open_ = await self._reached(transaction, notice.chat_id, self.kit.days.office.language)
        if told is None or not open_:
            return Sending(end="cancelled")
        if morning := promises.wait_for_morning(self.kit.days, notice.kind, now):
            return Sending(later=morning)
        text = self.kit.words(language, now).say(told)
        return Sending(lambda: self._say(notice.chat_id, text, silent=True))

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
        chat, outbox = self._staff(), self.kit.outbox
        message = await self.api.call("sendMessage", chat_id=chat, text=text)
        await outbox.database.run(lambda t: lists.sent(t, outbox, notice, chat, int(message["message_id"]), now))

    def _to_the_group(self, told: Text | None, now: datetime) -> Sending:
        """A message to staff; None: it holds no more."""
        if told is None:
            return Sending(end="cancelled")
        if self.staff_group.chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        text = self.kit.words(self.kit.days.office.language, now).say(told)
        return Sending(lambda: self._say(self._staff(), text))

    async def _answer(self, notice: Notice, told: staff_chat.Told, now: datetime) -> None:
        """An answer to staff: in place of the message whose button was pressed, or below."""
        words = self.kit.words(told.language, now)
        shot = Shot(words.all(told.text), words.buttons(told.rows), told.flow, "")
        if told.menu:
            await set_staff_menu(self.api, notice.chat_id, told.language if told.menu == "set" else None)
        if told.week:
            await self._show(notice.chat_id, told.week, shot.text, words)
        elif notice.message_id is None:
            await self._say(notice.chat_id, shot.text, inline(shot))
        else:
            await self._edit(notice.chat_id, notice.message_id, shot)

    async def _show(self, chat: int | None, grid: Week, below: str, words: Words) -> None:
        """The week as a picture; where Telegram takes none (a group may forbid them), where else it is to be seen."""
        drawn = InputFile(await asyncio.to_thread(picture, grid), "week.png")
        try:
            await self.api.call("sendPhoto", chat_id=chat, photo=drawn, caption=below)
        except BadRequest:
            await self._say(chat, words.say(commands.NO_PICTURE))

    async def _edit(self, chat: int | None, message: int, shot: Shot) -> None:
        try:
            await self.api.call(
                "editMessageText", chat_id=chat, message_id=message, text=shot.text, reply_markup=inline(shot)
            )
        except BadRequest as error:
            if UNCHANGED not in str(error).lower():
                raise

    async def _reached(self, transaction: Transaction, chat: int | None, otherwise: str) -> tuple[str, bool]:
        """The language the person uses now, another where the chat is nobody's; whether the bot may write there."""
        found = await self.kit.store.reached(transaction, chat) if chat is not None else None
        return found or (otherwise, True)

    def _staff(self) -> int:
        if self.staff_group.chat is None:
            raise Undeliverable(permanent=False, code="no_staff_group")
        return self.staff_group.chat

    async def _speak(self, reply: Reply) -> None:
        if closed := await self.speaker.speak(reply):
            raise closed

    async def _say(
        self, chat: int | None, text: str, buttons: dict[str, Any] | None = None, silent: bool | None = None
    ) -> None:
        how = {"link_preview_options": {"is_disabled": True}, "disable_notification": silent}
        await self.api.call("sendMessage", chat_id=chat, text=text, reply_markup=buttons, **how)

    async def _delete(self, chat: int | None, message: int | None, words: Words) -> None:
        """A list for staff that Telegram deletes no more says so instead."""
        try:
            await self.api.call("deleteMessage", chat_id=chat, message_id=message)
        except BadRequest:
            if chat != self.staff_group.chat or message is None:
                raise
            await self._edit(chat, message, Shot(words.say(listing.NEWER), (), "", ""))

    async def _leave(self, chat: int | None, text: str) -> None:
        """Say so once, and leave; not if the group has become the staff group meanwhile."""
        if chat == self.staff_group.chat:
            return
        try:
            await self._say(chat, text)
        finally:
            await self.api.call("leaveChat", chat_id=chat)
