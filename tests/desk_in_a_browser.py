"""The staff's desk in a browser, for tests: the desk that a town's real bot serves, and a clerk who works at it.

A clerk finds things by their words, as people and screen readers do, and waits until they are to be seen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it carries no types
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect

from bot.playground.people import Person
from flows.counter import Booking
from tests.databases import new_file
from tests.demo_page import MOST_STOPS, SECONDS
from tests.desk import TownDesk, town_with_desk
from tests.desk_things import Filling
from tests.town import Town
from tests.usual_answers import USUAL

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
Language = Literal["ja", "en"]
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
TOO_SMALL = """[...document.querySelectorAll("button, .button, select, summary, nav a, input:not([type=hidden])")]
    .filter((each) => each.checkVisibility() && !each.closest(".unseen"))
    .map((each) => [each, each.closest("label, .tick") ?? each])
    .filter(([each, target]) => Math.max(each.offsetHeight, target.offsetHeight) < 44)
    .map(([each]) => each.outerHTML.slice(0, 200))"""


class Clerk:
    """Somebody at the desk. `complaints` is what the browser found wrong with a page."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hears)

    def _hears(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "409" not in said.text:  # so a form is answered that cannot be done
            self.complaints.append(said.text)

    async def comes_in(self, link: str, language: Language) -> None:
        await self.page.goto(self.origin + link)
        await self.does(self.page.get_by_role("button"))
        await self.page.wait_for_url("**/today")
        if await self.page.locator("html").get_attribute("lang") != language:
            await self.presses("English" if language == "en" else "日本語")
        await expect(self.page.locator("html")).to_have_attribute("lang", language)

    async def goes_to(self, room: str) -> None:
        """By the navigation."""
        link = self.page.get_by_role("navigation").get_by_role("link", name=room, exact=True)
        await self.does(link)
        await expect(link).to_have_attribute("aria-current", "page")

    async def does(self, place: Locator) -> None:
        """Press what is there."""
        await place.click()

    async def presses(self, words: str, near: str = "body") -> None:
        """A button."""
        await self.does(self.page.locator(near).get_by_role("button", name=words, exact=True))

    async def follows(self, words: str, near: str = "main") -> None:
        """A link."""
        await self.does(self.page.locator(near).get_by_role("link", name=words))

    async def unfolds(self, words: str, near: str = "main") -> None:
        await self.does(self.page.locator(f"{near} summary", has_text=words).first)

    def _field(self, label: str, near: str) -> Locator:
        there = self.page.locator(near).get_by_label(label)
        return there.filter(visible=True).first

    async def fills(self, label: str, words: str, near: str = "main") -> None:
        await self._field(label, near).fill(words)

    async def chooses(self, label: str, option: str, near: str = "main") -> None:
        await self._field(label, near).select_option(label=option)

    async def answers_as_usual(self) -> None:
        """Whatever else the form asks."""
        for name, answer in USUAL.items():
            field = self.page.locator(f"main [name={name}]")
            is_a_list = await field.evaluate("node => node.matches('select')")
            await (field.select_option(answer) if is_a_list else field.fill(answer))

    async def ticks(self, label: str, near: str = "main") -> None:
        """A box, or one of several answers."""
        await self.does(self._field(label, near))

    async def sees(self, words: str, near: str = "main") -> None:
        await expect(self.page.locator(near).filter(has_text=words).first).to_be_visible()

    async def sees_no(self, words: str, near: str = "main") -> None:
        await expect(self.page.locator(near).filter(has_text=words)).to_have_count(0)

    async def looks_around(self) -> None:
        """Nothing serious stands in anybody's way, nothing is wider than the screen or too small for a finger."""
        found = await Axe().run(self.page)
        self._is_well(found.response)
        assert not await self.page.evaluate(TOO_WIDE), f"{self.page.url} is wider than the screen"
        small = await self.page.evaluate(TOO_SMALL)
        assert small == [], (self.page.url, small)

    async def looks_in_the_dark(self) -> None:
        """Once more, where only the colours are others; after `looks_around`."""
        await self.page.emulate_media(color_scheme="dark")
        self._is_well(await self.page.evaluate("axe.run({ runOnly: ['color-contrast'] })"))
        await self.page.emulate_media(color_scheme="light")

    def _is_well(self, found: Mapping[str, Any]) -> None:
        grave = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
        assert grave == [], [(each["id"], [node["html"] for node in each["nodes"]]) for each in grave]


class Typist(Clerk):
    """Somebody who has a keyboard and nothing else."""

    async def does(self, place: Locator) -> None:
        await self.reaches(place)
        is_a_box = await place.evaluate("node => ['checkbox', 'radio'].includes(node.type)")
        await self.page.keyboard.press("Space" if is_a_box else "Enter")

    async def fills(self, label: str, words: str, near: str = "main") -> None:
        await self.reaches(self._field(label, near))
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(words)

    async def chooses(self, label: str, option: str, near: str = "main") -> None:
        select = self._field(label, near)
        await self.reaches(select)
        for _ in range(await select.locator("option").count()):
            if await select.evaluate("node => node.selectedOptions[0].label") == option:
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not lead to {option}")

    async def reaches(self, place: Locator) -> None:
        """With the Tab key; where the focus is can be seen."""
        await place.wait_for()
        for _ in range(MOST_STOPS):
            if await place.evaluate("node => node === document.activeElement"):
                assert await place.evaluate("node => getComputedStyle(node).outlineStyle !== 'none'"), place
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {place}")


class Counter:
    """A town with the desk of its bot, two counsellors, and people who come to it."""

    def __init__(self, town: Town, desk: TownDesk, browser: Browser):
        self.town, self.desk, self.browser = town, desk, browser

    async def employs(self, *names: str) -> None:
        """Counsellors of these names, from the first on; the office's own one is the first."""
        async with self.desk.database.transaction() as transaction:
            await Filling(self.desk, transaction).counsellors(*names)

    def seeker(self) -> Person:
        """Somebody who has spoken to the bot before."""
        return self.town.server.person("川越 花子", language_code="ja", opened=True)

    async def booked(self, at: str, *events: str, counsellor: str = "1", chat: int | None = None) -> Booking:
        """Somebody's request for this time, moved on by these events: confirmed, if nothing else is said."""
        async with self.desk.database.transaction() as transaction:
            filling = Filling(self.desk, transaction)
            made = await filling.booking(at, *events, counsellor=counsellor, chat=chat or self.seeker().id)
        self.town.app.sender.wake.set()
        return made

    async def states(self) -> dict[str, str]:
        """Of all bookings, by their reference."""
        rows = await self.town.rows("SELECT ref, state FROM booking")
        return {f"{ref[:3]}-{ref[3:]}": state for ref, state in rows}

    @asynccontextmanager
    async def clerk(
        self,
        size: ViewportSize,
        language: Language = "ja",
        role: str = "lead",
        kind: type[Clerk] = Clerk,
        **options: Any,
    ) -> AsyncIterator[Clerk]:
        """Somebody of the staff who has opened their link with a screen of this size."""
        context = await self.browser.new_context(viewport=size, locale=f"{language}-JP", **options)
        context.set_default_timeout(SECONDS * 1000)
        clerk = kind(await context.new_page(), self.desk.origin)
        await clerk.comes_in(await self.desk.link(await self.desk.member(role)), language)
        yield clerk
        await context.close()
        assert clerk.complaints == []


@asynccontextmanager
async def counter(folder: Path, browser: Browser) -> AsyncIterator[Counter]:
    async with town_with_desk(folder / "data", new_file(folder / "madoguchi.db")) as (place, desk):
        yield Counter(place, desk, browser)
