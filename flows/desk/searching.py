"""What is typed into the one search box: a reference and a day, as people write them, and the words for what is found.

A job-seeker number, a phone number and a name are read as the chat reads them (`flows.answers`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from flows.answers import HYPHENS, LONGEST_LINE
from flows.text import Text

REFERENCE = re.compile(r"(?:(?:受付番号|reference|ref\.?|no\.?) ?:? ?)?([0-9]{3})[- ]?([0-9]{3})", re.IGNORECASE)
DAY = re.compile(
    r"(?:(?P<era>令和|R)? ?(?P<year>元|[0-9]{1,4}) ?[-/.年] ?)?(?P<month>[0-9]{1,2}) ?[-/.月] ?(?P<day>[0-9]{1,2}) ?日?"
    r"(?: ?\([月火水木金土日]\))?",
    re.IGNORECASE,
)
IN_ONE = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
BEFORE_REIWA = 2018  # 令和元年 is 2019
YEARS = range(2000, 2100)

FOUND_BY: Mapping[str, Text] = {  # what a record of a search says: never what was looked for
    "reference": Text("By reference"),
    "day": Text("By date"),
    "number": Text("By job-seeker number"),
    "phone": Text("By phone number"),
    "name": Text("By name"),
    "number phone": Text("By job-seeker number or phone number"),
}
NOT_READ = Text(
    "Nothing was searched: this could not be read. Please type one of these:\n"
    "reference: 123-456\n"
    "date: 2026-11-24 or 11/24\n"
    "job-seeker number: 11030-01234567\n"
    "phone number: 090-1234-5678\n"
    "name: 川越 太郎 (the whole name as registered)"
)
NOT_READ_WITHOUT_DETAILS = Text(
    "Nothing was searched: this could not be read. Please type one of these:\n"
    "reference: 123-456\n"
    "date: 2026-11-24 or 11/24\n"
    "Your role does not include searching for a person."
)
OTHER_NUMBER = Text(
    "Nothing was searched, and nothing was kept: this looks like another number (such as employment insurance or"
    " My Number). A job-seeker number is like 11030-01234567."
)


def reference(typed: str) -> str:
    """The six digits of a reference; empty where it is none."""
    found = REFERENCE.fullmatch(_plain(typed))
    return found[1] + found[2] if found else ""


def day(typed: str, today: date) -> date | None:
    """A day, with the year by either count or without one: then it is the nearest such day."""
    plain = _plain(typed)
    found = DAY.fullmatch(plain) or IN_ONE.fullmatch(plain)
    if found is None:
        return None
    parts = found.groupdict()
    month, number = int(parts["month"]), int(parts["day"])
    if parts["year"] is None:
        years = (today.year - 1, today.year, today.year + 1)
        days = [one for year in years if (one := _day(year, month, number))]
        return min(days, key=lambda one: abs(one - today), default=None)
    return _day(_year(parts["year"], bool(parts.get("era"))), month, number)


def _year(written: str, of_reiwa: bool) -> int:
    if of_reiwa or written == "元":
        return BEFORE_REIWA + (1 if written == "元" else int(written))
    return int(written)


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number) if year in YEARS else None
    except ValueError:
        return None


def _plain(typed: str) -> str:
    """One line with single spaces, half-width digits and plain hyphens."""
    if len(typed) > LONGEST_LINE:
        return ""
    return " ".join(unicodedata.normalize("NFKC", typed).split()).translate(HYPHENS)
