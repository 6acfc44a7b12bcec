"""One who tries everything: each kind of place that can be come to, and what comes of each thing said there.

The explorer tries every button, words that answer, words that do not, back and stop at each screen it comes to, and
each try is undone again by its savepoint.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.database import Database, Transaction
from bot.migrate import migrate
from flows.steps import (
    BACK,
    Button,
    Conversation,
    Pressed,
    Question,
    Screen,
)
from flows.text import Text
from tests.conversations.staff_at_cards import (
    at_a_card,
    at_a_card_of_a_failed_mail,
    at_a_card_of_another_time,
    at_a_card_of_somebody_who_cannot_connect,
    at_a_card_of_somebody_who_is_late,
    at_a_card_that_asks_for_an_outcome,
    at_a_card_that_asks_who_came,
    at_a_late_card,
    at_such_a_card_late,
    at_such_a_card_of_somebody_who_was_in_touch,
)
from tests.conversations.visitor import ALL, Visitor, undone
from tests.conversations.visitors import (
    asked_about_a_mail_of_no_booking,
    asked_about_no_session,
    asked_for_a_code,
    asked_whether_the_mail_arrived,
    asked_whether_to_continue,
    choosing_a_language_meanwhile,
    coming_back,
    just_before_the_session,
    newcomer,
    on_the_day,
    suspended,
    suspended_in_another_chat,
    who_asks_for_another_time,
    who_can_wait_no_more,
    who_changes_who_joins,
    who_finds_nothing_free,
    who_is_offered_a_time,
    who_moves_a_booking_made_by_phone,
    who_waits,
    with_a_code,
    with_a_confirmed_booking,
    with_a_request,
    with_other_times_to_choose,
)

FORGED = {"nobody", "", "page", "pagex", "page-1", "page9999", "check", "check9", "checkx", "same", "9999-1", "\x00"}


BEGINNINGS: tuple[Callable[[Transaction], Awaitable[Visitor]], ...] = (
    newcomer, suspended, suspended_in_another_chat, asked_whether_to_continue,
    choosing_a_language_meanwhile, coming_back, with_a_request, with_other_times_to_choose, on_the_day,
    with_a_confirmed_booking, who_asks_for_another_time, who_moves_a_booking_made_by_phone, who_changes_who_joins,
    who_finds_nothing_free, who_waits, who_is_offered_a_time, who_can_wait_no_more,
    just_before_the_session, asked_about_no_session, asked_whether_the_mail_arrived, asked_about_a_mail_of_no_booking,
    with_a_code, asked_for_a_code,
    at_a_card, at_a_late_card, at_a_card_of_a_failed_mail, at_a_card_of_another_time, at_such_a_card_late,
    at_a_card_that_asks_who_came, at_a_card_that_asks_for_an_outcome, at_such_a_card_of_somebody_who_was_in_touch,
    at_a_card_of_somebody_who_is_late, at_a_card_of_somebody_who_cannot_connect,
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A kind of place: its screen, and what came of buttons that are not of this screen and of values never offered."""

    conversation: Conversation
    now: datetime
    staff: bool
    screen: Screen
    old_buttons: tuple[tuple[Text | None, Conversation], ...]
    forged: tuple[tuple[str, Conversation, Screen], ...]

    @property
    def step(self) -> Any:
        return ALL[self.conversation.dialog].by_name[self.conversation.state]

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.screen.rows for button in row]


async def explored() -> list[Seen]:
    """Every kind of place that can be come to, each once."""
    database, seen, found = Database("sqlite://"), set[object](), list[Seen]()
    await migrate(database)
    async with database.transaction() as transaction:
        for beginning in BEGINNINGS:
            async with undone(transaction):
                found += [each async for each in _explore(await beginning(transaction), seen)]
    await database.close()
    return found


async def _explore(visitor: Visitor, seen: set[object]) -> AsyncIterator[Seen]:
    waiting = [visitor]
    while waiting:
        here = waiting.pop()
        yield await _look(here)
        for said in await here.possible():
            async with undone(here.transaction):
                await (there := here.copy()).says(said)
                if (place := _place(there)) not in seen:
                    seen.add(place)
                    waiting.append(there)


async def _look(here: Visitor) -> Seen:
    old, forged = [], []
    flow, state = here.conversation.flow, here.conversation.state
    for pressed in (Pressed("another", state, BACK), Pressed(flow, "another", "yes"), Pressed("", "", "")):
        told = await (there := here.copy()).says(pressed)
        old.append((told, there.conversation))
    offered = {button.value for row in (await here.screen()).rows for button in row}
    for value in FORGED - offered if isinstance(here.step, Question) else ():
        async with undone(here.transaction):
            await (there := here.copy()).presses(value)
            forged.append((value, there.conversation, await there.screen()))
    staff = here.booking is not None
    return Seen(deepcopy(here.conversation), here.now, staff, await here.screen(), tuple(old), tuple(forged))


def _place(visitor: Visitor) -> tuple[object, ...]:
    """What tells one kind of place from another; not which day or name was given."""
    c = visitor.conversation
    ready, again = "companion" in c.answers, bool(c.known.get("before"))
    return c.dialog, c.state, c.editing, c.check is not None, c.page > 0, ready, again, c.parked is not None
