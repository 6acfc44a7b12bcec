"""What the pages of the desk cost: with a full week, and with the bookings of years behind it.

    python -m tests.benchmarks.desk [--bookings 1000000]

On SQLite, over HTTP on loopback, in this process: milliseconds from asking to the last byte, medians of 20, the
client's own work included. The week shown has 500 bookings of ten counsellors. At the end: how long after a request
is committed, by another connection, an open page is told.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.database import Transaction
from bot.desk.rooms import NAVIGATION
from bot.migrate import migrate
from flows import policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.office_days import OfficeDays
from flows.places import Counsellor
from tests.benchmarks.fill import fill
from tests.benchmarks.growth import timed
from tests.counters import DAYS, DETAILS, Office
from tests.desk import OpenDesk, Visitor, open_desk
from tests.town import Clock

WEEK = [date(2026, 11, day) for day in range(16, 21)]
ASKED, NOW = Clock("2026-11-05 10:00")(), Clock("2026-11-18 12:00")
TOLD = 20  # requests whose way to an open page is timed
OFFICE = OfficeDays(DAYS.office, counsellors=[Counsellor(str(number), f"担当 {number}") for number in range(1, 11)])


async def main(bookings: int) -> None:
    with tempfile.TemporaryDirectory(prefix="madoguchi-bench-") as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'madoguchi.db'}"
        office = Office(url, folder)
        await migrate(office.database)
        async with open_desk(url, folder, NOW, OFFICE) as desk:
            await desk.database.run_sync(lambda connection: fill(connection, bookings))
            await a_full_week(office)
            visitor = await desk.signed_in("lead")
            await pages(desk, visitor)
            await told(desk, visitor, office)
            await office.database.close()


async def a_full_week(office: Office) -> None:
    slots = [Slot(one.id, start) for day in WEEK for start in OFFICE.starts(day) for one in OFFICE.counsellors]

    async def work(transaction: Transaction) -> None:
        for number, slot in enumerate(slots[:500], 1):
            booking = await asked(office, transaction, number, slot)
            if number % 5:
                counter = office.before(transaction, number, ASKED)
                await counter.move(booking, "confirm", Decision("confirm", ASKED, 702, "職員 一号", channel="desk"))

    await office.database.run(work)


async def asked(office: Office, transaction: Transaction, number: int, slot: Slot) -> Booking:
    permit = policy.permit(OFFICE, slot, ASKED)
    assert isinstance(permit, Permit)
    counter = office.before(transaction, number, ASKED)
    counter.days = OFFICE
    booking = await counter.request(permit, {**DETAILS, "seeker_number": f"11030-{number:08}"})
    assert isinstance(booking, Booking)
    return booking


async def pages(desk: OpenDesk, visitor: Visitor) -> None:
    [(one,)] = await desk.all("SELECT id FROM booking WHERE state = 'confirmed' ORDER BY start LIMIT 1")
    for path in [
        *(room.path for room in NAVIGATION),
        "/week?from=2026-11-16",
        "/numbers?from=2026-10",
        f"/bookings/{one}",
        "/records?who=705&what=looked",
        "/records?what=confirm&to=2026-03-01",
        "/records?what=bookings",
    ]:
        assert (await visitor.opens(path)).status == 200, path
        took = await timed(lambda path=path: visitor.opens(path), times=20)  # type: ignore[misc]
        print(f"{path.replace(str(one), '…'):40} {took:7.1f} ms")  # noqa: T201  # what it is for
    for typed in ("11030-00000001", "川越 太郎", "2026-05-11"):
        took = await timed(lambda typed=typed: visitor.presses("検索", "/search", q=typed), times=20)  # type: ignore[misc]
        print(f"{'a search: ' + typed:40} {took:7.1f} ms")  # noqa: T201


async def told(desk: OpenDesk, visitor: Visitor, office: Office) -> None:
    """From the commit of a request to the event on an open page."""
    took = []
    async with visitor.client.get(desk.origin + "/events") as events:
        await events.content.readuntil(b"\n\n")
        starts = [start for day in (26, 27) for start in OFFICE.starts(date(2026, 11, day))]
        for number, start in zip(range(TOLD), starts, strict=False):
            slot = Slot("1", start)
            await office.database.run(lambda t, n=number, s=slot: asked(office, t, 1001 + n, s))  # type: ignore[misc]
            began = perf_counter()
            while await events.content.readuntil(b"\n\n") != b"data: changed\n\n":
                pass
            took.append(perf_counter() - began)
    print(f"{'a request is on an open page':40} {1000 * median(took):7.1f} ms, {1000 * max(took):.0f} at most")  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=1_000_000)
    asyncio.run(main(parser.parse_args().bookings))
