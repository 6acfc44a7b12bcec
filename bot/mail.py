"""Letters and how they leave: one letter becomes one message, always the same one for the same key.

Nothing here knows words or bookings: texts come ready, in their language. What leaves is ASCII, whatever it holds,
so that no relay has a reason to rewrite it. What goes wrong is `Undeliverable`: its code is short and holds neither
an address nor a word of the server's, and no error that does is its cause or context.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from hashlib import sha256
from html import escape
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote, unquote, urlsplit

import aiosmtplib

from flows.office import BadSetting

# One address as RFC 5321 4.1.2 writes it, in ASCII: nothing that a header or an SMTP command could read as its end.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_MAILBOX = re.compile(rf'(?:{_DOT_STRING.pattern}|"[ !#-\[\]-~]+")@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*')
# A URL is ASCII without " < >, so it ends where Japanese goes on, and it does not end in a sentence's punctuation.
_LINK = re.compile(r"(https?://[!#-;=?-~]*[A-Za-z0-9/=_~%-])")
_ENHANCED = re.compile(r"\A[245]\.\d{1,3}\.\d{1,3}(?![\d.])")  # RFC 3463
_MISHAPS = {ssl.SSLError: "tls", TimeoutError: "timeout", OSError: "connection"}


class Undeliverable(Exception):
    """A letter did not leave; `permanent`: it never will, to this address. `code`: what staff and logs may see."""

    def __init__(self, *, permanent: bool, code: str) -> None:
        super().__init__(f"The letter was not delivered ({code}).")
        self.permanent, self.code = permanent, code


@dataclass(frozen=True)
class Invite:
    """A calendar entry: `method` REQUEST puts it in or changes it, CANCEL takes it out (RFC 5546 3.2).

    One booking keeps its `uid`; each later entry has a higher `sequence`. Times are aware, addresses as in a Letter.
    `title` shows on shared screens: it names neither office nor purpose. `note` holds no URL.
    """

    uid: str
    sequence: int
    start: datetime
    end: datetime
    title: str
    note: str
    method: Literal["REQUEST", "CANCEL"]
    organizer: str
    attendee: str = field(repr=False)
    stamp: datetime


@dataclass(frozen=True)
class Letter:
    """One letter to one address. `key` names it for ever, as in "confirmed:<booking>:<version>".

    `to` is written as SMTP takes it (`answers.sending_form`); `language` is a locale like ja_Hira; `sent_at` is aware.
    """

    key: str
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    language: str
    sent_at: datetime
    invite: Invite | None = None


def compose(letter: Letter, sender: str, reply_to: str) -> EmailMessage:
    """The message of a letter: text and HTML of the same words, and its calendar entry.

    Raises Undeliverable for what is not exactly one address, ValueError for a line break in a header.
    """
    message = EmailMessage(policy=WIRE)
    message["From"] = _mailbox(sender, permanent=False, code="bad-sender")
    message["To"] = _mailbox(letter.to, permanent=True, code="bad-address")
    message["Reply-To"] = _mailbox(reply_to, permanent=False, code="bad-reply-to")
    message["Subject"] = letter.subject
    message["Date"] = letter.sent_at
    # the same in every attempt: a receiver that got the first one can drop the second (RFC 5322 3.6.4)
    message["Message-ID"] = f"<{sha256(letter.key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5
    # Exchange's own (MS-OXCMAIL 2.1.3.2.20). Not "All": that takes the bounces too, and staff must see a bounce.
    message["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    _add_bodies(message, letter)
    message["Content-Language"] = letter.language.replace("_", "-")  # BCP 47; last, or the first part would get it
    return message


def calendar(invite: Invite) -> bytes:
    """The .ics of an entry (RFC 5545, RFC 5546): UTC, private, nothing to answer, no URL."""
    from icalendar import Calendar, Event, vCalAddress  # four megabytes that only a calendar entry needs

    event, entry = Event(), Calendar()
    event.add("uid", invite.uid)
    event.add("sequence", invite.sequence)
    for name, moment in (("dtstamp", invite.stamp), ("dtstart", invite.start), ("dtend", invite.end)):
        event.add(name, moment.astimezone(UTC))
    event.add("summary", invite.title)
    event.add("description", invite.note)
    for name, address in (("organizer", invite.organizer), ("attendee", invite.attendee)):
        event.add(name, vCalAddress("mailto:" + quote(address, safe="!$'*+@")))  # RFC 6068 2
    # ACCEPTED: the person asked for this time, and an answer by the calendar would tell the office nothing
    event["attendee"].params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    event.add("status", "CANCELLED" if invite.method == "CANCEL" else "CONFIRMED")
    event.add("class", "PRIVATE")
    for name, value in (("version", "2.0"), ("prodid", "-//Madoguchi//Madoguchi//EN"), ("method", invite.method)):
        entry.add(name, value)
    entry.add_component(event)
    return bytes(entry.to_ical())


def is_loopback(host: str) -> bool:
    """The host is this machine: what is said to it passes no wire. Names other than localhost are not looked up."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host.lower() == "localhost"


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
        await client.send_message(message, sender=_envelope(message, "From"), recipients=_envelope(message, "To"))


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


def _mailbox(address: str, *, permanent: bool, code: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise Undeliverable(permanent=permanent, code=code)
    return address


def _envelope(message: EmailMessage, name: str) -> str:
    """The address in a header as SMTP takes it; `addr_spec` and str() lose the quotes of ".abc"@docomo.ne.jp."""
    [address] = message[name].addresses
    local = address.username if _DOT_STRING.fullmatch(address.username) else f'"{address.username}"'
    return f"{local}@{address.domain}"


def _add_bodies(message: EmailMessage, letter: Letter) -> None:
    """Text, HTML, and the calendar entry twice.

    Gmail and Outlook look for an alternative text/calendar with its method (RFC 6047 2.4), other mailers offer what is
    attached: as application/ics, as in Google's own invitations, lest a second text/calendar be a second meeting.
    """
    html = _html(letter)
    message.set_content(letter.text, cte=_encoding(letter.text))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    if letter.invite is None:
        return
    entry = calendar(letter.invite)
    method = {"method": letter.invite.method}
    message.add_alternative(entry.decode(), subtype="calendar", cte="base64", params=method)
    message.add_attachment(entry, maintype="application", subtype="ics", filename="invite.ics")


def _encoding(text: str) -> str:
    """Lines short enough for every relay (RFC 5322 2.1.1); English stays legible, for it looks like spam in base64."""
    return "quoted-printable" if text.isascii() else "base64"


def _html(letter: Letter) -> str:
    """The same words for a phone: large enough, links only where the text has one, nothing fetched."""
    turns = enumerate(_LINK.split(letter.text.strip()))  # a split by one group: text and links take turns
    marked = [f'<a href="{escape(part)}">{escape(part)}</a>' if odd % 2 else escape(part) for odd, part in turns]
    body = "".join(marked).replace("\n", "<br>\n")
    lang = escape(letter.language.replace("_", "-"))
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(letter.subject)}</title>\n</head>\n"
        '<body style="font-family: sans-serif; font-size: 16px; line-height: 1.6; overflow-wrap: anywhere">\n'
        f"<p>{body}</p>\n</body>\n</html>\n"
    )


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
