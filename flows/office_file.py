"""Reads `office.toml` in the folder of an office, and the text of its terms.

A setting's name in the file is its field's name in `Office`, and its type there is how it is read. Nothing has a
default: what is missing, unknown or wrong is a BadSetting that names it. The text of the terms is taken as it is, byte
for byte; a changed text must come with a new entry (version, SHA-256).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from flows.office import BadSetting, Closure, Office, Terms


def load_office(folder: Path) -> Office:
    """The office in `folder`; a changed text needs the version of its 改定. Raises BadSetting, naming the setting."""
    table = _toml(folder / "office.toml")
    hints = get_type_hints(Office)
    _same_names(table, hints)
    settings = {name: _setting(name, hints[name], raw) for name, raw in table.items() if name != "terms"}
    office = Office(**settings, terms=_terms(folder, table["terms"]))
    for name, problem, holds in _CHECKS:
        if not holds(office):
            raise BadSetting(name, problem)
    return office


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(file.name, f"cannot be read: {error}") from None


def _same_names(table: Mapping[str, object], wanted: Mapping[str, object], where: str = "") -> None:
    for name in wanted:
        if name not in table:
            raise BadSetting(where + name, "is missing")
    for name in table:
        if name not in wanted:
            raise BadSetting(where + name, "is not known")


def _setting(name: str, hint: Any, raw: object) -> Any:
    try:
        return _read(hint, raw)
    except ValueError as error:
        raise BadSetting(name, str(error)) from None


_TERMS = {"file": str, "version": str, "sha256": str, "pages": tuple[int, ...]}


def _terms(folder: Path, table: object) -> Terms:
    if not isinstance(table, dict):
        raise BadSetting("terms", "must be a table")
    _same_names(table, _TERMS, "terms.")
    read = {name: _setting(f"terms.{name}", hint, table[name]) for name, hint in _TERMS.items()}
    text = _text(folder / read["file"], read["sha256"])
    terms = Terms(read["version"], text, read["sha256"], read["pages"])
    if not _whole(terms):
        raise BadSetting("terms.pages", "must be 0 and then articles that are in the text, in their order")
    return terms


def _text(file: Path, expected: str) -> str:
    try:
        content = file.read_bytes()
        if sha256(content).hexdigest() != expected:
            raise BadSetting("terms.sha256", f"is not that of {file.name}: a changed text needs a new version and hash")
        return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting("terms.file", f"names a file that cannot be read: {error}") from None


def _whole(terms: Terms) -> bool:
    try:
        pages = terms.pages()
    except KeyError:
        return False
    return all(pages) and "".join("".join(pages).split()) == "".join(terms.text.split())


def _read(hint: Any, raw: Any) -> Any:
    """`raw` as the type says. Raises ValueError with what is wrong."""
    kinds = get_args(hint)
    if get_origin(hint) is Literal:
        return _fits(raw in kinds, raw, f"must be one of {', '.join(kinds)}")
    if get_origin(hint) is not tuple:
        return _READERS[hint](raw)
    _fits(isinstance(raw, list), raw, "must be a list")
    if kinds[1:] == (...,):
        return tuple(_read(kinds[0], item) for item in raw)
    _fits(len(raw) == len(kinds), raw, f"must have {len(kinds)} parts")
    return tuple(_read(kind, item) for kind, item in zip(kinds, raw, strict=True))


def _fits(fits: bool, raw: Any, problem: str) -> Any:
    if not fits:
        raise ValueError(f"{problem}, not {raw!r}")
    return raw


def _words(raw: Any) -> str:
    return str(_fits(isinstance(raw, str) and raw.strip() != "", raw, "must be words"))


def _count(raw: Any) -> int:
    return int(_fits(type(raw) is int and raw >= 0, raw, "must be a whole number"))


def _flag(raw: Any) -> bool:
    return bool(_fits(isinstance(raw, bool), raw, "must be true or false"))


def _day(raw: Any) -> date:
    day: date = _fits(isinstance(raw, date) and not isinstance(raw, datetime), raw, "must be a day such as 2026-11-24")
    return day


def _from_midnight(raw: Any) -> timedelta:
    """24:00 is the end of the day, which no `time` can say."""
    parts = re.fullmatch(r"(\d{1,2}):([0-5]\d)", raw) if isinstance(raw, str) else None
    since = timedelta(hours=int(parts[1]), minutes=int(parts[2])) if parts else timedelta.max
    _fits(since <= timedelta(hours=24), raw, "must be a time of day such as 8:30")
    return since


def _clock(raw: Any) -> time:
    since = _from_midnight(raw)
    _fits(since < timedelta(hours=24), raw, "must be a time of day before 24:00")
    return (datetime.min + since).time()  # noqa: DTZ901  # no moment: a time of day only


def _zone(raw: Any) -> ZoneInfo:
    try:
        return ZoneInfo(_words(raw))
    except (OSError, KeyError, ValueError):
        raise ValueError(f"must be a time zone such as Asia/Tokyo, not {raw!r}") from None


def _closure(raw: Any) -> Closure:
    _fits(isinstance(raw, dict) and raw.keys() == {"day", "reason"}, raw, "must have day and reason")
    reason = raw["reason"]
    _fits(isinstance(reason, dict) and {"ja", "en"} <= reason.keys(), reason, "must give the reason in ja and en")
    return Closure(_day(raw["day"]), {language: _words(words) for language, words in reason.items()})


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    str: _words,
    int: _count,
    bool: _flag,
    date: _day,
    time: _clock,
    timedelta: _from_midnight,
    ZoneInfo: _zone,
    Closure: _closure,
}


def _windows_hold(office: Office) -> bool:
    minutes = [60 * clock.hour + clock.minute for window in office.windows for clock in window]
    room = all(end - begin >= office.session_minutes for begin, end in zip(minutes[::2], minutes[1::2], strict=True))
    return minutes != [] and minutes == sorted(minutes) and room


def _awake(office: Office) -> bool:
    said = (
        office.arrival_asked_at,
        office.terms_changed_at,
        office.remind_readiness_at,
        office.remind_day_before_at,
        office.no_reply_latest_at,
        office.lapse_at,
    )
    clocks = (*said, office.opens, *(clock for window in office.windows for clock in window))
    return all(office.quiet_until <= clock < office.quiet_from for clock in clocks)


def _real_days(office: Office) -> bool:
    try:
        return all(date(2024, month, day) for month, day in office.year_end)  # a leap year
    except ValueError:
        return False


def _ids(office: Office) -> bool:
    shaped = all(re.fullmatch(r"[A-Za-z0-9]{1,16}", name) for name in office.counsellors)  # part of a button's 64 bytes
    return shaped and 0 < len(office.counsellors) == len(set(office.counsellors))


_CHECKS: tuple[tuple[str, str, Callable[[Office], object]], ...] = (
    ("phone", "must be digits in groups, such as 049-242-0197", lambda o: re.fullmatch(r"0\d+(-\d+)+", o.phone)),
    ("closes", "must be later than opens", lambda o: o.opens < o.closes),
    ("form_url", "must begin with https://", lambda o: o.form_url.startswith("https://")),
    ("guide_url", "must begin with https://", lambda o: o.guide_url.startswith("https://")),
    ("session_minutes", "must be above 0", lambda o: o.session_minutes > 0),
    ("session_max_minutes", "must not be below session_minutes", lambda o: o.session_minutes <= o.session_max_minutes),
    ("windows", "must follow one another, each with room for a session", _windows_hold),
    ("counsellors", "must name at least one, each once, by up to 16 letters and digits", _ids),
    ("year_end", "must be two days, each as month and day", _real_days),
    ("cutoff", "must be later than 0:00", lambda o: o.cutoff > timedelta()),
    ("no_reply_latest_at", "must be before lapse_at", lambda o: o.no_reply_latest_at < o.lapse_at),
    ("quiet_from", "must leave sessions, opening, lapse and reminders outside the quiet hours", _awake),
)
