"""A town with one office, for tests: the real bot, through the real library, over real HTTP and SMTP on loopback.

People and staff are driven through the local Bot API server; the clock is turned by hand; nothing sleeps.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from sqlalchemy import Executable

from bot.app import App
from bot.config import Settings
from bot.language import Words
from bot.playground.chats import Message
from bot.playground.cloud import PATIENCE
from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from flows.office import KAWAGOE
from flows.office_file import load_office
from flows.text import Text
from tests.databases import rows
from tests.usual_answers import comes_to

TOKEN = "123456:TEST-token-of-nobody"
TOKYO = ZoneInfo("Asia/Tokyo")
TICK = 0.02  # seconds between two looks at what is due
LIMITS_SECOND = 0.002  # how long a second of what Telegram lets a bot send lasts: the limits are kept, nobody waits
OFFICE_MAIL = "counter@office.example"


class Clock:
    """The bot's clock: it stands still until it is turned."""

    def __init__(self, now: str = "2026-11-19 10:00"):
        self.turn(now)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, to: str) -> None:
        """Turn it to a moment as the office's clock shows it."""
        self.now = datetime.fromisoformat(to).replace(tzinfo=TOKYO).astimezone(UTC)


class Mailbox:
    """A mail server on loopback that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answer: str | None = None  # said to every RCPT TO instead of 250, but for the office's own
        self.takes: Callable[[SMTP, EmailMessage], Awaitable[str]] | None = None  # what happens to a letter instead
        self.took: Callable[[], None] = lambda: None  # what happens when a letter is here and not yet acknowledged
        self._arrived = asyncio.Event()

    async def open(self, port: int = 0) -> None:
        """Listen on a free port of loopback, in the test's own loop; or on that one."""
        loop = asyncio.get_running_loop()

        def make() -> SMTP:
            return SMTP(self, hostname="localhost", loop=loop, authenticator=self.login, auth_require_tls=False)

        self.server = await loop.create_server(make, "127.0.0.1", port)
        self.port: int = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.server.close()
        await self.server.wait_closed()

    def login(self, *_: Any) -> AuthResult:
        """Whoever says a name and a password is let in."""
        return AuthResult(success=True)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.answer and to != OFFICE_MAIL:
            return self.answer
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]  # bytes here
        assert isinstance(letter, EmailMessage)
        return await self.takes(server, letter) if self.takes else self.keep(letter)

    def keep(self, letter: EmailMessage) -> str:
        self.letters.append(letter)
        self._arrived.set()
        self.took()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if letter["To"] == address]

    async def gets(self, subject: str, to: str | None = None, timeout: float = PATIENCE) -> EmailMessage:  # noqa: ASYNC109
        """Wait for a letter whose subject contains the words."""
        async with asyncio.timeout(timeout):
            while True:
                for letter in self.letters:
                    if subject in letter["Subject"] and to in (None, letter["To"]):
                        return letter
                self._arrived.clear()
                await self._arrived.wait()


class Town:
    """The server, the bot (`start`, `stop`), its clock and mailbox, one job-seeker and a staff group."""

    def __init__(self, server: BotApiServer, mailbox: Mailbox, folder: Path, database_url: str):
        self.server, self.mailbox, self.clock = server, mailbox, Clock()
        self.taro: Person = server.person("川越 太郎", language_code="ja")
        self.staff: Person = server.person("職員 一号", language_code="ja")
        self.colleague: Person = server.person("職員 二号", language_code="ja")
        self.group: Group = server.group("職員グループ", members=[self.staff, self.colleague])
        self.environment = {
            "MADOGUCHI_TOKEN": TOKEN,
            "MADOGUCHI_API_URL": server.url,
            "MADOGUCHI_DATA": str(folder),
            "MADOGUCHI_DATABASE_URL": database_url,
            "MADOGUCHI_STAFF_CHAT": str(self.group.id),
            "MADOGUCHI_MAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        }
        self.group.adds_bot(by=self.staff)
        self._running: asyncio.Task[None] | None = None

    async def start(self, **environment: str) -> None:
        """Start the bot; it is polling when this returns."""
        settings = Settings.load({**self.environment, **environment})
        self.app = App(settings, self.clock, tick=TICK, limits_second=LIMITS_SECOND)
        self._stop = asyncio.Event()
        self._running = asyncio.create_task(self.app.run(self._stop))
        await self.server.settled()

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        if self._running:
            self._stop.set()
            running, self._running = self._running, None
            await running

    async def turn_clock(self, to: str) -> None:
        """Turn the clock and let the bot look at it."""
        self.clock.turn(to)
        self.app.sender.wake.set()

    async def rows(self, sql: str | Executable) -> list[tuple[Any, ...]]:
        """Look into the bot's database."""
        return await rows(self.app.database, sql)


@asynccontextmanager
async def town(folder: Path, database_url: str, started: bool = True) -> AsyncIterator[Town]:
    mailbox = Mailbox()
    await mailbox.open()
    try:
        async with BotApiServer(token=TOKEN) as server:
            place = Town(server, mailbox, folder, database_url)
            if started:
                await place.start()
            try:
                yield place
            finally:
                with contextlib.suppress(asyncio.CancelledError):
                    await place.stop()
    finally:
        await mailbox.close()


async def book(
    person: Person,
    *,
    day: Callable[[list[str]], str] = lambda labels: labels[0],
    at: str = "9:30",
    name: str = "川越 太郎",
    number: str = "11030-01234567",
    email: str = "taro@example.jp",
    phone: str = "090-1234-5678",
    send: bool = True,
) -> None:
    """Walk a Japanese-speaking newcomer through the whole form, up to the review, and send it."""
    await person.says("/book")
    await comes_to(person, "利用規約に同意して")
    await person.presses("同意して進む")
    for question in ("質問1／3", "質問2／3", "質問3／3"):
        await comes_to(person, question)
        await person.presses("はい")
    await comes_to(person, "職業安定法")
    await person.presses("続ける")
    await comes_to(person, "お名前を入力")
    await person.says(name)
    await comes_to(person, "求職番号を入力")
    await person.says(number)
    await comes_to(person, "希望する日")
    await person.presses(day([button.label for row in person.screen.buttons for button in row]))
    await comes_to(person, "希望する時間")
    await person.presses(at)
    await comes_to(person, "メールアドレスを入力")
    await person.says(email)
    await comes_to(person, "電話番号を入力")
    await person.says(phone)
    await comes_to(person, "同席する方")
    await person.presses("なし")
    await comes_to(person, "ご確認ください")
    if send:
        await person.presses("この内容で申し込む")


async def requested(place: Town, **details: Any) -> Message:
    """Taro has asked for 2026-11-24 at 9:30; the card stands in the group."""
    await book(place.taro, **details)
    await place.taro.sees("【受け付けました】")
    return await place.group.sees("確定期限")


def ja(place: Town, words: Text) -> str:
    """A sentence as the bot says it in the office's language."""
    return Words("ja", load_office(KAWAGOE), "madoguchi@office.example", place.clock().date()).say(words)
