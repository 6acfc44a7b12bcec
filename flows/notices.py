"""The table of what is sent: each kind of notice, to whom, when it is due, after when it is worthless, only if what.

A row is promised with the events that it names, in their transaction; what is due at once must hold at once, and all
is looked at again before it is sent. Times are in `flows/due.py` (settings of the office), words in `flows/letters.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from flows import lifecycle
from flows.counter import Booking
from flows.due import (
    Moment,
    a_week,
    an_hour_before,
    arrival,
    at_once,
    day_before,
    ever,
    hour_before,
    lapse,
    next_morning,
    nobody_came,
    on_the_day,
    over,
    readiness,
    registration,
    reply_is_late,
    start,
    start_or_a_day,
    ten_after,
    ten_before,
    the_day_before,
    url_missing,
    url_missing_now,
    wish_is_late,
    wish_lapses,
)
from flows.only_if import (
    Condition,
    ahead,
    ahead_no_chat,
    always,
    cancelled,
    cannot_connect,
    confirmed,
    declined,
    has_address,
    has_url,
    lapsed,
    lapsed_no_chat,
    late,
    missed,
    missed_by_mail,
    move_declined,
    move_lapsed,
    no_url,
    not_missed,
    not_missed_by_mail,
    not_told,
    proposed,
    reads_of_it,
    requested,
    requested_no_chat,
    told,
    told_by_mail,
    told_no_chat,
    told_with_url,
    wished,
)

How = Literal["handed", "failed"]  # how the confirming e-mail ended
Channel = Literal["chat", "mail", "office", "staff", "card"]
# the person's chat, the person's e-mail, the office mailbox, a message to the staff group, a card of the booking there


@dataclass(frozen=True)
class Kind:
    """A kind of notice: its channel; whether it still holds; whether the bot starts it (then not in quiet hours)."""

    channel: Channel
    holds: Condition
    starts: bool


class Row(NamedTuple):
    """One promise. A kind may have several; they go the same way and hold while the same holds."""

    kind: str
    to: tuple[Channel, bool]
    after: str  # events, with a comma between two
    due: Moment
    until: Moment
    only_if: Condition


CHAT: tuple[Channel, bool] = ("chat", True)  # the bot starts it
ANSWER: tuple[Channel, bool] = ("chat", False)  # to what the person did just now, at whatever hour
MAIL: tuple[Channel, bool] = ("mail", False)
OFFICE: tuple[Channel, bool] = ("office", False)
STAFF: tuple[Channel, bool] = ("staff", False)
CARD: tuple[Channel, bool] = ("card", False)

NONE = ""
MOVE_HANDED = "handed after a move"
ANY_HANDED = "handed, handed after a move"
PROPOSED_ANEW = "propose, email_corrected"
CONFIRMS = ", ".join(lifecycle.CONFIRMS)
CONFIRMED_ANEW = "confirm, accept, book_next, email_corrected"
URL_ANEW = "url, email_corrected"
CANCELS = "cancel, cancel by phone, cancel by mail, refuse"
CANCELS_OR_LATE = f"{CANCELS}, handed, handed after a move"
BY_OFFICE_OR_LATE = "cancel by office, handed by office"
ANY_CANCEL = "cancel, cancel by phone, cancel by mail, cancel by office"
REQUESTS = "request, change"
MOVES = "move, confirm_move"
OF_A_WISH = "ask_move, confirm_move, decline_move, withdraw_move, lapse_move, move_over"  # for another time
DECISIONS = (
    f"{REQUESTS}, confirm, decline, propose, accept, refuse, {MOVES}, {ANY_CANCEL}, lapse, lapse of proposals,"
    " companion"
)
PRESENT = f"start, contact, end, miss, not_held, correct, {ANY_CANCEL}"
CONCLUDED = "miss, not_held, finish, stop, correct"
HELPED = f"start, end, miss, not_held, {ANY_CANCEL}"  # or needs no help any more
LATE = f"late, {HELPED}"
CANNOT_CONNECT = f"cannot_connect, {HELPED}"

# fmt: off
TABLE = (
    #   kind                        to      after these events    due             not after       only if
    # A request, and what becomes of it (4(2)b)
    Row("received",                 ANSWER, REQUESTS,             at_once,        start,          requested),
    Row("received_office",          OFFICE, REQUESTS,             at_once,        ever,           always),
    Row("registration",             ANSWER, REQUESTS,             registration,   start,          requested),
    Row("declined_mail",            MAIL,   "decline",            at_once,        start,          declined),
    Row("declined",                 CHAT,   "decline",            at_once,        start,          declined),
    Row("proposed_mail",            MAIL,   PROPOSED_ANEW,        at_once,        lapse,          proposed),
    Row("proposed",                 CHAT,   "propose",            at_once,        lapse,          proposed),
    Row("expired",                  CHAT,   "lapse",              at_once,        start_or_a_day, lapsed),
    Row("expired_mail",             MAIL,   "lapse",              at_once,        start_or_a_day, lapsed_no_chat),
    Row("proposal_lapsed",          CHAT,   "lapse of proposals", at_once,        start_or_a_day, lapsed),
    Row("proposal_lapsed_mail",     MAIL,   "lapse of proposals", at_once,        start_or_a_day, lapsed_no_chat),
    # The confirmation: its letter, and what follows from how that went
    Row("confirmed_mail",           MAIL,   CONFIRMED_ANEW,       at_once,        start,          confirmed),
    Row("moved_mail",               MAIL,   MOVES,                at_once,        start,          confirmed),
    Row("confirmed",                CHAT,   "handed, by_hand",    at_once,        start,          told),
    Row("moved",                    CHAT,   MOVE_HANDED,          at_once,        start,          told),
    Row("confirmed_by_phone",       CHAT,   "by_phone",           at_once,        start,          told),
    Row("mail_failed",              CARD,   "failed",             at_once,        ever,           not_told),
    Row("confirming",               CHAT,   "failed",             at_once,        start,          not_told),
    # Another time that the person asks for; the old one is kept until staff confirm it
    Row("move_received",            ANSWER, "ask_move",           at_once,        start,          wished),
    Row("move_card",                CARD,   OF_A_WISH,            at_once,        ever,           always),
    Row("move_no_reply",            CHAT,   "ask_move",           wish_is_late,   wish_lapses,    wished),
    Row("move_overdue",             STAFF,  "ask_move",           wish_is_late,   wish_lapses,    wished),
    Row("move_declined_mail",       MAIL,   "decline_move",       at_once,        start,          move_declined),
    Row("move_declined",            CHAT,   "decline_move",       at_once,        start,          move_declined),
    Row("move_expired",             CHAT,   "lapse_move",         at_once,        start,          move_lapsed),
    # The session's URL
    Row("url_mail",                 MAIL,   URL_ANEW,             at_once,        over,           has_url),
    Row("url_changed_mail",         MAIL,   "url_changed",        at_once,        over,           has_url),
    Row("url_sent",                 CHAT,   "url_sent",           at_once,        over,           has_url),
    Row("url_changed",              CHAT,   "url_changed_sent",   at_once,        over,           has_url),
    # A cancellation (4(4)); where a letter was on its way meanwhile, its calendar entry has to go too
    Row("cancelled",                ANSWER, CANCELS,              at_once,        start_or_a_day, cancelled),
    Row("cancelled_mail",           MAIL,   CANCELS_OR_LATE,      at_once,        start_or_a_day, reads_of_it),
    Row("cancelled_by_office",      CHAT,   "cancel by office",   at_once,        start_or_a_day, cancelled),
    Row("cancelled_by_office_mail", MAIL,   BY_OFFICE_OR_LATE,    at_once,        start_or_a_day, cancelled),
    Row("cancelled_office",         OFFICE, "cancel",             at_once,        ever,           always),
    # The person says that they are late or cannot connect; staff say that they call
    Row("calling",                  CHAT,   "calling",            at_once,        over,           confirmed),
    # The cards of the staff, edited as the booking goes on
    Row("card",                     CARD,   DECISIONS,            at_once,        ever,           always),
    Row("came",                     CARD,   PRESENT,              at_once,        ever,           always),
    Row("outcome",                  CARD,   CONCLUDED,            at_once,        ever,           always),
    Row("late",                     CARD,   LATE,                 at_once,        ever,           late),
    Row("cannot_connect",           CARD,   CANNOT_CONNECT,       at_once,        ever,           cannot_connect),
    # Who joins has changed (10(3)); how, only the desk shows
    Row("companion_changed",        STAFF,  "companion",          at_once,        start,          ahead),
    # A session that was missed (4(4))
    Row("missed",                   CHAT,   "miss",               at_once,        a_week,         missed),
    Row("missed_mail",              MAIL,   "miss",               at_once,        a_week,         missed_by_mail),
    Row("corrected",                CHAT,   "correct",            at_once,        a_week,         not_missed),
    Row("corrected_mail",           MAIL,   "correct",            at_once,        a_week,         not_missed_by_mail),
    # When its time comes
    Row("no_reply",                 CHAT,   REQUESTS,             reply_is_late,  lapse,          requested),
    Row("no_reply_mail",            MAIL,   REQUESTS,             reply_is_late,  lapse,          requested_no_chat),
    Row("overdue",                  STAFF,  REQUESTS,             reply_is_late,  lapse,          requested),
    Row("remind_readiness",         CHAT,   CONFIRMS,             readiness,      the_day_before, told),
    Row("arrived",                  CHAT,   ANY_HANDED,           arrival,        an_hour_before, told),
    Row("remind_readiness_mail",    MAIL,   CONFIRMS,             readiness,      the_day_before, told_no_chat),
    Row("remind_day_before",        CHAT,   CONFIRMS,             day_before,     an_hour_before, told),
    Row("remind_day_before_mail",   MAIL,   CONFIRMS,             day_before,     an_hour_before, told_by_mail),
    Row("url_missing",              STAFF,  CONFIRMS,             url_missing,    on_the_day,     no_url),
    Row("url_missing_today",        STAFF,  CONFIRMS,             url_missing_now,start,          no_url),
    Row("remind_one_hour",          CHAT,   CONFIRMS,             hour_before,    start,          told),
    Row("remind_one_hour_mail",     MAIL,   CONFIRMS,             hour_before,    start,          told_with_url),
    Row("remind_ten_minutes",       CHAT,   CONFIRMS,             ten_before,     ten_after,      told),
    Row("came",                     CARD,   CONFIRMS,             nobody_came,    over,           always),
    Row("outcome",                  CARD,   CONFIRMS,             next_morning,   ever,           always),
    # Of a person, not of a booking: by a measure or an objection, whose number ends the key (bot/measures.py)
    Row("warned",                   CHAT,   NONE,                 at_once,        ever,           always),
    Row("warned_mail",              MAIL,   NONE,                 at_once,        ever,           has_address),
    Row("withdrawn",                CHAT,   NONE,                 at_once,        ever,           always),
    Row("withdrawn_mail",           MAIL,   NONE,                 at_once,        ever,           has_address),
    Row("suspended",                CHAT,   NONE,                 at_once,        ever,           always),
    Row("suspended_mail",           MAIL,   NONE,                 at_once,        ever,           has_address),
    Row("unsuspended",              CHAT,   NONE,                 at_once,        ever,           always),
    Row("unsuspended_mail",         MAIL,   NONE,                 at_once,        ever,           has_address),
    Row("answered",                 CHAT,   NONE,                 at_once,        ever,           always),
    Row("answered_mail",            MAIL,   NONE,                 at_once,        ever,           has_address),
    Row("objected",                 STAFF,  NONE,                 at_once,        ever,           always),
    # Of nobody's booking yet: a time for whoever waits (bot/waiting.py)
    Row("offered",                  CHAT,   NONE,                 at_once,        ever,           always),
    Row("offer_over",               CHAT,   NONE,                 at_once,        ever,           always),
    # Of how another notice went (bot/sender.py), and of a code that was guessed at (bot/claims.py)
    Row("mail_left",                CARD,   NONE,                 at_once,        ever,           always),
    Row("letter_failed",            STAFF,  NONE,                 at_once,        ever,           always),
    Row("undelivered",              STAFF,  NONE,                 at_once,        ever,           always),
    Row("claim_locked",             STAFF,  NONE,                 at_once,        ever,           always),
    # Of no event of a booking: lists (bot/lists.py), a new version of the terms (bot/terms.py)
    Row("staff_list",               STAFF,  NONE,                 at_once,        ever,           always),
    Row("terms_changed",            CHAT,   NONE,                 at_once,        start,          ahead),
    Row("terms_changed_mail",       MAIL,   NONE,                 at_once,        start,          ahead_no_chat),
)
# fmt: on

KINDS: Mapping[str, Kind] = {row.kind: Kind(row.to[0], row.only_if, row.to[1]) for row in TABLE}
ROWS: Mapping[str, tuple[Row, ...]] = {  # by the event that promises them
    event: tuple(row for row in TABLE if event in row.after.split(", "))
    for event in {event for row in TABLE for event in row.after.split(", ") if event}
}
CONFIRMING = ("confirmed_mail", "moved_mail")  # letters by which a booking is confirmed (4(2)b)
AFTER_A_LETTER = {"url_mail": "url_sent", "url_changed_mail": "url_changed_sent"}  # what its being handed over is
OF_THE_TIME = [  # the old ones of a booking that is moved
    *(kind for kind, rule in KINDS.items() if rule.channel in ("chat", "mail")),
    *("overdue", "came", "outcome", "url_missing", "url_missing_today"),
]
ANOTHER_TIME = ("move", "confirm_move", "change")  # events after which those hold no more
OF_THE_REQUEST = ("no_reply", "no_reply_mail", "overdue")
ENDS_A_REQUEST = ("confirm", "decline", "propose", "cancel", "lapse")  # those hold no more after one of these
OF_THE_WISH = ("move_received", "move_no_reply", "move_overdue")  # hold no more once it is answered
REMINDERS = frozenset(row.kind for row in TABLE if row.kind.startswith("remind_"))
ANOTHER_FOLLOWS = ("remind_readiness_mail",)  # nothing is lost where it came too late
ONCE_PER_ADDRESS = ("arrived",)
NOT_AGAIN_SOON = ("remind_day_before", "remind_day_before_mail")  # where one went out some hours ago
BY_THE_CLOCK = frozenset(row.kind for row in TABLE if row.due is not at_once)  # due for many people at once
ToldOfPeople = Literal["warned", "withdrawn", "suspended", "unsuspended", "answered"]
OF_PEOPLE = frozenset({*(kind for what in get_args(ToldOfPeople) for kind in (what, f"{what}_mail")), "objected"})


def to_the_person(what: ToldOfPeople, booking: Booking) -> tuple[str, ...]:
    """By which notices the person of this booking can be told of a measure or an answer: chat, mail, both, none."""
    by_chat = (what,) if booking.chat is not None and KINDS[what].holds(booking) else ()
    return (*by_chat, *((f"{what}_mail",) if has_address(booking) else ()))
