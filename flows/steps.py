"""What a dialog is written with (Question, Job, End) and what is heard and shown (Typed, Pressed, Screen).

What may hold a person's words is in no repr, here and everywhere: a repr ends up in a log some day.

A step is a value; it holds no state. Where one person is stands in the Conversation, and everything a step
may look at comes in the Context. `when` and `read` are pure; `offer` and `run` may ask the counter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flows.answers import Reading
from flows.counter import Booking, Counter
from flows.office import Office
from flows.office_days import OfficeDays
from flows.text import Text

BACK, QUIT, SAME, PAGE, CHECK = "back", "quit", "same", "page", "check"  # the values of buttons every dialog has

OLD_BUTTON = Text("That button was from an earlier screen. Here is the current screen again.")
UNKNOWN = Text("Sorry, we did not understand. Please choose a button below.")
NOT_TEXT = Text("Photos, voice, files and stickers are not accepted. Please type text.")


@dataclass(frozen=True)
class Typed:
    """Words that a person typed."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Pressed:
    """A button: which run of which dialog it belongs to, its step, its value."""

    flow: str
    step: str
    value: str = field(repr=False)  # as it came: a forged one may be anything


@dataclass(frozen=True)
class Contact:
    """A contact shared with the contact button; `own` when it is the sender's own number."""

    number: str = field(repr=False)
    own: bool


@dataclass(frozen=True)
class Unreadable:
    """A photo, voice message, sticker, file …: nothing that can be read as an answer."""


Answers = Mapping[str, Any]  # by the question's name

Said = Typed | Pressed | Contact | Unreadable


@dataclass
class Conversation:
    """Where one person is in one chat (or staff with one card): the model of the machine.

    `state` is changed by the machine alone. `answers` are given in this form; `known` is what was there when
    it began (the consent, what was given last time); `parked` is a form set aside while another dialog is open.
    """

    dialog: str = ""
    state: str = "begin"
    flow: str = ""
    language: str = "ja"
    answers: dict[str, Any] = field(default_factory=dict, repr=False)
    known: dict[str, Any] = field(default_factory=dict, repr=False)
    page: int = 0
    editing: bool = False
    check: dict[str, Any] | None = field(default=None, repr=False)
    notes: list[Text] = field(default_factory=list)
    note_if_kept: Text | None = None
    parked: dict[str, Any] | None = field(default=None, repr=False)

    def start(self, dialog: str, flow: str, known: dict[str, Any]) -> None:
        """Stand before the first step of a dialog; `flow` names this run of it on its buttons."""
        self.dialog, self.state, self.flow, self.known = dialog, "begin", flow, known
        self.answers, self.page, self.editing, self.check = {}, 0, False, None


@dataclass(frozen=True)
class Context:
    """All that a step may look at.

    `who` is the Telegram id of the person who speaks. A card of the staff group has its `booking`, and the `name`
    of the member of staff who pressed.
    """

    days: OfficeDays
    counter: Counter
    now: datetime
    conversation: Conversation
    who: int
    name: str = field(default="", repr=False)
    booking: Booking | None = None

    @property
    def office(self) -> Office:
        return self.days.office

    @property
    def answers(self) -> dict[str, Any]:
        return self.conversation.answers

    @property
    def known(self) -> dict[str, Any]:
        return self.conversation.known


def the_booking(context: Context) -> Booking:
    """The booking whose card this is."""
    if context.booking is None:
        raise LookupError("a staff card always has a booking")
    return context.booking


@dataclass(frozen=True)
class Button:
    """What stands on it, and the value it sends (ids only: Telegram allows 64 bytes for all of it)."""

    label: Text | str = field(repr=False)
    value: str


Rows = tuple[tuple[Button, ...], ...]


Sentences = tuple[Text | str, ...]  # a str is said as it is, in every language: the terms, a value


@dataclass(frozen=True)
class Offer:
    """The buttons under a question; `say` replaces what the question asks, where the choice decides the words."""

    rows: Rows = ()
    say: Sentences = field(default=(), repr=False)


@dataclass(frozen=True)
class Gone:
    """Why a button no longer holds; `came_to` names a way on in the question's `then`, if not the question again."""

    why: Text
    came_to: str = ""


def always(context: Context) -> bool:
    return True


def never(context: Context) -> bool:
    return False


def old_button(context: Context, value: str) -> Gone:
    return Gone(OLD_BUTTON)


async def uncounted(context: Context, value: str) -> None:
    """Nothing is to be done where a button is gone."""


@dataclass(frozen=True)
class Question:
    """Waits for the person.

    ask: what is said, unless the offer says it. read: typed words to a plain value, a Rejected or a Check; without it
    only buttons answer. choices: the buttons, value and label; offer: those that are found when it is asked. when:
    whether it applies. then: answers that do not lead to the next in the list. private: what arrives is deleted from
    the chat, masked and never logged. label: its name on the review, from where it can be changed. show: how its answer
    reads there. mask: how an answer given before reads on a button. drops: answers that fall with a new one. gone: why
    a button that was offered no longer is. in_vain: counts that such a one was pressed. kept: False for a choice that
    is no answer. counted: part of the progress. contact: also reads a shared contact.
    """

    name: str
    ask: Text | Callable[[Context], Text] | None = None
    read: Callable[[str], Reading] | None = None
    choices: Mapping[str, Text] = field(default_factory=dict)
    offer: Callable[[Context], Awaitable[Offer]] | None = None
    when: Callable[[Context], bool] = always
    then: Mapping[str, str] = field(default_factory=dict)
    private: bool = False
    label: Text | None = None
    show: Callable[[Answers, OfficeDays], Text | str] | None = None
    mask: Callable[[Any], Text | str] | None = None
    drops: tuple[str, ...] = ()
    gone: Callable[[Context, str], Gone] = old_button
    in_vain: Callable[[Context, str], Awaitable[None]] = uncounted
    kept: bool = True
    counted: bool = False
    contact: Callable[[str], Reading] | None = None

    def asked(self, context: Context) -> Sentences:
        """What the question says by itself; nothing where its offer finds the words."""
        asked = self.ask(context) if callable(self.ask) else self.ask
        return (asked,) if asked else ()

    async def offered(self, context: Context) -> Offer:
        """Its buttons now; choices stand one on a row."""
        if self.offer:
            return await self.offer(context)
        return Offer(tuple((Button(label, value),) for value, label in self.choices.items()))

    def shown(self, answers: Answers, days: OfficeDays) -> Text | str:
        answer = str(answers[self.name])
        return self.show(answers, days) if self.show else self.choices.get(answer, answer)


@dataclass(frozen=True)
class Outcome:
    """What a Job came to: `name` picks the way on; `note` is said; `drop` are answers that no longer hold."""

    name: str
    note: Text | None = None
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Runs at once and names its outcome; `then` maps outcomes to steps, the others go to the next in the list."""

    name: str
    run: Callable[[Context], Awaitable[Outcome]]
    when: Callable[[Context], bool] = always
    then: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class End:
    """The dialog is over. What was typed is forgotten; `forget`: the whole conversation too, once this was shown.

    `rows`: buttons above those of the menu, good at any time as they are.
    """

    name: str
    say: Text | Callable[[Context], Text] | None = None
    forget: bool = False
    rows: Rows = ()

    def said(self, context: Context) -> Text | None:
        return self.say(context) if callable(self.say) else self.say


Step = Question | Job | End


@dataclass(frozen=True)
class Screen:
    """What is shown: sentences, one below the other, and buttons. `contact`: the question needs a contact button."""

    say: Sentences = field(repr=False)
    rows: Rows = ()
    note_if_kept: Text | None = None  # said instead of the first sentence if the private message could not be deleted
    contact: bool = False
    forget: bool = False
