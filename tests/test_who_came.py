"""The staff's cards about a session: who came, what became of it; when they ask, what they record, what they say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.counter import DECISION
from bot.database import Transaction
from flows import attending
from flows.counter import Decision, Slot
from flows.text import Text
from tests.clauses.deadlines import jst
from tests.clauses.screens import reads
from tests.conversations.staff_at_cards import (
    at_a_card,
    at_a_card_that_asks_for_an_outcome,
    at_a_card_that_asks_who_came,
    at_such_a_card_of_somebody_who_was_in_touch,
)
from tests.conversations.visitor import NEXT_MORNING
from tests.counters import NOW, START, booking
from tests.offers import offered, said, with_a_card

TEN_PAST, OVER = START + timedelta(minutes=10), START + timedelta(minutes=45)
MORNING = jst("2026-11-25T08:45")
SECOND = timedelta(seconds=1)
AT = "11月19日(木) 10:00"


def words(text: Text) -> list[str]:
    return said((text,)).splitlines()


# Who came


@pytest.mark.parametrize(
    ("now", "state", "asks"),
    [
        (TEN_PAST - SECOND, "confirmed", False),
        (TEN_PAST, "confirmed", True),
        (OVER - SECOND, "confirmed", True),
        (OVER, "confirmed", False),
        (TEN_PAST, "in_session", False),
        (TEN_PAST, "cancelled", False),
        (TEN_PAST, "requested", False),
    ],
)
def test_4_4_who_came_is_asked_from_ten_minutes_after_the_start_until_the_session_is_over(
    now: datetime, state: str, asks: bool
) -> None:
    about = booking(state)
    assert attending.not_seen(with_a_card(about, now)) is asks
    about.contact_at = START
    assert not attending.not_seen(with_a_card(about, now)), "who was in touch is not asked about"


@pytest.mark.parametrize(
    ("now", "state", "asks"),
    [
        (MORNING - SECOND, "ended", False),
        (MORNING, "ended", True),
        (MORNING, "confirmed", True),  # the clock's own move comes later
        (MORNING, "in_session", True),
        (MORNING, "missed", False),
        (MORNING, "finished", False),
        (MORNING, "cancelled", False),
    ],
)
def test_an_outcome_is_asked_for_from_the_next_business_morning_on(now: datetime, state: str, asks: bool) -> None:
    about = booking(state)
    assert attending.outcome_missing(with_a_card(about, now)) is asks
    assert not attending.missed_after_contact(with_a_card(about, now, outcome="miss"))
    about.started = Decision("start", START)
    assert attending.missed_after_contact(with_a_card(about, now, outcome="miss")) is asks
    about.contact_at, about.started = START, None
    assert attending.missed_after_contact(with_a_card(about, now, outcome="miss")) is asks
    assert not attending.missed_after_contact(with_a_card(about, now, outcome="finish"))


def test_what_the_cards_ask_names_the_session() -> None:
    about = booking("confirmed")
    assert words(attending.ask_who_came(with_a_card(about))) == [
        "【開始から10分】123-456 9:30", "参加・連絡はありましたか。",
    ]  # fmt: skip
    assert words(attending.ask_outcome(with_a_card(about)))[:2] == [
        "【結果が未入力】123-456 11月24日(火) 9:30", "実施しましたか。",
    ]  # fmt: skip
    about.contact_at = START + timedelta(minutes=12)
    assert words(attending.ask_whether_sure(with_a_card(about))) == [
        "9:42に参加または連絡の記録があります。それでも連絡なしとしますか。"
    ]
    about.contact_at, about.started = None, Decision("start", START + timedelta(minutes=2))
    assert words(attending.ask_whether_sure(with_a_card(about)))[0].startswith("9:32に")


@pytest.mark.parametrize("press", ["start", "miss"])
async def test_whether_somebody_came_is_recorded_with_who_said_so(transaction: Transaction, press: str) -> None:
    staff = await at_a_card_that_asks_who_came(transaction)
    assert (await reads(staff)).startswith("【開始から10分】")
    assert await offered(staff) == ["start", "contact", "miss"]
    await staff.presses(press)
    assert staff.booking
    assert (await reads(staff)).startswith(f"{staff.booking.reference} 11月24日(火) 9:30\n【")
    assert staff.booking.decision == Decision(press, staff.now, 7, "職員 一号", channel="group")
    assert staff.booking.contact_at is None
    assert (staff.conversation.state, await offered(staff)) == ("noted", [])


async def test_who_was_in_touch_keeps_the_booking(transaction: Transaction) -> None:
    staff = await at_a_card_that_asks_who_came(transaction)
    await staff.presses("contact")
    assert staff.booking
    assert (staff.booking.state, staff.booking.contact_at) == ("confirmed", staff.now)
    assert staff.booking.decision
    assert staff.booking.decision.event == "confirm"
    assert staff.conversation.state == "noted"


@pytest.mark.parametrize("press", ["start", "contact", "miss"])
async def test_a_press_after_the_session_is_over_records_nothing(transaction: Transaction, press: str) -> None:
    staff = await at_a_card_that_asks_who_came(transaction)
    staff.now = OVER
    await staff.presses(press)
    assert staff.booking
    assert (staff.conversation.state, staff.booking.state, staff.booking.contact_at) == ("noted", "confirmed", None)


@pytest.mark.parametrize(
    ("name", "now"), [("attending", TEN_PAST - SECOND), ("attending", OVER), ("concluding", MORNING - SECOND)]
)
async def test_a_card_that_comes_too_early_or_too_late_asks_nothing(
    transaction: Transaction, name: str, now: datetime
) -> None:
    staff = await at_a_card(transaction, name, now)
    assert (staff.conversation.state, await offered(staff)) == ("noted", [])


# What became of it


@pytest.mark.parametrize(("press", "state"), [("finish", "finished"), ("miss", "missed")])
@pytest.mark.parametrize("ended", [True, False], ids=("ended", "the bot was away"))
async def test_the_outcome_is_recorded_also_where_the_bot_was_away_when_the_session_ended(
    transaction: Transaction, press: str, state: str, ended: bool
) -> None:
    staff = await at_a_card_that_asks_for_an_outcome(transaction)
    assert staff.booking
    if ended:
        assert await staff.counter.move(staff.booking, "end", Decision("end", OVER, channel="clock"))
    assert (await reads(staff)).startswith("【結果が未入力】")
    assert await offered(staff) == ["finish", "miss"]
    await staff.presses(press)
    assert (await reads(staff)).startswith(f"{staff.booking.reference} 11月24日(火) 9:30\n【")
    assert staff.booking.state == state
    assert staff.booking.decision == Decision(press, NEXT_MORNING, 7, "職員 一号", "", "group")
    assert staff.conversation.state == "noted"
    ends = select(DECISION.c.who, DECISION.c.channel).where(DECISION.c.event == "end")
    assert [tuple(row) for row in await transaction.execute(ends)] == [(None, "clock")]


async def test_who_was_in_touch_is_taken_to_have_cancelled_only_after_a_second_look(transaction: Transaction) -> None:
    staff = await at_such_a_card_of_somebody_who_was_in_touch(transaction)
    await staff.presses("miss")
    assert staff.booking
    assert staff.booking.state == "confirmed"
    assert (staff.conversation.state, await offered(staff)) == ("sure", ["miss"])
    assert (await reads(staff)).endswith("それでも連絡なしとしますか。")
    await staff.presses("back")
    assert staff.conversation.state == "outcome"
    await staff.presses("miss")
    await staff.presses("miss")
    assert staff.booking.state == "missed"
    assert staff.booking.decision == Decision("miss", NEXT_MORNING, 7, "職員 一号", "despite_contact", "group")


async def test_that_it_was_held_needs_no_second_look_and_no_reason(transaction: Transaction) -> None:
    staff = await at_such_a_card_of_somebody_who_was_in_touch(transaction)
    await staff.presses("finish")
    assert staff.booking
    assert staff.booking.state == "finished"
    assert staff.booking.decision == Decision("finish", NEXT_MORNING, 7, "職員 一号", "", "group")


async def test_an_outcome_that_is_there_by_now_is_not_recorded_again(transaction: Transaction) -> None:
    staff = await at_a_card_that_asks_for_an_outcome(transaction)
    assert staff.booking
    held = Decision("finish", OVER, 8, "職員 二号")
    assert await staff.counter.move(staff.booking, "end", Decision("end", OVER))
    assert await staff.counter.move(staff.booking, "finish", held)
    await staff.presses("miss")
    assert (staff.conversation.state, staff.booking.state, staff.booking.decision) == ("noted", "finished", held)


async def test_of_a_booking_that_was_moved_to_a_day_ahead_meanwhile_no_outcome_is_recorded(
    transaction: Transaction,
) -> None:
    staff = await at_a_card_that_asks_for_an_outcome(transaction)
    assert staff.booking
    staff.booking.slot = Slot("1", START + timedelta(days=7))
    await staff.presses("miss")
    assert (staff.conversation.state, staff.booking.state) == ("noted", "confirmed")


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("start", "参加した"),
        ("extend", "参加した"),
        ("miss", "連絡なし（キャンセルとみなす）"),
        ("finish", "実施した"),
        ("stop", "中止"),
        ("not_held", "実施できなかった"),
        ("correct", "連絡なしを訂正"),
        ("cancel", "キャンセル"),
        ("end", "時間終了（結果は未入力）"),
    ],
)
def test_a_card_says_in_the_end_what_was_recorded_when_and_by_whom(event: str, says: str) -> None:
    about = booking("ended")
    head = "123-456 11月24日(火) 9:30"
    about.decision = Decision(event, NOW, 7, "職員 一号")
    assert words(attending.how_it_went(with_a_card(about))) == [head, f"【{says}】職員 一号\u3000{AT}"]
    about.decision = Decision(event, NOW)
    assert words(attending.how_it_went(with_a_card(about))) == [head, f"【{says}】"]


@pytest.mark.parametrize("state", ["cancelled", "confirmed"])
@pytest.mark.parametrize("decision", [None, Decision("confirm", NOW, 7, "職員 一号")])
def test_where_nothing_was_recorded_the_card_is_over(decision: Decision | None, state: str) -> None:
    about = booking(state)
    about.decision = decision
    assert words(attending.recorded(with_a_card(about))) == ["【終了】"]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("confirmed", "【連絡あり 9:42】予約はそのままです。開始は職員用ページで記録できます。"),
        ("in_session", f"【参加した】職員 一号\u3000{AT}"),
        ("missed", f"【参加した】職員 一号\u3000{AT}"),
    ],
)
def test_that_somebody_was_in_touch_is_said_until_something_was_recorded(state: str, says: str) -> None:
    about = booking(state)
    about.contact_at, about.decision = START + timedelta(minutes=12), Decision("start", NOW, 7, "職員 一号")
    assert words(attending.recorded(with_a_card(about))) == [says]
