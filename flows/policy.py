"""The terms of use as code: one small pure function per clause, which quotes it.

What a clause leaves open is a setting of the office, never a number here. Article 4 has two paragraphs (2): the
second is called 4(2)b. Moments are aware and returned in UTC; days are those of the office's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Literal

from flows import clock
from flows.counter import Consent, NewTime, Permit, Refused, Slot
from flows.office import Office, Terms
from flows.office_days import DAY, OfficeDays
from flows.text import Text

MIDNIGHT = datetime.min.time()
NO_SESSION = Text("There is no session at that time. Please choose another time.")


def consent_missing(given: Consent | None, terms: Terms) -> bool:
    """前文 「オンライン職業相談（…）を利用するためには、この利用規約への同意が必要となります」

    第11条 「本規約の変更後にオンライン職業相談を利用した場合、利用者は当該変更について同意したものとみなします」:
    a consent holds for the text it was given to; after a change the terms are shown again.
    """
    return given is None or (given.version, given.sha256) != (terms.version, terms.sha256)


def conditions_met(registered: bool, device: bool, continuing: bool) -> bool:
    """第2条 「次の全ての条件を満たす方」: (1) 「求職登録が完了している方」

    (2) 「必要な環境を準備できる方」 (3) 「継続的な職業相談を希望する方」
    """
    return registered and device and continuing


def confirm_by(days: OfficeDays, session: date) -> date:
    """第4条(1) 「原則として、営業日上の前々日までに予約が完了した方が利用できます」

    The second business day before the session, which is not counted: staff confirm by this day.
    """
    return days.business_day_before(session, 2)


def latest_day(days: OfficeDays, session: date) -> date:
    """第4条(1) 「営業日上の前々日までに予約が完了した方が利用できます」: the last day to apply.

    Where the confirmation is what must be done by then, one business day earlier: staff need one to answer.
    """
    last = confirm_by(days, session)
    return last if days.office.deadline_applies_to == "application" else days.business_day_before(last)


def closes_at(days: OfficeDays, session: date) -> datetime:
    """第4条(1) 「前々日まで」: the first moment at which it is too late to apply; of 24:00, the next midnight."""
    return _end(days, latest_day(days, session))


def _end(days: OfficeDays, day: date) -> datetime:
    return days.at(day, MIDNIGHT) + days.office.cutoff


def first_day(days: OfficeDays, now: datetime) -> date:
    """第4条(1) 「営業日上の前々日までに」: the first day of sessions that can still be asked for."""
    session = days.business_day_after(days.day_of(now))
    while now >= closes_at(days, session):
        session = days.business_day_after(session)
    return session


def last_day(days: OfficeDays, now: datetime) -> date:
    """第4条(2)③ 「希望日時」: how far ahead is not said; never past the last year whose holidays are official."""
    return min(days.day_of(now) + days.office.horizon_days * DAY, days.office.holidays_known_until)


def days_to_offer(days: OfficeDays, now: datetime) -> tuple[date, ...]:
    """第4条(2)③ 「希望日時（平日」, 平日 being business days: those for which a session can be asked for now."""
    first = first_day(days, now)
    ahead = (first + n * DAY for n in range((last_day(days, now) - first).days + 1))
    return tuple(day for day in ahead if days.is_business_day(day))


def reply_by(days: OfficeDays, requested: datetime) -> date:
    """第4条(2)b 「予約申込みの翌営業日中に当ハローワークからの返信がない場合」: the office answers by the end of it."""
    return days.business_day_after(days.day_of(requested))


def no_reply_at(days: OfficeDays, requested: datetime, start: datetime) -> datetime:
    """第4条(2)b 「返信がない場合には、メールが届いていない可能性がございますので、…お電話等によりご確認をお願いします」

    When the person is asked to phone: at opening after `reply_by`, or on that day, as the lapse would come first.
    """
    promised = reply_by(days, requested)
    opening = days.at(days.business_day_after(promised), days.office.opens)
    return opening if opening < lapses_at(days, start) else days.at(promised, days.office.no_reply_latest_at)


def lapses_at(days: OfficeDays, start: datetime) -> datetime:
    """第4条(1) 「予約が完了した方が利用できます」: a request not decided by then, on the business day before, ends."""
    return days.at(days.business_day_before(days.day_of(start)), days.office.lapse_at)


def proposal_lapses_at(days: OfficeDays, starts: Sequence[datetime], now: datetime) -> datetime:
    """第4条(2)b 「予約が可能である日時を記載したメール」: until when the person may choose among other times.

    The closing of the next business day; the lapse of the earliest of these times, where that comes first.
    """
    answer = days.at(days.business_day_after(days.day_of(now)), days.office.closes)
    return min(answer, *(lapses_at(days, start) for start in starts))


def permit(days: OfficeDays, slot: Slot, now: datetime, exception: bool = False) -> Permit | Refused:
    """第4条(1) 「原則として、営業日上の前々日までに」, (2)③ 「平日9:30～12:00、13:00～16:00の間の30分単位」

    The only maker of a Permit: an offered start of a business day, not too far ahead, asked for in time. `exception`:
    staff go past the deadline (原則として), until the session begins; the reason is on record.
    """
    excepted = exception and now < slot.start
    if refused := day_refused(days, days.day_of(slot.start), now, excepted) or _no_place(days, slot):
        return refused
    lapse = lapses_at(days, slot.start)
    return Permit(
        slot=slot,
        requested_at=now,
        reply_by=min(reply_by(days, now), max(days.day_of(lapse), days.day_of(now))),  # an exception may lapse sooner
        confirm_by=confirm_by(days, days.day_of(slot.start)),
        no_reply_at=no_reply_at(days, now, slot.start),
        lapses_at=lapse,
    )


def day_refused(days: OfficeDays, day: date, now: datetime, exception: bool = False) -> Refused | None:
    """第4条(1) 「営業日上の前々日までに」, (2)③ 「希望日時（平日」: whether a session on this day is refused.

    With an `exception` (原則として) the deadline is left out.
    """
    last = last_day(days, now)
    if closed := days.closed_because(day):
        why = Text("We are closed on {date} ({reason}). Please choose another day.", date=day, reason=closed)
        return Refused("4(2)", why)
    if day > last:
        not_yet = Text("Requests for {date} are not open yet. Please choose a day up to {last_date}.")
        return Refused("4(2)", not_yet.given(date=day, last_date=last))
    return None if exception else _too_late(days, day, now)


def _no_place(days: OfficeDays, slot: Slot) -> Refused | None:
    if days.is_place(slot.counsellor, slot.start):
        return None
    return Refused("4(2)", NO_SESSION)


def _too_late(days: OfficeDays, session: date, now: datetime) -> Refused | None:
    if now < closes_at(days, session):
        return None
    why = Text(
        "Requests for {date} closed on {deadline} (two business days before).\n"
        "Choose another day, or call if it is urgent.\n"
        "Phone: {office_phone} ({office_hours})",
        date=session,
        deadline=latest_day(days, session),
    )
    return Refused("4(1)", why)


def late_confirmation(
    days: OfficeDays, requested: datetime, start: datetime, now: datetime
) -> Literal["in_time", "auto", "ask_reason"]:
    """第4条(1) 「原則として、営業日上の前々日までに予約が完了した方」: confirming later is an exception, on record.

    "auto": the request came after closing on that day itself, so staff could not have been in time; it needs no
    reason. "ask_reason": it was there in counter hours, or staff took it in after the deadline.
    """
    last = confirm_by(days, days.day_of(start))
    if now < _end(days, last):
        return "in_time"
    return "auto" if days.at(last, days.office.closes) <= requested < _end(days, last) else "ask_reason"


def may_cancel_in_chat(days: OfficeDays, start: datetime, now: datetime, ref: str) -> Refused | None:
    """第4条(4) 「電話又はメールにて（当日キャンセルの場合は電話のみにて）ご連絡をお願いします」

    当日 is the calendar day of the session: until 24:00 of the day before, a chat message is a notice like mail.
    `ref` is the reference as people read it.
    """
    if now < days.at(days.day_of(start), MIDNIGHT):
        return None
    same_day = Text(
        "Today's booking can be cancelled by phone only (Article 4(4)).\n"
        "It has not been cancelled here.\n"
        "\n"
        "Phone: {office_phone} ({office_hours})\n"
        "Reference: {ref}"
    )
    return Refused("4(4)", same_day.given(ref=ref))


def may_move_in_chat(days: OfficeDays, start: datetime, now: datetime, ref: str) -> Refused | None:
    """第4条(4) 「当日キャンセルの場合は電話のみにて」: a move gives the time up, so on the day it is by phone too."""
    if now < days.at(days.day_of(start), MIDNIGHT):
        return None
    same_day = Text(
        "Today's booking can be moved by phone only (Article 4(4)).\n"
        "Nothing has been changed here.\n"
        "\n"
        "Phone: {office_phone} ({office_hours})\n"
        "Reference: {ref}"
    )
    return Refused("4(4)", same_day.given(ref=ref))


def new_time(days: OfficeDays, permit: Permit, old: datetime) -> NewTime:
    """第4条(2)b 「この受信をもって予約が確定します」, (1): a change of date is an application, with its own deadlines.

    The old time is kept meanwhile. Undecided it ends as any other does, and at the latest with the last reminder of
    the old time: by then the person knows which of the two it is.
    """
    lapse = min(permit.lapses_at, clock.remind_one_hour_at(days, old))
    reply = min(permit.reply_by, days.day_of(lapse))
    return NewTime(permit.slot, permit.requested_at, reply, permit.confirm_by, lapse)


def registration_may_lapse(days: OfficeDays, months_ago: int, requested: datetime, session: datetime) -> bool:
    """第2条(1) 「求職登録が完了している方」: a registration holds to the end of a month some months later.

    Whether the session is later than that, for somebody who registered so many months before the request.
    """
    then, of = days.day_of(requested), days.day_of(session)
    passed = (of.year - then.year) * 12 + of.month - then.month + months_ago
    return passed > days.office.registration_months


def within_limits(office: Office, requested_at: Sequence[datetime], now: datetime) -> bool:
    """第10条（1） 「適正なオンライン職業相談の遂行に支障がある」: whether one more request is within the limits.

    They count the requests of a calendar day of the office, and of the 30 days before `now`.
    """
    today = now.astimezone(office.zone).date()
    of_today = sum(moment.astimezone(office.zone).date() == today for moment in requested_at)
    of_30_days = sum(moment > now - 30 * DAY for moment in requested_at)
    return of_today < office.requests_per_day and of_30_days < office.requests_per_30_days


def what_changed(old: str, new: str) -> tuple[str, ...]:
    """第11条 「本規約を変更することができる」: the paragraphs that differ, in the order of the text.

    New wording stands in full and unaltered; wording that is gone comes before it, after "- ". What stayed is left out.
    """
    before, after = ([line.strip() for line in text.splitlines() if line.strip()] for text in (old, new))
    changed: list[str] = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            changed += [f"- {gone}" for gone in before[old_from:old_to]]
            changed += after[new_from:new_to]
    return tuple(changed)
