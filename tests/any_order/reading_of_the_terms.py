"""The terms and the promises in words of this file alone, to hold the bot against: it asks nothing of the product.

第4条(1) the deadline; (2)③ the times; (2)b the reply; (4) cancelling; and which notice is owed to whom, when, and while
what holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import jpholiday

TOKYO = ZoneInfo("Asia/Tokyo")
DAY = timedelta(days=1)
STARTS = ("09:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30")

# state → what may happen there → the state after it
OF_A_WISH = ("change", "ask_move", "confirm_move", "decline_move", "withdraw_move", "lapse_move")  # for another time
LIFE = {
    "new": {"request": "requested"},
    "requested": {
        "confirm": "confirmed",
        "decline": "declined",
        "lapse": "lapsed",
        "cancel": "cancelled",
        "change": "requested",
    },
    "confirmed": {
        "cancel": "cancelled",
        "end": "ended",
        "start": "in_session",
        "miss": "missed",
        **dict.fromkeys(("ask_move", "confirm_move", "decline_move", "withdraw_move", "lapse_move"), "confirmed"),
    },
    "in_session": {"end": "ended"},
    "ended": {"finish": "finished", "miss": "missed"},
}
BY_STAFF = ("confirm", "decline", "by_hand", "by_phone", "start", "miss", "finish", "confirm_move", "decline_move")
LIVE = ("requested", "confirmed")  # of these a person has one at most
OVER_AND_FREE = ("declined", "cancelled", "lapsed")  # the time can be given to somebody else
TOLD = ("handed", "by_hand", "by_phone")  # the confirmation has reached the person


@dataclass(frozen=True)
class Kind:
    """Whom it goes to; the states in which it may be said, and how far the confirming letter must be; by day only?"""

    to: str
    states: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    by_day: bool = False

    def may_be_said(self, state: str, told: str) -> bool:
        return (not self.states or state in self.states) and (not self.told or told in self.told)


KINDS = {
    "received": Kind("chat", ("requested",)),
    "received_office": Kind("office"),
    "card": Kind("card"),
    "no_reply": Kind("chat", ("requested",), by_day=True),
    "overdue": Kind("staff", ("requested",)),
    "confirmed_mail": Kind("mail", ("confirmed",)),
    "confirmed": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "confirmed_by_phone": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "confirming": Kind("chat", ("confirmed",), ("failed",), by_day=True),
    "mail_failed": Kind("card", ("confirmed",), ("failed",)),
    "arrived": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "no_reply_mail": Kind("mail", (), ("all of these have a chat",)),
    "staff_list": Kind("staff"),
    "remind_day_before": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "remind_day_before_mail": Kind("mail", ("confirmed",), TOLD),
    "remind_one_hour": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "remind_one_hour_mail": Kind("mail", (), ("none of these has a URL",)),
    "remind_readiness": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "remind_readiness_mail": Kind("mail", (), ("all of these have a chat",)),
    "remind_ten_minutes": Kind("chat", ("confirmed",), TOLD, by_day=True),
    "calling": Kind("chat", ("confirmed",), by_day=True),
    "late": Kind("card"),
    "cannot_connect": Kind("card"),
    "url_missing": Kind("staff", ("confirmed",)),
    "url_missing_today": Kind("staff", ("confirmed",)),
    "declined_mail": Kind("mail", ("declined",)),
    "declined": Kind("chat", ("declined",), by_day=True),
    "cancelled": Kind("chat", ("cancelled",)),
    "cancelled_mail": Kind("mail", ("cancelled",), ("handed", "by_hand")),
    "cancelled_office": Kind("office"),
    "expired": Kind("chat", ("lapsed",), by_day=True),
    "expired_mail": Kind("mail", ("lapsed",)),
    "letter_failed": Kind("staff"),
    "mail_left": Kind("card"),
    "undelivered": Kind("staff"),
    "missed": Kind("chat", ("missed",), by_day=True),
    "missed_mail": Kind("mail", ("missed",)),
    "came": Kind("card"),
    "outcome": Kind("card"),
}

AT_ONCE = {
    "request": ("received", "received_office", "card"),
    "confirm": ("confirmed_mail", "card"),
    "decline": ("declined_mail", "declined", "card"),
    "cancel": ("cancelled", "cancelled_mail", "cancelled_office", "card", "came"),
    "lapse": ("expired", "card"),
    "start": ("came",),
    "end": ("came",),
    "miss": ("missed", "missed_mail", "came", "outcome"),
    "finish": ("outcome",),
    "handed": ("confirmed", "cancelled_mail"),
    "failed": ("mail_failed", "confirming"),
    "by_hand": ("confirmed",),
    "by_phone": ("confirmed_by_phone",),
    "late": ("late",),
    "cannot_connect": ("cannot_connect",),
    "calling": ("calling",),
}
SAID = ("late", "cannot_connect")  # their cards are shown as they stand
HELPED = ("start", "end", "miss", "cancel")  # once nobody needs to help any more


def local(moment: datetime) -> datetime:
    return moment.astimezone(TOKYO)


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), TOKYO)


def is_business_day(day: date) -> bool:
    """No Saturday, Sunday or holiday, and none of 12/29 to 1/3."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not year_end and not jpholiday.is_holiday(day)


def business_day(day: date, away: int) -> date:
    """So many business days after this day, or before it; the day itself is not counted."""
    step = DAY if away > 0 else -DAY
    for _ in range(abs(away)):
        day += step
        while not is_business_day(day):
            day += step
    return day


def last_moment(start: datetime) -> datetime:
    """「営業日上の前々日まで」: the end of the second business day before; a request comes before it."""
    return at(business_day(local(start).date(), -2) + DAY, "00:00")


def lapses(start: datetime) -> datetime:
    """A request that nobody decided ends when the counter closes on the business day before."""
    return at(business_day(local(start).date(), -1), "17:15")


def unanswered(requested: datetime, start: datetime) -> datetime:
    """「翌営業日中に返信がない場合」: at the opening after that day, or at 15:00 of it where it is over by then."""
    promised = business_day(local(requested).date(), 1)
    opening = at(business_day(promised, 1), "08:30")
    return opening if opening <= lapses(start) else at(promised, "15:00")


def is_offered(start: datetime) -> bool:
    """「平日9:30～12:00、13:00～16:00の間の30分単位」."""
    return is_business_day(local(start).date()) and f"{local(start):%H:%M}" in STARTS


def is_by_day(moment: datetime) -> bool:
    """Not between 21:00 and 8:00."""
    return 8 <= local(moment).hour < 21


Promise = tuple[str, datetime | None, datetime | None]  # the kind; when due (None: when that happened); until when


def _worth_telling(event: str, when: datetime | None, start: datetime) -> datetime:
    """Until the start; of what was missed for a week, and of what ended after the start for a day."""
    if when and event == "miss":
        return when + 7 * DAY
    return when + DAY if when and event in ("lapse", "cancel") and start <= when else start


def promised(
    event: str, when: datetime | None, now: tuple[str, str], requested: datetime, start: datetime
) -> list[Promise]:
    """What this event promises, as far as it may be said `now`: in the state and told as the event left them."""
    kinds = [kind for kind in AT_ONCE[event] if KINDS[kind].may_be_said(*now)]
    until = _worth_telling(event, when, start)
    found: list[Promise] = [(kind, when, until if KINDS[kind].to in ("chat", "mail") else None) for kind in kinds]
    if event == "request":
        late = unanswered(requested, start)
        found += [(kind, late, lapses(start)) for kind in ("no_reply", "no_reply_mail", "overdue")]
    if event == "confirm" and when:
        hour = max(start - timedelta(hours=1), at(local(start).date(), "08:00"))
        day = at(business_day(local(start).date(), -1), "15:00")
        morning, ready = at(local(start).date(), "08:45"), at(business_day(local(start).date(), -3), "10:00")
        reminders: list[Promise] = [
            ("remind_readiness", ready, day), ("remind_readiness_mail", ready, day), ("remind_one_hour", hour, start),
            ("remind_one_hour_mail", hour, start),
            ("remind_ten_minutes", start - timedelta(minutes=10), start + timedelta(minutes=10)),
            ("url_missing", at(business_day(local(start).date(), -1), "10:00"), morning),
        ]  # fmt: skip
        found += [reminder for reminder in reminders if reminder[1] and reminder[1] > when]
        late = max(when, day)  # what is said the day before is said at once to somebody confirmed later
        found += [(kind, late, hour) for kind in ("remind_day_before", "remind_day_before_mail") if when < hour]
        found += [("url_missing_today", max(when, morning), start)]
        found += [("came", start + timedelta(minutes=10), start + timedelta(minutes=45))]
        found += [("outcome", at(business_day(local(start).date(), 1), "08:45"), None)]
    return found


def arrived(handed: datetime, start: datetime) -> list[Promise]:
    """「メールが届いていない可能性がございますので」: asked on the next business day, not in the last hour."""
    due = at(business_day(local(handed).date(), 1), "10:00")
    hour = max(start - timedelta(hours=1), at(local(start).date(), "08:00"))
    return [("arrived", due, hour)] if due < hour else []
