"""The panic switch: no new requests from job-seekers, until somebody takes them again. Bookings stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.text import Text

REASONS: Mapping[str, Text] = {
    "fault": Text("A fault of the system or the line"),
    "hands": Text("Too few staff"),
    "weather": Text("A disaster or bad weather"),
    "premises": Text("The office cannot be used"),
    "other": Text("Another reason"),
}


@dataclass(frozen=True)
class Switch:
    """How the switch stands: who turned it last, when, and why requests are (or were) paused."""

    paused: bool
    reason: str
    at: datetime
    who: int
    name: str = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Switch:
        return cls(**{**kept, "at": datetime.fromisoformat(kept["at"])})

    def told(self, text: Text, zone: ZoneInfo) -> Text:
        """One of the sentences below, with who, when and why."""
        at = self.at.astimezone(zone)
        return text.given(who=self.name, date=at.date(), time=at.time(), reason=REASONS[self.reason])


PAUSED = Text(
    "New requests are paused: {reason} ({who}, {date} {time}).\n"
    "Bookings stay valid; people who want to ask are given the phone number."
)
RUNNING = Text("New requests are being taken.")
ALREADY_PAUSED = Text("Nothing was done: {who} paused new requests already, on {date} at {time} ({reason}).")
ALREADY_RUNNING = Text("Nothing was done: new requests are being taken already.")
GROUP_PAUSED = Text(
    "[New requests paused] {who}, {date} {time}\n{reason}\n"
    "Bookings and requests that are there stay as they are. The way back: /pause in the private chat with the bot,"
    " or the desk."
)
GROUP_RESUMED = Text("[New requests are taken again] {who}, {date} {time}")
STILL = Text(
    "[New requests are still paused] Since {date} {time} ({who}): {reason}\n"
    "The way back: /pause in the private chat with the bot, or the desk."
)
ASK = Text(
    "Stop taking new requests? Choose the reason: one press does it.\n"
    "People are told politely, with the phone number. Bookings stay valid, and cancelling stays possible."
)
