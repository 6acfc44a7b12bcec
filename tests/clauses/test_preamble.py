"""前文: nothing without consent to the terms; applying counts as consent."""

from __future__ import annotations

from sqlalchemy import text

from bot.database import Transaction
from flows import policy
from flows.counter import Consent
from tests.clauses.deadlines import OFFICE, jst
from tests.clauses.screens import asked, reads
from tests.conversations.visitor import NOW
from tests.conversations.visitors import at_the_form

CONSENT = Consent(OFFICE.terms.version, OFFICE.terms.sha256, jst("2026-11-10T12:00"), "ja", "button")


def test_preamble_1_without_a_consent_it_is_missing() -> None:
    assert policy.consent_missing(None, OFFICE.terms)


def test_preamble_1_a_consent_to_this_text_is_enough() -> None:
    assert not policy.consent_missing(CONSENT, OFFICE.terms)


async def test_preamble_1_the_terms_come_before_any_question_and_the_consent_is_kept(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    assert "大切な点" in await reads(visitor)
    await visitor.presses("agree")
    assert "質問1" in await reads(visitor)
    kept = await transaction.execute(text("SELECT version, sha256, language, how FROM consent"))
    assert [tuple(row) for row in kept] == [(OFFICE.terms.version, OFFICE.terms.sha256, "ja", "button")]


async def test_preamble_1_who_does_not_agree_is_asked_nothing_and_may_come_back(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses("disagree")
    assert "これらは消しました" in await reads(visitor)
    assert "049-242-0197" in await reads(visitor)
    assert visitor.step.forget, "what was kept until now goes"
    await (again := await at_the_form(transaction)).finishes()
    assert await again.counter.live()


async def test_preamble_2_a_request_names_the_consent_that_it_rests_on(transaction: Transaction) -> None:
    visitor = await asked(transaction, "review")
    await visitor.presses("send")
    rests_on = "SELECT c.sha256, c.at FROM booking b JOIN consent c ON c.id = b.consent_id WHERE b.source = 'chat'"
    [(sha256, at)] = [tuple(row) for row in await transaction.execute(text(rests_on))]
    assert (sha256, str(at)[:16]) == (OFFICE.terms.sha256, f"{NOW:%Y-%m-%d %H:%M}")
