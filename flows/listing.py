"""The words of lists for staff, of open requests (第4条(2)b) and of letters that wait: no name, number or address, most
urgent first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.office_days import OfficeDays
from flows.text import Text

MOST = 20  # in one message
HEAD = Text("[Waiting for an answer]")
LETTERS = Text(
    "[Letters wait] For hours the mail server has not taken letters about these bookings. They are sent as soon as it"
    " does. Where it is urgent, please call the person:"
)
NEWER = Text("(There is a newer list below.)")
MORE = Text("(There are more. All of them are on the desk.)")


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
    return Text("{lines}", lines=(HEAD, *lines, *([MORE] if len(waiting) > MOST else [])))


def of_letters(bookings: Sequence[tuple[str, datetime]], days: OfficeDays) -> Text:
    """Of bookings by reference and start; where there are more than the message holds, it says so."""
    starts = [(f"{ref[:3]}-{ref[3:]}", start.astimezone(days.office.zone)) for ref, start in bookings[:MOST]]
    lines = [Text("{ref} {date} {time}", ref=ref, date=start.date(), time=start.time()) for ref, start in starts]
    return Text("{lines}", lines=(LETTERS, *lines, *([MORE] if len(bookings) > MOST else [])))


def _line(each: Open, days: OfficeDays, today: date) -> Text:
    start = each.start.astimezone(days.office.zone)
    line = Text("{ref} {date} {time} / reply due {reply_by}")
    if each.reply_by < today:
        line = Text("[Overdue] {ref} {date} {time} / reply was due {reply_by}")
    elif each.reply_by == today:
        line = Text("[Today] {ref} {date} {time} / reply due today")
    said = line.given(ref=each.reference, date=start.date(), time=start.time(), reply_by=each.reply_by)
    return Text("{booking} (change of time)", booking=said) if each.change else said
