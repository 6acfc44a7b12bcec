"""The office's numbers from the database, and as a file (CSV): one computation for the page and the command line.

Every statement reads a range of days by an index; what is sealed stays closed.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from io import StringIO

from sqlalchemy import BindParameter, bindparam, func, select

from bot.counter import BOOKING, DECISION
from bot.database import Transaction
from bot.language import Words
from bot.records import record
from bot.unmet import UNMET
from flows.desk.hiding import FEW, AtLeast, Shown
from flows.desk.numbers import (
    AHEAD,
    ANSWERS,
    FULL_DAY,
    HALF_HOUR,
    HEAD,
    HIDDEN_COUNT,
    IN_SESSION,
    NOTHING_FREE,
    SOURCES,
    TOTAL,
    WISHES_TITLE,
    Numbers,
    Period,
    Tally,
    months_of,
    numbers,
)
from flows.desk.roles import Member
from flows.lifecycle import CANCELLED, LAPSED
from flows.office_days import OfficeDays

FIRST: BindParameter[datetime] = bindparam("first")
END: BindParameter[datetime] = bindparam("end")
ASKED = (BOOKING.c.requested_at >= FIRST, BOOKING.c.requested_at < END)
HOW_MANY = select(func.count()).select_from(select(BOOKING.c.id).where(*ASKED).limit(bindparam("most")).subquery())
OF_EVENT = DECISION.c.event + ""  # so written, no engine looks for all decisions of an event instead of a booking's
ANSWERED = (
    select(func.min(DECISION.c.at))
    .where(DECISION.c.booking_id == BOOKING.c.id, OF_EVENT.in_(ANSWERS))
    .scalar_subquery()
)
REQUESTS = select(BOOKING.c.source, BOOKING.c.state, BOOKING.c.reply_by, ANSWERED.label("answered")).where(*ASKED)
CANCELLATIONS = (
    select(DECISION.c.event, DECISION.c.channel, func.count().label("times"))
    .where(DECISION.c.event.in_(("cancel", "refuse")), DECISION.c.at >= FIRST, DECISION.c.at < END)
    .group_by(DECISION.c.event, DECISION.c.channel)
)
SESSIONS = (
    select(BOOKING.c.state, func.count().label("times"))
    .where(BOOKING.c.start >= FIRST, BOOKING.c.start < END)
    .group_by(BOOKING.c.state)
)
WISHES = select(UNMET).where(UNMET.c.start >= FIRST, UNMET.c.start < END)
WITHOUT_AN_ANSWER = {LAPSED: "lapsed", CANCELLED: "cancelled"}

# A cell that begins so may be run as a formula, the full-width ones by a Japanese Excel.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = b"\xef\xbb\xbf"  # without it a Japanese Excel takes the file for Shift_JIS


async def requests_of(transaction: Transaction, days: OfficeDays, period: Period, most: int) -> int:
    """How many requests there are, counted up to `most`."""
    return int((await transaction.execute(HOW_MANY, {**_moments(days, period), "most": most})).scalar() or 0)


async def export(
    transaction: Transaction, days: OfficeDays, period: Period, words: Words, by: Member | None, now: datetime
) -> bytes:
    """The file of these months; that it was taken is recorded (第5条（2）). `by` is None for the operator."""
    found = await numbers_of(transaction, days, period)
    await record(transaction, now, "exported", by, note=period.name)
    return as_csv(words, period, found)


async def numbers_of(transaction: Transaction, days: OfficeDays, period: Period) -> Numbers:
    """What may be shown of these months."""
    return numbers(days.office, *[await count(transaction, days, month) for month in months_of(period)])


async def count(transaction: Transaction, days: OfficeDays, period: Period) -> Tally:
    """What there is, small or not."""
    between = _moments(days, period)
    sources, replies = await _requests(transaction, days, between)
    cancelled: Counter[str] = Counter()
    for row in await transaction.execute(CANCELLATIONS, between):
        cancelled["refuse" if row.event == "refuse" else row.channel] += row.times
    ended: Counter[str] = Counter()
    for row in await transaction.execute(SESSIONS, between):
        ended["ahead" if row.state in AHEAD else row.state] += row.times
    unmet, full, nothing = await _wishes(transaction, days, between)
    in_session = sources.pop(IN_SESSION, 0)
    return Tally(sources, replies, in_session, cancelled, ended, unmet, full, nothing)


def _moments(days: OfficeDays, period: Period) -> dict[str, object]:
    return {"first": days.at(period.first, time()), "end": days.at(period.end, time())}


async def _requests(
    transaction: Transaction, days: OfficeDays, between: dict[str, object]
) -> tuple[Counter[str], Counter[str]]:
    """第4条(2)b 「翌営業日中に」: kept where the first answer came on the day promised or before."""
    sources: Counter[str] = Counter()
    replies: Counter[str] = Counter()
    for row in await transaction.execute(REQUESTS, between):
        sources[row.source] += 1
        if row.source not in SOURCES:
            continue
        if row.answered:
            replies["in_time" if days.day_of(row.answered) <= row.reply_by else "late"] += 1
        else:
            replies[WITHOUT_AN_ANSWER.get(row.state, "waiting")] += 1
    return sources, replies


async def _wishes(
    transaction: Transaction, days: OfficeDays, between: dict[str, object]
) -> tuple[Counter[tuple[int, time]], Counter[int], int]:
    unmet: Counter[tuple[int, time]] = Counter()
    full: Counter[int] = Counter()
    nothing = 0
    for row in await transaction.execute(WISHES, between):
        local = row.start.astimezone(days.office.zone)
        if row.what == "start":
            unmet[local.weekday(), local.time()] += row.times
        elif row.what == "day":
            full[local.weekday()] += row.times
        else:
            nothing += row.times
    return unmet, full, nothing


def as_csv(words: Words, period: Period, found: Numbers) -> bytes:
    """One line for each count, with the period beside it: the files of many months can be put below each other."""
    written = StringIO()
    lines = csv.writer(written)
    lines.writerow([defused(words.say(name)) for name in HEAD])
    span = (period.first.isoformat(), period.last.isoformat())
    for table, item, shown in _lines(words, found):
        lines.writerow([*span, defused(table), defused(item), in_words(words, shown, found.fewest)])
    return BOM + written.getvalue().encode()


def _lines(words: Words, found: Numbers) -> Iterator[tuple[str, str, Shown]]:
    for sheet in found.sheets:
        for line in sheet.lines:
            yield words.say(sheet.title), words.say(line.label), line.shown
        if sheet.total is not None:
            yield words.say(sheet.title), words.say(TOTAL), sheet.total
    title, wishes = words.say(WISHES_TITLE), found.wishes
    for clock, counts in wishes.rows:
        for weekday, shown in zip(wishes.weekdays, counts, strict=True):
            yield title, words.say(HALF_HOUR.given(weekday=weekday, time=clock)), shown
    for weekday, shown in zip(wishes.weekdays, wishes.full, strict=True):
        yield title, words.say(FULL_DAY.given(weekday=weekday)), shown
    yield title, words.say(NOTHING_FREE), wishes.nothing


def in_words(words: Words, shown: Shown, fewest: int) -> str:
    """A count as it is read on the page and in the file."""
    if isinstance(shown, int):
        return str(shown)
    if isinstance(shown, AtLeast):
        return f"≥{shown.count}"
    return f"<{fewest}" if shown == FEW else words.say(HIDDEN_COUNT)


def defused(cell: str) -> str:
    """Words that no program for tables runs as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
