"""One update, one transaction: load, hear, save. What is to be said comes back as a Reply; nothing is sent here.

A turn never commits and never talks to Telegram: `polling` runs it, the database commits it, `replies` speaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.counter import SqlCounter
from bot.database import Transaction
from bot.kit import Kit
from bot.language import Words, guess, in_every_language
from bot.reply import Before, Deletion, Press, Reply, Shot
from bot.store import Card, Key, Place
from flows import reception
from flows.counter import Booking
from flows.dialog import Dialog
from flows.reception import Command
from flows.showing import GO_BACK, STOP
from flows.steps import Context, Conversation, Pressed, Question, Said, Typed, Unreadable
from flows.text import Text

Where = Literal["private", "staff", "other"]

ONLY_STAFF = Text("Only members of the staff group can decide.")
DELETED = Text("We deleted the message that you sent from this chat.")
DELETED_ELSEWHERE = Text(
    "That message looked like a number or an address, so we deleted it from this chat. It was not saved."
)
SHARE = Text("Share this phone number")
PUT_AWAY = Text("The phone-number button has been put away.")
GRACE = timedelta(seconds=20)  # the turn's own reply does it at once; the outbox does it where that did not happen
DELETE_FAILED = Text("We could not delete that message from this chat. Please delete it yourself.")


@dataclass(frozen=True)
class Incoming:
    """An update as far as the bot cares. `message_id`: of the message that arrived, or whose button was pressed."""

    update_id: int
    where: Where
    chat_id: int
    who: int
    said: Said | Command | None
    message_id: int | None = None
    query_id: str | None = None
    language_code: str | None = None
    name: str = field(default="", repr=False)  # of staff only
    private: bool = False  # the message looks like a number or an address: deleted wherever it arrives

    @property
    def key(self) -> Key:
        return (self.chat_id, "")

    def is_below(self, card: Card) -> bool:
        """Whether it came by another message than the card: typed, or pressed on an older or a second copy."""
        return self.message_id not in (None, card.id)


async def private(kit: Kit, transaction: Transaction, incoming: Incoming, now: datetime) -> Reply | None:
    """A job-seeker's turn. None where the update has taken effect before."""
    if not await kit.store.first_time(transaction, incoming.update_id, now):
        return None
    place = await kit.store.load(transaction, incoming.key)
    place.closed_at = None
    conversation = place.conversation
    if place.new:
        conversation.language, ask = guess(incoming.language_code)
        conversation.known["ask_language"] = ask
    counter = kit.counter(transaction, now, incoming.chat_id, conversation.language)
    context = Context(kit.days, counter, now, conversation, incoming.who)
    words = kit.words(conversation.language, now)
    at_private_question = _private_question(place)
    heard = await reception.hear(context, await _meant(context, words, incoming))
    shot = await shoot(kit, place, context, now)
    deletion = await _delete(kit, transaction, place, incoming, now, at_private_question)
    terms = await _terms(kit, transaction, incoming, now) if heard.terms else None
    place.card.buried |= incoming.is_below(place.card) and deletion is None
    await _save(kit, transaction, place, counter, now)
    words = kit.words(conversation.language, now)
    return Reply(
        place.key, place.turns, place.card, shot, deletion, _press(words, incoming, heard.toast),
        put_away=words.say(PUT_AWAY), before=terms,
    )  # fmt: skip


async def _terms(kit: Kit, transaction: Transaction, incoming: Incoming, now: datetime) -> Before:
    """The whole text of the terms, to keep and search, above the screen."""
    key = f"terms:{incoming.update_id}"
    await kit.outbox.put(transaction, key, "terms", now + GRACE, now + timedelta(days=1), chat_id=incoming.chat_id)
    return Before(key, kit.days.office.terms.text)


async def _save(kit: Kit, transaction: Transaction, place: Place, counter: SqlCounter, now: datetime) -> None:
    """Write the turn. A card that is about to show values is known for one before it does."""
    if place.card.id and not place.card.kind and _shows_values(place.conversation):
        place.card = replace(place.card, kind="private")
    consented = place.consented or counter.consented
    fleeting = reception.in_form(place.conversation) or not consented
    await kit.store.save(transaction, place, now, fleeting)


def _private_question(place: Place) -> bool:
    """Whether what arrives now is at a question whose answers are private."""
    dialog = reception.DIALOGS.get(place.conversation.dialog)
    step = dialog.by_name.get(place.conversation.state) if dialog else None
    return isinstance(step, Question) and step.private


async def _meant(context: Context, words: Words, incoming: Incoming) -> Said | Command:
    """Words that stand on a button are that button: 戻る and やめる at every question, in every language."""
    said, conversation = incoming.said or Unreadable(), context.conversation
    if not isinstance(said, Typed) or len(said.text) > 64 or not reception.known(conversation):
        return said
    typed = said.text.strip()
    for way_out in (GO_BACK, STOP):
        if isinstance(way_out.label, Text) and typed in in_every_language(way_out.label):
            return Pressed(conversation.flow, conversation.state, way_out.value)
    for row in words.buttons((await reception.screen(context)).rows):
        for button in row:
            if typed == button.label:
                return Pressed(conversation.flow, conversation.state, button.value)
    return said


async def _delete(
    kit: Kit, transaction: Transaction, place: Place, incoming: Incoming, now: datetime, private_question: bool
) -> Deletion | None:
    """Whatever arrives at a private question goes; elsewhere what looks like a number or an address."""
    if incoming.query_id or incoming.message_id is None:
        return None
    if not (private_question or incoming.private):
        return None
    key = await kit.outbox.delete_message(
        transaction, incoming.chat_id, incoming.message_id, str(incoming.update_id), now, GRACE
    )
    words = kit.words(place.conversation.language, now)
    if place.conversation.note_if_kept:  # the screen itself says that it was deleted
        return Deletion(incoming.message_id, key)
    done = words.say(DELETED if private_question else DELETED_ELSEWHERE)
    return Deletion(incoming.message_id, key, done, words.say(DELETE_FAILED))


def _press(words: Words, incoming: Incoming, toast: Text | None, alert: bool = False) -> Press | None:
    if incoming.query_id is None:
        return None
    return Press(incoming.query_id, incoming.message_id, words.say(toast)[:200] if toast else "", alert)


async def shoot(kit: Kit, place: Place, context: Context, now: datetime) -> Shot:
    """The screen of a private chat, in words."""
    conversation, screen = place.conversation, await reception.screen(context)
    words = kit.words(conversation.language, now)
    kept = words.all((screen.note_if_kept, *screen.say[1:])) if screen.note_if_kept else ""
    return Shot(
        words.all(screen.say), words.buttons(screen.rows), conversation.flow, conversation.state,
        _shows_values(conversation), kept, words.say(SHARE) if screen.contact else "",
        screen.forget and not place.consented,
    )  # fmt: skip


def _shows_values(conversation: Conversation) -> bool:
    """The review does, and a question that asks one value back."""
    return conversation.check is not None or conversation.state == reception.DIALOGS[conversation.dialog].review


async def again(kit: Kit, transaction: Transaction, key: Key, now: datetime) -> Reply | None:
    """The current screen of a private chat once more: it is owed, or was closed by the clock."""
    place = await kit.store.load(transaction, key)
    if place.new or place.shown >= place.turns:
        return None
    counter = kit.counter(transaction, now, key[0], place.conversation.language)
    context = Context(kit.days, counter, now, place.conversation, key[0])
    return await _as_it_stands(kit, place, context, now)


async def ask(kit: Kit, transaction: Transaction, dialog: Dialog, booking: Booking, now: datetime) -> Reply | None:
    """The bot begins a turn of its own: a question about this booking, with buttons. None where it stands there."""
    if booking.chat is None:
        return None
    return await ask_in(kit, transaction, booking.chat, booking.language, dialog, booking.id, now)


async def ask_in(
    kit: Kit, transaction: Transaction, chat: int, language: str, dialog: Dialog, about: str, now: datetime
) -> Reply | None:
    """The same in a chat, about anything.

    Its notice says it and tries again, or lets it go when its time is over: the screen is not owed by itself.
    """
    place = await kit.store.load(transaction, (chat, ""))
    if place.new:
        place.conversation.language = language
    counter = kit.counter(transaction, now, chat, place.conversation.language)
    context = Context(kit.days, counter, now, place.conversation, chat)
    if await reception.ask(context, dialog, about):
        place.card.buried = True  # it comes as a message of its own, so that the phone tells of it
        place.shown += place.shown == place.turns
        await _save(kit, transaction, place, counter, now)
    elif place.shown >= place.turns and not place.conversation.known.get(reception.UNSAID):
        return None
    return await _as_it_stands(kit, place, context, now)


async def _as_it_stands(kit: Kit, place: Place, context: Context, now: datetime) -> Reply:
    shot = await shoot(kit, place, context, now)
    put_away = kit.words(place.conversation.language, now).say(PUT_AWAY)
    return Reply(place.key, place.turns, place.card, shot, put_away=put_away)


async def expire(kit: Kit, transaction: Transaction, key: Key, now: datetime) -> Reply | None:
    """A day without an answer: the form is closed and its answers forgotten (第6条).

    前文 「この利用規約への同意が必要となります」: of who has not consented everything goes.
    """
    place = await kit.store.load(transaction, key)
    if place.touched is None or place.touched > kit.idle_since(now):
        return None  # somebody went on meanwhile
    if not place.consented:
        await kit.store.forget(transaction, key)
        return None
    counter = kit.counter(transaction, now, key[0], place.conversation.language)
    context = Context(kit.days, counter, now, place.conversation, key[0])
    await reception.expire(context)
    await _save(kit, transaction, place, counter, now)
    return await _as_it_stands(kit, place, context, now)
