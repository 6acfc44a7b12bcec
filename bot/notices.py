"""The sender: takes what is due from the outbox, looks at the booking again, and sends it by chat, mail or to staff.

Three kinds of failure: for a while (tried again), for good (staff are told, or the other channel is used), given up
after many tries (the same). What no longer holds is cancelled; what came too late expires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot import cards
from bot.counter import CONVERSATION
from bot.database import Transaction
from bot.kept import Kept
from bot.letters import Letters
from bot.logs import trace
from bot.mail import Undeliverable
from bot.outbox import Notice, backoff
from bot.telegram.api import Api, failure, seconds
from bot.telegram.polling import Lanes
from bot.telegram.replies import Speaker
from bot.turn import Desk, Reply
from flows import letters, notices
from flows.counter import Booking
from flows.text import Text

log = structlog.get_logger()

Clock = Callable[[], datetime]
AT_ONCE = 30  # notices in hand at one time
GIVE_UP_AFTER = 10  # tries: about two hours
TO_STAFF = ("alert", "welcome_staff")
ANYTHING = notices.Kind("chat")
NO_STAFF_GROUP = timedelta(minutes=1)  # how long a message to staff waits for a staff group

SYSTEM = Text(
    "Sorry, something went wrong on our side. What you did just now is not complete. Requests and bookings that were"
    " already accepted stay as they are.\n"
    "Check them with /mine, and try again a little later. If it is urgent, call {office_phone} ({office_hours})."
)
ALERT = Text("[Fault] An update could not be handled, and its sender was told. The log has the cause: {key}")
STAFF_GROUP = Text("This is the staff group now. New requests appear here; confirm or decline them with the buttons.")
PRIVATE_ONLY = Text("This bot serves private chats only. It leaves this group.")


@dataclass(frozen=True)
class Sending:
    """What one notice comes to: something to send, or the end it has without."""

    send: Callable[[], Awaitable[None]] | None = None
    end: str = ""
    later: datetime | None = None


class Sender:
    """Sends what is due. `wake` is set when something was promised just now."""

    def __init__(
        self, desk: Desk, api: Api, speaker: Speaker, post: Letters, kept: Kept, lanes: Lanes, clock: Clock
    ):  # fmt: skip
        self.desk, self.api, self.speaker, self.post, self.kept, self.lanes = desk, api, speaker, post, kept, lanes
        self.clock = clock
        self.wake = asyncio.Event()
        self._in_hand: set[str] = set()

    async def send_due(self, now: datetime) -> None:
        """Claim what is due and hand it to its lanes: a slow mail server keeps no chat waiting."""
        self.desk.outbox.fresh = False
        await self.desk.outbox.write_done()  # what a reply has done already is not due
        if self.api.held or (room := AT_ONCE - len(self._in_hand)) <= 0:
            return
        for notice in await self.desk.outbox.claim(now, room):
            if notice.key not in self._in_hand:
                self._in_hand.add(notice.key)
                self.lanes.put(self._lane(notice), self._work(notice))

    def _lane(self, notice: Notice) -> Hashable:
        """In order: all that goes to one chat, all that changes one card, the letters of one booking."""
        channel = notices.KINDS[notice.kind].channel if notice.kind in notices.KINDS else "chat"
        if channel == "card":
            return (self.kept.staff_chat, f"{cards.DIALOG_OF[notice.kind]}:{notice.booking_id}")
        return notice.chat_id if channel == "chat" else (channel, notice.booking_id)

    def _work(self, notice: Notice) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            try:
                await self._deliver(notice, self.clock())
            except Exception as error:
                log.error("a notice could not be handled; its lease will run out", notice=notice.key, **trace(error))
            finally:
                self._in_hand.discard(notice.key)

        return work

    async def _deliver(self, notice: Notice, now: datetime) -> None:
        sending = await self.desk.store.database.run(lambda t: self._prepare(t, notice, now))
        if sending is None:
            return
        error: Undeliverable | None = None
        if sending.send:
            try:
                await sending.send()
            except Undeliverable as undeliverable:
                error = undeliverable
            except ChatMigrated as moved:
                await self.kept.move_staff_chat(moved.new_chat_id)
                error = Undeliverable(permanent=False, code="migrated")
            except RetryAfter as held:
                sending = Sending(later=now + timedelta(seconds=seconds(held)))
            except TelegramError as failed:
                error = failure(failed)
        await self.desk.store.database.surely(lambda t: self._note(t, notice, sending, error, now))

    async def _prepare(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending | None:
        """Look at the booking again and put the notice into words; None where its lease has run out meanwhile."""
        if not await self.desk.outbox.renew(transaction, notice):
            return None
        if notice.not_after and now > notice.not_after:
            return Sending(end="expired")
        if notice.booking_id is None:
            return await self._simple(transaction, notice, now)
        booking = await self.desk.counter(transaction, now, None, "").booking(notice.booking_id)
        kind = notices.KINDS[notice.kind]
        if booking is None or not kind.holds(booking):
            return Sending(end="cancelled")
        if morning := notices.wait_for_morning(self.desk.days, notice.kind, now):
            return Sending(later=morning)
        if kind.channel in ("staff", "card") and self.kept.staff_chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        return await self._of_booking(transaction, notice, kind.channel, booking, now)

    async def _of_booking(
        self, transaction: Transaction, notice: Notice, channel: notices.Channel, booking: Booking, now: datetime
    ) -> Sending:
        days, office = self.desk.days, self.desk.days.office
        if channel == "card":
            reply = await cards.refresh(self.desk, transaction, self._staff(), notice.kind, booking, now)
            return Sending(lambda: self._speak(reply))
        if channel == "staff":
            text = self.desk.words(office.language, now).say(letters.staff(days, notice.kind, booking))
            return Sending(lambda: self._say(self._staff(), text))
        if channel == "office":
            return Sending(lambda: self.post.to_office(notice.kind, booking, notice.due_at))
        language = await self._language(transaction, booking.chat, booking.language)
        if channel == "mail":
            return Sending(lambda: self.post.to_person(notice.kind, booking, language, notice.due_at))
        text = self.desk.words(language, now).all(letters.chat(days, notice.kind, booking))
        return Sending(lambda: self._say(booking.chat, text)) if booking.chat else Sending(end="cancelled")

    async def _simple(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """Notices that belong to no booking."""
        chat, office = notice.chat_id, self.desk.days.office
        words = self.desk.words(await self._language(transaction, chat, office.language), now)
        if notice.kind == "alert":
            if self.kept.staff_chat is None:
                return Sending(later=now + NO_STAFF_GROUP)
            return Sending(lambda: self._say(self._staff(), words.say(ALERT.given(key=notice.key))))
        if notice.kind == "welcome_staff":
            return Sending(lambda: self._say(chat, words.say(STAFF_GROUP)))
        if notice.kind == "terms":
            return Sending(lambda: self._say(chat, office.terms.text))
        if notice.kind == "sorry":
            return Sending(lambda: self._say(chat, words.say(SYSTEM)))
        if notice.kind == "leave":
            return Sending(lambda: self._leave(chat, words.say(PRIVATE_ONLY)))
        return Sending(lambda: self._delete(chat, notice.message_id))

    async def _language(self, transaction: Transaction, chat: int | None, otherwise: str) -> str:
        """The language the person uses now; another where the chat is not known any more."""
        spoken = select(CONVERSATION.c.language).where(CONVERSATION.c.chat_id == chat, CONVERSATION.c.subject == "")
        return str((await transaction.execute(spoken)).scalar() or otherwise)

    def _staff(self) -> int:
        if self.kept.staff_chat is None:
            raise Undeliverable(permanent=False, code="no_staff_group")
        return self.kept.staff_chat

    async def _speak(self, reply: Reply) -> None:
        await self.speaker.speak(reply)

    async def _say(self, chat: int | None, text: str) -> None:
        await self.api.call("sendMessage", chat_id=chat, text=text)

    async def _delete(self, chat: int | None, message: int | None) -> None:
        await self.api.call("deleteMessage", chat_id=chat, message_id=message)

    async def _leave(self, chat: int | None, text: str) -> None:
        """Say so once, and leave; not if the group has become the staff group meanwhile."""
        if chat == self.kept.staff_chat:
            return
        try:
            await self._say(chat, text)
        finally:
            await self.api.call("leaveChat", chat_id=chat)

    async def _note(
        self, transaction: Transaction, notice: Notice, sending: Sending, error: Undeliverable | None, now: datetime
    ) -> None:
        """Write down how it ended, and what follows from that, in one transaction."""
        outbox = self.desk.outbox
        if sending.later:
            await outbox.try_again(transaction, notice, sending.later, "")
        elif error and self._worth_another_try(notice, error):
            log.info("not sent yet", notice=notice.key, error=error.code, attempts=notice.attempts)
            await outbox.try_again(transaction, notice, now + backoff(notice.attempts), error.code)
        elif await outbox.mark(transaction, notice, _end(sending, error), error.code if error else ""):
            await self._follow(transaction, notice, sending, error, now)

    def _worth_another_try(self, notice: Notice, error: Undeliverable) -> bool:
        """Staff are always told in the end, whatever happened to their group; people while there is hope.

        What is to be deleted is tried for as long as Telegram lets it be deleted, and then expires.
        """
        to_staff = notice.kind in TO_STAFF or notices.KINDS.get(notice.kind, ANYTHING).channel in ("staff", "card")
        hope = notice.attempts < GIVE_UP_AFTER or notice.kind == "delete"
        return to_staff or (not error.permanent and hope)

    async def _follow(
        self, transaction: Transaction, notice: Notice, sending: Sending, error: Undeliverable | None, now: datetime
    ) -> None:
        kind = notices.KINDS.get(notice.kind, ANYTHING)
        failed = error is not None or sending.end == "expired"
        if kind.channel == "chat" and not failed and not sending.end and notice.kind != "delete" and notice.chat_id:
            await self.desk.store.bury(transaction, notice.chat_id)
        if notice.booking_id is None or (failed and notice.kind == "undelivered"):
            return
        if notice.kind == "confirmed_mail" and sending.end != "cancelled":
            await self._tell(transaction, notice.booking_id, "failed" if failed else "handed", now)
        elif error and kind.channel in ("mail", "chat"):
            log.warning("not delivered", notice=notice.key, error=error.code)
            about = "letter_failed" if kind.channel == "mail" else "undelivered"
            key = f"{about}:{notice.booking_id}"
            await self.desk.outbox.put(transaction, key, about, now, booking_id=notice.booking_id)
        self.wake.set()

    async def _tell(self, transaction: Transaction, booking_id: str, how: notices.How, now: datetime) -> None:
        counter = self.desk.counter(transaction, now, None, "")
        booking = await counter.booking(booking_id)
        if booking is not None:
            await counter.tell(booking, how)


def _end(sending: Sending, error: Undeliverable | None) -> str:
    return "dead" if error else sending.end or "sent"
