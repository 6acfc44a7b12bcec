"""The people of a test and their groups: what they do to the bot, and what they see on their screens.

What a person does is awaited (`await taro.says("/start")`); what merely happens to a chat is not (`taro.blocks_bot()`).
What nobody could do in the app, such as pressing a button that is not there, is an AssertionError with the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from bot.playground.chats import Alert, Button, Chat, Message, Press
from bot.playground.cloud import ADMINISTRATORS, INSIDE, PATIENCE, Cloud, Found
from bot.playground.contents import UNCAPTIONED, attachment, commands
from bot.playground.deeds import press_of
from bot.playground.strictness import Json


class Screen:
    """A chat as it is seen on a phone."""

    def __init__(self, cloud: Cloud, chat: Chat) -> None:
        self.cloud = cloud
        self.chat = chat

    def __str__(self) -> str:
        return str(self.chat)

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """What is visible now, the oldest first, everyone's."""
        return sorted(self.chat.shown.values(), key=lambda message: message.id)

    @property
    def screen(self) -> Message:
        """The newest message of the bot."""
        messages = self._bots()
        if not messages:
            raise AssertionError(f"the bot has said nothing\n{self}")
        return messages[-1]

    @property
    def keyboard(self) -> list[list[Button]] | None:
        """The reply keyboard now shown; None for none."""
        return self.chat.keyboard

    def _bots(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot]

    def until(self, predicate: Callable[[], Found | None], timeout: float = PATIENCE) -> Coroutine[Any, Any, Found]:
        """Wait until it is true, looking again at each change; `timeout` in real seconds."""
        return self.cloud.until(predicate, timeout, lambda: f"it did not become true\n{self}")

    def sees(self, text: str, timeout: float = PATIENCE) -> Coroutine[Any, Any, Message]:
        """The newest visible message of the bot with this text in it, once there is one."""

        def seen() -> Message | None:
            return next((message for message in reversed(self._bots()) if text in message.text), None)

        return self.cloud.until(seen, timeout, lambda: f"the bot did not say {text!r}\n{self}")

    def sees_no(self, text: str, timeout: float = PATIENCE) -> Coroutine[Any, Any, bool]:
        """Wait until the bot has confirmed all updates and no visible message of its has this text in it."""

        def gone() -> bool:
            return self.cloud.settled and not any(text in message.text for message in self._bots())

        return self.cloud.until(gone, timeout, lambda: f"the bot still says {text!r}, or has not settled\n{self}")

    def find(self, label: str, message: Message | None = None) -> tuple[Message, Button]:
        """The newest visible inline button with this label, or else with a label that alone begins with it."""
        within = [each for each in self.messages[::-1] if message is None or each.id == message.id]
        buttons = [(each, button) for each in within for row in each.buttons for button in row]
        for each, button in buttons:
            if button.label == label:
                return each, button
        begun = [(each, button) for each, button in buttons if button.label.startswith(label)]
        begun = [(each, button) for each, button in begun if each is begun[0][0]]
        if len(begun) != 1:
            raise AssertionError(f"{len(begun)} buttons begin with {label!r}, and none is just that\n{self}")
        return begun[0]


class Group(Screen):
    """A group chat; `statuses` tells by the id of the user who is what there."""

    @property
    def statuses(self) -> dict[int, str]:
        return self.chat.statuses

    @property
    def members(self) -> list[int]:
        """The ids of those who are in the group now, the bot among them."""
        return [number for number, status in self.statuses.items() if status in INSIDE]

    def sets(self, person: Person, status: str, by: Person | None = None) -> None:
        """Give a person another status: creator, administrator, member, restricted, left or kicked."""
        was_in = person.id in self.members
        self._place(person.user, status, (by or person).user)
        if was_in and person.id not in self.members and self.cloud.bot["id"] in self.members:
            gone = self.cloud.post(self.chat, (by or person).user, content={"left_chat_member": person.user})
            self.cloud.push("message", self.cloud.json(gone))

    def adds_bot(self, by: Person, status: str = "member") -> None:
        self._place(self.cloud.bot, status, by.user)
        added = self.cloud.post(self.chat, by.user, content={"new_chat_members": [self.cloud.bot]})
        self.cloud.push("message", self.cloud.json(added))

    def removes_bot(self, by: Person | None = None) -> None:
        self._place(self.cloud.bot, "kicked", by.user if by else self._someone())

    def migrate(self) -> int:
        """Make a supergroup of it, with an empty screen and a new id, which is returned and which the old one names."""
        old, number = self.chat, -1_000_000_000_000 - next(self.cloud.ids) % 1_000_000_000
        self.chat = Chat(number, "supergroup", old.names, dict(old.statuses))
        self.cloud.chats[number] = self.chat
        told = self.cloud.post(old, self._someone(), content={"migrate_to_chat_id": number})
        old.migrated_to = number
        self.cloud.push("message", self.cloud.json(told))
        told = self.cloud.post(self.chat, self._someone(), content={"migrate_from_chat_id": old.id})
        self.cloud.push("message", self.cloud.json(told))
        return number

    def _someone(self) -> Json:
        return next(self.cloud.users[number] for number in self.members if number != self.cloud.bot["id"])

    def _place(self, user: Json, status: str, by: Json) -> None:
        old = self.statuses.get(user["id"], "left")
        self.statuses[user["id"]] = status
        if user is self.cloud.bot or self.statuses.get(self.cloud.bot["id"]) in ADMINISTRATORS:
            self.cloud.membership(self.chat, by, old, status, user=user)


class Person(Screen):
    """Somebody with a phone: a private chat with the bot, and a voice in groups."""

    def __init__(self, cloud: Cloud, chat: Chat, user: Json, phone: str) -> None:
        super().__init__(cloud, chat)
        self.user = user
        self.phone = phone

    @property
    def alerts(self) -> list[Alert]:
        """The answers to this person's presses, the oldest first."""
        return self.cloud.alerts[self.id]

    async def says(self, text: str) -> Message:
        self._does("says", text)
        return self._sends(self.chat, text=text, entities=commands(text))

    async def says_in(self, group: Group, text: str, reply_to: Message | None = None) -> Message:
        """Said in a group; the bot hears commands, its name and replies to it, and all if it is an administrator."""
        self._must_be_in(group)
        self._does("says", text, chat=group.chat)
        bot = self.cloud.bot
        name_or_command = text.startswith("/") or f"@{bot['username']}" in text
        hears = name_or_command or group.statuses.get(bot["id"]) in ADMINISTRATORS or (reply_to and reply_to.from_bot)
        content = {"reply_to_message": self.cloud.json(reply_to)} if reply_to else {}
        return self._sends(group.chat, heard=bool(hears), text=text, entities=commands(text), content=content)

    async def presses(self, label: str, message: Message | None = None) -> Button:
        """Press the newest visible inline button with that label (or that alone begins so); of `message`, if given."""
        return self._presses(self, label, message)

    async def presses_in(self, group: Group, label: str, message: Message | None = None) -> Button:
        self._must_be_in(group)
        return self._presses(group, label, message)

    async def presses_data(self, message_id: int, data: str, group: Group | None = None) -> None:
        """A forged or a stale press: any data, under any message that there ever was."""
        self._sends_press(group.chat if group else self.chat, message_id, data)

    async def taps(self, label: str) -> Message:
        """Tap a button of the reply keyboard: its label is sent as a message, or the own contact."""
        buttons = [button for row in self.keyboard or [] for button in row if button.label == label]
        if not buttons:
            raise AssertionError(f"no reply keyboard with {label!r} is shown\n{self}")
        if (self.chat.shown[self.chat.keyboard_of or 0].markup or {}).get("one_time_keyboard"):
            self.chat.keyboard_of = None
        self._does("taps", label)
        if buttons[0].asks_contact:
            return self._sends(self.chat, content={"contact": self._contact(self.phone, own=True)})
        return self._sends(self.chat, text=label, entities=commands(label))

    async def shares_contact(self, phone: str | None = None, own: bool = True) -> Message:
        """Share a contact: the person's own, which carries the person's id, or somebody else's, which does not."""
        self._does("shares", phone or "自分", "" if own else "知人")
        return self._sends(self.chat, content={"contact": self._contact(phone or self.phone, own)})

    async def sends(self, kind: str, caption: str | None = None) -> Message:
        """Send anything else: sticker, photo, voice, document, location, video_note, video, audio, animation."""
        if caption and kind in UNCAPTIONED:
            raise AssertionError(f"a {kind} has no caption")
        self._does("sends", kind, caption or "")
        return self._sends(self.chat, text=caption or "", content={kind: attachment(kind, next(self.cloud.ids))})

    async def forwards(self, text: str) -> Message:
        """Forward what somebody else has written."""
        self._does("forwards", text)
        origin = {"type": "hidden_user", "sender_user_name": "知人", "date": self.cloud.seconds() - 60}
        return self._sends(self.chat, text=text, entities=commands(text), content={"forward_origin": origin})

    async def edits(self, message_id: int, text: str) -> Message:
        """Change the words of an own message."""
        own = self._own(message_id)
        self._does("edits", text)
        edited = self.cloud.revise(self.chat, own, text=text, entities=commands(text))
        self.cloud.push("edited_message", self.cloud.json(edited))
        return edited

    async def deletes(self, message_id: int) -> None:
        """Take an own message back, for both sides; the bot is not told."""
        self.cloud.remove(self.chat, self._own(message_id))

    def blocks_bot(self) -> None:
        self._does("blocks")
        self.chat.blocked = True
        self.cloud.tell("chat", self.chat)
        self.cloud.membership(self.chat, self.user, "member", "kicked", user=self.cloud.bot)

    def unblocks_bot(self) -> None:
        self._does("unblocks")
        self.chat.blocked = False
        self.cloud.tell("chat", self.chat)
        self.cloud.membership(self.chat, self.user, "kicked", "member", user=self.cloud.bot)

    def deletes_account(self) -> None:
        self.chat.deactivated = True
        self.cloud.changed()

    def _does(self, kind: str, words: str = "", about: str = "", chat: Chat | None = None) -> None:
        self.cloud.deeds.done(kind, self.id, (chat or self.chat).id, words, about)

    def _contact(self, phone: str, own: bool) -> Json:
        names = {name: self.user[name] for name in ("first_name", "last_name") if name in self.user}
        who = {**names, "user_id": self.id} if own else {"first_name": "知人"}
        return {"phone_number": phone, **who}

    def _sends(self, chat: Chat, *, heard: bool = True, **fields: Any) -> Message:
        if self.chat.deactivated or (chat.private and chat.blocked):
            raise AssertionError(f"{self.user['first_name']} cannot write: the account is deleted or the bot blocked")
        chat.opened = True
        message = self.cloud.post(chat, self.user, **fields)
        if heard and chat.statuses.get(self.cloud.bot["id"], "member") in INSIDE:
            self.cloud.push("message", self.cloud.json(message))
        return message

    def _own(self, message_id: int) -> Message:
        message = self.chat.shown.get(message_id)
        if message is None or message.from_bot:
            raise AssertionError(f"#{message_id} is no message of {self.user['first_name']}\n{self}")
        return message

    def _must_be_in(self, group: Group) -> None:
        if group.statuses.get(self.id) not in INSIDE:
            raise AssertionError(f"{self.user['first_name']} is not in the group\n{group}")

    def _presses(self, screen: Screen, label: str, message: Message | None) -> Button:
        """A button with a link or something to copy stays on the phone: the bot learns nothing of it."""
        pressed, button = screen.find(label, message)
        if button.data is not None:
            self._sends_press(screen.chat, pressed.id, button.data)
        return button

    def _sends_press(self, chat: Chat, message_id: int, data: str) -> None:
        message = chat.latest(message_id)
        if message is None:
            raise AssertionError(f"there never was a message #{message_id}\n{chat}")
        self._does(*press_of(chat, message, data), chat=chat)
        press = Press(str(next(self.cloud.ids)), self.id, self.cloud.clock(), chat.id, message_id, data)
        self.cloud.presses[press.id] = press
        self.cloud.tell("press", press)
        shown = message_id in chat.shown
        gone = {"message_id": message_id, "chat": chat.json, "date": 0}
        body = {"id": press.id, "from": self.user, "chat_instance": str(abs(chat.id) * 31), "data": data}
        self.cloud.push("callback_query", {**body, "message": self.cloud.json(message) if shown else gone})
