"""The letters in the mail folder, as somebody reads them: headers, text, and the calendar entry if there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Entry:
    """What a calendar would show; `method` is REQUEST or CANCEL."""

    method: str
    title: str
    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True)
class Letter:
    id: str
    sent_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    entry: Entry | None


class Mailbox:
    """`letters` by their ids, as of the last look; a letter that was written anew takes its place again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.letters: dict[str, Letter] = {}
        self._read: dict[str, int] = {}

    def look(self) -> list[Letter]:
        """Read what has come since the last look, the oldest first."""
        if not self.folder.is_dir():
            return []
        found = {file: file.stat().st_mtime_ns for file in self.folder.glob("*.eml")}
        new = [file for file in sorted(found, key=found.__getitem__) if self._read.get(file.stem) != found[file]]
        letters = [read(file) for file in new]
        self._read |= {file.stem: found[file] for file in new}
        self.letters |= {letter.id: letter for letter in letters}
        return letters

    def written(self, letter: Letter) -> int:
        """When its file was last written: real time, in nanoseconds since 1970."""
        return self._read[letter.id]


def read(file: Path) -> Letter:
    message = BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
    body = message.get_body(("plain",))
    return Letter(
        file.stem,
        parsedate_to_datetime(message["Date"]),
        str(message["From"]),
        str(message["To"]),
        str(message["Subject"]),
        body.get_content().strip() if body else "",
        _entry(message),
    )


def _entry(message: EmailMessage) -> Entry | None:
    from icalendar import Calendar

    for part in message.iter_attachments():
        if part.get_content_type() in ("application/ics", "text/calendar"):
            calendar: Any = Calendar.from_ical(part.get_content())
            [event] = calendar.walk("VEVENT")
            words = [str(event.get(name, "")) for name in ("SUMMARY", "DESCRIPTION")]
            return Entry(str(calendar["METHOD"]), words[0], event["DTSTART"].dt, event["DTEND"].dt, words[1])
    return None
