"""Reading the records: what can be asked for, and an entry in words, its note too (a key, an id), and who did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flows.desk import history, pausing, people
from flows.desk.closing import Unfit
from flows.desk.records import WHAT
from flows.desk.roles import ROLES
from flows.desk.searching import FOUND_BY, day, reference
from flows.desk.taking import CHOOSE
from flows.text import Text

KINDS: Mapping[str, Text] = {**history.EVENTS, **dict(WHAT.items())}
GROUPS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "looks": (Text("What was looked at"), ("looked", "searched", "exported", "read_records")),
    "bookings": (
        Text("Bookings"),
        (
            *history.EVENTS, "email_corrected", "resent", "url_set", "assigned", "contact_noted", "code_made",
            "claimed", "claim_refused", "companion_changed", "terms_used",
        ),
    ),
    "weighed": (Text("Missed sessions"), ("measure", "measure_ended", "in_spite", "objection", "objection_answered")),
    "places": (
        Text("Calendar and pause"),
        ("closed", "opened", "called", "counsellor_changed", "counsellor_left", "paused", "resumed"),
    ),
    "staff": (
        Text("Staff and signing in"),
        ("invited", "withdrawn", "joined", "rights_ended", "role_changed", "signed_in", "signed_out"),
    ),
}  # fmt: skip
NOTES: Mapping[str, Mapping[str, Text]] = {
    **dict.fromkeys(("invited", "withdrawn", "joined"), ROLES),
    **dict.fromkeys(("paused", "resumed"), pausing.REASONS),
    "looked": {"measure": Text("What was written about a missed session")},
    "searched": FOUND_BY,
    "resent": history.NOTICES,
    "contact_noted": history.CHANNELS,
    "measure": people.MEASURES,
    "measure_ended": people.WHY_ENDED,
    "objection": people.CHANNELS,
}
OF_LEADS = ("measure", "measure_ended", "objection", "objection_answered")  # others read that it was, not what
BY_THE_PERSON = (
    "claimed",
    "claim_refused",
    "companion_changed",
    "objection",
    "contact_noted",
    "terms_used",
)  # if no name says who
PERSON, CLOCK, OPERATOR = Text("The person"), Text("The clock"), Text("The operator")
BY_THE_GROUP: Mapping[str, Text] = {  # the same
    "rights_ended": Text("By leaving the staff group"),
    "withdrawn": Text("By itself: its maker left the staff group, or the code was written there"),
}

NO_DAY = Text("That was no day such as 2026-11-24 or 11/24. Please choose it again.")
BACKWARDS = Text("The last day, {last}, is before the first, {first}. Please choose the days again.")
NO_REFERENCE = Text("That was no reference such as 123-456. Please check it.")


@dataclass(frozen=True)
class Names:
    """Staff, by id, and counsellors: notes name them by what stays when a name changes."""

    staff: Mapping[str, str]
    counsellors: Mapping[str, Text | str]


@dataclass(frozen=True)
class Wanted:
    """Which records somebody wants to see: of whom, of which kinds (none: all), of which days, of which booking."""

    who: int | None = None
    kinds: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    ref: str = ""


def wanted(asked: Mapping[str, str], today: date) -> Wanted:
    """What the form asks for. Raises `Unfit`."""
    who, kind, ref = asked["who"], asked["what"], reference(asked["ref"])
    if who and not (who.isascii() and who.isdecimal() and len(who) < 19):
        raise Unfit("who", CHOOSE)
    if kind and kind not in GROUPS and kind not in KINDS:
        raise Unfit("what", CHOOSE)
    if asked["ref"] and not ref:
        raise Unfit("ref", NO_REFERENCE)
    first, last = _day("first", asked["first"], today), _day("last", asked["last"], today)
    if first and last and last < first:
        raise Unfit("last", BACKWARDS.given(first=first, last=last))
    kinds = GROUPS[kind][1] if kind in GROUPS else (kind,) if kind else ()
    return Wanted(int(who) if who else None, kinds, first, last, ref)


def _day(field: str, typed: str, today: date) -> date | None:
    if typed and day(typed, today) is None:
        raise Unfit(field, NO_DAY)
    return day(typed, today)


def note(what: str, written: str, names: Names) -> Text | str:
    """The note of an act in words; one that is not known is shown as it is."""
    match what:
        case "rights_ended":
            return names.staff.get(written, written)
        case "role_changed":
            who, _, role = written.partition(" ")
            return Text("{name}: {role}", name=names.staff.get(who, who), role=ROLES.get(role, role))
        case "assigned" | "counsellor_changed" | "counsellor_left":
            return names.counsellors.get(written, written)
        case "closed" | "opened" | "called":
            return _place(written, names)
        case _:
            return NOTES.get(what, {}).get(written, written)


def _place(written: str, names: Names) -> Text | str:
    """`12` is a closure, `counsellor 2` somebody who is not there."""
    kind, _, counsellor = written.partition(" ")
    return names.counsellors.get(counsellor, counsellor) if counsellor else Text("Closure no. {number}", number=kind)


def actor(what: str, name: str, channel: str = "") -> Text | str:
    """Who did it: a member of staff by name, else the person, the clock, the staff group or the operator."""
    if name:
        return name
    if channel == "clock":
        return CLOCK
    if what in BY_THE_GROUP:
        return BY_THE_GROUP[what]
    return PERSON if what in history.EVENTS or what in BY_THE_PERSON else OPERATOR
