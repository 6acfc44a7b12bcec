"""The demo's world: the local Telegram with its people, the mail folder, the clock, and the bot that serves them."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.playground import example as weeks
from bot.playground.clock import DemoClock
from bot.playground.employed import employ, link
from bot.playground.page import add_page
from bot.playground.people import Group, Person
from bot.playground.running import RunningBot
from bot.playground.server import BotApiServer
from flows.desk.roles import Member
from flows.office import KAWAGOE, Office
from flows.office_days import OfficeDays
from flows.office_file import load_office

STAFF = (("職員 一号", "lead"), ("職員 二号", "counsellor"))
LOOPBACK, LAST_PORT = "127.0.0.1", 65535


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
    desk_port: int = 0
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

    @property
    def members(self) -> list[Member]:
        """The example staff as the office knows them."""
        return [Member(person.id, name, role) for person, (name, role) in zip(self.staff, STAFF, strict=True)]

    @property
    def desk(self) -> str:
        """Where the bot serves the staff's page: on this machine alone."""
        return f"http://{LOOPBACK}:{self.desk_port}"

    async def desk_answers(self) -> bool:
        """Whether the bot has opened its desk already."""
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self.desk_port)
        except OSError:
            return False
        writer.close()
        return True

    async def link_to_the_desk(self, who: Person) -> str | None:
        """What `/desk` would give this member of staff; None where their rights have ended."""
        code = await link(self.mail.parent, who.id, self.clock())
        return f"{self.desk}/enter/{code}" if code else None

    async def fill_two_weeks(self) -> int:
        """Before the bot runs; gives how many bookings there are. Those who made them have phones of their own."""

        def comes(name: str, phone: str) -> int:
            return self.server.person(name, phone=phone, opened=True).id

        staff = [(member.id, member.name) for member in self.members]
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
    staff = [server.person(name, language_code="ja", opened=True) for name, _ in STAFF]
    group = server.group("窓口の職員グループ", staff)
    group.adds_bot(by=staff[0])
    made = World(server, clock, data / "mail", bot, group, staff)
    made.comes("川越 太郎", "ja")
    add_page(made)
    async with server:
        if example and not (data / "madoguchi.db").exists():
            await made.fill_two_weeks()
        await employ(data, made.members, clock())
        made.desk_port = _free_port(server.port + 1 if port else 0)
        bot.settings = {
            "MADOGUCHI_TOKEN": token,
            "MADOGUCHI_API_URL": server.url,
            "MADOGUCHI_DATA": str(data),
            "MADOGUCHI_MAIL_URL": f"file:{made.mail}",
            "MADOGUCHI_STAFF_CHAT": str(group.id),
            "MADOGUCHI_DESK_URL": made.desk,
            "MADOGUCHI_DESK_LISTEN": f"{LOOPBACK}:{made.desk_port}",
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


def _free_port(wanted: int) -> int:
    """This port or the next one on which nobody listens; any free one for 0."""
    while True:
        with socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind((LOOPBACK, wanted))
            except OSError:
                wanted = wanted + 1 if 0 < wanted < LAST_PORT else 0
            else:
                return int(found.getsockname()[1])
