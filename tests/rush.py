"""A rush at the counter: updates handed to two workers on one database at once, in an order drawn by lot.

Two workers may serve one chat at the same moment, which is worse than what a poller does; on PostgreSQL a transaction
lets others go first at statements drawn by lot, too. `keep` remembers where all stands and `rewind` puts it back, so
that a round costs its race alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import structlog.testing
from sqlalchemy import Connection, ExceptionContext, Executable, event, select, text

from bot import cards, turn
from bot.app import App
from bot.config import Settings
from bot.database import Database, Transaction
from bot.migrate import migrate
from bot.outbox import NOTICE
from bot.reply import Press, Reply
from bot.store import Conflict
from bot.tables import PENDING
from bot.telegram.updates import SEPARATOR, GroupEvent, read
from tests.by_hand import Somebody, Told, Update, form, walk
from tests.databases import rows
from tests.town import LIMITS_SECOND, Town, town

MOVING = ("conversation", "person", "consent", "booking", "hold", "decision", "notice", "seen_update")
PAUSES = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 20)  # turns of the event loop left to others before a statement
BOOKED = """
    SELECT booking.chat_id, booking.state, count(hold.id) FROM booking LEFT JOIN hold
    ON hold.booking_id = booking.id AND hold.start = booking.start AND hold.counsellor = booking.counsellor
    GROUP BY booking.id, booking.chat_id, booking.state ORDER BY booking.chat_id
"""
KEEP = ("DROP TABLE IF EXISTS kept_{0}", "CREATE TABLE kept_{0} AS SELECT * FROM {0}")
REWIND = ("DELETE FROM {0}", "INSERT INTO {0} SELECT * FROM kept_{0}")
APART = (0, 5, 25, 100)  # statements between the beginnings of two acts, at most
TRIES = 3  # of the poller, before an update is set aside
Act = Callable[[], Awaitable[Any]]


MOVES = """
    SELECT booking.chat_id, decision.name, decision.event FROM decision JOIN booking ON booking.id = decision.booking_id
    WHERE decision.event <> 'request' ORDER BY decision.id
"""
SEND, SENT, OLD = "この内容で申し込む", "申し込みを送りました", "前の画面のボタンでした"
TAKEN = "ほかの方の申し込みが先に入りました"


def counted(what: str, rounds: int, **outcomes: object) -> None:
    """One line for the long run."""
    print(f"{what}: {rounds} rounds;", ", ".join(f"{name} {n}" for name, n in outcomes.items()))  # noqa: T201


class Rush:
    """Two workers who do not poll. `errors` counts what the database refused, by SQLSTATE."""

    def __init__(self, place: Town, random: Random):
        self.place, self.random, self.clock = place, random, place.clock
        self.errors: Counter[str] = Counter()
        self.people: list[Somebody] = []
        self.workers: list[App] = []
        self._run = 0  # statements
        self._next: list[tuple[int, asyncio.Future[None]]] = []

    async def hire(self, **environment: str) -> App:
        """One more worker, ready to serve: the first from now on."""
        worker = App(Settings.load({**self.place.environment, **environment}), self.clock, limits_second=LIMITS_SECOND)
        self.workers.insert(0, worker)
        self._watch(worker.database)
        await migrate(worker.database)
        await worker.staff_group.load()
        await worker.bot.initialize()
        return worker

    async def close(self) -> None:
        for worker in self.workers:
            await worker.lanes.finish(10)
            await worker.bot.close_connections()
            await worker.database.close()

    @property
    def database(self) -> Database:
        return self.workers[0].database

    def _watch(self, database: Database) -> None:
        """Count statements and errors; on PostgreSQL leave others some turns of the loop before a statement."""
        sqlite = database.dialect == "sqlite"
        engine = database._sqlite if sqlite else database._postgres.sync_engine

        @event.listens_for(engine, "before_cursor_execute")
        def _pause(connection: Connection, *_: Any) -> None:
            self._run += 1
            self._reach()
            if not sqlite:
                driver: Any = connection.connection.dbapi_connection
                driver.run_async(lambda _: _turns(self.random.choice(PAUSES)))

        @event.listens_for(engine, "handle_error")
        def _note(context: ExceptionContext) -> None:
            self.errors[str(getattr(context.original_exception, "sqlstate", "?"))] += 1

    def seeker(self, number: int = 0) -> Somebody:
        """Taro, or one more person."""
        person = self.place.server.person(f"人 {number}", language_code="ja") if number else self.place.taro
        person.chat.opened = True
        self.people.append(Somebody(self.hear, person.id, person.id))
        return self.people[-1]

    def staff(self) -> tuple[Somebody, Somebody]:
        """Two members of the staff group."""
        group, one, two = self.place.group.id, self.place.staff.id, self.place.colleague.id
        return Somebody(self.hear, one, group, "職員 一号"), Somebody(self.hear, two, group, "職員 二号")

    def anyone(self) -> App:
        """One of the workers."""
        return self.random.choice(self.workers)

    async def hear(self, update: Update, worker: App | None = None) -> Told | None:
        """Let an update take effect, as the poller does; None where it had taken effect before."""
        worker = worker or self.workers[0]
        incoming = read(update, self.place.group.id)
        assert incoming
        assert not isinstance(incoming, GroupEvent)
        turn_of = turn.private if incoming.where == "private" else cards.press

        async def work(transaction: Transaction) -> Reply | Press | None:
            return await turn_of(worker.kit, transaction, incoming, worker.clock())

        reply = await self.tried(worker.database, work)
        if isinstance(reply, Reply):
            return Told(reply.shot, reply.press.toast if reply.press else "")
        return Told(toast=reply.toast) if reply else None

    async def tried(self, database: Database, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        """As the poller tries: any error but that of a database that is away costs a try, and three are too many."""
        for _ in range(TRIES):
            try:
                return await database.surely(work)
            except Conflict:
                self.errors["conflict"] += 1
        raise AssertionError("the update would have been set aside")

    async def at_once(self, *acts: Act) -> list[Any]:
        """Begin all of them, in an order and at statements drawn by lot; what came of each, in the order given."""
        order = self.random.sample(range(len(acts)), len(acts))
        apart = self.random.choice(APART)
        ends: dict[int, asyncio.Task[Any]] = {}
        for number in order:
            ends[number] = asyncio.create_task(_begun(acts[number]))
            await self._statements(self.random.randint(0, apart), among=ends.values())
        return [await ends[number] for number in range(len(acts))]

    async def _statements(self, number: int, among: Collection[asyncio.Task[Any]]) -> None:
        """Wait until so many more statements were run, or all are done."""
        self._next.append((self._run + number, reached := asyncio.get_running_loop().create_future()))
        self._reach()
        await asyncio.wait({reached, asyncio.gather(*among, return_exceptions=True)}, return_when="FIRST_COMPLETED")

    def _reach(self) -> None:
        for at, reached in self._next:
            if at <= self._run and not reached.done():
                reached.set_result(None)
        self._next = [(at, reached) for at, reached in self._next if not reached.done()]

    async def heard_at_once(self, *updates: Update) -> list[Told | None]:
        """Each update by a worker drawn by lot."""
        return await self.at_once(*(self.act(update) for update in updates))

    def act(self, update: Update) -> Act:
        worker = self.anyone()
        return lambda: self.hear(update, worker)

    async def send_due(self, worker: App) -> None:
        """One look of a sender at the outbox, until what it took is done."""
        await worker.sender.send_due(self.clock())
        await worker.lanes.finish(20)

    async def send_all(self) -> None:
        """Both senders, until nothing is due; the staff group takes so many messages in a minute."""
        due = select(NOTICE.c.key).where(PENDING, NOTICE.c.next_try <= self.clock())
        async with asyncio.timeout(30):
            while await self.rows(due):
                await self.at_once(*(partial(self.send_due, worker) for worker in self.workers))

    async def rows(self, statement: str | Executable) -> list[tuple[Any, ...]]:
        return await rows(self.database, statement)

    async def booked(self) -> list[tuple[object, ...]]:
        """Whose booking is in which state; each that is alive holds its slot and no other booking does."""
        rows = await self.rows(BOOKED)
        assert all((state in ("requested", "confirmed")) == (holds == 1) for _, state, holds in rows), rows
        assert await self.rows("SELECT count(*) FROM hold") == [(sum(row[2] for row in rows),)]
        return [row[:2] for row in rows]

    async def requested(self) -> tuple[Somebody, str]:
        """Taro has sent a request, everybody was told of it, the card stands in the group: its buttons begin so."""
        taro = self.seeker()
        await walk(taro, *form(), SEND)
        await self.send_all()
        _, button = self.place.group.find("確定する")
        return taro, str(button.data).split(SEPARATOR, maxsplit=1)[0] + SEPARATOR

    async def keep(self) -> None:
        """Remember where everything stands: rows, chats, the clock. What was typed so far stands in no chat."""
        await self.rows_do("DELETE FROM notice WHERE kind = 'delete'")
        await self.rows_do(*(sql.format(table) for table in MOVING for sql in KEEP))
        chats = self.place.server.cloud.chats.values()
        self._chats = [(chat, dict(chat.shown), list(chat.history)) for chat in chats]
        self._told = [(somebody, somebody.told) for somebody in self.people]
        self._now = self.clock.now

    async def rewind(self) -> None:
        """Everything stands again where it was kept; nobody has been written to since."""
        await self.rows_do(*(sql.format(table) for table in MOVING for sql in REWIND))
        for chat, shown, history in self._chats:
            chat.shown, chat.history = dict(shown), list(history)
        for somebody, told in self._told:
            somebody.told = told
        self.place.mailbox.letters.clear()
        self.clock.now = self._now

    async def rows_do(self, *statements: str) -> None:
        async def work(transaction: Transaction) -> None:
            for statement in statements:
                await transaction.execute(text(statement))

        await self.database.run(work)

    def said(self, somebody: Somebody) -> list[str]:
        """What the bot has written to this person's chat since, the oldest first."""
        before = next(len(history) for chat, _, history in self._chats if chat.id == somebody.chat)
        since = self.place.server.cloud.chats[somebody.chat].history[before:]
        return [message.text for message in since if message.from_bot]

    def news(self, somebody: Somebody) -> list[str]:
        """The same by its first words, if they say what it is: 【受け付けました】."""
        return [text.split("】")[0] + "】" for text in self.said(somebody) if text.startswith("【")]

    def entries(self, address: str = "taro@example.jp") -> list[str]:
        """The calendar entries that came by mail: REQUEST, CANCEL."""
        parts = [part for letter in self.place.mailbox.to(address) for part in letter.walk()]
        return [str(part.get_param("method")) for part in parts if part.get_content_type() == "text/calendar"]


async def _begun(act: Act) -> Any:
    return await act()


async def _turns(number: int) -> None:
    """Let others go first: so many turns of the event loop."""
    for _ in range(number):
        await asyncio.sleep(0)


@asynccontextmanager
async def rush(folder: Path, database_url: str, random: Random) -> AsyncIterator[Rush]:
    """Open it; in the end no two transactions have waited for each other, and nothing was an error in the log."""
    with structlog.testing.capture_logs() as logged:
        async with _opened(folder, database_url, random) as opened:
            yield opened
    assert opened.errors["40P01"] == 0, "two transactions waited for each other"
    assert [each for each in logged if each["log_level"] == "error"] == []


@asynccontextmanager
async def _opened(folder: Path, database_url: str, random: Random) -> AsyncIterator[Rush]:
    async with town(folder, database_url, started=False) as place:
        opened = Rush(place, random)
        try:
            await opened.hire()
            await opened.hire()
            yield opened
        finally:
            await opened.close()
