"""A list of steps, played by itself: what leads where, what is skipped, what falls, and which lists are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from transitions import MachineError

from flows.dialog import BadDialog, Dialog
from flows.steps import BACK, QUIT, Context, End, Job, Question, never
from flows.text import Text
from tests.small_dialogs import asks, at, begun, comes_to, presses

ASK, OVER = asks("ask"), End("over")
BAD: dict[str, Callable[[], Dialog]] = {
    "two steps have the same name": lambda: Dialog("bad", ASK, ASK, OVER, stop="over"),
    "the last step, stop and expire must be Ends": lambda: Dialog("bad", OVER, ASK, stop="over"),
    "stop": lambda: Dialog("bad", ASK, OVER, stop="ask"),
    "expire": lambda: Dialog("bad", ASK, OVER, stop="over", expire="ask"),
    "no such step: nowhere": lambda: Dialog("bad", replace(ASK, then={"x": "nowhere"}), OVER, stop="over"),
    "no such step: job": lambda: Dialog("bad", ASK, Job("a", run=comes_to("x"), then={"x": "job"}), OVER, stop="over"),
    "no such step: answer": lambda: Dialog("bad", replace(ASK, drops=("answer",)), OVER, stop="over"),
    "no such step: look": lambda: Dialog("bad", ASK, OVER, stop="over", review="look"),
    "no such step: a, b": lambda: Dialog("bad", replace(ASK, then={"x": "b", "y": "a"}), OVER, stop="over"),
    "nothing can answer ask": lambda: Dialog("bad", replace(ASK, choices={}), OVER, stop="over"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_bad_list_is_refused_when_it_is_made(why: str) -> None:
    with pytest.raises(BadDialog, match=f"^bad: .*{why}"):
        BAD[why]()


async def nothing(context: object) -> object:
    raise AssertionError


@pytest.mark.parametrize(
    "question", [ASK, Question("ask", read=lambda word: word), Question("ask", offer=nothing)]  # type: ignore[arg-type]
)  # fmt: skip
def test_words_choices_or_an_offer_answer_a_question(question: Question) -> None:
    assert Dialog("good", question, OVER, stop="over").by_name.keys() == {"ask", "over"}


def test_an_end_may_stand_anywhere_and_be_where_one_stops_or_is_too_late() -> None:
    late, left = End("late"), End("left")
    good = Dialog("good", ASK, late, asks("more"), left, OVER, stop="left", expire="late")
    assert [step.name for step in good.questions] == ["ask", "more"]
    assert (good.stop, good.expire, good.review, good.leavable) == ("left", "late", None, True)
    assert [row for row in good.transitions if row["source"] in ("late", "left", "over")] == []


def test_the_machine_holds_nobody_and_knows_no_other_events() -> None:
    every = Dialog("every", ASK, Job("run", run=comes_to("x")), asks("more"), OVER, stop="over", expire="over")
    assert every.machine.models == []
    assert set(every.machine.states) == {"begin", *every.by_name}
    assert set(every.machine.events) == {"begin", "answer", "done", "skip", "back", "quit", "expire"}
    assert "expire" not in Dialog("small", ASK, OVER, stop="over").machine.events


@pytest.mark.parametrize(("event", "state"), [("done", "ask"), ("answer", "over"), ("begin", "ask"), ("back", "over")])
def test_an_event_that_is_not_legal_here_raises_and_changes_nothing(event: str, state: str) -> None:
    context = at(state)
    small = Dialog("small", ASK, Job("run", run=comes_to("x")), asks("more"), OVER, stop="over")
    with pytest.raises(MachineError):
        small.fire(event, context)
    assert context.conversation.state == state


# What leads where


async def test_it_begins_at_the_first_question_that_applies_and_jobs_run_on_the_way() -> None:
    jobs = [Job(name, run=comes_to("x", Text(name))) for name in ("first", "second")]
    not_now = Job("third", run=comes_to("x", Text("third")), when=never)
    small = Dialog("small", jobs[0], asks("no", when=never), jobs[1], not_now, ASK, OVER, stop="over")
    context = await begun(small)
    assert context.conversation.state == "ask"
    assert context.conversation.notes == [Text("first"), Text("second")]


@pytest.mark.parametrize(("answer", "state"), [("yes", "two"), ("no", "three")])
async def test_an_answer_leads_to_the_next_unless_it_leads_elsewhere(answer: str, state: str) -> None:
    small = Dialog("small", asks("one", then={"no": "three"}), asks("two"), asks("three"), OVER, stop="over")
    await presses(small, context := await begun(small), answer)
    assert (context.conversation.state, context.answers) == (state, {"one": answer})


@pytest.mark.parametrize(("outcome", "state"), [("well", "two"), ("badly", "three")])
async def test_what_a_job_comes_to_leads_on_likewise(outcome: str, state: str) -> None:
    job = Job("job", run=comes_to(outcome), then={"badly": "three"})
    small = Dialog("small", job, asks("two"), asks("three"), OVER, stop="over")
    assert (await begun(small)).conversation.state == state


async def test_a_question_that_is_answered_is_not_asked_and_one_that_applies_no_more_falls() -> None:
    small = Dialog("small", asks("one"), asks("two", when=never), asks("three"), OVER, stop="over")
    context = await begun(small, answers={"one": "yes", "two": "yes"})
    assert (context.conversation.state, context.answers) == ("three", {"one": "yes"})


async def test_a_question_that_one_is_sent_to_is_asked_though_it_was_answered() -> None:
    small = Dialog("small", asks("one"), asks("two", then={"no": "one"}), OVER, stop="over")
    await presses(small, context := await begun(small), "yes", "no")
    assert (context.conversation.state, context.answers["one"]) == ("one", "yes")
    assert not context.conversation.editing


@pytest.mark.parametrize("answer", ["job", "over"])
async def test_an_answer_may_lead_to_a_job_which_runs_or_to_an_end(answer: str) -> None:
    choices = {name: Text(name) for name in ("job", "over")}
    one = Question("one", choices=choices, then={name: name for name in choices})
    small = Dialog("small", one, asks("two"), Job("job", run=comes_to("x", Text("Done."))), OVER, stop="over")
    await presses(small, context := await begun(small), answer)
    assert (context.conversation.state, context.answers) == ("over", {})
    assert context.conversation.notes == ([Text("Done.")] if answer == "job" else [])


async def test_what_a_job_drops_is_asked_again() -> None:
    lost = Job("job", run=comes_to("lost", Text("Lost."), ("one", "never asked")), then={"lost": "one"})
    small = Dialog("small", asks("one"), asks("two"), lost, OVER, stop="over")
    await presses(small, context := await begun(small), "yes", "yes")
    assert (context.conversation.state, context.answers) == ("one", {"two": "yes"})
    assert context.conversation.notes == [Text("Lost.")]
    assert not small.can_go_back(context), "there is no review to go back to"


async def test_at_an_end_nothing_of_it_is_kept() -> None:
    small = Dialog("small", ASK, OVER, stop="over")
    await presses(small, context := await begun(small, known={"consent": {}}), "yes")
    assert (context.conversation.state, context.answers, context.known) == ("over", {}, {})


@pytest.mark.parametrize(("press", "state"), [("yes", "two"), (QUIT, "left")])
async def test_what_follows_begins_at_its_first_page(press: str, state: str) -> None:
    small = Dialog("small", ASK, asks("two"), End("left"), OVER, stop="left")
    context = await begun(small)
    context.conversation.page = 3
    await presses(small, context, press)
    assert (context.conversation.state, context.conversation.page) == (state, 0)


async def test_too_late_is_another_end_than_stopping() -> None:
    small = Dialog("small", ASK, End("left"), End("late"), OVER, stop="left", expire="late")
    context = await begun(small)
    assert small.fire("expire", context)
    assert context.conversation.state == "late"


# Back


APPLIES = {"two": lambda context: context.answers["one"] == "yes"}
THREE = Dialog("three", asks("one"), asks("two", when=APPLIES["two"]), asks("three"), OVER, stop="over")


@pytest.mark.parametrize(("first", "back"), [(["yes", "yes"], "two"), (["no"], "one")])
async def test_back_leads_to_the_last_question_that_applies(first: list[str], back: str) -> None:
    await presses(THREE, context := await begun(THREE), *first)
    assert context.conversation.state == "three"
    await presses(THREE, context, BACK)
    assert context.conversation.state == back


async def test_one_can_go_back_where_a_question_before_applies() -> None:
    small = Dialog("small", asks("no", when=never), Job("job", run=comes_to("x")), ASK, asks("two"), OVER, stop="over")
    context = await begun(small)
    assert not small.can_go_back(context)
    context.conversation.check = {"ask": {}, "choices": []}
    assert small.can_go_back(context), "an ask-back can be closed"
    context.conversation.check = None
    await presses(small, context, "yes")
    assert small.can_go_back(context)
    await presses(small, context, BACK)
    assert (context.conversation.state, context.answers) == ("ask", {"ask": "yes"})


# With a review


CHANGE = {"one": "one", "two": "two"}
FORM = Dialog(
    "form",
    asks("zero"),
    asks("one", label=Text("One"), counted=True),
    asks("two", label=Text("Two"), drops=("three",), counted=True),
    asks("three"),
    Question("review", choices={name: Text(name) for name in ("send", "lose", *CHANGE)}, then=CHANGE, kept=False),
    asks("behind"),
    Job("sending", run=comes_to("lost", drop=("one",)), then={"lost": "one"}),
    OVER,
    stop="over",
    review="review",
)  # fmt: skip


async def at_the_review() -> Context:
    context = await begun(FORM, answers={"zero": "yes", "one": "yes", "two": "yes", "three": "yes"})
    assert context.conversation.state == "review"
    return context


def test_what_is_counted_and_what_the_review_shows() -> None:
    assert FORM.counted == ["one", "two"]
    assert FORM.reviewed == {"one", "two", "three"}


@pytest.mark.parametrize("leave", ["yes", BACK])
async def test_a_change_leads_from_the_review_and_back_to_it_once(leave: str) -> None:
    await presses(FORM, context := await at_the_review(), "one")
    assert (context.conversation.state, context.conversation.editing) == ("one", True)
    assert FORM.can_go_back(context)
    await presses(FORM, context, leave)
    assert (context.conversation.state, context.conversation.editing) == ("review", False)
    await presses(FORM, context, BACK)
    assert context.conversation.state == "three"


async def test_from_a_change_of_the_first_question_one_can_go_back_too() -> None:
    review = asks("review", kept=False, then={"no": "one"})
    small = Dialog("small", asks("one", label=Text("One")), review, OVER, stop="over", review="review")
    await presses(small, context := await begun(small), "yes", "no")
    assert (context.conversation.state, small.can_go_back(context)) == ("one", True)
    await presses(small, context, BACK)
    assert context.conversation.state == "review"


async def test_back_shows_no_review_in_which_an_answer_is_missing() -> None:
    await presses(FORM, context := await at_the_review(), "two", "no")
    assert (context.conversation.state, context.answers) == ("three", {"zero": "yes", "one": "yes", "two": "no"})
    await presses(FORM, context, BACK)
    assert context.conversation.state == "two"
    await presses(FORM, context, BACK)
    assert context.conversation.state == "one"


async def test_back_leads_to_the_review_though_what_it_does_not_show_is_missing() -> None:
    context = await at_the_review()
    del context.answers["zero"]
    await presses(FORM, context, "one", BACK)
    assert context.conversation.state == "review"


async def test_without_a_change_back_goes_through_the_questions() -> None:
    context = await at_the_review()
    for name in ("three", "two", "one", "zero"):
        await presses(FORM, context, BACK)
        assert context.conversation.state == name
    assert not FORM.fire("back", context), "before the first there is nothing"
    assert context.conversation.state == "zero"


async def test_who_is_sent_back_from_behind_the_review_comes_to_it_again() -> None:
    await presses(FORM, context := await at_the_review(), "send")
    assert (context.conversation.state, context.conversation.editing) == ("behind", False)
    await presses(FORM, context, "yes")
    assert (context.conversation.state, context.conversation.editing) == ("one", True)
    assert FORM.can_go_back(context)
    await presses(FORM, context, "no")
    assert (context.conversation.state, context.conversation.editing) == ("review", False)


async def test_a_job_that_leads_on_is_no_change() -> None:
    job = Job("job", run=comes_to("well"), then={"badly": "one"})
    small = Dialog("small", asks("one"), job, asks("review"), OVER, stop="over", review="one")
    await presses(small, context := await begun(small), "yes")
    assert (context.conversation.state, context.conversation.editing) == ("review", False)
