"""Updates that nobody sends by accident: of every kind that the Bot API has, mutated ones, and forgeries.

Everything is drawn from the chance that is given: the same seed gives the same updates.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

TEXTS = (
    "", " ", "/start", "/mine", "/cancel", "/nothing_of_ours", "はい", "戻る", "11030-01234567", "090-1234-5678",
    "taro@example.jp", "{name} {office_phone} {0}", "%s%n", "<b>&lt;", "'; DROP TABLE booking; --", "../../etc/passwd",
    "\u202e\u2066逆", "e" + "\u0301" * 300, "👨‍👩‍👧" * 50, "\x00", "\ud800",
    "﷽" * 200, "一" * 4096, "x" * 100_000, "９" * 500,
)  # fmt: skip
CODES = ("", "ja", "en-GB", "ja-Hira", "zz_ZZ", "ja_JP@x", "../..", "x" * 10_000, "\x00", "日本語", "-", "C")
NUMBERS = (0, -1, 1, 2**31, 2**52, 2**63 - 1, 2**63, -(2**63) - 1, 2**70, 10**30)
ODD: tuple[Any, ...] = (None, True, 1.5, "", "x", [], {}, [[]], {"id": {}}, *NUMBERS)
DATA = (
    "", "|", "||", "menu:start", "||menu:book", "a|b|c", "booking|review|send", "deciding:x|decision|confirm",
    "settling:x|how|by_phone", "x|day|page999999", "x|time|0300-1", "x|time|9999-9", "x|day|2026-01-01",
    "\x00|\x00|\x00",
    "|" * 64, "あ" * 21, "x|check|check-1",
)  # fmt: skip
CONTENTS: dict[str, Any] = {
    "sticker": {"file_id": "F"}, "photo": [{"file_id": "F"}], "voice": {"file_id": "F"}, "document": {"file_name": "a"},
    "video": {"file_id": "F"}, "audio": {"title": "a"}, "location": {"latitude": 1.0, "longitude": 2.0},
    "venue": {"title": "a", "address": "b"}, "dice": {"emoji": "🎲", "value": 6}, "game": {"title": "a"},
    "poll": {"id": "1", "question": "a?", "options": []}, "contact": {"phone_number": "+819012345678", "user_id": 1},
    "new_chat_title": "a", "pinned_message": {"message_id": 1}, "web_app_data": {"data": "x", "button_text": "y"},
    "users_shared": {"request_id": 1, "users": []}, "story": {"id": 1}, "giveaway": {}, "paid_media": {"star_count": 1},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 1}, "passport_data": {}, "checklist": {},
    "successful_payment": {"currency": "XTR"}, "forum_topic_created": {"name": "a"}, "video_chat_started": {},
}  # fmt: skip
MESSAGES = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message",
)  # fmt: skip
OTHERS: dict[str, Any] = {
    "business_connection": {"id": "1"}, "deleted_business_messages": {"message_ids": [1]}, "inline_query": {"id": "1"},
    "message_reaction": {"message_id": 1}, "message_reaction_count": {"message_id": 1}, "chosen_inline_result": {},
    "shipping_query": {"id": "1"}, "pre_checkout_query": {"id": "1"}, "purchased_paid_media": {}, "poll": {"id": "1"},
    "poll_answer": {"poll_id": "1"}, "chat_join_request": {}, "chat_boost": {},
    "removed_chat_boost": {},
}  # fmt: skip


class Hostile:
    """`forger` is the id of whoever sends them; `others` are message ids and chats that are not the forger's."""

    def __init__(self, random: Random, forger: int, others: Sequence[int], forged: Sequence[str]):
        self.random, self.forger, self.others = random, forger, others
        self.data = (*DATA, *forged)

    def updates(self, count: int, mutated: bool) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            update = self._of_any_kind()
            yield self._mutated(update) if mutated else update

    def _of_any_kind(self) -> dict[str, Any]:
        draw = self.random.random()
        if draw < 0.45:
            return {self.random.choice(MESSAGES[:2] if draw < 0.4 else MESSAGES): self._message()}
        if draw < 0.8:
            return {"callback_query": self._press()}
        if draw < 0.9:
            kind = self.random.choice(("my_chat_member", "my_chat_member", "chat_member"))
            return {kind: self._membership()}
        kind = self.random.choice(list(OTHERS))
        return {kind: copy.deepcopy(OTHERS[kind])}

    def _sender(self) -> dict[str, Any]:
        names = {"first_name": self.random.choice(TEXTS[:16]), "language_code": self.random.choice(CODES)}
        return {"id": self.forger, "is_bot": False, **names}

    def _chat(self) -> dict[str, Any]:
        if self.random.random() < 0.8:
            return {"id": self.forger, "type": "private"}
        kind = self.random.choice(("group", "supergroup", "channel"))
        return {"id": -self.random.randrange(10**6, 10**9), "type": kind, "title": self.random.choice(TEXTS[:16])}

    def _message(self) -> dict[str, Any]:
        message = {
            "message_id": self.random.randrange(1, 10**6),
            "date": 1,
            "chat": self._chat(),
            "from": self._sender(),
        }
        draw = self.random.random()
        if draw < 0.6:
            return {**message, "text": self.random.choice(TEXTS)}
        if draw < 0.7:
            moved = self.random.choice(("migrate_to_chat_id", "migrate_from_chat_id"))
            return {**message, moved: self.random.choice(self.others)}
        kind = self.random.choice(list(CONTENTS))
        return {**message, kind: copy.deepcopy(CONTENTS[kind]), "caption": self.random.choice(TEXTS[:16])}

    def _press(self) -> dict[str, Any]:
        shown = {"message_id": self.random.choice((*self.others, 1, 10**6)), "date": 0, "chat": self._chat()}
        press = {"id": str(self.random.randrange(10**9)), "from": self._sender(), "chat_instance": "1"}
        press |= {"data": self.random.choice(self.data)} if self.random.random() < 0.95 else {"game_short_name": "x"}
        return {**press, **({"message": shown} if self.random.random() < 0.9 else {"inline_message_id": "x"})}

    def _membership(self) -> dict[str, Any]:
        bot = {"id": self.random.choice((1, *map(abs, self.others))), "is_bot": True, "first_name": "b"}
        status = self.random.choice(("member", "administrator", "left", "kicked", "restricted"))
        members = {f"{when}_chat_member": {"user": bot, "status": status} for when in ("old", "new")}
        return {"chat": self._chat(), "from": self._sender(), "date": 1, **members}

    def _mutated(self, update: dict[str, Any]) -> dict[str, Any]:
        """With one to three of its fields gone or something else."""
        for _ in range(self.random.randint(1, 3)):
            inside: Any = update
            while True:
                name = self.random.choice(list(inside)) if inside else None
                if name is None or not isinstance(inside[name], dict) or self.random.random() < 0.3:
                    break
                inside = inside[name]
            if name is None or (inside is update and self.random.random() < 0.8):
                continue
            if self.random.random() < 0.3:
                del inside[name]
            else:
                inside[name] = copy.deepcopy(self.random.choice((*ODD, *TEXTS[:20])))
        return update
