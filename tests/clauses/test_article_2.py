"""第2条: all three conditions are asked and needed; staff look up the registration and see the answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.database import Transaction
from flows import policy
from flows.counter import Booking
from flows.lifecycle import DECLINED, REQUESTED
from flows.promises import promises
from tests.clauses.deadlines import DAYS, OFFICE, slot
from tests.clauses.screens import BOOKED, asked, decided, reads, told, written
from tests.conversations.visitors import coming_back
from tests.counters import DETAILS, NOW, Office
from tests.desk import OpenDesk


@pytest.mark.parametrize("answers", [(a, b, c) for a in (True, False) for b in (True, False) for c in (True, False)])
def test_2_head_all_three_conditions_must_be_met(answers: tuple[bool, bool, bool]) -> None:
    assert policy.conditions_met(*answers) is (answers == (True, True, True))


async def no_ends_it(transaction: Transaction, question: str) -> str:
    """What was asked of somebody whom a "no" has brought to the end of the form, with nothing sent."""
    visitor = await asked(transaction, question)
    words = await reads(visitor)
    await visitor.presses("no")
    assert visitor.conversation.state == "not_eligible"
    assert "3つの条件" in await reads(visitor)
    assert await visitor.counter.live() is None
    return words


async def test_2_1_who_has_not_registered_is_not_taken(transaction: Transaction) -> None:
    assert "求職登録" in await no_ends_it(transaction, "registered")


async def test_2_1_it_is_asked_again_at_every_booking_as_a_registration_ends(transaction: Transaction) -> None:
    visitor = await coming_back(transaction)
    assert visitor.conversation.state == "registered"


@pytest.mark.parametrize(
    ("registered", "session", "warned"),
    [
        ("this", "2026-12-25", False),
        ("two", "2026-11-25", False),
        ("two", "2026-12-25", True),
        ("two", "2027-01-05", True),
        ("this", "2027-01-05", False),
        ("this", "2027-02-01", True),
        ("unsure", "2026-12-25", False),
    ],
)
def test_2_1_whose_registration_may_have_run_out_by_the_session_reads_that_with_the_request(
    registered: str, session: str, warned: bool
) -> None:
    """It holds to the end of the second month after the one in which somebody registered."""
    given = {**DETAILS, "registered_when": registered}
    booking = replace(BOOKED, state=REQUESTED, slot=slot(f"{session}T09:30"), details=given)
    assert ("registration" in [promise.kind for promise in promises(DAYS, booking, "request", NOW)]) is warned
    assert "049-242-0197" in told("registration", booking)


def test_2_1_where_staff_find_no_registration_the_person_reads_that() -> None:
    assert "登録を確認できません" in told("declined", decided("decline", DECLINED, "registration"))


async def test_2_2_who_has_no_device_with_a_camera_is_not_taken(transaction: Transaction) -> None:
    words = await no_ends_it(transaction, "device")
    assert "カメラ" in words
    assert "TeleOffice" in words


def test_2_2_how_to_prepare_the_software_is_linked_in_time() -> None:
    for words in (told("remind_readiness"), written("remind_readiness_mail")):
        assert OFFICE.guide_url in words


async def test_2_3_who_does_not_want_continuing_counselling_is_not_taken(transaction: Transaction) -> None:
    assert "個別支援" in await no_ends_it(transaction, "continuing")


async def test_2_3_staff_see_the_answer_and_the_counsellor(desk: OpenDesk, office: Office) -> None:
    booking = await office.request(1, registered="yes", device="yes", continuing="yes")
    assert isinstance(booking, Booking)
    clerk = await desk.signed_in()
    assert "担当者\n担当 1\n" in (await clerk.opens(f"/bookings/{booking.id}")).text
    assert "継続的な相談の希望（第2条(3)）\nはい\n" in (await clerk.presses("個人情報を表示する")).text
