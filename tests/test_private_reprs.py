"""What may hold a person's words shows nothing of them in its repr: a repr ends up in a log some day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.database import Transaction
from bot.mime import Invite, Letter
from bot.reply import Reply, Shot
from bot.store import Card, Place
from bot.turn import Incoming
from flows.answers import Check, Rejected
from flows.counter import Booking, Decision, Slot
from flows.desk.taking import Sheet
from flows.places import Counsellor
from flows.reception import Command
from flows.steps import Button, Contact, Conversation, Offer, Pressed, Screen, Typed
from flows.text import Text
from tests.offers import before
from tests.planted import MAIL, NAME, PHONE, found_in

NOON = datetime(2026, 11, 19, 3, tzinfo=UTC)
VALUE = Text("Is your phone number {value}?", value=PHONE)
CONVERSATION = Conversation(
    answers={"name": NAME}, known={"before": {"email": MAIL}}, check={"ask": NAME}, notes=[VALUE], note_if_kept=VALUE,
    parked={"answers": {"name": NAME}},
)  # fmt: skip
BOOKING = Booking(
    "1", "1", "requested", 1, Slot("a", NOON), 1, "ja", NOON, NOON.date(), NOON.date(), NOON,
    decision=Decision("confirm", NOON, 1, NAME), details={"name": NAME, "email": MAIL},
)  # fmt: skip
SHOT = Shot(NAME, ((Button(MAIL, "check0"),),), "f", "s", text_if_kept=PHONE)
HOLDING = (
    VALUE, CONVERSATION, BOOKING, SHOT, Typed(NAME), Contact(PHONE, own=True), Pressed("f", "s", NAME),
    Rejected(VALUE, kept=VALUE), Check(VALUE, ((MAIL, MAIL),)), Screen((NAME, VALUE), ((Button(MAIL, "1"),),)),
    Offer(say=(NAME,)), Incoming(1, "private", 1, 1, Typed(NAME), name=NAME), Place((1, ""), CONVERSATION),
    Reply((1, ""), 1, Card(), SHOT), Letter("key", MAIL, "subject", NAME, "ja", NOON),
    Invite("1", 1, NOON, NOON, "title", "note", "REQUEST", "counter@office.example", MAIL, NOON),
    Sheet({"name": NAME}), Command("claim", NAME), Counsellor("1", NAME),
    replace(BOOKING, details={}, decision=None, url=f"https://x.example/{NAME}"),
    replace(BOOKING, details={}, decision=None, claim_code=NAME),
)  # fmt: skip


@pytest.mark.parametrize("holding", HOLDING, ids=lambda holding: type(holding).__name__)
def test_what_holds_the_identity_shows_nothing_of_it(holding: object) -> None:
    assert found_in(str(vars(holding))) != [] or any(map(found_in, map(str, map(vars, _inside(holding)))))
    assert found_in(f"{holding!r} {holding} {[holding]}") == []


def _inside(holding: object) -> list[Any]:
    return [inner for inner in vars(holding).values() if hasattr(inner, "__dict__")]


async def test_what_a_turn_has_in_hand_shows_nothing_of_it(transaction: Transaction) -> None:
    context = replace(before(transaction, CONVERSATION), name=NAME, booking=BOOKING)
    assert found_in(f"{context!r} {context}") == []
