"""What must hold of the promises: the outbox is what the rules say, and what it says was done was seen to be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot.playground.chats import Chat, Message
from tests.any_order.crashing_town import CrashingTown
from tests.any_order.ledger import Ledger
from tests.any_order.reading_of_the_terms import (
    HELPED,
    KINDS,
    LIFE,
    SAID,
    TOLD,
    Kind,
    Promise,
    arrived,
    is_by_day,
    local,
    promised,
)
from tests.any_order.visitors import Visitor
from tests.town import OFFICE_MAIL

OF_NO_BOOKING = ("delete", "terms", "no_mailbox", "letters_wait", "staff_list")
Event = tuple[str, datetime | None]  # how the confirming letter ended came at a moment that is not known
CLOSED = ("forbidden", "closed")  # why nothing can be said in a chat any more
FOR_NO_CHAT = (  # letters that wait until their message has found the chat open or closed
    "no_reply_mail", "expired_mail", "proposal_lapsed_mail", "terms_changed_mail", "remind_readiness_mail",
)  # fmt: skip
ALSO_AFTERWARDS = ("missed", "expired", "cancelled")  # told of a session whose time is over
SAME_WORDS = {"confirmed_by_phone": "confirmed", "url_missing_today": "url_missing"}

# How a message or the subject of a letter begins, in Japanese, plain Japanese and English.
CHAT_WORDS = {
    "received": ("【受け付けました】", "【うけとりました】", "[Received]"),
    "no_reply": ("【返信について】", "【返事(へんじ)について】", "[About the reply]"),
    "confirmed": ("【予約が確定しました】", "【予約(よやく)が 決(き)まりました】", "[Confirmed]"),
    "confirming": ("【確定の手続き中です】", "【決(き)める 手続(てつづ)きを しています】", "[Confirmation under way]"),
    "declined": ("【お受けできませんでした】", "【予約(よやく)できませんでした】", "[Not accepted]"),
    "cancelled": ("【キャンセルしました】", "【やめました】", "[Cancelled]"),
    "expired": ("【確定できませんでした】", "【予約(よやく)は 決(き)まりませんでした】", "[Not confirmed]"),
    "missed": ("【キャンセルとみなしました】", "【予約(よやく)は なくなりました】", "[Treated as cancelled]"),
    "remind_day_before": ("【予約のお知らせ】", "【予約(よやく)の お知(し)らせ】", "[Reminder]"),
    "arrived": ("【メールの確認】", "【メールの 確認(かくにん)】", "[About our email]"),
    "remind_readiness": ("【準備のお願い】", "【準備(じゅんび)の お願(ねが)い】", "[Getting ready]"),
    "remind_ten_minutes": ("【10分後に始まります】", "【10分(ぷん)あとに 始(はじ)まります】", "[Starts in 10 minutes]"),
    "calling": ("【電話します】", "【電話(でんわ)します】", "[We will call you]"),
    "remind_one_hour": ("【1時間後に始まります】", "【1時間(じかん)あとに 始(はじ)まります】", "[Starts in 1 hour]"),
}
STAFF_WORDS = {
    "overdue": ("【返信期限を過ぎました】",),
    "undelivered": ("【送信できません】",),
    "staff_list": ("【返信待ちの申し込み】",),
    "url_missing": ("【URL未設定】",),
}
MAIL_WORDS = {
    "confirmed_mail": ("【予約が確定しました】", "【予約(よやく)が 決(き)まりました】", "[Confirmed]"),
    "remind_day_before_mail": ("【予約のお知らせ】", "【予約(よやく)の お知(し)らせ】", "[Reminder]"),
    "declined_mail": ("【お受けできませんでした】", "【予約(よやく)できませんでした】", "[Request not accepted]"),
    "cancelled_mail": ("【キャンセルしました】", "【予約(よやく)を やめました】", "[Booking cancelled]", "[Cancelled]"),
    "expired_mail": ("【確定できませんでした】", "【予約(よやく)は 決(き)まりませんでした】", "[Not confirmed]"),
    "missed_mail": ("【キャンセルとみなしました】", "【予約(よやく)は なくなりました】", "[Treated as cancelled]"),
    "received_office": ("【新しい申し込み】",),
    "cancelled_office": ("【キャンセルの連絡】",),
}


def kept(ledger: Ledger) -> Iterator[str]:
    """Each booking's notices are those that its history promises: none missing, none extra, each with its times."""
    for booking in ledger.bookings.values():
        found = [notice for notice in ledger.notices_of(booking.id) if notice.kind != "mail_left"]  # the card tells
        asked = _asked_before(ledger, booking)
        aside = [("undelivered", None, None)] if _dead(found, "chat") else []
        aside += [("letter_failed", None, None)] if _dead(found, "mail") else []
        ways = [[*aside, *_wanted(booking, history, asked)] for history in _histories(ledger, booking, found)]
        ways = [[*way, *_by_mail_instead(way, found)] for way in ways]
        if not any(_is_met(way, found) for way in ways):
            wanted = " or ".join(str(_readable((kind, when) for kind, when, _ in way)) for way in ways)
            yield f"{booking.ref}: {_readable((n.kind, n.due_at) for n in found)} instead of {wanted}"
    for notice in ledger.notices.values():
        if notice.booking_id is None and notice.kind not in OF_NO_BOOKING:
            yield f"an apology or an alert: {notice.key}"


def _by_mail_instead(way: list[Promise], found: list[Row[Any]]) -> Iterator[Promise]:
    """What cannot be said in a chat that is closed to the bot is written, where there is a letter for it."""
    written = {kind for kind, _, _ in way}
    for notice in found:
        letter = f"{notice.kind}_mail"
        if notice.state == "dead" and notice.error in CLOSED and letter in KINDS and letter not in written:
            yield letter, None, notice.not_after


def _asked_before(ledger: Ledger, booking: Row[Any]) -> bool:
    """Whether the person was asked about their address with another booking: that is done once."""
    others = (other for other in ledger.bookings.values() if other.chat_id == booking.chat_id and other is not booking)
    return any(notice.kind == "arrived" for other in others for notice in ledger.notices_of(other.id))


def _dead(found: list[Row[Any]], to: str) -> bool:
    """Whether something by this channel was given up, or a letter that was tried came too late; of the confirming
    letter nothing but its own promises tells.
    """
    by_it = [n for n in found if KINDS[n.kind].to == to and n.kind != "confirmed_mail"]
    return any(n.state == "dead" or (to == "mail" and n.state == "expired" and n.attempts > 1) for n in by_it)


def _is_met(wanted: list[Promise], found: list[Row[Any]]) -> bool:
    kinds = Counter((kind, until) for kind, _, until in wanted) == Counter((n.kind, n.not_after) for n in found)
    times = Counter((kind, when) for kind, when, _ in wanted if when) <= Counter((n.kind, n.due_at) for n in found)
    return kinds and times


def _readable(due: Iterable[tuple[str, datetime | None]]) -> list[str]:
    return sorted(f"{kind} {local(when):%m-%d %H:%M}" if when else kind for kind, when in due)


def _histories(ledger: Ledger, booking: Row[Any], found: list[Row[Any]]) -> list[list[Event]]:
    """The events of a booking; how its letter ended is no decision: that may have come anywhere after `confirm`."""
    events: list[Event] = [(decision.event, decision.at) for decision in ledger.decisions.get(booking.id, [])]
    states = {notice.state for notice in found if notice.kind == "confirmed_mail"}
    at = next((notice.ended_at for notice in found if notice.kind == "confirmed_mail" and notice.state == "sent"), None)
    letter = "handed" if "sent" in states else "failed" if states & {"dead", "expired"} else ""
    if not letter:
        return [events]
    first = [event for event, _ in events].index("confirm") + 1
    return [[*events[:place], (letter, at), *events[place:]] for place in range(first, len(events) + 1)]


def _wanted(booking: Row[Any], history: list[Event], asked: bool) -> Iterator[Promise]:
    state, told, said = "new", "", set[str]()
    for event, when in history:
        state = LIFE.get(state, {}).get(event, state)
        told = "waiting" if event == "confirm" else event if event in ("failed", *TOLD) else told
        yield from promised(event, when, (state, told), booking.requested_at, booking.start)
        if event == "handed" and when and state == "confirmed" and not asked:
            yield from arrived(when, booking.start)
        yield from ((card, when, None) for card in said if event in HELPED)
        said |= {event} & set(SAID)
    if booking.contact_at:
        yield "came", booking.contact_at, None


def due_is_done(ledger: Ledger, town: CrashingTown) -> Iterator[str]:
    """What is due waits for nothing but a lease, a mail server, another try, the morning, or its message."""
    for notice in ledger.notices.values():
        if notice.state != "pending" or notice.due_at > ledger.now:
            continue
        put_off = notice.next_try > ledger.now
        letter = KINDS[notice.kind].to in ("mail", "office") if notice.kind in KINDS else False
        leased = notice.lease_until is not None and (notice.owner != town.app.kit.outbox.owner or letter)
        told = notice.booking_id is None or ledger.bookings[notice.booking_id].told in TOLD
        waits = notice.kind in FOR_NO_CHAT or (not told and notice.kind.startswith("remind_"))
        if put_off and not notice.error and is_by_day(ledger.now) and not waits:
            yield f"{notice.key} waits without a reason until {local(notice.next_try)}"
        if not put_off and not leased:
            yield f"{notice.key} is due since {local(notice.due_at)} and not done"


def ended_rightly(before: Ledger, now: Ledger) -> Iterator[str]:
    """A notice was sent while its condition held and in its time; given up only where it did not, or was too late."""
    for key, notice in now.notices.items():
        was = before.notices.get(key)
        if notice.state == "pending" or (was and was.state != "pending"):
            anew = notice.kind == "arrived" and was is not None and was.state != "sent"  # another letter is asked about
            if was and was.state not in ("pending", notice.state) and not anew:
                yield f"{key} was {was.state}, then {notice.state}"
            continue
        late = notice.not_after is not None and now.now > notice.not_after
        holds = set(_held(before, now, notice))
        under_way = bool(was and was.lease_until)  # already: a mail server may have had it for a day
        if under_way:
            holds |= {True, False}
        right = {
            "sent": True in holds and (not late or under_way), "cancelled": False in holds, "expired": late,
            "dead": KINDS.get(notice.kind, Kind("chat")).to in ("chat", "mail"),
        }  # fmt: skip
        if not right[notice.state]:
            yield f"{key} is {notice.state} at {local(now.now)}, not after {notice.not_after}, holds: {holds}"
        if notice.booking_id and notice.state == "sent" and notice.due_at > now.now:
            yield f"{key} was sent before it was due"


def _held(before: Ledger, now: Ledger, notice: Row[Any]) -> Iterator[bool]:
    """Whether the condition held, in each way the booking stood since `before`."""
    if notice.kind == "staff_list":
        yield from (any(booking.state == "requested" for booking in at.bookings.values()) for at in (before, now))
        return
    if notice.booking_id is None:
        yield True
        return
    for state, told in ways_it_stood(before, now, notice.booking_id):
        yield KINDS[notice.kind].may_be_said(state, told)
    if notice.kind in ("came", "outcome") and not _asks(now, now.bookings[notice.booking_id], notice.kind):
        yield False


def _asks(now: Ledger, booking: Row[Any], kind: str) -> bool:
    """Whether there is something to ask staff: who came, ten minutes after the start; how it went, next morning."""
    if kind == "outcome":
        return bool(booking.state == "ended")
    since, until = (booking.start + timedelta(minutes=minutes) for minutes in (10, 45))
    return bool(booking.state == "confirmed" and booking.contact_at is None and since <= now.now < until)


def ways_it_stood(before: Ledger, now: Ledger, key: str) -> set[tuple[str, str]]:
    booking, was = now.bookings[key], before.bookings.get(key)
    states, tolds = {was.state if was else "requested"}, {was.told if was else "", booking.told}
    state = was.state if was else "new"
    for decision in now.decisions.get(key, [])[len(before.decisions.get(key, [])) :]:
        state = LIFE.get(state, {}).get(decision.event, state)
        states.add(state)
    return {(state, told) for state in states for told in tolds}


def said_rightly(before: Ledger, now: Ledger, new: list[Message], visitor: Visitor) -> Iterator[str]:
    """Nothing new was said that did not hold, came too late, or rang at night."""
    bookings = [booking for booking in now.bookings.values() if booking.chat_id == visitor.person.id]
    for message in new:
        kind = _kind(message.text, CHAT_WORDS)
        if kind is None:
            continue
        if KINDS[kind].by_day and not is_by_day(message.date):
            yield f"{kind} rang {visitor.name} at {local(message.date)}"
        told = [b for b in bookings if message.date <= b.start or kind in ALSO_AFTERWARDS]
        ways = [way for b in told for way in ways_it_stood(before, now, b.id)]
        if not any(KINDS[kind].may_be_said(*way) for way in ways):
            yield f"{visitor.name} was told {kind}, and nothing was so: {ways}"


def said_once(now: Ledger, town: CrashingTown, visitor: Visitor) -> Iterator[str]:
    """What was marked as sent to somebody was seen there, once."""
    heard = Counter(filter(None, (_kind(message.text, CHAT_WORDS) for message in first_seen(visitor.person.chat))))
    told = _sent(now, visitor.person.id, "chat")
    heard["arrived"] = min(heard["arrived"], told["arrived"])  # a question: it comes again below what came after it
    yield from _as_often(heard, told, town, visitor.name)
    letters = [letter["Subject"] for letter in town.mailbox.letters if letter["To"] == visitor.email]
    arrived = Counter(filter(None, (_kind(subject, MAIL_WORDS) for subject in letters)))
    yield from _as_often(arrived, _sent(now, visitor.person.id, "mail"), town, visitor.email)


def said_to_staff(now: Ledger, town: CrashingTown) -> Iterator[str]:
    """The same for the staff group and the office's mailbox."""
    heard = Counter(filter(None, (_kind(message.text, STAFF_WORDS) for message in first_seen(town.group.chat))))
    told = _sent(now, None, "staff")
    yield from _as_often(heard, Counter({kind: told[kind] for kind in STAFF_WORDS}), town, "the staff group")
    letters = [letter["Subject"] for letter in town.mailbox.letters if letter["To"] == OFFICE_MAIL]
    arrived = Counter(filter(None, (_kind(subject, MAIL_WORDS) for subject in letters)))
    yield from _as_often(arrived, _sent(now, None, "office"), town, OFFICE_MAIL)


def staff_know(now: Ledger, town: CrashingTown) -> Iterator[str]:
    """Staff are told that their mailbox takes no letter, and only if it was so."""
    refused = [n for n in now.notices.values() if n.error.startswith("5") and KINDS[n.kind].to == "office"]
    told = [n for n in now.notices.values() if n.kind == "no_mailbox"]
    if refused and not told:
        yield f"staff do not know of {[notice.key for notice in refused]}"
    if told and not town.post.failed:
        yield "staff were told of a mailbox that was never closed"


def _as_often(seen: Counter[str], sent: Counter[str], town: CrashingTown, whom: str) -> Iterator[str]:
    """What is marked as sent was seen; more copies than that come from crashes and lost answers alone."""
    if lost := sent - seen:
        yield f"marked as sent and never seen by {whom}: {dict(lost)}"
    if sum((seen - sent).values()) > town.crashes + town.lost_answers:
        yield f"seen by {whom} more often than promised: {dict(seen - sent)}"


def first_seen(chat: Chat) -> list[Message]:
    """Every message of the bot as it first was."""
    return [message for message in chat.history if message.from_bot and not message.edited_times]


def _kind(text: str, words: Mapping[str, tuple[str, ...]]) -> str | None:
    return next((kind for kind, begins in words.items() if text.startswith(begins)), None)


def _sent(ledger: Ledger, chat: int | None, to: str) -> Counter[str]:
    """How many were marked as sent by this channel; of one chat, if one is given."""
    found = [n for n in ledger.notices.values() if n.state == "sent" and n.kind in KINDS and KINDS[n.kind].to == to]
    return Counter(SAME_WORDS.get(n.kind, n.kind) for n in found if chat is None or n.chat_id == chat)
