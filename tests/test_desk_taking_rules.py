"""What the page for a phone or mail request offers, calls and excepts: without the page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from flows import policy
from flows.booking import QUESTIONS
from flows.counter import Slot
from flows.desk.taking import (
    CONDITIONS,
    FIELDS,
    MISSING,
    Sheet,
    days_to_look_at,
    hint,
    in_short,
    label,
    needed,
    past_the_deadline,
    places,
    read,
    slot_of,
)
from flows.steps import Context, Conversation, Question
from flows.text import Text
from tests.clauses.deadlines import DAYS, jst

NOW = jst("2026-11-19T10:00")  # a Thursday; Monday the 23rd is a holiday
FIRST, LAST = policy.first_day(DAYS, NOW), policy.last_day(DAYS, NOW)


def test_the_business_days_from_today_to_the_last_that_can_be_asked_for_are_looked_at() -> None:
    days = days_to_look_at(DAYS, NOW)
    assert days[:4] == (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 24), date(2026, 11, 25))
    last_day_there_is = DAYS.business_day_before(LAST + timedelta(days=1))
    assert days[-1] == last_day_there_is
    at_its_end = jst(f"{last_day_there_is}T09:00")
    assert last_day_there_is in days_to_look_at(DAYS, at_its_end)


@pytest.mark.parametrize("ahead", range(3))
def test_the_last_day_is_looked_at_where_it_is_a_business_day(ahead: int) -> None:
    now = NOW + timedelta(days=ahead)
    last = policy.last_day(DAYS, now)
    days = days_to_look_at(DAYS, now)
    assert (last in days) is DAYS.is_business_day(last)
    assert last + timedelta(days=1) not in days


def test_days_in_time_come_before_those_past_the_deadline() -> None:
    days = [day for day in days_to_look_at(DAYS, NOW) if day <= FIRST + timedelta(days=1)]
    free = {day: DAYS.places(day) for day in reversed(days)}
    found = places(DAYS, free, NOW, "")
    late = [day for day in days if day < FIRST]
    assert late
    assert [(each.day, each.late) for each in found] == [
        *((day, False) for day in days if day >= FIRST), *((day, True) for day in late),
    ]  # fmt: skip


def test_what_has_begun_cannot_be_chosen() -> None:
    today = date(2026, 11, 19)
    [of_today] = places(DAYS, {today: DAYS.places(today)}, NOW, "")
    assert of_today.places[0] == ("2026-11-19 1030-1", jst("2026-11-19T10:30"))
    assert places(DAYS, {today: DAYS.places(today)}, jst("2026-11-19T18:00"), "") == ()


def test_of_several_counsellors_the_chosen_one_is_named_and_else_the_first() -> None:
    start = jst("2026-11-24T09:30")
    free = {date(2026, 11, 24): {start: ("1", "2")}}
    for chosen, named in (("", "1"), (slot_of(DAYS, Slot("2", start)), "2"), ("2026-11-24 0930-3", "1")):
        [one] = places(DAYS, free, NOW, chosen)
        assert one.places == ((f"2026-11-24 0930-{named}", start),)


@pytest.mark.parametrize(
    ("start", "now", "excepted"),
    [
        ("2026-11-24T09:30", "2026-11-19T10:00", False),
        ("2026-11-24T09:30", "2026-11-19T23:59", False),
        ("2026-11-24T09:30", "2026-11-20T00:00", True),
        ("2026-11-20T09:30", "2026-11-19T10:00", True),
        ("2026-11-23T09:30", "2026-11-20T10:00", False),  # a holiday: refused for another reason
    ],
)
def test_4_1_it_is_an_exception_past_the_deadline(start: str, now: str, excepted: bool) -> None:
    assert past_the_deadline(DAYS, Slot("1", jst(start)), jst(now)) is excepted


SHORT_ONE, ASK = Text("Name"), Text("Enter your name.")


@pytest.mark.parametrize(
    ("question", "called", "below"),
    [
        (Question("x", ask=ASK, label=SHORT_ONE), SHORT_ONE, ASK),
        (Question("x", ask=ASK), ASK, None),
        (Question("x", ask=lambda _: ASK, label=SHORT_ONE), SHORT_ONE, None),
        (Question("x", ask=lambda _: ASK), "x", None),
        (Question("language", ask=ASK), Text("Interpreter’s language"), None),
        (Question("day", ask=ASK, label=SHORT_ONE), SHORT_ONE, Text("One session is 30 minutes.")),
    ],
)
def test_before_a_field_stands_its_short_name_and_below_it_what_the_chat_asks(
    question: Question, called: Text | str, below: Text | None
) -> None:
    assert (label(question), hint(question)) == (called, below)
    assert in_short(question) == called


def test_a_list_of_what_is_wrong_calls_the_conditions_in_short() -> None:
    assert [in_short(question) for question in CONDITIONS] == [
        Text("Registration"), Text("Device and {product}"), Text("Continuing counselling"),
    ]  # fmt: skip


def test_the_page_has_every_question_but_the_time_and_what_is_only_read() -> None:
    assert {question.name for question in QUESTIONS} - {question.name for question in FIELDS} == {
        "time",
        "told_by_phone",
    }
    assert {question.name: needed(question) for question in FIELDS if not needed(question)} == {"language": False}


async def test_a_field_that_is_empty_is_missing_and_not_wrong() -> None:
    context = Context(DAYS, None, NOW, Conversation(), 7)  # type: ignore[arg-type]  # no counter is asked
    sheet: Sheet = await read(context, lambda _: "")
    assert {name for name, why in sheet.wrong.items() if why == MISSING} == {"name", "seeker_number", "email", "phone"}
    assert all(sheet.open(name) for name in sheet.wrong)
