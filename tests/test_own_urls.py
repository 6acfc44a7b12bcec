"""A counsellor's own URL goes out by mail with each confirmation, follows a change of counsellor or time, and is never
shown (第4条(2)b)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import urls
from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, open_desk
from tests.test_desk_arranging import sends

OWN, OTHER, TYPED = (f"https://teleoffice.example/room/{room}" for room in (4711, 4712, 4713))
MAILS = "SELECT kind FROM notice WHERE kind IN ('url_mail', 'url_changed_mail') ORDER BY key"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def lead(desk: OpenDesk) -> Visitor:
    return await desk.signed_in("lead")


async def has_url(lead: Visitor, counsellor: str, url: str) -> None:
    await lead.opens(f"/counsellors/{counsellor}")
    assert url not in (await lead.presses("保存", url=url)).html


async def confirmed(office: Office, chat: int = 1) -> Booking:
    booking = await office.request(chat, "2026-11-24 09:30")
    assert isinstance(booking, Booking)
    assert await office.move(booking, "confirm")
    return booking


async def url_of(office: Office, booking: Booking) -> str:
    found = await office.database.run(lambda t: office.before(t, 1).booking(booking.id))
    assert found
    return found.url


async def letters(desk: OpenDesk, booking: Booking) -> list[object]:
    return [kind for (kind,) in await desk.all(MAILS.replace("WHERE", f"WHERE booking_id = '{booking.id}' AND"))]


async def test_it_goes_out_with_the_confirmation_and_the_day_knows_it(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    await has_url(lead, "1", OWN)
    booking = await confirmed(office)
    assert (await url_of(office, booking), await letters(desk, booking)) == (OWN, ["url_mail"])
    [(sealed,)] = await desk.all("SELECT url FROM booking")
    assert isinstance(sealed, bytes)
    assert OWN.encode() not in sealed
    shown = await lead.opens(f"/bookings/{booking.id}")
    assert OWN not in shown.html


async def test_one_given_later_goes_to_bookings_without_and_a_changed_one_replaces_it(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    booking = await confirmed(office)
    assert await letters(desk, booking) == []
    await has_url(lead, "1", OWN)
    assert (await url_of(office, booking), await letters(desk, booking)) == (OWN, ["url_mail"])
    await has_url(lead, "1", OTHER)
    assert (await url_of(office, booking), sorted(map(str, await letters(desk, booking)))) == (
        OTHER, ["url_changed_mail", "url_mail"],
    )  # fmt: skip


async def test_one_typed_for_a_booking_stays_when_the_counsellor_has_another(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    booking = await confirmed(office)
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("URLを送る", url=TYPED)
    await has_url(lead, "1", OWN)
    assert (await url_of(office, booking), await letters(desk, booking)) == (TYPED, ["url_mail"])


async def with_one_of_two(office: Office, lead: Visitor) -> Booking:
    """A booking with a counsellor who has a URL of their own; the other one has none."""
    await has_url(lead, "1", OWN)
    await lead.opens("/counsellors")
    await lead.presses("追加", name="職員 二号")
    return await confirmed(office)


async def test_another_counsellor_brings_their_own_and_without_one_it_is_missing(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    booking = await with_one_of_two(office, lead)
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("担当にする", counsellor="2")
    assert await url_of(office, booking) == ""
    await has_url(lead, "2", OTHER)
    assert await url_of(office, booking) == OTHER
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("担当にする", counsellor="1")
    assert await url_of(office, booking) == OWN
    assert "url_changed_mail" in await letters(desk, booking)


async def test_a_moved_booking_has_it_at_its_new_time_in_a_letter_that_replaces_nothing(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    await has_url(lead, "1", OWN)
    booking = await confirmed(office)
    await lead.opens(f"/bookings/{booking.id}/times")
    assert await sends(lead, "この日時に変更する", "2026-11-26 10:00", channel="phone") == 303
    assert (await url_of(office, booking), await letters(desk, booking)) == (OWN, ["url_mail", "url_mail"])


async def test_one_that_was_sent_and_is_given_again_replaces_nothing_though_the_booking_had_none_meanwhile(
    office: Office, desk: OpenDesk, lead: Visitor
) -> None:
    booking = await with_one_of_two(office, lead)
    assert await url_of(office, booking) == OWN
    await office.all("UPDATE notice SET state = 'sent' WHERE kind = 'url_mail'")
    await office.database.run(lambda t: urls.note_sent(t, office.seal, replace(booking, url=OWN)))
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("担当にする", counsellor="2")
    assert await url_of(office, booking) == ""
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("URLを送る", url=OWN)
    assert await letters(desk, booking) == ["url_mail", "url_mail"]
    await has_url(lead, "2", OTHER)
    assert await url_of(office, booking) == OWN
    await lead.opens(f"/bookings/{booking.id}")
    await lead.presses("URLを送る", url=TYPED)
    assert "url_changed_mail" in await letters(desk, booking)
