"""Staff are asked who came: ten minutes after the start, and the next business morning; nobody is missed by a clock."""

from __future__ import annotations

import pytest

from bot.database import Transaction
from flows import clock
from flows.counter import Decision
from tests.counters import DAYS
from tests.faults import drained
from tests.test_deciding import card_has
from tests.test_notices import TARO_MAIL, confirmed
from tests.town import Clock, Town

ASKS, JOINED, IN_TOUCH, NO_CONTACT = (
    "【開始から10分】", "参加した", "電話などの連絡あり", "連絡なし（キャンセルとみなす）",
)  # fmt: skip
ASKS_OUTCOME, HELD = "【結果が未入力】", "実施した"
MISSED, CORRECTED = "【キャンセルとみなしました】", "【記録を訂正しました】"


async def asked(place: Town) -> None:
    """A session of 2026-11-24 at 9:30; it is 9:40, and staff are asked who came."""
    await confirmed(place)
    await place.turn_clock("2026-11-24 09:40")
    await place.group.sees(ASKS)


async def asked_for_an_outcome(place: Town) -> None:
    """Nobody said anything; it is 8:45 of the next day."""
    await asked(place)
    await place.turn_clock("2026-11-24 10:15")
    await place.server.until(lambda: not cards(place, JOINED))
    await place.turn_clock("2026-11-25 08:45")
    await place.group.sees(ASKS_OUTCOME)


def cards(place: Town, label: str) -> int:
    """How many cards of the group have this button."""
    return sum(label in message.labels for message in place.group.messages)


async def state(place: Town) -> str:
    return str((await place.rows("SELECT state FROM booking"))[0][0])


async def move(place: Town, event: str, reason: str = "") -> None:
    """Somebody does this at the desk."""
    [(booking_id,)] = await place.rows("SELECT id FROM booking")

    async def work(transaction: Transaction) -> None:
        counter = place.app.kit.counter(transaction, place.clock(), place.taro.id, "ja")
        booking = await counter.booking(str(booking_id))
        assert booking
        assert await counter.move(booking, event, Decision(event, place.clock(), 701, "責任者 一号", reason, "desk"))

    await place.app.database.run(work)
    place.app.sender.wake.set()


async def test_4_4_ii_ten_minutes_after_the_start_staff_are_asked_and_not_before(place: Town) -> None:
    await confirmed(place)
    await place.turn_clock("2026-11-24 09:39")
    await drained(place)
    assert ASKS not in str(place.group)
    await place.turn_clock("2026-11-24 09:40")
    card = await place.group.sees(ASKS)
    assert card.labels == [JOINED, IN_TOUCH, NO_CONTACT]
    assert not {"川越 太郎", TARO_MAIL} & set(card.text.split()), "no personal data in the group"
    assert await state(place) == "confirmed"


async def test_who_joined_is_in_session_and_the_card_says_who_said_so(small: Town) -> None:
    await asked(small)
    card = await small.group.sees(ASKS)
    await small.staff.presses_in(small.group, JOINED)
    done = await card_has(small, small.group, card, "【参加した】職員 一号")
    assert done.labels == []
    assert await state(small) == "in_session"
    assert await small.rows("SELECT who, name, channel FROM decision WHERE event = 'start'") == [
        (small.staff.id, "職員 一号", "group")
    ]


async def test_who_was_in_touch_keeps_the_booking_and_is_asked_about_the_next_morning(small: Town) -> None:
    await asked(small)
    card = await small.group.sees(ASKS)
    await small.staff.presses_in(small.group, IN_TOUCH)
    await card_has(small, small.group, card, "【連絡あり 9:40】")
    assert await state(small) == "confirmed"
    assert await small.rows("SELECT what, who, name FROM record WHERE what = 'contact_noted'") == [
        ("contact_noted", small.staff.id, "職員 一号")
    ]
    await small.turn_clock("2026-11-24 10:15")
    await small.turn_clock("2026-11-25 08:45")
    await small.group.sees(ASKS_OUTCOME)
    await small.staff.presses_in(small.group, NO_CONTACT)
    await small.group.sees("9:40に参加または連絡の記録があります")
    assert await state(small) == "ended", "that takes a second look"
    await small.staff.presses_in(small.group, NO_CONTACT)
    await small.server.until(lambda: not cards(small, NO_CONTACT))
    assert await small.rows("SELECT reason FROM decision WHERE event = 'miss'") == [("despite_contact",)]


async def test_4_4_ii_who_is_recorded_as_no_contact_is_told_by_chat_and_letter_and_how_to_object(place: Town) -> None:
    await asked(place)
    await place.staff.presses_in(place.group, NO_CONTACT)
    said = await place.taro.sees(MISSED)
    assert "お心当たりのない方は、電話でお知らせください" in said.text
    letter = await place.mailbox.gets("キャンセルとみなしました", to=TARO_MAIL)
    body = letter.get_body(("plain",))
    assert body is not None
    assert "第4条(4)" in body.get_content()
    assert await state(place) == "missed"


async def test_who_is_recorded_in_the_night_reads_it_in_the_morning(small: Town) -> None:
    await asked(small)
    await small.turn_clock("2026-11-24 21:30")
    await move(small, "miss")
    await small.mailbox.gets("キャンセルとみなしました", to=TARO_MAIL)
    await drained(small)
    assert MISSED not in str(small.taro)
    await small.turn_clock("2026-11-25 08:00")
    await small.taro.sees(MISSED)


async def test_4_4_ii_a_wrong_no_contact_that_is_corrected_is_told_too(place: Town) -> None:
    await asked(place)
    await place.staff.presses_in(place.group, NO_CONTACT)
    await place.taro.sees(MISSED)
    await place.turn_clock("2026-11-24 13:00")
    await move(place, "correct", "joined")
    assert "今後のご利用に影響はありません" in (await place.taro.sees(CORRECTED)).text
    await place.mailbox.gets("記録を訂正しました", to=TARO_MAIL)
    assert await state(place) == "ended"
    await place.turn_clock("2026-11-25 08:45")
    await place.group.sees(ASKS_OUTCOME)
    await place.staff.presses_in(place.group, HELD)
    await place.server.until(lambda: not cards(place, HELD))
    assert await state(place) == "finished"


async def test_who_was_started_at_the_desk_is_not_asked_about(small: Town) -> None:
    await confirmed(small)
    await small.turn_clock("2026-11-24 09:30")
    await move(small, "start")
    await small.turn_clock("2026-11-24 09:40")
    await drained(small)
    assert ASKS not in str(small.group)


async def test_a_card_that_was_answered_at_the_desk_loses_its_buttons(small: Town) -> None:
    await asked(small)
    card = await small.group.sees(ASKS)
    await move(small, "start")
    done = await card_has(small, small.group, card, "【参加した】責任者 一号")
    assert done.labels == []


async def test_a_session_without_outcome_is_asked_for_again_on_the_next_business_morning(place: Town) -> None:
    await asked(place)
    await place.turn_clock("2026-11-24 10:15")
    await place.server.until(lambda: not cards(place, JOINED))
    assert await state(place) == "ended"
    await place.turn_clock("2026-11-25 08:44")
    await drained(place)
    assert ASKS_OUTCOME not in str(place.group)
    await place.turn_clock("2026-11-25 08:45")
    card = await place.group.sees(ASKS_OUTCOME)
    assert card.labels == [HELD, NO_CONTACT]
    await place.staff.presses_in(place.group, HELD)
    await card_has(place, place.group, card, "【実施した】職員 一号")
    assert await state(place) == "finished"


async def test_a_session_whose_outcome_is_there_is_not_asked_for_again(small: Town) -> None:
    await asked(small)
    await small.staff.presses_in(small.group, JOINED)
    await small.server.until(lambda: not cards(small, JOINED))
    await move(small, "finish")
    await small.turn_clock("2026-11-25 08:45")
    await drained(small)
    assert ASKS_OUTCOME not in str(small.group)


async def test_where_the_bot_was_away_all_day_it_asks_for_the_outcome_and_not_who_came(small: Town) -> None:
    await confirmed(small)
    await small.turn_clock("2026-11-25 08:50")
    await small.group.sees(ASKS_OUTCOME)
    await small.staff.presses_in(small.group, HELD)
    await small.server.until(lambda: not cards(small, HELD))
    await drained(small)
    assert ASKS not in str(small.group)
    assert await state(small) == "finished"


async def test_4_4_ii_nobody_is_marked_by_the_clock_however_long_staff_are_silent(small: Town) -> None:
    await asked_for_an_outcome(small)
    for moment in ("2026-11-26 08:45", "2026-11-30 08:45", "2026-12-24 08:45"):
        await small.turn_clock(moment)
        await drained(small)
    assert await state(small) == "ended"
    assert MISSED not in str(small.taro)
    assert small.mailbox.to(TARO_MAIL)[-1]["Subject"].startswith("【予約が確定しました】")


async def test_of_two_who_press_at_once_one_has_recorded_it_and_the_other_reads_what(place: Town) -> None:
    await asked(place)
    card = await place.group.sees(ASKS)
    await place.staff.presses_in(place.group, JOINED)
    await place.colleague.presses_in(place.group, NO_CONTACT)
    await place.server.until(lambda: place.staff.alerts and place.colleague.alerts)
    assert "【参加した】職員 一号" in place.colleague.alerts[-1].text
    assert place.colleague.alerts[-1].show_alert
    await card_has(place, place.group, card, "【参加した】職員 一号")
    assert await place.rows("SELECT event FROM decision WHERE event IN ('start', 'miss')") == [("start",)]


async def test_an_old_button_pressed_after_the_outcome_changes_nothing(small: Town) -> None:
    await asked(small)
    card, button = small.group.find(NO_CONTACT)
    await small.staff.presses_in(small.group, JOINED)
    await small.server.until(lambda: not cards(small, JOINED))
    await small.colleague.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: small.colleague.alerts)
    assert "参加した" in small.colleague.alerts[-1].text
    assert await state(small) == "in_session"


@pytest.mark.parametrize(
    ("start", "asked_at"),
    [
        ("2026-11-24 09:30", "2026-11-25 08:45"),
        ("2026-11-20 15:30", "2026-11-24 08:45"),  # Friday; Monday is 勤労感謝の日
        ("2026-12-28 13:00", "2027-01-04 08:45"),
    ],
)
def test_an_outcome_is_asked_for_with_the_first_list_of_the_next_business_day(start: str, asked_at: str) -> None:
    assert clock.outcome_asked_at(DAYS, Clock(start)()) == Clock(asked_at)()
