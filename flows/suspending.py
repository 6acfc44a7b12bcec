"""A suspension, as its person reads it: why, until when, how to object (第4条(4)); they keep help, terms, cancelling.

It is always decided by a person, with a reason from this list: what the reason is beyond that is not put into a chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.counter import Suspension
from flows.steps import Button, Rows
from flows.text import Text
from flows.welcome import MENU_BUTTON

REASONS = {
    "no_contact": Text("A booking was cancelled without contact"),
    "conduct": Text("The session could not be held properly"),
    "other": Text("Other (please ask us by phone)"),
}
SUSPENDED = Text(
    "[Online booking suspended]\n"
    "Reason: {reason}\n"
    "Until: {until}\n"
    "\n"
    "If you do not agree or this is wrong, tell us with /object, by phone or at the counter. Staff will look at it"
    " again. You can still visit or call us, and see or cancel a booking that you have with /mine.\n"
    "Phone: {office_phone} ({office_hours})"
)
UNSUSPENDED = Text("[Online booking open again]\nYou can use online booking again.")
WARNED = Text(
    "[Please note] {date} {time}\n"
    "Reason: {reason}\n"
    "\n"
    "If this happens again, you may be refused online booking for a time. If you cannot come, please tell us early."
    " You can book as before.\n"
    "\n"
    "If you do not agree or this is wrong, tell us by phone or at the counter. Staff will look at it again.\n"
    "Phone: {office_phone} ({office_hours})"
)
WITHDRAWN = Text(
    "[Corrected] {date} {time}\n"
    "We have withdrawn our note about this booking. It does not count. We are sorry.\n"
    "\n"
    "Questions: {office_phone} ({office_hours})"
)
OBJECT: Rows = ((Button(Text("Object to this"), f"{MENU_BUTTON}object"),),)


def facts(reason: str, until: date | None) -> Mapping[str, Any]:
    """The values of the sentences about a measure."""
    end = Text("up to and including {date}", date=until) if until else Text("no end date yet; we will tell you")
    return {"reason": REASONS.get(reason, REASONS["other"]), "until": end}


def why(suspension: Suspension) -> Text:
    """What a suspended person is told."""
    return SUSPENDED.given(**facts(suspension.reason, suspension.until))
