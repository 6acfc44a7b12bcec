"""The letters to the office mailbox: with all that the person gave, or, where the office has a desk, a pointer to it.

A pointer names reference, date, time, deadlines and flags; its link opens nothing for who is not signed in, and
changes nothing for who is.
"""

from __future__ import annotations

from typing import Any

from flows.booking import QUESTIONS
from flows.counter import Booking
from flows.deciding import flags
from flows.letters import Words, facts
from flows.office_days import OfficeDays
from flows.reviewing import in_words
from flows.text import Text

LETTERS = {
    "received_office": (
        Text("[New request] {ref}"),
        Text(
            "[A new request has arrived]\n"
            "Reference: {ref}\n"
            "Wanted: {date} {time}\n"
            "Received: {received_at}\n"
            "Reply due: {reply_by}\n"
            "Confirm by: {deadline}\n"
            "\n"
            "{answers}\n"
            "Notes: {flags}\n"
            "\n"
            "Confirm or decline it in the staff group."
        ),
    ),
    "cancelled_office": (
        Text("[Booking cancelled] {ref}"),
        Text(
            "[Notice of cancellation]\n"
            "Reference: {ref}\n"
            "Date and time: {date} {time}\n"
            "Received: {received_at}\n"
            "By: {channel}\n"
            "\n"
            "The booking has been cancelled, and the time is free again."
        ),
    ),
}
POINTERS = {
    "received_office": (
        Text(
            "[A new request has arrived]\n"
            "Reference: {ref}\n"
            "Wanted: {date} {time}\n"
            "Received: {received_at}\n"
            "Reply due: {reply_by}\n"
            "Confirm by: {deadline}\n"
            "Notes: {flags}"
        ),
        Text(
            "Name and contact details are on the desk:\n"
            "{link}\n"
            "If you are not signed in there, send /desk to the bot first.\n"
            "\n"
            "Confirm or decline it there or in the staff group."
        ),
    ),
    "cancelled_office": (LETTERS["cancelled_office"][1], Text("On the desk:\n{link}")),
}


def office_letter(days: OfficeDays, kind: str, booking: Booking, desk: str = "") -> Words:
    """With the details; with `desk` (the address of the staff's page) a pointer to them."""
    subject, body = LETTERS[kind]
    if desk:
        known = {**_known(days, booking), "flags": tuple(flags(booking)) or Text("None")}
        parts = tuple(part.given(**known, link=f"{desk}/bookings/{booking.id}") for part in POINTERS[kind])
        return Words(subject.given(ref=booking.reference), parts)
    same_number = Text("Another live request with the same job-seeker number")
    notes = same_number if booking.same_number else Text("None")
    given = body.given(**_known(days, booking), answers=in_words(QUESTIONS, booking.details, days), flags=notes)
    return Words(subject.given(ref=booking.reference), (given,))


def _known(days: OfficeDays, booking: Booking) -> dict[str, Any]:
    """What both may name: nothing that tells who the person is."""
    zone, decision = days.office.zone, booking.decision
    at = (decision.at if decision and decision.event == "cancel" else booking.requested_at).astimezone(zone)
    told = facts(days, booking)
    return {
        **{name: told[name] for name in ("ref", "date", "time", "reply_by", "deadline")},
        "received_at": Text("{date} {time}", date=at.date(), time=at.time()),
        "channel": Text("Chat"),
    }
