"""Who joins, changed by the person: the desk shows how, once details are opened; nothing else of them is touched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, open_desk

CARER = {"companion": "carer", "language": None, "told_by_phone": None}
INTERPRETER = {"companion": "interpreter", "language": "vi", "told_by_phone": None}


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def changed(office: Office, booking: Booking) -> None:
    await office.database.run(lambda t: office.before(t, 1).change_details(booking, INTERPRETER, "companion"))


async def test_10_3_the_desk_shows_that_it_changed_and_on_a_press_how(office: Office, desk: OpenDesk) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await changed(office, booking)
    visitor = await desk.signed_in()
    page = await visitor.opens(f"/bookings/{booking.id}")
    assert "利用者が同席者を変更した" in page.text
    assert "同席あり" in page.text
    assert "ベトナム語" not in page.text
    assert "通訳（ベトナム語）" in (await visitor.presses("個人情報を表示する", "/details")).text


async def test_an_address_that_staff_correct_meanwhile_stays(office: Office, desk: OpenDesk) -> None:
    as_it_was = await office.request(1)
    assert isinstance(as_it_was, Booking)
    visitor = await desk.signed_in()
    await visitor.opens(f"/bookings/{as_it_was.id}")
    await visitor.presses("訂正する", email="hanako@example.jp")
    await changed(office, as_it_was)
    details = (await office.now_is(as_it_was)).details
    assert (details["email"], details["companion"], details["language"]) == ("hanako@example.jp", "interpreter", "vi")


async def test_10_3_staff_who_could_not_be_told_yet_are_told_once_of_several_changes(office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await changed(office, booking)
    await office.database.run(lambda t: office.before(t, 1).change_details(booking, CARER, "companion"))
    told = "SELECT count(*) FROM notice WHERE kind = 'companion_changed' AND state = 'pending'"
    assert await office.all(told) == [(1,)]
