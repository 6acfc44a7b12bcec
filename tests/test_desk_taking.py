"""New booking: a request by phone, mail or form is taken with the questions and checks of the chat, on one page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.counter import Booking
from flows.desk.taking import CONDITIONS, FIELDS
from tests.counters import Office
from tests.desk import OpenDesk, Shown, Visitor, on_sqlite_alone, open_desk
from tests.usual_answers import USUAL

CALLED = {
    **USUAL,
    "channel": "phone", "registered": "yes", "device": "yes", "continuing": "yes", "name": "川越 花子",
    "seeker_number": "11030-00000042", "day": "2026-11-24 0930-1", "email": "hanako@example.jp",
    "phone": "049-234-5678", "companion": "none",
}  # fmt: skip


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def clerk(desk: OpenDesk) -> Visitor:
    """A counsellor before the empty page."""
    visitor = await desk.signed_in()
    await visitor.opens("/new")
    return visitor


async def takes(clerk: Visitor, **fields: str) -> Shown:
    return await clerk.presses("受け付ける", **{**CALLED, **fields})


async def kept(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT state, source, chat_id, consent_id, language FROM booking ORDER BY start")


async def decisions(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT event, name, reason, channel FROM decision ORDER BY id")


async def test_preamble_2_a_caller_is_written_down_and_the_clerk_reads_what_to_tell_them(
    desk: OpenDesk, clerk: Visitor
) -> None:
    assert "同意いただいたものとして扱います" in clerk.shown.text
    assert "申込みによる同意" in clerk.shown.text
    told = (await takes(clerk)).text
    [(ref,)] = await desk.all("SELECT ref FROM booking")
    for words in (f"{str(ref)[:3]}-{str(ref)[3:]}", "11月24日(火) 9:30", "まだ確定していない", "11月20日(金) まで"):
        assert words in told
    assert await kept(desk) == [("requested", "phone", None, None, "ja")]
    assert await decisions(desk) == [("request", "職員 一号", "", "phone")]


async def test_what_was_given_is_kept_as_the_chat_keeps_it(desk: OpenDesk, clerk: Visitor) -> None:
    await takes(clerk, companion="interpreter", language="vi", speaks="en")
    [(number,)] = await desk.all("SELECT id FROM booking")
    async with desk.database.transaction() as transaction:
        booking = await desk.kit.counter(transaction, desk.clock(), None, "").booking(str(number))
    assert booking
    assert booking.language == "en"
    assert booking.details["phone"]["e164"] == "+81492345678"
    assert (booking.details["seeker_number"], booking.details["language"]) == ("11030-00000042", "vi")
    assert all(booking.details[condition.name] == "yes" for condition in CONDITIONS)


async def test_4_2_a_every_question_of_the_chat_stands_on_the_page(clerk: Visitor) -> None:
    fields = clerk.shown.form("受け付ける").fields
    for question in FIELDS:
        assert question.name in fields
    for condition in CONDITIONS:
        assert f'name="{condition.name}"' in clerk.shown.html


async def test_it_can_be_confirmed_in_the_same_step(desk: OpenDesk, clerk: Visitor) -> None:
    assert "受け付けて確定しました" in (await takes(clerk, confirm="yes")).text
    assert [state for state, *_ in await kept(desk)] == ["confirmed"]
    assert await decisions(desk) == [("request", "職員 一号", "", "phone"), ("confirm", "職員 一号", "", "desk")]


@pytest.mark.parametrize("condition", ["registered", "device", "continuing"])
async def test_2_head_who_does_not_meet_a_condition_cannot_be_taken(
    desk: OpenDesk, clerk: Visitor, condition: str
) -> None:
    page = await takes(clerk, **{condition: "no"})
    assert page.status == 409
    assert "3つの条件をすべて満たすことが必要です" in page.text
    assert await kept(desk) == []


async def test_everything_that_is_wrong_is_said_at_once_beside_its_field_and_nothing_typed_is_lost(
    desk: OpenDesk, clerk: Visitor
) -> None:
    page = await takes(clerk, name="2", seeker_number="123", email="hanako", phone="12", day="2026-11-24 0935-1")
    for words in ("お名前を読み取れませんでした", "求職番号の形と合いません", "例：090-1234-5678", "メールアドレス"):
        assert words in page.text
    assert page.html.count('aria-invalid="true"') == 4
    assert "その時間の相談はありません" not in page.text, "the slot is looked at when all can be read"
    fields = page.form("受け付ける").fields
    assert {name: fields[name] for name in ("name", "seeker_number", "email", "phone", "companion", "channel")} == {
        "name": "2", "seeker_number": "123", "email": "hanako", "phone": "12", "companion": "none", "channel": "phone",
    }  # fmt: skip
    assert await kept(desk) == []
    assert (await takes(clerk)).path == "/requests", "it can be mended"


async def test_an_empty_form_says_what_is_missing(clerk: Visitor) -> None:
    page = await clerk.presses("受け付ける")
    assert page.status == 409
    assert page.text.count("入力してください") >= 4
    assert page.html.count('aria-invalid="true"') == 4 + 7  # conditions and channel; name, number, time, mail, phone …
    said = page.text.partition("次の項目をご確認ください")[2].partition("表示した後に")[0].splitlines()
    assert page.html.partition(" autofocus")[0].count("aria-invalid") == 1, "the first of them is where one goes on"
    assert {"申し込みの方法", "求職登録", "機器とTeleOffice", "求職番号"} <= set(said)
    assert max(map(len, said)) < 15, "by their short names"


async def test_a_my_number_is_refused_and_not_shown_again(desk: OpenDesk, clerk: Visitor) -> None:
    page = await takes(clerk, seeker_number="1234-5678-9012")
    assert "別の番号のようです" in page.text
    assert "1234-5678-9012" not in page.html


async def test_a_likely_slip_in_an_address_is_asked_back_and_either_can_be_chosen(
    desk: OpenDesk, clerk: Visitor
) -> None:
    page = await takes(clerk, email="hanako@gmial.com")
    assert "hanako@gmail.com" in page.text
    assert await kept(desk) == []
    page = await takes(clerk, email="hanako@gmial.com", email_check="1:hanako@gmial.com", name="")
    assert page.form("受け付ける").fields["email_check"] == "1:hanako@gmial.com", "it is not asked a second time"
    await clerk.presses("受け付ける", name="川越 花子")
    assert await mail_of(desk) == "hanako@gmail.com"


async def test_a_choice_is_good_for_what_was_typed_when_it_was_asked(desk: OpenDesk, clerk: Visitor) -> None:
    await takes(clerk, email="hanako@gmial.com")
    page = await takes(clerk, email="jiro@gmial.com", email_check="1:hanako@gmial.com")
    assert "jiro@gmail.com" in page.text
    assert await kept(desk) == []


async def test_an_address_that_much_mail_does_not_reach_is_asked_back_and_can_be_kept(
    desk: OpenDesk, clerk: Visitor
) -> None:
    page = await takes(clerk, email="hana..ko@docomo.ne.jp")
    assert "このまま使う" in page.text
    page = await takes(clerk, email="hana..ko@docomo.ne.jp", email_check="1:hana..ko@docomo.ne.jp")
    assert page.status == 409, "another one is wanted, and none was typed"
    await takes(clerk, email="hana..ko@docomo.ne.jp", email_check="0:hana..ko@docomo.ne.jp")
    assert await mail_of(desk) == "hana..ko@docomo.ne.jp"


async def mail_of(desk: OpenDesk) -> str:
    [(number,)] = await desk.all("SELECT id FROM booking")
    async with desk.database.transaction() as transaction:
        booking = await desk.kit.counter(transaction, desk.clock(), None, "").booking(str(number))
    assert booking
    return str(booking.details["email"])


async def test_a_language_without_an_interpreter_is_pointed_out(desk: OpenDesk, clerk: Visitor) -> None:
    assert "ほかの回答と合いません" in (await takes(clerk, language="vi")).text
    assert (await takes(clerk, companion="interpreter", language="")).status == 409, "which language?"
    assert (await takes(clerk, companion="interpreter", language="vi")).status == 200


async def test_past_the_deadline_a_reason_is_wanted_and_recorded(desk: OpenDesk, clerk: Visitor) -> None:
    late = "2026-11-20 1000-1"
    assert "申込期限後" in clerk.shown.text
    page = await takes(clerk, day=late)
    assert "申込期限（11月18日(水)）を過ぎています" in page.text
    assert page.form("受け付ける").fields["day"] == late
    assert await kept(desk) == []
    await takes(clerk, day=late, late="urgent")
    assert await decisions(desk) == [("request", "職員 一号", "urgent", "phone")]


async def test_a_reason_that_was_not_needed_is_not_recorded(desk: OpenDesk, clerk: Visitor) -> None:
    await takes(clerk, late="urgent")
    assert await decisions(desk) == [("request", "職員 一号", "", "phone")]


async def test_for_today_it_has_to_be_confirmed_at_once_and_only_before_it_begins(
    desk: OpenDesk, clerk: Visitor
) -> None:
    page = await takes(clerk, day="2026-11-19 1500-1", late="agreed")
    assert "その場で確定する場合だけ" in page.text
    assert (await takes(clerk, day="2026-11-19 0930-1", late="agreed", confirm="yes")).status == 409
    assert await kept(desk) == []
    assert (await takes(clerk, day="2026-11-19 1500-1", late="agreed", confirm="yes")).status == 200
    assert await decisions(desk) == [
        ("request", "職員 一号", "agreed", "phone"),
        ("confirm", "職員 一号", "agreed", "desk"),
    ]


@on_sqlite_alone
@pytest.mark.parametrize(
    "place", ["", "x", "2026-11-23 0930-1", "2026-11-24 0935-1", "2026-11-24 0930-9", "2027-06-01 0930-1"]
)
async def test_a_time_that_is_not_offered_is_refused(desk: OpenDesk, clerk: Visitor, place: str) -> None:
    assert (await takes(clerk, day=place, late="other")).status == 409
    assert await kept(desk) == []


async def test_who_is_second_at_a_time_is_offered_the_others(office: Office, desk: OpenDesk, clerk: Visitor) -> None:
    assert isinstance(await office.request(1), Booking)
    page = await takes(clerk)
    assert "ほかの方の申し込みが先に入りました" in page.text
    assert "2026-11-24 0930-1" not in page.html
    assert page.form("受け付ける").fields["name"] == "川越 花子"
    assert (await takes(clerk, day="2026-11-24 1000-1")).status == 200


async def test_two_clerks_at_once_on_one_time_get_it_once(desk: OpenDesk, clerk: Visitor) -> None:
    other = await desk.signed_in("lead")
    await other.opens("/new")
    pages = await asyncio.gather(takes(clerk), takes(other, seeker_number="11030-00000043"))
    assert sorted(page.status for page in pages) == [200, 409]
    assert len(await kept(desk)) == 1


async def test_a_number_that_has_a_live_booking_is_taken_knowingly_only(
    office: Office, desk: OpenDesk, clerk: Visitor
) -> None:
    there = await office.request(1, "2026-11-26 10:00", seeker_number=CALLED["seeker_number"])
    assert isinstance(there, Booking)
    page = await takes(clerk)
    assert there.reference in page.text
    assert "11月26日(木) 10:00" in page.text
    assert len(await kept(desk)) == 1
    assert (await takes(clerk, twice="forged")).status == 409
    assert (await takes(clerk, twice=there.id)).status == 200
    flagged = await desk.all("SELECT source, same_number FROM booking ORDER BY start")
    assert [(source, bool(same)) for source, same in flagged] == [("phone", True), ("chat", False)]


async def test_a_place_of_the_week_can_be_brought_along(clerk: Visitor) -> None:
    page = await clerk.opens("/new?place=2026-11-25+1330-1")
    assert page.form("受け付ける").fields["day"] == "2026-11-25 1330-1"
    assert "もう空いていません" not in page.text
    await takes(clerk, day="2026-11-25 1330-1")
    page = await clerk.opens("/new?place=2026-11-25+1330-1")
    assert (page.form("受け付ける").fields["day"], "もう空いていません" in page.text) == ("", True)


async def test_a_free_place_of_the_week_leads_to_a_new_booking_in_it_for_whoever_may_book(
    desk: OpenDesk, clerk: Visitor
) -> None:
    reader, place = await desk.signed_in("reader"), "/new?place=2026-11-26+0930-1"
    assert place in (await clerk.opens("/week?from=2026-11-24")).links
    assert (await clerk.opens(place)).form("受け付ける").fields["day"] == "2026-11-26 0930-1"
    assert not any("/new" in link for link in (await reader.opens("/week?from=2026-11-24")).links)


async def test_a_deadline_that_passes_while_the_page_is_open_is_said(desk: OpenDesk) -> None:
    desk.clock.turn("2026-11-19 23:59")
    clerk = await desk.signed_in()
    assert "申込期限後）" not in (await clerk.opens("/new")).html.partition("2026-11-24 0930-1")[0]
    desk.clock.turn("2026-11-20 00:00")
    assert "申込期限（11月19日(木)）を過ぎています" in (await takes(clerk)).text
    assert await kept(desk) == []
