"""What must hold of the bookings, whatever was done in whatever order: each function names what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from tests.any_order.ledger import Ledger
from tests.any_order.reading_of_the_terms import (
    BY_STAFF,
    DAY,
    LIFE,
    LIVE,
    OF_A_WISH,
    OVER_AND_FREE,
    SAID,
    TOLD,
    at,
    business_day,
    is_offered,
    lapses,
    last_moment,
    local,
)

LATE = ("check", "agreed", "other", "late_auto")
BY_HAND = ("by_hand", "by_phone")
DECLINED = ("conditions", "registration", "time", "counter", "other")


def capacity(ledger: Ledger, counsellors: Sequence[str]) -> Iterator[str]:
    """No place is held twice; who has a session or a chance of one holds one place, who has none holds none."""
    for place, times in Counter((hold.counsellor, hold.start) for hold in ledger.holds).items():
        if times > 1 or place[0] not in counsellors:
            yield f"{place} is held {times} times"
    for start, many in Counter(b.start for b in ledger.bookings.values() if b.state in LIVE).items():
        if many > len(counsellors):
            yield f"{many} sessions begin at {local(start)}"
    for booking in ledger.bookings.values():
        held = [(hold.counsellor, hold.start) for hold in ledger.holds if hold.booking_id == booking.id]
        wanted = [] if booking.state in OVER_AND_FREE else [(booking.counsellor, booking.start)]
        wanted += [(booking.wanted_counsellor, booking.wanted_start)] if booking.wanted_start else []
        if sorted(held) != sorted(wanted):
            yield f"{booking.ref} ({booking.state}) holds {held}"
    kept = {hold.booking_id for hold in ledger.holds if hold.booking_id.startswith("waiting:")}
    if unknown := {hold.booking_id for hold in ledger.holds} - set(ledger.bookings) - kept:
        yield f"held by nobody: {unknown}"


def one_each(ledger: Ledger) -> Iterator[str]:
    """At most one live booking, three requests a day and ten in thirty days, of each chat."""
    for chat, many in Counter(b.chat_id for b in ledger.bookings.values() if b.state in LIVE).items():
        if many > 1:
            yield f"{chat} has {many} live bookings"
    asked = [(b.chat_id, b.requested_at) for b in ledger.bookings.values()]
    for (chat, day), many in Counter((chat, local(moment).date()) for chat, moment in asked).items():
        if many > 3:
            yield f"{chat} asked {many} times on {day}"
    for chat, moment in asked:
        if sum(other == chat and moment - 30 * DAY < then <= moment for other, then in asked) > 10:
            yield f"{chat} asked more than ten times in 30 days"


def life(ledger: Ledger) -> Iterator[str]:
    """The decisions are a legal life that ends in the state."""
    for booking in ledger.bookings.values():
        state, settled = "new", 0
        for decision in ledger.decisions.get(booking.id, []):
            if decision.event in (*BY_HAND, *SAID):
                settled += decision.event in BY_HAND
                if state != "confirmed":
                    yield f"{booking.ref}: {decision.event} while {state}"
            elif decision.event in LIFE.get(state, {}):
                state = LIFE[state][decision.event]
            else:
                yield f"{booking.ref}: {decision.event} while {state}"
        if state != booking.state or settled > 1:
            yield f"{booking.ref} is {booking.state}, its decisions end in {state}, settled {settled} times"


def versions(ledger: Ledger) -> Iterator[str]:
    """Every step of the life counts in the version; the confirmation is on its way or arrived once there is one."""
    for booking in ledger.bookings.values():
        yield from _version(ledger, booking)


def _version(ledger: Ledger, booking: Row[Any]) -> Iterator[str]:
    events = [decision.event for decision in ledger.decisions.get(booking.id, [])]
    after_cancelling = booking.state == "cancelled" and booking.told in ("handed", "failed")  # the letter may come last
    noted = booking.contact_at is not None
    if booking.version - len(events) - noted not in {0, int(after_cancelling)}:
        yield f"{booking.ref} has version {booking.version} after {events}, told: {booking.told!r}"
    if ("confirm" in events) != bool(booking.told) or (booking.told in BY_STAFF and booking.told not in events):
        yield f"{booking.ref} is told {booking.told!r} after {events}"


def named(ledger: Ledger, staff: Mapping[int, str]) -> Iterator[str]:
    """Who of the staff decided is named, by id and name, with a reason where one is due."""
    for booking in ledger.bookings.values():
        for decision in ledger.decisions.get(booking.id, []):
            by = (decision.who, decision.name)
            if by != ((decision.who, staff.get(decision.who)) if decision.event in BY_STAFF else (None, "")):
                yield f"{booking.ref}: {decision.event} by {by}"
            if decision.reason not in _reasons(booking, decision):
                yield f"{booking.ref}: {decision.event} for {decision.reason!r}"


def _reasons(booking: Row[Any], decision: Row[Any]) -> tuple[str, ...]:
    """A late confirmation records why, by itself where the request came after closing on the last day."""
    if decision.event == "confirm" and decision.at >= last_moment(booking.start):
        closing = at(business_day(local(booking.start).date(), -2), "17:15")
        return ("late_auto",) if booking.requested_at >= closing else LATE[:-1]
    despite_contact = ("despite_contact",) if booking.contact_at and booking.contact_at <= decision.at else ("",)
    of_a_wish = {"confirm_move": ("", *LATE), "decline_move": DECLINED}
    return {"decline": DECLINED, "miss": despite_contact, **of_a_wish}.get(decision.event, ("",))


def times(ledger: Ledger) -> Iterator[str]:
    """Nothing is asked for, decided or cancelled outside its time; the clock's own moves come in theirs."""
    for booking in ledger.bookings.values():
        start, asked = booking.start, booking.requested_at
        if any(decision.event in OF_A_WISH for decision in ledger.decisions.get(booking.id, [])):
            continue  # some of it was decided for the time that it had before
        if not is_offered(start) or local(start).date() > local(asked).date() + 30 * DAY:
            yield f"{booking.ref}: no session begins at {local(start)} (asked {local(asked)})"
        if asked >= last_moment(start):
            yield f"{booking.ref} was asked for at {local(asked)}, too late for {local(start)}"
        if booking.lapses_at != lapses(start) or booking.reply_by != business_day(local(asked).date(), 1):
            yield f"{booking.ref}: lapses {local(booking.lapses_at)}, reply by {booking.reply_by}"
        for decision in ledger.decisions.get(booking.id, []):
            if not _in_its_time(booking, decision):
                yield f"{booking.ref}: {decision.event} at {local(decision.at)}, start {local(start)}"
        if booking.state == "requested" and ledger.now >= lapses(start):
            yield f"{booking.ref} has not lapsed"
        if booking.state == "confirmed" and ledger.now >= start + timedelta(minutes=45):
            yield f"{booking.ref} has not ended"


def _in_its_time(booking: Row[Any], decision: Row[Any]) -> bool:
    match decision.event:
        case "request":
            return bool(decision.at == booking.requested_at)
        case "confirm" | "decline":
            return bool(booking.requested_at <= decision.at < lapses(booking.start))
        case "cancel":
            return bool(decision.at < at(local(booking.start).date(), "00:00"))
        case "lapse":
            return bool(decision.at >= lapses(booking.start))
        case "start":
            return bool(booking.start <= decision.at < booking.start + timedelta(minutes=45))
        case "miss":
            return bool(decision.at >= booking.start + timedelta(minutes=10))
        case "finish":
            return bool(decision.at >= booking.start + timedelta(minutes=45))
        case "end":
            return bool(decision.at >= booking.start + timedelta(minutes=45))
        case _:
            return True


def changes(before: Ledger, now: Ledger, acted: set[int]) -> Iterator[str]:
    """What was is still there as it was; what is new was done by somebody who did something."""
    for key, booking in before.bookings.items():
        if (
            key not in now.bookings
            or before.decisions.get(key, []) != now.decisions.get(key, [])[: _count(before, key)]
        ):
            yield f"{booking.ref} has lost something of its past"
    for key, booking in now.bookings.items():
        if key not in before.bookings and booking.chat_id not in acted:
            yield f"{booking.ref} is new, and {booking.chat_id} did nothing"
        for decision in now.decisions.get(key, [])[_count(before, key) :]:
            by = booking.chat_id if decision.event == "cancel" else decision.who
            if by is not None and by not in acted:
                yield f"{booking.ref}: {decision.event} by {by}, who did nothing"
        known = before.bookings.get(key)
        moved = any(decision.event == "confirm_move" for decision in now.decisions.get(key, []))
        if known and known.told in TOLD and booking.told != known.told and not moved:
            yield f"{booking.ref}: told {known.told}, then {booking.told}"


def _count(ledger: Ledger, booking: str) -> int:
    return len(ledger.decisions.get(booking, []))
