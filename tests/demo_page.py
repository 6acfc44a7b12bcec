"""The demo's page in a browser, for tests: a world of its own, and somebody who looks at the page and uses it.

What is waited for is what a person waits for: until it is to be seen.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright, expect

from bot.playground.world import World, world

TOKYO = ZoneInfo("Asia/Tokyo")
START = datetime(2026, 11, 19, 10, 0, tzinfo=TOKYO)
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
TABS = {"seeker": 0, "staff": 1, "mail": 2, "clock": 3}
MOST_STOPS = 120  # of the Tab key on one round
SECONDS = 30  # for a busy machine

expect.set_options(timeout=SECONDS * 1000)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The machine's own browser; without one the test is skipped."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no chromium: the tests of the page in a browser were skipped")
    async with async_playwright() as playwright:
        args = ["--no-sandbox"] if os.getuid() == 0 else []  # chromium's own rule for root
        browser = await playwright.chromium.launch(executable_path=program, args=args)
        yield browser
        await browser.close()


@asynccontextmanager
async def small_world(folder: Path, start: datetime = START) -> AsyncIterator[World]:
    """The demo's world, its bot polling."""
    async with world(folder, "127.0.0.1", 0, start) as made:
        await made.server.settled(20)
        yield made


class Visitor:
    """Somebody at the page. `complaints` is what the browser found wrong with it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    async def comes_to(self, made: World) -> None:
        await self.page.goto(f"{made.server.url}/")
        await expect(self.page.locator("body[data-ready]")).to_be_attached()

    def view(self, part: str = "seeker") -> Locator:
        return self.page.locator(f"#{part} .view")

    async def does(self, place: Locator) -> None:
        """Press what is there."""
        await place.click()

    async def opens(self, part: str) -> None:
        """On a phone by the tab bar; at a desk it is open."""
        tab = self.page.locator("#tabs button").nth(TABS[part])
        if await tab.is_visible():
            await self.does(tab)

    async def says(self, text: str, part: str = "seeker") -> None:
        await self.view(part).locator("textarea").fill(text)
        await self.view(part).locator(".send").click()

    def button(self, label: str, part: str = "seeker") -> Locator:
        """The newest button under a message whose label begins so."""
        return self.view(part).locator(".inline").filter(has_text=re.compile(rf"^{re.escape(label)}")).last

    async def presses(self, label: str, part: str = "seeker") -> None:
        await self.does(self.button(label, part))

    async def sees(self, text: str, part: str = "seeker") -> None:
        await expect(self.view(part).locator(".message", has_text=text).last).to_be_visible()

    async def sees_no(self, text: str, part: str = "seeker") -> None:
        await expect(self.view(part).locator(".message", has_text=text)).to_have_count(0)

    async def chooses(self, command: str) -> None:
        """From the menu of commands."""
        await self.does(self.view().locator(".composer form .plain").first)
        await self.does(self.page.get_by_role("menuitem").filter(has_text=command))

    async def turns(self, to: str) -> None:
        await self.opens("clock")
        await self.does(self.page.locator(f"[data-turn={to}]"))

    async def follows(self, script: str) -> None:
        """A conversation line by line: 窓口 (is seen), 人 (is said), 押す (is pressed)."""
        acts = {"窓口": self.sees, "人": self.says, "押す": self.presses}
        for line in filter(None, map(str.strip, script.splitlines())):
            who, _, words = line.partition("：")
            await acts[who](words)


class Typist(Visitor):
    """Somebody who has a keyboard and nothing else, and gets everywhere with the Tab key."""

    async def goes_to(self, place: Locator) -> None:
        await place.wait_for()
        for _ in range(MOST_STOPS):
            if await place.evaluate("node => node === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {place}")

    async def does(self, place: Locator) -> None:
        await self.goes_to(place)
        await self.page.keyboard.press("Enter")

    async def says(self, text: str, part: str = "seeker") -> None:
        await self.goes_to(self.view(part).locator("textarea"))
        await self.page.keyboard.insert_text(text)
        await self.page.keyboard.press("Enter")


@asynccontextmanager
async def visitor(
    browser: Browser, made: World, size: ViewportSize, kind: type[Visitor] = Visitor, **options: Any
) -> AsyncIterator[Visitor]:
    """Somebody with a screen of this size, in Japan if nothing else is said, who has the page before them."""
    settings: Mapping[str, Any] = {"locale": "ja-JP", **options}
    context = await browser.new_context(viewport=size, **settings)
    context.set_default_timeout(SECONDS * 1000)
    someone = kind(await context.new_page())
    await someone.comes_to(made)
    yield someone
    await context.close()
    assert someone.complaints == []
