"""Sessions with their deadlines, and what the tests of the clauses need to ask for one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flows import policy
from flows.counter import Refused, Slot
from flows.office import KAWAGOE
from flows.office_days import OfficeDays
from flows.office_file import load_office

OFFICE = load_office(KAWAGOE)
DAYS = OfficeDays(OFFICE)
DAY = timedelta(days=1)
SESSIONS = [
    # session, last day to apply, safe: the reply falls on or before it
    (date(2026, 11, 24), date(2026, 11, 19), date(2026, 11, 18)),
    (date(2026, 11, 25), date(2026, 11, 20), date(2026, 11, 19)),
    (date(2026, 11, 26), date(2026, 11, 24), date(2026, 11, 20)),
    (date(2026, 11, 30), date(2026, 11, 26), date(2026, 11, 25)),
    (date(2026, 12, 1), date(2026, 11, 27), date(2026, 11, 26)),
    (date(2026, 12, 28), date(2026, 12, 24), date(2026, 12, 23)),
    (date(2027, 1, 4), date(2026, 12, 25), date(2026, 12, 24)),
    (date(2027, 1, 5), date(2026, 12, 28), date(2026, 12, 25)),
    (date(2027, 1, 6), date(2027, 1, 4), date(2026, 12, 28)),
    (date(2027, 1, 12), date(2027, 1, 7), date(2027, 1, 6)),
]


def jst(written: str) -> datetime:
    return datetime.fromisoformat(f"{written}+09:00")


def slot(written: str) -> Slot:
    return Slot("1", jst(written).astimezone(UTC))


def refused(days: OfficeDays, slot: Slot, now: datetime) -> Refused:
    answer = policy.permit(days, slot, now)
    assert isinstance(answer, Refused)
    return answer
