"""How messages leave: to an SMTP server, or into a folder.

What goes wrong is `Undeliverable`: its code is short and holds neither an address nor a word of the server's, and no
error that does is its cause or context.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from bot.mime import envelope
from bot.undeliverable import Undeliverable
from flows.office import BadSetting

_ENHANCED = re.compile(r"\A[245]\.\d{1,3}\.\d{1,3}(?![\d.])")  # RFC 3463
AWAY = ("connection",)  # codes of a server that cannot be reached
_MISHAPS = {ssl.SSLError: "tls", TimeoutError: "timeout", OSError: "connection"}


class Post(Protocol):
    """What takes letters away."""

    async def send(self, message: EmailMessage) -> None:
        """Hand over one composed message. Raises Undeliverable."""

    @staticmethod
    def from_url(url: str) -> Post:
        """smtp://user:password@host:port, smtps://…, or file:FOLDER. Raises BadSetting, never showing the password."""
        scheme, _, folder = url.partition(":")
        post = FilePost(Path(folder)) if scheme == "file" and folder.strip("/") else _smtp(url)
        if post is None:
            raise BadSetting(
                "MADOGUCHI_MAIL_URL", "is neither smtp://user:password@host:port, smtps://… nor file:FOLDER"
            )
        return post


@dataclass(frozen=True)
class FilePost(Post):
    """Puts each message into `folder` as an .eml named by its Message-ID: the same letter is the same file."""

    folder: Path

    async def send(self, message: EmailMessage) -> None:
        name = sha256(str(message["Message-ID"]).encode()).hexdigest()[:40]
        with suppress(OSError):
            return await asyncio.to_thread(_replace, self.folder / f"{name}.eml", message.as_bytes())
        raise Undeliverable(permanent=False, code="file")


@dataclass(frozen=True)
class SmtpPost(Post):
    """Hands each message to an SMTP server, on a connection of its own, with STARTTLS where it is offered.

    Away from loopback the certificate must be good, and without TLS the password is not said. `step` bounds each
    answer, `total` the whole letter, in seconds.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False  # from the first byte on (RFC 8314 3.3), instead of STARTTLS
    loopback: bool = False
    step: float = 30.0
    total: float = 60.0

    async def send(self, message: EmailMessage) -> None:
        if failure := await self._attempt(message):
            raise failure  # out here: what the library says may hold an address

    async def _attempt(self, message: EmailMessage) -> Undeliverable | None:
        client = aiosmtplib.SMTP(
            hostname=self.host, port=self.port, use_tls=self.tls, validate_certs=not self.loopback, timeout=self.step
        )
        try:
            async with asyncio.timeout(self.total):
                await self._hand_over(client, message)
            with suppress(OSError, aiosmtplib.SMTPException):  # it is handed over, however the goodbye goes
                await client.quit(timeout=2)
        except Undeliverable as failure:
            return failure
        except (OSError, aiosmtplib.SMTPException) as error:
            return _failure(error)
        finally:
            client.close()
        return None

    async def _hand_over(self, client: aiosmtplib.SMTP, message: EmailMessage) -> None:
        await client.connect()
        if self.user:
            if not self.loopback and client.get_transport_info("sslcontext") is None:
                raise Undeliverable(permanent=False, code="no-tls")
            await client.login(self.user, self.password)
        await client.send_message(message, sender=envelope(message, "From"), recipients=envelope(message, "To"))


def _failure(error: Exception) -> Undeliverable:
    """A refusal of this letter for good (5yz to MAIL, RCPT or DATA) is permanent; everything else may pass."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        found = [
            name for kind, name in _MISHAPS.items() if isinstance(error, kind) or isinstance(error.__cause__, kind)
        ]
        return Undeliverable(permanent=False, code=found[0] if found else "not-supported")
    of_letter = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
    ours = error.code in (530, 534, 535, 538)  # RFC 4954 6: about the login, so our settings and not the letter
    permanent = isinstance(error, of_letter) and 500 <= error.code <= 599 and not ours
    return Undeliverable(permanent=permanent, code=" ".join([str(error.code), *_ENHANCED.findall(error.message)]))


def is_loopback(host: str) -> bool:
    """The host is this machine: what is said to it passes no wire. Names other than localhost are not looked up."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host.lower() == "localhost"


def _smtp(url: str) -> SmtpPost | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text may show a part of the password
        return None
    host, user, password = parts.hostname, unquote(parts.username or ""), unquote(parts.password or "")
    left_over = parts.path.strip("/") or parts.query or parts.fragment or (password and not user)
    if parts.scheme not in ("smtp", "smtps") or not host or left_over:
        return None
    tls = parts.scheme == "smtps"
    usual = 465 if tls else 587 if user else 25  # submission (RFC 8314 7.3), or a relay that knows us
    return SmtpPost(host, port or usual, user, password, tls, is_loopback(host))


def _replace(path: Path, content: bytes) -> None:
    """The whole file or none, readable by this user alone: a letter holds personal data."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
