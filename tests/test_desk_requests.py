"""The desk's list of requests: the most urgent first, one press to confirm, and what is said where that cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.desk_things import Filling
from tests.town import Clock


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def requested(office: Office, chat: int, at: str, asked: str = "2026-11-19 09:00") -> Booking:
    booking = await office.request(chat, at, Clock(asked)())
    assert isinstance(booking, Booking)
    return booking


async def shown(desk: OpenDesk, role: str = "counsellor") -> Visitor:
    visitor = await desk.signed_in(role)
    await visitor.opens("/requests")
    return visitor


async def states(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT state, version FROM booking ORDER BY requested_at, start")


async def decisions(desk: OpenDesk) -> list[tuple[object, ...]]:
    decided = "SELECT event, who, name, reason, channel FROM decision WHERE event <> 'request' ORDER BY id"
    return await desk.all(decided)


async def test_what_must_be_answered_first_stands_first(office: Office, desk: OpenDesk) -> None:
    later = await requested(office, 1, "2026-11-26 09:30")
    first = await requested(office, 2, "2026-11-26 10:00", asked="2026-11-18 16:00")
    sooner = await requested(office, 3, "2026-11-24 13:00")
    text = (await shown(desk)).shown.text
    assert text.index(first.reference) < text.index(sooner.reference) < text.index(later.reference)
    assert "本日が返信期限" in text.partition(first.reference)[2].partition(sooner.reference)[0]


async def test_what_waits_for_the_person_stands_below_what_waits_for_staff(office: Office, desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        asked = await Filling(desk, transaction).proposed("2026-11-24 09:30", "2026-11-25 10:00")
    desk.clock.turn("2026-11-20 10:00")
    waits = await requested(office, 2, "2026-11-26 10:00", asked="2026-11-20 09:00")
    text = (await shown(desk)).shown.text
    assert text.index(waits.reference) < text.index(asked.reference)
    assert "返信期限切れ" not in text
    assert "本日が返信期限" not in text, "the office has replied"


async def test_both_deadlines_and_the_flags_stand_there_and_nothing_personal(office: Office, desk: OpenDesk) -> None:
    booking = await office.request(1, "2026-11-26 09:30", companion="interpreter", language="vi")
    assert isinstance(booking, Booking)
    page = (await shown(desk)).shown
    assert f"/bookings/{booking.id}/times" in page.links
    for words in ("担当 1", "11月26日(木) 9:30", booking.reference, "返信期限", "確定期限", "11月24日(火)", "同席あり"):
        assert words in page.text
    for personal in ("川越 太郎", "11030", "taro@example.jp", "9012345678"):
        assert personal not in page.html


async def test_one_press_confirms_and_is_recorded_with_who_and_how(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, 1, "2026-11-24 09:30")
    visitor = await shown(desk)
    after = await visitor.presses("確定する")
    assert f"{booking.reference} を確定しました" in after.text
    assert "返答を待っている申し込みはありません" in after.text
    assert await states(desk) == [("confirmed", 2)]
    assert await decisions(desk) == [("confirm", 702, "職員 一号", "", "desk")]
    assert [kind for (kind,) in await desk.all("SELECT kind FROM notice WHERE kind = 'confirmed_mail'")]
    assert "を確定しました" not in (await visitor.opens("/requests")).text, "it is said once"


@on_sqlite_alone
async def test_a_page_that_renews_itself_meanwhile_does_not_take_away_what_is_said(
    office: Office, desk: OpenDesk
) -> None:
    await requested(office, 1, "2026-11-24 09:30")
    visitor = await shown(desk)
    form = visitor.shown.form("確定する")
    async with visitor.client.post(desk.origin + form.action, data=form.fields, allow_redirects=False) as answer:
        assert answer.status == 303
    async with visitor.client.get(f"{desk.origin}/requests", headers={"Sec-Fetch-Dest": "empty"}) as renewed:
        assert "を確定しました" not in await renewed.text()
    assert "を確定しました" in (await visitor.opens("/requests")).text


async def test_the_url_is_sent_with_the_press_below_it(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, 1, "2026-11-26 09:30")
    visitor = await shown(desk)
    await visitor.presses("この内容で確定する", url="https://teleoffice.example/join?code=1")
    assert await states(desk) == [("confirmed", 2)]
    assert (await office.now_is(booking)).url == "https://teleoffice.example/join?code=1"


async def test_another_counsellor_who_is_free_can_be_chosen_in_the_list(office: Office, desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        await filling.counsellors("職員 一号", "職員 二号", "職員 三号")
        first = await filling.booking("2026-11-26 09:30")
        second = await filling.booking("2026-11-26 09:30", counsellor="2", chat=2)
    visitor = await shown(desk)
    assert "URLや担当者も決める" in visitor.shown.text
    await visitor.presses("この内容で確定する", action=first.id, counsellor="3")
    assert [(await office.now_is(each)).slot.counsellor for each in (first, second)] == ["3", "2"]
    url = "https://teleoffice.example/2"
    page = await visitor.presses("この内容で確定する", action=second.id, counsellor="3", url=url)
    assert (page.status, "空いていません" in page.text) == (409, True)
    await visitor.presses("この内容で確定する", action=second.id)
    held = await office.now_is(second)
    assert (held.state, held.slot.counsellor, held.url) == ("confirmed", "2", url), "what was typed stood there still"


async def test_a_form_of_the_list_that_cannot_be_done_stands_open_in_its_card_with_what_was_typed(
    office: Office, desk: OpenDesk
) -> None:
    other, booking = await requested(office, 1, "2026-11-26 09:30"), await requested(office, 2, "2026-11-26 10:00")
    visitor = await shown(desk)
    page = await visitor.presses("この内容で確定する", action=booking.id, url="http://teleoffice.example/join?code=1")
    assert (page.status, f"#b{booking.id}" in page.links) == (409, True)
    urls = [form.fields["url"] for form in page.forms if "url" in form.fields]
    assert sorted(urls) == ["", "http://teleoffice.example/join?code=1"], "in the one card alone"
    await visitor.presses("この内容で確定する", action=booking.id, url="https://teleoffice.example/join?code=1")
    assert (await office.now_is(booking)).state == "confirmed"
    late = await visitor.sends(
        f"/bookings/{booking.id}/decline", token=visitor.token, version="1", **{"from": "requests"}
    )
    assert f"/bookings/{booking.id}" in late.links, "it is in the list no more"
    assert (await office.now_is(other)).state == "requested"


async def test_a_proposal_is_shown_with_its_times_and_until_when_the_person_can_choose(desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        await Filling(desk, transaction).proposed("2026-11-24 09:30", "2026-11-25 10:00", "2026-11-26 13:30")
    text = (await shown(desk)).shown.text
    for words in ("11月25日(水) 10:00", "11月26日(木) 13:30", "本人が選ぶ期限", "11月20日(金) 17:15"):
        assert words in text
    assert "確定期限" not in text, "the office has answered"


async def test_a_request_in_a_place_that_was_closed_after_it_says_so(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, 1, "2026-11-26 09:30")
    visitor = await shown(desk)
    assert "休止の枠" not in visitor.shown.text
    async with desk.database.transaction() as transaction:
        number = await Filling(desk, transaction).closure("2026-11-26 09:00", "2026-11-26 12:00")
    for path in ("/requests", f"/bookings/{booking.id}"):
        page = await visitor.opens(path)
        assert ("休止の枠" in page.text, f"/closures/{number}" in page.links) == (True, True)
    assert "ほかに空いている担当者はいません" in visitor.shown.text


async def test_4_2_b_i_declining_takes_a_reason_from_the_list(office: Office, desk: OpenDesk) -> None:
    await requested(office, 1, "2026-11-24 09:30")
    visitor = await shown(desk)
    for reason in ("", "made up"):
        refused = await visitor.presses("お断りする", reason=reason)
        assert refused.status == 409
        assert "選択肢の中から選んでください" in refused.text
    assert await states(desk) == [("requested", 1)]
    await visitor.presses("お断りする", reason="registration")
    assert await decisions(desk) == [("decline", 702, "職員 一号", "registration", "desk")]


async def test_4_1_b_confirming_late_asks_why_only_where_it_was_there_in_counter_hours(
    office: Office, desk: OpenDesk
) -> None:
    await requested(office, 1, "2026-11-24 09:30", asked="2026-11-19 17:00")
    await requested(office, 2, "2026-11-24 10:00", asked="2026-11-19 17:16")
    desk.clock.turn("2026-11-20 09:00")
    visitor = await shown(desk)
    in_hours, after_closing = [form for form in visitor.shown.forms if "確定する" in form.buttons]
    refused = await visitor.sends(in_hours.action, **{**in_hours.fields, "late": ""})
    assert refused.status == 409
    assert "理由を選んでください" in refused.text
    await visitor.presses("確定する", in_hours.action, late="agreed")
    await visitor.presses("確定する", after_closing.action)
    assert [row[3] for row in await decisions(desk)] == ["agreed", "late_auto"]


async def test_who_comes_second_is_told_and_changes_nothing(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, 1, "2026-11-24 09:30")
    one, other = await shown(desk), await shown(desk, "lead")
    await one.presses("確定する")
    late = await other.presses("お断りする", reason="time")
    assert late.status == 409
    assert "何も変更していません" in late.text
    token = one.shown.form("ログアウト").fields["token"]
    again = await one.sends(f"/bookings/{booking.id}/confirm", token=token, version="2")
    assert "すでに決定されています" in again.text
    assert await states(desk) == [("confirmed", 2)]


async def test_two_presses_at_once_decide_once(office: Office, desk: OpenDesk) -> None:
    await requested(office, 1, "2026-11-24 09:30")
    one, other = await shown(desk), await shown(desk, "lead")
    ends = await asyncio.gather(one.presses("確定する"), other.presses("お断りする", reason="time"))
    assert sorted(end.status for end in ends) == [200, 409]
    assert len(await decisions(desk)) == 1


async def test_after_the_lapse_nothing_is_confirmed_even_where_the_clock_has_not_moved_it(
    office: Office, desk: OpenDesk
) -> None:
    await requested(office, 1, "2026-11-24 09:30")
    desk.clock.turn("2026-11-20 17:14")
    visitor = await shown(desk)
    desk.clock.turn("2026-11-20 17:15")
    late = await visitor.presses("確定する")
    assert "期限切れで終了" in late.text
    assert await states(desk) == [("requested", 1)]


async def test_somebody_who_only_reads_sees_the_list_without_its_buttons(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office, 1, "2026-11-24 09:30")
    page = (await shown(desk, "reader")).shown
    assert booking.reference in page.text
    assert [form.buttons for form in page.forms] == [["検索"], ["English"], ["ログアウト"]]
