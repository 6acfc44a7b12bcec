"""A booking's page: its whole life, details on a press that is recorded, and what staff can do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.retention import forget_what_is_old
from bot.store import Place, Store
from flows.counter import Booking
from flows.steps import Conversation
from tests.counters import DAYS, NOW, Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.town import Clock

URL = "https://teleoffice.example/join?code=abc123"
PERSONAL = ("川越 太郎", "11030-00000001", "taro@example.jp", "090-1234-5678", "9012345678")


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def requested(office: Office, at: str = "2026-11-24 09:30", chat: int = 1) -> Booking:
    booking = await office.request(chat, at, Clock("2026-11-19 09:00")())
    assert isinstance(booking, Booking)
    return booking


async def confirmed(office: Office, at: str = "2026-11-24 09:30", chat: int = 1) -> Booking:
    booking = await requested(office, at, chat)
    assert await office.move(booking, "confirm")
    return booking


async def page_of(desk: OpenDesk, booking: Booking, role: str = "counsellor") -> Visitor:
    visitor = await desk.signed_in(role)
    await visitor.opens(f"/bookings/{booking.id}")
    return visitor


async def now_is(office: Office, booking: Booking) -> Booking:
    async with office.database.transaction() as transaction:
        found = await office.before(transaction, booking.chat).booking(booking.id)
    assert found
    return found


async def records(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT what, who, note FROM record WHERE booking_id IS NOT NULL ORDER BY id")


async def promised(desk: OpenDesk, *kinds: str) -> list[str]:
    found = [str(kind) for (kind,) in await desk.all("SELECT kind FROM notice ORDER BY due_at, key")]
    return [kind for kind in found if kind in kinds]


async def test_of_who_has_stopped_the_bot_the_page_says_that_letters_alone_arrive(
    office: Office, desk: OpenDesk
) -> None:
    booking, store = await confirmed(office), Store(office.database, office.seal)
    place = Place((1, ""), Conversation())
    await office.database.run(lambda t: store.save(t, place, NOW, fleeting=False))
    await office.database.run(lambda t: store.close(t, 1, NOW))
    visitor = await page_of(desk, booking)
    assert "ボットを停止しています" in visitor.shown.text
    await office.database.run(lambda t: store.open(t, 1))
    await visitor.opens(f"/bookings/{booking.id}")
    assert "ボットを停止しています" not in visitor.shown.text


async def test_the_page_tells_how_it_stands_and_nothing_personal(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    page = (await page_of(desk, booking)).shown
    for words in ("11月24日(火) 9:30", booking.reference, "申し込み中", "返信期限", "確定期限", "チャットで"):
        assert words in page.text
    for personal in PERSONAL:
        assert personal not in page.html


async def test_the_life_begins_with_the_request_and_tells_who_did_what_and_what_is_still_to_come(
    office: Office, desk: OpenDesk
) -> None:
    booking = await requested(office)
    visitor = await page_of(desk, booking)
    text = (await visitor.presses("確定する")).text.partition("これまでとこれから")[2]
    told = ["申し込み", "確定", "職員 一号", "職員用ページで", "前営業日のお知らせ"]
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert "この時刻に送る予定" in text[places[-1] :]
    assert "本人へのメール" in text


@on_sqlite_alone
async def test_nothing_is_to_come_in_the_chat_of_somebody_without_one(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    to_come = "10分前のお知らせ（連絡のボタンあり）"
    assert to_come in visitor.shown.text
    assert await desk.all("UPDATE booking SET chat_id = NULL RETURNING id")
    text = (await visitor.opens(f"/bookings/{booking.id}")).text
    assert (to_come in text, "参加したかどうかの確認" in text) == (False, True)


async def test_what_became_of_a_notice_is_told(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    for kind, state in (("confirmed_mail", "dead"), ("received", "sent"), ("remind_one_hour", "cancelled")):
        change = f"UPDATE notice SET state = '{state}' WHERE kind = '{kind}' RETURNING key"  # noqa: S608  # ours
        assert await desk.all(change)
    text = (await page_of(desk, booking)).shown.text
    for words in ("届きませんでした。本人に電話してください。", "送信済み", "必要がなくなりました"):
        assert words in text


async def test_6_details_are_shown_on_a_press_and_the_look_is_recorded(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await page_of(desk, booking)
    page = await visitor.presses("個人情報を表示する")
    for personal in PERSONAL[:-1]:
        assert personal in page.text
    assert await records(desk) == [("looked", 702, "")]
    assert "個人情報を表示しました" in (await visitor.opens(f"/bookings/{booking.id}")).text
    assert "川越 太郎" not in visitor.shown.html, "the next look is another press"


async def test_6_who_only_reads_sees_neither_details_nor_forms(office: Office, desk: OpenDesk) -> None:
    page = (await page_of(desk, await requested(office), "reader")).shown
    assert [form.buttons for form in page.forms] == [["検索"], ["English"], ["ログアウト"]]


async def test_erased_details_are_shown_as_erased(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    async with office.database.transaction() as transaction:
        later = Clock("2027-06-01 10:00")()
        await forget_what_is_old(transaction, office.seal, DAYS.office, later)
    assert "個人情報は消去しました" in (await page_of(desk, booking)).shown.text


async def test_confirming_with_the_url_sends_both_letters(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await page_of(desk, booking)
    assert "確定しました" in (await visitor.presses("確定する", url=URL)).text
    assert visitor.shown.path == f"/bookings/{booking.id}"
    assert await promised(desk, "confirmed_mail", "url_mail") == ["confirmed_mail", "url_mail"]
    assert (await now_is(office, booking)).url == URL


async def test_a_wrong_url_confirms_nothing_and_stays_in_the_form(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    visitor = await page_of(desk, booking)
    for wrong in (
        "http://teleoffice.example/a",
        "teleoffice",
        "https://",
        "javascript:alert(1)",
        "https://a@b.example/",
    ):
        refused = await visitor.presses("確定する", url=wrong)
        assert refused.status == 409
        assert "https://" in refused.text
        assert refused.form("確定する").fields["url"] == wrong
    assert (await now_is(office, booking)).state == "requested"


@pytest.mark.parametrize(
    ("channel", "reason", "letters"),
    [
        ("phone", "", {"cancelled"}), ("mail", "", {"cancelled"}),
        ("office", "equipment", {"cancelled_by_office", "cancelled_by_office_mail"}),
    ],
)  # fmt: skip
async def test_4_4_i_staff_cancel_and_the_time_is_free_again(
    office: Office, desk: OpenDesk, channel: str, reason: str, letters: set[str]
) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    page = await visitor.presses("予約をキャンセルする", channel=channel, reason=reason)
    assert "キャンセルしました" in page.text
    assert await desk.all("SELECT count(*) FROM hold") == [(0,)]
    decided = await desk.all("SELECT channel, reason, who FROM decision WHERE event = 'cancel'")
    assert decided == [(channel, reason, 702)]
    every = ("cancelled", "cancelled_mail", "cancelled_office", "cancelled_by_office", "cancelled_by_office_mail")
    assert set(await promised(desk, *every)) == letters
    assert isinstance(await office.request(2), Booking)


@on_sqlite_alone
async def test_a_reason_of_the_office_is_no_cancellation_by_the_person(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    visitor = await page_of(desk, booking)
    mixed_up = await visitor.presses("予約をキャンセルする", channel="phone", reason="staff")
    assert "理由を選ぶのは、安定所の都合のときだけです" in mixed_up.text
    without = await visitor.presses("予約をキャンセルする", channel="office", reason="")
    assert "本人に伝える理由を選んでください" in without.text
    assert (await now_is(office, booking)).state == "confirmed"
    assert "できること" in visitor.shown.text
    page = await visitor.presses("予約をキャンセルする", channel="phone", reason="")
    assert ("キャンセルしました" in page.text, "できること" in page.text) == (True, False)


async def test_7_the_office_cancels_with_a_reason_and_nobody_after_the_start(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    desk.clock.turn("2026-11-24 09:29")
    visitor = await page_of(desk, booking)
    assert (await visitor.presses("予約をキャンセルする", channel="office")).status == 409
    desk.clock.turn("2026-11-24 09:30")
    late = await visitor.presses("予約をキャンセルする", channel="phone")
    assert "相談が始まっている" in late.text
    assert (await now_is(office, booking)).state == "confirmed"


async def test_a_form_of_a_booking_that_has_moved_on_changes_nothing(office: Office, desk: OpenDesk) -> None:
    booking = await confirmed(office)
    one, other = await page_of(desk, booking), await page_of(desk, booking, "lead")
    await one.presses("URLを送る", url=URL)
    for button, fields in (
        ("予約をキャンセルする", {"channel": "phone"}), ("URLを送る", {"url": URL + "2"}),
        ("訂正する", {"email": "hanako@example.jp"}), ("最後のメールをもう一度送る", {}),
    ):  # fmt: skip
        await other.opens(f"/bookings/{booking.id}") if other.shown.status == 200 else None
        form = other.shown.form(button)
        late = await other.sends(form.action, **{**form.fields, **fields, "version": "2"})
        assert late.status == 409
        assert "何も変更していません" in late.text
    assert (await now_is(office, booking)).url == URL


async def test_a_bookings_own_page_leads_to_where_its_outcome_is_recorded(desk: OpenDesk, office: Office) -> None:
    today, to_come = await confirmed(office), await confirmed(office, "2026-11-25 13:00", 2)
    desk.clock.turn("2026-11-24 09:30")
    visitor = await desk.signed_in()
    assert f"/today#b{today.id}" in (await visitor.opens(f"/bookings/{today.id}")).links
    assert f"/today#b{to_come.id}" not in (await visitor.opens(f"/bookings/{to_come.id}")).links


@on_sqlite_alone
@pytest.mark.parametrize("page", ["", "/times"])
async def test_the_language_is_changed_on_the_page_itself_also_behind_a_path_of_the_offices_own(
    office: Office, database_url: str, tmp_path: Path, page: str
) -> None:
    booking = await requested(office)
    async with open_desk(database_url, tmp_path, base="/desk") as desk:
        visitor = await desk.signed_in()
        here = f"/desk/bookings/{booking.id}{page}"
        await visitor.opens(here)
        assert (await visitor.presses("English")).path == here
