"""Whom a lead has suspended, as staff meet them at the desk; and a decision that is taken anew, or about a session that
was stopped (第4条(4), 第10条（1）).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, Shown, on_sqlite_alone, open_desk
from tests.test_desk_arranging import confirmed, sends, session, times_of
from tests.test_desk_people import NOTICES, at_people, decides, missed
from tests.test_desk_taking import takes

NUMBER = "11030-00000001"  # of the first chat's job-seeker
PATH = "/people/of/"
IN_SPITE = "SELECT name FROM record WHERE what = 'in_spite'"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def suspended(office: Office, desk: OpenDesk) -> Booking:
    """A lead has suspended the first chat's job-seeker until the end of the year."""
    booking = await missed(office)
    await decides(await at_people(desk), "until", until="2026-12-31")
    return booking


async def stopped(office: Office, desk: OpenDesk) -> Booking:
    booking = await session(office, desk)
    assert await office.move(booking, "stop", desk.clock())
    return booking


async def test_4_4_iii_a_booking_by_phone_for_somebody_suspended_is_taken_knowingly_only_and_recorded(
    office: Office, desk: OpenDesk
) -> None:
    await suspended(office, desk)
    clerk = await desk.signed_in()
    await clerk.opens("/new")
    assert "停止" not in clerk.shown.text
    shown = await takes(clerk, seeker_number="１１０３０ー０００００００１", day="2026-11-26 0930-1")
    assert shown.status == 409
    assert "責任者の決定によりオンライン予約を停止しています（12月31日(木) まで）" in shown.text
    assert shown.form("受け付ける").fields["name"] == "川越 花子", "what was typed is still there"
    assert await desk.all(IN_SPITE) == []
    shown = await clerk.presses("受け付ける", suspended="1")
    assert "受け付けました" in shown.text
    assert await desk.all(IN_SPITE) == [("職員 一号",)]


@on_sqlite_alone
async def test_4_4_iii_the_next_session_of_somebody_suspended_is_booked_knowingly_only(
    office: Office, desk: OpenDesk
) -> None:
    running = await confirmed(office, at="2026-11-24 10:00")
    await missed(office, 2, seeker_number=NUMBER)
    await decides(await at_people(desk), "open")
    desk.clock.turn("2026-11-24 10:05")
    assert await office.move(running, "start", desk.clock())
    clerk = await times_of(desk, running)
    page = clerk.shown
    assert await sends(clerk, "この日時で予約する", "2026-12-08 09:30") == 409
    assert "オンライン予約を停止しています（期限なし）" in clerk.shown.text
    clerk.shown = page
    assert await sends(clerk, "この日時で予約する", "2026-12-08 09:30", suspended="1") == 303
    assert await desk.all(IN_SPITE) == [("職員 一号",)]


@on_sqlite_alone
async def test_who_decides_about_a_request_sees_that_its_number_is_suspended(office: Office, desk: OpenDesk) -> None:
    waits = await office.request(3, "2026-11-26 09:30", seeker_number=NUMBER)
    assert isinstance(waits, Booking)
    says = "この求職番号はオンライン予約を停止中（12月31日(木) まで）"
    clerk = await desk.signed_in()
    assert says not in (await clerk.opens(f"/bookings/{waits.id}")).text
    await suspended(office, desk)
    assert says in (await clerk.opens(f"/bookings/{waits.id}")).text
    reader = await desk.signed_in("reader")
    assert says not in (await reader.opens(f"/bookings/{waits.id}")).text


async def test_4_4_iii_a_decision_can_be_taken_anew_and_takes_the_place_of_the_one_that_runs(
    office: Office, desk: OpenDesk
) -> None:
    await suspended(office, desk)
    lead = await desk.signed_in("lead")
    await lead.opens("/people/measures/1")
    [anew] = [link for link in lead.shown.links if PATH in link]
    await lead.opens(anew)
    assert "これまでの決定" in lead.shown.text
    page = lead.shown
    shown = await decides(lead, "until", PATH, until="2026-11-18")
    assert (shown.status, shown.form("決定する").fields["until"]) == (409, "2026-11-18"), "it can be mended there"
    assert (await decides(lead, "until", PATH, until="2026-11-30")).status == 200
    running = await desk.all("SELECT until FROM measure WHERE ended_at IS NULL")
    assert [str(until) for (until,) in running] == ["2026-11-30"]
    assert [kind for (kind,) in await desk.all(NOTICES)].count("suspended") == 2
    lead.shown = page
    assert (await decides(lead, "open", PATH)).status == 409, "somebody has decided since that page was shown"
    assert PATH not in (await lead.opens("/people/measures/1")).html


async def test_10_1_whose_session_was_stopped_can_be_suspended_for_it(office: Office, desk: OpenDesk) -> None:
    booking = await stopped(office, desk)
    lead = await desk.signed_in("lead")
    await lead.opens(f"/bookings/{booking.id}")
    [weigh] = [link for link in lead.shown.links if PATH in link]
    await lead.opens(weigh)
    assert "連絡のないキャンセルに当たる相談はありません" in lead.shown.text
    await decides(lead, "open", PATH, reason="conduct")
    told = await desk.all("SELECT what, reason FROM measure")
    assert told == [("suspension", "conduct")]
    assert {kind for (kind,) in await desk.all(NOTICES)} == {"suspended", "suspended_mail"}
    assert "訂正により" not in (await lead.opens("/people")).text, "it rests on a session that was stopped"


@on_sqlite_alone
async def test_only_a_lead_weighs_and_only_what_was_missed_or_stopped(office: Office, desk: OpenDesk) -> None:
    ahead = await confirmed(office, at="2026-11-26 09:30", chat=2)
    booking = await stopped(office, desk)
    lead, clerk = await desk.signed_in("lead"), await desk.signed_in()
    assert "決定するものはありません" in (await lead.opens(PATH + ahead.id)).text
    assert not [form for form in lead.shown.forms if PATH in form.action]
    assert PATH not in (await clerk.opens(f"/bookings/{booking.id}")).html
    assert (await clerk.opens(PATH + booking.id)).status == 403
    await lead.opens(PATH + booking.id)
    form = lead.shown.form("決定する", PATH)
    await clerk.opens("/today")
    given = {**form.fields, "decision": "open", "reason": "conduct", "words": "脅迫"}
    assert (await clerk.sends(PATH + booking.id, **{**given, "token": clerk.token})).status == 403
    shown: Shown = await lead.sends(PATH + ahead.id, **given)
    assert shown.status == 409
    assert await desk.all("SELECT id FROM measure") == []
