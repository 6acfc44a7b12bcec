"""Who else is in the session (第10条（3）): chosen from lists only, nothing is typed."""

from __future__ import annotations

from flows.office_days import OfficeDays
from flows.steps import Answers, Button, Context, Offer
from flows.text import Text

COMPANIONS = {
    "none": Text("No one"),
    "interpreter": Text("Interpreter"),
    "carer": Text("Carer or supporter"),
    "other": Text("Someone else (talk to us by phone)"),
}
LANGUAGES = {
    "en": Text("English"),
    "zh": Text("Chinese"),
    "vi": Text("Vietnamese"),
    "ne": Text("Nepali"),
    "fil": Text("Filipino"),
    "pt": Text("Portuguese"),
    "es": Text("Spanish"),
    "ko": Text("Korean"),
    "sign": Text("Sign language"),
    "other": Text("Another language (talk to us by phone)"),
}


async def choose_a_language(context: Context) -> Offer:
    """Two on a row, the long one alone."""
    *others, long = (Button(label, value) for value, label in LANGUAGES.items())
    pairs = tuple(tuple(others[i : i + 2]) for i in range(0, len(others), 2))
    return Offer((*pairs, (long,)))


def interpreter(context: Context) -> bool:
    return bool(context.answers.get("companion") == "interpreter")


def to_be_told_by_phone(context: Context) -> bool:
    """The lists did not hold it: the person is asked to phone."""
    return "other" in (context.answers.get("companion"), interpreter(context) and context.answers.get("language"))


def companion(answers: Answers, days: OfficeDays) -> Text:
    """How a companion reads on the review and in the letter to the office."""
    if answers["companion"] != "interpreter":
        return COMPANIONS[answers["companion"]]
    return Text("Interpreter ({language})", language=LANGUAGES[answers["language"]])
