"""The sender: takes what is due from the outbox and sends it; what follows from how that went is written down with it.

Three kinds of failure: for a while (tried again while it is of use), for good (staff are told, or the other channel is
used), given up (the same). A mail server that is away for a day loses nothing: staff see which letters wait, and may
settle by phone what presses. What no longer holds is cancelled; what came too late expires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta

import structlog
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot import addresses, cards, late_letters, urls
from bot.channels import ANSWER, CONFIRMATION, LETTER, REMINDER, STAFF, STAFF_GROUP, channel
from bot.database import Transaction
from bot.kit import Kit
from bot.lanes import Lanes, Work
from bot.late_letters import MANY_TRIES
from bot.logs import trace
from bot.notices import DIALOGS, Notices
from bot.outbox import Notice, backoff
from bot.post import AWAY
from bot.ranks import Turns
from bot.saying import CLOSED, Sending
from bot.staff_group import StaffGroup
from bot.telegram.api import SHUT_OUT, Api, failure, seconds
from bot.telegram.budget import ranked
from bot.undeliverable import Undeliverable
from flows import notices
from flows.lifecycle import CONFIRMED
from flows.notices import AFTER_A_LETTER, CONFIRMING, How

log = structlog.get_logger()

TOLD_BY_STAFF = ("by_hand", "by_phone")  # how a confirmation was settled: no letter is told of any more
IS_THE_CARD = ("delete", "offered", *DIALOGS)  # nothing stands below a chat's card after these
AT_ONCE = {
    LETTER: 10,
    ANSWER: 30,
    CONFIRMATION: 30,
    REMINDER: 60,
    STAFF: 20,
}  # notices in hand at one time
MANY, SIDE_BY_SIDE = 20, 4  # with so many reminders in hand, so many messages are on their way at one time
FOR_A_CARD = 2  # messages at most: the old one loses its buttons, and a new one comes
LONGEST = timedelta(days=7)  # that a letter is tried which has no end
MAILBOX_TRIES = 6  # about three minutes, until staff are told that their mailbox cannot be reached


class Sender:
    """Sends what is due. `wake` is set when something was promised just now."""

    def __init__(
        self, kit: Kit, api: Api, notices: Notices, staff_group: StaffGroup, lanes: Lanes,
        clock: Callable[[], datetime],
    ):  # fmt: skip
        self.kit, self.api, self.notices, self.staff_group, self.lanes = kit, api, notices, staff_group, lanes
        self.clock = clock
        self.wake = asyncio.Event()
        self._in_hand: dict[int, set[str]] = {of_rank: set() for of_rank in AT_ONCE}
        self._claimed_again: dict[str, Notice] = {}
        # What the bot says by itself it says one after the other, letters likewise: a death then costs one copy. Many
        # reminders go a few side by side, no two to one person: a death then costs a copy to each of a few people.
        self.saying, self._writing = Turns(self._side_by_side), Turns(lambda: 1)
        self._to_staff = Turns(lambda: 1)
        self._post_away = False  # the mail server could not be reached when the last letter was tried

    async def send_due(self, now: datetime) -> None:
        """Claim what is due and hand it to its lanes: a slow mail server keeps no chat waiting."""
        self.kit.outbox.fresh = False
        room = {of_rank: most - len(self._in_hand[of_rank]) for of_rank, most in AT_ONCE.items()}
        if self.api.held:
            room = {LETTER: room[LETTER]}
        for notice in await self.kit.outbox.claim(now, room):
            self._take(notice)

    def _take(self, notice: Notice) -> None:
        """Into its lane; or, where the try before has put it back and not let go of it yet, after that."""
        in_hand = self._in_hand[notice.rank]
        if notice.key in in_hand:
            self._claimed_again[notice.key] = notice
        else:
            in_hand.add(notice.key)
            self.lanes.put(self._lane(notice), self._work(notice, notice.rank))

    def _side_by_side(self) -> int:
        return SIDE_BY_SIDE if len(self._in_hand[REMINDER]) >= MANY else 1

    async def hurry(self, errors: Sequence[str]) -> None:
        """A fault is over: what waits for its next try because of it goes now."""
        outbox = self.kit.outbox
        await outbox.database.run(lambda t: outbox.hurry(t, errors, self.clock()))
        self.wake.set()

    def _lane(self, notice: Notice) -> Hashable:
        """In order: all that goes to one chat, all that changes one card, the letters of one booking."""
        way = channel(notice.kind)
        if way == "card":
            return (self.staff_group.chat, f"{cards.DIALOG_OF[notice.kind]}:{notice.booking_id}")
        return notice.chat_id if way == "chat" else ("staff" if way == "staff" else "post", notice.booking_id)

    def _work(self, notice: Notice, of_rank: int) -> Work:
        in_hand = self._in_hand[of_rank]

        async def work() -> None:
            try:
                with ranked(of_rank):
                    await self._in_turn(notice, of_rank)
            except Exception as error:
                log.error("a notice could not be handled; its lease will run out", notice=notice.key, **trace(error))
            finally:
                in_hand.discard(notice.key)
                if again := self._claimed_again.pop(notice.key, None):
                    self._take(again)
                elif len(in_hand) == AT_ONCE[of_rank] // 2:
                    self.wake.set()  # there may be more

        return work

    async def _in_turn(self, notice: Notice, of_rank: int) -> None:
        if of_rank == LETTER:
            async with self._writing.turn(LETTER):
                await self._deliver(notice, self.clock())
        elif of_rank == STAFF:
            async with self._to_staff.turn(STAFF):  # the group's minute is waited for before anybody else has to wait
                if self.staff_group.chat is not None:
                    await self.api.budget.room(self.staff_group.chat, FOR_A_CARD)
                await self._say(notice, STAFF)
        else:
            await self._say(notice, of_rank)

    async def _say(self, notice: Notice, of_rank: int) -> None:
        async with self.saying.turn(of_rank):
            await self._deliver(notice, self.clock())

    async def _deliver(self, notice: Notice, now: datetime) -> None:
        sending = await self.kit.store.database.surely(lambda t: self.notices.prepare(t, notice, now))
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
                if channel(notice.kind) in STAFF_GROUP:
                    await self.follow_group(moved.new_chat_id)
            except RetryAfter as held:
                sending = Sending(later=now + timedelta(seconds=seconds(held)))
            except TelegramError as failed:
                error = failure(failed)
        await self.kit.store.database.surely(lambda t: self._note(t, notice, sending, error, now))
        if notice.rank == LETTER and sending.send:
            was_away, self._post_away = self._post_away, error is not None and error.code in AWAY
            if was_away and not self._post_away:
                await self.hurry(AWAY)

    async def _note(
        self, transaction: Transaction, notice: Notice, sending: Sending, error: Undeliverable | None, now: datetime
    ) -> None:
        """Write down how it ended, and what follows from that, in one transaction."""
        outbox = self.kit.outbox
        if sending.later:
            await outbox.wait(transaction, notice, sending.later)
        elif error and self._worth_another_try(notice, error, now):
            log.info("not sent yet", notice=notice.key, error=error.code, attempts=notice.attempts)
            await outbox.try_again(transaction, notice, now + backoff(notice.attempts), error.code)
            await self._tell_the_other_side(transaction, notice, error, now)
        elif await outbox.mark(transaction, notice, _end(sending, error), error.code if error else "", now):
            await self._follow(transaction, notice, sending, error, now)

    def _worth_another_try(self, notice: Notice, error: Undeliverable, now: datetime) -> bool:
        """The office is always told in the end; a chat and an address in their time, however long the way is closed."""
        way = channel(notice.kind)
        if way in (*STAFF_GROUP, "office") or error.permanent:
            return way in (*STAFF_GROUP, "office")
        endless = now < notice.due_at + LONGEST if way == "mail" else notice.attempts < MANY_TRIES
        return notice.not_after is not None or endless

    async def _tell_the_other_side(
        self, transaction: Transaction, notice: Notice, error: Undeliverable, now: datetime
    ) -> None:
        """Of a staff group where the bot may not write the office gets a letter; of its mailbox, staff a message, and
        of letters to people that wait for long. 第4条(2)b: what would confirm a booking, staff can settle meanwhile.
        """
        way, day = channel(notice.kind), self.kit.days.day_of(now)
        waits = {
            "no_group": way in STAFF_GROUP and error.code in SHUT_OUT,
            "no_mailbox": way == "office" and (error.permanent or notice.attempts >= MAILBOX_TRIES),
            late_letters.KIND: way == "mail" and notice.attempts >= MANY_TRIES,
        }
        for about in (kind for kind, so in waits.items() if so):  # once a day
            await self.kit.outbox.put(transaction, f"{about}:{day}", about, now, now + timedelta(days=1))
        if waits[late_letters.KIND] and notice.kind in CONFIRMING and notice.booking_id:
            await self._tell(transaction, notice.booking_id, "failed", now)

    async def follow_group(self, new: int) -> None:
        """Telegram gave the staff group another id."""
        if (old := self.staff_group.chat) is None or old == new:
            return

        async def work(transaction: Transaction) -> None:
            await self.staff_group.move(transaction, new)
            await cards.show_anew(self.kit, transaction, old, new, self.clock())

        await self.kit.store.database.surely(work)
        self.staff_group.chat = new
        self.wake.set()

    async def _follow(
        self, transaction: Transaction, notice: Notice, sending: Sending, error: Undeliverable | None, now: datetime
    ) -> None:
        way = channel(notice.kind)
        failed = error is not None or sending.end == "expired"
        if way == "chat" and not failed and not sending.end and notice.kind not in IS_THE_CARD and notice.chat_id:
            await self.kit.store.bury(transaction, notice.chat_id)
        if error and error.code in SHUT_OUT and way == "chat" and notice.chat_id:
            await self.kit.store.close(transaction, notice.chat_id, now)
        if notice.booking_id is None or (failed and notice.kind == "undelivered"):
            return
        if notice.kind in AFTER_A_LETTER and not failed and not sending.end:
            await self._url_is_there(transaction, notice.booking_id, AFTER_A_LETTER[notice.kind], now)
        if notice.kind in CONFIRMING and (sending.end != "cancelled" or notice.may_have_arrived):
            await self._tell(transaction, notice.booking_id, "failed" if failed else "handed", now)
        elif (error and way in ("mail", "chat")) or (
            way == "mail" and failed and await self._missed(transaction, notice, now)
        ):
            log.warning("not delivered", notice=notice.key, error=error.code if error else "too late")
            about = "letter_failed" if way == "mail" else "undelivered"
            key = f"{about}:{notice.booking_id}"
            await self.kit.outbox.put(transaction, key, about, now, booking_id=notice.booking_id)
            if error and way == "chat":
                await self._by_mail_instead(transaction, notice, error, now)
        self.wake.set()

    async def _missed(self, transaction: Transaction, notice: Notice, now: datetime) -> bool:
        """A letter that came too late is missed, also where it was not tried once because the bot was away; but not
        a reminder of a session that has begun, or one that another reminder follows.
        """
        if channel(notice.kind) != "mail":
            return False
        if notice.attempts > 1 or notice.kind not in notices.REMINDERS:
            return True
        booking = await self.kit.counter(transaction, now, None, "").booking(notice.booking_id or "")
        return notice.kind not in notices.ANOTHER_FOLLOWS and booking is not None and now < booking.slot.start

    async def _by_mail_instead(
        self, transaction: Transaction, notice: Notice, error: Undeliverable, now: datetime
    ) -> None:
        """Whoever has blocked the bot gets letters only: from now on, and this one if there is a letter for it."""
        letter = f"{notice.kind}_mail"
        if letter in notices.KINDS and letter not in CONFIRMING and error.code in (*SHUT_OUT, CLOSED):
            key = notice.key.replace(notice.kind, letter, 1)
            references = {"booking_id": notice.booking_id, "chat_id": notice.chat_id}
            await self.kit.outbox.put(transaction, key, letter, now, notice.not_after, **references)

    async def _tell(self, transaction: Transaction, booking_id: str, how: How, now: datetime) -> None:
        counter = self.kit.counter(transaction, now, None, "")
        booking = await counter.booking(booking_id)
        if booking is None or (booking.told, how) == ("failed", "failed"):
            return
        if booking.told in TOLD_BY_STAFF and booking.state == CONFIRMED:
            if how == "handed":  # they know; but now a cancellation has an entry to take out of their calendar
                booking.told = how
                await counter.write(booking, None)
            return
        if booking.told == "failed":
            await addresses.settled(counter, booking)
        await counter.tell(booking, how)

    async def _url_is_there(self, transaction: Transaction, booking_id: str, then: str, now: datetime) -> None:
        counter = self.kit.counter(transaction, now, None, "")
        booking = await counter.booking(booking_id)
        if booking is not None:
            booking.url_sent = True
            await urls.note_sent(transaction, self.kit.seal, booking)
            await counter.note(booking, then, by_staff=False)


def _end(sending: Sending, error: Undeliverable | None) -> str:
    return "dead" if error else sending.end or "sent"
