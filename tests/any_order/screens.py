"""What must hold of the screens: everybody sees where the database says they are, and has a way on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot.playground.chats import Message
from tests.any_order.crashing_town import CrashingTown
from tests.any_order.ledger import Ledger

TRIED_AGAIN = timedelta(seconds=10)  # a screen that could not be shown is shown again after this time
VERDICTS = {
    "confirmed": "【確定",
    "declined": "【お断り",
    "cancelled": "【利用者がキャンセル】",
    "lapsed": "【期限切れ】",
}


def shown(ledger: Ledger, town: CrashingTown) -> Iterator[str]:
    """The card of every conversation stands in its chat, with the buttons of where it is."""
    for row in ledger.conversations:
        chat = town.server.cloud.chats[row.chat_id]
        if row.shown < row.turns:
            if row.updated_at <= ledger.now - TRIED_AGAIN:
                yield f"{_who(row)} was left in silence"
            continue
        if chat.blocked or row.chat_id in town.deaf:
            continue
        card = chat.shown.get(row.card or 0)
        if card is None:
            yield f"{_who(row)}: its card is not there\n{chat}"
        elif row.subject:
            yield from _staff_card(ledger, row, card)
        elif not _is_at(card, f"{ledger.flows[row.chat_id, '']}|{row.state}|"):
            yield f"{_who(row)}: the screen is another one\n{chat}"


def _who(row: Row[Any]) -> str:
    return f"{row.chat_id} {row.subject} at {row.dialog}/{row.state} ({row.shown} of {row.turns})"


def _is_at(card: Message, here: str) -> bool:
    """With buttons that all belong here, or the reply keyboard of the one question that has one."""
    if card.keyboard:
        return "|phone|" in here
    return bool(card.labels) and all(str(b.data).startswith(here) for row in card.buttons for b in row)


def _staff_card(ledger: Ledger, row: Row[Any], card: Message) -> Iterator[str]:
    """A card that can be decided has buttons; a decided one says how, and by whom."""
    dialog, _, key = row.subject.partition(":")
    booking = ledger.bookings[key]
    asks = {
        "settling": booking.state == "confirmed" and booking.told == "failed",
        "attending": booking.state == "confirmed" and booking.contact_at is None,
        "concluding": booking.state == "ended",
        "deciding": booking.state == "requested",
        "deciding_move": booking.state == "confirmed" and booking.wanted_start is not None,
    }
    if dialog not in asks:
        return
    cards = ("card", "mail_failed", "came", "outcome", "move_card")
    waits = [n for n in ledger.notices_of(key) if n.kind in cards and n.state == "pending" and n.due_at <= ledger.now]
    if waits or (booking.state == "ended" and dialog != "concluding"):
        return
    if bool(card.labels) != asks[dialog]:
        yield f"the card of {booking.ref} ({booking.state}) has the buttons {card.labels}"
    if dialog == "deciding" and booking.state in VERDICTS:
        decided = [d for d in ledger.decisions[key] if d.event in ("confirm", "decline")]
        name = decided[-1].name if decided and booking.state in ("confirmed", "declined") else ""
        if VERDICTS[booking.state] not in card.text or name not in card.text:
            yield f"the card of {booking.ref} ({booking.state} by {name}) says {card.text}"


def not_again(before: Ledger, now: Ledger, whose: int) -> Iterator[str]:
    """An update that came again was no turn."""
    taken = {(row.chat_id, row.subject): row.turns for row in before.conversations}
    for row in now.conversations:
        if row.chat_id == whose and row.turns != taken.get((row.chat_id, row.subject)):
            yield f"{_who(row)}: an update that came again was a turn"


def nobody_waits(ledger: Ledger, town: CrashingTown) -> Iterator[str]:
    """In the end every press and every word was answered; a fault or a cut costs the answer of one press at most."""
    for row in ledger.conversations:
        if row.shown < row.turns:
            yield f"{_who(row)} is left in silence"
    if town.server.cloud.pending:
        yield f"never taken: {town.server.cloud.pending}"
    if len(town.server.unanswered) > town.crashes + town.refused:
        yield f"buttons that spin for ever: {town.server.unanswered}"
