"""第5条 to 第9条, 第12条: records without devices, personal data as at the counter, and what is shown as it stands."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from bot.database import Transaction
from bot.retention import forget_what_is_old
from flows.counter import Booking
from flows.lifecycle import CANCELLED
from flows.reception import Command
from flows.steps import Typed
from tests.clauses.deadlines import DAYS, OFFICE
from tests.clauses.screens import START, asked, decided, reads, told
from tests.conversations.visitor import Visitor
from tests.conversations.visitors import coming_back
from tests.counters import Office
from tests.desk import OpenDesk


async def test_5_1_that_use_is_recorded_is_said_once_before_anything_is_typed(transaction: Transaction) -> None:
    visitor = await asked(transaction, "privacy")
    assert "第5条" in await reads(visitor)
    assert not visitor.conversation.answers.get("name")
    again = await coming_back(transaction)
    while again.conversation.state != "name":
        assert again.conversation.state != "privacy"
        await again.answers()


async def test_5_1_records_are_kept_as_long_as_the_office_says(office: Office) -> None:
    assert isinstance(await office.request(1), Booking)
    for over, left in ((timedelta(0), 1), (timedelta(seconds=1), 0)):
        until = START + timedelta(days=OFFICE.record_days) + over
        await office.database.run(partial(forget_what_is_old, seal=office.seal, office=OFFICE, now=until))
        assert len(await office.all("SELECT id FROM booking")) == left


async def test_5_2_neither_the_week_nor_the_records_tell_a_person_or_a_device(desk: OpenDesk, office: Office) -> None:
    booking = await office.request(987654321)
    assert isinstance(booking, Booking)
    clerk = await desk.signed_in("lead")
    await clerk.opens(f"/bookings/{booking.id}")
    await clerk.presses("個人情報を表示する")
    week = (await clerk.opens("/week?from=2026-11-23")).html
    assert booking.reference in week
    records = str(await office.all("SELECT * FROM record"))
    assert "looked" in records
    for known in ("川越 太郎", "987654321", "11030", "example.jp", "127.0.0.1", "aiohttp"):
        assert known not in week
        assert known not in records


async def test_6_the_purpose_is_said_before_the_first_item_is_typed(transaction: Transaction) -> None:
    visitor = await asked(transaction, "privacy")
    assert "職業安定法第5条の5" in await reads(visitor)
    await visitor.says(Typed("川越 太郎"))
    assert "name" not in visitor.conversation.answers, "it is not taken before"
    await visitor.finishes()
    assert await visitor.counter.live()


async def test_6_the_items_are_erased_when_they_are_not_needed_any_more(office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    after = START + timedelta(days=OFFICE.contact_days, seconds=1)
    await office.database.run(partial(forget_what_is_old, seal=office.seal, office=OFFICE, now=after))
    async with office.database.transaction() as transaction:
        kept = await office.before(transaction, 1).booking(booking.id)
    assert kept
    assert (kept.reference, kept.details) == (booking.reference, {})


def test_7_where_the_office_cannot_hold_it_people_are_told_and_offered_another_time() -> None:
    words = told("cancelled_by_office", decided("cancel", CANCELLED, "system"))
    assert "11月24日(火) 9:30" in words
    assert "/book" in words
    assert "049-242-0197" in words


async def shown_as_it_stands(transaction: Transaction, article: str) -> None:
    """The article is on a page of the terms, to the letter, in Japanese whatever the language."""
    text = DAYS.office.terms.text
    begin = text.index(article)
    end = text.find("\n第", begin + 1)
    for language in ("ja", "ja_Hira", "en"):
        visitor = Visitor(transaction)
        visitor.conversation.language = language
        await visitor.says(Command("book"))
        pages = []
        for page in range(1, len(DAYS.office.terms.pages()) + 1):
            await visitor.presses(f"page{page}")
            pages.append(str((await visitor.screen()).say[1]))
        assert text[begin:end].strip() in "\n\n".join(pages)


async def test_8_damages_are_shown_as_they_stand(transaction: Transaction) -> None:
    await shown_as_it_stands(transaction, "第8条（損害賠償）")


async def test_9_obeying_the_law_is_shown_as_it_stands(transaction: Transaction) -> None:
    await shown_as_it_stands(transaction, "第9条（法令等の遵守）")


async def test_12_law_and_court_are_shown_as_they_stand(transaction: Transaction) -> None:
    await shown_as_it_stands(transaction, "第 12 条（準拠法及び合意管轄裁判所）")
