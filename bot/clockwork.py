"""What passes with time, looked at about once a second by the worker's clock: requests lapse, sessions end, forms
that nobody goes on with are closed, screens that are owed are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import BindParameter, bindparam, select
from telegram.error import TelegramError

from bot import waiting
from bot.channels import ANSWER
from bot.counter import BOOKING
from bot.database import Transaction, unavailable
from bot.kit import Kit
from bot.lanes import Lanes
from bot.lists import Lists
from bot.logs import trace
from bot.pauses import pauses
from bot.retention import forget_what_is_old
from bot.service import Service
from bot.store import Key
from bot.tables import ENDING, LAPSING, MOVING
from flows import lifecycle
from flows.counter import Decision

OWED_AFTER = timedelta(seconds=10)  # a screen this old and not shown is owed; a turn in hand shows its own
AGAIN_SECONDS = (3.0, 60.0)  # between two tries to show one screen: at first, at most
HOUSEKEEPING = timedelta(minutes=1)
NOW: BindParameter[datetime] = bindparam("now")
DUE = {  # what the clock moves next: requests lapse, and wishes for another time; sessions end
    "lapse": select(BOOKING.c.id).where(LAPSING, BOOKING.c.lapses_at <= NOW).order_by(BOOKING.c.lapses_at).limit(100),
    "lapse_move": (
        select(BOOKING.c.id)
        .where(MOVING, BOOKING.c.wanted_lapses_at <= NOW)
        .order_by(BOOKING.c.wanted_lapses_at)
        .limit(100)
    ),
    "end": select(BOOKING.c.id).where(ENDING, BOOKING.c.ends_at <= NOW).order_by(BOOKING.c.ends_at).limit(100),
}

log = structlog.get_logger()


@dataclass
class Failed:
    """A screen that could not be shown: how long it rests after each try, and until when (the loop's clock) now."""

    rests: Iterator[float]
    until: float = 0.0


class Clockwork:
    """One tick after another; each is short, and safe to do twice. `second`: of the pauses between two tries."""

    def __init__(self, kit: Kit, service: Service, lanes: Lanes, second: float = 1.0):
        self.kit, self.service, self.lanes, self.second = kit, service, lanes, second
        self.lists = Lists(kit.outbox)
        self._kept_house: datetime | None = None
        self._trying: set[Key] = set()
        self._failed: dict[Key, Failed] = {}
        self._stuck: set[str] = set()  # bookings that the log has named

    async def tick(self, now: datetime) -> None:
        """Everything that is due at `now`, by the calendar as it is now."""
        await self.follow_the_calendar(now)
        await self.move_bookings(now)
        await self.pass_offers_on(now)
        if self.lists.is_due(self.kit.days, now):
            await self.promise_the_list(now)
        await self.show_owed(now - OWED_AFTER)
        if self._kept_house is None or abs(now - self._kept_house) >= HOUSEKEEPING:
            await self._keep_house(now)
            self._kept_house = now

    async def follow_the_calendar(self, now: datetime) -> None:
        """What another worker, or the desk served alone, has closed or opened."""
        await self.kit.store.database.run(lambda t: self.kit.calendar.follow(t, now))

    async def promise_the_list(self, now: datetime) -> None:
        """第4条(2)b 「翌営業日中に」: of what waits for an answer, when its time has come."""
        await self.kit.store.database.run(lambda t: self.lists.promise(t, self.kit.days, now))
        self.service.sender.wake.set()

    async def move_bookings(self, now: datetime) -> None:
        """The clock's moves: requests lapse, sessions end (4(1))."""

        async def look(transaction: Transaction) -> list[tuple[str, str]]:
            due = [(event, await transaction.execute(which, {"now": now})) for event, which in DUE.items()]
            return [(row.id, event) for event, rows in due for row in rows]

        for booking_id, event in await self.kit.store.database.run(look):
            try:
                await self._move(booking_id, event, now)
            except Exception as error:
                if unavailable(error):
                    raise
                if booking_id not in self._stuck:
                    log.error("the clock cannot move a booking", booking=booking_id, move=event, **trace(error))
                self._stuck.add(booking_id)

    async def _move(self, booking_id: str, event: str, now: datetime) -> None:
        async def work(transaction: Transaction) -> None:
            counter = self.kit.counter(transaction, now, None, "")
            booking = await counter.booking(booking_id)
            if booking and lifecycle.may(booking, event):
                await counter.move(booking, event, Decision(event, now, channel="clock"))
                self.service.sender.wake.set()

        await self.kit.store.database.run(work)

    async def pass_offers_on(self, now: datetime) -> None:
        """Times that whoever waits did not ask for while they were kept go to the next."""
        if await self.kit.store.database.run(lambda t: waiting.lapse(self.kit.counter(t, now, None, ""))):
            self.service.sender.wake.set()

    async def show_owed(self, before: datetime) -> None:
        """Screens that a crash or an outage left unsaid: nobody stays in silence."""
        keys = await self.kit.store.database.run(lambda t: self.kit.store.owed(t, before))
        if self.service.api.held:
            return
        self._failed = {key: self._failed[key] for key in keys if key in self._failed}
        for key in keys:
            if key not in self._trying and not self._rests(key):
                self._trying.add(key)
                self.lanes.put(_lane(key), partial(self._show, self.service.again, key))

    async def _show(self, screen: Callable[[Key], Awaitable[None]], key: Key) -> None:
        """Try once; what fails is owed and tried more and more rarely, and its lane goes on meanwhile."""
        try:
            async with self.service.sender.saying.turn(ANSWER):
                await screen(key)
        except TelegramError as error:
            if key not in self._failed:
                log.info("still not said", chat=key[0], error=type(error).__name__)
            failed = self._failed.setdefault(key, Failed(pauses(*AGAIN_SECONDS)))
            failed.until = asyncio.get_running_loop().time() + next(failed.rests) * self.second
        finally:
            self._trying.discard(key)

    def _rests(self, key: Key) -> bool:
        return key in self._failed and asyncio.get_running_loop().time() < self._failed[key].until

    def hurry(self) -> None:
        """Telegram answers again: what could not be shown is tried now."""
        self._failed.clear()

    async def _keep_house(self, now: datetime) -> None:
        store = self.kit.store
        for key in await store.database.run(lambda t: store.fleeting(t, self.kit.idle_since(now))):
            self.lanes.put(_lane(key), partial(self._show, self.service.expire, key))
        kit = self.kit
        await store.database.run(lambda t: waiting.serve(kit.counter(t, now, None, "")))
        await store.database.run(lambda t: forget_what_is_old(t, kit.seal, kit.days.office, now))


def _lane(key: Key) -> Hashable:
    return key if key[1] else key[0]
