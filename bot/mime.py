"""Letters as messages: one letter becomes one message, always the same one for the same key.

Nothing here knows words or bookings: texts come ready, in their language. What leaves is ASCII, whatever it holds,
so that no relay has a reason to rewrite it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from hashlib import sha256
from html import escape
from typing import Literal
from urllib.parse import quote

from bot.undeliverable import Undeliverable

# One address as RFC 5321 4.1.2 writes it, in ASCII: nothing that a header or an SMTP command could read as its end.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_STRING = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_MAILBOX = re.compile(rf'(?:{_DOT_STRING.pattern}|"[ !#-\[\]-~]+")@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*')
# A URL is ASCII without " < >, so it ends where Japanese goes on, and it does not end in a sentence's punctuation.
_LINK = re.compile(r"(https?://[!#-;=?-~]*[A-Za-z0-9/=_~%-])")


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


def envelope(message: EmailMessage, name: str) -> str:
    """The address in a header as SMTP takes it; `addr_spec` and str() lose the quotes of ".abc"@docomo.ne.jp."""
    [address] = message[name].addresses
    local = address.username if _DOT_STRING.fullmatch(address.username) else f'"{address.username}"'
    return f"{local}@{address.domain}"


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


def _mailbox(address: str, *, permanent: bool, code: str) -> str:
    if not _MAILBOX.fullmatch(address):
        raise Undeliverable(permanent=permanent, code=code)
    return address


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
