"""The panic switch: one press stops new requests; whoever asks is told politely, and all else goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import pausing, staff
from flows.desk.roles import Member
from tests.counters import NOW, Office
from tests.desk import OpenDesk, open_desk
from tests.faults import copies, drained
from tests.town import Town, book, requested
from tests.usual_answers import comes_to

LEAD = Member(701, "責任者 一号", "lead")
CLOSED = "新しい申し込みの受付を止めています"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def pause(place: Town) -> None:
    """Somebody presses the switch at the desk; the bot of the town is told nothing but by the database."""
    async with place.app.database.transaction() as transaction:
        assert await pausing.pause(transaction, place.app.kit.outbox, "hands", LEAD, place.clock())
    place.app.sender.wake.set()


async def resume(place: Town) -> None:
    async with place.app.database.transaction() as transaction:
        assert await pausing.resume(transaction, place.app.kit.outbox, LEAD, place.clock())
    place.app.sender.wake.set()


async def test_who_opens_the_form_is_told_politely_and_can_book_afterwards(place: Town) -> None:
    await pause(place)
    await place.group.sees("【新規受付を停止】責任者 一号")
    await place.taro.says("/book")
    shown = await place.taro.sees(CLOSED)
    assert "049-242-0197" in shown.text
    assert "有効" in shown.text
    await resume(place)
    await place.group.sees("【新規受付を再開】責任者 一号")
    await requested(place)


async def test_who_is_greeted_meanwhile_reads_it_and_no_time_that_could_not_be_asked_for(place: Town) -> None:
    await pause(place)
    await place.taro.says("/start")
    assert "空き" not in (await place.taro.sees(CLOSED)).text
    await resume(place)
    await place.taro.says("/start")
    assert "いちばん早い空きは 11月24日(火) です。" in (await place.taro.sees("空き")).text


async def test_who_was_in_the_middle_of_the_form_keeps_what_was_typed_and_sends_it_later(place: Town) -> None:
    await book(place.taro, send=False)
    await pause(place)
    await place.taro.presses("この内容で申し込む")
    shown = await place.taro.sees("まだ送っていません")
    assert "お名前：川越 太郎" in shown.text, "the review stands below"
    assert await place.rows("SELECT count(*) FROM booking") == [(0,)]
    await resume(place)
    await place.taro.presses("この内容で申し込む")
    await place.taro.sees("【受け付けました】")


async def test_staff_are_told_on_the_next_morning_that_it_goes_on(place: Town) -> None:
    await pause(place)
    await place.group.sees("【新規受付を停止】責任者 一号")
    await place.turn_clock("2026-11-20 08:45")
    shown = await place.group.sees("【新規受付は停止中です】")
    assert "11月19日(木) 10:00" in shown.text
    assert "/pause" in shown.text
    await resume(place)
    await place.group.sees("【新規受付を再開】責任者 一号")
    await place.turn_clock("2026-11-20 13:00")
    await drained(place)
    assert copies(place.group, "【新規受付は停止中です】") == 1


async def test_a_booking_can_be_seen_confirmed_and_cancelled_all_the_while(place: Town) -> None:
    await requested(place)
    await pause(place)
    await place.staff.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")
    await place.taro.says("/mine")
    await place.server.until(lambda: "この予約をキャンセルする" in place.taro.screen.labels)
    await place.taro.presses("この予約をキャンセルする")
    await comes_to(place.taro, "キャンセルしますか")
    await place.taro.presses("キャンセルする")
    await place.taro.sees("【キャンセルしました】")


async def test_one_press_on_the_desk_with_a_reason_and_one_press_back(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("counsellor")
    await visitor.opens("/pause")
    await visitor.presses("職員が足りない")
    assert "新しい申し込みを止めています：職員が足りない" in visitor.shown.text
    assert "新規受付を再開する" in (await visitor.opens("/requests")).text, "it stands on every page, with the way back"
    await visitor.presses("新規受付を再開する")
    assert "止めています" not in (await visitor.opens("/requests")).text
    kept = await desk.all("SELECT what, name, note FROM record WHERE what IN ('paused', 'resumed') ORDER BY id")
    assert kept == [("paused", "職員 一号", "hands"), ("resumed", "職員 一号", "hands")]
    assert sorted(await desk.all("SELECT kind FROM notice")) == [("paused",), ("resumed",)], "the group is told of both"


async def test_who_only_reads_sees_the_switch_and_cannot_turn_it(desk: OpenDesk) -> None:
    lead, reader = await desk.signed_in("lead"), await desk.signed_in("reader")
    await lead.opens("/pause")
    await lead.presses("災害・悪天候")
    shown = await reader.opens("/requests")
    assert "災害・悪天候" in shown.text
    assert "新規受付を再開する" not in shown.text
    token = shown.form("ログアウト").fields["token"]
    assert (await reader.sends("/resume", token=token)).status == 403


async def test_who_comes_second_is_told_who_was_first(desk: OpenDesk) -> None:
    first, second = await desk.signed_in("lead"), await desk.signed_in("counsellor")
    await first.opens("/pause")
    await second.opens("/pause")
    await first.presses("職員が足りない")
    shown = await second.presses("災害・悪天候")
    assert shown.status == 409
    assert "責任者 一号さんが" in shown.text
    await second.presses("新規受付を再開する")
    token = first.shown.form("ログアウト").fields["token"]
    assert "すでに受け付けています" in (await first.sends("/resume", token=token)).text


async def test_a_reason_that_is_not_in_the_list_pauses_nothing(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("lead")
    await visitor.opens("/pause")
    token = visitor.shown.form("ログアウト").fields["token"]
    for reason in ("", "x", "川越 太郎"):
        assert (await visitor.sends("/pause", token=token, reason=reason)).status == 409
    assert await desk.all("SELECT count(*) FROM record WHERE what = 'paused'") == [(0,)]


async def test_at_the_counter_itself_the_switch_holds_in_the_same_transaction(office: Office) -> None:
    async with office.database.transaction() as transaction:
        counter = office.before(transaction, 1, NOW)
        assert await counter.takes_requests()
        assert await pausing.pause(transaction, counter.outbox, "fault", LEAD, NOW)
        assert not await counter.takes_requests()
        assert not await pausing.pause(transaction, counter.outbox, "fault", LEAD, NOW)
        assert await pausing.resume(transaction, counter.outbox, LEAD, NOW)
        assert await counter.takes_requests()
        assert not await pausing.resume(transaction, counter.outbox, LEAD, NOW)
        assert await staff.members(transaction) == []
