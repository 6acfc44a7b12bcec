"""第11条: the terms may change; what changed is shown before the next request."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.database import Transaction
from bot.outbox import NOTICE
from bot.terms import remember as remember_terms
from flows import policy
from flows.counter import Booking, Consent
from flows.office import Terms
from flows.office_days import OfficeDays
from flows.reception import Command
from tests.clauses.deadlines import OFFICE, jst
from tests.clauses.screens import reads, told
from tests.conversations.visitors import with_a_request
from tests.counters import NOW, Office
from tests.desk import OpenDesk, open_desk
from tests.test_agreeing import remember

NEW = replace(
    OFFICE.terms, version="令和9年4月1日改定", sha256="0" * 64, text=OFFICE.terms.text.replace("30分", "25分")
)
CHANGED = OfficeDays(replace(OFFICE, terms=NEW))
CONSENT = Consent(OFFICE.terms.version, OFFICE.terms.sha256, jst("2026-11-10T12:00"), "ja", "button")


@pytest.mark.parametrize("other", [{"version": "令和9年4月1日改定"}, {"sha256": "0" * 64}])
def test_11_a_consent_to_another_version_or_text_is_asked_again(other: dict[str, Any]) -> None:
    assert policy.consent_missing(CONSENT, replace(OFFICE.terms, **other))


def test_11_a_changed_paragraph_is_shown_as_it_was_and_as_it_is() -> None:
    new = OFFICE.terms.text.replace("利用者の個人情報は、窓口", "利用者の個人情報は、すべて窓口")
    old_words, new_words = policy.what_changed(OFFICE.terms.text, new)
    assert old_words.startswith("- 利用者の個人情報は、窓口における")
    assert new_words.startswith("利用者の個人情報は、すべて窓口における")


def test_11_an_added_paragraph_is_shown_in_full_and_alone() -> None:
    new = OFFICE.terms.text.replace("第7条（免責事項）", "第 6 条の2（新設）①～\n\n第7条（免責事項）")
    assert policy.what_changed(OFFICE.terms.text, new) == ("第 6 条の2（新設）①～",)


def test_11_a_removed_paragraph_is_marked() -> None:
    new = OFFICE.terms.text.replace("令和 5 年 7 月 1 4 日改定", "")
    assert policy.what_changed(OFFICE.terms.text, new) == ("- 令和 5 年 7 月 1 4 日改定",)


def test_11_blank_lines_are_no_change() -> None:
    assert policy.what_changed(OFFICE.terms.text, OFFICE.terms.text.replace("\n\n", "\n")) == ()
    assert policy.what_changed(OFFICE.terms.text, OFFICE.terms.text.replace("\n\n", "\n\u3000\n")) == ()


def test_11_of_a_long_text_with_a_passage_that_comes_often_only_what_is_new_is_shown() -> None:
    often = "（略）\n" * 250
    assert policy.what_changed(often, f"{often}第13条（新設）\n") == ("第13条（新設）",)
    assert policy.what_changed(often, f"第0条（新設）\n{often}") == ("第0条（新設）",)


@given(st.text(), st.text())
def test_11_every_new_paragraph_is_shown_and_none_that_stayed_is_needed(old: str, new: str) -> None:
    shown = policy.what_changed(old, new)
    kept = {line.strip() for line in old.splitlines()}
    assert all(line.strip() in (*shown, *kept) for line in new.splitlines() if line.strip())


def test_11_a_text_compared_with_itself_has_no_changes() -> None:
    terms = Terms("1", OFFICE.terms.text, "", (0,))
    assert policy.what_changed(terms.text, terms.text) == ()


async def test_11_people_with_a_booking_ahead_are_told_and_the_first_use_is_kept(
    office: Office, desk: OpenDesk, database_url: str, tmp_path: Path
) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    await office.move(booking, "confirm")
    await remember_terms(desk.kit, NOW)
    assert await office.all("SELECT kind FROM notice WHERE kind LIKE 'terms_%'") == []
    async with open_desk(database_url, tmp_path, desk.clock, CHANGED) as later:
        await remember_terms(later.kit, NOW + timedelta(hours=1))
        notices = select(NOTICE.c.kind, NOTICE.c.due_at).where(NOTICE.c.kind == "terms_changed")
        assert await later.all(notices) == [("terms_changed", jst("2026-11-20T10:00"))]
        later.clock.turn("2026-11-24 09:30")
        clerk = await later.signed_in()
        await clerk.opens("/today")
        await clerk.presses("開始する（参加した）")
        assert await later.all("SELECT what, note FROM record WHERE what = 'terms_used'") == [
            ("terms_used", "令和9年4月1日改定")
        ]
    assert "そのまま有効" in told("terms_changed")


async def test_11_a_booking_stays_and_the_next_request_asks_again_and_keeps_the_new_consent(
    transaction: Transaction,
) -> None:
    visitor = await with_a_request(transaction)
    await transaction.execute(text("UPDATE consent SET version = '昔', sha256 = 'old'"))
    await remember(transaction, OFFICE.terms.text.replace("前々日", "三日前"))
    await visitor.says(Command("mine"))
    assert "11月24日(火) 9:30" in await reads(visitor), "the booking is as it was"
    for _ in range(2):
        await visitor.presses("cancel")
    await visitor.says(Command("book"))
    words = await reads(visitor)
    assert words.index("利用規約が変わりました") < words.index("三日前") < words.index("大切な点")
    await visitor.presses("agree")
    await visitor.finishes()
    assert await visitor.counter.live()
    kept = await transaction.execute(text("SELECT version FROM consent ORDER BY at, id"))
    assert [version for (version,) in kept] == ["昔", OFFICE.terms.version]
