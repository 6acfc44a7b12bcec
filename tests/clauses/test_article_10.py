"""第10条: conduct, recording, who is in the room, getting ready, and who pays."""

from __future__ import annotations

from datetime import UTC, timedelta

from sqlalchemy import text

from bot.database import Transaction
from flows import clock, policy
from flows.counter import Booking
from flows.deciding import flags
from flows.promises import promises
from flows.reception import Command
from flows.steps import Typed
from tests.clauses.deadlines import DAYS, OFFICE, jst
from tests.clauses.screens import BOOKED, START, asked, reads, told, written
from tests.conversations.visitors import at_the_form, with_a_request
from tests.counters import Office
from tests.desk import OpenDesk
from tests.offers import labels, said


def test_10_1_a_fourth_request_on_one_day_is_too_many_and_tomorrow_it_is_not() -> None:
    requested = [jst("2026-11-10T00:00"), jst("2026-11-10T09:00"), jst("2026-11-10T10:00")]
    assert policy.within_limits(OFFICE, requested[:2], jst("2026-11-10T23:59"))
    assert not policy.within_limits(OFFICE, requested, jst("2026-11-10T23:59"))
    assert policy.within_limits(OFFICE, requested, jst("2026-11-11T00:00"))


def test_10_1_the_day_of_a_request_is_the_office_s_day() -> None:
    requested = [jst("2026-11-10T08:59").astimezone(UTC)] * 3  # still the 9th in UTC
    assert not policy.within_limits(OFFICE, requested, jst("2026-11-10T09:01").astimezone(UTC))


def test_10_1_an_eleventh_request_in_30_days_is_too_many_until_the_first_is_30_days_old() -> None:
    requested = [jst(f"2026-11-{day:02}T12:00") for day in range(1, 11)]
    assert policy.within_limits(OFFICE, requested[1:], jst("2026-11-20T12:00"))
    assert not policy.within_limits(OFFICE, requested, jst("2026-12-01T11:59"))
    assert policy.within_limits(OFFICE, requested, jst("2026-12-01T12:00"))


def test_10_4_getting_ready_is_brought_to_mind_on_the_third_business_day_before() -> None:
    assert clock.remind_readiness_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-18T10:00")


def test_10_4_the_day_before_reminder_goes_out_on_the_business_day_before() -> None:
    assert clock.remind_day_before_at(DAYS, jst("2026-11-24T09:30")) == jst("2026-11-20T15:00")
    assert clock.remind_day_before_at(DAYS, jst("2026-11-26T09:30")) == jst("2026-11-25T15:00")


async def test_10_1_too_many_requests_end_with_the_phone_number(transaction: Transaction) -> None:
    for _ in range(OFFICE.requests_per_day):
        visitor = await with_a_request(transaction)
        for _ in range(2):
            await visitor.presses("cancel")
    visitor = await at_the_form(transaction)
    assert visitor.conversation.state == "limited"
    assert "049-242-0197" in await reads(visitor)
    visitor.now += timedelta(days=1)
    await visitor.says(Command("book"))
    await visitor.finishes()
    assert await visitor.counter.live()


async def test_10_2_recording_is_forbidden_in_the_summary_and_before_the_session(transaction: Transaction) -> None:
    assert "録画" in await reads(await at_the_form(transaction))
    for kind in ("remind_day_before", "remind_day_before_mail"):
        assert "録画・録音はできません" in (written if kind.endswith("mail") else told)(kind)


async def test_10_3_who_joins_is_chosen_and_never_typed(transaction: Transaction) -> None:
    visitor = await asked(transaction, "companion")
    assert labels(await visitor.step.offered(visitor.context)) == [
        "なし", "通訳", "介助・支援の方", "そのほか（電話で相談）",
    ]  # fmt: skip
    await visitor.says(Typed("妻が同席します"))
    assert visitor.conversation.state == "companion"
    await visitor.presses("carer")
    assert visitor.conversation.answers["companion"] == "carer"


async def test_10_3_the_group_sees_before_it_confirms_that_somebody_joins_and_the_desk_alone_who(
    desk: OpenDesk, office: Office
) -> None:
    booking = await office.request(1, companion="interpreter", language="ne")
    assert isinstance(booking, Booking)
    card = said(tuple(flags(booking)))
    assert card == "【同席あり】"
    clerk = await desk.signed_in()
    assert "ネパール" not in (await clerk.opens(f"/bookings/{booking.id}")).text
    assert "通訳（ネパール語）" in (await clerk.presses("個人情報を表示する")).text


async def test_10_3_a_room_of_ones_own_and_telling_beforehand_are_in_summary_and_reminder(
    transaction: Transaction,
) -> None:
    assert "ほかの人がいない" in await reads(await at_the_form(transaction))
    assert "ほかの人がいない" in told("remind_day_before")
    assert "同席する方がいるとき、変わったときは、前もって" in told("remind_day_before")


async def test_10_3_who_joins_can_be_changed_until_the_session_begins_and_staff_are_told(
    transaction: Transaction,
) -> None:
    visitor = await with_a_request(transaction)
    visitor.now = START - timedelta(seconds=1)
    await visitor.says(Command("companion"))
    await visitor.presses("carer")
    booking = await visitor.counter.live()
    assert booking
    assert booking.companion
    told_staff = await transaction.execute(text("SELECT kind FROM notice WHERE kind = 'companion_changed'"))
    assert len(told_staff.all()) == 1
    visitor.now = START
    await visitor.says(Command("companion"))
    assert visitor.conversation.state == "nothing", "it has begun"


def test_10_4_getting_ready_comes_on_the_third_business_day_before_with_a_list_of_what_to_check() -> None:
    due = {promise.kind: promise.due_at for promise in promises(DAYS, BOOKED, "confirm", jst("2026-11-17T12:00"))}
    assert due["remind_readiness"] == jst("2026-11-18T10:00")
    words = told("remind_readiness")
    for ready in ("カメラ", "最新", "TeleOffice", "静かな場所", "049-242-0197"):
        assert ready in words
    assert "TeleOffice" in told("remind_day_before")


async def test_10_5_that_the_connection_is_at_ones_own_cost_is_in_summary_and_reminder(
    transaction: Transaction,
) -> None:
    assert "通信" in await reads(await at_the_form(transaction))
    assert "通信料はご自身の負担です" in told("remind_day_before")
