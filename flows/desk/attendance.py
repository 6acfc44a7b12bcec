"""Attendance: what staff may record of a session, and when (第4条(1), 4(4), 第10条（1）); one rule for each act.

Each gives None, or a Refused that says what is wrong, what is so now and what to do. Nobody is marked as having missed
a session but by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from flows import clock, lifecycle
from flows.counter import Booking, Refused, Told
from flows.lifecycle import (
    CANCELLED,
    CONFIRMED,
    DECLINED,
    ENDED,
    FINISHED,
    IN_SESSION,
    LAPSED,
    MISSED,
    PROPOSED,
    REQUESTED,
    STOPPED,
)
from flows.office_days import OfficeDays
from flows.text import Text

START_EARLY = timedelta(minutes=15)  # people come early; the terms do not speak of it

STATES: Mapping[str, Text] = {
    REQUESTED: Text("Requested"),
    PROPOSED: Text("Other times proposed"),
    CONFIRMED: Text("Confirmed"),
    IN_SESSION: Text("In session"),
    ENDED: Text("Over, outcome missing"),
    DECLINED: Text("Declined"),
    CANCELLED: Text("Cancelled"),
    LAPSED: Text("Lapsed"),
    MISSED: Text("No contact (treated as cancelled)"),
    STOPPED: Text("Stopped"),
    FINISHED: Text("Held"),
}
TO_DO: Mapping[str, Text] = {
    CONFIRMED: Text("It has not been started yet."),
    IN_SESSION: Text("It can be extended, stopped, or recorded as held."),
    ENDED: Text("Please record how it went."),
    MISSED: Text("If that is wrong, a lead can correct it."),
}
TOLD: Mapping[Told, Text] = {
    "": Text("Not yet"),
    "waiting": Text("E-mail on its way"),
    "handed": Text("Told by e-mail"),
    "failed": Text("Not yet: the e-mail could not be sent"),
    "by_hand": Text("By e-mail, written by staff"),
    "by_phone": Text("Told by phone"),
}
STOP_REASONS: Mapping[str, Text] = {
    "threats": Text("Threats or abusive language (10(1))"),
    "purpose": Text("Use for another purpose than finding work (10(1))"),
    "recording": Text("Recording of picture or sound (10(2))"),
    "surroundings": Text("Others were there without notice (10(3))"),
    "other": Text("Something else that hinders counselling (10(1))"),
}
NOT_HELD_REASONS: Mapping[str, Text] = {
    "by_person": Text("The person told us that they cannot come"),
    "connection": Text("No connection could be made"),
    "office": Text("For reasons of the office"),
}
CORRECT_REASONS: Mapping[str, Text] = {
    "in_touch": Text("The person had been in touch"),
    "joined": Text("The person had joined"),
    "equipment": Text("A fault in our equipment or connection"),
    "mixed_up": Text("Mixed up with another booking"),
    "objection": Text("What the person told us was found right"),
}
DESPITE_CONTACT = "despite_contact"
MISS_REASONS: Mapping[str, Text] = {DESPITE_CONTACT: Text("Recorded although the person had come or been in touch")}


def presently(days: OfficeDays, booking: Booking, now: datetime) -> str:
    """The state; over is over, also where the clock's own move is still to come."""
    over = lifecycle.may(booking, "end") and now >= clock.ends_at(days, booking.slot.start)
    return ENDED if over else booking.state


def start(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第4条(4) 「(2)の実施日時」: from a little before the start until the session is over."""
    if refused := _is_not(days, booking, now, "4(4)", CONFIRMED):
        return refused
    first = booking.slot.start - START_EARLY
    if now >= first:
        return None
    early = Text("It cannot be started yet: it can be from {date} {first} on.")
    return Refused("4(4)", early.given(**_when(days, booking), first=_clock(days, first)))


def extend(days: OfficeDays, booking: Booking, now: datetime, following: Booking | None) -> Refused | None:
    """第4条(1) 「必要により延長する場合は45分まで」; `following` has the same counsellor's next half hour."""
    if refused := _is_not(days, booking, now, "4(1)", IN_SESSION):
        return refused
    ends = _clock(days, clock.ends_at(days, booking.slot.start))
    if booking.extended:
        return Refused("4(1)", Text("It has been extended already. It ends at {time} at the latest.", time=ends))
    if following is None:
        return None
    taken = Text(
        "It cannot be extended: the same counsellor's next session begins at {time} (reference {ref})."
        " Please finish by then, or arrange a next booking.",
        time=_clock(days, following.slot.start),
        ref=following.reference,
    )
    return Refused("4(1)", taken)


def stop(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第10条（1） 「オンライン職業相談を中止又はお断りすることがあります」: as it runs, or written down later."""
    return _is_not(days, booking, now, "10(1)", IN_SESSION, ENDED)


def finish(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第4条(1) 「1回当たり30分」: it took place, and is over."""
    return _is_not(days, booking, now, "4(1)", IN_SESSION, ENDED)


def not_held(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第4条(4): it did not take place, and the person was in touch or not to blame: nothing counts against them."""
    if refused := _is_not(days, booking, now, "4(4)", CONFIRMED, IN_SESSION, ENDED):
        return refused
    if now >= booking.slot.start:
        return None
    ahead = Text("Not recorded: the session is still ahead ({date} {time}). To cancel it, open the booking.")
    return Refused("4(4)", ahead.given(**_when(days, booking)))


def contact(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第4条(4) 「連絡がないまま」: any contact on the day or later; the booking stays as it is and can be started."""
    if refused := _is_not(days, booking, now, "4(4)", CONFIRMED, ENDED):
        return refused
    if booking.contact_at:
        known = Text("It is noted already that the person was in touch at {time}.")
        return Refused("4(4)", known.given(time=_clock(days, booking.contact_at)))
    if days.day_of(now) >= days.day_of(booking.slot.start):
        return None
    ahead = Text("Not noted: the session is still ahead ({date} {time}). What the person wants belongs to the booking.")
    return Refused("4(4)", ahead.given(**_when(days, booking)))


def miss(days: OfficeDays, booking: Booking, now: datetime, sure: bool = False) -> Refused | None:
    """第4条(4) 「連絡がないまま(2)の実施日時を10分経過した場合は、キャンセルとみなします」: never sooner.

    Where the person came or was in touch, whoever records it has to be `sure`.
    """
    if refused := _is_not(days, booking, now, "4(4)", CONFIRMED, ENDED):
        return refused
    first = clock.no_contact_at(days, booking.slot.start)
    if now < first:
        early = Text("“No contact” cannot be recorded yet: it can be from {date} {first} on.")
        return Refused("4(4)", early.given(**_when(days, booking), first=_clock(days, first)))
    if booking.seen_at is None or sure:
        return None
    noted = Text(
        "Not recorded: the person came or was in touch at {time}. If it is to count as no contact all the same, tick"
        " the box."
    )
    return Refused("4(4)", noted.given(time=_clock(days, booking.seen_at)))


def correct(days: OfficeDays, booking: Booking, now: datetime) -> Refused | None:
    """第4条(4): a wrong "no contact" is taken back; then the outcome can be recorded anew."""
    return _is_not(days, booking, now, "4(4)", MISSED)


def _is_not(days: OfficeDays, booking: Booking, now: datetime, clause: str, *states: str) -> Refused | None:
    """Refused unless the session is in one of these states."""
    state = presently(days, booking, now)
    if state in states:
        return None
    why = Text(
        "Nothing was done. The session is now: {state}. {to_do}", state=STATES[state], to_do=TO_DO.get(state, "")
    )
    return Refused(clause, why)


def _when(days: OfficeDays, booking: Booking) -> dict[str, Any]:
    return {"date": days.day_of(booking.slot.start), "time": _clock(days, booking.slot.start)}


def _clock(days: OfficeDays, moment: datetime) -> time:
    return moment.astimezone(days.office.zone).time()
