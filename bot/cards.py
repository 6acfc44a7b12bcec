"""The cards of the staff group: one conversation a card, shared by all who may decide (`flows.deciding`).

A card is shown by the outbox (kind `card`, `mail_failed`), edited as its booking goes on, and heard here. It stands
once: another copy, which a crash or a lost answer has left, loses its buttons when one of them is pressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.counter import BOOKING, SqlCounter
from bot.database import Transaction
from bot.kit import Kit
from bot.reply import Press, Reply, Shot
from bot.store import CONVERSATION, Card, Key, Place
from bot.tables import AWAITING_OUTCOME, ENDING, LAPSING
from bot.turn import Incoming
from flows import hearing, showing
from flows.cards import ANOTHER_TIME, CARDS, VERDICTS, flow, name_of
from flows.counter import Booking
from flows.dialog import Dialog
from flows.lifecycle import CONFIRMED, REQUESTED
from flows.steps import Context, End, Pressed, Question, the_booking
from flows.text import Text

GONE = Text("This card belongs to no booking any more.")
DIALOG_OF = {  # of a kind of notice
    "card": "deciding", "move_card": "deciding_move", "mail_failed": "settling", "mail_left": "settling",
    "came": "attending", "outcome": "concluding", "late": "late", "cannot_connect": "cannot_connect",
}  # fmt: skip
ASK_ONLY = (
    "mail_left",
    "move_card",
    "came",
    "outcome",
    "late",
    "cannot_connect",
)  # begun only where there is something to ask


async def refresh(
    kit: Kit, transaction: Transaction, staff_chat: int, kind: str, booking: Booking, now: datetime
) -> Reply | None:
    """The card as the booking now stands: begun, or moved on because the booking did; None where it asks nothing."""
    dialog = CARDS[DIALOG_OF[kind]]
    place = await kit.store.load(transaction, (staff_chat, f"{dialog.name}:{booking.id}"))
    context = _context(kit, transaction, place, booking, now)
    conversation = place.conversation
    conversation.notes = []
    known = conversation.dialog == dialog.name and conversation.state in dialog.by_name
    where = _where_details_are(kit)  # as the letter of the same moment says
    if known and not _asks_again(dialog, context):
        await (_begin(dialog, context, where) if _about_another(dialog, context) else _catch_up(dialog, context))
        return await _saved(kit, transaction, dialog, place, context)
    place.card = Card()
    await _begin(dialog, context, where)
    if kind in ASK_ONLY and isinstance(dialog.by_name[conversation.state], End):
        return None
    return await _saved(kit, transaction, dialog, place, context)


def _where_details_are(kit: Kit) -> dict[str, str]:
    return {"details": "desk" if kit.pointer else "letter"}


async def _begin(dialog: Dialog, context: Context, known: Mapping[str, Any]) -> None:
    booking = the_booking(context)
    context.conversation.start(dialog.name, flow(dialog.name, booking), dict(known))
    await dialog.begin(context)


def _about_another(dialog: Dialog, context: Context) -> bool:
    """The card asks, and the person has asked for another time since it was shown."""
    shown, now = context.conversation.flow, flow(dialog.name, the_booking(context))
    asks = isinstance(dialog.by_name[context.conversation.state], Question)
    return asks and shown != now and name_of(now) not in (shown, now)


def _asks_again(dialog: Dialog, context: Context) -> bool:
    """It was over, and its question applies once more: that comes as a new message."""
    over = isinstance(dialog.by_name[context.conversation.state], End)
    return over and dialog.questions[0].when(context)


async def show_anew(kit: Kit, transaction: Transaction, old: int, new: int, now: datetime) -> None:
    """The staff group has another id: what stands under the old one cannot be pressed, so open cards come again."""
    await transaction.execute(delete(CONVERSATION).where(CONVERSATION.c.chat_id == old))
    undecided = {
        "card": (LAPSING, BOOKING.c.lapses_at > now, BOOKING.c.state == REQUESTED),
        "move_card": (ENDING, BOOKING.c.ends_at > now, BOOKING.c.state == CONFIRMED, BOOKING.c.wanted_lapses_at > now),
        "mail_failed": (ENDING, BOOKING.c.ends_at > now, BOOKING.c.state == CONFIRMED, BOOKING.c.told == "failed"),
        "came": (ENDING, BOOKING.c.ends_at > now, BOOKING.c.state == CONFIRMED, BOOKING.c.start <= now),
        "outcome": (AWAITING_OUTCOME,),
    }
    for kind, still_open in undecided.items():
        for (booking_id,) in await transaction.execute(select(BOOKING.c.id).where(*still_open)):
            await kit.outbox.put(transaction, f"{kind}:{booking_id}:{new}", kind, now, booking_id=booking_id)


async def press(kit: Kit, transaction: Transaction, incoming: Incoming, now: datetime) -> Reply | Press | None:
    """A member of staff pressed a button. Who was first has decided; the others read who it was, and when."""
    if not await kit.store.first_time(transaction, incoming.update_id, now):
        return None
    said, query_id = incoming.said, incoming.query_id
    if not isinstance(said, Pressed) or query_id is None:
        return None  # the staff group speaks by buttons
    words = kit.words(kit.days.office.language, now)
    name, booking_id, *_ = (*said.flow.split(":"), "")
    dialog = CARDS.get(name)
    booking = await kit.counter(transaction, now, None, "").booking(booking_id) if dialog else None
    if dialog is None or booking is None:
        return Press(query_id, incoming.message_id, words.say(GONE), alert=True)
    place = await kit.store.load(transaction, (incoming.chat_id, name_of(said.flow)))
    context = _context(kit, transaction, place, booking, now, incoming)
    if place.conversation.dialog != name:
        return Press(query_id, incoming.message_id, words.say(GONE), alert=True)
    toast = await _hear(dialog, context, said)
    reply = await _saved(kit, transaction, dialog, place, context)
    press = Press(query_id, incoming.message_id, words.say(toast)[:200] if toast else "", toast is not None)
    return Reply(reply.key, reply.turn, reply.card, reply.shot, press=press)


async def _hear(dialog: Dialog, context: Context, said: Pressed) -> Text | None:
    """What the presser is told, where the press changed nothing."""
    context.conversation.notes = []
    if _about_another(dialog, context):
        await _begin(dialog, context, context.known)
    if said.flow != context.conversation.flow and isinstance(dialog.by_name[context.conversation.state], Question):
        return ANOTHER_TIME
    await _catch_up(dialog, context)
    late = isinstance(dialog.by_name[context.conversation.state], End)
    toast = await hearing.hear(dialog, context, said)
    return VERDICTS[dialog.name](context) if late and dialog.name in VERDICTS else toast


async def _catch_up(dialog: Dialog, context: Context) -> None:
    """Where the booking went on without this card, so does the card."""
    step = dialog.by_name[context.conversation.state]
    if isinstance(step, Question) and not step.when(context):
        await dialog.go_on(context)


def _context(
    kit: Kit, transaction: Transaction, place: Place, booking: Booking, now: datetime, by: Incoming | None = None
) -> Context:
    counter: SqlCounter = kit.counter(transaction, now, booking.chat, booking.language)
    place.conversation.language = kit.days.office.language
    who, name = (by.who, by.name) if by else (0, "")
    return Context(kit.days, counter, now, place.conversation, who, name, booking)


async def _saved(kit: Kit, transaction: Transaction, dialog: Dialog, place: Place, context: Context) -> Reply:
    await kit.store.save(transaction, place, context.now, fleeting=False)
    return await _shown(kit, dialog, place, context)


async def _shown(kit: Kit, dialog: Dialog, place: Place, context: Context) -> Reply:
    now, conversation = context.now, place.conversation
    conversation.known = {**_where_details_are(kit), **conversation.known}  # what is over knows nothing any more
    screen = await showing.screen(dialog, context)
    words = kit.words(conversation.language, now)
    shot = Shot(words.all(screen.say), words.buttons(screen.rows), conversation.flow, conversation.state)
    return Reply(place.key, place.turns, place.card, shot)


async def again(kit: Kit, transaction: Transaction, key: Key, now: datetime) -> Reply | None:
    """A card whose screen is owed."""
    booking = await kit.counter(transaction, now, None, "").booking(key[1].partition(":")[2])
    place = await kit.store.load(transaction, key)
    dialog = CARDS.get(place.conversation.dialog)
    if place.new or place.shown >= place.turns or dialog is None or booking is None:
        return None
    context = _context(kit, transaction, place, booking, now)
    return await _shown(kit, dialog, place, context)
