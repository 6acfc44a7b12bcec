"""What everything that the bot does works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.calendar import Calendar
from bot.counter import SqlCounter
from bot.database import Transaction
from bot.encryption import Seal
from bot.language import Words
from bot.outbox import Outbox
from bot.store import Store
from flows.office_days import OfficeDays


@dataclass(frozen=True)
class Kit:
    """Where things are kept and promised, the office's days, and what is made of them for one moment."""

    store: Store
    outbox: Outbox
    seal: Seal
    calendar: Calendar
    sender: str  # the address letters come from
    pointer: str = ""  # the desk, where letters to the office mailbox point to it instead of giving the details

    @property
    def days(self) -> OfficeDays:
        """As they are now; whoever goes on for long asks again."""
        return self.calendar.days

    def words(self, language: str, now: datetime) -> Words:
        return Words(language, self.days.office, self.sender, self.days.day_of(now))

    def counter(self, transaction: Transaction, now: datetime, chat: int | None, language: str) -> SqlCounter:
        return SqlCounter(transaction, self.seal, self.outbox, self.days, now, chat, language)

    def idle_since(self, now: datetime) -> datetime:
        """A form that nobody has touched since this moment has had its day."""
        return now - timedelta(hours=self.days.office.form_kept_hours)
