"""Years of an office's past, by bulk SQL: finished bookings with their holds, decisions, consents, notices, chats.

Nothing of it is live or due, as in a real office: what is open at one time does not grow with the years. It lies
within the year before 2026-10-20, so that nothing is too old to be kept either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, TypeDecorator, bindparam, insert, select, text, update
from sqlmodel import SQLModel

from bot import staff_tables, tables
from bot.columns import Moment
from bot.encryption import Seal
from bot.staff_tables import UnmetRow

SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, CAST(:count AS integer)))",
}
AGO = {  # so many days before a moment, spread evenly over the rows
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '{until}', '-' || (i * {days} * 86400 / :count) || ' seconds')",
    "postgresql": "timestamptz '{until}' - i * interval '{days} days' / :count",
}
BYTES = {"sqlite": "x'01'", "postgresql": "decode('01', 'hex')"}
CHAT, BOOKING, STAFF = "1000000000 + i", "'past' || i", "700 + i % 10"
BOOKINGS = {"until": "2026-10-20 00:00:00", "days": 330}
UPDATES = {"until": "2026-11-19 00:00:00", "days": 7}
ERASED = "i * 330 > 60 * :count"  # what lies more than 90 days before 2026-11-19
MOST = {
    tables.UpdateRow: 100_000,
    UnmetRow: 10_000,
    staff_tables.CallRow: 10_000,
}  # updates are remembered for a week; starts are so many
STAFF_CHAT = "-1000000000001"
LONG_AGO = "'2026-10-20 00:00:00.000000'"

FILLED: tuple[tuple[type[SQLModel], dict[str, str]], ...] = (
    (tables.BookingRow, {
        "id": BOOKING, "ref": "'past' || i", "chat_id": CHAT, "state": "'finished'", "counsellor": "'1'",
        "number_index": "'index' || i", "told": "'handed'", "erased": ERASED,
        **dict.fromkeys(("wanted_start", "wanted_at", "wanted_lapses_at"), "NULL"),  # nobody wants to move what is over
    }),
    (tables.HoldRow, {"counsellor": "'1'", "booking_id": BOOKING}),
    (tables.DecisionRow, {"booking_id": BOOKING, "event": "'confirm'", "who": STAFF}),
    (tables.ConsentRow, {"chat_id": CHAT}),
    (tables.PersonRow, {"chat_id": CHAT}),
    (tables.ConversationRow, {
        "chat_id": CHAT, "dialog": "'booking'", "state": "'waiting'", "turns": "14", "shown": "14", "language": "'ja'",
    }),
    (tables.ConversationRow, {
        "chat_id": STAFF_CHAT, "subject": "'deciding:past' || i", "dialog": "'deciding'", "state": "'confirmed'",
        "turns": "2", "shown": "2", "language": "'ja'",
    }),
    (tables.NoticeRow, {
        "key": "'received:past' || i", "kind": "'received'", "booking_id": BOOKING, "chat_id": CHAT,
        "state": "'sent'",
    }),
    (staff_tables.MeasureRow, {
        "number_index": "'index' || i", "booking_id": BOOKING, "what": "'nothing'", "ended_at": LONG_AGO,
        "reason": "'no_contact'",
    }),
    (staff_tables.ObjectionRow, {"measure_id": "i", "channel": "'phone'", "answered_at": LONG_AGO}),
    (staff_tables.CallRow, {"closure_id": "i", "booking_id": BOOKING}),
    (staff_tables.RecordRow, {"what": "'looked'", "booking_id": BOOKING, "who": STAFF}),
    (UnmetRow, {"what": "'start'"}),
    (tables.UpdateRow, {"update_id": "i"}),
)  # fmt: skip


def fill(connection: Connection, count: int, analyse: bool = True) -> None:
    """So many bookings of the past, with all that belongs to them; then the engine's statistics."""
    for row, told in FILLED:
        _insert(connection, row, told, min(count, MOST.get(row, count)))
    if analyse:
        connection.execute(text("ANALYZE"))


def past_notices(connection: Connection, count: int) -> None:
    """So many notices that were sent, and nothing else."""
    _insert(connection, tables.NoticeRow, dict(FILLED)[tables.NoticeRow], count)
    connection.execute(text("ANALYZE"))


def _insert(connection: Connection, row: type[SQLModel], told: dict[str, str], count: int) -> None:
    filled, dialect = tables.table(row), connection.dialect.name
    columns = {c.name: told.get(c.name) or _plain(c, dialect) for c in filled.columns if not _numbered(filled, c)}
    names, values = ", ".join(columns), ", ".join(columns.values())
    connection.execute(
        text(f"INSERT INTO {filled.name} ({names}) {SERIES[dialect]} SELECT {values} FROM n"),  # noqa: S608  # our own names
        {"count": count},
    )


def in_hand(connection: Connection, seal: Seal, count: int, **so: Any) -> None:
    """So many bookings of the past that can be opened and are so: as if they were of now."""
    fill(connection, count)
    booking = tables.table(tables.BookingRow)
    each = update(booking).where(booking.c.id == bindparam("of")).values(details=bindparam("sealed"), **so)
    ids = connection.execute(select(booking.c.id)).scalars().all()
    connection.execute(each, [{"of": one, "sealed": seal.seal({}, "booking", "details", one)} for one in ids])


def crowd(connection: Connection, seal: Seal, chat: int, starts: Sequence[datetime]) -> None:
    """One person with 500 bookings of the past; all these places held; 10,000 notices that are due at the last."""
    booking = tables.table(tables.BookingRow)
    past = connection.execute(select(booking.c.id).limit(500)).scalars().all()
    theirs = update(booking).where(booking.c.id == bindparam("of")).values(chat_id=chat, details=bindparam("sealed"))
    connection.execute(theirs, [{"of": one, "sealed": seal.seal({}, "booking", "details", one)} for one in past])
    held = {"counsellor": "1", "booking_id": "future", "purpose": "request"}
    connection.execute(insert(tables.table(tables.HoldRow)), [{**held, "start": start} for start in starts])
    later = {"kind": "alert", "due_at": starts[-1], "next_try": starts[-1], "state": "pending", "attempts": 0}
    notices = [{**later, "key": f"future{number}", "owner": "", "error": ""} for number in range(10_000)]
    connection.execute(insert(tables.table(tables.NoticeRow)), notices)
    connection.execute(text("ANALYZE"))


def _numbered(filled: Table, column: Column[Any]) -> bool:
    """Whether the database gives the value: an id that counts up."""
    return column is filled.autoincrement_column and column.name == "id"


def _plain(column: Column[Any], dialect: str) -> str:
    if isinstance(column.type, Moment):
        spread = UPDATES if column.table.name == "seen_update" else BOOKINGS
        return AGO[dialect].format(**spread)
    if column.nullable:
        return "NULL"
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    plain = {int: "1", str: "''", bool: "false", bytes: BYTES[dialect], date: "'2020-01-01'", float: "0"}
    return plain[kind.python_type]
