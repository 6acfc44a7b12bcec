"""What the pages of the desk cost on its busiest day (`busy`), with the bookings of years behind it.

    python -m tests.benchmarks.desk [--bookings 1000000] [--engines sqlite postgresql]

Over HTTP on loopback, in this process, on each engine (PostgreSQL as in `growth`): milliseconds from asking to the last
byte and those of CPU, medians of 20, the client's own work included. Every page that there is (`rooms.ROUTES`),
searches, and the forms that show a page. At the end: how long after a request is committed, by another connection, an
open page has it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from bot.desk.rooms import ROUTES
from bot.migrate import migrate
from tests.benchmarks.busy import COUNSELLORS, HALF_HOURS, busy
from tests.benchmarks.fill import fill
from tests.benchmarks.growth import an_empty_database
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, open_desk
from tests.desk_things import Filling

TIMES = 20
LIMIT, LIMIT_OF_THE_WEEK = 100, 300  # milliseconds
MORE = (  # of pages that are one thing or another
    "/bookings/{confirmed}", "/bookings/{missed}", "/bookings/{proposed}", "/bookings/{confirmed}/times",
    "/week?from=2026-11-23", "/numbers?from=2026-10", "/records?who=705&what=looked",
    "/records?what=confirm&to=2026-03-01", "/records?what=bookings", "/closing?first=2026-11-19", "/static/desk.js",
)  # fmt: skip
SEARCHES = {
    "a job-seeker number": "11030-00000102", "the number of 301 bookings": "11030-00000101",
    "everybody's phone number": "090-1234-5678", "everybody's name": "川越 太郎", "a busy day": "2026-11-18",
    "a day with 3,000 bookings": "2026-05-11", "nobody": "川越 次郎",
}  # fmt: skip
FORMS: Mapping[str, dict[str, str]] = {
    "/closing/check": {"first": "2026-11-18", "reason": "building", "counsellor": ""},
    "/bookings/{confirmed}/details": {}, "/people/measures/{measure}": {}, "/new": {"channel": "phone"},
    "/counsellors/{counsellor}/leaving": {"last_day": "2026-11-18"},
}  # fmt: skip
REFUSED = "/new"  # the page with all that is wrong


async def on(engine: str, bookings: int) -> None:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        async with an_empty_database(engine, Path(made)) as url:
            print(f"{engine}, {bookings:,} bookings of the past")  # noqa: T201  # what it is for
            office = Office(url, Path(made))
            await migrate(office.database)
            async with open_desk(url, Path(made)) as desk:
                await desk.database.run_sync(lambda connection: fill(connection, bookings))
                await measure(desk, await busy(desk))
                await told(desk, office)
            await office.database.close()


async def measure(desk: OpenDesk, things: Mapping[str, str]) -> None:
    lead = await desk.signed_in("lead")
    await lead.opens("/search")
    paths = [route.path for route in ROUTES if route.method == "GET"]
    for path in [*paths, *MORE]:
        await row(path, partial(asked, lead, "GET", path.format(**things)))
    for path, fields in FORMS.items():
        await row(f"{path} (form)", partial(asked, lead, "POST", path.format(**things), **fields))
    for what, typed in SEARCHES.items():
        await row(f"search: {what}", partial(asked, lead, "POST", "/search/people", q=typed))


async def asked(visitor: Visitor, method: str, path: str, **fields: str) -> int:
    """A page, unread: how many bytes it is."""
    sent = {"token": visitor.token, **fields} if method == "POST" else None
    async with visitor.client.request(method, visitor.place.origin + path, data=sent) as answer:
        assert answer.status == (409 if (method, path) == ("POST", REFUSED) else 200), (path, answer.status)
        return len(await answer.read())


async def row(name: str, ask: Callable[[], Awaitable[int]]) -> None:
    size, walls, cpus = await ask(), [], []
    for _ in range(TIMES):
        began, cpu = perf_counter(), process_time()
        await ask()
        walls.append(perf_counter() - began)
        cpus.append(process_time() - cpu)
    wall, cpu = 1000 * median(walls), 1000 * median(cpus)
    limit = LIMIT_OF_THE_WEEK if name.startswith("/week") else LIMIT
    slow = f"  more than {limit}" if wall > limit else ""
    print(f"{name:42} {wall:7.1f} ms, CPU {cpu:7.1f} ms, {size / 1000:6.1f} kB{slow}")  # noqa: T201  # what it is for


async def told(desk: OpenDesk, office: Office) -> None:
    """From the commit of a request to the page that shows it, which an open one asks for as soon as it is told."""
    reader, took = await desk.signed_in("reader"), []
    async with reader.client.get(desk.origin + "/events") as events:
        await events.content.readuntil(b"\n\n")
        for chat, at in enumerate(HALF_HOURS, 40_000):
            async with office.database.transaction() as transaction:
                filling, counsellor = Filling(desk, transaction), COUNSELLORS[-1]
                booking = await filling.booking(f"2026-12-01 {at}", counsellor=counsellor, chat=chat)
            began = perf_counter()
            while await events.content.readuntil(b"\n\n") != b"data: changed\n\n":
                pass
            async with reader.client.get(desk.origin + "/requests") as page:
                assert booking.reference in await page.text()
            took.append(perf_counter() - began)
    print(f"{'a request is on an open page':42} {1000 * median(took):7.1f} ms, {1000 * max(took):.0f} at most")  # noqa: T201


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--bookings", type=int, default=1_000_000)
    words.add_argument("--engines", nargs="+", default=["sqlite", "postgresql"])
    given = words.parse_args()
    for engine in given.engines:
        asyncio.run(on(engine, given.bookings))


if __name__ == "__main__":
    main()
