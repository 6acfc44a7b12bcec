"""What is promised to people with each move of a booking: which notices, when, by which channel, and while what holds.

`promises` says what the outbox gets in the same transaction as the move; `KINDS` says for each kind whether it
still holds when its time comes. The words are in `flows/letters.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from flows import policy
from flows.counter import Booking
from flows.lifecycle import CANCELLED, CONFIRMED, DECLINED, IN_SESSION, LAPSED, MISSED, PROPOSED, REQUESTED
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


def cancelled_without_chat(booking: Booking) -> bool:
    """Whoever has no chat reads of a cancellation by letter alone."""
    return told_of_confirmation(booking) or (booking.state == CANCELLED and booking.chat is None)


def has_a_url(booking: Booking) -> bool:
    return booking.state in (CONFIRMED, IN_SESSION) and bool(booking.url)


def in_state(state: str) -> Callable[[Booking], bool]:
    return lambda booking: booking.state == state


def has_an_address(booking: Booking) -> bool:
    """The person's e-mail address is known, and not erased yet."""
    return bool(booking.details.get("email"))


def not_missed(booking: Booking) -> bool:
    return booking.state != MISSED


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
    "claim_locked": Kind("staff"),
    "remind_day_before": Kind("chat", confirmed_and_told, starts=True),
    "remind_one_hour": Kind("chat", confirmed_and_told, starts=True),
    "declined_mail": Kind("mail", in_state(DECLINED)),
    "declined": Kind("chat", in_state(DECLINED), starts=True),
    "cancelled": Kind("chat", in_state(CANCELLED)),
    "cancelled_mail": Kind("mail", cancelled_without_chat),
    "cancelled_office": Kind("office"),
    "expired": Kind("chat", in_state(LAPSED), starts=True),
    "cancelled_by_office": Kind("chat", in_state(CANCELLED), starts=True),
    "cancelled_by_office_mail": Kind("mail", in_state(CANCELLED)),
    "url_mail": Kind("mail", has_a_url),
    "url_changed_mail": Kind("mail", has_a_url),
    "url_sent": Kind("chat", has_a_url, starts=True),
    "url_changed": Kind("chat", has_a_url, starts=True),
    "proposed": Kind("chat", in_state(PROPOSED), starts=True),
    "proposed_mail": Kind("mail", in_state(PROPOSED)),
    "proposal_lapsed": Kind("chat", in_state(LAPSED), starts=True),
    "moved_mail": Kind("mail", confirmed),
    "moved": Kind("chat", confirmed_and_told, starts=True),
    "came": Kind("card"),  # asks whether the person came, and is shown as it stands once it asks nothing
    "outcome": Kind("card"),  # the same of a session without an outcome
    "missed": Kind("chat", in_state(MISSED), starts=True),
    "missed_mail": Kind("mail", lambda booking: has_an_address(booking) and booking.state == MISSED),
    "corrected": Kind("chat", not_missed, starts=True),
    "corrected_mail": Kind("mail", lambda booking: has_an_address(booking) and not_missed(booking)),
    # about the person, not the booking: each is of a measure or an objection, whose number ends its key
    "warned": Kind("chat", starts=True),
    "warned_mail": Kind("mail", has_an_address),
    "withdrawn": Kind("chat", starts=True),
    "withdrawn_mail": Kind("mail", has_an_address),
    "suspended": Kind("chat", starts=True),
    "suspended_mail": Kind("mail", has_an_address),
    "unsuspended": Kind("chat", starts=True),
    "unsuspended_mail": Kind("mail", has_an_address),
    "answered": Kind("chat", has_an_address, starts=True),
    "answered_mail": Kind("mail", has_an_address),
    "objected": Kind("staff"),
}
ToldOfPeople = Literal["warned", "withdrawn", "suspended", "unsuspended", "answered"]
OF_PEOPLE = frozenset({*(kind for what in get_args(ToldOfPeople) for kind in (what, f"{what}_mail")), "objected"})


CONFIRMING = ("confirmed_mail", "moved_mail")  # letters by which a booking is confirmed (4(2)b)
AFTER_A_LETTER = {"url_mail": "url_sent", "url_changed_mail": "url_changed_sent"}  # what its being handed over is
OF_THE_URL = (*AFTER_A_LETTER, "url_sent", "url_changed")
OF_THE_TIME = [  # the old ones of a booking that is moved
    *(kind for kind, rule in KINDS.items() if rule.channel in ("chat", "mail")), "came", "outcome",
]  # fmt: skip
AFTERWARDS = ("missed", "missed_mail", "corrected", "corrected_mail")  # told of a session that is over
NEWS = timedelta(days=7)  # for how long that is worth telling


@dataclass(frozen=True)
class Promise:
    """One notice: due at `due_at` (UTC); worthless after `not_after`."""

    kind: str
    due_at: datetime
    not_after: datetime | None = None


AT_ONCE = {  # by the event, and where that decides it by the way it came
    "request": ("received", "received_office", "card"),
    "confirm": ("confirmed_mail", "card"),
    "decline": ("declined_mail", "declined", "card"),
    "propose": ("proposed_mail", "proposed", "card"),
    "accept": ("confirmed_mail", "card"),
    "refuse": ("cancelled", "cancelled_mail", "card"),
    "move": ("moved_mail", "card"),
    "book_next": ("confirmed_mail",),
    "url": ("url_mail",),
    "url_changed": ("url_changed_mail",),
    "url_sent": ("url_sent",),
    "url_changed_sent": ("url_changed",),
    "email_corrected": ("confirmed_mail", "url_mail", "proposed_mail"),
    "cancel": ("cancelled", "cancelled_mail", "cancelled_office", "card", "came"),
    "cancel by phone": ("cancelled", "cancelled_mail", "card", "came"),
    "cancel by mail": ("cancelled", "cancelled_mail", "card", "came"),
    "cancel by office": ("cancelled_by_office", "cancelled_by_office_mail", "card", "came"),
    "lapse": ("expired", "card"),
    "lapse of proposals": ("proposal_lapsed", "card"),
    # the latter if it was cancelled while the mail was on its way: what that put into a calendar has to go
    "handed": ("confirmed", "cancelled_mail"),
    "handed by office": ("cancelled_by_office_mail",),
    "handed after a move": ("moved", "cancelled_mail"),
    "failed": ("mail_failed", "confirming"),
    "start": ("came",),
    "contact": ("came",),
    "end": ("came",),
    "miss": ("missed", "missed_mail", "came", "outcome"),
    "not_held": ("came", "outcome"),
    "finish": ("outcome",),
    "stop": ("outcome",),
    "correct": ("corrected", "corrected_mail", "came", "outcome"),
    "by_hand": ("confirmed",),
    "by_phone": ("confirmed_by_phone",),
}


def promises(days: OfficeDays, booking: Booking, event: str, now: datetime) -> tuple[Promise, ...]:
    """What a move promises, if it holds then: written in its transaction, looked at again before it is sent."""
    later = {
        "request": _if_nobody_answers,
        **dict.fromkeys(("confirm", "accept", "move", "book_next"), _until_it_is_over),
    }
    kinds = AT_ONCE.get(_how(booking, event), AT_ONCE.get(event, ()))
    promised = [made_now(days, booking, kind, now) for kind in kinds if KINDS[kind].holds(booking)]
    return (*promised, *(later[event](days, booking, now) if event in later else ()))


def made_now(days: OfficeDays, booking: Booking, kind: str, now: datetime) -> Promise:
    """One that is due at once."""
    return Promise(kind, now, _not_after(days, kind, booking, now))


def _how(booking: Booking, event: str) -> str:
    """An event by the way it came, where that decides what is promised."""
    if event == "lapse" and booking.decided and booking.decided.event == "propose":
        return "lapse of proposals"
    if event == "handed" and booking.decision and booking.decision.event == "move":
        return "handed after a move"
    return f"{event} by {booking.decision.channel}" if booking.decision else event


def to_the_person(what: ToldOfPeople, booking: Booking) -> tuple[str, ...]:
    """By which notices the person of this booking can be told of a measure or an answer: chat, mail, both, none."""
    by_chat = (what,) if booking.chat is not None and KINDS[what].holds(booking) else ()
    return (*by_chat, *((f"{what}_mail",) if has_an_address(booking) else ()))


def _not_after(days: OfficeDays, kind: str, booking: Booking, now: datetime) -> datetime | None:
    """The person need not read of a session that has begun; the office and its staff are told whenever it is."""
    if KINDS[kind].channel not in ("chat", "mail"):
        return None
    if kind in AFTERWARDS:
        return now + NEWS
    if kind in OF_THE_URL:
        return policy.ends_at(days, booking.slot.start)
    if booking.state == PROPOSED:
        return booking.lapses_at
    over = booking.state in (CANCELLED, LAPSED) and booking.slot.start <= now  # the wanted time of a proposal may be
    return now + timedelta(days=1) if over else booking.slot.start


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


def _until_it_is_over(days: OfficeDays, booking: Booking, now: datetime) -> list[Promise]:
    """The reminders, and what staff are asked: who came (4(4)), and what became of it where nobody has said."""
    start = booking.slot.start
    who_came = Promise("came", policy.no_contact_at(days, start), policy.ends_at(days, start))
    return [*_reminders(days, booking, now), who_came, Promise("outcome", policy.outcome_asked_at(days, start))]


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
