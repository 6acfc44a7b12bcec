"""Years of an office's past, by bulk SQL: finished bookings with their holds, decisions, consents, notices, chats.

Nothing of it is live or due, as in a real office: what is open at one time does not grow with the years.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

SERIES = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, CAST(:count AS integer)))",
}
PAST = {  # half an hour further back for each row, before 2026-06
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-06-01', '-' || (i * 30) || ' minutes')",
    "postgresql": "timestamptz '2026-06-01 00:00:00+00' - i * interval '30 minutes'",
}
BYTES = {"sqlite": "x'01'", "postgresql": r"'\x01'::bytea"}
REFERENCE = {"sqlite": "printf('%07d', i)", "postgresql": "lpad(i::text, 7, '0')"}  # seven digits: no new one meets them

FILL = (
    "INSERT INTO booking (id, ref, chat_id, state, version, counsellor, start, ends_at, language, requested_at,"
    " reply_by, confirm_by, lapses_at, told, same_number, consent_id, number_index, details)"
    " {series} SELECT 'past' || i, {reference}, 1000000000 + i, 'finished', 4, '1', {past}, {past}, 'ja', {past},"
    " '2020-01-01', '2020-01-01', {past}, 'handed', {false}, i, 'index' || i, {bytes} FROM n",
    "INSERT INTO hold (counsellor, start, booking_id, purpose) {series} SELECT '1', {past}, 'past' || i, 'request' FROM n",
    "INSERT INTO decision (booking_id, event, at, who, name, reason)"
    " {series} SELECT 'past' || i, 'confirm', {past}, 1, '', '' FROM n",
    "INSERT INTO consent (chat_id, version, sha256, at, language, how)"
    " {series} SELECT 1000000000 + i, 'v', 'hash', {past}, 'ja', 'button' FROM n",
    "INSERT INTO person (chat_id, informed_at) {series} SELECT 1000000000 + i, {past} FROM n",
    "INSERT INTO conversation (chat_id, subject, language, dialog, state, form, turns, shown, card, card_kind, buried,"
    " fleeting, updated_at) {series} SELECT 1000000000 + i, '', 'ja', 'booking', 'waiting', {bytes}, 14, 14, i, '',"
    " {false}, {false}, {past} FROM n",
    "INSERT INTO notice (key, kind, booking_id, chat_id, message_id, due_at, not_after, state, next_try, attempts,"
    " lease_until, owner, error) {series} SELECT 'received:past' || i || ':1', 'received', 'past' || i,"
    " 1000000000 + i, NULL, {past}, NULL, 'sent', {past}, 1, NULL, 'x', '' FROM n",
    "INSERT INTO seen_update (update_id, at, error) {series} SELECT i, {past}, '' FROM n",
)


def fill(connection: Connection, count: int) -> None:
    """So many bookings of the past, with all that belongs to them; then the engine's statistics."""
    dialect = connection.dialect.name
    words = {
        "series": SERIES[dialect], "past": PAST[dialect], "bytes": BYTES[dialect], "reference": REFERENCE[dialect],
        "false": "false",
    }  # fmt: skip
    for statement in FILL:
        connection.execute(text(statement.format(**words).replace(":00:00+00", r"\:00\:00+00")), {"count": count})
    connection.execute(text("ANALYZE"))
