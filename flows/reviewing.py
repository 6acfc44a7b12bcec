"""The review: every answer in full, each can be changed, and one comes back here.

It is made from the questions themselves: a question with a label is listed and can be changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.office_days import OfficeDays
from flows.steps import Answers, Button, Context, Offer, Question, Rows, never
from flows.text import Text

SEND, CHANGE = "send", "change"
SEND_OR_CHANGE = Offer(((Button(Text("Send this request"), SEND),), (Button(Text("Edit"), CHANGE),)))


def in_words(questions: Sequence[Question], answers: Answers, days: OfficeDays) -> tuple[Text, ...]:
    """The answers to the questions that have a label, one a line, in full."""
    return tuple(
        Text("{label}: {value}", label=question.label, value=question.shown(answers, days))
        for question in questions
        if question.label and question.name in answers
    )


def review_of(questions: Sequence[Question]) -> tuple[Question, Question]:
    """Two steps for the end of a form: what to change (reached from the review only), and the review."""

    def ask(context: Context) -> Text:
        asked = [question for question in questions if question.when(context)]
        lines = in_words(asked, context.answers, context.days)
        return Text("Please check your request.\n\n{answers}\n\nThe booking is not confirmed yet.", answers=lines)

    async def send_or_change(context: Context) -> Offer:
        return SEND_OR_CHANGE

    async def what_to_change(context: Context) -> Offer:
        rows: Rows = tuple((Button(q.label, q.name),) for q in questions if q.label and q.when(context))
        return Offer(rows)

    jumps = {question.name: question.name for question in questions if question.label}
    which = Text("What do you want to change?")
    return (
        Question("change", ask=which, offer=what_to_change, when=never, then=jumps, kept=False),
        Question("review", ask=ask, offer=send_or_change, then={CHANGE: "change"}, kept=False, counted=True),
    )
