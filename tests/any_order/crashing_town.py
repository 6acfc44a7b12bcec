"""A town whose bot can be cut off at any moment, in this process: no line of its code runs on, its memory is gone.

The bot looks at what is due when it is told to, not by itself; the local Telegram goes by the town's clock. The
database's clock, by which leases run, is turned with the town's: what is leased is leased for so much less.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from weakref import WeakSet

from aiosmtpd.smtp import SMTP
from sqlalchemy import Engine, event, select, update

from bot.app import App
from bot.config import Settings
from bot.database import Database
from bot.outbox import NOTICE
from bot.playground.server import BotApiServer, Fault
from bot.statements import epoch
from bot.tables import PENDING
from tests.conversations.offices import office_with_setting
from tests.town import LIMITS_SECOND, TOKEN, Mailbox, Town

IN_THE_BOT: ContextVar[bool] = ContextVar("in_the_bot", default=False)  # whether this code runs in the bot
BY_HAND = 3600.0  # seconds between the bot's own looks at what is due: none comes while a test runs
EVER = timedelta(days=365)  # a press that waited while the bot was down is answered like any other
PATIENCE = 30.0  # real seconds, for a failing test
SPEECH = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage", "answerCallbackQuery")
MOMENTS = ("call", "answer", "commit", "committed", "letter")


class PostOffice(Mailbox):
    """A mail server that takes, refuses or keeps waiting every letter, the office's too."""

    def __init__(self) -> None:
        super().__init__()
        self.refusal, self.failed = "", False
        self.open_again = asyncio.Event()
        self.behaves("takes")
        self.takes = self._takes

    def behaves(self, how: str) -> None:
        """Take what comes, keep it waiting, or say this instead of 250."""
        self.refusal = how if how[0].isdigit() else ""
        self.failed |= how != "takes"
        if how == "keeps waiting":
            self.open_again.clear()
        else:
            self.open_again.set()

    @property
    def keeps_waiting(self) -> bool:
        return not self.open_again.is_set()

    async def _takes(self, server: SMTP, letter: EmailMessage) -> str:
        await self.open_again.wait()
        return self.refusal or self.keep(letter)


class CrashingTown(Town):
    """`crash_at(moment, n)`: the bot is cut off at the n-th such moment from now.

    call: before a call to Telegram is carried out; answer: after it, before its answer; commit: before one, so that it
    is lost; committed: while one is under way; letter: the mail server has it and has not said so.
    """

    counsellors: list[str]

    def __init__(self, server: BotApiServer, mailbox: PostOffice, folder: Path, database_url: str):
        super().__init__(server, mailbox, folder, database_url)
        self.post = mailbox
        mailbox.took = self._letter_taken
        self.up = self.was_cut = False
        self.refusals: list[Fault] = []
        self.crashes = self.lost_answers = self.refused = 0
        self.deaf: set[int] = set()  # who blocked the bot and has not spoken to it since
        self._moment, self._left = "", 0
        self._tasks: WeakSet[asyncio.Task[Any]] = WeakSet()
        self.reader = Database(database_url)
        server.fault = self._trouble
        asyncio.get_running_loop().set_task_factory(self._new_task)  # type: ignore[arg-type]  # no eager tasks here

    def _new_task(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **how: Any) -> Any:
        task = asyncio.Task(work, loop=loop, **how)
        if IN_THE_BOT.get():
            self._tasks.add(task)
        return task

    def crash_at(self, moment: str, after: int) -> None:
        self._moment, self._left = moment, after

    def faults_end(self) -> None:
        """Nothing goes wrong any more."""
        self.crash_at("", 0)
        self.refusals = []
        self.post.behaves("takes")

    def comes_to(self, moment: str) -> bool:
        """Whether the bot is cut off at this very moment."""
        if not self.up or self.was_cut or moment != self._moment:
            return False
        self._left -= 1
        if self._left:
            return False
        self.cut()
        return True

    def _letter_taken(self) -> None:
        self.comes_to("letter")

    def cut(self) -> None:
        """The power is cut: nothing of the bot goes on."""
        self.was_cut, self._moment = True, ""
        self.crashes += 1
        for task in list(self._tasks):
            task.cancel()
        self.server.cloud.changed()  # who waits looks again

    def _trouble(self, method: str, params: Mapping[str, Any]) -> Fault | None:
        if method not in SPEECH:
            return None
        if self.comes_to("call"):
            return Fault(drop="before")
        if self.comes_to("answer"):
            return Fault(drop="after")
        fault = self.refusals.pop() if self.refusals else None
        self.refused += fault is not None
        self.lost_answers += fault is not None and fault.drop == "after"
        return fault

    async def start(self, **environment: str) -> None:
        """Start the bot; it is polling when this returns, or was cut off."""
        self._tasks, self.up, self.was_cut = WeakSet(), True, False
        asked = len(self.server.called("getUpdates"))
        with in_the_bot():
            self.app = App(
                Settings.load({**self.environment, **environment}), self.clock,
                tick=BY_HAND, limits_second=LIMITS_SECOND,
            )  # fmt: skip
            self.app.clockwork.second = 0.0  # a screen that could not be shown is tried at the next look
            self._stop = asyncio.Event()
            self._running = asyncio.create_task(self.app.run(self._stop))
        await self.server.until(lambda: self.was_cut or len(self.server.called("getUpdates")) > asked, PATIENCE)

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        self.post.behaves("takes")
        if self.up and self._running:
            self._stop.set()
            await asyncio.wait([self._running])
        if self.was_cut:
            await self.bury()
        elif self._running:
            self._running.result()
        self.up, self._running = False, None

    async def bury(self) -> None:
        """After a cut: wait for the last of its tasks to be gone."""
        while alive := [task for task in self._tasks if not task.done()]:
            await asyncio.gather(*alive, return_exceptions=True)
        await self.app.bot.close_connections()  # the operating system does that for a process
        await self.app.database.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # and this: a connection that was cut in mid-transaction
            gc.collect()
        self.up = self.was_cut = False
        self._running = None
        await self.server.until(lambda: self.server.cloud.poll is None, PATIENCE)

    async def turn(self, to: datetime) -> None:
        """Turn the clock, the database's too."""
        passed, self.clock.now = (to - self.clock.now).total_seconds(), to
        leased = update(NOTICE).where(NOTICE.c.lease_until.is_not(None))
        async with self.reader.transaction() as transaction:
            await transaction.execute(leased.values(lease_until=NOTICE.c.lease_until - passed))

    async def quiet(self) -> None:
        """Until the bot has nothing left to do, or was cut off and buried."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self.up and not self.was_cut and await self._has_work():
                    pass
                if self.was_cut:
                    await self.bury()
        except TimeoutError:
            raise AssertionError(f"it does not come to rest\n{self.server}") from None

    async def _has_work(self) -> bool:
        """Do what there is to do; whether there may be more."""
        server, app = self.server, self.app
        await server.until(lambda: self.was_cut or server.cloud.settled, PATIENCE)
        while not self.was_cut and (busy := self._busy()):
            await asyncio.wait(busy, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        if await self._due():
            await self._in_the_bot(app.sender.send_due(self.clock()))
            return True
        await self._in_the_bot(app.clockwork.tick(self.clock()))
        owed = bool(app.clockwork._failed)  # a screen was tried in vain, perhaps before this tick was over
        return owed or bool(self._busy()) or not server.cloud.settled or await self._due()

    def _busy(self) -> list[asyncio.Task[None]]:
        """The lanes at work, but for letters that the mail server keeps waiting."""
        lanes = self.app.lanes
        waits = {lane for lane in lanes._waiting if isinstance(lane, tuple) and lane[0] == "post"}
        if self.post.keeps_waiting and waits == set(lanes._waiting):
            return []
        return list(lanes._tasks)

    async def _in_the_bot(self, work: Coroutine[Any, Any, None]) -> None:
        with in_the_bot():
            task = asyncio.create_task(work)
        if self.was_cut:
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def _due(self) -> bool:
        """Whether something is due that nobody holds, or that is just being claimed."""
        in_hand = set().union(*self.app.sender._in_hand.values())
        claimed = (NOTICE.c.owner == self.app.kit.outbox.owner) & NOTICE.c.key.not_in(in_hand)
        free = NOTICE.c.lease_until.is_(None) | (NOTICE.c.lease_until < epoch(self.reader.dialect)) | claimed
        due = select(NOTICE.c.key).where(PENDING, NOTICE.c.next_try <= self.clock(), free)
        async with self.reader.transaction() as transaction:
            return (await transaction.execute(due.limit(1))).first() is not None


@contextmanager
def in_the_bot() -> Iterator[None]:
    """What is begun in here is the bot's."""
    token = IN_THE_BOT.set(True)
    try:
        yield
    finally:
        IN_THE_BOT.reset(token)


@asynccontextmanager
async def crashing_town(
    folder: Path, database_url: str, now: datetime, counsellors: int
) -> AsyncIterator[CrashingTown]:
    """A town with so many counsellors, its files in `folder`; its bot is not running yet."""
    clock: list[CrashingTown] = []
    post = PostOffice()
    await post.open()
    clock_of_town = lambda: clock[0].clock() if clock else now  # noqa: E731  # the server is there before the town
    async with BotApiServer(TOKEN, clock=clock_of_town, answer_within=EVER) as server:
        town = CrashingTown(server, post, folder, database_url)
        clock.append(town)
        town.clock.now, town.counsellors = now, [str(number + 1) for number in range(counsellors)]
        town.environment["MADOGUCHI_OFFICE"] = str(office_with_setting(folder, {}, f"counsellors = {town.counsellors}"))
        try:
            with _cut_at_commits(town):
                yield town
        finally:
            await town.stop()
            await town.reader.close()
            await post.close()


@contextmanager
def _cut_at_commits(town: CrashingTown) -> Iterator[None]:
    def commits(connection: Any) -> None:
        if not IN_THE_BOT.get():
            return
        if town.comes_to("commit"):
            raise asyncio.CancelledError
        town.comes_to("committed")

    event.listen(Engine, "commit", commits)
    try:
        yield
    finally:
        event.remove(Engine, "commit", commits)
