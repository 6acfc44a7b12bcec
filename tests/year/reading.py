"""What is owed to whom, when and while what holds, read from the terms and the office's rules: nothing of the product.

A new kind of notice is a line of `TABLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from tests.any_order.reading_of_the_terms import DAY, local
from tests.year import stands
from tests.year.stands import MINUTE, TOLD, Calendar, Stand, Told, hour_before

LIVE = ("requested", "proposed", "confirmed")
Moment = Callable[[Calendar, Stand, datetime], datetime | None]
Holds = Callable[[Stand], bool]


def hour(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return hour_before(stand.start)


def now(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return when


def never(calendar: Calendar, stand: Stand, when: datetime) -> None:
    return


def late(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return calendar.late(stand.requested, stand.start)


def wish_late(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
    wish = stand.wish
    due = calendar.late(wish.asked, wish.start) if wish else None
    return due if wish and due and due < wish.lapses else None


def wish_lapse(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
    return stand.wish.lapses if stand.wish else None


def registered_long_ago(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
    """A registration holds to the end of the second month after its own."""
    asked, session = local(stand.requested), local(stand.start)
    passed = 12 * (session.year - asked.year) + session.month - asked.month + stand.months
    return when if passed > 2 else None


def next_morning(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
    """Whether the letter arrived is asked on the next business day."""
    due = calendar.of(when, 1, "10:00")
    return due if due < hour_before(stand.start) and stand.state == "confirmed" else None


def day_before(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
    """What is said the day before is said at once to whoever is confirmed later, but for the last hour."""
    return max(when, calendar.of(stand.start, -1, "15:00")) if when < hour_before(stand.start) else None


def begun_or_a_day(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return stand.start if stand.start > when else when + DAY


def a_week(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return when + 7 * DAY


def lapse(calendar: Calendar, stand: Stand, when: datetime) -> datetime:
    return stand.lapses


def on(away: int, clock: str) -> Moment:
    return lambda calendar, stand, when: calendar.of(stand.start, away, clock)


def after_start(minutes: int) -> Moment:
    return lambda calendar, stand, when: stand.start + minutes * MINUTE


def ahead(moment: Moment) -> Moment:
    """Nothing is promised of a moment that is over."""

    def due(calendar: Calendar, stand: Stand, when: datetime) -> datetime | None:
        then = moment(calendar, stand, when)
        return then if then and then > when else None

    return due


def at_the_latest_now(moment: Moment) -> Moment:
    return lambda calendar, stand, when: max(when, moment(calendar, stand, when) or when)


begun, ten_in, over = after_start(0), after_start(10), after_start(45)
at_three, that_morning = on(-1, "15:00"), on(0, "08:45")


def be(*states: str, told: Collection[str] = (), chat: bool | None = None, url: bool | None = None) -> Holds:
    """In one of these states; and told so, with or without a chat, with or without a URL."""

    def holds(stand: Stand) -> bool:
        as_told = not told or stand.told in told
        return stand.state in states and as_told and chat in (None, stand.chat) and url in (None, stand.url)

    return holds


def any_way(stand: Stand) -> bool:
    return True


def wished(stand: Stand) -> bool:
    return stand.state == "confirmed" and stand.wish is not None


def reads(stand: Stand) -> bool:
    """Of a cancellation reads who has something in the calendar, or no chat."""
    return stand.state == "cancelled" and (stand.told in ("handed", "by_hand") or not stand.chat)


def not_missed(stand: Stand) -> bool:
    return stand.state != "missed"


def not_in_touch(stand: Stand) -> bool:
    return stand.state == "confirmed" and "contact" not in stand.said


def has_said(what: str) -> Holds:
    return lambda stand: what in stand.said


def refused(how: str) -> Holds:
    return lambda stand: stand.state == "confirmed" and stand.moved == how


requested, confirmed, cancelled, lapsed = be("requested"), be("confirmed"), be("cancelled"), be("lapsed")
told, told_by_letter = be("confirmed", told=TOLD), be("confirmed", told=TOLD, chat=False)
untold, unlinked = be("confirmed", told=("failed",)), be("confirmed", url=False)
linked = be("confirmed", "in_session", url=True)

REQUESTS = "request change"
CONFIRMS = " ".join(stands.CONFIRMS)
CONFIRMED = "confirm accept book_next"
HANDED = "handed handed/moved"
CANCELS = "cancel/chat cancel/phone refuse"
ANY_CANCEL = "cancel/chat cancel/phone cancel/office"
OF_A_WISH = "ask_move confirm_move decline_move lapse_move wish_over"
CONCLUDED = "miss not_held finish stop correct"
HELPED = f"start end miss not_held {ANY_CANCEL}"


class Row(NamedTuple):
    """Whom it goes to: chat (by day, unless it answers: answer), mail, office, staff, card."""

    kind: str
    to: str
    after: str
    due: Moment
    until: Moment
    holds: Holds


# fmt: off
TABLE = (
    Row("received", "answer", REQUESTS, now, begun, requested),
    Row("received_office", "office", REQUESTS, now, never, any_way),
    Row("registration", "answer", REQUESTS, registered_long_ago, begun, requested),
    Row("no_reply", "chat", REQUESTS, late, lapse, requested),
    Row("no_reply_mail", "mail", REQUESTS, late, lapse, be("requested", chat=False)),
    Row("overdue", "staff", REQUESTS, late, lapse, requested),
    Row("declined", "chat", "decline", now, begun, be("declined")),
    Row("declined_mail", "mail", "decline", now, begun, be("declined")),
    Row("proposed", "chat", "propose", now, lapse, be("proposed")),
    Row("proposed_mail", "mail", "propose", now, lapse, be("proposed")),
    Row("expired", "chat", "lapse", now, begun_or_a_day, lapsed),
    Row("expired_mail", "mail", "lapse", now, begun_or_a_day, be("lapsed", chat=False)),
    Row("proposal_lapsed", "chat", "lapse/proposed", now, begun_or_a_day, lapsed),
    Row("proposal_lapsed_mail", "mail", "lapse/proposed", now, begun_or_a_day, be("lapsed", chat=False)),
    Row("confirmed_mail", "mail", CONFIRMED, now, begun, confirmed),
    Row("moved_mail", "mail", "move confirm_move", now, begun, confirmed),
    Row("confirmed", "chat", "handed", now, begun, told),
    Row("moved", "chat", "handed/moved", now, begun, told),
    Row("mail_failed", "card", "failed", now, never, untold),
    Row("confirming", "chat", "failed", now, begun, untold),
    Row("confirmed_by_phone", "chat", "by_phone", now, begun, told),
    Row("arrived", "chat", HANDED, next_morning, hour, told),
    Row("move_received", "answer", "ask_move", now, begun, wished),
    Row("move_card", "card", OF_A_WISH, now, never, any_way),
    Row("move_no_reply", "chat", "ask_move", wish_late, wish_lapse, wished),
    Row("move_overdue", "staff", "ask_move", wish_late, wish_lapse, wished),
    Row("move_declined", "chat", "decline_move", now, begun, refused("decline_move")),
    Row("move_declined_mail", "mail", "decline_move", now, begun, refused("decline_move")),
    Row("move_expired", "chat", "lapse_move", now, begun, refused("lapse_move")),
    Row("url_mail", "mail", "url", now, over, linked),
    Row("url_changed_mail", "mail", "url_changed", now, over, linked),
    Row("url_sent", "chat", "url_sent", now, over, linked),
    Row("url_changed", "chat", "url_changed_sent", now, over, linked),
    Row("cancelled", "answer", CANCELS, now, begun_or_a_day, cancelled),
    Row("cancelled_mail", "mail", f"{CANCELS} {HANDED}", now, begun_or_a_day, reads),
    Row("cancelled_office", "office", "cancel/chat", now, never, any_way),
    Row("cancelled_by_office", "chat", "cancel/office", now, begun_or_a_day, cancelled),
    Row("cancelled_by_office_mail", "mail", "cancel/office handed/office", now, begun_or_a_day, cancelled),
    Row("companion_changed", "staff", "companion", now, begun, be(*LIVE)),
    Row("remind_readiness", "chat", CONFIRMS, ahead(on(-3, "10:00")), at_three, told),
    Row("remind_readiness_mail", "mail", CONFIRMS, ahead(on(-3, "10:00")), at_three, told_by_letter),
    Row("remind_day_before", "chat", CONFIRMS, day_before, hour, told),
    Row("remind_day_before_mail", "mail", CONFIRMS, day_before, hour, told),
    Row("remind_one_hour", "chat", CONFIRMS, ahead(hour), begun, told),
    Row("remind_one_hour_mail", "mail", CONFIRMS, ahead(hour), begun, be("confirmed", told=TOLD, url=True)),
    Row("remind_ten_minutes", "chat", CONFIRMS, ahead(after_start(-10)), ten_in, told),
    Row("url_missing", "staff", CONFIRMS, ahead(on(-1, "10:00")), that_morning, unlinked),
    Row("url_missing_today", "staff", CONFIRMS, at_the_latest_now(that_morning), begun, unlinked),
    Row("calling", "chat", "calling", now, over, confirmed),
    Row("came", "card", CONFIRMS, ten_in, over, any_way),
    Row("came", "card", f"start contact end miss not_held correct {ANY_CANCEL}", now, never, any_way),
    Row("outcome", "card", CONFIRMS, on(1, "08:45"), never, any_way),
    Row("outcome", "card", CONCLUDED, now, never, any_way),
    Row("late", "card", f"late {HELPED}", now, never, has_said("late")),
    Row("cannot_connect", "card", f"cannot_connect {HELPED}", now, never, has_said("cannot_connect")),
    Row("missed", "chat", "miss", now, a_week, be("missed")),
    Row("missed_mail", "mail", "miss", now, a_week, be("missed")),
    Row("corrected", "chat", "correct", now, a_week, not_missed),
    Row("corrected_mail", "mail", "correct", now, a_week, not_missed),
    Row("card", "card", f"{REQUESTS} confirm decline propose accept refuse lapse lapse/proposed move confirm_move "
        f"companion {ANY_CANCEL}", now, never, any_way),
)
# fmt: on
AFTER = {name: tuple(row for row in TABLE if name in row.after.split()) for row in TABLE for name in row.after.split()}
TO = {row.kind: row.to for row in TABLE}
HOLDS = {row.kind: row.holds for row in TABLE}
SHOWS = {"card": requested, "came": not_in_touch, "outcome": be("ended")}  # when a card asks staff for something
OF_THE_TIME = {  # hold no more once the booking has another time
    *(row.kind for row in TABLE if row.to in ("chat", "answer", "mail")),
    "overdue", "came", "outcome", "url_missing", "url_missing_today",
}  # fmt: skip
OF_THE_WISH = ("move_received", "move_no_reply", "move_overdue")  # hold no more once it is answered
AFTER_BEING_TOLD = {row.kind for row in TABLE if row.kind.startswith("remind_")}  # waits for the confirmation
ONCE_PER_ADDRESS = ("arrived",)
NOT_TWICE_WITHIN = dict.fromkeys(("remind_day_before", "remind_day_before_mail"), timedelta(hours=12))


class Owed(NamedTuple):
    """One notice that is owed: of which kind, when, until when; since when not any more."""

    kind: str
    due: datetime
    until: datetime | None
    withdrawn: datetime | None


def owed(calendar: Calendar, told: Told) -> Iterator[Owed]:
    """All that the events of one booking promise; what is due at once is owed if it holds at once."""
    moves = [event.when for event, _ in told if event.what in ("move", "confirm_move", "change")]
    answers = [event.when for event, stand in told if stand.wish is None]
    for event, stand in told:
        for row in AFTER.get(event.what, ()):
            due = row.due(calendar, stand, event.when)
            if due and (row.due is not now or row.holds(stand)):
                ends = moves if row.kind in OF_THE_TIME else []
                ends = ends + answers if row.kind in OF_THE_WISH else ends
                withdrawn = min((when for when in ends if when > event.when), default=None)
                yield Owed(row.kind, due, row.until(calendar, stand, event.when), withdrawn)
