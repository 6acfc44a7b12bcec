"""The staff's card of another time that somebody asks for: both times, when it is open to decide, what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.database import Transaction
from flows import deciding_move
from flows.counter import Booking, Decision, NewTime, Slot
from flows.deciding_move import DECIDING_MOVE
from flows.text import Text
from tests.clauses.deadlines import jst
from tests.conversations.staff_at_cards import at_a_card_of_another_time, at_such_a_card_late
from tests.conversations.visitor import NOW, Visitor
from tests.counters import START, booking
from tests.offers import offered, said, with_a_card

LATER = START + timedelta(days=1)
AT = "11月19日(木) 10:00"
OVER = "【終了】"
OF_ANOTHER_TIME = "【日時変更の希望】123-456"


def by_staff(event: str, *starts: datetime) -> Decision:
    return Decision(event, NOW, 7, "職員 一号", starts=starts)


def words(text: Text) -> list[str]:
    return said((text,)).splitlines()


async def asks(staff: Visitor) -> list[str]:
    return said((await staff.screen()).say).splitlines()


def wishing(until: datetime = START) -> Booking:
    """Confirmed for the 24th; the person asks for the 25th."""
    about = booking("confirmed")
    about.wanted = NewTime(Slot("1", LATER), NOW, about.reply_by, about.confirm_by, until)
    return about


def test_a_card_of_another_time_says_both_times_and_that_the_old_one_is_kept() -> None:
    assert words(deciding_move.card(with_a_card(wishing()))) == [
        OF_ANOTHER_TIME,
        "今の日時：11月24日(火) 9:30",
        "希望：11月25日(水) 9:30",
        "返信期限：11月20日(金) ／ 確定期限：11月19日(木)",
        "確定するまで、今の日時はそのままです。",
    ]


@pytest.mark.parametrize(
    ("event", "now", "wanted", "says"),
    [
        ("confirm_move", "25日(水)", "24日(火)", f"【変更を確定】職員 一号、{AT}"),
        ("move", "25日(水)", "24日(火)", f"【職員が変更】職員 一号、{AT}"),
        ("decline_move", "24日(火)", "25日(水)", f"【変更をお断り】職員 一号、{AT}"),
        ("withdraw_move", "24日(火)", "25日(水)", "【利用者が取り下げ】予約はそのままです。"),
        (
            "lapse_move", "24日(火)", "25日(水)",
            "【期限切れ】期限までに決まりませんでした。予約はそのままで、ご本人に知らせました。",
        ),
    ],
)  # fmt: skip
def test_once_it_is_decided_the_card_still_says_both_times_as_they_were_asked(
    event: str, now: str, wanted: str, says: str
) -> None:
    """`moved` has the other time: the one that was left, or the one that was not to be had."""
    about = booking("confirmed")
    about.moved = by_staff(event, LATER)
    assert words(deciding_move.card(with_a_card(about))) == [
        OF_ANOTHER_TIME, f"今の日時：11月{now} 9:30", f"希望：11月{wanted} 9:30", says,
    ]  # fmt: skip


@pytest.mark.parametrize("moved", [None, by_staff("confirm_move")])
def test_where_no_other_time_is_known_the_card_says_the_one_there_is(moved: Decision | None) -> None:
    about = booking("confirmed")
    about.moved = moved
    lines = words(deciding_move.card(with_a_card(about)))
    assert lines[1:3] == ["今の日時：11月24日(火) 9:30", "希望：11月24日(火) 9:30"]
    assert lines[3] == (f"【変更を確定】職員 一号、{AT}" if moved else OVER)


def test_whoever_pressed_on_another_time_too_late_reads_that_it_lapsed_before_the_clock_has_moved_it() -> None:
    about = wishing()
    for late, says in ((-1, OF_ANOTHER_TIME), (0, "【期限切れ】"), (1, "【期限切れ】")):
        [line] = words(deciding_move.verdict(with_a_card(about, START + timedelta(seconds=late))))
        assert line.startswith(says)


@pytest.mark.parametrize(
    ("state", "late", "is_open"),
    [
        ("confirmed", -1, True),
        ("confirmed", 0, False),
        ("confirmed", 1, False),
        ("cancelled", -1, False),
        ("in_session", -1, False),
    ],
)
def test_another_time_is_open_to_decide_until_it_lapses(state: str, late: int, is_open: bool) -> None:
    about = wishing()
    about.state = state
    now = START + timedelta(seconds=late)
    assert deciding_move.open_to_decide(with_a_card(about, now)) is is_open
    assert deciding_move.reason_needed(with_a_card(about, now, decision="decline")) is is_open
    assert not deciding_move.reason_needed(with_a_card(about, now, decision="confirm"))


def test_where_no_other_time_is_asked_for_there_is_nothing_to_decide() -> None:
    about = with_a_card(booking("confirmed"), decision="confirm")
    assert not deciding_move.open_to_decide(about)
    assert not deciding_move.late_reason_needed(about)


@pytest.mark.parametrize(
    ("asked", "pressed_at", "needed"),
    [
        ("2026-11-20T10:00", "2026-11-20T23:59", False),  # a Friday, the deadline for the Wednesday
        ("2026-11-20T10:00", "2026-11-21T00:00", True),
        ("2026-11-20T17:15", "2026-11-21T00:00", False),
    ],
)
def test_4_1_the_deadline_of_another_time_is_its_own(asked: str, pressed_at: str, needed: bool) -> None:
    about = wishing()
    assert about.wanted
    about.wanted = NewTime(about.wanted.slot, jst(asked), about.reply_by, about.confirm_by, START)
    assert deciding_move.late_reason_needed(with_a_card(about, jst(pressed_at), decision="confirm")) is needed
    assert not deciding_move.late_reason_needed(with_a_card(about, jst(pressed_at), decision="decline"))
    assert not deciding_move.late_reason_needed(with_a_card(about, START, decision="confirm"))


@pytest.mark.parametrize(
    ("ask", "asks"),
    [
        (deciding_move.ask_late_reason, "例外として確定しますか。理由を選んでください。"),
        (deciding_move.ask_reason, "123-456 の日時変更をお断りする理由を選んでください。"),
    ],
)
def test_below_the_card_of_another_time_stands_which_reason_is_asked(ask: Any, asks: str) -> None:
    about = with_a_card(wishing())
    lines = words(ask(about))
    assert lines[:-1] == words(deciding_move.card(about))
    assert lines[-1].endswith(asks)


# What a press records


@pytest.mark.parametrize(
    ("press", "event", "reason"),
    [("confirm", "confirm_move", ""), ("decline", "decline_move", "time"), ("decline", "decline_move", "other")],
)
async def test_another_time_is_confirmed_at_once_or_declined_with_a_reason(
    transaction: Transaction, press: str, event: str, reason: str
) -> None:
    staff = await at_a_card_of_another_time(transaction)
    assert staff.booking
    assert staff.booking.wanted
    old, new = staff.booking.slot.start, staff.booking.wanted.slot.start
    assert (await asks(staff))[0] == f"【日時変更の希望】{staff.booking.reference}"
    assert await offered(staff) == ["confirm", "decline"]
    await staff.presses(press)
    if reason:
        assert (await asks(staff))[-1].endswith("の日時変更をお断りする理由を選んでください。")
        assert await offered(staff) == ["time", "counter", "other"]
        await staff.presses(reason)
    other = old if event == "confirm_move" else new
    assert staff.booking.moved == Decision(event, NOW, 7, "職員 一号", reason, "group", (other,))
    assert staff.booking.slot.start == (new if event == "confirm_move" else old)
    assert staff.conversation.state == "decided"
    assert (await asks(staff))[0] == f"【日時変更の希望】{staff.booking.reference}"
    assert await offered(staff) == []


@pytest.mark.parametrize("reason", ["check", "agreed", "other"])
async def test_another_time_that_is_confirmed_late_needs_a_reason(transaction: Transaction, reason: str) -> None:
    staff = await at_such_a_card_late(transaction)
    await staff.presses("confirm")
    assert (await asks(staff))[-1].endswith("例外として確定しますか。理由を選んでください。")
    assert await offered(staff) == ["check", "agreed", "other"]
    await staff.presses(reason)
    assert staff.booking
    assert staff.booking.moved
    assert (staff.booking.moved.event, staff.booking.moved.reason) == ("confirm_move", reason)


async def test_another_time_asked_for_after_closing_is_confirmed_late_without_a_question(
    transaction: Transaction,
) -> None:
    staff = await at_such_a_card_late(transaction)
    assert staff.booking
    assert staff.booking.wanted
    staff.booking.wanted = replace(staff.booking.wanted, requested_at=jst("2026-11-19T17:15"))
    await staff.presses("confirm")
    assert staff.booking.moved
    assert (staff.booking.moved.event, staff.booking.moved.reason) == ("confirm_move", "late_auto")


@pytest.mark.parametrize("press", ["confirm", "decline"])
async def test_a_press_on_another_time_that_lapsed_meanwhile_changes_nothing(
    transaction: Transaction, press: str
) -> None:
    staff = await at_a_card_of_another_time(transaction)
    assert staff.booking
    wanted = staff.booking.wanted
    assert wanted
    staff.now = wanted.lapses_at
    await staff.presses(press)
    assert staff.conversation.state == "decided"
    assert (staff.booking.wanted, staff.booking.moved) == (wanted, None)


async def test_a_card_of_another_time_that_comes_too_late_asks_nothing(transaction: Transaction) -> None:
    staff = await at_a_card_of_another_time(transaction)
    assert staff.booking
    assert staff.booking.wanted
    staff.now = staff.booking.wanted.lapses_at
    staff.conversation.start("deciding_move", "x", {})
    await DECIDING_MOVE.begin(staff.context)
    assert (staff.conversation.state, await offered(staff)) == ("decided", [])
