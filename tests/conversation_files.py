"""Conversations as text files: `key：words`, one line after the other (tests/conversations/README.md says which keys).

After everything that somebody does the bot is given time until it has nothing left to do: then what a line expects
is there, or it is not, and no line waits. A failure names file and line and shows the chat.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import SQLModel

from bot.outbox import NOTICE
from bot.playground.chats import Message
from bot.playground.people import Group, Person, Screen
from bot.tables import PENDING
from tests.offices import office_with, terms_with
from tests.town import Town

FOLDER = Path(__file__).parent / "conversations"
LINE = re.compile(r"(?P<together>＋?)(?P<key>[^：（]+)(?:（(?P<about>[^）]*)）)?(?:：(?P<words>.*))?")
SPECIAL = re.compile(r"\{(?:U\+(?P<code>[0-9A-F]{4,6})|(?P<what>[^{}]+)×(?P<times>\d+))\}")
REFERENCE = re.compile(r"(\{(?:新しい)?受付番号\})")
KINDS = {
    "スタンプ": "sticker", "写真": "photo", "音声": "voice", "ファイル": "document", "位置": "location",
    "ビデオ": "video", "GIF": "animation", "丸いビデオ": "video_note", "音楽": "audio",
}  # fmt: skip
TABLES = {"conversation": "会話", "person": "人", "consent": "同意", "booking": "予約"}
FAULTS = ("システムに不具合", "something went wrong on our side", "不具合(ふぐあい)")


class BadFile(Exception):
    """A conversation file that cannot be played: which line, and why."""


@dataclass(frozen=True)
class Line:
    """One line: `together` with the one before it, or when the bot is done with that one."""

    file: Path
    number: int
    written: str
    key: str
    about: str
    words: str
    together: bool

    def __str__(self) -> str:
        return f"{self.file.name}:{self.number}: {self.written}"


def read(file: Path) -> Iterator[Line]:
    """The lines of a file, those of `手順` among them. Raises `BadFile`."""
    for number, written in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not written.strip() or written.startswith("#"):
            continue
        found = LINE.fullmatch(written)
        if not found or (key := found["key"].strip()) not in KEYS:
            raise BadFile(f"{file.name}:{number}: the README of the conversations has no such line: {written}")
        words = spelled_out(found["words"] or "")
        if key == "手順":
            yield from read(FOLDER / "steps" / f"{words}.txt")
        else:
            yield Line(file, number, written, key, spelled_out(found["about"] or ""), words, bool(found["together"]))


def spelled_out(words: str) -> str:
    """`⏎` is a line break, `{あ×61}` sixty-one times あ, `{U+202E}` that character."""
    plain = SPECIAL.sub(lambda m: chr(int(m["code"], 16)) if m["code"] else m["what"] * int(m["times"]), words)
    return plain.replace("⏎", "\n")


class Stage:
    """Plays lines in a town. `person` is whose phone is looked at; `since` is where each chat stood before the act."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.people: dict[str, Person] = {"太郎": town.taro, "職員": town.staff, "職員二": town.colleague}
        self.person = town.taro
        self.references: dict[int, str] = {}
        self.office: dict[str, str] = {}
        self.since: dict[int, int] = {}
        self.letters = self.folders = 0

    async def play(self, file: Path) -> None:
        """Play a whole file; AssertionError at the first line that does not hold."""
        lines = list(read(file))
        for line, following in zip(lines, [*lines[1:], None], strict=True):
            try:
                if not line.together and line.key in ACTS:
                    self._note_where_all_stand()
                await KEYS[line.key](self, line.words, line.about)
                if line.key in ACTS and not (following and following.together):
                    await self._until_idle()
                    self._nothing_is_wrong()
            except (AssertionError, LookupError, TimeoutError, ValueError) as problem:
                raise AssertionError(f"{line}\n{problem or type(problem).__name__}\n{self._picture()}") from None

    def _note_where_all_stand(self) -> None:
        self.since = {number: len(chat.history) for number, chat in self.town.server.cloud.chats.items()}
        self.letters = len(self.town.mailbox.letters)

    async def _until_idle(self) -> None:
        """Every update is confirmed and answered, and nothing that is due waits."""
        async with asyncio.timeout(20):
            while True:
                await self.town.server.settled(20)
                await self.town.app.lanes.finish(20)
                if self.town.server.cloud.settled and not await self._due():
                    return
                self.town.app.sender.wake.set()
                await asyncio.sleep(0)

    async def _due(self) -> int:
        due = select(func.count()).select_from(NOTICE).where(PENDING, NOTICE.c.next_try <= self.town.clock())
        async with self.town.app.database.transaction() as transaction:
            return int((await transaction.execute(due)).scalar() or 0)

    def _nothing_is_wrong(self) -> None:
        """What holds after every act: no apology, no button that spins, one living card, and never a dead end."""
        server = self.town.server
        assert not server.unanswered, "a pressed button was never answered"
        for chat in server.cloud.chats.values():
            assert not any(fault in message.text for message in chat.shown.values() for fault in FAULTS), "a fault"
            if chat.private and not chat.blocked and any(message.from_bot for message in chat.shown.values()):
                cards = [message.id for message in chat.shown.values() if message.buttons]
                assert len(cards) + bool(chat.keyboard) == 1, f"not one living card, but {cards}\n{chat}"

    def _picture(self) -> str:
        alerts = [alert.text for alert in self.person.alerts if alert.text][-1:]
        letters = [f"{letter['To']}: {letter['Subject']}" for letter in self.town.mailbox.letters[self.letters :]]
        return "\n".join([str(self.person), str(self.town.group), f"知らせ {alerts}", f"メール {letters}"])

    # What is done

    async def turn_the_clock(self, words: str, about: str) -> None:
        await self.town.turn_clock(words)
        await self.town.app.clockwork.tick(self.town.clock())

    async def hand_over(self, words: str, about: str) -> None:
        """From here on it is another one's phone; `about` is the language code of a newcomer's app."""
        if words not in self.people:
            self.people[words] = self.town.server.person(words, language_code=about or "ja")
        self.person = self.people[words]

    async def say(self, words: str, about: str) -> None:
        await self.person.says(words)

    async def send(self, words: str, about: str) -> None:
        await self.person.sends(KINDS[words], about or None)

    async def forward(self, words: str, about: str) -> None:
        await self.person.forwards(words)

    async def edit(self, words: str, about: str) -> None:
        mine = [message for message in self.person.messages if not message.from_bot]
        assert mine, "there is no message of the person's own to edit"
        await self.person.edits(mine[-1].id, words)

    async def share(self, words: str, about: str) -> None:
        """The own contact (自分, or a number), or somebody else's (`about` 知人)."""
        await self.person.shares_contact(None if words == "自分" else words, own=about != "知人")

    async def block(self, words: str, about: str) -> None:
        self.person.blocks_bot()

    async def unblock(self, words: str, about: str) -> None:
        self.person.unblocks_bot()

    async def press(self, words: str, about: str) -> None:
        await self.person.presses(words)

    async def tap(self, words: str, about: str) -> None:
        await self.person.taps(words)

    async def press_old(self, words: str, about: str) -> None:
        await self._press_old(self.person, self.person, words)

    async def _press_old(self, who: Person, screen: Screen, label: str) -> None:
        """A button that stood in the chat once, on the newest message that had it and has it no more."""
        for message in reversed(self.town.server.history(screen)):
            for button in (button for row in message.buttons for button in row if button.label.startswith(label)):
                now = screen.chat.shown.get(message.id)
                if button.data and (now is None or button not in [b for row in now.buttons for b in row]):
                    await who.presses_data(message.id, button.data, screen if isinstance(screen, Group) else None)
                    return
        raise LookupError(f"no earlier screen had a button {label!r}")

    async def forge(self, words: str, about: str) -> None:
        """Button data that no screen offered; {今} stands for the dialog and the question of the current screen."""
        pressed = next(m for m in reversed(self.person.messages) if m.from_bot)
        now = "|".join(str(pressed.buttons[0][0].data).split("|")[:2]) if pressed.buttons else ""
        await self.person.presses_data(pressed.id, words.replace("{今}", now))

    def staff_press(self, name: str) -> Act:
        async def act(stage: Stage, words: str, about: str) -> None:
            await stage.people[name].presses_in(stage.town.group, words, stage._card(about))

        return act

    def _card(self, about: str) -> Message | None:
        """The newest message of the staff group with these words."""
        if not about:
            return None
        return next(m for m in reversed(self.town.group.messages) if self._holds(m.text, about))

    async def colleague_presses_old(self, words: str, about: str) -> None:
        await self._press_old(self.people["職員二"], self.town.group, words)

    async def stranger_presses(self, words: str, about: str) -> None:
        """Somebody who is not in the staff group knows what its buttons carry."""
        message, button = self.town.group.find(words)
        await self.person.presses_data(message.id, str(button.data), self.town.group)

    async def restart(self, words: str, about: str) -> None:
        await self.town.stop()
        await self.town.start(**self.office)

    async def change_setting(self, words: str, about: str) -> None:
        self.folders += 1
        self.office = {"MADOGUCHI_OFFICE": str(office_with(self.folder / f"office{self.folders}", words))}
        await self.restart("", "")

    async def change_terms(self, words: str, about: str) -> None:
        """`旧 → 新` in the text of the terms; `about` is the name of the new version."""
        old, _, new = words.partition(" → ")
        self.folders += 1
        folder = terms_with(self.folder / f"office{self.folders}", old, new, about)
        self.office = {"MADOGUCHI_OFFICE": str(folder)}
        await self.restart("", "")

    async def answer_of_the_mail_server(self, words: str, about: str) -> None:
        self.town.mailbox.answer = None if words == "直った" else words

    # What is expected

    def _holds(self, text: str, words: str) -> bool:
        """Whether the words stand in a text; {新しい受付番号} is any reference, {受付番号} the one last seen."""
        known = self.references.get(self.person.id, "?")
        readings = {"{受付番号}": re.escape(known), "{新しい受付番号}": r"(\d{3}-\d{3})"}
        pattern = "".join(readings.get(part, re.escape(part)) for part in REFERENCE.split(words))
        found = re.search(pattern, text.replace("\u202f", " "))
        if found and found.groups():
            self.references[self.person.id] = found[1]
        return found is not None

    def _said(self, screen: Screen) -> list[Message]:
        """What the bot has said or changed since the last act, and still stands there."""
        new = screen.chat.history[self.since.get(screen.id, 0) :]
        return [message for message in new if message.from_bot and screen.chat.shown.get(message.id) is message]

    async def hears(self, words: str, about: str) -> None:
        assert any(self._holds(message.text, words) for message in self._said(self.person)), "the bot did not say so"

    async def reads(self, words: str, about: str) -> None:
        assert any(self._holds(m.text, words) for m in self.person.messages if m.from_bot), "it does not stand there"

    async def gone(self, words: str, about: str) -> None:
        assert not any(self._holds(message.text, words) for message in self.person.messages), "it still stands there"

    async def silence(self, words: str, about: str) -> None:
        assert not self._said(self.person), "the bot has said something"

    async def notice(self, words: str, about: str) -> None:
        self._has_read(self.person, words)

    def _has_read(self, who: Person, words: str) -> None:
        read = who.alerts[-1].text if who.alerts else ""
        assert self._holds(read, words) and bool(words) == bool(read), f"the button said {read!r}"

    async def buttons(self, words: str, about: str) -> None:
        cards = [message for message in self.person.messages if message.buttons]
        labels = cards[-1].labels if cards else []
        assert labels == words.split("｜"), f"the buttons are {'｜'.join(labels)}"

    async def keyboard(self, words: str, about: str) -> None:
        labels = [button.label for row in self.person.keyboard or [] for button in row]
        assert "｜".join(labels) == words, f"the keyboard is {'｜'.join(labels)}"

    async def group_hears(self, words: str, about: str) -> None:
        assert any(self._holds(m.text, words) for m in self._said(self.town.group)), "the bot did not say so there"

    async def not_in_group(self, words: str, about: str) -> None:
        assert not any(self._holds(m.text, words) for m in self.town.group.messages), "it stands in the staff group"

    async def group_buttons(self, words: str, about: str) -> None:
        card = self._card(about) or self.town.group.messages[-1]
        assert "｜".join(card.labels) == words, f"the buttons are {'｜'.join(card.labels)}"

    def notice_of(self, name: str) -> Act:
        async def act(stage: Stage, words: str, about: str) -> None:
            stage._has_read(stage.people[name], words)

        return act

    def _letters_to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.town.mailbox.letters[self.letters :] if letter["To"] == address]

    async def letter(self, words: str, about: str) -> None:
        assert any(self._holds(_words_of(letter), words) for letter in self._letters_to(about)), "no such letter came"

    async def calendar(self, words: str, about: str) -> None:
        entries = [_calendar_of(letter) for letter in self._letters_to(about)]
        assert any(self._holds(entry, words) for entry in entries), f"no such calendar entry came\n{entries}"

    async def no_letter(self, words: str, about: str) -> None:
        assert not self._letters_to(about), "a letter came"

    async def stored(self, words: str, about: str) -> None:
        """Of which kinds the database holds something of this chat."""
        await self.town.app.desk.store.write_shown()
        held = [name for table, name in TABLES.items() if await self._rows(table)]
        assert held == [name for name in words.split("・") if name != "なし"], f"stored: {'・'.join(held) or 'なし'}"

    async def _rows(self, table: str) -> int:
        rows = SQLModel.metadata.tables[table]
        count = select(func.count()).select_from(rows).where(rows.c.chat_id == self.person.id)
        async with self.town.app.database.transaction() as transaction:
            return int((await transaction.execute(count)).scalar() or 0)

    async def not_readable(self, words: str, about: str) -> None:
        """No column of any table holds these words as they are."""
        async with self.town.app.database.transaction() as transaction:
            for table in SQLModel.metadata.sorted_tables:
                for row in await transaction.execute(select(table)):
                    for value in row:
                        written = value if isinstance(value, bytes) else str(value).encode()
                        assert words.encode() not in written, f"it stands readable in the table {table.name}"


Act = Callable[[Stage, str, str], Awaitable[None]]
