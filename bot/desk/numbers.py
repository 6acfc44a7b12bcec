"""The office's numbers for chosen months: as charts that are tables too, and as a file. Each file that is taken is
recorded; of a month that is not over there is none yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.visit import Answer, File, Page, Route, Visit, Wrong, does, shows
from bot.numbers import export, in_words, numbers_of, requests_of
from flows.desk.hiding import Shown
from flows.desk.numbers import (
    NOTHING_FREE,
    WHOLE_DAY,
    WISHES_TITLE,
    Period,
    month_before,
    month_in_words,
    month_of,
    months_kept,
    period_of,
)
from flows.text import Text

MOST = 4_000  # requests: what a page counts in its time, and more than ten counsellors can have in a month
NO_PERIOD = Text("Please choose months of this list, the first one not after the last.")
TOO_MANY = Text(
    "There are more than {most} requests in these months: too many for a page. Please choose fewer months, or ask the"
    " operator for the file (madoguchi export)."
)
NOT_OVER = Text("There is no file of a month that is not over: two of them would tell of a single day.")


async def show(visit: Visit) -> Answer:
    return await _page(visit, visit.query.get("from", ""), visit.query.get("to", ""))


async def show_again(visit: Visit) -> Answer:
    return await _page(visit, visit.sent("from"), visit.sent("to"))


async def _page(visit: Visit, first: str, last: str) -> Answer:
    """Without a choice, this month."""
    days, today = visit.days, visit.days.day_of(visit.now)
    months = months_kept(days.office, today)
    chosen = period_of(months, first or last, last or first)
    period = chosen or months[0]
    wrong = NO_PERIOD if (first or last) and chosen is None else None
    if too_many := await requests_of(visit.transaction, days, period, MOST + 1) > MOST:
        wrong = TOO_MANY.given(most=MOST)
    found = None if too_many else await numbers_of(visit.transaction, days, period)
    words = visit.kit.words(visit.language, visit.now)
    return Page(
        "numbers.html",
        {
            "period": period, "found": found, "wrong": wrong, "over": period.over(today),
            "months": [(month.name, month_in_words(month)) for month in months],
            "first": month_of(period.first), "last": month_of(period.last), "in_words": month_in_words,
            "before": _if_kept(month_before(month_of(period.first)), months),
            "after": _if_kept(month_of(period.end), months),
            "count": lambda shown: in_words(words, shown, days.office.fewest_shown), "width": width,
            "all_wishes": [shown for _, counts in found.wishes.rows for shown in counts] if found else [],
            "unmet_title": WISHES_TITLE, "whole_day": WHOLE_DAY, "nothing_free": NOTHING_FREE,
        },
    )  # fmt: skip


def _if_kept(month: Period, months: tuple[Period, ...]) -> Period | None:
    return month if month in months else None


def width(shown: Shown, beside: Sequence[Shown]) -> float:
    """Of a bar, in hundredths of the longest; a count that is hidden has none."""
    longest = max((one for one in beside if isinstance(one, int)), default=0)
    return round(100 * shown / longest, 1) if isinstance(shown, int) and longest else 0.0


async def download(visit: Visit) -> Answer:
    today = visit.days.day_of(visit.now)
    period = period_of(months_kept(visit.days.office, today), visit.sent("from"), visit.sent("to"))
    if period is None:
        raise Wrong(NO_PERIOD)
    if not period.over(today):
        raise Wrong(NOT_OVER)
    if await requests_of(visit.transaction, visit.days, period, MOST + 1) > MOST:
        raise Wrong(TOO_MANY.given(most=MOST))
    words = visit.kit.words(visit.language, visit.now)
    written = await export(visit.transaction, visit.days, period, words, visit.member, visit.now)
    return File(f"madoguchi-{period.name}.csv", "text/csv", written)


ROUTES: tuple[Route, ...] = (
    shows("/numbers", "see", show),
    does("/numbers", "see", download, show_again),
)
