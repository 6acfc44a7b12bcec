"""What anything costs does not grow with the years: every statement of an office's life finds its rows by an index, on
both engines, and takes no more steps over many bookings than over few.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from bot import late_letters
from bot.database import Database, Transaction
from bot.migrate import migrate
from bot.retention import AT_ONCE, forget_what_is_old
from bot.store import Card
from bot.tables import BookingRow, UpdateRow, table
from bot.telegram.updates import Strange
from tests.benchmarks.fill import fill
from tests.conversation_files import play
from tests.conversations.stage import Stage
from tests.conversations.visitor import DAYS, SEAL
from tests.databases import new_database
from tests.plans import ROOT, Statements, plans, scans
from tests.town import Clock, Town, town

APART = (
    "bot/database.py",
    "bot/statements.py",
    "bot/migrate.py",
    "bot/office_work.py",
    "bot/records.py",
    "bot/staff.py",
)
FEW, MANY = 1_500, 6_000  # bookings of the past; of either, more fall due at the end than one round forgets
MOST = 1_100  # bookings, and updates: more than five rounds
ABOUT = 500  # steps; a look at every row takes three or more for each
EXECUTES = ("execute", "insert_once")
LIFE = Path(__file__).parent / "lives" / "of_an_office.txt"
PARTS = {title: lines for title, _, lines in (part.partition("\n") for part in LIFE.read_text("utf-8").split("# ")[1:])}
THE_STAFF_GROUP, A_FAULT = "the staff group", "an update that cannot be read"
A_CONFIRMATION = "a confirmation"  # a part of the file
ENGINES = ("sqlite", "postgresql")

BOOKING, UPDATE = table(BookingRow), table(UpdateRow)


class Plans(NamedTuple):
    """How the rows of each statement are found, by the part of the life."""

    of: dict[str, dict[str, list[str]]]
    statements: Statements


async def lived(url: str, folder: Path, bookings: int) -> Plans:
    """An office's life over so many bookings of the past."""
    statements = Statements()
    async with town(folder / "data", url) as place:
        await place.app.database.run_sync(lambda connection: fill(connection, bookings, analyse=False))
        with statements.listening():
            await live(place, folder, statements)
        found = await place.app.database.run_sync(lambda connection: plans(connection, statements))
    return Plans(found, statements)


async def live(place: Town, folder: Path, statements: Statements) -> None:
    stage, file = Stage(place, folder), folder / "part.txt"
    for statements.part, lines in PARTS.items():
        file.write_text(lines, "utf-8")
        await play(file, stage)
        if statements.part == A_CONFIRMATION:
            await place.app.database.run(lambda transaction: listed(place, transaction))
    statements.part = THE_STAFF_GROUP
    group, now = place.app.staff_group, place.clock()
    code = await group.invite(now)
    assert await place.app.database.run(lambda transaction: group.invited(transaction, now))
    assert await place.app.database.run(lambda transaction: group.accept(transaction, code, place.group.id, now))
    await place.app.sender.follow_group(-1_000_000_000_001)
    await place.app.sender.hurry(("forbidden",))
    await place.app.database.run(lambda transaction: late_letters.words(transaction, place.app.days))
    card = Card(1, "private")
    await place.app.database.run(lambda transaction: place.app.kit.store.will_show(transaction, (1, ""), 1, card))
    statements.part = A_FAULT
    update = {"update_id": 1, "message": {"chat": {"id": place.taro.id, "type": "private"}}}
    await place.app.service.set_aside(update, Strange("message without what it should have"))
    await stage.until_idle()


async def listed(place: Town, transaction: Transaction) -> None:
    """Coming bookings, as a page of the desk lists them."""
    coming = BOOKING.select().where(BOOKING.c.start > place.clock()).order_by(BOOKING.c.start).limit(5)
    rows = (await transaction.execute(coming)).all()
    assert rows
    await place.app.kit.counter(transaction, place.clock(), None, "ja").all_opened(rows)


@pytest.fixture(scope="module", params=ENGINES)
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """The life over many bookings, once on each engine."""
    folder = tmp_path_factory.mktemp("life")
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None

    async def lives() -> Plans:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(new_database(server)) if server else f"sqlite:///{folder / 'all.db'}"
            return await lived(url, folder, MANY)

    return asyncio.run(lives())


def test_no_statement_of_it_looks_at_every_row_of_a_table_that_grows(life: Plans) -> None:
    assert [part for part in (*PARTS, THE_STAFF_GROUP, A_FAULT) if not life.of[part]] == []
    parts = ((part, *found) for part, statements in life.of.items() for found in statements.items())
    bad = [(part, step, statement) for part, statement, steps in parts for step in steps if scans(step)]
    assert not bad, "\n".join(f"{part}: {step}: {statement[:400]}" for part, step, statement in bad)


@pytest.mark.parametrize("life", ["sqlite"], indirect=True)
async def test_a_statement_takes_no_more_steps_over_many_bookings_than_over_few(life: Plans, tmp_path: Path) -> None:
    few = await lived(f"sqlite:///{tmp_path / 'few.db'}", tmp_path, FEW)
    steps = {statement: (few.statements.steps[statement], steps) for statement, steps in life.statements.steps.items()}
    in_both = {statement: pair for statement, pair in steps.items() if all(pair)}
    assert len(in_both) > 50
    assert {statement: (a, b) for statement, (a, b) in in_both.items() if b > a + ABOUT} == {}


@pytest.mark.parametrize("life", ["sqlite"], indirect=True)
def test_every_statement_of_the_program_is_in_that_life(life: Plans) -> None:
    silent = [place for place in written() if not any(heard(place, line) for line in life.statements.places)]
    assert silent == []


def written() -> Iterator[tuple[str, int, int]]:
    """The places of the program that execute a statement: file, first line, last line. What is of one engine only is
    in `database` and `migrate`, and none of it looks at rows; the playground is no part of a bot in service. What staff
    do is looked at with their pages."""
    apart = {ROOT / path for path in APART} | {*(ROOT / "bot/playground").iterdir(), *(ROOT / "bot/desk").iterdir()}
    apart |= {*(ROOT / "bot/migrations/versions").iterdir()}
    for path in set((ROOT / "bot").rglob("*.py")) - apart:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in EXECUTES:
                yield str(path.relative_to(ROOT)), node.lineno, node.end_lineno or 0


def heard(place: tuple[str, int, int], line: tuple[str, int]) -> bool:
    path, first, last = place
    return line[0] == path and first <= line[1] <= last


async def test_a_round_of_forgetting_is_bounded_however_much_is_old_and_in_the_end_all_is_forgotten(
    database_url: str,
) -> None:
    database, later = Database(database_url), Clock("2030-01-10 10:00")()
    await migrate(database)
    await database.run_sync(lambda connection: fill(connection, MOST))
    try:
        rounds = [await a_round(database, later) for _ in range(ceil(MOST / AT_ONCE))]
    finally:
        await database.close()
    assert rounds[0] == (MOST - AT_ONCE, MOST - AT_ONCE)
    assert rounds[-1] == (0, 0)


async def a_round(database: Database, now: datetime) -> tuple[int, int]:
    """The bookings and updates that are still remembered after it."""
    await database.run(lambda transaction: forget_what_is_old(transaction, SEAL, DAYS.office, now))
    left = select(*(select(func.count()).select_from(rows).scalar_subquery() for rows in (BOOKING, UPDATE)))
    bookings, updates = await database.run_sync(lambda connection: connection.execute(left).one())
    return bookings, updates


def test_a_step_that_scans_is_known_for_one() -> None:
    assert scans("SCAN booking")
    assert scans("SCAN booking USING COVERING INDEX booking_start")
    assert scans("Node Type: Seq Scan | Relation Name: notice")
    assert scans("Node Type: Index Scan | Relation Name: decision | Index Name: decision_pkey")
    assert not scans("SEARCH booking USING INDEX booking_of_chat (chat_id=?)")
    assert not scans("SCAN notice USING INDEX notice_due")
    assert not scans("SCAN CONSTANT ROW")
    assert not scans("Node Type: Seq Scan | Relation Name: invitation")
    assert not scans("Node Type: Index Scan | Relation Name: notice | Index Name: notice_pkey | Index Cond: (key = $1)")
