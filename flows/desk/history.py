"""A booking's life in words for the desk: its moves, the ways they came, their reasons, and what became of notices."""

from __future__ import annotations

from collections.abc import Mapping

from flows.arranging import OFFICE_REASONS
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.desk.attendance import CORRECT_REASONS, MISS_REASONS, NOT_HELD_REASONS, STOP_REASONS
from flows.desk.taking import EXCEPTIONS
from flows.text import Text

SOURCES: Mapping[str, Text] = {
    "chat": Text("By chat"),
    "phone": Text("By phone"),
    "mail": Text("By e-mail"),
    "form": Text("By the web form"),
    "session": Text("In a session"),
}
CHANNELS: Mapping[str, Text] = {
    **SOURCES,
    "group": Text("In the staff group"),
    "desk": Text("On the desk"),
    "counter": Text("At the counter"),
    "office": Text("By the office"),
    "clock": Text("By the clock"),
}
EVENTS: Mapping[str, Text] = {
    "request": Text("Requested"),
    "confirm": Text("Confirmed"),
    "propose": Text("Other times proposed"),
    "decline": Text("Declined"),
    "accept": Text("A proposed time was chosen"),
    "refuse": Text("None of the proposed times was wanted"),
    "lapse": Text("Lapsed"),
    "cancel": Text("Cancelled"),
    "start": Text("Session started"),
    "miss": Text("No contact"),
    "end": Text("The time was over"),
    "extend": Text("Extended to 45 minutes"),
    "stop": Text("Session stopped"),
    "finish": Text("Held"),
    "not_held": Text("Not held"),
    "correct": Text("A wrong “no contact” was corrected"),
    "book_next": Text("Booked in the session"),
    "move": Text("Moved to another time"),
    "change": Text("The request changed to another time"),
    "ask_move": Text("Another time was asked for"),
    "confirm_move": Text("The change was confirmed"),
    "decline_move": Text("The change was declined"),
    "withdraw_move": Text("The change was withdrawn"),
    "lapse_move": Text("The change lapsed"),
    "by_hand": Text("Mail sent by hand"),
    "by_phone": Text("Told by phone"),
}
REASONS: Mapping[str, Mapping[str, Text]] = {
    "request": EXCEPTIONS,
    "confirm": {**EXCEPTIONS, **LATE_REASONS, "late_auto": Text("The request came after closing on the last day")},
    "decline": {key: label for key, (label, _) in DECLINE_REASONS.items()},
    "decline_move": {key: label for key, (label, _) in DECLINE_REASONS.items()},
    "confirm_move": {**LATE_REASONS, "late_auto": Text("The request came after closing on the last day")},
    "cancel": OFFICE_REASONS,
    "not_held": NOT_HELD_REASONS,
    "stop": STOP_REASONS,
    "miss": MISS_REASONS,
    "correct": CORRECT_REASONS,
    **dict.fromkeys(("propose", "accept", "move", "book_next"), EXCEPTIONS),
}
NOTICES: Mapping[str, Text] = {
    "received": Text("That the request has arrived"),
    "received_office": Text("Letter about the new request"),
    "card": Text("Card of the request"),
    "no_reply": Text("That no reply has been seen, with the request to phone"),
    "overdue": Text("Reply overdue"),
    "confirmed_mail": Text("Confirmation"),
    "confirmed": Text("That the confirmation was sent"),
    "confirmed_by_phone": Text("That staff confirmed by phone"),
    "confirming": Text("That confirmation is under way"),
    "mail_failed": Text("The confirmation could not be sent"),
    "letter_failed": Text("A letter could not be sent"),
    "undelivered": Text("A message could not be delivered"),
    "claim_locked": Text("A code for the chat was locked after wrong phone numbers"),
    "remind_day_before": Text("Reminder of the business day before"),
    "remind_one_hour": Text("Reminder one hour before"),
    "declined_mail": Text("That the request is not accepted"),
    "declined": Text("That the request is not accepted"),
    "cancelled": Text("That the booking is cancelled"),
    "cancelled_mail": Text("That the booking is cancelled"),
    "cancelled_office": Text("Notice of cancellation"),
    "expired": Text("That the request has lapsed"),
    "cancelled_by_office": Text("That the office cancels"),
    "cancelled_by_office_mail": Text("That the office cancels"),
    "url_mail": Text("The URL"),
    "url_changed_mail": Text("The changed URL"),
    "url_sent": Text("That the URL was sent"),
    "url_changed": Text("That a changed URL was sent"),
    "proposed": Text("Other times to choose among"),
    "proposed_mail": Text("Other times to choose among"),
    "proposal_lapsed": Text("That the time to choose is over"),
    "move_received": Text("That the wish for another time has arrived"),
    "move_card": Text("Card of the change"),
    "move_no_reply": Text("That no reply about the change has been seen"),
    "move_overdue": Text("Reply about the change overdue"),
    "move_declined": Text("That the change is not possible"),
    "move_declined_mail": Text("That the change is not possible"),
    "move_expired": Text("That the change has lapsed"),
    "companion_changed": Text("That who joins has changed"),
    "moved_mail": Text("The new time"),
    "moved": Text("That the new time was sent"),
    "came": Text("Question whether the person came"),
    "outcome": Text("Question how the session went"),
    "missed": Text("That the session counts as cancelled without contact"),
    "missed_mail": Text("That the session counts as cancelled without contact"),
    "corrected": Text("That the record was wrong"),
    "corrected_mail": Text("That the record was wrong"),
    "warned": Text("The warning"),
    "warned_mail": Text("The warning"),
    "withdrawn": Text("That the warning is withdrawn"),
    "withdrawn_mail": Text("That the warning is withdrawn"),
    "suspended": Text("The suspension"),
    "suspended_mail": Text("The suspension"),
    "unsuspended": Text("That the suspension has ended"),
    "unsuspended_mail": Text("That the suspension has ended"),
    "answered": Text("That the objection is answered"),
    "answered_mail": Text("The answer to the objection"),
    "objected": Text("The person objects"),
}
TO: Mapping[str, Text] = {  # by the channel of a notice
    "chat": Text("To the chat"),
    "mail": Text("E-mail to the person"),
    "office": Text("E-mail to the office mailbox"),
    "staff": Text("To the staff group"),
    "card": Text("To the staff group"),
}
ENDS: Mapping[str, Text] = {  # what became of a notice
    "sent": Text("Sent"),
    "pending": Text("Waiting to be sent"),
    "again": Text("Could not be sent yet; it is tried again"),
    "later": Text("To be sent then, if it still holds"),
    "cancelled": Text("Not sent: it no longer held"),
    "expired": Text("Not sent: its time was over"),
    "dead": Text("Could not be delivered. Please call the person."),
}


def reason(event: str, key: str) -> Text | str:
    """Why somebody moved a booking; a key that is not known is shown as it is."""
    return REASONS.get(event, {}).get(key, key)
