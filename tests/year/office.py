"""The office of the simulated year: the bot itself, in memory, and a clock that goes from one event to the next."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import func, select

from bot.app import App
from bot.channels import RANKS
from bot.config import Settings
from bot.counter import BOOKING, SqlCounter
from bot.database import Transaction
from bot.migrate import migrate
from bot.outbox import NOTICE
from bot.tables import ENDING, LAPSING, MOVING, PENDING
from bot.telegram.api import SILENT
from flows.counter import Booking, Decision
from flows.office import KAWAGOE
from tests.town import TOKEN, Clock
from tests.year.around import Mail, Outages, Telegram, back

STAFF_CHAT = -1_000_000_000_001
COUNSELLORS = ("1", "2", "3", "4")
NO_WAITING = 1e-9  # a second of Telegram's limits: they are kept, and the year does not wait for them
STUCK = 1000  # rounds at one moment
NEVER = Clock("2100-01-01 00:00")()
T = TypeVar("T")
Act = Callable[[], Awaitable[object]]

OF_BOOKINGS = (
    select(func.min(BOOKING.c.lapses_at)).where(LAPSING),
    select(func.min(BOOKING.c.wanted_lapses_at)).where(MOVING),
    select(func.min(BOOKING.c.ends_at)).where(ENDING),
)
OF_NOTICES = [select(func.min(NOTICE.c.next_try)).where(PENDING, NOTICE.c.rank == rank) for rank in RANKS]
FIRST = select(*(first.scalar_subquery() for first in (*OF_BOOKINGS, *OF_NOTICES)))
NEXT = str(FIRST.compile(compile_kwargs={"literal_binds": True}))


class Office:
    """One office from `begin` on. What people and staff do is planned with `at`, and done when its time comes."""

    def __init__(self, folder: Path, random: Random, begin: date, outages: Outages, closed: Collection[date]):
        self.random, self.outages = random, outages
        self.clock = Clock(f"{begin} 00:00")
        self.app = App(Settings.load(_environment(folder, closed)), self.clock, limits_second=NO_WAITING)
        self.kit, self.database = self.app.kit, self.app.database
        self.telegram, self.mail = Telegram(self.clock, outages.telegram), Mail(self.clock, outages.mail)
        self.app.api.bot = self.telegram  # type: ignore[assignment]  # what it has of a client is all that is asked
        self.app.sender.notices.letters = self.mail  # type: ignore[assignment]  # what it has of letters likewise
        self.sqlite: Any = None  # the database's own, to look into it between two transactions
        self.person: dict[str, int] = {}  # by booking, whose it is
        self.starts: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)  # since when it is at which time
        self.said: dict[str, list[tuple[str, datetime]]] = defaultdict(list)  # by booking: what is no move of its life
        self.registered: dict[int, str] = {}  # by person, when
        self._plan: list[tuple[datetime, int, Act]] = []
        self._number = count()

    # The clock

    def at(self, when: datetime, act: Act) -> None:
        """Plan an act; while the bot is away nobody reaches it, and what was to be done is done when it is back."""
        if (over := back(self.outages.bot, when)) > when:
            when = over + timedelta(seconds=self.random.uniform(1, 600))
        heappush(self._plan, (when, next(self._number), act))

    async def live(self) -> None:
        """Until nothing is planned and nothing is due any more."""
        for _, over in (*self.outages.telegram, *self.outages.mail):
            self.at(over, lambda: self.app.sender.hurry((*SILENT, "connection")))
        still = 0
        while True:
            of_bookings, of_notices = self._due()
            planned = self._plan[0][0] if self._plan else NEVER
            when = back(self.outages.bot, max(min(planned, of_bookings, of_notices), self.clock.now))
            if when >= NEVER:
                return
            still = still + 1 if when == self.clock.now else 0
            assert still < STUCK, f"at {when} nothing goes on"
            self.clock.now = when
            if planned <= when:
                await heappop(self._plan)[2]()
            elif of_bookings <= when:
                await self.app.clockwork.move_bookings(when)
            else:
                await self.app.sender.send_due(when)
                await self.app.lanes.finish(60)

    def _due(self) -> tuple[datetime, datetime]:
        """When the clock moves a booking next, and when the next notice is due."""
        found = self.sqlite.execute(NEXT).fetchone()
        return _first(found[: len(OF_BOOKINGS)]), _first(found[len(OF_BOOKINGS) :])

    async def tick(self) -> None:
        """What is done besides: lists are promised, what is old is forgotten."""
        await self.app.clockwork.tick(self.clock.now)

    # The counter

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self.database.run(work)

    def counter(self, transaction: Transaction, chat: int | None = None) -> SqlCounter:
        return self.kit.counter(transaction, self.clock.now, chat, "ja")

    async def of(self, booking_id: str, act: Callable[[SqlCounter, Booking], Awaitable[T]]) -> T:
        """Do this with a booking as it is now, in one transaction."""

        async def work(transaction: Transaction) -> T:
            counter = self.counter(transaction)
            booking = await counter.booking(booking_id)
            assert booking
            return await act(counter, booking)

        return await self.run(work)

    async def move(self, booking_id: str, event: str, decision: Decision) -> bool:
        return await self.of(booking_id, lambda counter, booking: counter.move(booking, event, decision))

    def has(self, booking: Booking, person: int) -> None:
        """Somebody has this booking, at the time at which it is from now on."""
        self.person[booking.id] = person
        self.starts[booking.id].append((self.clock.now, booking.slot.start))

    def say(self, booking: Booking, what: str) -> None:
        self.said[booking.id].append((what, self.clock.now))


def _first(moments: Sequence[str | None]) -> datetime:
    """As SQLite keeps them."""
    found = min((moment for moment in moments if moment), default=None)
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if found else NEVER


def _environment(folder: Path, closed: Collection[date]) -> dict[str, str]:
    """The Kawagoe office with four counsellors, and days on which it is closed besides."""
    office = folder / "office"
    shutil.copytree(KAWAGOE, office)
    days = [f'{{ day = {day}, reason = {{ ja = "庁舎の点検", en = "building inspection" }} }}' for day in closed]
    counsellors = ", ".join(f'"{name}"' for name in COUNSELLORS)
    written = (office / "office.toml").read_text("utf-8").replace("closures = []", f"closures = [{', '.join(days)}]")
    written = written.replace('counsellors = ["1"]', f"counsellors = [{counsellors}]")
    (office / "office.toml").write_text(written, "utf-8")
    given = {
        "TOKEN": TOKEN, "API_URL": "http://127.0.0.1:9", "DATA": str(folder / "data"), "DATABASE_URL": "sqlite://",
        "STAFF_CHAT": str(STAFF_CHAT), "OFFICE": str(office),
    }  # fmt: skip
    return {f"MADOGUCHI_{name}": value for name, value in given.items()}


@asynccontextmanager
async def open_office(
    folder: Path, random: Random, begin: date, outages: Outages, closed: Collection[date]
) -> AsyncIterator[Office]:
    office = Office(folder, random, begin, outages, closed)
    await migrate(office.database)
    office.sqlite = await office.database.run_sync(lambda connection: connection.connection.driver_connection)
    await office.app.staff_group.load()
    await office.app.clockwork.follow_the_calendar(office.clock())
    try:
        yield office
    finally:
        await office.database.close()
