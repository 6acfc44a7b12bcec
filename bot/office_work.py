"""What is done for the office without Telegram: the desk served alone, the first lead invited, the numbers exported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot import kept, staff
from bot.calendar import Calendar
from bot.clock import Clock
from bot.config import Settings
from bot.database import Database
from bot.desk.server import Desk
from bot.encryption import load_keys
from bot.kit import Kit
from bot.migrate import migrate
from bot.numbers import export
from bot.outbox import Outbox
from bot.store import Store
from flows.desk.numbers import months_kept, period_of
from flows.office import BadSetting
from flows.office_days import OfficeDays
from flows.office_file import load_office


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Kit]:
    """What everything works with, on the database of these settings."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    given = settings.keys.get_secret_value() if settings.keys else None
    seal, _ = load_keys(given, settings.data)
    database = Database(settings.database_url)
    try:
        await migrate(database)
        await kept.check_keys(database, seal)
        calendar = Calendar(OfficeDays(load_office(settings.office)))
        yield Kit(Store(database, seal), Outbox(database), seal, calendar, settings.mail_from)
    finally:
        await database.close()


async def invite_a_lead(settings: Settings, now: datetime) -> str:
    """A code for the first lead. Raises `BadSetting` where there is one already, who invites the others."""
    async with opened(settings) as kit, kit.store.database.transaction() as transaction:
        if await staff.has_lead(transaction):
            raise BadSetting(
                "--lead",
                "is for the first lead alone: there is one, who invites others from the desk. Where nobody can reach"
                " them, remove them from the staff group: their rights end with that",
            )
        return await staff.invite(transaction, "lead", None, now)


async def export_the_numbers(settings: Settings, now: datetime, first: str, last: str, language: str) -> bytes:
    """The file of the desk's page, for these months or the last that is over. Raises `BadSetting` for other months."""
    async with opened(settings) as kit, kit.store.database.transaction() as transaction:
        await kit.calendar.follow(transaction, now)
        today = kit.days.day_of(now)
        months = [month for month in months_kept(kit.days.office, today) if month.over(today)]
        kept = f"{months[-1].name} to {months[0].name}" if months else "none yet"
        period = period_of(months, first or last, last or first) if first or last else next(iter(months), None)
        if period is None:
            raise BadSetting("--from, --to", f"must be months that are over and kept ({kept}), such as 2026-10")
        return await export(transaction, kit.days, period, kit.words(language, now), None, now)


def desk_of(settings: Settings, kit: Kit, clock: Clock) -> Desk:
    """The desk of these settings, not yet open. Raises `BadSetting` where they name none."""
    if settings.desk_url is None:
        raise BadSetting("MADOGUCHI_DESK_URL", "is not given: give what staff open, like https://desk.example")
    return Desk(kit, clock, settings.desk_url, settings.desk_listen, settings.desk_proxies)


async def serve_the_desk(settings: Settings, clock: Clock, stop: asyncio.Event) -> None:
    """Until `stop` is set."""
    async with opened(settings) as kit:
        desk = desk_of(settings, kit, clock)
        await open_the_desk(desk)
        try:
            await stop.wait()
        finally:
            await desk.close()


async def open_the_desk(desk: Desk) -> None:
    """Raises `BadSetting` where it cannot be served."""
    try:
        await desk.open()
    except OSError as error:
        await desk.close()
        raise BadSetting("MADOGUCHI_DESK_LISTEN", f"cannot be listened on ({error.strerror})") from None
