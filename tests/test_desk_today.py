"""Today's page: who came, who was in touch, who did not; what may be recorded when; how a wrong record is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, Shown, Visitor, on_sqlite_alone, open_desk

START, IN_TOUCH, FINISH = "開始する（参加した）", "連絡があった", "終了する（実施した）"
EXTEND, HELD, RECORD, RECORD_NO_CONTACT = "45分まで延長する", "実施した", "記録する", "連絡なしを記録する"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def session(office: Office, chat: int = 1, at: str = "2026-11-24 09:30", companion: str = "none") -> Booking:
    """A confirmed booking."""
    booking = await office.request(chat, at, companion=companion)
    assert isinstance(booking, Booking)
    assert await office.move(booking, "confirm")
    return booking


async def at_the_desk(desk: OpenDesk, moment: str, role: str = "counsellor") -> Visitor:
    """Somebody who has opened today's page at this moment."""
    desk.clock.turn(moment)
    visitor = await desk.signed_in(role)
    await visitor.opens("/today")
    return visitor


async def states(office: Office) -> list[str]:
    return [state for (state,) in await office.all("SELECT state FROM booking ORDER BY start, chat_id")]


async def test_the_page_shows_the_sessions_of_the_day_without_personal_details(desk: OpenDesk, office: Office) -> None:
    first = await session(office, companion="carer")
    other_day = await session(office, 2, "2026-11-25 09:30")
    visitor = await at_the_desk(desk, "2026-11-24 09:00")
    shown = visitor.shown
    assert shown.status == 200
    assert first.reference in shown.text
    assert other_day.reference not in shown.text
    for words in ("9:30", "確定", "同席あり", "URL未設定", "本人へ未連絡", "担当者"):
        assert words in shown.text
    assert f"/bookings/{first.id}" in shown.links
    for private in ("川越 太郎", "11030", "taro@example.jp", "9012345678"):
        assert private not in shown.html


async def test_a_day_without_sessions_says_so(desk: OpenDesk) -> None:
    assert "本日の相談はありません" in (await at_the_desk(desk, "2026-11-24 09:00")).shown.text


async def test_today_is_where_one_comes_in(desk: OpenDesk) -> None:
    assert (await desk.signed_in()).shown.path == "/today"


async def test_a_session_that_is_held_from_start_to_finish(desk: OpenDesk, office: Office) -> None:
    await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:28")
    assert "開始しました" in (await visitor.presses(START)).text
    assert await states(office) == ["in_session"]
    desk.clock.turn("2026-11-24 09:58")
    await visitor.opens("/today")
    assert "実施を記録しました" in (await visitor.presses(FINISH)).text
    assert await states(office) == ["finished"]
    assert "職員" in visitor.shown.text, "who recorded it"
    done = await office.all("SELECT event, who, channel FROM decision WHERE event <> 'request' ORDER BY id")
    assert done[1:] == [("start", 702, "desk"), ("finish", 702, "desk")]


@pytest.mark.parametrize(("moment", "may"), [("09:14", False), ("09:15", True), ("10:14", True), ("10:15", False)])
async def test_a_session_is_started_from_a_little_before_its_time_until_its_end(
    desk: OpenDesk, office: Office, moment: str, may: bool
) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, f"2026-11-24 {moment}")
    assert (START in visitor.shown.text) == may
    shown = await sends(visitor, booking, "start")
    assert (shown.status, await states(office)) == ((200, ["in_session"]) if may else (409, ["confirmed"]))
    assert may or "9:15" in shown.text or "終了" in shown.text, "it says what is so now"


async def sends(visitor: Visitor, booking: Booking, act: str, **fields: str) -> Shown:
    """A form as it could stand on the page, whether it does or not."""
    token = visitor.shown.form("ログアウト").fields["token"]
    [(version,)] = await visitor.place.all(f"SELECT version FROM booking WHERE id = '{booking.id}'")  # noqa: S608
    return await visitor.sends(f"/bookings/{booking.id}/{act}", token=token, version=str(version), **fields)


@pytest.mark.parametrize(("moment", "may"), [("09:39", False), ("09:40", True)])
async def test_4_4_ii_no_contact_is_recorded_ten_minutes_after_the_start_and_not_sooner(
    desk: OpenDesk, office: Office, moment: str, may: bool
) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, f"2026-11-24 {moment}")
    assert (RECORD_NO_CONTACT in visitor.shown.text) == may
    shown = await sends(visitor, booking, "miss")
    assert (shown.status, await states(office)) == ((200, ["missed"]) if may else (409, ["confirmed"]))
    assert may or "9:40" in shown.text, "it says from when on it can be"


async def test_after_ten_minutes_the_page_asks_whether_the_person_came(desk: OpenDesk, office: Office) -> None:
    await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:40")
    assert "10分経過" in visitor.shown.text


async def test_who_was_in_touch_keeps_the_booking_and_can_still_be_seen(desk: OpenDesk, office: Office) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:41")
    shown = await visitor.presses(IN_TOUCH)
    assert "連絡があったことを記録しました" in shown.text
    assert "連絡あり" in shown.text
    assert "10分経過" not in shown.text
    assert await office.all("SELECT what, who, booking_id, note FROM record WHERE what = 'contact_noted'") == [
        ("contact_noted", 702, booking.id, "desk")
    ]
    assert (await sends(visitor, booking, "contact")).status == 409, "once is enough"
    await visitor.opens("/today")
    await visitor.presses(START)
    assert await states(office) == ["in_session"]


async def test_4_4_ii_who_was_in_touch_is_not_recorded_as_no_contact_without_an_extra_tick(
    desk: OpenDesk, office: Office
) -> None:
    await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:41")
    await visitor.presses(IN_TOUCH)
    shown = await visitor.presses(RECORD_NO_CONTACT)
    assert shown.status == 409
    assert "9:41に参加または連絡の記録があります" in shown.text
    assert await states(office) == ["confirmed"]
    await visitor.presses(RECORD_NO_CONTACT, sure="yes")
    assert await states(office) == ["missed"]
    assert await office.all("SELECT reason FROM decision WHERE event = 'miss'") == [("despite_contact",)]


async def test_a_page_from_before_the_contact_records_no_missed_session(desk: OpenDesk, office: Office) -> None:
    await session(office)
    one = await at_the_desk(desk, "2026-11-24 09:41")
    other = await at_the_desk(desk, "2026-11-24 09:41", "lead")
    await other.presses(IN_TOUCH)
    shown = await one.presses(RECORD_NO_CONTACT)
    assert shown.status == 409
    assert "連絡あり" in shown.text, "the page shows how it is now"
    assert await states(office) == ["confirmed"]


async def test_4_1_a_a_session_is_extended_once_and_only_while_it_runs(desk: OpenDesk, office: Office) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:30")
    assert EXTEND not in visitor.shown.text
    assert (await sends(visitor, booking, "extend")).status == 409
    await visitor.opens("/today")
    await visitor.presses(START)
    shown = await visitor.presses(EXTEND)
    assert "10:15" in shown.text
    assert await office.all("SELECT state, extended FROM booking") == [("in_session", True)]
    again = await sends(visitor, booking, "extend")
    assert (again.status, "延長済み" in again.text) == (409, True)


async def test_4_1_a_the_next_session_of_the_same_counsellor_forbids_to_extend_and_is_named(
    desk: OpenDesk, office: Office
) -> None:
    booking, following = await session(office), await session(office, 2, "2026-11-24 10:00")
    visitor = await at_the_desk(desk, "2026-11-24 09:30")
    shown = await visitor.presses(START)
    assert EXTEND not in shown.text
    shown = await sends(visitor, booking, "extend")
    assert shown.status == 409
    assert "10:00" in shown.text
    assert following.reference in shown.text
    assert await office.all("SELECT extended FROM booking WHERE chat_id = 1") == [(False,)]


async def test_a_next_session_that_is_cancelled_is_not_in_the_way(desk: OpenDesk, office: Office) -> None:
    await session(office)
    assert await office.move(await session(office, 2, "2026-11-24 10:00"), "cancel")
    visitor = await at_the_desk(desk, "2026-11-24 09:30")
    await visitor.presses(START)
    await visitor.presses(EXTEND)
    assert await office.all("SELECT extended FROM booking WHERE chat_id = 1") == [(True,)]


@pytest.mark.parametrize("last", ["11:30", "15:30"])
async def test_4_1_a_the_last_sessions_before_noon_and_evening_can_always_be_extended(
    desk: OpenDesk, office: Office, last: str
) -> None:
    await session(office, at=f"2026-11-24 {last}")
    visitor = await at_the_desk(desk, f"2026-11-24 {last}")
    await visitor.presses(START)
    await visitor.presses(EXTEND)
    assert await office.all("SELECT extended FROM booking") == [(True,)]


async def test_10_1_a_session_is_stopped_with_a_reason_from_the_list(desk: OpenDesk, office: Office) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:30")
    await visitor.presses(START)
    shown = await visitor.presses(RECORD, "/stop")
    assert (shown.status, await states(office)) == (409, ["in_session"])
    assert (await sends(visitor, booking, "stop", reason="typed words")).status == 409
    shown = await sends(visitor, booking, "stop", reason="threats")
    assert "脅迫・暴言" in shown.text
    assert await states(office) == ["stopped"]


async def test_what_could_not_be_held_does_not_count_against_the_person(desk: OpenDesk, office: Office) -> None:
    await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:45")
    await visitor.presses(RECORD, "/not_held", reason="connection")
    assert await states(office) == ["cancelled"]
    assert "接続できなかった" in visitor.shown.text


async def test_sessions_of_earlier_days_are_asked_for_until_their_outcome_is_recorded(
    desk: OpenDesk, office: Office
) -> None:
    old = await session(office)
    assert await office.move(old, "end")
    visitor = await at_the_desk(desk, "2026-11-25 08:45")
    assert "結果が未入力の相談（前日まで）" in visitor.shown.text
    assert old.reference in visitor.shown.text
    await visitor.presses(HELD)
    assert await states(office) == ["finished"]
    assert old.reference not in visitor.shown.text.replace(f"実施を記録しました：{old.reference}", "")


async def test_where_the_clock_is_late_the_outcome_is_recorded_all_the_same(desk: OpenDesk, office: Office) -> None:
    await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 10:15")
    assert "結果が未入力" in visitor.shown.text
    await visitor.presses(HELD)
    assert await office.all("SELECT event FROM decision ORDER BY id DESC LIMIT 2") == [("finish",), ("end",)]


async def test_4_4_ii_a_lead_corrects_a_wrong_no_contact_and_then_it_can_be_finished(
    desk: OpenDesk, office: Office
) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:45")
    await visitor.presses(RECORD_NO_CONTACT)
    assert "連絡なしを訂正する" not in visitor.shown.text, "a counsellor cannot"
    lead = await at_the_desk(desk, "2026-11-24 11:00", "lead")
    assert (await lead.presses(RECORD, "/correct")).status == 409, "a reason is due"
    assert (await sends(lead, booking, "correct", reason="joined")).status == 200
    assert await states(office) == ["ended"]
    await lead.presses(HELD)
    assert await states(office) == ["finished"]
    assert await office.all("SELECT who, reason FROM decision WHERE event = 'correct'") == [(701, "joined")]


async def test_who_may_only_read_sees_the_sessions_and_no_form(desk: OpenDesk, office: Office) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:45", "reader")
    assert booking.reference in visitor.shown.text
    assert [form.action for form in visitor.shown.forms] == ["/search", "/language", "/leave"]


@on_sqlite_alone
@pytest.mark.parametrize("act", ["start", "extend", "stop", "finish", "contact", "miss", "not_held", "correct"])
async def test_what_is_over_is_left_as_it_is(desk: OpenDesk, office: Office, act: str) -> None:
    booking = await session(office)
    assert await office.move(booking, "cancel")
    visitor = await at_the_desk(desk, "2026-11-24 09:45", "lead")
    shown = await sends(visitor, booking, act, reason="other", sure="yes")
    assert (shown.status, await states(office)) == (409, ["cancelled"])
    assert "現在の状態：キャンセル済み" in shown.text


async def test_of_two_who_press_start_and_no_contact_at_once_one_wins_and_the_other_is_told(
    desk: OpenDesk, office: Office
) -> None:
    times = [f"2026-11-24 {clock}" for clock in ("09:30", "10:30", "11:30", "13:30", "14:30", "15:30")]
    bookings = [await session(office, number, at) for number, at in enumerate(times)]
    desk.clock.turn(times[0])
    came, missed = await desk.signed_in(), await desk.signed_in("lead")
    for at, booking in zip(times, bookings, strict=True):
        desk.clock.turn(at.replace(":30", ":45"))
        for visitor in (came, missed):
            await visitor.opens("/today")
        shown = await asyncio.gather(
            came.presses(START, booking.id), missed.presses(RECORD_NO_CONTACT, f"{booking.id}/miss")
        )
        assert sorted(each.status for each in shown) == [200, 409]
        assert "画面を表示した後に" in next(each.text for each in shown if each.status == 409)
    assert len(await office.all("SELECT event FROM decision WHERE event IN ('start', 'miss')")) == len(times)
