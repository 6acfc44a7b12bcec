"""Just before a session: whoever is late or cannot connect says so (第4条(4) 「連絡がないまま」), and staff call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.database import Transaction
from flows import helping, joining, reception
from flows.cards import CARDS
from flows.counter import Decision
from flows.steps import OLD_BUTTON, QUIT, Context, Conversation
from flows.text import Text
from tests.clauses.screens import reads
from tests.conversations.staff_at_cards import (
    at_a_card,
    at_a_card_of_somebody_who_cannot_connect,
    at_a_card_of_somebody_who_is_late,
)
from tests.conversations.visitor import JUST_BEFORE
from tests.conversations.visitors import asked_about_no_session, just_before_the_session
from tests.counters import DAYS, NOW, START, booking
from tests.offers import live, offered, said, with_a_card

SECOND = timedelta(seconds=1)
OVER = START + timedelta(minutes=45)
NOTHING_SENT = "職員には送っていません。今、参加できる予約はありません。"
SOON, BEGUN = "【10分後に始まります】11月24日(火) 9:30", "【相談の時間になりました】11月24日(火) 9:30"
AT = "11月19日(木) 10:00"


def lines(text: Text) -> list[str]:
    return said((text,)).splitlines()


# The person


@pytest.mark.parametrize(
    ("state", "chat", "now", "can"),
    [
        ("confirmed", 7, START - timedelta(days=1), True),
        ("confirmed", 7, START + timedelta(minutes=11), True),  # nobody has decided that they are not there
        ("confirmed", 7, OVER - SECOND, True),
        ("confirmed", 7, OVER, False),
        ("confirmed", 8, START, False),
        ("requested", 7, START, False),
        ("in_session", 7, START, False),
        ("missed", 7, START, False),
    ],
)
def test_4_4_whoever_has_a_confirmed_session_can_say_that_something_is_wrong_until_it_is_over(
    state: str, chat: int, now: datetime, can: bool
) -> None:
    about = booking(state)
    about.chat = chat
    here = Context(DAYS, None, now, Conversation(), 7)  # type: ignore[arg-type]  # no counter is asked
    assert joining.joinable(here, about) is can
    assert not joining.joinable(here, None)


@pytest.mark.parametrize(
    ("state", "chat", "says"),
    [
        ("in_session", 7, "職員がすでに始めています。"),
        ("missed", 7, "11月24日(火) 9:30 の予約は、キャンセルとみなしました"),
        ("cancelled", 7, NOTHING_SENT),
        ("ended", 7, NOTHING_SENT),
        ("missed", 8, NOTHING_SENT),
        ("in_session", 8, NOTHING_SENT),
    ],
)
def test_whoever_can_say_it_no_more_reads_what_is_so(state: str, chat: int, says: str) -> None:
    about = booking(state)
    about.chat = chat
    here = Context(DAYS, None, START, Conversation(), 7)  # type: ignore[arg-type]  # no counter is asked
    assert says in said((joining.so_now(here, about),))
    assert said((joining.so_now(here, None),)).startswith(NOTHING_SENT)


@pytest.mark.parametrize(("now", "says"), [(START - SECOND, SOON), (START, BEGUN), (OVER - SECOND, BEGUN)])
async def test_nobody_reads_that_it_is_about_to_start_once_it_has_begun(
    transaction: Transaction, now: datetime, says: str
) -> None:
    visitor = await just_before_the_session(transaction)
    visitor.now = now
    assert (await reads(visitor)).startswith(says)
    assert await offered(visitor) == ["cannot_connect", "late"]


async def test_a_session_that_is_over_when_the_message_comes_says_so_below_the_same_buttons(
    transaction: Transaction,
) -> None:
    visitor = await just_before_the_session(transaction)
    visitor.now = OVER
    assert (await reads(visitor)).startswith(NOTHING_SENT)
    assert await offered(visitor) == ["cannot_connect", "late"]
    await visitor.presses("late")
    assert visitor.conversation.state == "over"
    assert (await reads(visitor)).startswith(NOTHING_SENT)
    assert (await live(visitor)).said == ()


async def test_whoever_says_that_they_are_late_and_cannot_connect_is_helped_with_both(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    for trouble, helped in (("late", "終わる時刻は 10:00 のままです"), ("cannot_connect", "つながらないことを職員に")):
        await visitor.presses(trouble)
        assert visitor.conversation.state == "trouble"
        assert helped in await reads(visitor)
        assert await offered(visitor) == ["cannot_connect", "late"]
    told = await live(visitor)
    assert [each.event for each in told.said] == ["late", "cannot_connect"]
    assert told.contact_at == visitor.now


async def test_whoever_says_it_once_staff_have_started_the_session_is_told_that_it_runs(
    transaction: Transaction,
) -> None:
    visitor = await just_before_the_session(transaction)
    about = (await live(visitor)).id
    assert await visitor.counter.move(await live(visitor), "start", Decision("start", visitor.now, 7, "職員 一号"))
    await visitor.presses("late")
    assert visitor.conversation.state == "over"
    assert (await reads(visitor)).startswith("職員がすでに始めています。")
    found = await visitor.counter.booking(about)
    assert found
    assert found.said == ()


async def test_of_no_session_nothing_is_asked(transaction: Transaction) -> None:
    visitor = await asked_about_no_session(transaction)
    assert visitor.conversation.state == "no_session"
    assert (await reads(visitor)).startswith(NOTHING_SENT)
    await reception.ask(visitor.context, joining.JOINING, "")
    assert visitor.conversation.state == "no_session"


async def test_where_the_session_is_gone_meanwhile_nothing_is_told(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    visitor.conversation.known["about"] = "nothing"
    assert (await reads(visitor), await offered(visitor)) == (said((joining.OVER,)), [])


async def test_whoever_stops_there_is_told_whom_to_call(transaction: Transaction) -> None:
    visitor = await just_before_the_session(transaction)
    await visitor.presses(QUIT)
    assert visitor.conversation.state == "not_told"
    assert "何かあったときは電話してください" in await reads(visitor)


# The card of the staff


@pytest.mark.parametrize(
    ("state", "now", "waits"),
    [
        ("confirmed", JUST_BEFORE, True),
        ("confirmed", OVER - SECOND, True),
        ("confirmed", OVER, False),
        ("in_session", JUST_BEFORE, False),
        ("cancelled", JUST_BEFORE, False),
    ],
)
def test_whoever_is_late_is_waited_for_until_the_session_runs_or_is_over_or_somebody_calls(
    state: str, now: datetime, waits: bool
) -> None:
    about = booking(state)
    about.said = (Decision("late", now),)
    assert helping.waits_for_help(with_a_card(about, now)) is waits
    about.said = (Decision("late", now), Decision("calling", now, 7, "職員 一号"), Decision("cannot_connect", now))
    assert not helping.waits_for_help(with_a_card(about, now))


def test_the_card_says_who_calls_and_since_when() -> None:
    about = booking("confirmed")
    calling = Decision("calling", JUST_BEFORE, 7, "職員 一号")
    about.said = (Decision("late", JUST_BEFORE), calling, Decision("cannot_connect", START))
    assert lines(helping.who_calls(with_a_card(about))) == ["【電話します：職員 一号、9:20】本人に知らせました。"]


def test_where_nobody_calls_the_card_says_what_was_recorded() -> None:
    about = booking("in_session")
    about.said, about.decision = (Decision("late", JUST_BEFORE),), Decision("start", NOW, 7, "職員 一号")
    assert lines(helping.who_calls(with_a_card(about))) == [f"【参加した】職員 一号\u3000{AT}"]


LATE = ["【遅れます】123-456 9:30", "本人からチャットで連絡がありました。"]
CANNOT_CONNECT = [
    "【つながりません】123-456 9:30", "本人からチャットで連絡がありました。試すことは本人に伝えてあります。",
]  # fmt: skip


@pytest.mark.parametrize(
    ("begin", "says"),
    [(at_a_card_of_somebody_who_is_late, LATE), (at_a_card_of_somebody_who_cannot_connect, CANNOT_CONNECT)],
)
async def test_whoever_presses_first_calls_and_the_card_says_so(
    transaction: Transaction, begin: Any, says: list[str]
) -> None:
    staff = await begin(transaction)
    asked = [line.replace("123-456", staff.booking.reference) for line in says]
    assert said((await staff.screen()).say).splitlines() == asked
    assert await offered(staff) == ["calling"]
    await staff.presses("calling")
    assert staff.booking.said == (Decision("calling", JUST_BEFORE, 7, "職員 一号", channel="group"),)
    assert said((await staff.screen()).say).splitlines() == [
        *asked,
        "【電話します：職員 一号、9:20】本人に知らせました。",
    ]
    assert await offered(staff) == []


async def test_of_a_session_that_is_over_nobody_is_called(transaction: Transaction) -> None:
    staff = await at_a_card(transaction, "late", JUST_BEFORE)
    staff.now = OVER
    await staff.presses("calling")
    assert staff.booking
    assert (staff.conversation.state, staff.booking.said) == ("noted", ())


@pytest.mark.parametrize("name", ["late", "cannot_connect"])
async def test_a_card_that_comes_when_the_session_is_over_asks_nothing_and_is_left_by_no_button(
    transaction: Transaction, name: str
) -> None:
    staff = await at_a_card(transaction, name, OVER)
    assert (staff.conversation.state, await offered(staff)) == ("noted", [])
    staff.now = JUST_BEFORE
    staff.conversation.start(name, "x", {})
    await CARDS[name].begin(staff.context)
    assert await staff.presses(QUIT) == OLD_BUTTON
    assert staff.conversation.state == "help"
