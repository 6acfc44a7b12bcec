"""The words of the list of open requests (第4条(2)b): no name, number or address, most urgent first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.office_days import OfficeDays
from flows.text import Text

MOST = 20  # in one message
HEAD = Text("[Waiting for an answer]")


@dataclass(frozen=True)
class Open:
    """A request that waits for an answer; `change`: another time for a confirmed booking."""

    ref: str
    start: datetime
    reply_by: date
    change: bool = False

    @property
    def reference(self) -> str:
        return f"{self.ref[:3]}-{self.ref[3:]}"


def listed(waiting: Sequence[Open], days: OfficeDays, now: datetime) -> Text:
    """The message; where there are more than it holds, it says so."""
    today = days.day_of(now)
    lines = [_line(each, days, today) for each in waiting[:MOST]]
    more = [Text("(There are more. All of them are on the desk.)")] if len(waiting) > MOST else []
    return Text("{lines}", lines=(HEAD, *lines, *more))


def _line(each: Open, days: OfficeDays, today: date) -> Text:
    start = each.start.astimezone(days.office.zone)
    line = Text("{ref} {date} {time} / reply due {reply_by}")
    if each.reply_by < today:
        line = Text("[Overdue] {ref} {date} {time} / reply was due {reply_by}")
    elif each.reply_by == today:
        line = Text("[Today] {ref} {date} {time} / reply due today")
    said = line.given(ref=each.reference, date=start.date(), time=start.time(), reply_by=each.reply_by)
    return Text("{booking} (change of time)", booking=said) if each.change else said
