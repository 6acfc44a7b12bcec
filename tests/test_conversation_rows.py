"""A conversation is stored whole: it comes back from its row as it was."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from datetime import date, time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.language import LANGUAGES
from bot.migrate import migrate
from bot.store import Place, Store
from flows.steps import (
    Conversation,
)
from flows.text import Text
from tests.conversations.visitor import NOW, SEAL

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
values = st.text() | st.integers(-9, 9) | st.dates() | st.times()
texts = st.builds(
    lambda sentence, given: Text(sentence, **given), st.text(), st.dictionaries(st.sampled_from("abc"), values)
)
nested = st.builds(lambda sentence, inner: Text(sentence, inner=inner), st.text(), texts)
answers = st.dictionaries(st.text(), plain, max_size=4)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
conversations = st.builds(
    Conversation, dialog=names, state=names, flow=st.text(), language=st.sampled_from(LANGUAGES), answers=answers,
    known=answers, page=st.integers(0, 999), editing=st.booleans(), check=st.none() | answers,
    notes=st.lists(texts | nested, max_size=3), note_if_kept=st.none() | texts, parked=st.none() | answers,
)  # fmt: skip


@given(conversation=conversations)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_conversation_comes_back_from_its_row_as_it_was(conversation: Conversation) -> None:
    assert asyncio.run(_from_its_row(deepcopy(conversation))) == conversation


async def _from_its_row(conversation: Conversation) -> Conversation:
    database = await _database()
    store = Store(database, SEAL)
    async with database.transaction() as transaction:
        await store.forget(transaction, (7, ""))
        await store.save(transaction, Place((7, ""), conversation), NOW, fleeting=True)
        return (await store.load(transaction, (7, ""))).conversation


_MADE: list[Database] = []


async def _database() -> Database:
    """One for all examples: a migration takes longer than they do."""
    if not _MADE:
        _MADE.append(Database("sqlite://"))
        await migrate(_MADE[0])
    return _MADE[0]


def test_a_date_and_a_time_in_a_note_come_back_as_such() -> None:
    note = Text("{day} {clock} {inner}", day=date(2026, 11, 24), clock=time(9, 30), inner=Text("x", n=1))
    assert asyncio.run(_from_its_row(Conversation(notes=[note]))).notes == [note]
