"""Moments of the table in `flows/notices.py`: when a notice is due, and after when it is worth nothing.

Each is of a booking as it stands at `now`. None for a due time: the moment is over, and nothing is promised.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flows import clock, policy, registering
from flows.counter import Booking
from flows.lifecycle import CONFIRMED
from flows.office_days import OfficeDays

Moment = Callable[[OfficeDays, Booking, datetime], datetime | None]
A_DAY = timedelta(days=1)
NEWS = timedelta(days=7)  # for how long what is told of a session that is over is worth telling


def at_once(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return now


def registration(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    """With the request, only for somebody who said when they registered, so long ago that it may have lapsed."""
    months_ago = registering.MONTHS_AGO.get(booking.details.get("registered_when", ""))
    if months_ago is None:
        return None
    lapses = policy.registration_may_lapse(days, months_ago, booking.requested_at, booking.slot.start)
    return now if lapses else None


def reply_is_late(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    """第4条(2)b 「返信がない場合」"""
    return policy.no_reply_at(days, booking.requested_at, booking.slot.start)


def arrival(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    """`now` the confirming letter was handed to the mail server."""
    asked = clock.arrival_asked_at(days, now)
    in_time = booking.state == CONFIRMED and asked < clock.remind_one_hour_at(days, booking.slot.start)
    return asked if in_time else None


def readiness(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    """Only for what is confirmed by then."""
    return _if_ahead(clock.remind_readiness_at(days, booking.slot.start), now)


def day_before(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    """At once where it is confirmed later; nothing in the last hour."""
    late = now >= clock.remind_one_hour_at(days, booking.slot.start)
    return None if late else max(now, clock.remind_day_before_at(days, booking.slot.start))


def url_missing(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    return _if_ahead(clock.url_missing_at(days, booking.slot.start), now)


def url_missing_now(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    """On the day; at once where it is confirmed later."""
    return max(now, clock.url_missing_today_at(days, booking.slot.start))


def hour_before(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    return _if_ahead(clock.remind_one_hour_at(days, booking.slot.start), now)


def _if_ahead(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment > now else None


def ten_before(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    return _if_ahead(clock.remind_last_at(days, booking.slot.start), now)


def nobody_came(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.no_contact_at(days, booking.slot.start)


def next_morning(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.outcome_asked_at(days, booking.slot.start)


def wish_is_late(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    """As `reply_is_late`, of another time that is asked for; none where that lapses before."""
    if (wanted := booking.wanted) is None:
        return None
    late = policy.no_reply_at(days, wanted.requested_at, wanted.slot.start)
    return late if late < wanted.lapses_at else None


# After when it is worth nothing:


def ever(days: OfficeDays, booking: Booking, now: datetime) -> None:
    """The office and its staff are told whenever it is."""
    return


def start(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    """The person need not read of a session that has begun."""
    return booking.slot.start


def start_or_a_day(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    """The wanted time of a request may be over when its proposals lapse, or are cancelled."""
    return booking.slot.start if booking.slot.start > now else now + A_DAY


def the_day_before(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.remind_day_before_at(days, booking.slot.start)


def on_the_day(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.url_missing_today_at(days, booking.slot.start)


def ten_after(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.no_contact_at(days, booking.slot.start)


def an_hour_before(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.remind_one_hour_at(days, booking.slot.start)


def over(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return clock.ends_at(days, booking.slot.start)


def lapse(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return booking.lapses_at


def wish_lapses(days: OfficeDays, booking: Booking, now: datetime) -> datetime | None:
    return booking.wanted.lapses_at if booking.wanted else None


def a_week(days: OfficeDays, booking: Booking, now: datetime) -> datetime:
    return now + NEWS
