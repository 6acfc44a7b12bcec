"""Speaking: one living card per conversation, edited in place; where something stands below it, a new one is sent.

The contact button needs a reply keyboard, so that question is a message of its own, and the keyboard is put away
after it. Values stand only in a card whose id is committed as "private" before they are: whatever dies in between,
it is known, and edited or deleted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.database import Transaction
from bot.outbox import Outbox
from bot.reply import Deletion, Press, Reply, Shot
from bot.store import Card, Store
from bot.telegram.api import UNCHANGED, Api, failure
from bot.telegram.updates import SEPARATOR

log = structlog.get_logger()

NO_KEYBOARD = {"remove_keyboard": True}
NOTHING_YET = "…"  # what a message says that shows values in a moment, or no more


@dataclass
class Said:
    """What came of speaking, to be written down: where the screen stands, and what the outbox need not do any more."""

    card: Card
    done: set[str] = field(default_factory=set)


class Speaker:
    """Says what a turn left to say, and writes down that it was said. What cannot be said now is owed: the sweeper
    says it later.
    """

    def __init__(self, api: Api, store: Store, outbox: Outbox):
        self.api, self.store, self.outbox = api, store, outbox

    async def speak(self, reply: Reply) -> TelegramError | None:
        """Answer the button, delete what must go, show the screen, write down that it was shown.

        Gives the error where a private chat is closed to the bot: nothing is owed to it.
        """
        closed: TelegramError | None = None
        answer = asyncio.create_task(self.answer(reply.press)) if reply.press else None
        said = Said(reply.card)
        try:
            await self._show(reply, said)
        except (Forbidden, BadRequest) as error:
            if reply.key[1] or not failure(error).permanent:
                raise  # a card of the staff group waits
            if said.card.kind == "private":
                await self._harmless(self.api.call("deleteMessage", chat_id=reply.key[0], message_id=said.card.id))
            log.info("chat closed to the bot", chat=reply.key[0], error=type(error).__name__)
            closed = error
        finally:
            if answer:
                await answer
        await self.store.database.surely(lambda transaction: self._note(transaction, reply, said))
        return closed

    async def _note(self, transaction: Transaction, reply: Reply, said: Said) -> None:
        if said.done:
            await self.outbox.keep(transaction, said.done)
        if reply.shot.forget:
            await self.store.was_last_shown(transaction, reply.key, reply.turn)
        else:
            await self.store.was_shown(transaction, reply.key, reply.turn, said.card)

    async def answer(self, press: Press) -> None:
        """`answerCallbackQuery`: stops the button's clock. Too late is harmless."""
        await self._harmless(
            self.api.call(
                "answerCallbackQuery",
                callback_query_id=press.query_id,
                text=press.toast or None,
                show_alert=press.alert or None,
            )
        )

    async def _show(self, reply: Reply, said: Said) -> None:
        chat, shot, card = reply.key[0], reply.shot, reply.card
        deleted = await self._delete(chat, reply.deletion, said)
        first, text = _texts(reply, deleted)
        if reply.before:
            await self.api.call("sendMessage", chat_id=chat, text=reply.before.text)
            said.done.add(reply.before.key)
        if card.kind == "keyboard" and not shot.contact:
            await self.api.call("sendMessage", chat_id=chat, text=first or reply.put_away, reply_markup=NO_KEYBOARD)
            await self._retire(chat, card, below=False)
            card, first = Card(), ""
        text = f"{first}\n\n{text}" if first else text
        elsewhere = reply.press is not None and reply.press.message_id not in (None, card.id)
        kept = reply.deletion is not None and not deleted
        below = card.buried or kept or reply.before is not None
        if elsewhere and reply.press and reply.press.message_id:
            await self._without_buttons(chat, reply.press.message_id)
        editable = card.id if card.kind != "keyboard" and not below and not shot.contact else None
        if editable and await self._edit(chat, editable, text, shot, same_will_do=reply.deletion is None):
            said.card = Card(editable, "private" if shot.private else "")
            return
        await self._retire(chat, card, below)
        await (self._send_values if shot.private else self._send)(reply, text, said)

    async def _send(self, reply: Reply, text: str, said: Said) -> None:
        markup = _markup(reply.shot)
        sent = await self.api.call("sendMessage", chat_id=reply.key[0], text=text, reply_markup=markup)
        said.card = Card(sent["message_id"], "keyboard" if reply.shot.contact else "")

    async def _send_values(self, reply: Reply, text: str, said: Said) -> None:
        """Values stand only in a message that the database knows: it is sent without them, noted, and then edited."""
        sent = await self.api.call("sendMessage", chat_id=reply.key[0], text=NOTHING_YET)
        said.card = card = Card(sent["message_id"], "private")
        noted = await self.store.database.surely(lambda t: self.store.will_show(t, reply.key, reply.turn, card))
        if noted:
            await self._edit(reply.key[0], sent["message_id"], text, reply.shot, same_will_do=True)

    async def _edit(self, chat: int, card: int, text: str, shot: Shot, same_will_do: bool) -> bool:
        """`editMessageText`; False where a new message must do: who typed must see that something came back."""
        try:
            await self.api.call("editMessageText", chat_id=chat, message_id=card, text=text, reply_markup=inline(shot))
        except BadRequest as error:
            return same_will_do and UNCHANGED in str(error).lower()
        return True

    async def _retire(self, chat: int, card: Card, below: bool) -> None:
        """The old card goes; one that has become part of the chat, with something below it, loses its buttons only."""
        if card.id is None:
            return
        if card.kind == "private":
            await self._take_away(chat, card.id)
            return
        stays = below and not card.kind
        if not stays and await self._harmless(self.api.call("deleteMessage", chat_id=chat, message_id=card.id)):
            return
        if not card.kind:
            await self._without_buttons(chat, card.id)

    async def _take_away(self, chat: int, card: int) -> None:
        """A card that shows values goes, or its words do. Raises what may pass: the screen is owed, and this again."""
        try:
            await self.api.call("deleteMessage", chat_id=chat, message_id=card)
        except TelegramError:
            with suppress(BadRequest):  # there is no such card any more
                await self.api.call("editMessageText", chat_id=chat, message_id=card, text=NOTHING_YET)

    async def _without_buttons(self, chat: int, message: int) -> None:
        await self._harmless(self.api.call("editMessageReplyMarkup", chat_id=chat, message_id=message))

    async def _delete(self, chat: int, deletion: Deletion | None, said: Said) -> bool:
        """Delete the person's message now; where that fails for a while the outbox goes on trying."""
        if deletion is None:
            return False
        deleted = await self._harmless(self.api.call("deleteMessage", chat_id=chat, message_id=deletion.message_id))
        if deleted:
            said.done.add(deletion.key)
        return deleted

    async def _harmless(self, call: Awaitable[object]) -> bool:
        """A call whose failure changes nothing for the person; whether it was done."""
        try:
            await call
        except TelegramError as error:
            log.info("call not done", error=type(error).__name__)
            return False
        return True


def _texts(reply: Reply, deleted: bool) -> tuple[str, str]:
    """What is said of the deletion, and the screen."""
    deletion = reply.deletion
    if deletion is None:
        return "", reply.shot.text
    if deleted:
        return deletion.done, reply.shot.text
    return deletion.failed, reply.shot.text_if_kept or reply.shot.text


def _markup(shot: Shot) -> dict[str, Any] | None:
    """An inline keyboard; for the contact button a `ReplyKeyboardMarkup`, whose buttons send their labels."""
    if not shot.contact:
        return inline(shot)
    share = {"text": shot.contact, "request_contact": True}
    rows = [[share], *([{"text": button.label} for button in row] for row in shot.rows)]
    return {"keyboard": rows, "resize_keyboard": True, "one_time_keyboard": True}


def inline(shot: Shot) -> dict[str, Any] | None:
    """An `InlineKeyboardMarkup`: each button names the run of the dialog, the step and the value."""
    here = f"{shot.flow}{SEPARATOR}{shot.step}{SEPARATOR}"
    rows = [[{"text": button.label, "callback_data": here + button.value} for button in row] for row in shot.rows]
    return {"inline_keyboard": rows} if rows else None
