"""SMTP servers on loopback: one that takes letters, and ones that say what a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


@dataclass
class Mailbox:
    """What a server took, and what it answers to each step."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    logins: list[Any] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)

    async def mail(self, _s: SMTP, _n: Any, envelope: Envelope, address: str, _o: Sequence[str]) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def rcpt(self, _s: SMTP, _n: Any, envelope: Envelope, address: str, _o: Sequence[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def data(self, _s: SMTP, session: Any, envelope: Envelope) -> str:
        self.taken.append(envelope)
        self.secure.append(session.ssl is not None)
        return self.answers.get("DATA", "250 OK")

    def login(self, _s: SMTP, _session: Any, _e: Envelope, _mechanism: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=given.password == "p@ss/wörd".encode(), handled=False)


@asynccontextmanager
async def listening(
    protocol: Callable[[], asyncio.BaseProtocol], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls)
    before = asyncio.all_tasks()
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)  # aiosmtpd cancels what it ends


def served(mailbox: Mailbox, **settings: Any) -> Callable[[], SMTP]:
    loop = asyncio.get_running_loop()
    steps = SimpleNamespace(handle_MAIL=mailbox.mail, handle_RCPT=mailbox.rcpt, handle_DATA=mailbox.data)
    return lambda: SMTP(steps, hostname="localhost", loop=loop, authenticator=mailbox.login, **settings)


def scripted(*said: bytes, heard: list[bytes] | None = None) -> Callable[[], asyncio.StreamReaderProtocol]:
    """A server that says one answer to each line, whatever it is, and closes after the last."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            for answer in said:
                writer.write(answer)
                line = await reader.readuntil(b"\r\n.\r\n" if answer.startswith(b"354") else b"\r\n")
                if heard is not None:
                    heard.append(line)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    return lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), talk)


GREETED = (b"220 hi\r\n", b"250 hi\r\n", b"250 OK\r\n", b"250 OK\r\n")
TAKING = (*GREETED, b"354 go on\r\n", b"250 OK\r\n")
