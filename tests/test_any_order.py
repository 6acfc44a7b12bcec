"""Book, change, cancel, decide, clock forward, crash and fault, in any order: what must hold, holds after every step.

Hypothesis makes up the stories and shortens one that fails; a failing one is printed as what people did.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog.testing
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, sampled_from

from bot.playground.people import Person
from bot.playground.server import Fault
from tests.any_order.crashing_town import MOMENTS, crashing_town
from tests.any_order.reading_of_the_terms import TOKYO, local
from tests.any_order.story import NAMES, Story
from tests.any_order.visitors import COMMANDS, buttons, presses_one, stale_buttons, value_of

MORNINGS = ("2026-11-19 10:00", "2026-11-20 16:50", "2026-12-24 22:30", "2027-01-07 23:58")
FAULTS = (Fault(status=500), Fault(drop="before"), Fault(drop="after"))
LONGEST = timedelta(days=80)  # details are erased some time later

someone, anything, waits = integers(0, 2), integers(0, 11), sampled_from((True, True, True, False))


def counted(act: Callable[..., None]) -> Callable[..., None]:
    """A rule that is counted by its name."""

    @wraps(act)
    def counts(story: AnyOrder, **given: Any) -> None:
        story.counts[act.__name__] += 1
        act(story, **given)

    return counts


class AnyOrder(RuleBasedStateMachine):
    """`waits`: whether the bot comes to rest before the next thing happens; `it` picks among what is there."""

    folder: Path
    database_url: str
    counts: Counter[str]
    all_buttons = False

    def __init__(self) -> None:
        super().__init__()
        self.runner, self.open, self.well = asyncio.Runner(), AsyncExitStack(), False

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        self.well = False
        try:
            self.runner.run(work)
        except BaseException as error:
            error.add_note(str(self.story))
            raise
        self.well = True

    @initialize(
        morning=sampled_from(MORNINGS),
        booked=sampled_from((3, 2)),
        far=sampled_from((15, 14)),
        confirmed=sampled_from((2, 1, 3, 0)),
        counsellors=sampled_from((1, 2)),
    )
    def begins(self, morning: str, booked: int, far: int, confirmed: int, counsellors: int) -> None:
        """Some have sent a request, or all but sent it (a newcomer's 14 sensible things); staff confirmed some."""
        self.logs = self.open.enter_context(structlog.testing.capture_logs())
        self.morning = datetime.fromisoformat(morning).replace(tzinfo=TOKYO)
        self.runner.run(self._begin(counsellors))
        for who in range(booked):
            self.goes_on(who=who, it=0, times=far, waits=True)
            if who < confirmed:
                self.staff_press(who=0, it=0, old=False, waits=True)

    async def _begin(self, counsellors: int) -> None:
        town = await self.open.enter_async_context(
            crashing_town(self.folder, self.database_url, self.morning, counsellors)
        )
        self.town, self.story = town, Story(town, self.logs, self.counts, self.all_buttons)
        self.counts["examples"] += 1
        await self.story.begins()

    @rule(who=someone, it=anything, waits=waits)
    @counted
    def books(self, who: int, it: int, waits: bool) -> None:
        """As far as it goes: who has a booking is not given another."""
        self.commands(who=who, command="book", waits=waits)
        self.goes_on(who=who, it=it, times=14, waits=waits)

    @rule(who=someone, it=anything, times=integers(1, 2), waits=waits)
    @counted
    def goes_on(self, who: int, it: int, times: int, waits: bool) -> None:
        """Somebody does the next sensible thing, some times over."""
        for _ in range(times):
            self._does(who, lambda: self.story.people[who].goes_on(it), waits)

    @rule(who=someone, it=integers(0, 30), old=booleans(), waits=waits)
    @counted
    def presses(self, who: int, it: int, old: bool, waits: bool) -> None:
        """A button that stands there, or any that ever stood there."""
        person = self.story.people[who].person
        there = (stale_buttons if old else buttons)(person, self.story.apart)
        self._does(who, lambda: presses_one(person, person, there, it), waits)

    @rule(who=someone, it=integers(0, 15), waits=waits)
    @counted
    def types(self, who: int, it: int, waits: bool) -> None:
        words = self.story.people[who].words(it)
        self._does(who, lambda: _says(self.story.people[who].person, words), waits)

    @rule(who=someone, command=sampled_from(COMMANDS), waits=waits)
    @counted
    def commands(self, who: int, command: str, waits: bool) -> None:
        self._does(who, lambda: _says(self.story.people[who].person, f"/{command}"), waits)

    @rule(who=someone, it=anything)
    @counted
    def asks_for_another_time(self, who: int, it: int) -> None:
        """Where that is among the buttons; else with the form, or not at all."""
        self.commands(who=who, command="mine", waits=True)
        person = self.story.people[who].person
        there = [each for each in buttons(person, self.story.apart) if value_of(each[1]) == "menu:move"]
        self._does(who, lambda: presses_one(person, person, there, 0), waits=True)
        self.goes_on(who=who, it=it, times=3, waits=True)

    @rule(who=someone, waits=waits)
    @counted
    def cancels(self, who: int, waits: bool) -> None:
        self.commands(who=who, command="mine", waits=True)
        for _ in range(2):
            self._does(who, lambda: self.story.people[who].goes_on(0), waits)

    def _does(self, who: int, act: Callable[[], Coroutine[Any, Any, str]], waits: bool) -> None:
        person = self.story.people[who].person
        if person.chat.blocked:
            return
        self.counts["acts"] += 1
        self.run(self._done(person, act, waits))

    async def _done(self, person: Person, act: Callable[[], Coroutine[Any, Any, str]], waits: bool) -> None:
        self.story.did(person, await act())
        await self.story.rests(waits)
        if waits and self.town.up and not person.chat.blocked:
            self.town.deaf.discard(person.id)

    @rule(who=integers(0, 1), it=integers(0, 30), old=sampled_from((False, False, True)), waits=waits)
    @counted
    def staff_press(self, who: int, it: int, old: bool, waits: bool) -> None:
        person, group = self.story.staff[who], self.town.group
        there = (stale_buttons if old else buttons)(group, self.story.apart)
        self.counts["acts"] += 1
        self.run(self._done(person, lambda: presses_one(person, group, there, it), waits))

    @rule(it=anything, waits=waits)
    @counted
    def an_update_comes_again(self, it: int, waits: bool) -> None:
        self.story.comes_again(it)
        self.run(self.story.rests(waits))

    @rule(who=sampled_from((2, 1)))
    @counted
    def turns_away_or_back(self, who: int) -> None:
        """Blocks the bot, or takes it back and says /start: the app does it."""
        person = self.story.people[who].person
        if not person.chat.opened:
            return
        self.story.tell(f"{NAMES[who]} {'takes the bot back' if person.chat.blocked else 'blocks the bot'}")
        self.run(self._turns_to_the_bot(person))

    async def _turns_to_the_bot(self, person: Person) -> None:
        if not person.chat.blocked:
            person.blocks_bot()
            self.town.deaf.add(person.id)
            await self.story.rests()
            return
        person.unblocks_bot()
        await self._done(person, lambda: _says(person, "/start"), waits=True)

    @rule(how=sampled_from(("next", "hour", "midnight", "morning", "night", "monday", "deadline", "soon", "over")))
    @counted
    def clock_goes_forward(self, how: str) -> None:
        self.run(self._forward(how))

    async def _forward(self, how: str) -> None:
        await self.story.rests()
        to = max(self.story.moment(how), self.town.clock())
        if to - self.morning > LONGEST:
            return
        self.story.repeated = 0  # the clock takes turns of its own
        self.story.tell(f"the clock goes to {local(to):%m-%d %a %H:%M:%S} ({how})")
        await self.town.turn(to)
        await self.story.rests()

    @rule(how=sampled_from(("takes", "takes", "450 try later", "550 no such user", "keeps waiting")))
    @counted
    def the_mail_server(self, how: str) -> None:
        self.story.tell(f"the mail server: {how}")
        self.town.post.behaves(how)
        self.run(self.story.rests())

    @rule(fault=sampled_from(FAULTS), times=integers(1, 4))
    @counted
    def telegram_fails(self, fault: Fault, times: int) -> None:
        self.story.tell(f"Telegram fails {times} times: {fault}")
        self.town.refusals = [fault] * times

    @rule(moment=sampled_from(MOMENTS), after=integers(1, 12), stays_down=booleans())
    @counted
    def will_crash(self, moment: str, after: int, stays_down: bool) -> None:
        """The bot is cut off at such a moment, soon."""
        self.story.tell(f"(the {moment} number {after} from here on cuts the bot off)")
        self.story.stays_down = stays_down
        self.town.crash_at(moment, after)

    @rule(gently=booleans())
    @counted
    def stops_or_starts(self, gently: bool) -> None:
        self.run(self._stops_or_starts(gently))

    async def _stops_or_starts(self, gently: bool) -> None:
        if not self.town.up:
            self.story.tell("the bot starts")
            await self.town.start()
            await self.story.rests()
            return
        self.story.tell("the bot stops" if gently else "the bot is cut off")
        self.story.stays_down, self.story.in_hand = True, False
        if not gently:
            self.town.cut()
        await self.town.stop()

    @invariant()
    def all_is_well(self) -> None:
        self.counts["steps"] += 1
        self.run(self._look())

    async def _look(self) -> None:
        wrong = await self.story.look()
        assert not wrong, "\n".join(wrong)

    def teardown(self) -> None:
        """The faults end, and nobody is left waiting."""
        with self.runner:
            try:
                if self.well:
                    self.run(self._ends())
            finally:
                self.runner.run(self.open.aclose())

    async def _ends(self) -> None:
        wrong = await self.story.ends()
        assert not wrong, "\n".join(wrong)


async def _says(person: Person, words: str) -> str:
    await person.says(words)
    return f"types {words}"


# A cut bot gives no connection back; the operating system takes it from a process.
@pytest.mark.filterwarnings("ignore:The garbage collector is trying to clean up non-checked-in connection")
@pytest.mark.parametrize("with_", ["all promises", "all buttons"])
def test_what_must_hold_holds_in_any_order(
    tmp_path: Path, database_url: str, times: Callable[[int, int], int], request: pytest.FixtureRequest, with_: str
) -> None:
    """Capacity, one live booking, a legal life, decisions with names, screens that fit; and either notices equal to
    the rules, or moves, companions and waiting too, whose notices tests/year reads the rules of.
    """
    seed = request.config.getoption("--seed")
    counts: Counter[str] = Counter()

    class Here(AnyOrder):
        pass

    Here.folder, Here.database_url, Here.counts = tmp_path, database_url, counts
    Here.all_buttons = with_ == "all buttons"
    here = hypothesis.seed(seed)(Here)
    how = hypothesis.settings(
        max_examples=times(4, 150), stateful_step_count=times(20, 50), deadline=None, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False,
        phases=(Phase.generate, Phase.shrink)[: times(1, 2)],  # to shorten a story takes minutes
    )  # fmt: skip
    try:
        run_state_machine_as_test(here, settings=how)
    finally:
        print(f"--seed {seed}:", dict(sorted(counts.items())))  # noqa: T201  # what was counted, for `-rP` and failures
