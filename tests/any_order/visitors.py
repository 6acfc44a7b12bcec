"""The people of the town at their phones: they do the next sensible thing, or any other.

A number picks among what is on the screen, so that the same numbers give the same story.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.playground.chats import Button, Message
from bot.playground.people import Group, Person, Screen

COMMANDS = ("book", "mine", "cancel", "language", "help", "start", "privacy", "terms", "stop")
SENSIBLE = ("agree", "yes", "continue", "none", "send", "menu:book", "ja", "check0", "cancel")
AWAY = ("back", "quit")
APART = (  # begin what the reading of the promises does not tell of
    "menu:move", "menu:companion", "menu:wait", "correct", "again", "last", "two", "earlier",
)  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """Somebody with data of their own, which nobody else has."""

    person: Person
    name: str
    number: str
    email: str
    phone: str
    apart: Collection[str] = APART

    def words(self, pick: int) -> str:
        """Something to type: often an answer, often none."""
        said = (
            self.name, self.number, self.email, self.phone, "こんにちは", "1", "戻る", "やめる", "はい", "/", "|", "😀",
            self.email.replace("example.jp", "gmial.com"), self.number.replace("-", ""), self.phone[:-2], "な" * 99,
        )  # fmt: skip
        return said[pick % len(said)]

    async def goes_on(self, pick: int) -> str:
        """The next sensible thing; what was done comes back."""
        if self.person.keyboard:
            await self.person.says(self.phone)
            return f"types {self.phone}"
        if not (there := buttons(self.person, self.apart)):
            await self.person.says("/book")
            return "says /book"
        message = there[-1][0]
        own = [button for shown, button in there if shown is message]
        step = str(own[0].data).split("|")[1]
        if not any(value_of(button) == "check0" for button in own) and step in self._typed:
            await self.person.says(self._typed[step])
            return f"types {self._typed[step]}"
        button = _sensible(own, pick, "change" if step == "review" and pick % 4 == 3 else "")
        await self.person.presses_data(message.id, str(button.data))
        return f"presses {button.label} at {step}"

    @property
    def _typed(self) -> dict[str, str]:
        return {"name": self.name, "seeker_number": self.number, "email": self.email, "phone": self.phone}


def value_of(button: Button) -> str:
    return str(button.data).split("|", 2)[2]


def buttons(screen: Screen, apart: Collection[str] = APART) -> list[tuple[Message, Button]]:
    """Every button that can be pressed now, in reading order, but those that are left apart."""
    return _standing_on(screen.messages, apart)


def stale_buttons(screen: Screen, apart: Collection[str] = APART) -> list[tuple[Message, Button]]:
    """Every button that ever stood in this chat, the newest first."""
    return _standing_on(reversed(screen.chat.history), apart)


def _standing_on(messages: Iterable[Message], apart: Collection[str]) -> list[tuple[Message, Button]]:
    there = ((message, button) for message in messages for row in message.buttons for button in row)
    return [(message, button) for message, button in there if value_of(button) not in apart]


async def presses_one(who: Person, screen: Screen, there: list[tuple[Message, Button]], pick: int) -> str:
    """Press one of these; what was done comes back, nothing where there is none."""
    if not there:
        return ""
    message, button = there[pick % len(there)]
    await who.presses_data(message.id, str(button.data), screen if isinstance(screen, Group) else None)
    return f"presses {button.label} ({str(button.data).split('|')[1]}) on #{message.id}"


def _sensible(own: list[Button], pick: int, first: str) -> Button:
    for value in (first, *SENSIBLE):
        if found := [button for button in own if value_of(button) == value]:
            return found[0]
    ahead = [
        button for button in own if value_of(button) not in AWAY and not value_of(button).startswith("page")
    ] or own
    return ahead[pick % min(len(ahead), 3)]
