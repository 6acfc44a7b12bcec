"""What people do on the demo's page, and what it shows: writing, menus, keyboards, letters, other pages, other eyes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it carries no types
from playwright.async_api import Browser, expect

from bot.playground.world import World
from tests.demo_page import DESK, PHONE, TOKYO, Visitor, small_world, visitor
from tests.page_stories import TO_THE_PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One world for all: each test brings people of its own."""
    async with small_world(tmp_path_factory.mktemp("demo")) as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, made: World) -> AsyncIterator[Visitor]:
    """Somebody at a desk, with a new job-seeker's phone."""
    made.comes("川越 花子", "ja")
    async with visitor(browser, made, DESK) as someone:
        await someone.page.locator("#seeker .pill").last.click()
        yield someone


async def test_the_focus_stays_where_it_was_when_a_message_is_edited(desk: Visitor) -> None:
    await desk.says("/start")
    await desk.button("予約を申し込む").focus()
    await desk.page.keyboard.press("Enter")
    await desk.sees("利用規約の大切な点")
    here = "document.activeElement.closest('.message')?.innerText ?? ''"
    assert "利用規約の大切な点" in await desk.page.evaluate(here)


async def test_staff_see_the_week_as_a_picture(desk: Visitor) -> None:
    await desk.says("/week", "staff")
    picture = desk.view("staff").locator("img.picture").last
    await expect(picture).to_be_visible()
    assert await picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") > 400
    assert await picture.get_attribute("alt") == "week.png"


async def test_the_arrow_keys_go_through_a_menu_and_through_the_messages(desk: Visitor) -> None:
    await desk.says("/start")
    await desk.sees("予約窓口です")
    menu = desk.view().get_by_role("button", name="メニュー")
    await menu.press("Enter")
    await expect(desk.page.get_by_role("menuitem").first).to_be_focused()
    await desk.page.keyboard.press("ArrowDown")
    await expect(desk.page.get_by_role("menuitem").nth(1)).to_be_focused()
    await desk.page.keyboard.press("Escape")
    await expect(menu).to_be_focused()
    await desk.view().locator(".log").focus()
    for place in (-1, -2):
        await desk.page.keyboard.press("ArrowUp")
        await expect(desk.view().locator(".message").nth(place)).to_be_focused()


async def test_an_own_message_can_be_changed_and_taken_back(desk: Visitor) -> None:
    await desk.says("まちがえた文")
    mine = desk.view().locator(".message.out").last
    await mine.locator(".more").click()
    await desk.page.get_by_role("menuitem", name="編集する").click()
    await expect(desk.view().locator("textarea")).to_have_value("まちがえた文")
    await desk.says("なおした文")
    await expect(mine.locator(".text")).to_have_text("なおした文")
    await expect(mine.locator(".meta")).to_contain_text("編集済み")
    await mine.locator(".more").click()
    await desk.page.get_by_role("menuitem", name="削除する").click()
    await desk.sees_no("なおした文")


async def test_what_is_written_is_text_and_never_markup(desk: Visitor, made: World) -> None:
    evil = '<img src=x onerror="document.title=1"><b>太字</b> [x](javascript:alert(1))'
    await desk.says(evil)
    mine = desk.view().locator(".message.out").last
    await expect(mine.locator(".text")).to_have_text(evil)
    await expect(mine.locator("img, b")).to_have_count(0)


async def test_things_are_attached_and_a_blocked_bot_is_let_in_again(desk: Visitor) -> None:
    await desk.view().get_by_role("button", name="送るものを選ぶ").click()
    await desk.page.get_by_role("menuitem", name="写真").click()
    await expect(desk.view().locator(".message.out .thing")).to_have_text("写真")
    for wish in ("窓口をブロックする", "ブロックを解除する"):
        await desk.view().get_by_role("button", name="このチャットの操作").click()
        await desk.page.get_by_role("menuitem", name=wish).click()
        await expect(desk.view().locator("form")).to_be_visible(visible=wish == "ブロックを解除する")
    await desk.says("/start")
    await desk.sees("予約窓口です")


async def test_a_contact_is_shared_after_a_question(desk: Visitor, made: World) -> None:
    await desk.says("/start")
    await desk.follows(TO_THE_PHONE)
    await desk.view().locator(".reply-keyboard").get_by_role("button", name="この電話番号を送る").click()
    await expect(desk.page.get_by_role("dialog")).to_contain_text(made.people[-1].phone)
    await desk.page.get_by_role("dialog").get_by_role("button", name="送る", exact=True).click()
    await desk.sees("同席する方")
    await expect(desk.view().locator(".reply-keyboard button")).to_have_count(0)


async def test_an_alert_stays_until_ok_is_pressed_where_it_was_asked_for(
    browser: Browser, made: World, desk: Visitor
) -> None:
    old = {"inline_keyboard": [[{"text": "古いボタン", "callback_data": "card:nothing|decide|confirm"}]]}
    made.server.cloud.post(made.group.chat, made.server.cloud.bot, text="古い申し込み", markup=old)
    async with visitor(browser, made, DESK) as other:
        await desk.view("staff").get_by_label("二号として").check()
        await desk.presses("古いボタン", "staff")
        await expect(desk.page.get_by_role("dialog")).to_be_visible()
        await expect(desk.button("古いボタン", "staff")).not_to_have_attribute("aria-busy", "true")
        await desk.page.get_by_role("button", name="OK").click()
        await expect(desk.page.get_by_role("dialog")).to_have_count(0)
        await expect(other.page.locator(".toast")).to_be_visible()
    assert made.staff[1].alerts[-1].show_alert, "it was 職員 二号 who pressed"


async def test_two_pages_side_by_side_show_the_same(browser: Browser, made: World, desk: Visitor) -> None:
    async with visitor(browser, made, DESK) as other:
        await other.page.locator("#seeker .pill").last.click()
        await desk.says("/start")
        await other.sees("予約窓口です")
        await other.presses("ことば / Language")
        await desk.sees("English")
        texts = [await each.view().locator(".message").all_inner_texts() for each in (desk, other)]
        assert texts[0] == texts[1]


async def test_whoever_was_cut_off_has_missed_nothing(made: World, desk: Visitor) -> None:
    await desk.says("/start")
    await desk.sees("予約窓口です")
    await desk.page.evaluate("window.before = 1")
    await made.server.goes_away()
    await made.people[-1].says("/help")
    await made.server.comes_back()
    await desk.sees("/help")
    await desk.sees("使い方")
    assert await desk.page.evaluate("window.before") == 1, "the page was not loaded anew"
    assert await desk.view().locator(".message", has_text="/help").count() == 1
    desk.complaints.clear()  # of the browser: the connection was refused


async def test_a_killed_bot_is_seen_to_come_back(made: World, desk: Visitor) -> None:
    await desk.page.get_by_role("button", name="道具").click()
    await desk.page.get_by_role("button", name="窓口を強制終了する").click()
    await expect(desk.page.locator(".process")).to_have_text("窓口は動いています（起動 2 回目）")
    await expect(desk.page.get_by_label("窓口の記録")).to_contain_text("serving")
    await desk.page.keyboard.press("Escape")
    await desk.says("/start")
    await desk.sees("予約窓口です")


async def test_a_fault_is_ordered_and_the_bot_outlives_it(made: World, desk: Visitor) -> None:
    await desk.page.get_by_role("button", name="道具").click()
    await desk.page.get_by_role("combobox", name="Telegram の故障").select_option("3回失敗する（502）")
    await desk.page.get_by_role("button", name="起こす").click()
    await expect(desk.page.locator(".toast")).to_have_text("故障を起こします")
    await desk.page.keyboard.press("Escape")
    await desk.says("/start")
    await desk.sees("予約窓口です")
    assert 502 in [call.status for call in made.server.calls]


async def test_what_was_done_is_copied_as_a_test(desk: Visitor) -> None:
    await desk.says("/terms")
    await desk.sees("利用規約")
    await desk.page.get_by_role("button", name="道具").click()
    await desk.page.get_by_role("button", name="テストとしてコピーする").click()
    await expect(desk.page.get_by_label("会話の書き出し")).to_contain_text("：/terms")


async def test_the_clock_says_why_it_cannot_be_turned_back(desk: Visitor) -> None:
    await desk.turns("date")
    await desk.page.get_by_label("日時（日本時間）").fill("2026-01-01T00:00")
    await desk.page.get_by_role("button", name="進める", exact=True).click()
    await expect(desk.page.locator(".refusal")).to_contain_text("時計は戻せません")
    desk.complaints.clear()  # of the browser: the act was answered with 409


async def test_every_page_tells_what_time_it_is_once_the_clock_was_turned(
    browser: Browser, made: World, desk: Visitor
) -> None:
    later = made.clock().astimezone(TOKYO).replace(hour=7, minute=30) + timedelta(days=1)
    async with visitor(browser, made, PHONE) as other:
        await desk.turns("date")
        await desk.page.get_by_label("日時（日本時間）").fill(f"{later:%Y-%m-%dT%H:%M}")
        await desk.page.get_by_role("button", name="進める", exact=True).click()
        for each in (desk, other):
            await expect(each.page.locator(".toast")).to_have_text(re.compile("07:30 になりました"))
            await expect(each.page.locator("#clock-time")).to_have_text(re.compile("07:30:"))


async def test_somebody_new_comes_with_another_language(desk: Visitor) -> None:
    await desk.page.locator("#add-person").click()
    await desk.page.get_by_label("名前").fill("Maria Santos")
    await desk.page.get_by_label("電話のことば").select_option("en")
    await desk.page.get_by_role("button", name="追加する", exact=True).click()
    await expect(desk.page.locator("#seeker .pill").last).to_have_attribute("aria-pressed", "true")
    await desk.view().get_by_role("button", name="/start").click()
    await desk.sees("booking service")
    await desk.chooses("Help")
    await desk.sees("049-242-0197")


async def test_the_page_speaks_the_language_that_was_chosen_and_remembers_it(desk: Visitor) -> None:
    await desk.page.get_by_role("button", name="English").click()
    await expect(desk.page.locator("#seeker-title")).to_have_text("Job-seeker’s phone")
    await expect(desk.page.locator("body")).not_to_contain_text("として")
    await desk.page.reload()
    await expect(desk.page.locator("#mail-title")).to_have_text("Mailbox")
    assert await desk.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_nothing_serious_stands_in_anybodys_way(browser: Browser, made: World, scheme: str, size: object) -> None:
    made.comes("川越 次郎", "ja")
    async with visitor(browser, made, size, color_scheme=scheme) as someone:  # type: ignore[arg-type]  # one of two
        await someone.page.locator("#seeker .pill").last.click()
        await someone.says("/start")
        await someone.sees("予約窓口です")
        for part in ("seeker", "staff", "mail", "clock"):
            await someone.opens(part)
            found = await Axe().run(someone.page)
            grave = [each for each in found.response["violations"] if each["impact"] in ("serious", "critical")]
            assert grave == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in grave]
            wide = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"
            assert not await someone.page.evaluate(wide), f"{part} is wider than the screen"


async def test_what_is_touched_is_large_enough(browser: Browser, made: World) -> None:
    async with visitor(browser, made, PHONE) as someone:
        for part in ("seeker", "staff", "mail", "clock"):
            await someone.opens(part)
            small = await someone.page.evaluate(
                """[...document.querySelectorAll("button, select, summary, .actors label, input:not([type=radio])")]
                .filter((each) => each.checkVisibility({ contentVisibilityAuto: true }))
                .filter((each) => !each.matches(".command, .spoiler"))
                .filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < 44).map((each) => each.outerHTML)"""
            )
            assert small == []


async def test_what_is_new_is_marked_where_nobody_looks(browser: Browser, made: World) -> None:
    async with visitor(browser, made, PHONE) as someone:
        await someone.opens("clock")
        await made.people[0].says("/help")
        await expect(someone.page.locator("#tabs button").first).to_have_text(re.compile("未読 1 件"))
        await someone.opens("seeker")
        await expect(someone.page.locator("#tabs .badge")).to_have_count(0)


async def test_the_desk_opens_in_a_tab_of_its_own_signed_in(desk: Visitor) -> None:
    async with desk.page.context.expect_page() as opened:
        await desk.page.locator("#desk").click()
    tab = await opened.value
    await tab.wait_for_url("**/today")
    await expect(tab.get_by_text("職員 一号").first).to_be_visible()
