"""What is promised to people with each move of a booking: which notices, when, by which channel, and while what holds.

`promises` says what the outbox gets in the same transaction as the move; `KINDS` says for each kind whether it
still holds when its time comes. The words are in `flows/letters.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flows import policy
from flows.counter import Booking
from flows.lifecycle import CANCELLED, CONFIRMED, DECLINED, LAPSED, REQUESTED
from flows.office_days import OfficeDays

How = Literal["handed", "failed"]  # how the confirming e-mail ended
Channel = Literal["chat", "mail", "office", "staff", "card"]
# the person's chat, the person's e-mail, the office mailbox, a message to the staff group, the booking's card there


def requested(booking: Booking) -> bool:
    return booking.state == REQUESTED


def confirmed(booking: Booking) -> bool:
    return booking.state == CONFIRMED


def confirmed_and_told(booking: Booking) -> bool:
    return confirmed(booking) and booking.confirmed_to_person


def told_of_confirmation(booking: Booking) -> bool:
    """Cancelled after a confirmation went out by mail: the calendar entry has to go too."""
    return booking.state == CANCELLED and booking.told in ("handed", "by_hand")


def in_state(state: str) -> Callable[[Booking], bool]:
    return lambda booking: booking.state == state


def always(booking: Booking) -> bool:
    return True


@dataclass(frozen=True)
class Kind:
    """A kind of notice: its channel; whether it still holds; whether the bot starts it (then not in quiet hours)."""

    channel: Channel
    holds: Callable[[Booking], bool] = always
    starts: bool = False


KINDS = {
    "received": Kind("chat", requested),
    "received_office": Kind("office"),
    "card": Kind("card"),
    "no_reply": Kind("chat", requested, starts=True),
    "overdue": Kind("staff", requested),
    "confirmed_mail": Kind("mail", confirmed),
    "confirmed": Kind("chat", confirmed_and_told, starts=True),
    "confirmed_by_phone": Kind("chat", confirmed_and_told, starts=True),
    "confirming": Kind("chat", lambda booking: confirmed(booking) and booking.told == "failed", starts=True),
    "mail_failed": Kind("card", lambda booking: confirmed(booking) and booking.told == "failed"),
    "letter_failed": Kind("staff"),
    "undelivered": Kind("staff"),
    "remind_day_before": Kind("chat", confirmed_and_told, starts=True),
    "remind_one_hour": Kind("chat", confirmed_and_told, starts=True),
    "declined_mail": Kind("mail", in_state(DECLINED)),
    "declined": Kind("chat", in_state(DECLINED), starts=True),
    "cancelled": Kind("chat", in_state(CANCELLED)),
    "cancelled_mail": Kind("mail", told_of_confirmation),
    "cancelled_office": Kind("office"),
    "expired": Kind("chat", in_state(LAPSED), starts=True),
}


@dataclass(frozen=True)
class Promise:
    """One notice: due at `due_at` (UTC); worthless after `not_after`."""

    kind: str
    due_at: datetime
    not_after: datetime | None = None


def promises(days: OfficeDays, booking: Booking, event: str, now: datetime) -> tuple[Promise, ...]:
    """What a move promises, if it holds then: written in its transaction, looked at again before it is sent."""
    at_once = {
        "request": ("received", "received_office", "card"),
        "confirm": ("confirmed_mail", "card"),
        "decline": ("declined_mail", "declined", "card"),
        "cancel": ("cancelled", "cancelled_mail", "cancelled_office", "card"),
        "lapse": ("expired", "card"),
        # the latter if it was cancelled while the mail was on its way: what that put into a calendar has to go
        "handed": ("confirmed", "cancelled_mail"),
        "failed": ("mail_failed", "confirming"),
        "by_hand": ("confirmed",),
        "by_phone": ("confirmed_by_phone",),
    }
    later = {"request": _if_nobody_answers, "confirm": _reminders}
    holding = [kind for kind in at_once.get(event, ()) if KINDS[kind].holds(booking)]
    promised = [Promise(kind, now, _not_after(kind, booking)) for kind in holding]
    return (*promised, *(later[event](days, booking, now) if event in later else ()))


def _not_after(kind: str, booking: Booking) -> datetime | None:
    """The person need not read of a session that has begun; the office and its staff are told whenever it is."""
    return booking.slot.start if KINDS[kind].channel in ("chat", "mail") else None


def _if_nobody_answers(days: OfficeDays, booking: Booking, now: datetime) -> list[Promise]:
    """What follows if staff do not answer by the end of the next business day (4(2)b)."""
    unanswered = policy.no_reply_at(days, booking.requested_at, booking.slot.start)
    return [Promise(kind, unanswered, booking.lapses_at) for kind in ("no_reply", "overdue")]


def _reminders(days: OfficeDays, booking: Booking, now: datetime) -> list[Promise]:
    """The reminders that still lie ahead; none after the session has begun."""
    start = booking.slot.start
    one_hour = policy.remind_one_hour_at(days, start)
    reminders = [
        Promise("remind_day_before", policy.remind_day_before_at(days, start), one_hour),
        Promise("remind_one_hour", one_hour, start),
    ]
    return [reminder for reminder in reminders if reminder.due_at > now]


def wait_for_morning(days: OfficeDays, kind: str, now: datetime) -> datetime | None:
    """When a notice that the bot starts may go out, if now is in the quiet hours (no buzzing phone at night)."""
    office = days.office
    if not KINDS[kind].starts:
        return None
    clock = now.astimezone(office.zone).time()
    if office.quiet_until <= clock < office.quiet_from:
        return None
    day = days.day_of(now) + timedelta(days=1 if clock >= office.quiet_from else 0)
    return days.at(day, office.quiet_until)
