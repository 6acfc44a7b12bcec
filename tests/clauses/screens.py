"""What a job-seeker reads at a point of the chat, and the words of a notice, for the tests of the clauses."""

from __future__ import annotations

from dataclasses import replace

from bot.database import Transaction
from flows import letters, policy
from flows.counter import Booking, Decision, Slot
from flows.lifecycle import CONFIRMED
from tests.clauses.deadlines import DAYS, jst
from tests.conversations.visitor import Visitor, come_to
from tests.conversations.visitors import at_the_form
from tests.counters import DETAILS, NOW
from tests.offers import said

START = jst("2026-11-24T09:30")
BOOKED = Booking(
    "b", "123456", CONFIRMED, 1, Slot("1", START), 7, "ja", NOW, policy.reply_by(DAYS, NOW),
    policy.confirm_by(DAYS, DAYS.day_of(START)), policy.lapses_at(DAYS, START), "handed", details=DETAILS,
)  # fmt: skip


async def reads(visitor: Visitor) -> str:
    return said((await visitor.screen()).say)


async def asked(transaction: Transaction, question: str) -> Visitor:
    """Somebody who has come to this question of the form."""
    return await come_to(await at_the_form(transaction), question)


def told(kind: str, booking: Booking = BOOKED) -> str:
    """What the chat says."""
    return said(letters.chat(DAYS, kind, booking))


def written(kind: str, booking: Booking = BOOKED) -> str:
    """What a letter to the person says."""
    return said(letters.letter(DAYS, kind, booking).body)


def decided(event: str, state: str, reason: str = "") -> Booking:
    return replace(BOOKED, state=state, decision=Decision(event, NOW, 1, "職員 一号", reason))
