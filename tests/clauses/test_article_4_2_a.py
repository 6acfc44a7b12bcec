"""第4条(2)①～⑤: a request comes by form, phone or chat, with five items and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.database import Transaction
from flows import policy
from flows.counter import Booking, Permit, Refused, Slot
from flows.desk.taking import CONDITIONS
from flows.steps import Contact, Typed
from flows.text import Text
from tests.clauses.deadlines import DAYS, jst, refused, slot
from tests.clauses.screens import asked, reads
from tests.counters import Office
from tests.desk import OpenDesk
from tests.offers import labels
from tests.test_desk_taking import CALLED
from tests.usual_answers import USUAL


def test_4_2_a_3_business_days_are_offered_for_30_days() -> None:
    offered = policy.days_to_offer(DAYS, jst("2026-12-07T12:00"))
    assert (offered[0], offered[-1]) == (date(2026, 12, 9), date(2027, 1, 6))
    assert offered == tuple(day for day in offered if DAYS.is_business_day(day))
    assert len(offered) == 17


def test_4_2_a_3_nothing_is_offered_past_the_last_year_with_official_holidays() -> None:
    assert policy.days_to_offer(DAYS, jst("2027-12-20T12:00"))[-1] == date(2027, 12, 28)
    assert policy.days_to_offer(DAYS, jst("2027-12-27T12:00")) == ()


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("2026-11-21T10:00", "Saturday"),
        ("2026-11-22T10:00", "Sunday"),
        ("2026-11-23T10:00", "Labor Thanksgiving Day"),
        ("2026-12-31T10:00", "Year-end and New Year closure"),
        ("2027-01-11T10:00", "Coming of Age Day"),
    ],
)
@pytest.mark.parametrize("now", ["2026-11-10T12:00", "2026-11-20T12:00", "2027-02-01T12:00"])
def test_4_2_a_3_a_closed_day_is_refused_whatever_the_deadline(start: str, reason: str, now: str) -> None:
    answer = refused(DAYS, slot(start), jst(now))
    sentence = "We are closed on {date} ({reason}). Please choose another day."
    assert answer == Refused("4(2)", Text(sentence, date=jst(start).date(), reason=Text(reason)))


@pytest.mark.parametrize("at", ["09:00", "09:45", "12:00", "12:30", "16:00", "21:30"])
def test_4_2_a_3_no_session_starts_at_another_time(at: str) -> None:
    answer = refused(DAYS, slot(f"2026-11-24T{at}"), jst("2026-11-16T12:00"))
    assert answer == Refused("4(2)", Text("There is no session at that time. Please choose another time."))


def test_4_2_a_3_there_is_no_session_with_somebody_the_office_does_not_have() -> None:
    answer = refused(DAYS, replace(slot("2026-11-24T09:30"), counsellor="2"), jst("2026-11-16T12:00"))
    assert answer.clause == "4(2)"


def test_4_2_a_3_a_day_too_far_ahead_is_refused_and_a_month_ahead_is_not() -> None:
    now = jst("2026-11-10T12:00")
    assert isinstance(policy.permit(DAYS, slot("2026-12-10T09:30"), now), Permit)
    answer = refused(DAYS, slot("2026-12-11T09:30"), now)
    assert answer.clause == "4(2)"
    assert answer.why.values == {"date": date(2026, 12, 11), "last_date": date(2026, 12, 10)}


def test_4_2_a_3_a_naive_moment_gets_no_permit() -> None:
    with pytest.raises(ValueError, match="time zone"):
        policy.permit(DAYS, Slot("1", datetime(2026, 11, 24, 9, 30)), jst("2026-11-10T12:00"))  # noqa: DTZ001  # the naive one is refused


async def test_4_2_a_the_five_items_are_asked_and_who_joins_and_no_more(transaction: Transaction) -> None:
    """Five items, and what 第10条（3） wants to know beforehand."""
    visitor = await asked(transaction, "review")
    given = {name for name in visitor.conversation.answers if name not in {q.name for q in CONDITIONS}}
    assert given - {*USUAL, "terms", "privacy"} == {
        "name", "seeker_number", "day", "time", "email", "phone", "companion",
    }  # fmt: skip


async def test_4_2_a_a_time_that_staff_wrote_down_for_a_caller_cannot_be_had_in_the_chat(
    desk: OpenDesk, office: Office
) -> None:
    clerk = await desk.signed_in()
    await clerk.opens("/new")
    assert (await clerk.presses("受け付ける", **CALLED)).path == "/requests"
    assert await office.request(7, "2026-11-24 09:30") == "taken"


async def test_4_2_a_1_the_name_is_asked_as_registered_and_no_reading_of_it(transaction: Transaction) -> None:
    visitor = await asked(transaction, "name")
    assert "お名前" in await reads(visitor)
    await visitor.says(Typed("山"))
    assert visitor.conversation.state == "name", "one letter is no name"
    await visitor.says(Typed("  Kawagoe   Taro "))
    assert visitor.conversation.answers["name"] == "Kawagoe Taro"
    assert "ふりがな" not in await reads(visitor)


async def test_4_2_a_2_the_job_seeker_number_is_taken_by_its_shape(transaction: Transaction) -> None:
    visitor = await asked(transaction, "seeker_number")
    assert "求職番号" in await reads(visitor)
    await visitor.says(Typed("1234-5678-9012"))
    assert visitor.conversation.state == "seeker_number", "a My Number is none"
    await visitor.says(Typed("１１０３０－０１２３４５６７"))
    assert visitor.conversation.answers["seeker_number"] == "11030-01234567"


async def test_4_2_a_3_the_times_offered_are_half_hours_from_9_30_and_13_00(transaction: Transaction) -> None:
    visitor = await asked(transaction, "time")
    offer = await visitor.step.offered(visitor.context)
    assert labels(offer) == [
        "9:30", "10:00", "10:30", "11:00", "11:30", "13:00", "13:30", "14:00", "14:30", "15:00", "15:30",
    ]  # fmt: skip


async def test_4_2_a_3_a_request_holds_its_time_until_it_is_decided(office: Office) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    assert await office.request(2) == "taken"
    assert await office.move(booking, "decline")
    assert isinstance(await office.request(2), Booking)


async def test_4_2_a_4_the_address_gets_the_answer_and_must_let_it_in(transaction: Transaction) -> None:
    visitor = await asked(transaction, "email")
    assert "office.example" in await reads(visitor)
    await visitor.says(Typed("taro"))
    assert visitor.conversation.state == "email"
    await visitor.says(Typed("Taro@Example.JP"))
    assert visitor.conversation.answers["email"] == "Taro@example.jp"


async def test_4_2_a_5_the_number_asked_for_is_the_registered_one(transaction: Transaction) -> None:
    visitor = await asked(transaction, "phone")
    assert "登録した電話番号" in await reads(visitor)
    await visitor.says(Contact("819012345678", own=False))
    assert visitor.conversation.state == "phone", "somebody else's contact is not it"
    await visitor.says(Contact("819012345678", own=True))
    assert visitor.conversation.answers["phone"]["e164"] == "+819012345678"
