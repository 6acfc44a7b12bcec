"""The notices of one booking are those that are owed, and each ended as it had to: the reading against the outbox."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from tests.any_order.reading_of_the_terms import DAY, at, is_by_day, local
from tests.year.around import back
from tests.year.office import NEVER, Office
from tests.year.reading import (
    AFTER_BEING_TOLD,
    HOLDS,
    NOT_TWICE_WITHIN,
    ONCE_PER_ADDRESS,
    SHOWS,
    TO,
    Owed,
    owed,
)
from tests.year.stands import MINUTE, Calendar, Stand, Told

BY_LETTER = ("confirmed_mail", "moved_mail")  # a booking is confirmed
ASIDE = {"undelivered": "staff", "letter_failed": "staff", "mail_left": "card"}  # what follows from how another ended
SOON = timedelta(seconds=1)


@dataclass(frozen=True)
class Case:
    """One booking: its story, its notices, since when the bot knows that the chat is closed to it."""

    office: Office
    booking: Row[Any]
    told: Told
    notices: Sequence[Row[Any]]
    closed: datetime | None
    once: dict[tuple[str, int], str]  # what a person is asked once, perhaps of another booking

    def then(self, when: datetime) -> Stand:
        return next(stand for event, stand in reversed(self.told) if event.when <= when)

    def blocked(self, when: datetime) -> bool:
        return self.office.telegram.blocked.get(self.office.person[self.booking.id], NEVER) <= when

    def without_chat(self, when: datetime) -> bool:
        """For a letter: closed by when its message can find that out."""
        return self.blocked(back(self.office.outages.telegram, when))

    def known_closed(self, when: datetime) -> bool:
        return self.closed is not None and self.closed <= when

    def holds(self, kind: str, when: datetime) -> bool:
        """For a letter, a chat that is closed is none."""
        stand = self.then(when)
        if TO[kind] == "mail" and self.without_chat(when):
            stand = replace(stand, chat=False)
        return HOLDS[kind](stand)

    @property
    def bad_address(self) -> bool:
        return f"p{self.office.person[self.booking.id]}@example.jp" in self.office.mail.bad


def wrongly_told(calendar: Calendar, case: Case) -> Iterator[str]:
    wanted = list(owed(calendar, case.told))
    found = [row for row in case.notices if row.kind not in ASIDE]
    promised = Counter((one.kind, one.due, one.until) for one in wanted)
    written = Counter((row.kind, row.due_at, row.not_after) for row in found)
    for kind, due, until in (promised - written).elements():
        if kind in ONCE_PER_ADDRESS:
            case.once[kind, case.office.person[case.booking.id]] = case.booking.ref
        else:
            yield f"{kind} of {local(due)} (until {until and local(until)}) is missing"
    in_order = defaultdict(list)
    for one in wanted:
        in_order[one.kind, one.due, one.until].append(one)
    instead = {row.key.replace(row.kind, f"{row.kind}_mail", 1) for row in found if _undelivered(row)}
    for row in sorted(found, key=_version):
        if ones := in_order[row.kind, row.due_at, row.not_after]:
            yield from _ended(case, ones.pop(0), row)
        elif row.key not in instead:
            yield f"{row.kind} of {local(row.due_at)} is owed to nobody"
    yield from _told_by_no_way(case, found)
    yield from _staff_not_told(case, found)


def _version(row: Row[Any]) -> int:
    return int(row.key.rpartition(":")[2], 16)


def _undelivered(row: Row[Any]) -> bool:
    return row.state == "dead" and TO[row.kind] in ("chat", "answer")


def _told_by_no_way(case: Case, found: Sequence[Row[Any]]) -> Iterator[str]:
    """Whoever has stopped the bot reads by letter what there is a letter for."""
    letters = {row.key: row for row in found}
    for row in found:
        kind = f"{row.kind}_mail"
        if not _undelivered(row) or kind not in TO or row.kind == "confirmed" or not case.holds(kind, row.ended_at):
            continue
        letter = letters.get(row.key.replace(row.kind, kind, 1))
        if letter is None or letter.state not in ("sent", "dead", "expired"):
            yield f"{row.kind} of {local(row.due_at)} reached nobody, and its letter is {letter and letter.state}"


def _staff_not_told(case: Case, found: Sequence[Row[Any]]) -> Iterator[str]:
    """Of what could not be delivered staff are told, once of each sort."""
    lost = [row for row in found if row.kind not in BY_LETTER and (row.state == "dead" or _too_late(row))]
    right = {"letter_failed" if TO[row.kind] == "mail" else "undelivered" for row in lost}
    told = [row.kind for row in case.notices if ASIDE.get(row.kind) == "staff" and row.state == "sent"]
    if sorted(told) != sorted(right):
        yield f"staff are told {told} and should be told {right}"


def _too_late(row: Row[Any]) -> bool:
    """A letter that was tried in vain."""
    return row.state == "expired" and row.attempts > 1 and TO[row.kind] == "mail"


def _ended(case: Case, one: Owed, row: Row[Any]) -> Iterator[str]:
    """Sent at its time if it held then; else cancelled, expired, or undeliverable."""
    when = _its_time(case, one)
    right = _ends(case, one, when)
    if "sent" in right and _was_said_just_now(case, row):
        right = {"cancelled"}
    if row.state not in right:
        yield f"{one.kind} of {local(one.due)} is {row.state} and should be {' or '.join(sorted(right))}"
    latest = when + (MINUTE if one.kind in AFTER_BEING_TOLD else SOON)
    if TO[one.kind] == "mail" and case.without_chat(when):  # it goes once the chat is known to be closed
        latest = max(latest, back(case.office.outages.mail, back(case.office.outages.telegram, when)) + MINUTE)
    if row.state == "sent" and not when <= row.ended_at <= latest:
        yield f"{one.kind} of {local(one.due)} left at {local(row.ended_at)}, not at {local(when)}"


def _was_said_just_now(case: Case, row: Row[Any]) -> bool:
    """Of some kinds one is enough for half a day, whatever became of the booking."""
    if (apart := NOT_TWICE_WITHIN.get(row.kind)) is None:
        return False
    others = [other for other in case.notices if other.kind == row.kind and other.key != row.key]
    sent = [other.ended_at for other in others if other.state == "sent" and other.ended_at <= row.ended_at]
    return any(row.ended_at - when < apart for when in sent)


def _its_time(case: Case, one: Owed) -> datetime:
    """When it can go: by day, when nothing that it needs is away, and a reminder after the confirmation."""
    outages, to = case.office.outages, TO[one.kind]
    away = outages.mail if to in ("mail", "office") else outages.telegram
    away = [*outages.bot, *([] if to in ("chat", "answer") and case.known_closed(one.due) else away)]
    when, before = one.due, None
    while when != before:
        before = when
        when = back(away, when)
        stand = case.then(when)
        if one.kind in AFTER_BEING_TOLD and stand.state == "confirmed" and stand.told in ("waiting", "failed"):
            when = next((event.when for event, _ in case.told if event.when > when), NEVER)
        if to == "chat" and not is_by_day(when) and not when <= stand.start <= when + 60 * MINUTE:
            morning = at(local(when).date(), "08:00")
            when = morning if morning > when else morning + DAY
    return when


def _ends(case: Case, one: Owed, when: datetime) -> set[str]:
    to, kind = TO[one.kind], one.kind
    if one.withdrawn and one.withdrawn <= when:
        return {"cancelled"}
    tried = _tried(case, one, when) if when > one.due else [when]
    in_vain = any(not case.holds(kind, moment) for moment in tried[:-1])
    shown = to != "card" or all(_asks(case, one, moment) for moment in tried)
    maybe = set() if shown and not in_vain else {"cancelled"}
    holds = case.holds(kind, when)
    if one.until and when > one.until:
        return {"expired"} | maybe | (set() if holds else {"cancelled"})
    if not holds:
        return {"cancelled"}
    if to in ("chat", "answer"):
        if case.booking.chat_id is None:
            return {"cancelled"}
        return {"dead" if case.blocked(when) else "sent"} | maybe
    return {"dead" if to == "mail" and case.bad_address else "sent"} | maybe


def _tried(case: Case, one: Owed, when: datetime) -> list[datetime]:
    """When it was due, whatever happened between then and its time, and that."""
    return [one.due, *(event.when for event, _ in case.told if one.due <= event.when <= when), when]


def _asks(case: Case, one: Owed, when: datetime) -> bool:
    """A card that asks staff for something, when its time has come, stands in the group."""
    its_time = one.kind == "card" or one.due not in [event.when for event, _ in case.told]
    return its_time and one.kind in SHOWS and SHOWS[one.kind](case.then(when))
