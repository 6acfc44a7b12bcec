"""What the local Telegram holds: people and the bot, chats, updates not yet confirmed, presses not yet answered.

Times come from the clock that is given; every change wakes those who wait in `Cloud.until`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from bot.playground.chats import Alert, Button, Chat, Message, Press
from bot.playground.deeds import Deeds
from bot.playground.journal import Journal
from bot.playground.strictness import ApiError, Json, refused

if TYPE_CHECKING:
    from bot.playground.webhook import Webhook

Found = TypeVar("Found")

INSIDE = frozenset({"creator", "administrator", "member", "restricted"})
PATIENCE = 30.0  # real seconds to wait for what must come
ADMINISTRATORS = frozenset({"creator", "administrator"})
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CAPTIONED = frozenset({"document", "photo", "voice", "video", "audio", "animation"})


class Cloud:
    """All chats of one bot, and the updates that wait for it. Ids never repeat and are wider than 32 bits."""

    def __init__(self, bot_id: int, clock: Callable[[], datetime], answer_within: timedelta, first: int | None) -> None:
        self.clock = clock
        self.answer_within = answer_within
        self.bot: dict[str, Any] = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "窓口",
            "username": "madoguchi_test_bot",
        }
        self.users: dict[int, Json] = {bot_id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.pending: list[dict[str, Any]] = []
        self.again: list[dict[str, Any]] = []  # those that are given once more after they were confirmed
        self.given: set[int] = set()  # the ids of those that were given once, and when each came, by its id:
        self.since: dict[int, datetime] = {}
        self.allowed: frozenset[str] | None = None  # None: all but those that are off by default
        self.presses: dict[str, Press] = {}
        self.alerts: defaultdict[int, list[Alert]] = defaultdict(list)
        self.settings: dict[tuple[Any, ...], Any] = {}  # commands, descriptions, menu buttons
        self.ids = itertools.count(5_000_000_001)  # of people, groups, presses and files
        self._message_ids = itertools.count(first or 1001)
        self._update_ids = itertools.count(first or 700_000_001)
        self.poll: object | None = None  # the request that waits for updates
        self.webhook: Webhook | None = None
        self.journal = Journal()
        self.deeds = Deeds(self)
        self._keyboards: dict[int, list[list[Button]] | None] = {}  # as they were last told
        self._change = asyncio.Event()

    @property
    def settled(self) -> bool:
        """The bot has confirmed every update, and waits for more."""
        return not self.pending and not self.again and (self.poll or self.webhook) is not None

    async def change(self) -> None:
        """Wait for the next change."""
        await self._change.wait()

    def changed(self) -> None:
        """Wake all who wait, that they look again."""
        change, self._change = self._change, asyncio.Event()
        change.set()

    def tell(self, kind: str, value: Any) -> None:
        """Write it into the journal, and wake who looks on."""
        self.journal.write(kind, value)
        self.changed()

    async def until(self, predicate: Callable[[], Found | None], seconds: float, tell: Callable[[], str]) -> Found:
        """What the predicate found once it is true; `AssertionError` with what `tell` says when time is over."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := predicate()):
                    await self.change()
        except TimeoutError:
            raise AssertionError(f"within {seconds:g} s: {tell()}") from None
        return found

    def seconds(self) -> int:
        return int(self.clock().timestamp())

    def push(self, kind: str, body: Json) -> None:
        """An update for the bot, unless it asked not to get its kind."""
        wanted = kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed
        if wanted:
            number = next(self._update_ids)
            self.since[number] = self.clock()
            self.pending.append({"update_id": number, kind: body})
        self.changed()

    def post(self, chat: Chat, sender: Json, **fields: Any) -> Message:
        """A new message; one of the bot's may bring a reply keyboard or take it away."""
        message = Message(next(self._message_ids), chat.id, sender, self.clock(), **fields)
        chat.keep(message)
        if message.keyboard:
            chat.keyboard_of = message.id
        elif (message.markup or {}).get("remove_keyboard"):
            chat.keyboard_of = None
        self._show(chat, message)
        return message

    def revise(self, chat: Chat, message: Message, **fields: Any) -> Message:
        """The message with other words or buttons, at its place."""
        edited = replace(message, edited_at=self.clock(), edited_times=message.edited_times + 1, **fields)
        chat.keep(edited)
        self._show(chat, edited)
        return edited

    def remove(self, chat: Chat, message: Message) -> None:
        """The message vanishes from every screen."""
        del chat.shown[message.id]
        self.tell("gone", message)
        self._show(chat)

    def _show(self, chat: Chat, message: Message | None = None) -> None:
        """Tell of the message, and of the reply keyboard where it is not the one that was told last."""
        if message:
            self.tell("message", message)
        if chat.keyboard != self._keyboards.get(chat.id):
            self._keyboards[chat.id] = chat.keyboard
            self.tell("keyboard", chat)

    def json(self, message: Message) -> dict[str, Any]:
        """A message as the Bot API writes it: of the keyboards only an inline one is told."""
        text, entities = ("text", "entities")
        if CAPTIONED & message.content.keys():
            text, entities = ("caption", "caption_entities")
        words = {text: message.text, entities: list(message.entities)}
        inline = message.markup if "inline_keyboard" in (message.markup or {}) else None
        return {
            "message_id": message.id,
            "from": message.sender,
            "chat": self.chats[message.chat_id].json,
            "date": int(message.date.timestamp()),
            **({"edit_date": int(message.edited_at.timestamp())} if message.edited_at else {}),
            **{name: value for name, value in words.items() if value},
            **message.content,
            **({"reply_markup": inline} if inline else {}),
        }

    def known(self, chat_id: Any) -> Chat:
        """The chat, if the bot may know of it and is in it."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.opened:
            raise refused("chat not found")
        if chat.migrated_to:
            moved = {"migrate_to_chat_id": chat.migrated_to}
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        status = chat.statuses.get(self.bot["id"], "member")
        kind = "supergroup" if chat.type == "supergroup" else "group"
        if status == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {kind} chat")
        if status not in INSIDE:
            raise ApiError(403, f"Forbidden: bot is not a member of the {kind} chat")
        return chat

    def writable(self, chat_id: Any) -> Chat:
        """The chat, if the bot may also write there now."""
        chat = self.known(chat_id)
        if chat.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def member(self, user: Json, status: str) -> Json:
        """A ChatMember object, with all the fields that its kind must have."""
        return {"user": user, "status": status, **RIGHTS.get(status, {})}

    def membership(self, chat: Chat, by: Json, old: str, new: str, *, user: Json) -> None:
        """Tell the bot that somebody's place in a chat has changed: its own, or another's where it may know."""
        kind = "my_chat_member" if user is self.bot else "chat_member"
        before, after = self.member(user, old), self.member(user, new)
        body = {"chat": chat.json, "from": by, "date": self.seconds()}
        self.push(kind, {**body, "old_chat_member": before, "new_chat_member": after})


def _rights(names: str, value: bool) -> Mapping[str, bool]:
    return {f"can_{name}": value for name in names.split()}


RIGHTS: Mapping[str, Json] = {
    "creator": {"is_anonymous": False},
    "administrator": {
        "can_be_edited": False,
        "is_anonymous": False,
        **_rights("manage_chat delete_messages manage_video_chats restrict_members invite_users change_info", True),
        **_rights("promote_members post_stories edit_stories delete_stories pin_messages send_welcome_messages", False),
    },
    "restricted": {
        "is_member": True,
        "until_date": 0,
        **_rights("send_messages send_audios send_documents send_photos send_videos send_video_notes", False),
        **_rights("send_voice_notes send_polls send_other_messages add_web_page_previews change_info", False),
        **_rights("invite_users pin_messages manage_topics edit_tag react_to_messages", False),
    },
    "kicked": {"until_date": 0},
}
