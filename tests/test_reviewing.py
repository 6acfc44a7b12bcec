"""The review at the end of a form: what it lists, what can be changed from there, and what of it is no answer."""

from __future__ import annotations

from bot.database import Transaction
from flows.booking import QUESTIONS
from flows.reviewing import in_words, review_of
from flows.steps import Button, Context, Conversation, Question
from flows.text import Text
from tests.clauses.screens import reads
from tests.conversations.visitor import DAYS, NOW, Visitor, come_to
from tests.conversations.visitors import at_the_form
from tests.offers import said

YES_NO = {"yes": Text("Yes"), "no": Text("No")}
A_FORM = (
    Question("first", choices=YES_NO, label=Text("Name")),
    Question("if_so", choices=YES_NO, label=Text("Phone"), when=lambda context: context.answers["first"] == "yes"),
    Question("nameless", choices=YES_NO),
)


async def at_the_review(transaction: Transaction) -> Visitor:
    return await come_to(await at_the_form(transaction), "review")


def test_the_review_lists_what_was_answered_of_what_has_a_name() -> None:
    answers = {"name": "川越 太郎", "told_by_phone": "continue", "registered_when": "two", "companion": "carer"}
    lines = [said((line,)) for line in in_words(QUESTIONS, answers, DAYS)]
    assert lines == ["お名前：川越 太郎", "登録の時期：先々月", "同席：介助・支援の方"]


async def test_a_question_is_listed_and_can_be_changed_where_it_has_a_name_and_applies() -> None:
    for first, applies in (("yes", True), ("no", False)):
        here = Conversation(answers={"first": first, "if_so": "no", "nameless": "no"})
        context = Context(DAYS, None, NOW, here, 7)  # type: ignore[arg-type]  # no counter is asked
        change, review = review_of(A_FORM)
        lines = said(review.asked(context)).splitlines()[2:-2]
        assert lines == [f"お名前：{'はい' if first == 'yes' else 'いいえ'}", *(["電話：いいえ"] if applies else [])]
        buttons = [Button(Text("Name"), "first"), *([Button(Text("Phone"), "if_so")] if applies else [])]
        assert [button for row in (await change.offered(context)).rows for button in row] == buttons


async def test_only_what_applies_is_offered_to_be_changed(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    await visitor.presses("change")
    values = [button.value for row in (await visitor.screen()).rows for button in row]
    assert values[:-2] == ["name", "seeker_number", "registered_when", "day", "email", "phone", "companion"]
    await visitor.presses("back")
    assert visitor.conversation.state == "review"


async def test_what_is_pressed_at_the_review_is_no_answer(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    for _ in range(2):
        await visitor.presses("change")
        assert await reads(visitor) == "どれを直しますか。"
        await visitor.presses("companion")
        await visitor.presses("carer")
        assert visitor.conversation.state == "review"
    await visitor.presses("send")
    booking = await visitor.counter.live()
    assert booking
    assert not {"change", "review"} & booking.details.keys()
    assert booking.details["companion"] == "carer"
