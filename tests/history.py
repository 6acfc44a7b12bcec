"""What happened to a person, as the database, the chat and the post tell it; and how two such histories differ.

The same stories are played twice, once undisturbed and once while the bot dies: nothing may be missing in the second
history, nothing may have taken effect twice, and what was said twice is counted.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from bot.database import Database, Transaction
from bot.language import catalogue
from bot.playground.people import Screen
from bot.turn import DELETE_FAILED, DELETED, DELETED_ELSEWHERE
from flows.sentences import FREE_TIMES, NONE_FREE
from tests.stories import HARMLESS
from tests.town import Mailbox, Town

REFERENCE = re.compile(r"\d{3}-\d{3}(?!\d)")
ASIDE = {catalogue("ja").gettext(said.sentence) for said in (DELETED, DELETE_FAILED, DELETED_ELSEWHERE)}
FREE = tuple(catalogue("ja").gettext(said.sentence).split("{")[0] for said in (FREE_TIMES, NONE_FREE))
SAYS_NOTHING = {"", *HARMLESS}


@dataclass(frozen=True)
class History:
    """One person's, or the staff group's. `said` counts each new message, `seen` holds every text there ever was."""

    facts: dict[str, Any]
    seen: frozenset[str]
    said: Counter[str] = field(hash=False)


def plain(words: str) -> str:
    """Words without what differs from one run to another: references, what is said of a deleted message, and which
    times are free at the moment, since others lapse and cancel meanwhile.
    """
    paragraphs = [part for part in words.split("\n\n") if part not in ASIDE and not part.startswith(FREE)]
    return REFERENCE.sub("000-000", "\n\n".join(paragraphs))


async def histories(town: Town, screens: dict[str, Screen]) -> dict[str, History]:
    """The history of each of these chats, by name, and of the post."""
    database = Database(town.environment["MADOGUCHI_DATABASE_URL"])
    try:
        found = {
            name: _history(screen, await _facts(database, screen.id) if screen.chat.private else {})
            for name, screen in screens.items()
        }
        return {**found, "the post": _of_the_post(town.mailbox)}
    finally:
        await database.close()


def _history(screen: Screen, facts: dict[str, Any]) -> History:
    bots = [message for message in screen.chat.history if message.from_bot]
    new = Counter(plain(message.text) for message in bots if not message.edited_times)
    return History(facts, frozenset(plain(message.text) for message in bots), new)


def _of_the_post(mailbox: Mailbox) -> History:
    """Letters by receiver and subject; the same letter sent twice has the same Message-ID."""
    said = Counter(f"{letter['To']}: {plain(letter['Subject'])}" for letter in mailbox.letters)
    return History({}, frozenset(said), said)


FACTS = {
    "bookings": "SELECT state, version, start, told, same_number FROM booking WHERE chat_id = :chat ORDER BY start",
    "decisions": "SELECT d.event, d.at, d.who, d.name, d.reason FROM decision d JOIN booking b ON b.id = d.booking_id"
    " WHERE b.chat_id = :chat ORDER BY d.id",
    "holds": "SELECT h.start FROM hold h JOIN booking b ON b.id = h.booking_id WHERE b.chat_id = :chat",
    "consents": "SELECT version, how FROM consent WHERE chat_id = :chat",
    "conversation": "SELECT dialog, state, turns, shown FROM conversation WHERE chat_id = :chat",
    "notices": "SELECT n.kind, n.due_at, n.state IN ('sent', 'cancelled', 'expired') FROM notice n"
    " JOIN booking b ON b.id = n.booking_id WHERE b.chat_id = :chat ORDER BY n.kind, n.due_at",
}


async def _facts(database: Database, chat: int) -> dict[str, Any]:
    async def read(transaction: Transaction) -> dict[str, Any]:
        rows = {name: await transaction.execute(text(sql), {"chat": chat}) for name, sql in FACTS.items()}
        return {name: [tuple(map(str, row)) for row in found] for name, found in rows.items()}

    return await database.run(read)


def missing(quiet: History, other: History) -> list[str]:
    """What the other history lacks or has otherwise: facts that differ, words that were never said."""
    lost = {name: Counter(rows) - Counter(other.facts.get(name, [])) for name, rows in quiet.facts.items()}
    too_many = {name: Counter(rows) - Counter(quiet.facts.get(name, [])) for name, rows in other.facts.items()}
    facts = [
        f"{name}: {list(lost[name])} became {list(too_many[name])}" for name in lost if lost[name] or too_many[name]
    ]
    return facts + [f"never said: {words}" for words in sorted(quiet.seen - other.seen - SAYS_NOTHING)]


def strange(quiet: History, other: History) -> list[str]:
    """What the other history has that the quiet one never knew: words said to nobody in the quiet run."""
    return sorted(other.seen - quiet.seen - SAYS_NOTHING)


def copies(quiet: History, other: History) -> int:
    """How many messages were sent more often than in the quiet run."""
    return sum((other.said - quiet.said).values())
