"""Another time that somebody asks for, on the desk: with both times in the list and on the booking's page, decided
there once, and what is said where it has moved on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.counters import Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.desk_things import Filling
from tests.test_moving import NEW, OLD, THIRD, wished
from tests.town import Clock


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def in_the_list(desk: OpenDesk, role: str = "counsellor") -> Visitor:
    visitor = await desk.signed_in(role)
    await visitor.opens("/requests")
    return visitor


async def test_the_list_shows_both_times_and_deadlines_and_nothing_personal(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office)
    text = (await in_the_list(desk)).shown.text
    assert "日時変更の希望" in text
    for words in ("11月24日(火) 9:30", "11月26日(木) 13:00", booking.reference, "11月20日(金)"):
        assert words in text
    for personal in ("川越 太郎", "11030", "taro@example.jp"):
        assert personal not in text


@on_sqlite_alone
async def test_a_time_that_was_closed_after_it_was_asked_for_says_so(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office)
    visitor = await in_the_list(desk)
    assert "休止の枠" not in visitor.shown.text
    async with desk.database.transaction() as transaction:
        number = await Filling(desk, transaction).closure("2026-11-26 13:00", "2026-11-26 16:00")
    for path in ("/requests", f"/bookings/{booking.id}"):
        assert f"/closures/{number}" in (await visitor.opens(path)).links


async def test_it_is_confirmed_from_the_list(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office)
    visitor = await in_the_list(desk)
    shown = await visitor.presses("変更を確定する")
    assert shown.path == "/requests"
    assert booking.reference in shown.text
    assert (await office.now_is(booking)).slot.start == Clock(NEW)()
    assert "日時変更の希望" not in shown.text


async def test_it_is_declined_on_the_page_of_the_booking_with_a_reason(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office)
    visitor = await desk.signed_in()
    await visitor.opens(f"/bookings/{booking.id}")
    assert "希望された別の日時" in visitor.shown.text
    refused = await visitor.presses("変更をお断りする", reason="no such reason")
    assert refused.status != 200 or "選んでください" in refused.text
    shown = await visitor.presses("変更をお断りする", reason="time")
    assert "日時変更をお断りした" in shown.text
    assert (await office.now_is(booking)).slot.start == Clock(OLD)()


async def test_a_decision_on_a_wish_that_has_moved_on_says_so_and_changes_nothing(
    office: Office, desk: OpenDesk
) -> None:
    booking = await wished(office)
    visitor = await in_the_list(desk)
    await office.move(booking, "withdraw_move")
    assert await office.ask_move(booking, THIRD) == "asked"
    shown = await visitor.presses("変更を確定する")
    assert "何も変更していません" in shown.text
    now = await office.now_is(booking)
    assert (now.slot.start, now.wanted and now.wanted.slot.start) == (Clock(OLD)(), Clock(THIRD)())
    await visitor.opens("/requests")
    await visitor.presses("変更を確定する")
    assert (await office.now_is(booking)).slot.start == Clock(THIRD)()


async def test_after_the_deadline_of_the_new_time_a_reason_is_asked_for(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office, "2026-11-24 13:00")
    desk.clock.turn("2026-11-20 10:00")
    visitor = await in_the_list(desk)
    assert "理由" in (await visitor.presses("変更を確定する")).text
    assert (await office.now_is(booking)).wanted
    await visitor.opens("/requests")
    await visitor.presses("変更を確定する", late="check")
    assert (await office.now_is(booking)).slot.start == Clock("2026-11-24 13:00")()


async def test_who_only_reads_sees_it_and_decides_nothing(office: Office, desk: OpenDesk) -> None:
    booking = await wished(office)
    visitor = await desk.signed_in("reader")
    await visitor.opens(f"/bookings/{booking.id}")
    assert "希望された別の日時" in visitor.shown.text
    assert "変更を確定する" not in visitor.shown.text
