"""Waiting for a free time: who is asked, for how long, how often, and who has it when two want it at once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot import pausing, waiting
from bot.counter import HOLD
from flows.counter import Booking, Slot, Waiting
from flows.desk.roles import Member
from flows.waiting import counter_time_after, offered_until
from tests.counters import DAYS, NOW, Office
from tests.desk import open_desk
from tests.test_desk_week import CLOSE, LOOK, OPEN
from tests.test_races_of_the_counter import at_once
from tests.town import Clock

DAY = date(2026, 11, 26)
FIRST, SECOND = "2026-11-26 09:30", "2026-11-26 10:00"
OFFERS = "SELECT chat_id, until FROM waiting WHERE until IS NOT NULL ORDER BY chat_id"
NOON = Clock("2026-11-19 12:00")()
LEAD = Member(701, "責任者 一号", "lead")


async def full(office: Office) -> list[Booking]:
    """A day on which two people have asked for the first two times, and everything else is somebody's."""
    booked = [await office.request(1, FIRST), await office.request(2, SECOND)]
    others = DAYS.starts(DAY)[2:]
    rows = [{"counsellor": "1", "start": start, "booking_id": "b", "purpose": "request"} for start in others]
    async with office.database.transaction() as transaction:
        await transaction.execute(insert(HOLD), rows)
    return [booking for booking in booked if isinstance(booking, Booking)]


async def wait(office: Office, *chats: int, now: datetime = NOW, last: date = DAY) -> None:
    for chat in chats:
        async with office.database.transaction() as transaction:
            await office.before(transaction, chat, now).wait(Waiting(DAY, last))


async def passes_on(office: Office, chat: int) -> bool:
    return await office.database.run(lambda t: office.before(t, chat).pass_on())


async def lapse(office: Office, now: datetime) -> bool:
    return await office.database.run(lambda t: waiting.lapse(office.before(t, None, now)))


async def asked(office: Office) -> list[int]:
    return [chat for chat, _ in await office.all(OFFERS)]


async def test_a_freed_time_is_kept_for_who_has_waited_longest_and_for_nobody_else(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11, 12)
    assert await asked(office) == []
    assert await office.move(first, "cancel")
    assert await asked(office) == [11]
    assert await office.request(12, FIRST) == "taken"
    assert isinstance(await office.request(11, FIRST), Booking)
    assert await office.all("SELECT chat_id FROM waiting") == [(12,)]
    assert await office.all("SELECT count(*) FROM hold WHERE purpose = 'offer'") == [(0,)]


async def test_three_are_asked_in_turn_and_then_it_is_free_for_everybody(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11, 12, 13, 14)
    await office.move(first, "cancel")
    in_turn = []
    for hour in (12, 14, 16):
        in_turn += await asked(office)
        assert await lapse(office, Clock(f"2026-11-19 {hour}:00")())
    assert in_turn == [11, 12, 13]
    assert await asked(office) == []
    assert isinstance(await office.request(9, FIRST), Booking)


async def test_who_wants_none_of_it_passes_it_on_at_once_and_is_asked_no_more_that_day(office: Office) -> None:
    first, second = await full(office)
    await wait(office, 11, 12)
    await office.move(first, "cancel")
    assert await passes_on(office, 11)
    assert not await passes_on(office, 11), "nothing is kept for them any more"
    assert await asked(office) == [12]
    await office.move(second, "cancel")
    assert await asked(office) == [12], "once a day"
    tomorrow = Clock("2026-11-20 09:00")()
    await office.database.run(lambda t: waiting.serve(office.before(t, None, tomorrow)))
    assert sorted(await asked(office)) == [11, 12]
    assert await office.request(9, SECOND) == "taken"


async def test_what_somebody_has_had_since_is_offered_anew(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11)
    await office.move(first, "cancel")
    await passes_on(office, 11)
    again = await office.request(3, FIRST)
    assert isinstance(again, Booking)
    tomorrow = Clock("2026-11-20 09:00")()
    await office.move(again, "decline", tomorrow)
    await office.database.run(lambda t: waiting.serve(office.before(t, None, tomorrow)))
    assert await asked(office) == [11]


async def test_who_has_a_booking_by_now_is_not_asked(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11, 12)
    assert isinstance(await office.request(11, "2026-11-27 10:00"), Booking)
    await office.move(first, "cancel")
    assert await asked(office) == [12]


async def test_who_waits_for_a_week_is_asked_for_any_day_of_it(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11, last=date(2026, 11, 26))
    await office.move(first, "cancel")
    assert await asked(office) == [11]


async def test_nothing_is_offered_while_new_requests_are_paused(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11)
    await office.database.run(lambda t: pausing.pause(t, office.outbox, "illness", LEAD, NOW))
    await office.move(first, "cancel")
    assert await asked(office) == []
    await office.database.run(lambda t: pausing.resume(t, office.outbox, LEAD, NOW))
    await office.database.run(lambda t: waiting.serve(office.before(t, None)))
    assert await asked(office) == [11]


async def test_who_stops_waiting_frees_what_was_kept_for_the_next(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11, 12)
    await office.move(first, "cancel")
    await office.database.run(lambda t: office.before(t, 11).stop_waiting())
    assert await asked(office) == [12]
    assert await office.all("SELECT chat_id FROM waiting") == [(12,)]


@pytest.mark.parametrize(
    ("now", "minutes", "until"),
    [
        ("2026-11-19 10:00", 120, "2026-11-19 12:00"),
        ("2026-11-20 16:15", 120, "2026-11-24 09:30"),  # over the weekend and a holiday
        ("2026-11-21 12:00", 120, "2026-11-24 10:30"),
        ("2026-11-19 03:00", 60, "2026-11-19 09:30"),
    ],
)
def test_the_hours_are_those_in_which_the_counter_is_open(now: str, minutes: int, until: str) -> None:
    assert counter_time_after(DAYS, Clock(now)(), minutes) == Clock(until)()


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-24 10:00", "2026-11-24 12:00"),
        ("2026-11-24 16:30", "2026-11-25 00:00"),  # never past the day by which it must be asked for
        ("2026-11-24 22:00", None),  # nobody is woken for it, and in the morning it is too late
        ("2026-11-25 00:00", None),
    ],
)
def test_4_1_b_nothing_is_offered_past_its_deadline(now: str, until: str | None) -> None:
    found = offered_until(DAYS, Clock(FIRST)(), Clock(now)())
    assert found == (Clock(until)() if until else None)


async def test_places_that_are_opened_again_go_first_to_who_waits(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    async with open_desk(database_url, tmp_path) as desk:
        lead = await desk.signed_in("lead")
        await lead.opens("/closing")
        closed = {"first": "2026-11-26", "last": "2026-11-26", "reason": "away"}
        await lead.presses(LOOK, **closed)
        shown = await lead.presses(CLOSE)
        assert shown.path.startswith("/closures/"), shown.text
        await wait(office, 11)
        assert await asked(office) == []
        await lead.presses(OPEN)
        assert await asked(office) == [11]
        await lead.opens("/week?from=2026-11-23")
        assert lead.shown.status == 200
        assert "返事待ち" in lead.shown.text, "the week does not show it as free"


async def test_one_person_is_offered_one_time_though_two_are_freed_at_once(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    first, second = await full(office)
    await wait(office, 11)
    await at_once(
        tmp_path,
        database_url,
        lambda worker: worker.move(first, "cancel"),
        lambda worker: worker.move(second, "cancel"),
    )
    assert await asked(office) == [11]
    assert await office.all("SELECT count(*) FROM hold WHERE purpose = 'offer'") == [(1,)]


async def test_of_the_request_and_the_end_of_the_offer_at_once_one_holds(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    first, _ = await full(office)
    await wait(office, 11, 12)
    await office.move(first, "cancel")
    came, _ = await at_once(
        tmp_path, database_url, lambda worker: worker.request(11, FIRST), lambda worker: lapse(worker, NOON)
    )
    held = await office.all("SELECT purpose, count(*) FROM hold WHERE booking_id <> 'b' GROUP BY purpose")
    assert dict(held) == ({"request": 2} if isinstance(came, Booking) else {"request": 1, "offer": 1})
    assert await asked(office) == ([] if isinstance(came, Booking) else [12])


async def test_two_who_ask_at_once_for_what_is_offered_to_one(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    first, _ = await full(office)
    await wait(office, 11)
    await office.move(first, "cancel")
    theirs, mine = await at_once(
        tmp_path, database_url, lambda worker: worker.request(12, FIRST), lambda worker: worker.request(11, FIRST)
    )
    assert theirs == "taken"
    assert isinstance(mine, Booking)
    assert mine.slot == Slot("1", Clock(FIRST)())


async def test_who_waited_is_forgotten_when_the_days_are_over(office: Office) -> None:
    first, _ = await full(office)
    await wait(office, 11)
    await office.move(first, "cancel")
    for day, left in ((DAY, 1), (date(2026, 11, 27), 0)):
        at = DAYS.at(day, Clock("2026-11-19 12:00")().time())
        async with office.database.transaction() as transaction:
            await waiting.forget(transaction, day, at, 10)
        assert await office.all("SELECT count(*) FROM waiting") == [(left,)]
    assert await office.all("SELECT count(*) FROM hold WHERE purpose = 'offer'") == [(0,)]
