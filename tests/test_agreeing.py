"""The terms before anybody agrees to them: the summary, every article page by page, and what a new version changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.database import Transaction
from bot.terms import TERMS
from flows.agreeing import agree, consent, consent_missing, terms_pages
from flows.counter import Consent
from flows.steps import Context, Conversation
from tests.conversations.visitor import DAYS, NOW
from tests.offers import before, labels, said

TERMS_NOW = DAYS.office.terms
PAGES = len(TERMS_NOW.pages())
AGREE = ["同意して進む", "同意しない"]


def given(version: str, sha256: str) -> dict[str, object]:
    consented = {"version": version, "sha256": sha256, "at": NOW.isoformat(), "language": "ja", "how": "button"}
    return {"consent": consented}


def at(transaction: Transaction, page: int, known: dict[str, object] | None = None) -> Context:
    return before(transaction, Conversation(page=page, known=known or {}))


async def test_the_summary_comes_first_and_can_be_agreed_to(transaction: Transaction) -> None:
    offer = await terms_pages(at(transaction, 0))
    assert labels(offer) == ["全文を読む（全12条）", *AGREE]
    assert "大切な点" in said(offer.say)
    assert said(offer.say).endswith(f"（利用規約：{TERMS_NOW.version}）")


async def test_each_page_leads_on_and_back_and_the_last_one_can_be_agreed_to(transaction: Transaction) -> None:
    for page in range(1, PAGES + 1):
        offer = await terms_pages(at(transaction, page))
        last = page == PAGES
        assert labels(offer) == ["前へ", *([] if last else ["次へ"]), *(AGREE if last else [])]
        assert f"{page}／{PAGES}" in said(offer.say)
        assert TERMS_NOW.pages()[page - 1] in offer.say
        assert ("049-242-0197" in said(offer.say[-1:])) == (page == 1)
        assert said(offer.say).endswith(f"（利用規約：{TERMS_NOW.version}）") == last


@pytest.mark.parametrize("page", [-1, PAGES + 1, 999])
async def test_a_page_that_is_not_there_is_the_summary(transaction: Transaction, page: int) -> None:
    assert "大切な点" in said((await terms_pages(at(transaction, page))).say)


async def test_the_pages_turn_by_one(transaction: Transaction) -> None:
    offer = await terms_pages(at(transaction, 2))
    assert [button.value for row in offer.rows for button in row] == ["page1", "page3"]


async def remember(transaction: Transaction, text: str) -> str:
    row = {"sha256": "old", "version": "昔", "text": text, "first_seen": NOW}
    await transaction.execute(TERMS.insert().values(row))
    return "old"


async def test_11_who_agreed_to_an_earlier_version_reads_first_what_changed(transaction: Transaction) -> None:
    known = given("昔", await remember(transaction, TERMS_NOW.text.replace("前々日", "三日前")))
    offer = await terms_pages(at(transaction, 0, known))
    words = said(offer.say)
    assert words.index("利用規約が変わりました") < words.index("三日前") < words.index("大切な点")
    assert "ほかにも" not in words
    assert [button.value for button in offer.rows[-1]] == ["disagree_now"]


@pytest.mark.parametrize("known", [{}, given(TERMS_NOW.version, TERMS_NOW.sha256)])
async def test_who_is_new_or_agreed_to_this_version_reads_of_no_change(
    transaction: Transaction, known: dict[str, object]
) -> None:
    assert "変わりました" not in said((await terms_pages(at(transaction, 0, known))).say)


@pytest.mark.parametrize(("characters", "cut"), [(1500, False), (1501, True)])
async def test_a_change_is_shown_up_to_1500_characters_and_says_if_there_is_more(
    transaction: Transaction, characters: int, cut: bool
) -> None:
    gone = "あ" * (characters - len("- "))
    known = given("昔", await remember(transaction, f"{TERMS_NOW.text}\n{gone}"))
    say = (await terms_pages(at(transaction, 0, known))).say
    assert len(str(say[1])) == 1500
    assert ("ほかにも" in said(say)) == cut


async def test_each_paragraph_that_changed_has_a_line_of_its_own(transaction: Transaction) -> None:
    known = given("昔", await remember(transaction, f"{TERMS_NOW.text}\n一つめ\n二つめ"))
    assert (await terms_pages(at(transaction, 0, known))).say[1] == "- 一つめ\n- 二つめ"


def test_a_consent_is_read_back_as_it_was_given(transaction: Transaction) -> None:
    kept = consent(at(transaction, 0, given("昔", "old")))
    assert kept
    assert (kept.version, kept.sha256, kept.at) == ("昔", "old", NOW)
    assert isinstance(kept.at + timedelta(0), datetime)


async def test_whoever_agrees_has_agreed_to_this_version_now_and_is_asked_no_more(transaction: Transaction) -> None:
    context = before(transaction, Conversation(language="en"))
    assert consent_missing(context)
    assert (await agree(context)).name == "agreed"
    given = Consent(TERMS_NOW.version, TERMS_NOW.sha256, NOW, "en", "button")
    assert not consent_missing(context)
    assert consent(context) == given
    assert Consent(**{**(await context.counter.known())["consent"], "at": NOW}) == given
