"""The counsellors: adding one, their hours, their own URL, and one who leaves while people have booked with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.test_calendar import ALL_DAY, TUESDAY, clocks

SAVE, ADD, LOOK, LEAVE, STAY, TICK = (
    "保存", "追加", "該当する予約を確認する", "最終勤務日を保存する", "最終勤務日を取り消す（引き続き勤務する）",
    "連絡済みにする",
)  # fmt: skip
URL = "https://teleoffice.example/room/4711"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def lead(desk: OpenDesk) -> Visitor:
    """A lead who looks at the one counsellor there is."""
    visitor = await desk.signed_in("lead")
    await visitor.opens("/counsellors/1")
    return visitor


async def requested(office: Office, chat: int, at: str) -> Booking:
    booking = await office.request(chat, at)
    assert isinstance(booking, Booking)
    return booking


async def test_a_counsellor_is_added_and_can_be_booked_at_once(desk: OpenDesk, lead: Visitor) -> None:
    await lead.opens("/counsellors")
    shown = await lead.presses(ADD, name=" 職員　二号 ")
    assert shown.path == "/counsellors/2"
    assert "職員 二号" in shown.text
    assert clocks(desk.kit.days, TUESDAY, "2") == ALL_DAY
    assert await desk.all("SELECT what, note FROM record ORDER BY id DESC LIMIT 1") == [("counsellor_changed", "2")]


@pytest.mark.parametrize("name", ["", "長" * 41, "1"])
async def test_a_name_that_is_none_or_somebody_elses_is_refused(lead: Visitor, name: str) -> None:
    await lead.opens("/counsellors")
    shown = await lead.presses(ADD, name=name)
    assert shown.status == 409
    assert shown.form(ADD).fields["name"] == name, "what was typed stays"
    assert (await lead.presses(ADD, name="職員 二号")).path == "/counsellors/2"


async def test_hours_decide_what_is_offered(desk: OpenDesk, lead: Visitor) -> None:
    shown = await lead.presses(SAVE, name="職員 一号", until1="12:00", since2="", until2="")
    assert "保存しました：職員 一号" in shown.text
    assert clocks(desk.kit.days, TUESDAY, "1") == ALL_DAY[:5]
    assert clocks(desk.kit.days, date(2026, 11, 25), "1") == []
    assert clocks(desk.kit.days, date(2026, 11, 26), "1") == ALL_DAY
    assert "火曜日 9:30～12:00" in (await lead.opens("/counsellors")).text


async def test_all_hours_of_the_office_are_kept_as_all(desk: OpenDesk, lead: Visitor) -> None:
    await lead.presses(SAVE, until1="12:00")
    await lead.presses(SAVE, until1="16:00")
    assert await desk.all("SELECT hours, version FROM counsellor") == [("", 3)]


@on_sqlite_alone
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"since0": "9:00"}, "相談時間は9:30～16:00です"),
        ({"until4": "16:30"}, "相談時間は9:30～16:00です"),
        ({"since0": "13:00", "until0": "12:00"}, "後になっていません"),
        ({"since0": ""}, "両方を入力"),
        ({"since0": "soon"}, "13:30 のように"),
        ({"url": "http://teleoffice.example/room"}, "https://"),
        ({"url": "https://"}, "https://"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_half_done(
    desk: OpenDesk, lead: Visitor, fields: dict[str, str], why: str
) -> None:
    shown = await lead.presses(SAVE, name="職員 九号", **fields)
    assert shown.status == 409
    assert why in shown.text
    assert shown.form(SAVE).fields["name"] == "職員 九号"
    assert await desk.all("SELECT name, hours, url, version FROM counsellor") == [("1", "", None, 1)]


async def test_a_url_is_sealed_and_never_shown_again(desk: OpenDesk, lead: Visitor) -> None:
    shown = await lead.presses(SAVE, url=URL)
    assert "4711" not in shown.html
    assert "登録済みです" in shown.text
    [(sealed,)] = await desk.all("SELECT url FROM counsellor")
    assert isinstance(sealed, bytes)
    assert b"teleoffice" not in sealed
    assert desk.kit.seal.open(sealed, "counsellor", "url", "1") == URL
    await lead.presses(SAVE)
    assert (await desk.all("SELECT url FROM counsellor"))[0] != (None,), "an empty field leaves it"
    await lead.presses(SAVE, forget_url="yes")
    assert await desk.all("SELECT url FROM counsellor") == [(None,)]


async def test_a_bad_url_does_not_come_back_to_the_page(lead: Visitor) -> None:
    assert "4711" not in (await lead.presses(SAVE, url="http://teleoffice.example/4711")).html


async def test_of_two_leads_at_once_the_second_is_told(desk: OpenDesk, lead: Visitor) -> None:
    other = await desk.signed_in("lead")
    await other.opens("/counsellors/1")
    await lead.presses(SAVE, name="職員 一号")
    shown = await other.presses(SAVE, name="職員 二号")
    assert shown.status == 409
    assert shown.form(SAVE).fields["name"] == "職員 一号", "how it is now"
    assert await desk.all("SELECT name FROM counsellor") == [("職員 一号",)]
    await other.presses(SAVE, name="職員 二号")
    assert await desk.all("SELECT name FROM counsellor") == [("職員 二号",)]


async def test_a_counsellor_who_leaves_with_bookings(desk: OpenDesk, lead: Visitor, office: Office) -> None:
    before = await requested(office, 1, "2026-11-24 09:30")
    after = await requested(office, 2, "2026-11-26 09:30")
    shown = await lead.presses(LOOK, last_day="2026-11-25")
    assert after.reference in shown.text
    assert before.reference not in shown.text
    assert await desk.all("SELECT last_day FROM counsellor") == [(None,)], "looking saves nothing"
    shown = await lead.presses(LEAVE)
    assert "最終勤務日は11月25日(水)です" in shown.text
    assert f"/bookings/{after.id}" in shown.links
    assert await desk.all("SELECT DISTINCT state FROM booking") == [("requested",)], "nothing is cancelled by itself"
    assert await office.request(3, "2026-11-26 10:00") == "taken", "and nobody books with them any more"
    assert await desk.all("SELECT note FROM record WHERE what = 'counsellor_left'") == [("1",)]


async def test_the_bookings_of_one_who_leaves_are_ticked_off(desk: OpenDesk, lead: Visitor, office: Office) -> None:
    booking = await requested(office, 1, "2026-11-26 09:30")
    await lead.presses(LOOK, last_day="2026-11-25")
    await lead.presses(LEAVE)
    shown = await lead.presses(TICK)
    assert f"連絡済みにしました：{booking.reference}" in shown.text
    assert not any(TICK in form.buttons for form in shown.forms)
    assert await desk.all("SELECT booking_id FROM record WHERE what = 'called'") == [(booking.id,)]


async def test_bookings_outside_new_hours_are_listed(lead: Visitor, office: Office) -> None:
    booking = await requested(office, 1, "2026-11-24 13:00")
    shown = await lead.presses(SAVE, until1="12:00")
    assert "勤務時間外になる予約が1件あります" in shown.text
    assert booking.reference in shown.text


async def test_who_leaves_may_stay_after_all(desk: OpenDesk, lead: Visitor) -> None:
    await lead.presses(LOOK, last_day="2026-11-24")
    await lead.presses(LEAVE)
    assert clocks(desk.kit.days, date(2026, 11, 25), "1") == []
    await lead.presses(STAY)
    assert clocks(desk.kit.days, date(2026, 11, 25), "1") == ALL_DAY


@pytest.mark.parametrize(("day", "why"), [("2026-11-18", "過ぎた日付です"), ("soon", "2026-11-24 のように")])
async def test_a_last_day_that_cannot_be_is_refused(desk: OpenDesk, lead: Visitor, day: str, why: str) -> None:
    shown = await lead.presses(LOOK, last_day=day)
    assert shown.status == 409
    assert why in shown.text
    assert shown.form(SAVE).fields["since0"] == "09:30", "the other form stands as it was"
    assert await desk.all("SELECT last_day FROM counsellor") == [(None,)]


async def test_a_counsellor_of_the_office_sees_them_and_changes_nothing(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("counsellor")
    shown = await visitor.opens("/counsellors/1")
    assert shown.status == 200
    assert not any(SAVE in form.buttons for form in shown.forms)
