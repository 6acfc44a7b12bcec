"""Notices when their time has come: looked at again, and put into words for a chat, a letter or the staff group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from bot import cards, measures, turn
from bot.announcing import Announcing
from bot.database import Transaction
from bot.letters import Letters
from bot.outbox import NOTICE, Notice
from bot.saying import CLOSED, NO_STAFF_GROUP, Saying, Sending
from bot.tables import PENDING
from bot.undeliverable import Undeliverable
from flows import letters, notices, policy, promises, sentences
from flows.arrival import ARRIVAL
from flows.counter import Booking
from flows.joining import JOINING
from flows.proposals import PROPOSALS
from flows.text import Text

NOT_TOLD_YET = timedelta(minutes=1)  # how long what waits for another notice waits, until it looks again
DIALOGS = {"proposed": PROPOSALS, "arrived": ARRIVAL, "remind_ten_minutes": JOINING}  # what the bot asks with buttons
STILL_TO_GO = select(NOTICE.c.key).where(NOTICE.c.key == bindparam("message"), PENDING)
LAST_SENT = select(NOTICE.c.key).where(
    NOTICE.c.booking_id == bindparam("booking"), NOTICE.c.kind == bindparam("kind"), NOTICE.c.state == "sent",
    NOTICE.c.ended_at > bindparam("since"),
).limit(1)  # fmt: skip


async def _refused() -> None:
    """A chat that is closed to the bot is not tried again until the person writes."""
    raise Undeliverable(permanent=True, code=CLOSED)


class Notices:
    """Says what a notice comes to now; what it says is sent by whoever asked."""

    def __init__(self, saying: Saying, letters: Letters, desk_url: str | None):
        self.saying, self.letters = saying, letters
        self.announcing = Announcing(saying, letters, desk_url)
        self.kit, self.staff_group = saying.kit, saying.staff_group

    async def prepare(self, transaction: Transaction, notice: Notice, now: datetime) -> Sending | None:
        """Look at the booking again and put the notice into words; None where its lease has run out meanwhile."""
        if not await self.kit.outbox.renew(transaction, notice):
            return None
        too_late = notice.not_after is not None and now > notice.not_after
        if notice.booking_id is not None:
            return await self._prepare(transaction, notice, notice.booking_id, too_late, now)
        return Sending(end="expired") if too_late else await self.announcing.prepare(transaction, notice, now)

    async def _prepare(
        self, transaction: Transaction, notice: Notice, booking_id: str, too_late: bool, now: datetime
    ) -> Sending:
        booking = await self.kit.counter(transaction, now, None, "").booking(booking_id)
        kind = notices.KINDS[notice.kind]
        if booking is None:
            return Sending(end="cancelled")
        language, open_ = booking.language, True
        if kind.channel in ("chat", "mail"):
            language, open_ = await self.saying.reached(transaction, booking.chat, booking.language)
        if kind.channel == "mail" and not open_:
            booking = replace(booking, chat=None)  # a chat that is closed is none
        if not too_late and await self._waits(transaction, notice, booking):
            return Sending(later=now + NOT_TOLD_YET)
        if not kind.holds(booking) or await self._again_too_soon(transaction, notice, now):
            return Sending(end="cancelled")
        if too_late:
            return Sending(end="expired")
        if morning := promises.wait_for_morning(self.kit.days, notice.kind, now, booking.slot.start):
            return Sending(later=morning)
        if kind.channel in ("chat", "mail"):
            return await self._to_person(transaction, notice, booking, language, open_, now)
        return await self._to_staff(transaction, notice, booking, now)

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

    async def _to_staff(self, transaction: Transaction, notice: Notice, booking: Booking, now: datetime) -> Sending:
        channel, days = notices.KINDS[notice.kind].channel, self.kit.days
        if channel == "office":
            return Sending(lambda: self.letters.to_office(notice, booking))
        if self.staff_group.chat is None:
            return Sending(later=now + NO_STAFF_GROUP)
        if channel == "card":
            reply = await cards.refresh(self.kit, transaction, self.saying.staff(), notice.kind, booking, now)
            return Sending(lambda: self.saying.speak(reply)) if reply else Sending(end="cancelled")
        text = self.kit.words(days.office.language, now).say(letters.staff(days, notice.kind, booking))
        return Sending(lambda: self.saying.say(self.saying.staff(), text))

    async def _to_person(
        self, transaction: Transaction, notice: Notice, booking: Booking, language: str, open_: bool, now: datetime
    ) -> Sending:
        more = await self._of_people(transaction, notice)
        if more is None:
            return Sending(end="cancelled")
        if notice.kind in sentences.OFFERS_FREE_TIMES:
            more = {"times": await self._free(transaction, booking, now)}
        if notices.KINDS[notice.kind].channel == "mail":
            more = {**more, "bot": self.saying.api.bot.username}  # where a booking by phone can be tied to a chat
            return Sending(lambda: self.letters.to_person(notice, booking, language, more))
        if booking.chat is None:
            return Sending(end="cancelled")
        if not open_:
            return Sending(_refused)
        if dialog := DIALOGS.get(notice.kind):
            asked = await turn.ask(self.kit, transaction, dialog, booking, now)
            return Sending(partial(self.saying.speak, asked) if asked else None)
        text = self.kit.words(language, now).all(letters.chat(self.kit.days, notice.kind, booking, more))
        return Sending(lambda: self.saying.say(booking.chat, text))

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
