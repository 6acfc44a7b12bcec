"""Letters about a booking: the words of `flows.letters` put into a language, composed, and handed to the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.kit import Kit
from bot.language import Words
from bot.mime import Invite, Letter, compose
from bot.outbox import Notice
from bot.post import Post
from flows import letters, sentences
from flows.answers import sending_form
from flows.counter import Booking
from flows.office_letters import office_letter
from flows.text import Text


@dataclass(frozen=True)
class Letters:
    """Writes as the office: from `sender`, answers going to the office mailbox."""

    kit: Kit
    post: Post
    office_mail: str

    async def to_person(
        self, notice: Notice, booking: Booking, language: str, more: Mapping[str, Any] = letters.NOTHING
    ) -> None:
        """A letter to the person's address, with a calendar entry where one belongs to it. Raises `Undeliverable`."""
        kind, at = notice.kind, notice.due_at
        words = self.kit.words(language, at)
        written = letters.letter(self.kit.days, kind, booking, more)
        to = sending_form(booking.details["email"])
        invite = self._invite(kind, booking, words, to, at)
        await self._send(notice, words, written, to, invite)

    async def to_office(self, notice: Notice, booking: Booking) -> None:
        """A letter to the office mailbox, in the office's language, with the details or a pointer to them."""
        words = self.kit.words(self.kit.days.office.language, notice.due_at)
        written = office_letter(self.kit.days, notice.kind, booking, self.kit.pointer)
        await self._send(notice, words, written, self.office_mail, None)

    async def of_the_bot(self, key: str, subject: Text, body: Text, at: datetime) -> None:
        """A letter to the office mailbox about the bot itself. Raises `Undeliverable`."""
        words = self.kit.words(self.kit.days.office.language, at)
        letter = Letter(key, self.office_mail, words.say(subject), words.say(body), words.language, at)
        await self.post.send(compose(letter, self.kit.sender, self.office_mail))

    async def _send(
        self, notice: Notice, words: Words, written: letters.Words, to: str, invite: Invite | None
    ) -> None:  # fmt: skip
        letter = Letter(
            key=notice.key, to=to, subject=words.say(written.subject), text=words.all(written.body),
            language=words.language, invite=invite, sent_at=notice.due_at,
        )  # fmt: skip
        await self.post.send(compose(letter, self.kit.sender, self.office_mail))

    def _invite(self, kind: str, booking: Booking, words: Words, to: str, at: datetime) -> Invite | None:
        """Neutral title, no URL; its SEQUENCE is the booking's version, so that a cancellation follows its request."""
        if (method := letters.calendar(kind, booking)) is None:
            return None
        facts = letters.facts(self.kit.days, booking)
        return Invite(
            uid=f"{booking.id}@{self.kit.sender.rpartition('@')[2]}", sequence=booking.version,
            start=booking.slot.start, end=booking.slot.start + timedelta(minutes=self.kit.days.office.session_minutes),
            title=words.say(sentences.CALENDAR_TITLE.given(**facts)), note=words.say(sentences.CALENDAR_NOTE),
            method=method, organizer=self.office_mail, attendee=to, stamp=at,
        )  # fmt: skip
