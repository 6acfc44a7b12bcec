"""Other times on the desk: proposing them, noting the answer, a move, and the next booking in a session (4(3))."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking, Decision
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.desk_things import Filling
from tests.town import Clock


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


def value(at: str) -> str:
    """What the form sends for a time."""
    return f"{Clock(at)().isoformat()} 1"


async def requested(office: Office, at: str = "2026-11-24 09:30", chat: int = 1) -> Booking:
    booking = await office.request(chat, at, Clock("2026-11-19 09:00")())
    assert isinstance(booking, Booking)
    return booking


async def confirmed(office: Office, at: str = "2026-11-24 09:30", chat: int = 1) -> Booking:
    booking = await requested(office, at, chat)
    assert await office.move(booking, "confirm")
    return booking


async def times_of(desk: OpenDesk, booking: Booking, role: str = "counsellor") -> Visitor:
    visitor = await desk.signed_in(role)
    await visitor.opens(f"/bookings/{booking.id}/times")
    return visitor


async def sends(visitor: Visitor, button: str, *times: str, **fields: str) -> int:
    """Send the form with these times chosen; the status of what comes back."""
    form = visitor.shown.form(button)
    pairs = [*{**form.fields, **fields}.items(), *(("time", value(at)) for at in times)]
    url = visitor.place.origin + form.action
    async with visitor.client.post(url, data=[pair for pair in pairs if pair[1]], allow_redirects=False) as answer:
        text = await answer.text()
    if answer.status == 303:
        await visitor.opens(answer.headers["Location"])
    else:
        visitor.shown = type(visitor.shown)(answer.status, form.action, text, text, [], [], {})
    return answer.status


async def test_the_first_times_in_sight_are_those_that_need_no_exception(desk: OpenDesk, office: Office) -> None:
    visitor = await times_of(desk, await confirmed(office, "2026-12-01 09:30"))
    late, first, *_ = visitor.shown.html.split("<details")[1:]
    assert "期限後" in late.partition("</summary>")[0]
    assert " open" not in late.partition(">")[0]
    assert " open" in first.partition(">")[0]
    assert "期限後" not in first.partition("</summary>")[0]


async def held(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT purpose, count(*) FROM hold GROUP BY purpose ORDER BY purpose")


async def now_is(office: Office, booking: Booking) -> Booking:
    async with office.database.transaction() as transaction:
        found = await office.before(transaction, booking.chat).booking(booking.id)
    assert found
    return found


async def proposed(office: Office, desk: OpenDesk) -> tuple[Booking, Visitor]:
    """11-24 9:30 was wanted; 11-25 10:00 and 11-26 13:00 are proposed."""
    booking = await requested(office)
    visitor = await times_of(desk, booking)
    assert await sends(visitor, "この日時を案内する", "2026-11-26 13:00", "2026-11-25 10:00") == 303
    return booking, visitor


async def test_4_2_b_i_up_to_three_times_are_held_and_the_wanted_one_is_free_again(
    office: Office, desk: OpenDesk
) -> None:
    booking, visitor = await proposed(office, desk)
    assert "本人は 11月20日(金) 17:15 まで選べます" in visitor.shown.text, "the closing of the next business day"
    assert await held(desk) == [("proposal", 2)]
    fresh = await now_is(office, booking)
    assert fresh.state == "proposed"
    assert [slot.start for slot in fresh.proposed] == [Clock("2026-11-25 10:00")(), Clock("2026-11-26 13:00")()]
    assert fresh.lapses_at == Clock("2026-11-20 17:15")()
    for words in ("ほかの日時を案内", "11月25日(水) 10:00", "11月26日(木) 13:00"):
        assert words in visitor.shown.text
    kinds = {kind for (kind,) in await desk.all("SELECT kind FROM notice")}
    assert {"proposed", "proposed_mail"} <= kinds
    assert isinstance(await office.request(2), Booking), "somebody else can have the wanted time"
    assert await office.request(3, "2026-11-25 10:00") == "taken"


async def test_no_time_and_more_than_three_are_refused_and_nothing_is_held(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await times_of(desk, booking)
    page = visitor.shown
    four = ("2026-11-25 10:00", "2026-11-25 10:30", "2026-11-25 11:00", "2026-11-25 11:30")
    for times in ((), four):
        visitor.shown = page
        assert await sends(visitor, "この日時を案内する", *times) == 409
        assert f"1つから3つまで選んでください（今は{len(times)}件" in visitor.shown.text
    assert await held(desk) == [("request", 1)]


@on_sqlite_alone
async def test_the_same_time_with_two_counsellors_is_no_choice(office: Office, desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        await Filling(desk, transaction).counsellors("職員 一号", "職員 二号")
    booking = await requested(office)
    visitor = await times_of(desk, booking)
    form = next(form for form in visitor.shown.forms if form.action.endswith("/propose"))
    twice = [("time", f"{Clock('2026-11-25 10:00')().isoformat()} {who}") for who in "12"]
    async with visitor.client.post(desk.origin + form.action, data=[*form.fields.items(), *twice]) as answer:
        assert (answer.status, "10:00 が重複しています" in await answer.text()) == (409, True)
    assert await held(desk) == [("request", 1)]
    assert await sends(visitor, "この日時を案内する", "2026-11-25 10:00") == 303


async def test_a_time_that_somebody_took_meanwhile_undoes_the_whole_proposal(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await times_of(desk, booking)
    await requested(office, "2026-11-25 10:00", chat=2)
    assert await sends(visitor, "この日時を案内する", "2026-11-26 13:00", "2026-11-25 10:00") == 409
    assert "11月25日(水) 10:00 はもう空いていません" in visitor.shown.text
    assert await held(desk) == [("request", 2)]
    assert (await now_is(office, booking)).state == "requested"


async def test_two_who_propose_at_once_propose_once(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    one, other = await times_of(desk, booking), await times_of(desk, booking, "lead")
    ends = await asyncio.gather(
        sends(one, "この日時を案内する", "2026-11-25 10:00", "2026-11-26 13:00"),
        sends(other, "この日時を案内する", "2026-11-26 13:00", "2026-11-25 10:00"),
    )
    assert sorted(ends) == [303, 409]
    assert await held(desk) == [("proposal", 2)]


async def test_a_time_past_the_deadline_needs_a_reason(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, "2026-11-26 09:30")
    visitor = await times_of(desk, booking)
    page = visitor.shown
    assert await sends(visitor, "この日時を案内する", "2026-11-20 15:00") == 409
    assert "例外とする理由を選んでください" in visitor.shown.text
    visitor.shown = page
    assert await sends(visitor, "この日時を案内する", "2026-11-20 15:00", why="urgent") == 303
    assert await desk.all("SELECT reason FROM decision WHERE event = 'propose'") == [("urgent",)]
    assert (await now_is(office, booking)).lapses_at == Clock("2026-11-19 17:15")(), "the lapse of that session"


async def test_staff_note_the_answer_of_somebody_without_a_chat(office: Office, desk: OpenDesk) -> None:
    booking, visitor = await proposed(office, desk)
    page = await visitor.presses("この日時で確定する", slot=value("2026-11-26 13:00"), channel="phone")
    assert "確定しました" in page.text
    fresh = await now_is(office, booking)
    assert (fresh.state, fresh.told, fresh.slot.start) == ("confirmed", "waiting", Clock("2026-11-26 13:00")())
    assert await held(desk) == [("request", 1)]
    assert await desk.all("SELECT channel, who FROM decision WHERE event = 'accept'") == [("phone", 702)]
    kinds = {kind for (kind,) in await desk.all("SELECT kind FROM notice")}
    assert {"confirmed_mail", "remind_day_before", "remind_one_hour"} <= kinds


async def test_none_of_them_closes_the_request_and_frees_all(office: Office, desk: OpenDesk) -> None:
    booking, visitor = await proposed(office, desk)
    await visitor.presses("申し込みを終了する", channel="mail")
    assert (await now_is(office, booking)).state == "cancelled"
    assert await held(desk) == []


async def test_an_answer_after_the_lapse_is_refused(office: Office, desk: OpenDesk) -> None:
    booking, _ = await proposed(office, desk)
    desk.clock.turn("2026-11-20 17:14")
    visitor = await desk.signed_in()
    await visitor.opens(f"/bookings/{booking.id}")
    desk.clock.turn("2026-11-20 17:15")
    late = await visitor.presses("この日時で確定する", slot=value("2026-11-26 13:00"), channel="phone")
    assert late.status == 409
    assert "選ぶ期限が過ぎたか" in late.text
    assert (await now_is(office, booking)).state == "proposed"


async def test_a_moved_booking_leaves_its_time_and_none_of_its_old_notices_goes_out(
    office: Office, desk: OpenDesk
) -> None:
    booking = await confirmed(office)
    visitor = await times_of(desk, booking)
    assert await sends(visitor, "この日時に変更する", "2026-11-26 13:00", channel="phone") == 303
    fresh = await now_is(office, booking)
    assert (fresh.state, fresh.slot.start, fresh.told) == ("confirmed", Clock("2026-11-26 13:00")(), "waiting")
    assert fresh.confirm_by.isoformat() == "2026-11-24"
    assert await held(desk) == [("request", 1)]
    pending = "SELECT kind, due_at FROM notice WHERE state = 'pending' AND kind LIKE 'remind%' ORDER BY due_at"
    assert list(dict.fromkeys(str(due)[:16] for _, due in await desk.all(pending))) == [
        "2026-11-20 01:00", "2026-11-25 06:00", "2026-11-26 03:00", "2026-11-26 03:50",
    ]  # fmt: skip
    assert "moved_mail" in {kind for (kind,) in await desk.all("SELECT kind FROM notice WHERE state = 'pending'")}
    assert isinstance(await office.request(2), Booking), "the old time is free"
    assert "11月24日(火) 9:30" in visitor.shown.text, "the life tells which time was left"


@on_sqlite_alone
async def test_a_moved_session_can_keep_its_url(office: Office, desk: OpenDesk) -> None:
    booking, url = await confirmed(office), "https://teleoffice.example/join?code=1"
    visitor = await desk.signed_in()
    await visitor.opens(f"/bookings/{booking.id}")
    await visitor.presses("URLを送る", url=url)
    await visitor.opens(f"/bookings/{booking.id}/times")
    assert await sends(visitor, "この日時に変更する", "2026-11-26 13:00", channel="phone", url=url) == 303
    fresh = await now_is(office, booking)
    assert (fresh.slot.start, fresh.url) == (Clock("2026-11-26 13:00")(), url)


async def test_a_time_that_is_taken_moves_nothing(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    visitor = await times_of(desk, booking)
    await requested(office, "2026-11-26 13:00", chat=2)
    assert await sends(visitor, "この日時に変更する", "2026-11-26 13:00", channel="phone") == 409
    assert (await now_is(office, booking)).slot.start == Clock("2026-11-24 09:30")()
    assert await held(desk) == [("request", 2)]


async def session(office: Office, desk: OpenDesk) -> Booking:
    """A session that is running, on 11-24 at 9:30."""
    booking = await confirmed(office)
    desk.clock.turn("2026-11-24 09:40")
    assert await office.move(booking, "start", desk.clock())
    return booking


async def test_4_3_the_next_session_is_confirmed_in_this_one(office: Office, desk: OpenDesk) -> None:
    booking = await session(office, desk)
    visitor = await times_of(desk, booking)
    assert await sends(visitor, "この日時で予約する", "2026-12-08 09:30") == 303
    rows = await desk.all("SELECT state, told, source, chat_id, counsellor FROM booking WHERE source = 'session'")
    assert rows == [("confirmed", "waiting", "session", 1, "1")]
    assert await desk.all("SELECT channel, reason FROM decision WHERE event = 'book_next'") == [("session", "")]
    assert visitor.shown.path != f"/bookings/{booking.id}"
    assert "taro@example.jp" in (await visitor.presses("個人情報を表示する")).text
    again = await times_of(desk, booking)
    assert await sends(again, "この日時で予約する", "2026-12-09 09:30") == 409
    assert "ほかの申し込みか予約があります" in again.shown.text


async def test_4_1_c_the_lead_time_of_the_next_session_is_waived_with_a_reason_only(
    office: Office, desk: OpenDesk
) -> None:
    booking = await session(office, desk)
    visitor = await times_of(desk, booking)
    page = visitor.shown
    assert await sends(visitor, "この日時で予約する", "2026-11-25 09:30") == 409
    visitor.shown = page
    assert await sends(visitor, "この日時で予約する", "2026-11-25 09:30", why="urgent") == 303
    assert await desk.all("SELECT reason FROM decision WHERE event = 'book_next'") == [("urgent",)]


async def test_a_booking_that_cannot_be_changed_offers_no_times(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    async with office.database.transaction() as transaction:
        decision = Decision("cancel", desk.clock(), channel="chat")
        assert await office.before(transaction, 1).move(booking, "cancel", decision)
    assert "今はほかの日時を選べません" in (await times_of(desk, booking)).shown.text
