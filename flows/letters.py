"""What every notice says: the sentences of `sentences`, with the facts of the booking.

What the bot starts shows on a locked or shared phone: its first line holds a status, a date or a reference, and
never the office or the service. Staff texts are in the office's language; letters to it are in `office_letters`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows import answers, arranging, only_if, reminding, sentences
from flows.counter import Booking, Free
from flows.deciding import DECLINE_REASONS
from flows.office_days import OfficeDays
from flows.text import Text

OFFERED = 3  # of them
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Words:
    """A letter not yet in any language."""

    subject: Text
    body: tuple[Text, ...]


def facts(days: OfficeDays, booking: Booking) -> dict[str, Any]:
    """What the sentences about a booking may name; the person's address is masked."""
    start, decision = booking.slot.start.astimezone(days.office.zone), booking.decision
    reason = decision.reason if decision else ""
    by_office = booking.decision is not None and booking.decision.event == "cancel"
    known = DECLINE_REASONS.get(reason, DECLINE_REASONS["other"])[1]
    left = (booking.moved.starts[0] if booking.moved and booking.moved.starts else start).astimezone(days.office.zone)
    return {
        "terms_version": days.office.terms.version,
        "date": start.date(),
        "time": start.time(),
        "ref": booking.reference,
        "reply_by": booking.reply_by,
        "deadline": booking.confirm_by,
        "email": answers.masked_email(booking.details["email"]) if booking.details else "",
        "reason": arranging.OFFICE_REASONS.get(reason, known) if by_office else known,
        "old_date": left.date(),
        "old_time": left.time(),
    }


def _facts_of(days: OfficeDays, kind: str, booking: Booking) -> dict[str, Any]:
    """Of a wish for another time: the new one is `date` and `time`, that of the booking `old_date` and `old_time`."""
    known = facts(days, booking)
    if kind not in arranging.OF_A_WISH:
        return known
    wanted, moved, zone = booking.wanted, booking.moved, days.office.zone
    new = wanted.slot.start if wanted else moved.starts[0] if moved and moved.starts else booking.slot.start
    reason = DECLINE_REASONS.get(moved.reason if moved else "", DECLINE_REASONS["other"])[1]
    of_it = {"date": new.astimezone(zone).date(), "time": new.astimezone(zone).time(), "reason": reason}
    until = {"reply_by": wanted.reply_by} if wanted else {}
    return {**known, **of_it, **until, "old_date": known["date"], "old_time": known["time"]}


def chat(days: OfficeDays, kind: str, booking: Booking, more: Mapping[str, Any] = NOTHING) -> tuple[Text, ...]:
    """A message to the person's chat. `more` are the facts of a measure."""
    of_the_day = kind in reminding.CHAT
    without_mail = kind == "answered" and not only_if.has_address(booking)
    said = sentences.ANSWERED_BY_PHONE if without_mail else sentences.CHAT.get(kind)
    words = reminding.chat(days, kind, booking) if of_the_day or said is None else (said, *_free(kind, more))
    return tuple(each.given(**{**_facts_of(days, kind, booking), **more}) for each in words)


def _free(kind: str, more: Mapping[str, Any]) -> tuple[Text, ...]:
    """第4条(1): what can be asked for instead of what has lapsed."""
    if kind not in sentences.OFFERS_FREE_TIMES:
        return ()
    return (sentences.FREE_TIMES if more.get("times") else sentences.NONE_FREE,)


def next_free(days: OfficeDays, free: Free) -> tuple[Text, ...]:
    """The next starts with a free place, in words."""
    starts = [start.astimezone(days.office.zone) for day in sorted(free) for start in sorted(free[day])]
    return tuple(Text("{date} {time}", date=start.date(), time=start.time()) for start in starts[:OFFERED])


def staff(days: OfficeDays, kind: str, booking: Booking) -> Text:
    """A message to the staff group."""
    return sentences.STAFF[kind].given(**_facts_of(days, kind, booking))


def letter(days: OfficeDays, kind: str, booking: Booking, more: Mapping[str, Any] = NOTHING) -> Words:
    """A letter to the person. `more` are the facts of a measure, the answer to an objection, the bot's name."""
    known = {**_facts_of(days, kind, booking), "url": booking.url, **more}
    if kind == "proposed_mail":
        known |= proposed(days, booking)
    subject, body = _words(kind, booking)
    body = (*body, *_free(kind, more))
    said = tuple(each.given(**known) for each in body)
    return Words(subject.given(**known), (*said, *_notes(kind, booking, more), sentences.SIGNATURE))


def _words(kind: str, booking: Booking) -> tuple[Text, tuple[Text, ...]]:
    """The subject, and what is said."""
    if kind in reminding.MAIL:
        return reminding.letter(kind, booking)
    one, some = arranging.ONE_TIME_MAIL, arranging.SOME_TIMES_MAIL
    subject, body = (one if len(booking.proposed) == 1 else some) if kind == "proposed_mail" else sentences.MAIL[kind]
    return subject, (body,)


def _notes(kind: str, booking: Booking, more: Mapping[str, Any]) -> tuple[Text, ...]:
    """What some letters say besides."""
    notes = {
        **dict.fromkeys(("confirmed_mail", "moved_mail", "remind_day_before_mail"), sentences.CANCEL_NOTE),
        "url_changed_mail": arranging.REPLACES,
        **dict.fromkeys(("expired_mail", "terms_changed_mail"), reminding.REFERENCE.given(ref=booking.reference)),
    }
    with_a_code = kind == "confirmed_mail" and booking.claim_code
    claim = (sentences.CLAIM_NOTE.given(code=booking.claim_code, bot=more.get("bot", "")),) if with_a_code else ()
    return (*((notes[kind],) if kind in notes else ()), *claim)


def proposed(days: OfficeDays, booking: Booking) -> dict[str, Any]:
    """What the sentences about other times may name: those times, and the last day to choose."""
    starts = [slot.start.astimezone(days.office.zone) for slot in booking.proposed]
    times = tuple(Text("{date} {time}", date=start.date(), time=start.time()) for start in starts)
    until = {"reply_by": days.day_of(booking.lapses_at), "times": times}
    return {**facts(days, booking), "date": starts[0].date(), "time": starts[0].time(), **until}


def calendar(kind: str, booking: Booking) -> sentences.Method | None:
    """What the letter does to the person's calendar: nothing is taken out that was never put in."""
    method = sentences.CALENDAR.get(kind)
    return None if method == "CANCEL" and booking.told not in ("handed", "by_hand") else method
