"""The statements that a bot executes, and how the engine finds their rows.

A statement is bad where it looks at every row of a table that grows. A whole partial index is no such thing: it is as
small as what is open now. SQLite tells besides how many steps its machine took: those of a scan grow with the table.
"""

from __future__ import annotations

import json
import re
import traceback
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlmodel import SQLModel

from bot import tables

ROOT = Path(__file__).parent.parent
SMALL = {
    "setting",
    "sender",
    "spoken",
    "invitation",
    "terms",
    "counsellor",
    "closure",
    "staff",
}  # a handful of rows, for ever
SMALL |= {"waiting", "offer", "sender", "spoken"}  # of whoever waits or sends now
SMALL |= {"desk_session", "desk_link"}  # of whoever is signed in
GROWING = {tables.table(row).name for row in SQLModel.__subclasses__() if hasattr(row, "__table__")} - SMALL
PARTIAL = {
    index.name
    for grown in SQLModel.metadata.tables.values()
    for index in grown.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
EVERY = 50  # steps of SQLite's machine between two counts


class Statements:
    """Every statement that was executed while it listens, by the part of the life that it belongs to."""

    def __init__(self) -> None:
        self.part = ""
        self.seen: dict[str, dict[str, Any]] = defaultdict(dict)  # part -> statement -> an example of its parameters
        self.steps: dict[str, int] = defaultdict(int)  # statement -> the most steps of SQLite's machine
        self.places: set[tuple[str, int]] = set()  # the lines of the program that executed one
        self._now, self._counted = "", 0

    @contextmanager
    def listening(self) -> Iterator[Statements]:
        event.listen(Engine, "before_cursor_execute", self._keep)
        try:
            yield self
        finally:
            event.remove(Engine, "before_cursor_execute", self._keep)
            self._now = ""  # the engines go on with something else

    def _keep(self, connection: Connection, cursor: Any, statement: str, values: Any, _: Any, many: bool) -> None:
        if connection.dialect.name == "sqlite":
            cursor.connection.set_progress_handler(self._count, EVERY)
            self.places |= set(_lines_of_the_program())
        self._now, self._counted = statement, 0
        if not re.search(r"pg_catalog|sqlite_master|^(PRAGMA|BEGIN|SAVEPOINT|RELEASE|ROLLBACK|COMMIT)", statement):
            self.seen[self.part].setdefault(statement, values[0] if many else values)

    def _count(self) -> int:
        if not self._now:
            return 0
        self._counted += EVERY
        self.steps[self._now] = max(self.steps[self._now], self._counted)
        return 0


def _lines_of_the_program() -> Iterator[tuple[str, int]]:
    for frame, line in traceback.walk_stack(None):
        if (path := Path(frame.f_code.co_filename)).is_relative_to(ROOT / "bot"):
            yield str(path.relative_to(ROOT)), line


def plans(connection: Connection, statements: Statements) -> dict[str, dict[str, list[str]]]:
    """Before the engine has looked at its tables and after; on PostgreSQL, for these values and for any."""
    found: dict[str, dict[str, list[str]]] = {part: {} for part in statements.seen}
    for analysed in (False, True):
        if analysed:
            connection.execute(text("ANALYZE"))
        for part, seen in statements.seen.items():
            for statement, values in seen.items():
                steps = plan(connection, statement, values)
                steps += generic_plan(connection, statement) if connection.dialect.name == "postgresql" else []
                found[part].setdefault(statement, []).extend(steps)
    return found


def plan(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """How the engine finds the rows with these parameters, one line a step."""
    if connection.dialect.name == "sqlite":
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    return _nodes(explained)


def generic_plan(connection: Connection, statement: str) -> list[str]:
    """How PostgreSQL finds them when it plans once for all parameters, as it may from the sixth time on."""
    numbers = [int(number) for number in re.findall(r"\$(\d+)", statement)]
    nothing = f"({', '.join(['NULL'] * max(numbers))})" if numbers else ""
    connection.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    connection.exec_driver_sql(f"PREPARE planned AS {statement}")
    try:
        return _nodes(connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE planned{nothing}").scalar_one())
    finally:
        connection.exec_driver_sql("DEALLOCATE planned")


def _nodes(explained: Any) -> list[str]:
    [top] = json.loads(explained) if isinstance(explained, str) else explained
    waiting, lines = [top["Plan"]], []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        told = ("Node Type", "Relation Name", "Index Name", "Index Cond")
        lines.append(" | ".join(f"{name}: {node[name]}" for name in told if name in node))
    return lines


def scans(step: str) -> bool:
    """Whether a step looks at every row of a table that grows, or at its whole index."""
    if any(re.search(rf"\b{name}\b", step) for name in PARTIAL):
        return False
    if step.startswith("SCAN "):
        return step.split()[1] in GROWING
    whole_index = "Index Name: " in step and "Index Cond: " not in step and "Bitmap Heap" not in step
    return ("Seq Scan" in step and any(f"Relation Name: {name}" in step for name in GROWING)) or whole_index
