"""How fast the demo's page is: ready, answering, with a long conversation, and with many pages on one server.

python -m tests.benchmarks.page [--presses 40] [--messages 2000] [--pages 50]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import aiohttp
from playwright.async_api import Browser

from bot.playground.people import Person
from bot.playground.world import World
from tests.benchmarks.counter import conditions, table
from tests.demo_page import DESK, PHONE, chromium, small_world, visitor

READY_SECONDS, PRESS_MS, FRAME_MS = 3.0, 150, 50

# From the press until something else is under the last message, as it is painted.
PRESS = """label => new Promise((resolve) => {
    const list = document.querySelector("#seeker .list");
    const find = () => [...list.querySelectorAll(".inline")].findLast((each) => each.textContent.startsWith(label));
    const button = find(), began = performance.now();
    new MutationObserver((_, watch) => {
        if (find()) return;
        watch.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - began));
    }).observe(list, { childList: true, subtree: true, characterData: true });
    button.click();
})"""

# As fast as a thumb flings it, 300 pixels a frame: how long each frame took.
SCROLL = """steps => new Promise((resolve) => {
    const log = document.querySelector("#seeker .log"), frames = [];
    let step = 0, before = performance.now();
    const frame = (now) => {
        frames.push(now - before);
        before = now;
        if (step++ === steps) return resolve(frames.slice(1));
        log.scrollTop -= 300;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})"""


async def seconds_to_ready(browser: Browser) -> float:
    """From the command to the page as it can be used."""
    began = perf_counter()
    words = ("-m", "bot", "demo", "--clock", "2026-11-19T10:00", "--port", "8860")
    demo = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    try:
        assert demo.stdout
        while b"http" not in (line := await demo.stdout.readline()):
            pass
        page = await browser.new_page(viewport=DESK)
        await page.goto(line.decode().split(": ", 1)[1].strip())
        await page.locator("body[data-ready]").wait_for()
        await page.locator("#seeker .status:not(.away)").wait_for()
        return perf_counter() - began
    finally:
        demo.terminate()
        await demo.wait()


async def milliseconds_to_answer(browser: Browser, made: World, times: int) -> list[float]:
    async with visitor(browser, made, PHONE) as someone:
        await someone.says("/start")
        await someone.sees("予約窓口です")
        took = []
        for _ in range(times // 2):
            for label, then in (("ことば / Language", "やさしい日本語"), ("戻る", "予約を申し込む")):
                await someone.button(label).wait_for()
                took.append(await someone.page.evaluate(PRESS, label))
                await someone.button(then).wait_for()
        return took


async def long_conversation(browser: Browser, made: World, messages: int) -> tuple[float, list[float]]:
    """Seconds until the page is there, and its frames while it is scrolled."""
    person, cloud = made.people[0], made.server.cloud
    buttons = [{"text": label, "callback_data": label} for label in ("はい", "いいえ")]
    answer = {"text": "答えです。\nhttps://office.example/ " * 3, "markup": {"inline_keyboard": [buttons]}}
    for number in range(messages // 2):
        cloud.post(person.chat, person.user, text=f"{number} 番目の質問です。")
        cloud.post(person.chat, cloud.bot, **answer)
    began = perf_counter()
    async with visitor(browser, made, PHONE) as someone:
        took = perf_counter() - began
        return took, await someone.page.evaluate(SCROLL, 120)


async def seconds_of(session: aiohttp.ClientSession, person: Person) -> float:
    """A page of one person: what is said there is answered there."""
    async with session.get("/events") as events:
        async for _ in _events(events, "everything"):
            break
        began = perf_counter()
        await session.post("/act", json={"act": "say", "by": person.id, "chat": person.id, "text": "/help"})
        async for message in _events(events, "message"):
            if message["chat"] == person.id and message["bot"]:
                return perf_counter() - began
    raise AssertionError("the events ended")


async def _events(answer: aiohttp.ClientResponse, wanted: str) -> Any:
    kind = ""
    async for line in answer.content:
        name, _, value = line.decode().rstrip().partition(": ")
        kind = value if name == "event" else kind
        if name == "data" and kind == wanted:
            yield json.loads(value)


async def many_pages(browser: Browser, made: World, pages: int) -> list[float]:
    people = [made.comes(f"川越 {number}号", "ja") for number in range(pages)]
    limits = aiohttp.TCPConnector(limit=0)
    async with visitor(browser, made, PHONE), aiohttp.ClientSession(
        made.server.url, connector=limits, read_bufsize=2**22
    ) as session:  # fmt: skip
        return await asyncio.gather(*(seconds_of(session, person) for person in people))


async def measure(presses: int, messages: int, pages: int) -> None:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as folder:
        async with chromium() as browser:
            ready = await seconds_to_ready(browser)
            async with small_world(Path(folder)) as made:
                answers = await milliseconds_to_answer(browser, made, presses)
                each = await many_pages(browser, made, pages)
                there, frames = await long_conversation(browser, made, messages)
    long = [frame for frame in frames if frame > FRAME_MS]
    rows = [
        ("command to page", f"{ready:.2f} s (target {READY_SECONDS:g} s)"),
        ("press to answer, median", f"{median(answers):.0f} ms (worst {max(answers):.0f}; target {PRESS_MS} ms)"),
        (f"{messages} messages: page there", f"{there:.2f} s"),
        ("… scrolled", f"{len(long)} of {len(frames)} frames over {FRAME_MS} ms (worst {max(frames):.0f} ms)"),
        (f"{pages} pages at once, median", f"{1000 * median(each):.0f} ms (worst {1000 * max(each):.0f})"),
    ]
    table(f"The demo's page ({conditions()})", rows)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--presses", type=int, default=40)
    words.add_argument("--messages", type=int, default=2000)
    words.add_argument("--pages", type=int, default=50)
    given = words.parse_args()
    asyncio.run(measure(given.presses, given.messages, given.pages))


if __name__ == "__main__":
    main()
