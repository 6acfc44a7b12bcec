"""The demo's page in a browser: whoever has never seen it books, confirms, reads, waits and cancels on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from bot.playground.world import World
from tests.demo_page import DESK, PHONE, Typist, Visitor, small_world, visitor
from tests.page_stories import STORIES, Story

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def made(tmp_path: Path) -> AsyncIterator[World]:
    async with small_world(tmp_path) as begun:
        yield begun


async def walks_through(someone: Visitor, story: Story) -> None:
    await someone.does(someone.view().get_by_role("button", name="/start"))
    await someone.follows(story.booking)
    await someone.opens("staff")
    await someone.presses("確定する", "staff")
    await someone.sees("【確定】職員", "staff")
    await reads_the_letter(someone, story.confirmed, "REQUEST")
    await someone.turns("notice")
    await someone.opens("seeker")
    await someone.sees(story.reminder)
    await someone.chooses("/mine")
    await someone.follows(story.cancelling)
    await someone.sees(story.cancelled)
    await reads_the_letter(someone, story.cancelled, "CANCEL")


async def reads_the_letter(someone: Visitor, subject: str, method: str) -> None:
    await someone.opens("mail")
    letter = someone.page.locator(".letter", has_text=subject)
    await someone.does(letter.locator("summary"))
    await expect(letter.locator(".entry code")).to_have_text(method)
    await expect(letter.locator(".entry-time")).to_have_text("11月26日(木) 13:00–13:30")


@pytest.mark.parametrize(
    ("language", "size", "kind"),
    [
        pytest.param("ja", PHONE, Visitor, id="in Japanese on a phone"),
        pytest.param("ja", DESK, Visitor, id="in Japanese at a desk"),
        pytest.param("ja_Hira", PHONE, Visitor, id="in plain Japanese on a phone"),
        pytest.param("en", DESK, Typist, id="in English by the keyboard alone"),
    ],
)
async def test_the_whole_story(
    browser: Browser, made: World, language: str, size: ViewportSize, kind: type[Visitor]
) -> None:
    async with visitor(browser, made, size, kind) as someone:
        await walks_through(someone, STORIES[language])
