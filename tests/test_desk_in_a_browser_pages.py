"""Every page of the desk, in every light: nothing serious stands in anybody's way, nothing is too wide or too small.

The pages are those of `bot.desk.rooms`, so that a new one is looked at as soon as it is there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from bot import staff
from bot.desk.rooms import NAVIGATION, ROUTES
from tests.desk import IDS
from tests.desk_in_a_browser import DESK, PHONE, Clerk, Counter, Language, counter
from tests.desk_things import LONG_NAME, one_of_each

pytestmark = pytest.mark.asyncio(loop_scope="session")

CUT = "cells => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.innerText)"
TURNED_TO = """() => {{ Object.defineProperty(document, "hidden", {{ value: {hidden}, configurable: true }});
    document.dispatchEvent(new Event("visibilitychange")); }}"""  # as by a press on another tab
A_ROW = 44  # pixels: what a finger needs
OF_BOOKINGS = ("/bookings/{booking}", "/people/of/{booking}")
BOOKINGS = ("booking", "missed", "confirmed", "proposed")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Counter]:
    async with counter(tmp_path_factory.mktemp("desk"), browser) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def things(place: Counter) -> Mapping[str, str]:
    return await one_of_each(place.desk)


def paths(things: Mapping[str, str]) -> Iterator[str]:
    """Every address at which there is a page, with something on it."""
    for route in ROUTES:
        for booking in BOOKINGS if route.path in OF_BOOKINGS else BOOKINGS[:1]:
            if route.method == "GET":
                yield route.path.format(**{**things, "booking": things[booking]})
    yield from ("/numbers?from=2026-10&to=2026-11", "/week?from=2026-11-23", "/closing?first=2026-11-26&counsellor=2")


async def is_a_page(clerk: Clerk, path: str) -> bool:
    answer = await clerk.page.request.get(clerk.origin + path)
    assert answer.ok, path
    return answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("size", "language"), [pytest.param(PHONE, "ja", id="on a phone"), pytest.param(DESK, "en", id="at a desk")]
)
async def test_nothing_serious_stands_in_anybodys_way_in_the_light_and_in_the_dark(
    place: Counter, things: Mapping[str, str], size: ViewportSize, language: Language
) -> None:
    async with place.clerk(size, language) as clerk:
        for path in paths(things):
            if await is_a_page(clerk, path):
                await clerk.page.goto(clerk.origin + path)
                await clerk.looks_around()
                await clerk.looks_in_the_dark()


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_at_a_desk_the_head_of_the_page_is_one_row_however_long_a_name_is(
    place: Counter, language: Language
) -> None:
    async with place.clerk(DESK, language) as clerk:
        for name in ("責任者 一号", LONG_NAME):
            await clerk.page.locator(".who > span").evaluate("(span, name) => { span.textContent = name; }", name)
            assert await clerk.page.locator("header").evaluate("head => head.offsetHeight") < 2 * A_ROW
            await clerk.looks_around()


async def test_each_room_is_reached_and_named_by_the_navigation(place: Counter) -> None:
    async with place.clerk(PHONE) as clerk:
        links = clerk.page.get_by_role("navigation").get_by_role("link")
        await expect(links).to_have_count(len(NAVIGATION))
        for name in await links.all_inner_texts():
            await clerk.goes_to(name)
            await expect(clerk.page.locator("h1")).to_have_count(1)
            assert await clerk.page.title()


@pytest.mark.usefixtures("things")  # closed places with bookings among them
async def test_ten_counsellors_have_room_in_the_week_on_a_phone(place: Counter) -> None:
    await place.employs(LONG_NAME, *(f"職員 {number}号" for number in range(2, 11)))
    await place.booked("2026-12-01 09:30", counsellor="10")
    async with place.clerk(PHONE, "en") as clerk:
        for day in ("2026-11-23", "2026-12-01"):
            await clerk.page.goto(f"{clerk.origin}/week?from={day}")
            await clerk.looks_around()
            heads = await clerk.page.locator("thead").first.locator("th").all_inner_texts()
            assert heads[1:3] == [LONG_NAME, "職員 2号"]
            assert heads[-1] == "職員 10号"
            assert await clerk.page.locator(".cell").evaluate_all(CUT) == []


async def test_a_page_that_is_open_when_rights_end_shows_nothing_any_more(place: Counter) -> None:
    async with place.clerk(DESK, role="counsellor") as clerk:
        await clerk.page.goto(clerk.origin + "/closing")
        await clerk.page.locator("main input[name=first]").fill("2026-12-01")
        async with place.desk.database.transaction() as transaction:
            assert await staff.end(transaction, IDS["counsellor"], None, place.desk.clock())
        await clerk.sees("ログインが終了しています")
        assert [said for said in clerk.complaints if "401" not in said] == []
        clerk.complaints.clear()  # the browser says that it was refused


async def test_details_that_are_shown_when_rights_end_are_taken_from_the_screen(
    place: Counter, things: Mapping[str, str]
) -> None:
    async with place.clerk(DESK, role="counsellor") as clerk:
        await clerk.page.goto(f"{clerk.origin}/bookings/{things['confirmed']}")
        await clerk.page.locator("form[action$='/details'] button").click()
        await clerk.sees("taro@example.jp")
        async with place.desk.database.transaction() as transaction:
            assert await staff.end(transaction, IDS["counsellor"], None, place.desk.clock())
        await clerk.sees("ログインが終了しています")
        await clerk.sees_no("taro@example.jp")
        assert [said for said in clerk.complaints if "401" not in said] == []
        clerk.complaints.clear()


async def test_the_button_of_a_link_pressed_twice_opens_the_desk_once(place: Counter, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(place.desk.origin + await place.desk.link(await place.desk.member("reader")))
    await page.get_by_role("button").evaluate("button => { button.click(); setTimeout(() => button.click(), 20); }")
    await page.wait_for_url("**/today")
    await expect(page.get_by_role("button", name="ログアウト")).to_be_visible()
    await page.close()


async def test_a_clerk_opens_more_tabs_than_a_browser_has_lines_and_each_is_up_to_date_when_looked_at(
    place: Counter,
) -> None:
    async with place.clerk(DESK) as clerk:
        for _ in range(7):
            await clerk.page.evaluate(TURNED_TO.format(hidden="true"))
            clerk.page = await clerk.page.context.new_page()
            await clerk.page.goto(clerk.origin + "/requests")
        first = clerk.page.context.pages[1]
        booking = await place.booked("2026-12-02 09:30", *())
        await expect(first.get_by_text(booking.reference)).to_have_count(0)
        await first.evaluate(TURNED_TO.format(hidden="false"))
        await expect(first.get_by_text(booking.reference).first).to_be_visible()
