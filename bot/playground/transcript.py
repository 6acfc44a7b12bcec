"""A conversation as text that can be read, and played again: the lines of tests/conversations/README.md.

Reference numbers, free places and whatever else would be another in a second run is left out or stands open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.playground.deeds import REFERENCE, Deed, Seen
from bot.playground.mailbox import Letter, Mailbox
from bot.playground.people import Person

if TYPE_CHECKING:
    from bot.playground.world import World

KEYS = {
    "says": "人", "sends": "送る", "forwards": "転送する", "edits": "書き直す", "shares": "連絡先を送る",
    "taps": "キーを押す", "presses": "押す", "presses old": "前のボタンを押す", "forges": "偽のボタンを押す",
    "blocks": "ブロックする", "unblocks": "ブロックをやめる", "turns": "時計",
}  # fmt: skip
OF_STAFF = {"presses": ("職員が押す", "職員二が押す"), "presses old": ("", "職員二が前のボタンを押す")}
FILES = {
    "sticker": "スタンプ", "photo": "写真", "voice": "音声", "document": "ファイル", "location": "位置",
    "video": "ビデオ", "video_note": "丸いビデオ", "audio": "音楽", "animation": "GIF",
}  # fmt: skip
PLACES = re.compile(r"　空き\d+$")
FIRST, CALLED = "川越 太郎", "太郎"  # whose phone a conversation begins with, and how it is called there
DRIFT = timedelta(minutes=10)  # how far the clock may run on by itself before it is worth a line


def transcript(world: World) -> str:
    """All that was done in the world so far, by everybody."""
    return "\n".join(["# デモでの会話", *_Writing(world).lines()]) + "\n"


class _Writing:
    """`holder` is whose phone the lines speak of; `owners` says who was given which reference number first."""

    def __init__(self, world: World):
        self.world = world
        self.zone = world.zone
        self.people: Mapping[int, Person] = {person.id: person for person in (*world.people, *world.staff)}
        self.staff = [person.id for person in world.staff]
        self.holder = next((person.id for person in world.people if _name(person) == FIRST), 0)
        self.came = {self.holder}
        self.owners: dict[str, int] = {}
        self.now: datetime | None = None

    def lines(self) -> Iterator[str]:
        deeds = self.world.server.cloud.deeds.all()
        letters = Mailbox(self.world.mail)
        letters.look()
        ends = [*(deed.began for deed in deeds[1:]), None]
        for deed, end in zip(deeds, ends, strict=True):
            came = [letter for letter in letters.letters.values() if _between(letters, letter, deed.began, end)]
            yield from self._clock(deed)
            yield from self._deed(deed)
            yield from self._outcome(deed, came)

    def _clock(self, deed: Deed) -> Iterator[str]:
        moment = deed.at.astimezone(self.zone).replace(second=0, microsecond=0)
        if deed.kind != "turns" and (self.now is None or moment - self.now > DRIFT):
            self.now = moment
            yield f"時計：{moment:%Y-%m-%d %H:%M}"

    def _deed(self, deed: Deed) -> Iterator[str]:
        if deed.kind == "turns":
            self.now = datetime.fromisoformat(deed.words).replace(tzinfo=self.zone)
            yield f"時計：{deed.words}"
        elif deed.chat == self.world.group.id:
            yield from self._in_the_group(deed)
        else:
            yield from self._takes_the_phone(deed.by)
            yield _line(KEYS[deed.kind], _words(deed), deed.about)

    def _takes_the_phone(self, person: int) -> Iterator[str]:
        if person == self.holder:
            return
        self.holder = person
        name, language = _name(self.people[person]), self.people[person].user.get("language_code", "")
        if person in self.staff:
            yield _line("ここから", ("職員", "職員二")[self.staff.index(person)])
        else:
            yield _line("ここから", CALLED if name == FIRST else name, "" if person in self.came else language)
        self.came.add(person)

    def _in_the_group(self, deed: Deed) -> Iterator[str]:
        """Staff press the buttons of the cards; all else that is said there the bot does not hear."""
        key = OF_STAFF.get(deed.kind, ("", ""))[self.staff.index(deed.by)] if deed.by in self.staff else ""
        if not key:
            yield f"# {_name(self.people[deed.by])}：{_on_one_line(deed.words)}"
            return
        if owner := self.owners.get(deed.about):
            yield from self._takes_the_phone(owner)
        yield _line(key, _words(deed), "{受付番号}" if owner else "")

    def _outcome(self, deed: Deed, letters: list[Letter]) -> Iterator[str]:
        seen, group = deed.seen.get(self.holder), deed.seen.get(self.world.group.id)
        if seen:
            yield from self._on_the_phone(deed, seen)
        if deed.alert:
            keys = ("職員への知らせ", "職員二への知らせ")
            yield from self._said(keys[self.staff.index(deed.by)] if deed.by in self.staff else "知らせ", deed.alert)
        for line in group.said if group else ():
            yield from self._said("職員グループ", line)
        for letter in letters:
            yield from self._said(f"メール（{letter.to}）", letter.subject)

    def _on_the_phone(self, deed: Deed, seen: Seen) -> Iterator[str]:
        for line in seen.said:
            yield from self._said("窓口", line)
        if not seen.said and deed.chat == self.holder:
            yield "返事なし"
        if seen.keys:
            yield f"キーボード：{'｜'.join(seen.keys)}"
        elif seen.said and seen.labels and not any(PLACES.search(label) for label in seen.labels):
            yield f"ボタン：{'｜'.join(seen.labels)}".replace("\u202f", " ")

    def _said(self, key: str, line: str) -> Iterator[str]:
        """A number that the holder of the phone was not given ends it."""
        line = line.replace("\u202f", " ")
        found = REFERENCE.search(line)
        if found and key == "窓口":
            new = found[0] not in self.owners
            self.owners.setdefault(found[0], self.holder)
            line = REFERENCE.sub("{新しい受付番号}" if new else "{受付番号}", line)
        elif found and self.owners.get(found[0]) == self.holder:
            line = REFERENCE.sub("{受付番号}", line)
        elif found:
            line = line[: found.start()]
        if line:
            yield f"{key}：{line}"


def _name(person: Person) -> str:
    return " ".join(filter(None, (person.user.get("first_name"), person.user.get("last_name"))))


def _line(key: str, words: str, about: str = "") -> str:
    return f"{key}（{_on_one_line(about)}）：{words}" if about else f"{key}：{words}" if words else key


def _words(deed: Deed) -> str:
    return FILES[deed.words] if deed.kind == "sends" else PLACES.sub("", _on_one_line(deed.words))


def _on_one_line(words: str) -> str:
    return words.replace("\n", "⏎")


def _between(letters: Mailbox, letter: Letter, begin: int, end: int | None) -> bool:
    written = letters.written(letter)
    return begin <= written and (end is None or written < end)
