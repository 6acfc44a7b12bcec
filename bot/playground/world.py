"""The demo's world: the local Telegram with its people, the mail folder, the clock, and the bot that serves them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.playground import example as weeks
from bot.playground.clock import DemoClock
from bot.playground.page import add_page
from bot.playground.people import Group, Person
from bot.playground.running import RunningBot
from bot.playground.server import BotApiServer
from flows.office import KAWAGOE, Office, load_office
from flows.office_days import OfficeDays

NAMES = ("first_name", "last_name")


@dataclass
class World:
    """`people` are the job-seekers, in the order they came; `mail` holds one .eml for each letter."""

    server: BotApiServer
    clock: DemoClock
    mail: Path
    bot: RunningBot
    group: Group
    staff: list[Person]
    people: list[Person] = field(default_factory=list)
    office: Office = field(default_factory=lambda: load_office(KAWAGOE))

    @property
    def zone(self) -> ZoneInfo:
        """Of what a clock on the wall shows."""
        return self.office.zone

    def comes(self, name: str, language: str) -> Person:
        """Somebody new, with a phone in this language."""
        number = len(self.people) + 1
        person = self.server.person(name, language_code=language, phone=f"+8190123456{number:02d}")
        self.people.append(person)
        self.server.cloud.tell("person", person)
        return person

    async def fill_two_weeks(self) -> int:
        """Before the bot runs; gives how many bookings there are. Those who made them have phones of their own."""

        def comes(name: str, phone: str) -> int:
            return self.server.person(name, phone=phone, opened=True).id

        staff = [(person.id, " ".join(person.user[name] for name in NAMES)) for person in self.staff]
        return await weeks.fill(self.mail.parent, OfficeDays(self.office), self.clock(), comes, staff)

    def turns_the_clock(self, to: datetime) -> None:
        """For everybody. Raises `TurnedBack`."""
        self.clock.turn(to)
        cloud = self.server.cloud
        cloud.deeds.done("turns", 0, 0, f"{to.astimezone(self.zone):%Y-%m-%d %H:%M}")
        cloud.tell("clock", to)


@asynccontextmanager
async def world(
    data: Path, host: str, port: int, start: datetime | None, *, example: bool = False, limits: bool = False
) -> AsyncIterator[World]:
    """A world whose files are in `data`, its page served; with the `example`'s two weeks where it is new.

    With `limits` the bot may not send more than Telegram takes. Raises `OSError` where the port is taken.
    """
    clock, bot = DemoClock(data / "clock", start), RunningBot()
    token = f"1:{secrets.token_urlsafe(24)}"
    server = BotApiServer(token, clock=clock, host=host, port=port, first=int(time.time()), limits=limits)
    staff = [server.person(f"職員 {number}号", language_code="ja") for number in ("一", "二")]
    group = server.group("窓口の職員グループ", staff)
    group.adds_bot(by=staff[0])
    made = World(server, clock, data / "mail", bot, group, staff)
    made.comes("川越 太郎", "ja")
    add_page(made)
    async with server:
        if example and not (data / "madoguchi.db").exists():
            await made.fill_two_weeks()
        bot.settings = {
            "MADOGUCHI_TOKEN": token,
            "MADOGUCHI_API_URL": server.url,
            "MADOGUCHI_DATA": str(data),
            "MADOGUCHI_MAIL_URL": f"file:{made.mail}",
            "MADOGUCHI_STAFF_CHAT": str(group.id),
            "MADOGUCHI_CLOCK": str(clock.file),
            "MADOGUCHI_LOG": "text",
        }
        running = asyncio.create_task(bot.run())
        try:
            await bot.started.wait()
            yield made
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
