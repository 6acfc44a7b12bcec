"""Conditions of the table in `flows/notices.py`: looked at when a notice is promised, and again before it is sent."""

from __future__ import annotations

from collections.abc import Callable

from flows.counter import Booking
from flows.lifecycle import CANCELLED, CONFIRMED, DECLINED, IN_SESSION, LAPSED, LIVE, MISSED, PROPOSED, REQUESTED

Condition = Callable[[Booking], bool]


def always(booking: Booking) -> bool:
    return True


def requested(booking: Booking) -> bool:
    return booking.state == REQUESTED


def proposed(booking: Booking) -> bool:
    return booking.state == PROPOSED


def declined(booking: Booking) -> bool:
    return booking.state == DECLINED


def lapsed(booking: Booking) -> bool:
    return booking.state == LAPSED


def by_letter_alone(booking: Booking) -> bool:
    """Whoever has no chat reads by letter what others read in their chat."""
    return booking.chat is None and has_address(booking)


def requested_no_chat(booking: Booking) -> bool:
    return requested(booking) and by_letter_alone(booking)


def lapsed_no_chat(booking: Booking) -> bool:
    return lapsed(booking) and by_letter_alone(booking)


def ahead(booking: Booking) -> bool:
    """It may still take place."""
    return booking.state in LIVE


def ahead_no_chat(booking: Booking) -> bool:
    return ahead(booking) and by_letter_alone(booking)


def confirmed(booking: Booking) -> bool:
    return booking.state == CONFIRMED


def told(booking: Booking) -> bool:
    """Confirmed, and the confirmation has reached the person."""
    return confirmed(booking) and booking.confirmed_to_person


def told_no_chat(booking: Booking) -> bool:
    return told(booking) and by_letter_alone(booking)


def told_by_mail(booking: Booking) -> bool:
    return told(booking) and has_address(booking)


def told_with_url(booking: Booking) -> bool:
    return told_by_mail(booking) and bool(booking.url)


def no_url(booking: Booking) -> bool:
    """第4条(2)b 「使用URLをご連絡します」: it is still owed."""
    return confirmed(booking) and not booking.url


def not_told(booking: Booking) -> bool:
    """Confirmed, and the letter that says so could not be sent."""
    return confirmed(booking) and booking.told == "failed"


def wished(booking: Booking) -> bool:
    """The person asks for another time, and keeps this one meanwhile."""
    return confirmed(booking) and booking.wanted is not None


def move_declined(booking: Booking) -> bool:
    return confirmed(booking) and booking.moved is not None and booking.moved.event == "decline_move"


def move_lapsed(booking: Booking) -> bool:
    return confirmed(booking) and booking.moved is not None and booking.moved.event == "lapse_move"


def has_url(booking: Booking) -> bool:
    """第4条(2)b 「予約確定後、…使用URLをご連絡します」: never before."""
    return booking.state in (CONFIRMED, IN_SESSION) and bool(booking.url)


def cancelled(booking: Booking) -> bool:
    return booking.state == CANCELLED


def reads_of_it(booking: Booking) -> bool:
    """Cancelled: a letter takes what the confirming one put into the calendar out again, and tells who has no chat."""
    return cancelled(booking) and (booking.told in ("handed", "by_hand") or booking.chat is None)


def late(booking: Booking) -> bool:
    """The person has said so."""
    return "late" in [said.event for said in booking.said]


def cannot_connect(booking: Booking) -> bool:
    """The person has said so."""
    return "cannot_connect" in [said.event for said in booking.said]


def missed(booking: Booking) -> bool:
    return booking.state == MISSED


def not_missed(booking: Booking) -> bool:
    return not missed(booking)


def has_address(booking: Booking) -> bool:
    """The person's e-mail address is known, and not erased yet."""
    return bool(booking.details.get("email"))


def missed_by_mail(booking: Booking) -> bool:
    return missed(booking) and has_address(booking)


def not_missed_by_mail(booking: Booking) -> bool:
    return not_missed(booking) and has_address(booking)
