"""What a page of the desk costs does not grow with the years: whatever is open or waits is found by an index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.desk.rooms import ROUTES
from tests.benchmarks.fill import fill
from tests.desk import Visitor, open_desk
from tests.desk_things import one_of_each
from tests.plans import Statements, plans, scans

PAST = 6_000  # bookings
PAGES = [route.path for route in ROUTES if route.method == "GET"]
WITH_MORE = (
    "/people?suspended=9&warned=9",
    "/records?what=looked",
    "/records?ref=123-456",
    "/numbers?from=2026-10",
    "/week?from=2026-11-16",
)
SEARCHES = ("11030-00000001", "090-1234-5678", "川越 太郎", "2026-11-26", "123-456")


async def looks_around(visitor: Visitor, things: Mapping[str, str], statements: Statements) -> None:
    """Opens every page there is, and searches by everything."""
    for path in (*PAGES, *WITH_MORE):
        statements.part = path
        assert (await visitor.opens(path.format(**things))).status == 200
    for statements.part in SEARCHES:
        await visitor.opens("/search")
        await visitor.presses("検索", "/search/people", q=statements.part)
        assert visitor.shown.status == 200


@pytest.mark.usefixtures("office")
async def test_no_page_looks_at_every_row_of_a_table_that_grows(database_url: str, tmp_path: Path) -> None:
    statements = Statements()
    async with open_desk(database_url, tmp_path) as desk:
        things = await one_of_each(desk)
        await desk.database.run_sync(lambda connection: fill(connection, PAST, analyse=False))
        lead = await desk.signed_in("lead")
        with statements.listening():
            await looks_around(lead, things, statements)
        found = await desk.database.run_sync(lambda connection: plans(connection, statements))
    assert set(found) == {*PAGES, *WITH_MORE, *SEARCHES}
    bad = [
        f"{page}: {step}: {statement[:400]}"
        for page, seen in found.items()
        for statement, steps in seen.items()
        for step in steps
        if scans(step)
    ]
    assert not bad, "\n".join(bad)
