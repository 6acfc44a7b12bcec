"""A page of the desk that stays open, in a browser: what it says, how it renews itself, and the way back from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.records import record
from tests.desk_in_a_browser import DESK, Counter, counter
from tests.desk_things import LEAD

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path, browser: Browser) -> AsyncIterator[Counter]:
    async with counter(tmp_path, browser) as opened:
        yield opened


async def test_after_a_refusal_the_page_can_be_asked_for_again_and_the_focus_is_on_what_was_said(
    place: Counter,
) -> None:
    booking = await place.booked("2026-11-24 09:30")
    async with place.clerk(DESK) as clerk:
        times = f"{clerk.origin}/bookings/{booking.id}/times"
        await clerk.page.goto(times)
        await clerk.presses("この日時を案内する")
        await expect(clerk.page.locator(".problem")).to_be_focused()
        await expect(clerk.page).to_have_url(times)
        await clerk.ticks("10:30")
        await clerk.presses("この日時を案内する")
        await expect(clerk.page.locator(".said")).to_be_focused()
        await clerk.page.go_back()
        await clerk.sees("この予約は、今はほかの日時を選べません")
        await clerk.page.goto(f"{clerk.origin}/bookings/{booking.id}")
        await clerk.presses("個人情報を表示する")
        await clerk.sees("川越 太郎")
        await clerk.page.reload()
        await clerk.sees("個人情報を表示する")


async def test_an_open_page_that_renews_itself_leaves_the_focus_where_it_was(place: Counter) -> None:
    first, later = await place.booked("2026-11-24 09:30"), place.seeker()
    async with place.clerk(DESK) as clerk:
        await clerk.goes_to("申し込み")
        button = clerk.page.locator(f"#b{first.id} a", has_text="ほかの日時を案内する")
        await button.focus()
        await place.booked("2026-11-24 10:00", chat=later.id)
        await expect(clerk.page.locator("main .cards > li")).to_have_count(2)
        await expect(button).to_be_focused()


async def test_an_open_page_goes_by_the_clock_too(place: Counter) -> None:
    await place.booked("2026-11-24 09:30", "confirm")
    place.town.clock.turn("2026-11-24 09:14")
    async with place.clerk(DESK) as clerk:
        await clerk.page.clock.install()
        await clerk.page.reload()
        await clerk.sees("まだ開始できません")
        place.town.clock.turn("2026-11-24 09:15")
        await clerk.page.clock.run_for(61_000)
        await clerk.sees("開始する（参加した）")


async def test_of_a_page_in_use_it_is_said_only_when_something_on_it_has_changed(place: Counter) -> None:
    first, later = await place.booked("2026-11-24 09:30"), place.seeker()
    async with place.clerk(DESK) as clerk:
        await clerk.goes_to("申し込み")
        await clerk.unfolds("お断りする", f"#b{first.id}")
        changed = clerk.page.locator(".changed")
        async with clerk.page.expect_response("**/requests"):
            await place.desk.database.run(lambda t: record(t, place.town.clock(), "looked", LEAD))
        await expect(changed).to_be_hidden()
        await place.booked("2026-11-24 10:00", chat=later.id)
        await expect(changed).to_be_visible()
        await expect(clerk.page.locator("main .cards > li")).to_have_count(1)
