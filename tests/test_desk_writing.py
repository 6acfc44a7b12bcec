"""What is written to a person again or besides, from the booking's page: the URL, a corrected address, a letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.counters import Office
from tests.desk import OpenDesk, on_sqlite_alone, open_desk
from tests.test_desk_booking import URL, confirmed, now_is, page_of, promised, records, requested


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def test_4_2_b_ii_the_url_goes_by_mail_and_a_changed_one_replaces_it(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    await visitor.presses("URLを送る", url=URL)
    assert "すでに設定されています" in (await visitor.presses("URLを送る", url=URL)).text
    await visitor.opens(f"/bookings/{booking.id}")
    await visitor.presses("URLを送る", url=URL + "x")
    assert sorted(await promised(desk, "url_mail", "url_changed_mail")) == ["url_changed_mail", "url_mail"]
    assert [what for what, _, _ in await records(desk)] == ["url_set", "url_set"]
    assert URL not in visitor.shown.html, "it is shown with the details alone"
    assert URL in (await visitor.presses("個人情報を表示する")).text


async def test_a_corrected_address_gets_the_letter_that_it_missed(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    assert (await visitor.presses("訂正する", email="not an address")).status == 409
    assert (await visitor.presses("訂正する", email="taro@example.jp")).status == 409, "the same as before"
    page = await visitor.presses("訂正する", email="hanako@example.jp")
    assert "h***@example.jp" in page.text
    assert "hanako@example.jp" not in page.html
    assert (await now_is(office, booking)).details["email"] == "hanako@example.jp"
    assert await promised(desk, "confirmed_mail") == ["confirmed_mail"] * 2
    assert ("email_corrected", 702, "") in await records(desk)


@on_sqlite_alone
async def test_whether_the_letter_arrived_is_asked_of_the_corrected_address_alone(
    office: Office, desk: OpenDesk
) -> None:
    booking = await confirmed(office)
    visitor, asked = await page_of(desk, booking), []
    for address in ("", "hanako@example.jp", "taro@example.jp"):
        if address:
            await visitor.presses("訂正する", email=address)
        async with office.database.transaction() as transaction:
            counter = office.before(transaction, 1)
            await counter.tell(await counter.booking(booking.id) or booking, "handed")
        await visitor.opens(f"/bookings/{booking.id}")
        asked += await desk.all("SELECT key FROM notice WHERE kind = 'arrived' AND state = 'pending'")
    first, second, third = asked
    assert first != second
    assert first == third, "it was the right one after all"


@pytest.mark.parametrize("meant", ["taro@gmial.com", "taro@gmail.com"])
async def test_of_an_address_that_looks_like_a_slip_both_are_shown_to_choose_from(
    office: Office, desk: OpenDesk, meant: str
) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    asked = await visitor.presses("訂正する", email="taro@gmial.com")
    assert asked.status == 409
    assert {"taro@gmial.com", "taro@gmail.com"} <= set(asked.text.split("\n"))
    assert (await visitor.presses("訂正する", meant="somebody@example.jp")).status == 409, "neither of the two"
    await visitor.presses("訂正する", meant=meant)
    assert (await now_is(office, booking)).details["email"] == meant


async def test_the_last_letter_is_sent_again(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await page_of(desk, booking)
    assert "もう一度送れるメールがありません" in (await visitor.presses("最後のメールをもう一度送る")).text
    await office.move(booking, "confirm")
    await visitor.opens(f"/bookings/{booking.id}")
    await visitor.presses("最後のメールをもう一度送る")
    assert await promised(desk, "confirmed_mail") == ["confirmed_mail"] * 2
    assert await records(desk) == [("resent", 702, "confirmed_mail")]


async def test_4_2b_i_a_confirmation_that_could_not_be_mailed_is_settled_on_its_page(
    office: Office, desk: OpenDesk
) -> None:
    booking = await now_is(office, await confirmed(office))
    async with office.database.transaction() as transaction:
        await office.before(transaction, 1).tell(booking, "failed")
    visitor = await page_of(desk, booking)
    assert "確定の手続き中" in visitor.shown.text
    form = visitor.shown.form("電話で連絡済み")
    assert "は確定済みです" in (await visitor.presses("電話で連絡済み")).text
    assert (await now_is(office, booking)).told == "by_phone"
    assert await desk.all("SELECT who, channel FROM decision WHERE event = 'by_phone'") == [(702, "desk")]
    again = await visitor.sends(form.action, **form.fields | {"version": str((await now_is(office, booking)).version)})
    assert "すでに済んでいます" in again.text
