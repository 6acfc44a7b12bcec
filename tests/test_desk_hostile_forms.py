"""Whatever is sent to the desk, in an address or a form, is answered: no page fails, and nobody is signed out by it.

`make fuzz` sends more of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from yarl import URL

from bot.desk.rendering import HERE
from bot.desk.rooms import ROUTES
from bot.desk.visit import Route
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, open_desk
from tests.desk_things import one_of_each

PAGES = "".join(page.read_text("utf-8") for page in sorted((HERE / "templates").glob("*.html")))
NAMES = sorted({name for both in re.findall(r'name="(\w+)|\("([a-z]\w*)"', PAGES) for name in both if name})
VALUES = (
    "", "x", "0", "1", "-1", "9" * 30, "\0", "a\0b", "２０２６-１１-２４", "2026-13-45", "9999-12-31", "2026-11-26",
    "99:99", "09:30", "<b>", "' OR 1=1 --", "𠮷" * 50, "a\r\nb", "\u202e", "yes", "123-456", "川越 太郎",
    "taro@example.jp", "090-1234-5678", "11030-01234567", "https://office.example/", "2026-11-27T00:30:00+00:00 1",
    "phone", "office", "warning", "suspension", "no_contact", "lead", "en", "//elsewhere.example",
    "2026-11-19T01:00:00+00:00 1 1",
)  # fmt: skip


def an_address(random: Random, route: Route, things: Mapping[str, str]) -> str:
    """Mostly of something that is there."""
    named = {name: thing if random.random() < 0.8 else random.choice(VALUES) for name, thing in things.items()}
    return "/".join(quote(part.format(**named), safe="") for part in route.path.split("/"))


def fields(random: Random, things: Mapping[str, str]) -> list[tuple[str, str]]:
    values = (*VALUES, *things.values())
    return [(random.choice(NAMES), random.choice(values)) for _ in range(random.randint(0, 14))]


async def answered(desk: OpenDesk, visitor: Visitor, route: Route, address: str, sent: list[tuple[str, str]]) -> int:
    body, query = (sent, "") if route.method == "POST" else ([], "?" + urlencode(sent))
    url = URL(desk.origin + address + query, encoded=True)
    async with visitor.client.request(route.method, url, data=body or None, allow_redirects=False) as answer:
        return answer.status


async def test_whatever_is_sent_is_answered(
    office: Office, database_url: str, tmp_path: Path, random: Random, times: Callable[[int, int], int]
) -> None:
    async with open_desk(database_url, tmp_path) as desk:
        things = await one_of_each(desk)
        visitor = await desk.signed_in("lead")
        token = visitor.token
        for route in ROUTES:
            for _ in range(times(3, 30)):
                sent = [("token", token), ("version", random.choice("12")), *fields(random, things)]
                status = await answered(desk, visitor, route, address := an_address(random, route, things), sent)
                assert status in (200, 303, 400, 403, 404, 409), (route.method, address, sent)
        assert (await visitor.opens("/today")).status == 200
