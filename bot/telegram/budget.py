"""How much this worker may send, so that Telegram has nothing to refuse: its share of 30 messages a second, 20 in 20
seconds to one chat, where what nobody asked for keeps a second's distance, and 20 a minute to a group. Of a chat other
workers know, too, where there are any; of a group always.

A message counts from when it leaves until its second is over after the answer: in between it has reached Telegram.
Who has to wait goes by rank (`bot.channels`). Without its database the worker goes on with the share it had.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from math import inf
from time import monotonic

from bot.channels import ANSWER
from bot.database import unavailable
from bot.ranks import Waiting
from bot.shares import LEAST, TO_A_CHAT, TO_A_GROUP, Shares

MANY_CHATS = 1000  # when there are more, those with whom nothing goes on are forgotten
PATIENCE, OF_A_GROUP = 0.25, 5.0  # seconds that a message waits for the database

RANK: ContextVar[int] = ContextVar("rank", default=ANSWER)


@contextmanager
def ranked(rank: int) -> Iterator[None]:
    """What is sent in here has this rank; what is sent outside answers somebody."""
    token = RANK.set(rank)
    try:
        yield
    finally:
        RANK.reset(token)


async def _waited(until: Callable[[], Awaitable[float]]) -> None:
    """Wait as long as is said, again and again until it is not at all."""
    while True:
        if not (wait := await until()):
            return
        await asyncio.sleep(wait)


class Window:
    """At most `most` in any `seconds`, whenever between its beginning and its end each has arrived."""

    def __init__(self, most: int, seconds: float):
        self.most, self.seconds, self.under_way = most, seconds, 0
        self.ended: deque[float] = deque()

    def wait(self, now: float, number: int = 1) -> float:
        """Seconds until so many more may begin: 0 for none, infinite while one that is under way must end first."""
        while self.ended and self.ended[0] + self.seconds <= now:
            self.ended.popleft()
        too_many = self.under_way + len(self.ended) + number - self.most
        if too_many <= 0:
            return 0.0
        return self.ended[too_many - 1] + self.seconds - now if too_many <= len(self.ended) else inf

    def end(self, now: float) -> None:
        self.under_way -= 1
        self.ended.append(now)


class Budget:
    """What one worker may send. `second` is how long a second of the limits lasts."""

    def __init__(self, shares: Shares, second: float = 1.0):
        self.shares, self.second = shares, second
        self._all, self._chats = Window(LEAST, second), dict[int, Window]()
        self._evenly = 0.0  # when the next one may leave that answers nobody
        self._waiting, self._changed = Waiting(), asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._good_until = 0.0  # the share
        self._alone_since = inf
        self._halted_until = 0.0

    @property
    def held(self) -> float:
        """For how many more seconds Telegram wants nothing sent."""
        return max(0.0, self._halted_until - monotonic())

    async def halt(self, seconds: float) -> None:
        """Telegram said so: to this worker, which tells the others."""
        self._halted_until = max(self._halted_until, monotonic() + seconds)
        await self._asked(self.shares.halt(seconds))

    async def room(self, group: int, number: int) -> None:
        """Wait until a group takes so many more messages. Who has been alone for its minute knows without asking."""
        near = self._of_chat(group)

        async def wait() -> float:
            if monotonic() > self._alone_since + near.seconds:
                return min(near.wait(monotonic(), number), self.second)
            return await self._asked(self.shares.place(group, number, take=False))

        await _waited(wait)

    @property
    def _alone(self) -> bool:
        return self._alone_since < inf

    async def stay(self) -> None:
        """Where there are other workers, keep what each has at least: who writes after a quiet while need not wait."""
        if not self._alone:
            await self._share()

    @asynccontextmanager
    async def one(self, chat: int) -> AsyncIterator[None]:
        """Send one message to this chat in here: it begins when there is room for it."""
        near = self._of_chat(chat)
        await _waited(lambda: self._until(near, self._apart(chat)))
        near.under_way += 1
        try:
            await self._share()
            if chat < 0:
                await self._place(chat)
            await self._turn(RANK.get())
            try:
                if chat > 0 and not self._alone:
                    await self._place(chat, self._apart(chat))
                yield
            finally:
                self._all.end(monotonic())
                self._changed.set()
        finally:
            near.end(monotonic())

    def _of_chat(self, chat: int) -> Window:
        if len(self._chats) > MANY_CHATS:
            self._forget()
        most, lasts = TO_A_CHAT if chat > 0 else TO_A_GROUP
        return self._chats.setdefault(chat, Window(most, lasts * self.second))

    async def _until(self, window: Window, apart: float) -> float:
        now = monotonic()
        wait = min(window.wait(now), self.second)
        distance = apart and window.ended and window.ended[-1] + apart - now
        return max(wait, distance or 0.0)

    def _apart(self, chat: int) -> float:
        """How far apart two messages to one chat are: a second, but answers, which may come in a burst."""
        return self.second if chat > 0 and RANK.get() != ANSWER else 0.0

    async def _place(self, chat: int, apart: float = 0.0) -> None:
        """Wait for what any worker sends to this chat."""
        await _waited(lambda: self._asked(self.shares.place(chat, apart=apart)))

    def _forget(self) -> None:
        quiet = [chat for chat, each in self._chats.items() if not each.wait(monotonic()) and not each.under_way]
        for chat in quiet:
            if not self._chats[chat].ended:
                del self._chats[chat]

    async def _turn(self, rank: int) -> None:
        """Wait for a place among all messages of this worker."""
        future = self._waiting.put(rank)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        self._changed.set()
        try:
            await future
        except asyncio.CancelledError:
            if not future.cancelled():  # it had just been let go
                self._all.end(monotonic())
            raise

    async def _serve(self) -> None:
        while (rank := self._waiting.first()) is not None:
            await self._share()
            now = monotonic()
            wait = max(self._all.wait(now), self.held, self._evenly - now if rank != ANSWER else 0.0)
            if wait > 0:
                self._changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(wait, max(0.0, self._good_until - now))):
                        await self._changed.wait()
                continue
            self._all.under_way += 1
            apart = self.second / self._all.most
            self._evenly = max(self._evenly, now - apart) + apart
            self._waiting.go()

    async def _share(self) -> None:
        """Ask for the share once a second; a message waits for the answer only where there is none yet that is good."""
        now = monotonic()
        if self._renewing is None and now >= self._good_until - self.shares.used / 2:
            self._renewing = asyncio.create_task(self._renew(now))
        if self._renewing is not None and now >= self._good_until:
            await asyncio.wait({self._renewing}, timeout=PATIENCE)
            if now >= self._good_until:
                self._good_until = monotonic() + self.shares.used / 2  # no answer: the share it had

    async def _renew(self, now: float) -> None:
        try:
            wanting = self._waiting.first() is not None or len(self._all.ended) > self._all.most / 2
            got = await self.shares.renew(wanting)
            self._all.most = got.most
            self._alone_since = min(self._alone_since, monotonic()) if got.alone else inf
            self._halted_until = max(self._halted_until, monotonic() + got.halted)
        except Exception as error:
            if not unavailable(error):
                raise
        finally:
            self._good_until, self._renewing = max(self._good_until, now + self.shares.used), None
            self._changed.set()

    async def _asked(self, question: Awaitable[float | None]) -> float:
        """What the database says, soon; 0 where it is away."""
        try:
            async with asyncio.timeout(OF_A_GROUP):
                return await question or 0.0
        except Exception as error:
            if not isinstance(error, TimeoutError) and not unavailable(error):
                raise
            return 0.0
