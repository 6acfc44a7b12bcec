"""The sender: takes what is due from the outbox, looks at the booking again, and sends it by chat, mail or to staff.

Three kinds of failure: for a while (tried again), for good (staff are told, or the other channel is used), given up
after many tries (the same). What no longer holds is cancelled; what came too late expires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
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
from bot.outbox import NOTICE, Notice, backoff
from bot.telegram.api import SHUT_OUT, Api, failure, seconds
from bot.telegram.polling import Lanes
from bot.telegram.replies import Speaker
from bot.turn import Desk, Reply
from flows import announcements, letters, notices
from flows.counter import Booking

log = structlog.get_logger()

Clock = Callable[[], datetime]
AT_ONCE = 30  # notices in hand at one time
LETTERS_AT_ONCE = 10  # beside them: a slow mail server takes no chat's turn
GIVE_UP_AFTER = 13  # tries: about two hours
OFFICE_SIDE = ("staff", "card", "office")
MAILBOX_TRIES = 6  # about three minutes, until staff are told that their mailbox cannot be reached
ANYTHING = notices.Kind("chat")
KINDS = {
    **notices.KINDS,
    **dict.fromkeys(("alert", "welcome_staff", "no_mailbox"), notices.Kind("staff")),
    "no_group": notices.Kind("office"),
}
LETTERS = [name for name, kind in KINDS.items() if kind.channel in ("mail", "office")]
NO_STAFF_GROUP = timedelta(minutes=1)  # how long a message to staff waits for a staff group


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
        # What the bot says by itself it says one after the other, letters likewise: a death then costs one copy.
        self.saying, self._writing = asyncio.Lock(), asyncio.Lock()
        self._in_hand: dict[bool, set[str]] = {True: set(), False: set()}  # letters, and what goes to chats

    async def send_due(self, now: datetime) -> None:
        """Claim what is due and hand it to its lanes: a slow mail server keeps no chat waiting."""
        self.desk.outbox.fresh = False
        await self._take(True, LETTERS_AT_ONCE, now)
        if not self.api.held:
            await self._take(False, AT_ONCE, now)

    async def _take(self, letters: bool, most: int, now: datetime) -> None:
        in_hand = self._in_hand[letters]
        if len(in_hand) >= most:
            return
        which = NOTICE.c.kind.in_(LETTERS)
        for notice in await self.desk.outbox.claim(now, most - len(in_hand), which if letters else ~which):
            if notice.key not in in_hand:
                in_hand.add(notice.key)
                self.lanes.put(self._lane(notice), self._work(notice, in_hand))

    async def hurry(self, errors: Sequence[str]) -> None:
        """A fault is over: what waits for its next try because of it goes now."""
        outbox = self.desk.outbox
        await outbox.database.run(lambda t: outbox.hurry(t, errors, self.clock()))
        self.wake.set()

    def _lane(self, notice: Notice) -> Hashable:
        """In order: all that goes to one chat, all that changes one card, the letters of one booking."""
        channel = KINDS.get(notice.kind, ANYTHING).channel
        if channel == "card":
            return (self.kept.staff_chat, f"{cards.DIALOG_OF[notice.kind]}:{notice.booking_id}")
        return notice.chat_id if channel == "chat" else ("staff" if channel == "staff" else "post", notice.booking_id)

    def _work(self, notice: Notice, in_hand: set[str]) -> Callable[[], Awaitable[None]]:
        turn = self._writing if notice.kind in LETTERS else self.saying

        async def work() -> None:
            try:
                async with turn:
                    await self._deliver(notice, self.clock())
            except Exception as error:
                log.error("a notice could not be handled; its lease will run out", notice=notice.key, **trace(error))
            finally:
                in_hand.discard(notice.key)

        return work

    async def _deliver(self, notice: Notice, now: datetime) -> None:
        sending = await self.desk.store.database.surely(lambda t: self._prepare(t, notice, now))
        if sending is None:
            return
        error: Undeliverable | None = None
        if sending.send:
            try:
                await sending.send()
            except Undeliverable as undeliverable:
                error = undeliverable
            except ChatMigrated as moved:
                error = failure(moved)
                if KINDS.get(notice.kind, ANYTHING).channel in ("staff", "card"):
                    await self.follow_group(moved.new_chat_id)
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
            return Sending(lambda: self.post.to_office(notice, booking))
        language = await self._language(transaction, booking.chat, booking.language)
        if channel == "mail":
            return Sending(lambda: self.post.to_person(notice, booking, language))
        text = self.desk.words(language, now).all(letters.chat(days, notice.kind, booking))
        return Sending(lambda: self._say(booking.chat, text)) if booking.chat else Sending(end="cancelled")

    async def _simple(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending:
        """Notices that belong to no booking."""
        chat, office = notice.chat_id, self.desk.days.office
        words = self.desk.words(await self._language(transaction, chat, office.language), now)
        if notice.kind in ("alert", "no_mailbox"):
            if self.kept.staff_chat is None:
                return Sending(later=now + NO_STAFF_GROUP)
            text = words.say(
                announcements.NO_MAILBOX if notice.kind == "no_mailbox" else announcements.ALERT.given(key=notice.key)
            )
            return Sending(lambda: self._say(self._staff(), text))
        if notice.kind == "no_group":
            return Sending(
                lambda: self.post.of_the_bot(
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
        return Sending(lambda: self._delete(chat, notice.message_id))

    async def _language(self, transaction: Transaction, chat: int | None, otherwise: str) -> str:
        """The language the person uses now; another where the chat is not known any more, or is nobody's."""
        if chat is None:
            return otherwise
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
            await self._tell_the_other_side(transaction, notice, error, now)
        elif await outbox.mark(transaction, notice, _end(sending, error), error.code if error else ""):
            await self._follow(transaction, notice, sending, error, now)

    def _worth_another_try(self, notice: Notice, error: Undeliverable) -> bool:
        """The office is always told in the end; a chat in its time, however long Telegram is away; a mailbox soon."""
        channel = KINDS.get(notice.kind, ANYTHING).channel
        patient = channel == "chat" and notice.not_after is not None
        return channel in OFFICE_SIDE or (not error.permanent and (patient or notice.attempts < GIVE_UP_AFTER))

    async def _tell_the_other_side(
        self, transaction: Transaction, notice: Notice, error: Undeliverable, now: datetime
    ) -> None:
        """Of a staff group where the bot may not write the office gets a letter; of its mailbox, staff a message."""
        channel = KINDS.get(notice.kind, ANYTHING).channel
        no_group = channel in ("staff", "card") and error.code in SHUT_OUT
        no_mailbox = channel == "office" and (error.permanent or notice.attempts >= MAILBOX_TRIES)
        if no_group or no_mailbox:
            about = "no_group" if no_group else "no_mailbox"
            key = f"{about}:{self.desk.days.day_of(now)}"  # once a day
            await self.desk.outbox.put(transaction, key, about, now, now + timedelta(days=1))

    async def follow_group(self, new: int) -> None:
        """Telegram gave the staff group another id."""
        if (old := self.kept.staff_chat) is None or old == new:
            return

        async def work(transaction: Transaction) -> None:
            await self.kept.move_staff_chat(transaction, new)
            await cards.show_anew(self.desk, transaction, old, new, self.clock())

        await self.desk.store.database.surely(work)
        self.kept.staff_chat = new
        self.wake.set()

    async def _follow(
        self, transaction: Transaction, notice: Notice, sending: Sending, error: Undeliverable | None, now: datetime
    ) -> None:
        kind = KINDS.get(notice.kind, ANYTHING)
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
