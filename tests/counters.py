"""One worker's counter on a database, for tests that ask it directly; and a booking of no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.counter import SqlCounter
from bot.database import Database, Transaction
from bot.encryption import load_keys
from bot.outbox import Outbox
from flows import lifecycle, policy
from flows.counter import Booking, Decision, Permit, Slot, Told
from flows.office import KAWAGOE
from flows.office_days import OfficeDays
from flows.office_file import load_office
from tests.databases import rows
from tests.town import Clock

DAYS = OfficeDays(load_office(KAWAGOE))
NOW = Clock("2026-11-19 10:00")()
DETAILS = {
    "name": "川越 太郎", "seeker_number": "11030-01234567", "email": "taro@example.jp",
    "phone": {"e164": "+819012345678"}, "companion": "none",
}  # fmt: skip
START = Clock("2026-11-24 09:30")()  # a Tuesday; the Monday is a holiday


def booking(state: str = lifecycle.REQUESTED, told: Told = "", start: datetime = START, event: str = "") -> Booking:
    """One that is in no database, of the first session that can be asked for at `NOW`."""
    return Booking(
        "b", "123456", state, 1, Slot("1", start), 7, "ja", NOW, policy.reply_by(DAYS, NOW),
        policy.confirm_by(DAYS, DAYS.day_of(START)), policy.lapses_at(DAYS, START), told, details=DETAILS,
        decision=Decision(event, NOW + timedelta(hours=1), reason="registration") if event else None,
    )  # fmt: skip


class Office:
    """One worker's counter on a database; `chats` are numbered from 1."""

    def __init__(self, url: str, folder: Path):
        self.database = Database(url)
        self.seal = load_keys(None, folder)[0]
        self.outbox = Outbox(self.database)

    def before(self, transaction: Transaction, chat: int | None, now: datetime = NOW) -> SqlCounter:
        return SqlCounter(transaction, self.seal, self.outbox, DAYS, now, chat)

    async def request(
        self, chat: int, at: str = "2026-11-24 09:30", now: datetime = NOW, **details: Any
    ) -> Booking | Literal["taken", "duplicate"]:
        permit = policy.permit(DAYS, Slot("1", Clock(at)()), now)
        assert isinstance(permit, Permit)
        given = {**DETAILS, "seeker_number": f"11030-{chat:08}", **details}
        return await self.database.run(lambda t: self.before(t, chat, now).request(permit, given))

    async def move(self, booking: Booking, event: str, now: datetime = NOW) -> bool:
        """Move a booking as it was when it was read: by then somebody else may have moved it."""
        mine = replace(booking)
        return await self.database.run(lambda t: self.before(t, booking.chat).move(mine, event, Decision(event, now)))

    async def ask_move(self, booking: Booking, at: str, now: datetime = NOW) -> Literal["asked", "taken", "over"]:
        """Another time, as the person's chat asks for it."""
        permit = policy.permit(DAYS, Slot("1", Clock(at)()), now)
        assert isinstance(permit, Permit)
        return await self.database.run(lambda t: self.before(t, booking.chat, now).ask_move(replace(booking), permit))

    async def now_is(self, booking: Booking) -> Booking:
        """The booking as it stands."""
        async with self.database.transaction() as transaction:
            found = await self.before(transaction, booking.chat).booking(booking.id)
        assert found
        return found

    async def all(self, sql: str) -> list[Any]:
        return await rows(self.database, sql)
