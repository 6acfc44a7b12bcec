"""Consent to the terms of use (前文, 第11条): the summary, all articles page by page in place, agree or not.

The summary names what binds the person: 第2条, 第4条, 第10条（2）, （3） and （5） among it. The articles are shown as
they stand in the office's file, in Japanese, never normalised and never translated.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flows import policy
from flows.counter import Consent
from flows.steps import PAGE, Button, Context, Offer, Outcome, Rows, Sentences
from flows.text import Text

AGREE, DISAGREE, DISAGREE_NOW = "agree", "disagree", "disagree_now"  # the last: after an earlier consent
LONGEST_CHANGE = 1500  # characters of changed passages on one screen

SUMMARY = Text(
    "Before you start, the main points of the terms:\n"
    "\n"
    "1. You must have completed job-seeker registration at Hello Work.\n"
    "2. The video call uses {product}.\n"
    "3. As a rule, a booking must be completed by two business days before the session.\n"
    "4. A booking is confirmed when our email reaches you.\n"
    "5. To cancel, phone or email us. On the day itself, by phone only.\n"
    "6. If we hear nothing, the session is treated as cancelled 10 minutes after the start time."
    " You may be refused in future.\n"
    "7. Recording is not allowed. Use a place where no one else is present.\n"
    "8. You pay your own connection costs.\n"
    "\n"
    "This is a summary. The full terms (12 articles) are in Japanese only and are the official text."
)
CHANGED = Text(
    "The terms have changed ({terms_version}).\n"
    "If you use the service from now on, you are taken to agree to the new terms (Article 11). Please read them.\n"
    "A booking that you already have stays valid."
)


def consent(context: Context) -> Consent | None:
    """The person's last consent, of whatever version."""
    kept: dict[str, Any] | None = context.known.get("consent")
    return Consent(**{**kept, "at": datetime.fromisoformat(kept["at"])}) if kept else None


def consent_missing(context: Context) -> bool:
    return policy.consent_missing(consent(context), context.office.terms)


async def terms_pages(context: Context) -> Offer:
    """Page 0 is the summary; from there all articles can be read, and are not forced on anybody.

    What no software can keep (第7条, 第8条, 第9条, 第12条) is shown there as it stands.
    """
    pages, page = context.office.terms.pages(), context.conversation.page
    if not 0 < page <= len(pages):
        full = Button(Text("Read all 12 articles"), f"{PAGE}1")
        return Offer(
            ((full,), *_agree_or_not(context)), (*await _what_changed(context), SUMMARY, _do_you_agree(context))
        )
    turn = [Button(Text("Back"), f"{PAGE}{page - 1}")]
    turn += [Button(Text("Next"), f"{PAGE}{page + 1}")] if page < len(pages) else []
    say = (Text("[Terms] {page}/{pages} (Japanese original)", page=page, pages=len(pages)), pages[page - 1])
    note = Text("The official terms are in Japanese only. If anything is unclear, call {office_phone}.")
    last = _agree_or_not(context) if page == len(pages) else ()
    return Offer(
        (tuple(turn), *last), (*say, *((note,) if page == 1 else ()), *((_do_you_agree(context),) if last else ()))
    )


def _agree_or_not(context: Context) -> Rows:
    disagree = DISAGREE_NOW if consent(context) else DISAGREE
    return ((Button(Text("I agree"), AGREE),), (Button(Text("I do not agree"), disagree),))


def _do_you_agree(context: Context) -> Text:
    version = context.office.terms.version
    return Text("Do you agree to the terms and want to continue?\n(Terms: {terms_version})", terms_version=version)


async def _what_changed(context: Context) -> Sentences:
    """For a person who agreed to an earlier version: what is new in this one."""
    given = consent(context)
    if given is None or not consent_missing(context):
        return ()
    passages = "\n".join(policy.what_changed(await context.counter.terms_text(given.sha256), context.office.terms.text))
    cut = (Text("There is more that changed. Please read all articles."),) if len(passages) > LONGEST_CHANGE else ()
    return (CHANGED.given(terms_version=context.office.terms.version), passages[:LONGEST_CHANGE], *cut)


async def agree(context: Context) -> Outcome:
    """前文 「この利用規約への同意が必要となります」: kept with version, hash, moment, language and how it was given."""
    terms = context.office.terms
    given = Consent(terms.version, terms.sha256, context.now, context.conversation.language, "button")
    await context.counter.agree(given)
    context.known["consent"] = {**vars(given), "at": given.at.isoformat()}
    return Outcome("agreed")
