"""The facts of one office, and what the terms of use leave open: `office_file` reads them from `office.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

KAWAGOE = Path(__file__).parent / "kawagoe"

_HEADING = re.compile(r"^第[ \u3000]*(\d+)[ \u3000]*条[ \u3000]*（", re.MULTILINE)  # 第4条（…）, 第 11 条（…）


class BadSetting(Exception):
    """The operator's: `setting` is missing, unknown or wrong; `problem` says what about it, as in "is missing"."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"The setting {setting} {problem}.")
        self.setting, self.problem = setting, problem


@dataclass(frozen=True)
class Closure:
    """A day on which this office is closed, and why, in each language (at least `ja` and `en`)."""

    day: date
    reason: Mapping[str, str]


@dataclass(frozen=True)
class Terms:
    """One version (改定) of the terms; `text` is the file, never normalised, and `sha256` is of its bytes.

    `first_articles` are the first articles of the pages on a phone; 0 stands for the preamble.
    """

    version: str
    text: str
    sha256: str
    first_articles: tuple[int, ...]

    def pages(self) -> tuple[str, ...]:
        """The text in order, a page from each of `first_articles`; KeyError for an article that is not there."""
        at = {0: 0}
        for heading in _HEADING.finditer(self.text):
            at.setdefault(int(heading[1]), heading.start())
        cuts = [*(at[article] for article in self.first_articles), len(self.text)]
        return tuple(self.text[begin:end].strip() for begin, end in pairwise(cuts))


@dataclass(frozen=True)
class Office:
    """The facts of one office. Times of day and days are those of `zone`; office.toml has the source of each."""

    key: str
    name: str
    name_hira: str
    name_en: str
    address: str
    phone: str
    opens: time
    closes: time
    form_url: str
    guide_url: str
    product: str
    product_kana: str
    zone: ZoneInfo
    language: str

    session_minutes: int
    session_max_minutes: int
    windows: tuple[tuple[time, time], ...]
    horizon_days: int
    counsellors: tuple[str, ...]

    year_end: tuple[tuple[int, int], tuple[int, int]]  # (month, day), the first and the last day
    closures: tuple[Closure, ...]
    openings: tuple[date, ...]
    holidays_known_until: date

    cutoff: timedelta  # from midnight; 24 hours is the end of the day
    deadline_applies_to: Literal["application", "confirmation"]
    lapse_at: time
    no_reply_latest_at: time
    bot_cancel_enabled: bool
    no_contact_minutes: int
    requests_per_day: int
    requests_per_30_days: int
    waiting_offers: int
    waiting_minutes: int

    quiet_from: time
    quiet_until: time
    staff_lists_at: tuple[time, ...]
    arrival_asked_at: time
    terms_changed_at: time
    registration_months: int
    remind_readiness_days: int
    remind_readiness_at: time
    remind_day_before_at: time
    remind_day_before_apart_hours: int
    remind_minutes_before: int
    remind_last_minutes_before: int
    url_missing_at: time
    url_missing_today_at: time

    form_kept_hours: int
    contact_days: int
    record_days: int
    fewest_shown: int

    terms: Terms
