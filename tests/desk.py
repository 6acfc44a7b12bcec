"""The desk as a browser sees it, without its script: pages over HTTP, forms sent as they stand on the page."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import Executable

from bot import staff
from bot.calendar import Calendar
from bot.database import Database
from bot.desk.access import make_link
from bot.desk.server import Desk
from bot.encryption import load_keys
from bot.kit import Kit
from bot.outbox import Outbox
from bot.store import Store
from flows.desk.roles import Member
from flows.office_days import OfficeDays
from tests.counters import DAYS
from tests.databases import rows
from tests.town import Clock, Town, town

# For refusals of the page, which have nothing to do with the engine.
on_sqlite_alone = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAMES = {"lead": "責任者 一号", "counsellor": "職員 一号", "reader": "閲覧 一号"}
IDS = {role: number for number, role in enumerate(NAMES, 701)}  # Telegram ids


@dataclass
class Form:
    """A form of a page: where it goes, what stands in it, and the words on its buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    """The words and the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._inside: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "select":
            self._select = given["name"]
            self.forms[-1].fields[self._select] = ""
        elif tag == "option" and "selected" in given:
            self.forms[-1].fields[self._select] = given["value"]
        elif tag == "textarea":
            self._select = given["name"]
            self.forms[-1].fields[self._select] = ""
        elif tag == "input" and self.forms and given.get("name"):
            box = given.get("type") in ("checkbox", "radio")
            if not box or "checked" in given:
                self.forms[-1].fields[given["name"]] = given.get("value", "on" if box else "")
        if tag in ("input", "meta", "link", "br", "img"):
            self._inside.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if words := data.strip():
            self.words.append(words)
            if "button" in self._inside and self.forms:
                self.forms[-1].buttons.append(words)
            if "textarea" in self._inside:
                self.forms[-1].fields[self._select] = data


@dataclass(frozen=True)
class Shown:
    """A page as it came: `text` are its words, a line each."""

    status: int
    path: str
    html: str
    text: str
    forms: list[Form]
    links: list[str]
    headers: dict[str, str]

    def form(self, button: str, action: str = "") -> Form:
        """The first form with a button of these words, and this in its address."""
        return next(form for form in self.forms if button in form.buttons and action in form.action)


class Visitor:
    """A browser at the desk."""

    def __init__(self, place: OpenDesk, client: ClientSession):
        self.place, self.client = place, client
        self.shown: Shown

    @property
    def token(self) -> str:
        """Of this session's forms, from the page that is shown."""
        return self.shown.form("ログアウト").fields["token"]

    async def opens(self, path: str) -> Shown:
        return await self._ask("GET", path, {})

    async def presses(self, button: str, action: str = "", **fields: str) -> Shown:
        """Fill in these fields of the form with this button on the page that is shown, and send it."""
        form = self.shown.form(button, action)
        return await self._ask("POST", form.action or self.shown.path, {**form.fields, **fields})

    async def sends(self, path: str, **fields: str) -> Shown:
        """A form of one's own making."""
        return await self._ask("POST", path, fields)

    async def _ask(self, method: str, path: str, fields: dict[str, str]) -> Shown:
        url = path if path.startswith("http") else self.place.origin + path
        async with self.client.request(method, url, data=fields or None) as answer:
            html, reader = await answer.text(), _Reader()
            reader.feed(html)
            words = "\n".join(reader.words)
            self.shown = Shown(
                answer.status, answer.url.path, html, words, reader.forms, reader.links, dict(answer.headers)
            )
            return self.shown


class OpenDesk:
    """A desk that is served on a database, and who comes to it."""

    def __init__(self, url: str, folder: Path, clock: Clock, days: OfficeDays, base: str = ""):
        self.clock, self.database = clock, Database(url)
        seal = load_keys(None, folder)[0]
        store, outbox, calendar = Store(self.database, seal), Outbox(self.database), Calendar(days)
        self.kit = Kit(store, outbox, seal, calendar, "madoguchi@office.example")
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.desk = Desk(self.kit, clock, self.origin + base, ("127.0.0.1", port))
        self.base = base
        self.clients: list[ClientSession] = []

    def browser(self) -> Visitor:
        """A browser that has not been here before."""
        client = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.clients.append(client)
        return Visitor(self, client)

    async def member(self, role: str) -> Member:
        """Somebody of the staff with this role, who has joined by an invitation."""
        who, now = IDS[role], self.clock()

        async with self.database.transaction() as transaction:
            code = await staff.invite(transaction, role, None, now)
            joined = await staff.join(transaction, code, who, NAMES[role], now)
        assert joined
        return joined

    async def link(self, member: Member) -> str:
        async with self.database.transaction() as transaction:
            return f"{self.base}/enter/{await make_link(transaction, member.id, self.clock())}"

    async def signed_in(self, role: str = "counsellor", member: Member | None = None) -> Visitor:
        """A browser in which somebody with this role has opened their link."""
        visitor = self.browser()
        await visitor.opens(await self.link(member or await self.member(role)))
        await visitor.presses("職員用ページを開く")
        return visitor

    async def all(self, sql: str | Executable) -> list[tuple[object, ...]]:
        return await rows(self.database, sql)

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        await self.desk.close()
        await self.database.close()


@asynccontextmanager
async def open_desk(
    url: str, folder: Path, clock: Clock | None = None, days: OfficeDays = DAYS, base: str = ""
) -> AsyncIterator[OpenDesk]:
    """A desk on a migrated database."""
    place = OpenDesk(url, folder, clock or Clock(), days, base)
    await place.desk.open()
    try:
        yield place
    finally:
        await place.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class TownDesk(OpenDesk):
    """The desk that the bot of a town serves, so that letters and messages really go out."""

    def __init__(self, place: Town, origin: str):
        self.clock, self.database, self.kit, self.origin, self.base = (
            place.clock, place.app.database, place.app.kit, origin, "",
        )  # fmt: skip
        self.clients = []

    async def close(self) -> None:
        for client in self.clients:
            await client.close()


@asynccontextmanager
async def town_with_desk(folder: Path, database_url: str, **environment: str) -> AsyncIterator[tuple[Town, TownDesk]]:
    """A town whose bot serves the desk too."""
    listen = f"127.0.0.1:{free_port()}"
    settings = {"MADOGUCHI_DESK_URL": f"http://{listen}", "MADOGUCHI_DESK_LISTEN": listen, **environment}
    async with town(folder, database_url, started=False) as place:
        await place.start(**settings)
        desk = TownDesk(place, f"http://{listen}")
        try:
            yield place, desk
        finally:
            await desk.close()
