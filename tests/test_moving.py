"""Another time for a booking: what it holds, until when it is decided, what each end of it leaves, and its races."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from flows import policy
from flows.counter import Booking, Permit, Slot
from tests.counters import DAYS, NOW, Office
from tests.test_races_of_the_counter import at_once
from tests.town import Clock

OLD, NEW, THIRD = "2026-11-24 09:30", "2026-11-26 13:00", "2026-11-27 10:00"
HOLDS = "SELECT purpose, count(*) FROM hold GROUP BY purpose ORDER BY purpose"
BOTH, ONE = [("move", 1), ("request", 1)], [("request", 1)]


async def confirmed(office: Office, chat: int = 1, at: str = OLD) -> Booking:
    booking = await office.request(chat, at)
    assert isinstance(booking, Booking)
    assert await office.move(booking, "confirm")
    return await office.now_is(booking)


async def wished(office: Office, at: str = NEW) -> Booking:
    booking = await confirmed(office)
    assert await office.ask_move(booking, at) == "asked"
    return await office.now_is(booking)


async def test_4_2_a_3_both_times_are_held_until_it_is_decided_and_the_old_one_stays(office: Office) -> None:
    booking = await wished(office)
    assert (booking.state, booking.slot.start) == ("confirmed", Clock(OLD)())
    assert booking.wanted
    assert booking.wanted.slot.start == Clock(NEW)()
    assert await office.all(HOLDS) == BOTH


@pytest.mark.parametrize(
    ("old", "new", "reply_by", "lapses"),
    [
        (OLD, NEW, date(2026, 11, 20), "2026-11-24 08:30"),  # with the last reminder of the time that is kept
        (THIRD, NEW, date(2026, 11, 20), "2026-11-25 17:15"),  # as any request for that time does
    ],
)
def test_a_wish_has_deadlines_of_its_own(old: str, new: str, reply_by: date, lapses: str) -> None:
    permit = policy.permit(DAYS, Slot("1", Clock(new)()), NOW)
    assert isinstance(permit, Permit)
    wanted = policy.new_time(DAYS, permit, Clock(old)())
    assert (wanted.reply_by, wanted.lapses_at) == (reply_by, Clock(lapses)())


def test_nobody_is_promised_a_reply_after_the_wish_has_lapsed() -> None:
    evening = Clock("2026-11-20 20:00")()
    permit = policy.permit(DAYS, Slot("1", Clock(NEW)()), evening)
    assert isinstance(permit, Permit)
    assert permit.reply_by == date(2026, 11, 24)
    assert policy.new_time(DAYS, permit, Clock(OLD)()).reply_by == date(2026, 11, 24)
    early = policy.new_time(DAYS, permit, Clock("2026-11-23 09:30")())
    assert early.reply_by == DAYS.day_of(early.lapses_at) < permit.reply_by


async def test_4_2_b_i_a_confirmed_change_is_one_step(office: Office) -> None:
    booking = await wished(office)
    assert await office.move(booking, "confirm_move")
    now = await office.now_is(booking)
    assert (now.state, now.slot.start, now.wanted, now.told) == ("confirmed", Clock(NEW)(), None, "waiting")
    assert await office.all(HOLDS) == ONE
    assert isinstance(await office.request(2, OLD), Booking)


@pytest.mark.parametrize("answer", ["decline_move", "withdraw_move", "lapse_move"])
async def test_every_other_answer_leaves_the_booking_as_it_was(office: Office, answer: str) -> None:
    booking = await wished(office)
    assert await office.move(booking, answer)
    now = await office.now_is(booking)
    assert (now.state, now.slot.start, now.wanted) == ("confirmed", Clock(OLD)(), None)
    assert await office.all(HOLDS) == ONE
    assert not await office.move(now, answer), "nothing waits any more"
    assert await office.ask_move(now, THIRD) == "asked"


@pytest.mark.parametrize(("event", "left"), [("cancel", []), ("start", ONE), ("end", ONE), ("miss", ONE)])
async def test_a_booking_that_goes_on_otherwise_frees_the_time_that_was_asked_for(
    office: Office, event: str, left: list[tuple[str, int]]
) -> None:
    booking = await wished(office)
    assert await office.move(booking, event)
    assert (await office.now_is(booking)).wanted is None
    assert await office.all(HOLDS) == left
    assert isinstance(await office.request(2, NEW), Booking)


async def test_what_somebody_else_has_cannot_be_asked_for_and_the_booking_stays(office: Office) -> None:
    booking = await confirmed(office)
    await office.request(2, NEW)
    assert await office.ask_move(booking, NEW) == "taken"
    assert (await office.now_is(booking)).wanted is None
    assert await office.ask_move(booking, THIRD) == "asked"


async def test_one_wish_at_a_time(office: Office) -> None:
    booking = await wished(office)
    assert await office.ask_move(booking, THIRD) == "over"
    assert await office.all(HOLDS) == BOTH


async def test_a_request_that_nobody_has_decided_changes_at_once_with_deadlines_anew(office: Office) -> None:
    booking = await office.request(1, OLD)
    assert isinstance(booking, Booking)
    assert await office.ask_move(booking, NEW, Clock("2026-11-20 09:00")()) == "asked"
    now = await office.now_is(booking)
    assert (now.state, now.slot.start, now.reply_by) == ("requested", Clock(NEW)(), date(2026, 11, 24))
    assert await office.all(HOLDS) == ONE
    assert isinstance(await office.request(2, OLD), Booking)


async def moves(booking: Booking, event: str, worker: Office) -> bool:
    return await worker.move(booking, event)


async def test_of_the_answers_that_come_at_once_exactly_one_holds(
    office: Office, tmp_path: Path, database_url: str
) -> None:
    seen = Counter[str]()
    for chat in range(1, 5):
        clock = f"{12 + chat}:00" if chat < 3 else f"{7 + chat}:00"
        booking = await confirmed(office, chat, f"2026-11-24 {clock}")
        assert await office.ask_move(booking, f"2026-11-26 {clock}") == "asked"
        others = ["withdraw_move", "cancel"]
        answers = ["confirm_move", others[chat % 2]]
        came = await at_once(tmp_path, database_url, *(partial(moves, booking, event) for event in answers))
        now = await office.now_is(booking)
        if answers[1] == "withdraw_move":
            assert sorted(came) == [False, True]
            assert now.slot.start.day == (26 if came[0] else 24)
        else:
            assert came[1], "nothing undoes a cancellation"
            assert now.state == "cancelled"
        held = dict(await office.all("SELECT booking_id, count(*) FROM hold GROUP BY booking_id"))
        assert held.get(booking.id, 0) == (0 if now.state == "cancelled" else 1)
        seen[now.state] += 1
    assert set(seen) == {"confirmed", "cancelled"}


async def test_two_who_ask_for_one_time_at_once(office: Office, tmp_path: Path, database_url: str) -> None:
    mine = await confirmed(office)
    came = await at_once(
        tmp_path, database_url, lambda worker: worker.ask_move(mine, NEW), lambda worker: worker.request(2, NEW)
    )
    assert (came[0] == "asked") != isinstance(came[1], Booking)
    assert "taken" in came
    assert await office.all("SELECT count(*) FROM hold") == [(2,)]


async def test_4_2_b_after_a_move_the_new_letter_is_asked_about_unless_one_to_that_address_was(office: Office) -> None:
    asked = "SELECT state, booking_id FROM notice WHERE kind = 'arrived'"
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    assert await office.move(booking, "confirm")

    async def handed() -> None:
        now = await office.now_is(booking)
        await office.database.run(lambda t: office.before(t, 1).tell(now, "handed"))

    await handed()
    assert await office.all(asked) == [("pending", booking.id)]
    assert await office.move(booking, "move")
    assert await office.all(asked) == [("cancelled", booking.id)]
    await handed()
    assert await office.all(asked) == [("pending", booking.id)]
    await office.all("UPDATE notice SET state = 'sent' WHERE kind = 'arrived'")
    assert await office.move(booking, "move")
    await handed()
    assert await office.all(asked) == [("sent", booking.id)]


async def test_4_2_b_an_address_that_was_never_asked_about_is_at_the_next_booking(office: Office) -> None:
    asked = "SELECT state, booking_id FROM notice WHERE kind = 'arrived'"
    for at in ("2026-11-24 09:30", "2026-11-25 09:30"):
        booking = await office.request(1, at)
        assert isinstance(booking, Booking)
        assert await office.move(booking, "confirm")
        now = await office.now_is(booking)
        await office.database.run(lambda t, now=now: office.before(t, 1).tell(now, "handed"))  # type: ignore[misc]  # mypy infers no lambda with a default
        assert await office.all(asked) == [("pending", booking.id)]
        assert await office.move(booking, "cancel")
