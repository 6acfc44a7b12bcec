"""The staff's work from end to end, in a browser: each story on a phone or at a desk, in Japanese or in English."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.desk_in_a_browser import DESK, PHONE, Counter, Typist, counter
from tests.test_claiming import claims, code_in
from tests.test_desk_taking import CALLED
from tests.town import book

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path, browser: Browser) -> AsyncIterator[Counter]:
    async with counter(tmp_path, browser) as opened:
        yield opened


async def test_places_are_closed_over_bookings_and_the_people_are_called_by_the_keyboard_alone(place: Counter) -> None:
    one, other = await place.booked("2026-11-24 09:30", "confirm"), await place.booked("2026-11-24 13:00", "confirm")
    async with place.clerk(DESK, kind=Typist) as clerk:
        await clerk.goes_to("週の表")
        await clerk.follows("次の週")
        await clerk.follows("この日の枠を休止する 11月24日")
        await clerk.chooses("理由", "庁舎・設備の点検や工事")
        await clerk.presses("該当する予約を確認する")
        await clerk.sees("この枠にある予約：2件")
        await clerk.sees("自動でキャンセルされることはありません")
        await clerk.looks_around()
        await clerk.presses("休止する")
        await clerk.sees("連絡が必要な予約：あと2件", "h2")
        await clerk.presses("連絡済みにする", f"#b{one.id}")
        await clerk.sees("連絡が必要な予約：あと1件", "h2")
        await clerk.follows("11月24日(火) 13:00")
        await clerk.unfolds("予約をキャンセルする")
        await clerk.chooses("キャンセルの連絡方法", "安定所の都合で")
        await clerk.chooses("安定所の都合のときの理由", "臨時の休み")
        await clerk.presses("予約をキャンセルする", "details[open]")
        await clerk.sees("キャンセルしました")
    assert await place.states() == {one.reference: "confirmed", other.reference: "cancelled"}


async def test_somebody_calls_and_is_found_by_the_keyboard_alone(place: Counter) -> None:
    booking, box = await place.booked("2026-11-24 09:30", "confirm"), "受付番号・日付・求職番号・電話番号・氏名のどれか"
    async with place.clerk(DESK, kind=Typist) as clerk:
        await clerk.fills(box, "090-1234", "header")
        await clerk.presses("検索", "header")
        await clerk.sees("電話番号：090-1234-5678")
        await clerk.fills(box, "090-1234-5678")
        await clerk.presses("検索", "main")
        await clerk.sees("1件")
        await clerk.looks_around()
        await clerk.follows("11月24日(火) 9:30")
        await clerk.sees(booking.reference, "h1")
        await clerk.page.go_back()
        await clerk.sees("1件")
        await clerk.goes_to("操作記録")
        await clerk.sees("予約を検索しました：電話番号で", ".life")
        await clerk.looks_around()


async def test_a_counsellor_is_ill_for_a_day_on_a_phone(place: Counter) -> None:
    await place.employs("職員 二号", "職員 三号")
    kept, moved = await place.booked("2026-11-24 09:30", "confirm"), await place.booked("2026-11-24 10:00", "confirm")
    await place.booked("2026-11-24 10:00", "confirm", counsellor="2")
    async with place.clerk(PHONE, role="counsellor") as clerk:
        await clerk.goes_to("週の表")
        await clerk.follows("枠を休止する", "main .turning")
        await clerk.fills("最初の日", "2026-11-24")
        await clerk.chooses("担当者", "職員 二号")
        await clerk.chooses("理由", "職員の不在")
        await clerk.presses("該当する予約を確認する")
        await clerk.sees("この枠にある予約：2件", "h2")
        await clerk.presses("休止する")
        here = clerk.page.url
        await clerk.follows("9:30")
        await clerk.unfolds("担当を変える")
        await clerk.chooses("担当者", "職員 三号", "details[open]")
        await clerk.presses("担当にする", "details[open]")
        await clerk.sees("担当を 職員 三号 にしました")
        await clerk.page.goto(here)
        await clerk.sees("連絡が必要な予約：あと1件", "h2")
        await clerk.follows("10:00")
        await clerk.follows("日時を変更する")
        await clerk.ticks("10:30", "fieldset:has-text('11月25日')")
        await clerk.chooses("本人からの連絡方法", "電話で")
        await clerk.presses("この日時に変更する")
        await clerk.sees("日時を変更しました")
        await clerk.looks_around()
        await clerk.page.goto(here)
        await clerk.sees("該当する予約はありません")
    assert {kept.reference: "confirmed", moved.reference: "confirmed"}.items() <= (await place.states()).items()
    await place.town.mailbox.gets("変更")


async def test_a_booking_by_phone_is_claimed_in_the_chat(place: Counter) -> None:
    async with place.clerk(DESK, role="counsellor") as clerk:
        await clerk.goes_to("新しい予約")
        for group, answer in (("申し込みの方法", "電話"), ("質問1", "はい"), ("質問2", "はい"), ("質問3", "はい")):
            await clerk.ticks(answer, f"fieldset:has-text('{group}')")
        await clerk.fills("お名前", "川越 花子")
        await clerk.fills("求職番号", "11030")
        await clerk.chooses("日時", "11月24日(火) 9:30")
        await clerk.fills("メール", "hanako@example.jp", ".field")
        await clerk.fills("電話", CALLED["phone"], ".field")
        await clerk.chooses("同席", "なし")
        await clerk.answers_as_usual()
        await clerk.ticks("その場で確定する")
        await clerk.presses("受け付ける")
        await clerk.sees("求職番号の形と合いません")
        await clerk.looks_around()
        await clerk.fills("求職番号", "11030-00000042")
        await clerk.presses("受け付ける")
        await clerk.sees("確定しました")
        hanako = place.town.server.person("川越 花子", language_code="ja")
        code = code_in(await place.town.mailbox.gets("予約が確定", "hanako@example.jp"))
        await claims(hanako, code)
        await hanako.sees("予約をこのチャットに登録しました")
        [(number,)] = await place.town.rows("SELECT id FROM booking")
        await clerk.page.goto(f"{clerk.origin}/bookings/{number}")
        await clerk.sees("チャットに結び付けました", ".life li")
        await clerk.looks_around()


async def test_the_next_session_is_booked_in_a_session(place: Counter) -> None:
    taro = place.seeker()
    first = await place.booked("2026-11-24 09:30", "confirm", chat=taro.id)
    await taro.sees("【予約が確定しました】")
    await place.town.turn_clock("2026-11-24 09:31")
    async with place.clerk(PHONE, "en", role="counsellor") as clerk:
        await clerk.presses("Start (the person came)")
        await clerk.sees("In session", f"#b{first.id}")
        await clerk.follows(first.slot.start.strftime("9:30"))
        await clerk.follows("Book the next session")
        await clerk.looks_around()
        await clerk.unfolds("Nov 30")
        await clerk.ticks("1:00\u202fPM", "fieldset:has-text('Nov 30')")
        await clerk.presses("Book it")
        await clerk.sees("Confirmed:")
        await clerk.sees("Booked in the session", ".life li")
    await taro.sees("11月30日(月) 13:00")
    assert sorted((await place.states()).values()) == ["confirmed", "in_session"]


async def test_a_late_confirmation_says_why(place: Counter) -> None:
    asked = await place.booked("2026-11-24 09:30")
    await place.town.turn_clock("2026-11-20 09:00")
    async with place.clerk(DESK, "en", role="counsellor") as clerk:
        await clerk.goes_to("Requests")
        await clerk.sees("After the confirmation deadline", f"#b{asked.id}")
        await clerk.looks_around()
        await clerk.presses("Confirm", f"#b{asked.id}")
        assert await place.states() == {asked.reference: "requested"}, "without a reason the browser sends nothing"
        await clerk.chooses("Why late?", "Agreed with the person by phone")
        await clerk.presses("Confirm", f"#b{asked.id}")
        await clerk.sees("No request waits for an answer.")
        await clerk.page.goto(f"{clerk.origin}/bookings/{asked.id}")
        await clerk.sees("Agreed with the person by phone", ".life li")
    assert await place.states() == {asked.reference: "confirmed"}


async def test_a_suspension_is_objected_to_and_ended(place: Counter) -> None:
    taro = place.seeker()
    booking = await place.booked("2026-11-24 09:30", "confirm", "miss", chat=taro.id)
    async with place.clerk(PHONE) as lead:
        await lead.goes_to("利用者")
        await lead.unfolds("決定する")
        await lead.chooses("決定の内容", "期限を決めて停止する")
        await lead.fills("停止の最終日", "2026-12-31")
        await lead.chooses("理由（本人に伝わります）", "連絡のないキャンセル")
        await lead.fills("経緯と理由", "電話にも出られなかった。")
        await lead.looks_around()
        await lead.presses("決定する", f"#b{booking.id}")
        await lead.sees("12月31日", ".card")
        await taro.sees("12月31日")
        await taro.says("/book")
        await taro.until(lambda: "異議を申し出る" in taro.screen.labels or None)
        await taro.presses("異議を申し出る")
        await taro.sees("ご自分の言葉で")
        await taro.says("電車が止まり、電話もつながりませんでした。")
        await taro.sees("【お申し出を受け付けました】")
        await lead.page.reload()
        await lead.follows("停止", "section[aria-labelledby=objections]")
        await lead.presses("内容を表示する")
        await lead.sees("電車が止まり")
        await lead.looks_around()
        await lead.fills("回答", "事情が分かりました。停止を終わらせます。")
        await lead.presses("回答を送る")
        await lead.unfolds("停止を終える")
        await lead.chooses("理由", "申し出のとおりだった", "details[open]")
        await lead.presses("停止を終える", "details[open]")
        await lead.goes_to("利用者")
        await lead.sees("停止中の方はいません")
    await taro.says("/book")
    await taro.sees("質問1／3")


async def test_a_wrong_no_show_is_corrected(place: Counter) -> None:
    taro = place.seeker()
    booking = await place.booked("2026-11-24 09:30", "confirm", chat=taro.id)
    await taro.sees("【予約が確定しました】")
    await place.town.turn_clock("2026-11-24 09:41")
    card = f"#b{booking.id}"
    async with place.clerk(PHONE, "en") as lead:
        await lead.sees("10 minutes over", card)
        await lead.unfolds("No contact", card)
        await lead.looks_around()
        await lead.presses("Record “no contact”", card)
        await lead.sees("No contact", card)
        await taro.sees("キャンセルとみなし")
        await lead.unfolds("Correct “no contact”", card)
        await lead.chooses("Reason", "The person had joined", card)
        await lead.presses("Record it", f"{card} details[open]")
        await lead.sees("Please record how the session went")
        await taro.sees("訂正")
        await lead.presses("It was held", card)
        await lead.sees("Held", card)
        await lead.goes_to("People")
        await lead.sees("No missed session waits to be weighed.")
    assert await place.states() == {booking.reference: "finished"}


async def test_new_requests_are_paused_with_one_press_and_taken_again(place: Counter) -> None:
    taro = place.seeker()
    async with place.clerk(DESK, "en", role="counsellor") as clerk:
        await clerk.does(clerk.page.get_by_role("link", name="Pause new requests"))
        await clerk.looks_around()
        await clerk.presses("Too few staff")
        await clerk.sees("New requests are paused: Too few staff", "#paused")
        await clerk.goes_to("Week")
        await clerk.sees("New requests are paused", "#paused")
        await taro.says("/book")
        await taro.sees("新しい申し込みの受付を止めています")
        await clerk.presses("Take new requests again")
        await clerk.sees("New requests are taken again", ".said")
        await expect(clerk.page.locator("#paused")).to_have_count(0)
    await book(taro)
    await taro.sees("【受け付けました】")


async def test_a_request_in_the_chat_is_on_an_open_page_without_a_reload(place: Counter) -> None:
    async with place.clerk(DESK, role="counsellor") as clerk:
        await clerk.goes_to("申し込み")
        await clerk.sees("返答を待っている申し込みはありません")
        await clerk.page.evaluate("globalThis.still_here = true")
        await book(place.town.taro)
        await clerk.sees("11月24日(火) 9:30", ".card")
        await clerk.unfolds("お断りする")
        await place.booked("2026-11-24 10:00")
        await clerk.sees("現在の内容を表示する", ".changed")
        await expect(clerk.page.locator(".card")).to_have_count(1)
        await clerk.follows("現在の内容を表示する", ".changed")
        await expect(clerk.page.locator(".card")).to_have_count(2)
        await clerk.page.evaluate("globalThis.still_here = true")
        await place.town.colleague.presses_in(place.town.group, "確定する", await place.town.group.sees("9:30"))
        await expect(clerk.page.locator(".card")).to_have_count(1)
        assert await clerk.page.evaluate("globalThis.still_here")
    assert re.fullmatch("confirmed requested", " ".join(sorted((await place.states()).values())))
