"""What must hold of the screens: everybody sees where the database says they are, has a way on, and sees no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from bot.playground.chats import Message
from tests.any_order.crashing_town import CrashingTown
from tests.any_order.ledger import Ledger
from tests.any_order.visitors import Visitor, value_of
from tests.town import OFFICE_MAIL

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
    if dialog == "settling":
        open_still = booking.state == "confirmed" and booking.told == "failed"
    else:
        open_still = booking.state == "requested"
    waits = [n for n in ledger.notices_of(key) if n.kind in ("card", "mail_failed") and n.state == "pending"]
    if waits or booking.state == "ended":
        return
    if bool(card.labels) != open_still:
        yield f"the card of {booking.ref} ({booking.state}) has the buttons {card.labels}"
    if dialog == "deciding" and booking.state in VERDICTS:
        decided = [d for d in ledger.decisions[key] if d.event in ("confirm", "decline")]
        name = decided[-1].name if decided and booking.state in ("confirmed", "declined") else ""
        if VERDICTS[booking.state] not in card.text or name not in card.text:
            yield f"the card of {booking.ref} ({booking.state} by {name}) says {card.text}"


def one_living_card(town: CrashingTown, visitors: Sequence[Visitor]) -> Iterator[str]:
    """One question at most can be answered; not said of a chat where a screen or its end got lost on the way."""
    for visitor in visitors:
        chat = visitor.person.chat
        if town.crashes or town.refused or visitor.person.id in town.deaf | town.forgotten:
            continue
        cards = [message for message in visitor.person.messages if message.from_bot and message.buttons]
        questions = [c for c in cards if not all(value_of(b).startswith("menu:") for row in c.buttons for b in row)]
        if len(questions) + bool(chat.keyboard) > 1:
            yield f"more than one living card\n{chat}"


def not_again(before: Ledger, now: Ledger, whose: int) -> Iterator[str]:
    """An update that came again was no turn."""
    taken = {(row.chat_id, row.subject): row.turns for row in before.conversations}
    for row in now.conversations:
        if row.chat_id == whose and row.turns != taken.get((row.chat_id, row.subject)):
            yield f"{_who(row)}: an update that came again was a turn"


def nobody_elses(town: CrashingTown, visitors: Sequence[Visitor]) -> Iterator[str]:
    """Nobody reads anything of anybody else; the staff group reads nothing of anybody."""
    for visitor in visitors:
        others = [word for other in visitors if other is not visitor for word in other.data]
        own = [letter for letter in town.mailbox.letters if letter["To"] == visitor.email]
        texts = [m.text for m in visitor.person.chat.history] + [str(letter.get_body()) for letter in own]
        texts += [label for m in visitor.person.chat.history for label in m.labels]
        yield from (f"{visitor.name} reads {word}" for text in texts for word in others if word in text)
    everybody = [word for visitor in visitors for word in visitor.data]
    group = [m.text for m in town.group.chat.history]
    yield from (f"the group reads {word}" for text in group for word in everybody if word in text)
    known = {OFFICE_MAIL, *(visitor.email for visitor in visitors)}
    yield from (f"a letter to {letter['To']}" for letter in town.mailbox.letters if letter["To"] not in known)


def deleted(ledger: Ledger, visitors: Sequence[Visitor]) -> Iterator[str]:
    """A number or an address that was typed does not stay, once its deletion is marked as done."""
    done = {(n.chat_id, n.message_id): n.state for n in ledger.notices.values() if n.kind == "delete"}
    for visitor in visitors:
        private = (visitor.number, visitor.email, visitor.phone)
        for message in visitor.person.messages:
            if not message.from_bot and any(word in message.text for word in private):
                state = done.get((visitor.person.id, message.id))
                if state in (None, "sent", "cancelled"):
                    yield f"{visitor.name}'s {message.text} stands in the chat; its deletion is {state}"
