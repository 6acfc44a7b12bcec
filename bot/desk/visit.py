"""What a page of the desk is made with: a Route to its handler, the Visit that it gets, and the answers it may give.

A handler runs in one transaction, after its visitor was found to be signed in and to have the right. What it raises
undoes everything that it did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from multidict import MultiDictProxy

from bot.counter import SqlCounter
from bot.database import Transaction
from bot.kit import Kit
from flows.counter import Booking, Decision
from flows.desk.roles import Member, Right
from flows.office_days import OfficeDays
from flows.text import Text

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A page to show: its template, and what that names. `renews`: it is asked for again whenever something changes.

    `at`: where it can be asked for again, if it is shown after a form of another page. `keep`: what the browser is to
    remember of it as long as somebody is signed in, for `Visit.kept`.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    renews: bool = True
    at: str = ""
    keep: str | None = None


@dataclass(frozen=True)
class Done:
    """It was done: `said` is told on the page `to` (a path within the desk) that comes next."""

    to: str
    said: Text | None = None


def within_the_desk(path: str, otherwise: str) -> str:
    """A path for `Done`, never another site's address."""
    leads_away = not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable()
    return otherwise if leads_away else path


@dataclass(frozen=True)
class File:
    """A file to save."""

    name: str
    kind: str
    content: bytes = field(repr=False)


Answer = Page | Done | File


class Wrong(Exception):
    """What was sent cannot be done: what is wrong, what is so now, what to do. `field` is the one it is about."""

    def __init__(self, why: Text, field: str = "") -> None:
        super().__init__(why.sentence)
        self.why, self.field = why, field


class Missing(Exception):
    """There is no such thing, or none that this visitor may know of."""


MOVED_ON = Text("Nothing was done: this has changed since the page was shown. Please look at how it is now.")
UNKNOWN_CHOICE = Text("Please choose one of the given answers.")


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in. `at` holds the parts of the path, `form` what was sent."""

    kit: Kit
    transaction: Transaction
    member: Member
    language: str
    now: datetime
    at: Fields
    query: Fields
    form: MultiDictProxy[str] = field(repr=False)
    problem: Wrong | None = None  # why what was sent just now could not be done
    kept: str = ""

    @property
    def days(self) -> OfficeDays:
        return self.kit.days

    @property
    def counter(self) -> SqlCounter:
        return self.kit.counter(self.transaction, self.now, None, self.kit.days.office.language)

    def sent(self, name: str) -> str:
        """What stands in a field of the form, without space around it."""
        return self.form.get(name, "").strip()

    def chosen(self, name: str, among: Mapping[str, Any]) -> str:
        """The key chosen in a field. Raises `Wrong`."""
        if (key := self.sent(name)) not in among:
            raise Wrong(UNKNOWN_CHOICE, name)
        return key

    async def booking(self) -> Booking:
        """The booking that the path names, locked. Raises `Missing`."""
        if (found := await self.counter.booking(self.at["booking"])) is None:
            raise Missing
        return found

    async def unchanged(self) -> Booking:
        """The same, where it is still as the form's page showed it. Raises `Wrong` where it has moved on."""
        booking = await self.booking()
        if self.sent("version") != str(booking.version):
            raise Wrong(MOVED_ON)
        return booking

    def decision(self, event: str, reason: str = "", channel: str = "desk") -> Decision:
        return Decision(event, self.now, self.member.id, self.member.name, reason, channel)


Handler = Callable[[Visit], Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """Where a handler is reached, and who may. `page` is shown again, with why, where a form cannot be done."""

    method: Literal["GET", "POST"]
    path: str
    right: Right
    handler: Handler
    page: Handler | None = None


def shows(path: str, right: Right, handler: Handler) -> Route:
    """A page that changes nothing."""
    return Route("GET", path, right, handler)


def does(path: str, right: Right, handler: Handler, page: Handler) -> Route:
    """A form that changes something; `page` is the one it stands on."""
    return Route("POST", path, right, handler, page)
