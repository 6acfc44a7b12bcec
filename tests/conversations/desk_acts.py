"""What staff do at their desk, as its pages do it: bookings by phone, other times, moves, missed sessions weighed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row

from bot import measures, places, urls
from bot.calendar import COUNSELLOR
from bot.counter import BOOKING, SqlCounter
from bot.database import Transaction
from bot.measures import MEASURE, OBJECTION
from flows import policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.desk.people import WHAT
from flows.desk.roles import Member
from flows.notices import ToldOfPeople
from tests.conversations.acts import act
from tests.conversations.stage import Stage
from tests.counters import DETAILS
from tests.town import Clock
from tests.usual_answers import USUAL

STAFF, LEAD = (1, "職員 一号"), Member(2, "責任者 一号", "lead")
DECIDED = {"注意する": "warning", "利用を停止する": "open"}

Work = Callable[[Transaction, SqlCounter], Awaitable[None]]


async def _at_the_desk(stage: Stage, work: Work) -> None:
    """In one transaction, as a page does it."""
    town = stage.town
    async with town.app.database.transaction() as transaction:
        await work(transaction, town.app.kit.counter(transaction, town.clock(), None, "ja"))
    town.app.sender.wake.set()


def _decision(stage: Stage, event: str, channel: str = "desk", slots: tuple[Slot, ...] = ()) -> Decision:
    return Decision(event, stage.town.clock(), *STAFF, channel=channel, starts=tuple(slot.start for slot in slots))


async def _booking(stage: Stage, counter: SqlCounter) -> Booking:
    """That of the reference which the person was given last."""
    reference = stage.references[stage.person.id].replace("-", "")
    found = await counter.transaction.execute(BOOKING.select().where(BOOKING.c.ref == reference))
    return await counter.opened(found.one())


@act("電話で申し込む")
async def book_by_phone(stage: Stage, words: str, about: str) -> None:
    """For this moment; staff take it and confirm it at once. `about` is the job-seeker number."""
    permit = policy.permit(stage.town.app.kit.days, Slot("1", Clock(words)()), stage.town.clock())
    assert isinstance(permit, Permit), permit
    details = {**DETAILS, **USUAL, "seeker_number": about or DETAILS["seeker_number"]}

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking = await counter.request(permit, details, _decision(stage, "request", "phone"))
        assert isinstance(booking, Booking), booking
        assert await counter.move(booking, "confirm", _decision(stage, "confirm"))

    await _at_the_desk(stage, work)


@act("予約コードを送る")
async def send_the_code(stage: Stage, words: str, about: str) -> None:
    """The line of the newest letter that has one."""
    letters = [part.get_content() for letter in stage.town.mailbox.letters if (part := letter.get_body(("plain",)))]
    await stage.person.says(re.findall(r"^/claim \w+", "\n".join(letters), re.MULTILINE)[-1])


@act("別の時間を提案する")
async def propose(stage: Stage, words: str, about: str) -> None:
    """One or more moments, a comma between two."""
    slots = tuple(Slot("1", Clock(moment)()) for moment in re.split("[、,]", words))
    until = policy.proposal_lapses_at(stage.town.app.kit.days, [slot.start for slot in slots], stage.town.clock())

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking = await _booking(stage, counter)
        assert await places.propose(transaction, booking.id, slots) is None
        assert await counter.move(booking, "propose", _decision(stage, "propose", slots=slots), lapses_at=until)

    await _at_the_desk(stage, work)


@act("予約を移す")
async def move(stage: Stage, words: str, about: str) -> None:
    slot = Slot("1", Clock(words)())

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking = await _booking(stage, counter)
        assert await places.exchange(transaction, booking.id, slot)
        assert await counter.move(
            booking, "move", _decision(stage, "move", "phone", (booking.slot,)), **counter.at(slot)
        )

    await _at_the_desk(stage, work)


@act("責任者が決める")
async def weigh(stage: Stage, words: str, about: str) -> None:
    """注意する or 利用を停止する, for a session missed without contact."""

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking, now, kit = await _booking(stage, counter), stage.town.clock(), stage.town.app.kit
        what, number = WHAT[DECIDED[words]], await _number_index(transaction, booking)
        made = await measures.decide(
            transaction, kit.seal, number, booking, what, "no_contact", None, "連絡がなかった", LEAD, now
        )
        told: ToldOfPeople = "warned" if what == "warning" else "suspended"
        await measures.tell(transaction, kit.outbox, told, made, booking, now)

    await _at_the_desk(stage, work)


async def _number_index(transaction: Transaction, booking: Booking) -> str:
    found = await transaction.execute(BOOKING.select().where(BOOKING.c.id == booking.id))
    return str(found.one().number_index)


async def _last_measure(transaction: Transaction, booking: Booking) -> Row[Any]:
    """What was decided last about the person of a booking."""
    of_number = MEASURE.select().where(MEASURE.c.number_index == await _number_index(transaction, booking))
    return max((await transaction.execute(of_number)).all(), key=lambda row: row.id)


@act("責任者が異議に答える")
async def answer(stage: Stage, words: str, about: str) -> None:
    """The newest objection, in these words."""

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking, now, kit = await _booking(stage, counter), stage.town.clock(), stage.town.app.kit
        measure = await _last_measure(transaction, booking)
        of_it = OBJECTION.select().where(OBJECTION.c.measure_id == measure.id)
        number = max(row.id for row in await transaction.execute(of_it))
        assert await measures.answer(transaction, kit.seal, number, booking.id, words, LEAD, now)
        await measures.tell(transaction, kit.outbox, "answered", number, booking, now)

    await _at_the_desk(stage, work)


@act("責任者が取り消す")
async def end(stage: Stage, words: str, about: str) -> None:
    """What was decided last."""

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        booking, now, kit = await _booking(stage, counter), stage.town.clock(), stage.town.app.kit
        measure = await _last_measure(transaction, booking)
        assert await measures.end(transaction, measure.id, booking.id, "objection", LEAD, now)
        told: ToldOfPeople = "withdrawn" if measure.what == "warning" else "unsuspended"
        await measures.tell(transaction, kit.outbox, told, measure.id, booking, now)

    await _at_the_desk(stage, work)


@act("始まったと記録する")
async def note_the_start(stage: Stage, words: str, about: str) -> None:
    """The session of the person whose phone this is."""

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        theirs = BOOKING.select().where(BOOKING.c.chat_id == stage.person.id, BOOKING.c.state == "confirmed")
        booking = await counter.opened((await transaction.execute(theirs)).one())
        assert await counter.move(booking, "start", _decision(stage, "start"))

    await _at_the_desk(stage, work)


@act("担当者のURLを決める")
async def give_an_own_url(stage: Stage, words: str, about: str) -> None:
    """The room of the one counsellor: to the bookings ahead that had the one before, or none."""

    async def work(transaction: Transaction, counter: SqlCounter) -> None:
        before = await urls.own(transaction, counter.seal, "1")
        sealed = counter.seal.seal(words, "counsellor", "url", "1")
        await transaction.execute(COUNSELLOR.update().where(COUNSELLOR.c.id == "1").values(url=sealed))
        await urls.to_bookings_ahead(counter, "1", before, words, stage.town.clock())

    await _at_the_desk(stage, work)
