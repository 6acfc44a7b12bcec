"""A town whose bot dies (SIGKILL) whenever a test says so and is started again, and the days that people live there.

The same stories are played twice, undisturbed and with deaths; `verdict` holds both histories against each other.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Executable, inspect, select, update

from bot.clockwork import DUE
from bot.database import Database, Transaction
from bot.outbox import NOTICE
from bot.playground.chats import Message
from bot.playground.people import Person, Screen
from bot.playground.server import BotApiServer, Fault
from bot.store import CONVERSATION
from tests.history import History, copies, histories, missing, strange
from tests.killable import Death, Killable, killable
from tests.stories import KINDS, PATIENCE, Story, form, walk
from tests.town import TOKEN, Mailbox, Town

DAYS = ("2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")  # that can be booked on the first page
TIMES = ("9:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30")


@dataclass
class Scene:
    """A town whose bot dies and is started again at once; `kills` counts how often."""

    town: Town
    bot: Killable
    people: dict[str, Person] = field(default_factory=dict)
    kills: int = 0
    deaths: Iterator[Death] = field(default_factory=lambda: repeat(Death()))

    async def supervise(self) -> None:
        """Start the bot again whenever it has died; the leases it held run out before."""
        while True:
            await self.bot.dead()
            self.kills += 1
            async with self._database() as database:
                migrated = await database.run_sync(lambda connection: inspect(connection).has_table(NOTICE.name))
            if migrated:
                await self.sql(update(NOTICE).values(lease_until=None))
            await self.bot.start(next(self.deaths))

    async def sql(self, statement: Executable) -> list[Any]:
        """A statement of the test's own."""

        async def run(transaction: Transaction) -> list[Any]:
            result = await transaction.execute(statement)
            return list(result) if result.returns_rows else []

        async with self._database() as database:
            return await database.surely(run)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Database]:
        database = Database(self.town.environment["MADOGUCHI_DATABASE_URL"])
        try:
            yield database
        finally:
            await database.close()

    async def quiet(self) -> None:
        """Wait until nothing is due, owed or not confirmed; a visitor who asks for help is answered meanwhile."""
        visitor = self.town.colleague
        due = select(NOTICE.c.key).where(NOTICE.c.state == "pending", NOTICE.c.next_try <= self.town.clock())
        owed = select(CONVERSATION.c.chat_id).where(CONVERSATION.c.shown < CONVERSATION.c.turns)
        now = {"now": self.town.clock()}
        moves = [statement.params(now) for statement in DUE.values()]
        while True:
            asked = await visitor.says("/help")
            await visitor.until(lambda since=asked.id: visitor.messages[-1].id > since, timeout=PATIENCE)  # type: ignore[misc]  # mypy infers no lambda with a default
            await self.town.server.settled(PATIENCE)
            if not [row for statement in (due, owed, *moves) for row in await self.sql(statement)]:
                return

    async def history(self) -> dict[str, History]:
        screens: dict[str, Screen] = {**self.people, "the staff group": self.town.group}
        return await histories(self.town, screens)


@asynccontextmanager
async def scene(folder: Path, database_url: str) -> AsyncIterator[Scene]:
    mailbox = Mailbox()
    await mailbox.open()
    async with BotApiServer(TOKEN) as server:
        town = Town(server, mailbox, folder / "data", database_url)
        try:
            async with killable(folder, town.environment, town.clock) as bot:
                yield Scene(town, bot)
        finally:
            await mailbox.close()


async def play(on: Scene, stories: Mapping[str, Story]) -> dict[str, History]:
    """Everybody's story side by side, the staff's decisions, and then the days until all is over."""
    for name in stories:
        on.people[name] = on.town.server.person(name, language_code="ja")
    await on.bot.start(next(on.deaths))
    async with asyncio.TaskGroup() as group:
        supervisor = group.create_task(on.supervise())
        await live(on, stories)
        supervisor.cancel()
    await on.bot.stop()
    assert "ended by" not in on.bot.log, on.bot.log[-3000:]
    return await on.history()


async def live(on: Scene, stories: Mapping[str, Story]) -> None:
    await asyncio.gather(*arriving(on, stories))
    await asyncio.gather(*(decide(on, on.people[name], story) for name, story in stories.items() if story.decision))
    await asyncio.gather(*(walk(on.people[name], story.then) for name, story in stories.items()))
    for moment in later(days_of(len(stories))):
        await on.quiet()
        on.bot.turn(moment)
    on.deaths = repeat(Death())
    await on.quiet()


def later(days: Sequence[str]) -> Iterator[str]:
    """Reminders, lapses and ends of all that was booked for these days."""
    yield from ("2026-11-19 10:01", "2026-11-20 15:01", "2026-11-20 17:16")
    yield from (f"{day} {time}" for day in days for time in ("08:31", "15:01", "17:16"))


def days_of(people: int) -> Sequence[str]:
    return DAYS[: -(-people // len(TIMES))]


def arriving(on: Scene, stories: Mapping[str, Story]) -> Iterator[Coroutine[Any, Any, None]]:
    """One after the other: each begins when the one before has had three answers."""
    may_begin = asyncio.Event()
    may_begin.set()
    for name, story in stories.items():
        before, may_begin = may_begin, asyncio.Event()
        yield _arrive(on.people[name], story, before, may_begin)


async def _arrive(person: Person, story: Story, before: asyncio.Event, next_one: asyncio.Event) -> None:
    await before.wait()
    await walk(person, story.first[:3])
    next_one.set()
    await walk(person, story.first[3:])


async def decide(on: Scene, person: Person, story: Story) -> None:
    """Staff press the buttons of this person's card, whichever copy of it is the newest."""
    said = next(message.text for message in reversed(person.messages) if "【受け付けました】" in message.text)
    found = re.search(r"\d{3}-\d{3}", said)
    assert found
    group = on.town.group
    for label in story.decision:
        card = await group.until(partial(newest_card, on, found[0], label), timeout=PATIENCE)
        await on.town.staff.presses_in(group, label, card)
    await person.until(lambda: any(story.decided in each.text for each in person.messages), timeout=PATIENCE)


def newest_card(on: Scene, reference: str, label: str) -> Message | None:
    mine = [each for each in on.town.group.messages if each.from_bot and reference in each.text]
    return next((each for each in reversed(mine) if label in each.labels), None)


def cast(random: Random, people: int) -> dict[str, Story]:
    """So many stories of all kinds, each person with a time of their own."""
    stories = {}
    for number in range(people):
        day, time = divmod(number, len(TIMES))
        ways = form(day, TIMES[time], f"11030-{random.randrange(10**8):08d}", f"p{number}@icloud.com")
        stories[f"人{number}"] = KINDS[number % len(KINDS)](ways)
    return stories


SPEAKS = ("sendMessage", "editMessageText", "deleteMessage", "answerCallbackQuery", "editMessageReplyMarkup")
Chance = Callable[[], bool]


def dies_speaking(on: Scene, chance: Chance, drops: Callable[[], Any]) -> None:
    """At some calls the process is dead before its answer comes; the call has been carried out ("after") or not."""

    def fault(method: str, _: Mapping[str, Any]) -> Fault | None:
        if method not in SPEAKS or not chance():
            return None
        on.bot.kill()
        return Fault(drop=drops())

    on.town.server.fault = fault


def dies_posting(on: Scene, chance: Chance) -> None:
    """The mail server has taken a letter; the process is dead before it hears so."""
    on.town.mailbox.took = lambda: on.bot.kill() if chance() else None


@dataclass(frozen=True)
class Verdict:
    """How the history of a run with deaths differs from the undisturbed one."""

    kills: int
    lost: dict[str, list[str]]
    strange: dict[str, list[str]]
    copied: dict[str, int]

    @property
    def copies(self) -> int:
        return sum(self.copied.values())

    def holds(self, side_by_side: bool = False) -> None:
        """Nothing lost; at most a copy a death, or, where several were being answered at once, one for each."""
        assert self.kills
        assert not self.lost, self
        assert not self.strange, self
        assert (max(self.copied.values()) if side_by_side else self.copies) <= self.kills, self


Deaths = Callable[[Scene], None]


async def verdict(tmp_path: Path, urls: tuple[str, str], stories: Mapping[str, Story], deaths: Deaths) -> Verdict:
    """Play the stories twice, on two databases of one engine, and compare."""
    async with scene(tmp_path / "quiet", urls[0]) as on:
        quiet = await play(on, stories)
        assert on.kills == 0, on.bot.log[-3000:]
    async with scene(tmp_path / "deadly", urls[1]) as on:
        deaths(on)
        other = await play(on, stories)
    lost = {name: found for name in quiet if (found := missing(quiet[name], other[name]))}
    odd = {name: found for name in quiet if (found := strange(quiet[name], other[name]))}
    return Verdict(on.kills, lost, odd, {name: copies(quiet[name], other[name]) for name in quiet})
