"""People on the desk: a lead weighs each missed session; nothing follows by itself, and it is told (第4条(4))."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.counter import Booking, Decision
from tests.counters import NOW, Office
from tests.desk import OpenDesk, Shown, Visitor, on_sqlite_alone, open_desk

WORDS = "電話に出られず、折り返しもなかったため。"
NOTICES = "SELECT kind FROM notice WHERE kind LIKE 'warned%' OR kind LIKE '%suspended%' OR kind LIKE 'withdrawn%'"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def missed(
    office: Office, chat: int = 1, at: str = "2026-11-24 09:30", marked: datetime = NOW, **details: Any
) -> Booking:
    """A session of this chat's job-seeker that staff have marked as missed without contact."""
    booking = await office.request(chat, at, **details)
    assert isinstance(booking, Booking)
    assert await office.move(booking, "confirm", marked)
    assert await office.move(booking, "miss", marked)
    return booking


async def corrected(office: Office, booking: Booking) -> None:
    decision = Decision("correct", NOW, 1, "責任者 一号", channel="desk")
    assert await office.database.run(lambda t: office.before(t, booking.chat).move(booking, "correct", decision))


async def at_people(desk: OpenDesk) -> Visitor:
    lead = await desk.signed_in("lead")
    await lead.opens("/people")
    return lead


async def decides(lead: Visitor, decision: str, action: str = "/missed/", **fields: str) -> Shown:
    given = {"decision": decision, "reason": "no_contact", "words": WORDS}
    return await lead.presses("決定する", action, **{**given, **fields})


async def test_4_4_iii_who_missed_a_session_stands_there_without_a_name_and_nothing_has_followed(
    desk: OpenDesk, office: Office
) -> None:
    booking = await missed(office)
    lead = await at_people(desk)
    assert booking.reference in lead.shown.text
    assert "連絡のないキャンセル：1件" in lead.shown.text
    assert "川越 太郎" not in lead.shown.html
    assert "11030" not in lead.shown.html
    assert await desk.all("SELECT id FROM measure") == []
    assert await desk.all(NOTICES) == []


@pytest.mark.parametrize(
    ("decision", "until", "kept", "told"),
    [
        ("warning", "", ("warning", None), {"warned", "warned_mail"}),
        ("until", "2026-12-31", ("suspension", "2026-12-31"), {"suspended", "suspended_mail"}),
        ("open", "", ("suspension", None), {"suspended", "suspended_mail"}),
        ("nothing", "", ("nothing", None), set()),
    ],
)
async def test_4_4_iii_a_lead_decides_and_the_person_is_told(
    decision: str, until: str, kept: tuple[str, str | None], told: set[str], desk: OpenDesk, office: Office
) -> None:
    await missed(office)
    lead = await at_people(desk)
    shown = await decides(lead, decision, until=until)
    assert shown.path == "/people"
    assert "検討を待つものはありません" in shown.text
    [(what, day)] = await desk.all("SELECT what, until FROM measure")
    assert (what, str(day) if day else None) == kept
    assert {kind for (kind,) in await desk.all(NOTICES)} == told
    assert await desk.all("SELECT what, note FROM record WHERE what = 'measure'") == [("measure", kept[0])]


async def test_who_has_neither_chat_nor_address_has_to_be_called(desk: OpenDesk, office: Office) -> None:
    booking = await missed(office, email="")
    await office.all("UPDATE booking SET chat_id = NULL")
    lead = await at_people(desk)
    assert "電話で伝えてください" in (await decides(lead, "warning")).text
    assert booking.reference in lead.shown.text


@on_sqlite_alone
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"decision": ""}, "選択肢の中から選んでください"),
        ({"reason": ""}, "選択肢の中から選んでください"),
        ({"words": " "}, "経緯や理由を2～1000文字で"),
        ({"words": "あ" * 1001}, "経緯や理由を2～1000文字で"),
        ({"until": ""}, "停止の最終日を入力するか"),
        ({"until": "2026-11-18"}, "過ぎた日付です"),
        ({"until": "2036-11-18"}, "1年以上先の日付です"),
        ({"until": "31/12"}, "2026-12-31 のように"),
        ({"decision": "open"}, "「期限を決めて停止する」のときだけ"),
    ],
)
async def test_what_is_missing_or_wrong_is_said_and_what_was_typed_stays(
    fields: dict[str, str], says: str, desk: OpenDesk, office: Office
) -> None:
    await missed(office)
    lead = await at_people(desk)
    given = {"until": "2026-12-31", **fields}
    shown = await decides(lead, given.pop("decision", "until"), **given)
    assert shown.status == 409
    assert says in shown.text
    assert await desk.all("SELECT id FROM measure") == []
    form = shown.form("決定する")
    assert form.fields["until"] == given["until"]
    if "words" not in fields:
        assert form.fields["words"] == WORDS
    assert (await decides(lead, "until", until="2026-12-31")).status == 200


async def test_of_two_leads_at_once_the_second_is_told(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    member = await desk.member("lead")
    first, second = await desk.signed_in(member=member), await desk.signed_in(member=member)
    await first.opens("/people")
    await second.opens("/people")
    await decides(first, "warning")
    shown = await decides(second, "open")
    assert shown.status == 409
    assert "画面を表示した後に内容が変わりました" in shown.text
    assert len(await desk.all("SELECT id FROM measure")) == 1


async def test_a_session_corrected_while_the_form_is_open_is_not_weighed(desk: OpenDesk, office: Office) -> None:
    booking = await missed(office)
    lead = await at_people(desk)
    await corrected(office, booking)
    shown = await decides(lead, "open")
    assert "連絡のないキャンセルではなくなりました" in shown.text
    assert await desk.all("SELECT id FROM measure") == []


async def test_a_second_missed_session_of_the_same_number_is_weighed_with_the_first_in_sight(
    desk: OpenDesk, office: Office
) -> None:
    first = await missed(office, seeker_number="11030-7654321")
    lead = await at_people(desk)
    await decides(lead, "warning")
    desk.clock.turn("2026-11-19 15:00")
    second = await missed(office, 2, "2026-11-25 09:30", desk.clock(), seeker_number="11030-7654321")
    assert isinstance(await office.request(3, "2026-11-26 09:30", seeker_number="11030-7654321"), Booking)
    shown = await lead.opens("/people")
    assert "連絡のないキャンセル：2件" in shown.text
    assert {first.reference, second.reference} <= set(shown.text.split())
    assert "これまで90日間のほかの予約： 申し込み中 1" in shown.text
    assert "これまでの決定" in shown.text


async def test_where_a_measure_rests_on_a_corrected_session_the_page_says_so_and_offers_to_end_it(
    desk: OpenDesk, office: Office
) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "until", until="2026-12-31")
    assert "訂正により" not in lead.shown.text
    desk.clock.turn("2026-11-24 10:30")
    lead = await desk.signed_in("lead")
    await lead.opens("/today")
    shown = await lead.presses("記録する", "/correct", reason="in_touch")
    assert (shown.path, "停止や注意がまだ続いています" in shown.text) == ("/people", True)
    assert "訂正により" in shown.text
    shown = await lead.presses("停止を終える", why="corrected")
    assert "チャットとメールでお知らせします" in shown.text
    assert "停止中の方はいません" in shown.text
    assert {("unsuspended",), ("unsuspended_mail",)} <= set(await desk.all(NOTICES))
    assert ("measure_ended", "corrected") in await desk.all("SELECT what, note FROM record")


async def test_a_suspension_ends_by_its_date_by_itself(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "until", until="2026-11-19")
    assert "2026-11-19" not in lead.shown.text
    assert "停止中の方はいません" not in lead.shown.text
    desk.clock.turn("2026-11-20 00:00")
    lead = await desk.signed_in("lead")
    assert "停止中の方はいません" in (await lead.opens("/people")).text


async def test_what_has_ended_is_not_ended_twice(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "warning")
    token = lead.shown.form("注意を取り下げる")
    await lead.presses("注意を取り下げる", why="talked")
    again = await lead.sends(token.action, **{**token.fields, "why": "talked"})
    assert again.status == 409
    assert "すでに終わっています" in again.text
    assert [kind for (kind,) in await desk.all(NOTICES)].count("withdrawn") == 1


async def test_an_objection_by_phone_stands_in_the_list_until_it_is_answered(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "open")
    assert "本人の申し出の内容を" in (await lead.presses("一覧に加える", channel="phone", objection="")).text
    shown = await lead.presses("一覧に加える", channel="phone", objection="入院していました。")
    assert "回答を待つ申し出はありません" not in shown.text
    assert "入院" not in shown.html
    await lead.opens("/people/measures/1")
    assert "入院" not in lead.shown.html
    shown = await lead.presses("内容を表示する")
    assert {"入院していました。", WORDS} <= set(shown.text.splitlines())
    assert ("looked", "measure") in await desk.all("SELECT what, note FROM record")
    assert "送っていません。本人への回答を" in (await lead.presses("回答を送る", answer="")).text
    assert "入院していました。" in lead.shown.text, "what is answered is still in sight"
    shown = await lead.presses("回答を送る", answer="停止を取りやめます。")
    assert "回答を待つ申し出はありません" in shown.text
    assert await desk.all("SELECT count(*) FROM notice WHERE kind IN ('answered', 'answered_mail')") == [(2,)]


async def test_an_objection_that_is_sent_twice_stands_in_the_list_once(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "open")
    form = lead.shown.form("一覧に加える")
    twice = {**form.fields, "channel": "phone", "objection": "入院していました。"}
    ends = await asyncio.gather(*(lead.sends(form.action, **twice) for _ in range(2)))
    assert sorted(end.status for end in ends) == [200, 409]
    assert await desk.all("SELECT count(*) FROM objection") == [(1,)]
    assert (await lead.sends(form.action, **{**twice, "objection": "電車も止まりました。"})).status == 200
    assert await desk.all("SELECT count(*) FROM objection") == [(2,)]


@on_sqlite_alone
async def test_an_answer_that_no_letter_can_bring_is_told_by_phone(desk: OpenDesk, office: Office) -> None:
    await missed(office, email="")
    lead = await at_people(desk)
    await decides(lead, "open")
    await lead.presses("一覧に加える", channel="chat", objection="入院していました。")
    await lead.opens("/people/measures/1")
    await lead.presses("内容を表示する")
    shown = await lead.presses("回答を送る", answer="停止を取りやめます。")
    assert "回答は送っていません" in shown.text
    assert await desk.all("SELECT kind FROM notice WHERE kind LIKE 'answered%'") == [("answered",)]


async def test_what_leads_and_people_write_rests_sealed(desk: OpenDesk, office: Office) -> None:
    await missed(office)
    lead = await at_people(desk)
    await decides(lead, "open")
    await lead.presses("一覧に加える", channel="mail", objection="入院していました。")
    for sql in ("SELECT note FROM measure", "SELECT words FROM objection"):
        [(sealed,)] = await desk.all(sql)
        assert isinstance(sealed, bytes | memoryview)
        assert not {"入院", "電話"} & {word for word in ("入院", "電話") if word.encode() in bytes(sealed)}
    assert not [note for (note,) in await desk.all("SELECT note FROM record") if "入院" in str(note)]
