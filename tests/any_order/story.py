"""One story: what was done in which order, and after each step a look at everything that must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import delete
from sqlmodel import SQLModel
from structlog.typing import EventDict

from bot.migrate import migrate
from bot.playground.people import Person
from bot.playground.server import Fault
from tests.any_order import bookings, promises, screens
from tests.any_order.crashing_town import CrashingTown
from tests.any_order.ledger import Ledger, read
from tests.any_order.reading_of_the_terms import DAY, at, business_day, last_moment, local
from tests.any_order.visitors import APART, Visitor

NAMES = ("川越 花子", "川越 次郎", "川越 三郎")
LANGUAGES = ("ja", "en", "vi")  # of their phones: the last one is asked for a language first
UPDATE_KEPT = timedelta(hours=24)  # Telegram keeps an update for a day; so old a one never comes again


class Story:
    """`acted`: who did something since the last look. `waits`: whether the bot comes to rest after this step.

    With `all_buttons` what people can do is all there is: more than `promises` knows the rules of.
    """

    def __init__(self, town: CrashingTown, logs: list[EventDict], counts: Counter[str], all_buttons: bool = False):
        self.town, self.logs, self.counts, self.apart = town, logs, counts, () if all_buttons else APART
        self.people = [self._visitor(number, name) for number, name in enumerate(NAMES)]
        self.staff = (town.staff, town.colleague)
        self.lines: list[str] = []
        self.acted: set[int] = set()
        self.stays_down = False
        self.repeated = 0  # whose update has come again, if nothing else was done since the last look
        self.in_hand = False  # whether something was done that the bot was given no time for
        self._updates: list[tuple[datetime, int, dict[str, Any]]] = []
        self._heard: Counter[int] = Counter()
        self.before = Ledger(town.clock())

    def _visitor(self, number: int, name: str) -> Visitor:
        person = self.town.server.person(name, language_code=LANGUAGES[number])
        own = f"{number + 2}" * 4
        return Visitor(
            person, name, f"1103{number}-9{own}", f"visitor{number}@example.jp", f"090-2{number}57-{own}", self.apart
        )

    async def begins(self) -> None:
        """With an empty database."""
        await migrate(self.town.reader)
        async with self.town.reader.transaction() as transaction:
            for table in reversed(SQLModel.metadata.sorted_tables):
                await transaction.execute(delete(table))
        await self.town.start()
        await self.rests()

    def tell(self, what: str) -> None:
        self.lines.append(f"{local(self.town.clock()):%m-%d %a %H:%M:%S} {what}")

    def moment(self, how: str) -> datetime:
        """One that the clock may be turned to."""
        now, ledger = local(self.town.clock()), self.before
        starts = [booking.start for booking in ledger.bookings.values() if booking.state in ("requested", "confirmed")]
        waiting = [notice.next_try for notice in ledger.notices.values() if notice.state == "pending"]
        ahead = sorted(moment for moment in (*waiting, *starts) if moment > now)
        tomorrow = now.date() + DAY
        return {
            "next": ahead[0] if ahead else now + timedelta(minutes=10),
            "midnight": at(tomorrow, "00:00"),
            "morning": at(tomorrow, "09:00"),
            "night": at(now.date(), "21:00") if now.hour < 21 else at(tomorrow, "07:59"),
            "monday": at(tomorrow + (7 - tomorrow.weekday()) % 7 * DAY, "08:30"),
            "deadline": last_moment(min(starts)) if starts else at(business_day(now.date(), 1), "17:15"),
            "soon": min(starts) - timedelta(minutes=20) if starts else now + timedelta(minutes=20),
            "over": min(starts) + timedelta(minutes=50) if starts else now + DAY,
        }.get(how, now + timedelta(hours=1))

    def did(self, person: Person, what: str) -> None:
        """Somebody did this just now; its update may come again."""
        self.tell(f"{person.user['first_name']} {person.user.get('last_name', '')} {what or 'has nothing to press'}")
        self.repeated = 0
        if what and self.town.server.cloud.pending:
            self.acted.add(person.id)
            self._updates.append((self.town.clock(), person.id, self.town.server.cloud.pending[-1]))

    def comes_again(self, pick: int) -> None:
        """An update that the bot has had already."""
        young = [each for each in self._updates if self.town.clock() - each[0] < UPDATE_KEPT]
        if not young:
            return
        _, person, update = young[-1 - pick % len(young)]
        self.repeated = person if self.town.up and not self.in_hand else 0
        self.tell(f"update {update['update_id']} comes again")
        self.town.server.cloud.pending.append(update)
        self.town.server.cloud.changed()

    async def rests(self, waits: bool = True) -> None:
        """Give the bot time, and bring it back where it was cut off and is not to stay down."""
        self.in_hand = not waits
        if not waits:
            return
        while self.town.up:
            await self.town.quiet()
            if self.town.up:
                break
            self.tell("the bot was cut off")
            self.counts["cut off"] += 1
            if self.stays_down:
                return
            await self.town.start()

    async def look(self) -> list[str]:
        """Everything that does not hold."""
        if self.in_hand:
            return []
        now = await read(self.town.reader, self.town.app.seal, self.town.clock())
        wrong = list(chain(self._always(now), self._while_up(now) if self.town.up else ()))
        self._count(now)
        self.before, self.repeated = now, 0
        if not self.town.server.cloud.pending:  # what was done while the bot was away takes effect later
            self.acted = set()
        return wrong

    async def ends(self) -> list[str]:
        """Everybody writes while Telegram fails; then all faults end and an hour goes by: nobody is left waiting."""
        for visitor in self.people:
            if not visitor.person.chat.blocked:
                self.town.refusals = [Fault(drop="before")] * 3
                await visitor.person.says("/mine")
                self.did(visitor.person, "types /mine, and Telegram fails")
                await self.rests()
        self.tell("all faults end")
        self.town.faults_end()
        if not self.town.up:
            await self.town.start()
        await self.rests()
        wrong = await self.look()
        await self.town.turn(self.town.clock() + timedelta(hours=1))
        await self.rests()
        return [*wrong, *await self.look(), *screens.nobody_waits(self.before, self.town)]

    def _always(self, now: Ledger) -> Iterator[str]:
        staff = {person.id: f"{person.user['first_name']} {person.user['last_name']}" for person in self.staff}
        yield from bookings.capacity(now, self.town.counsellors)
        yield from bookings.one_each(now)
        yield from bookings.life(now)
        yield from bookings.named(now, staff)
        yield from bookings.changes(self.before, now, self.acted)
        yield from (f"logged: {each}" for each in self.logs if each["log_level"] == "error")
        if self.apart:
            yield from bookings.versions(now)
            yield from self._as_promised(now)

    def _as_promised(self, now: Ledger) -> Iterator[str]:
        yield from promises.kept(now)
        yield from promises.ended_rightly(self.before, now)
        for visitor in self.people:
            yield from promises.said_rightly(self.before, now, self._new(visitor), visitor)
            yield from promises.said_once(now, self.town, visitor)
        yield from promises.said_to_staff(now, self.town)
        yield from promises.staff_know(now, self.town)

    def _while_up(self, now: Ledger) -> Iterator[str]:
        yield from bookings.times(now)
        yield from promises.due_is_done(now, self.town)
        yield from screens.shown(now, self.town)
        yield from screens.not_again(self.before, now, self.repeated)

    def _new(self, screen: Visitor) -> list[Any]:
        heard = promises.first_seen(screen.person.chat)
        new = heard[self._heard[screen.person.id] :]
        self._heard[screen.person.id] = len(heard)
        return new

    def _count(self, now: Ledger) -> None:
        for key, booking in now.bookings.items():
            before = self.before.bookings.get(key)
            if before is None or before.state != booking.state:
                self.counts[f"booking {booking.state}"] += 1
        for key, decisions in now.decisions.items():
            for decision in decisions[len(self.before.decisions.get(key, [])) :]:
                self.counts[decision.event] += 1
        for key, notice in now.notices.items():
            was = self.before.notices.get(key)
            if notice.state != "pending" and (was is None or was.state == "pending"):
                self.counts[f"notice {notice.state}"] += 1

    def __str__(self) -> str:
        """What was done, and what the bot said of it at last."""
        return "\n".join([*self.lines, *map(str, self.logs[-12:])])
