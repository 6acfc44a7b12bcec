"""People who talk to the dialogs without Telegram, before the real counter; and one who tries everything.

The explorer tries every button, words that answer, words that do not, back and stop at each screen it comes to, and
each try is undone again by its savepoint.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, insert

from bot import measures, places, waiting
from bot.claims import code_of
from bot.counter import HOLD, SqlCounter
from bot.database import Database, Transaction
from bot.encryption import Seal
from bot.migrate import migrate
from bot.outbox import Outbox
from flows import hearing, policy, reception, showing
from flows.answers import Check, Rejected
from flows.arrival import ARRIVAL
from flows.booking import BOOKING
from flows.cards import CARDS
from flows.choosing import chosen_slot
from flows.counter import Booking, Decision, Permit, Slot
from flows.desk.roles import Member
from flows.joining import JOINING
from flows.office import KAWAGOE
from flows.office_days import OfficeDays
from flows.office_file import load_office
from flows.reception import Command
from flows.steps import (
    BACK,
    PAGE,
    QUIT,
    Button,
    Context,
    Conversation,
    End,
    Pressed,
    Question,
    Said,
    Screen,
    Typed,
    Unreadable,
)
from flows.text import Text
from flows.waiting import OFFERS
from tests.usual_answers import USUAL

DAYS = OfficeDays(load_office(KAWAGOE))
SEAL = Seal([bytes(range(32))], bytes(range(32, 64)))
OUTBOX = Outbox(Database("sqlite://"))  # writes with the transaction that it is given
NOW = datetime(2026, 11, 19, 1, tzinfo=UTC)  # Thursday 10:00 in Kawagoe
NEXT_MORNING = datetime(2026, 11, 24, 23, 45, tzinfo=UTC)  # 8:45 of the day after the first day that is offered
JUST_BEFORE = datetime(2026, 11, 24, 0, 20, tzinfo=UTC)  # ten minutes before the first session that is offered
ALL = {**reception.DIALOGS, **CARDS}
TYPED = ("佐藤 一郎", "13010-98765432", "ichiro@example.jp", "080-9876-5432")  # one of these answers any typed question
FORGED = {"nobody", "", "page", "pagex", "page-1", "page9999", "check", "check9", "checkx", "same", "9999-1", "\x00"}


@dataclass
class Visitor:
    """One conversation with the bot in one transaction; `booking` is whose card it is."""

    transaction: Transaction
    now: datetime = NOW
    chat: int = 7
    conversation: Conversation = field(default_factory=Conversation)
    booking: Booking | None = None

    @property
    def counter(self) -> SqlCounter:
        chat = self.booking.chat if self.booking else self.chat
        return SqlCounter(self.transaction, SEAL, OUTBOX, DAYS, self.now, chat, self.conversation.language)

    @property
    def context(self) -> Context:
        return Context(
            DAYS, self.counter, self.now, self.conversation, 7, "職員 一号" if self.booking else "", self.booking
        )

    @property
    def step(self) -> Any:
        return ALL[self.conversation.dialog].by_name[self.conversation.state]

    def stands_at(self, dialog: str, state: str, *notes: Text) -> bool:
        """Whether the conversation is there, with these words above its screen."""
        there = self.conversation
        return (there.dialog, there.state, there.notes) == (dialog, state, [*notes])

    async def says(self, said: Said | Command) -> Text | None:
        if self.booking is None:
            return (await reception.hear(self.context, said)).toast
        self.conversation.notes = []
        assert not isinstance(said, Command)
        return await hearing.hear(ALL[self.conversation.dialog], self.context, said)

    async def presses(self, value: str) -> Text | None:
        return await self.says(Pressed(self.conversation.flow, self.conversation.state, value))

    async def begins(self, dialog: str, **known: Any) -> Visitor:
        """At the first question of this dialog, or at its end."""
        self.conversation.start(dialog, "f", known)
        await ALL[dialog].begin(self.context)
        return self

    async def screen(self) -> Screen:
        if self.booking is None:
            return await reception.screen(self.context)
        return await showing.screen(ALL[self.conversation.dialog], self.context)

    async def answers(self) -> None:
        """The question, with the first of its words or buttons that leads on."""
        state = self.conversation.state
        for said in await self.possible(answers_only=True):
            await self.says(said)
            if self.conversation.state != state:
                return
        raise AssertionError(f"nothing answers {state}: is a word for it missing in TYPED?")

    async def finishes(self) -> None:
        """From wherever one is in the form to its end, with the first answer to everything."""
        for _ in range(40):
            if isinstance(self.step, End):
                return
            await (self.presses("send") if self.conversation.state == BOOKING.review else self.answers())
        raise AssertionError(f"40 answers did not lead out of {self.conversation.state}")

    async def possible(self, answers_only: bool = False) -> list[Said]:
        """What can be said here: words that its reader takes, its buttons (of many the first and the last two)."""
        question, flow = self.step, self.conversation.flow
        values = [button.value for row in (await self.screen()).rows for button in row]
        if answers_only:
            values = [value for value in values if value not in (BACK, QUIT) and not value.startswith(PAGE)]
        buttons: list[Said] = [Pressed(flow, question.name, value) for value in [*values[:4], *values[4:][-5:]]]
        read = question.read if isinstance(question, Question) else None
        usual = (USUAL[question.name],) if question.name in USUAL else TYPED
        words: list[Said] = [Typed(word) for word in usual if read and not isinstance(read(word), Rejected | Check)]
        if not answers_only:
            return words + buttons + [Typed("9012345678"), Typed("ichiro@gmial.com"), Unreadable()]
        return words or buttons

    def copy(self) -> Visitor:
        return replace(self, conversation=deepcopy(self.conversation), booking=deepcopy(self.booking))


class Undo(Exception):
    """Undoes a savepoint."""


@asynccontextmanager
async def undone(transaction: Transaction) -> AsyncIterator[None]:
    try:
        async with transaction.savepoint():
            yield
            raise Undo
    except Undo:
        return


async def come_to(visitor: Visitor, name: str) -> Visitor:
    for _ in range(40):
        if visitor.conversation.state == name:
            return visitor
        await visitor.answers()
    raise AssertionError(f"40 answers did not lead to {name}")


# Where an exploration begins


async def newcomer(transaction: Transaction) -> Visitor:
    (visitor := Visitor(transaction)).conversation.known["ask_language"] = True
    await visitor.says(Command("start"))
    return visitor


async def at_the_menu(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction)).says(Command("start"))
    return visitor


async def at_the_form(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction)).says(Command("book"))
    return visitor


async def with_a_form_set_aside(transaction: Transaction) -> Visitor:
    """They went to look at something else in the midst of it."""
    visitor = await come_to(await at_the_form(transaction), "name")
    await visitor.says(Command("language"))
    assert visitor.conversation.parked
    assert reception.in_form(visitor.conversation)
    return visitor


async def with_a_request(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.finishes()
    await visitor.says(Command("mine"))
    return visitor


async def with_other_times_to_choose(transaction: Transaction) -> Visitor:
    """The person has asked, and staff propose two other times."""
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    slots = [Slot("1", DAYS.starts(date(2026, 11, 25))[place]) for place in (0, 3)]
    assert await places.propose(transaction, booking.id, slots) is None
    proposed = Decision("propose", NOW, 7, "職員 一号", starts=tuple(slot.start for slot in slots))
    until = policy.proposal_lapses_at(DAYS, proposed.starts, NOW)
    assert await visitor.counter.move(booking, "propose", proposed, lapses_at=until)
    await visitor.says(Command("mine"))
    return visitor


async def on_the_day(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    visitor.now = datetime(2026, 11, 24, 0, tzinfo=UTC)
    await visitor.says(Command("mine"))
    return visitor


async def coming_back(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    await visitor.presses("cancel")
    await visitor.presses("cancel")
    await visitor.says(Command("book"))
    return visitor


async def with_a_confirmed_booking(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking is not None
    await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    await visitor.says(Command("move"))
    return visitor


async def who_asks_for_another_time(transaction: Transaction) -> Visitor:
    visitor = await with_a_confirmed_booking(transaction)
    await visitor.finishes()
    await visitor.says(Command("mine"))
    return visitor


async def who_finds_nothing_free(transaction: Transaction) -> Visitor:
    days = policy.days_to_offer(DAYS, NOW)
    places = [{"counsellor": "1", "start": start, "booking_id": "b"} for day in days for start in DAYS.starts(day)]
    await transaction.execute(insert(HOLD).values(purpose="request"), places)
    visitor = await at_the_form(transaction)
    await come_to(visitor, "day")
    await visitor.says(Command("wait"))
    return visitor


async def who_waits(transaction: Transaction) -> Visitor:
    visitor = await who_finds_nothing_free(transaction)
    await visitor.answers()
    await visitor.says(Command("mine"))
    return visitor


async def who_is_offered_a_time(transaction: Transaction) -> Visitor:
    visitor = await who_waits(transaction)
    freed = HOLD.c.start == DAYS.starts(policy.first_day(DAYS, NOW))[0]
    await transaction.execute(delete(HOLD).where(freed))
    await waiting.serve(visitor.counter)
    await reception.ask(visitor.context, OFFERS, "")
    return visitor


async def who_can_wait_no_more(transaction: Transaction) -> Visitor:
    """The button stands there, and there is a booking by now."""
    visitor = await with_a_request(transaction)
    await visitor.says(Command("wait"))
    return visitor


async def who_changes_who_joins(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    await visitor.says(Command("companion"))
    return visitor


async def who_moves_a_booking_made_by_phone(transaction: Transaction) -> Visitor:
    """Nobody has shown them the terms yet."""
    visitor = await with_a_code(transaction)
    await visitor.finishes()
    await visitor.says(Command("move"))
    return visitor


async def at_a_card_of_another_time(transaction: Transaction, now: datetime = NOW) -> Visitor:
    person = await who_asks_for_another_time(transaction)
    booking = await person.counter.live()
    staff = Visitor(transaction, now, booking=booking)
    staff.conversation.start("deciding_move", f"deciding_move:{person.chat}", {})
    await ALL["deciding_move"].begin(staff.context)
    return staff


async def at_such_a_card_late(transaction: Transaction) -> Visitor:
    return await at_a_card_of_another_time(transaction, datetime(2026, 11, 20, 1, tzinfo=UTC))


async def just_before_the_session(transaction: Transaction) -> Visitor:
    """Confirmed, and asked whether anything is wrong."""
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    visitor.now = JUST_BEFORE
    assert await reception.ask(visitor.context, JOINING, booking.id)
    return visitor


async def asked_whether_the_mail_arrived(transaction: Transaction) -> Visitor:
    visitor = await with_a_request(transaction)
    booking = await visitor.counter.live()
    assert booking
    assert await visitor.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    assert await reception.ask(visitor.context, ARRIVAL, booking.id)
    return visitor


async def asked_about_a_mail_of_no_booking(transaction: Transaction) -> Visitor:
    await reception.ask((visitor := Visitor(transaction)).context, ARRIVAL, "nothing")
    return visitor


async def asked_about_no_session(transaction: Transaction) -> Visitor:
    await reception.ask((visitor := Visitor(transaction)).context, JOINING, "nothing")
    return visitor


async def who_missed_a_session(transaction: Transaction) -> tuple[Visitor, Booking]:
    visitor = await with_a_request(transaction)
    counter, booking = visitor.counter, await visitor.counter.live()
    assert booking is not None
    await counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    await counter.move(booking, "miss", Decision("miss", NOW, 7, "職員 一号"))
    return visitor, booking


async def suspended(transaction: Transaction) -> Visitor:
    """Somebody whose session was missed, and whom a lead has suspended."""
    visitor, booking = await who_missed_a_session(transaction)
    await suspend(visitor, booking)
    await visitor.says(Command("book"))
    return visitor


async def suspend(visitor: Visitor, booking: Booking) -> None:
    number = SEAL.index("booking.seeker_number", booking.details["seeker_number"])
    lead, t = Member(8, "責任者 一号", "lead"), visitor.transaction
    await measures.decide(t, SEAL, number, booking, "suspension", "no_contact", None, "二回目", lead, NOW)


async def suspended_in_another_chat(transaction: Transaction) -> Visitor:
    """The same person, in a chat that the office does not know."""
    await suspended(transaction)
    await (visitor := Visitor(transaction, chat=9)).says(Command("object"))
    return visitor


async def choosing_a_language_meanwhile(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.says(Command("language"))
    return visitor


async def asked_whether_to_continue(transaction: Transaction) -> Visitor:
    visitor = await at_the_form(transaction)
    await visitor.says(Command("start"))
    return visitor


async def at_a_card(transaction: Transaction, name: str = "deciding", now: datetime = NOW) -> Visitor:
    person = await with_a_request(transaction)
    booking = await person.counter.live()
    assert booking is not None
    if name != "deciding":
        await person.counter.move(booking, "confirm", Decision("confirm", NOW, 7, "職員 一号"))
    if name == "settling":
        await person.counter.tell(booking, "failed")
    staff = Visitor(transaction, now, booking=booking)
    staff.conversation.start(name, f"{name}:{booking.id}", {})
    await ALL[name].begin(staff.context)
    return staff


async def at_a_late_card(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, now=datetime(2026, 11, 20, 1, tzinfo=UTC))


async def at_a_card_of_a_failed_mail(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "settling")


async def with_a_code(transaction: Transaction) -> Visitor:
    """Somebody whose request staff have taken by phone, with the phone number that everybody here gives."""
    staff = await at_the_form(transaction)
    await come_to(staff, "review")
    counter = SqlCounter(transaction, SEAL, OUTBOX, DAYS, NOW, None)
    permit = policy.permit(DAYS, chosen_slot(staff.context), NOW)
    assert isinstance(permit, Permit)
    booking = await counter.request(permit, staff.conversation.answers, Decision("request", NOW, 7, channel="phone"))
    assert isinstance(booking, Booking)
    visitor = Visitor(transaction, chat=8)
    await visitor.says(Command("claim", code_of(SEAL, booking.id)))
    return visitor


async def asked_for_a_code(transaction: Transaction) -> Visitor:
    await (visitor := Visitor(transaction, chat=8)).says(Command("claim"))
    return visitor


async def at_a_card_that_asks_who_came(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "attending", datetime(2026, 11, 24, 0, 40, tzinfo=UTC))


async def at_a_card_that_asks_for_an_outcome(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "concluding", NEXT_MORNING)


async def at_such_a_card_of_somebody_who_was_in_touch(transaction: Transaction) -> Visitor:
    staff = await at_a_card_that_asks_for_an_outcome(transaction)
    assert staff.booking
    await staff.counter.note_contact(staff.booking, Decision("contact", NOW, 7, "職員 一号"))
    return staff


async def at_a_card_of_somebody_who_is_late(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "late", JUST_BEFORE)


async def at_a_card_of_somebody_who_cannot_connect(transaction: Transaction) -> Visitor:
    return await at_a_card(transaction, "cannot_connect", JUST_BEFORE)


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
