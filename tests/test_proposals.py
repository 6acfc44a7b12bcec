"""Other times in the chat: a button for each, confirmed at once or asked anew; and what staff's other acts send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import TownDesk, Visitor, town_with_desk
from tests.faults import drained
from tests.letters import body
from tests.test_desk_arranging import sends, value
from tests.town import Town, requested

URL = "https://teleoffice.example/join?code=abc123"
TARO_MAIL = "taro@example.jp"
Both = tuple[Town, TownDesk]


@pytest.fixture
async def both(tmp_path: Path, database_url: str) -> AsyncIterator[Both]:
    async with town_with_desk(tmp_path / "data", database_url) as opened:
        yield opened


async def at_the_desk(both: Both, page: str = "") -> Visitor:
    """A counsellor with the page of Taro's booking open."""
    place, desk = both
    [(booking,)] = await place.rows("SELECT id FROM booking ORDER BY requested_at DESC LIMIT 1")
    visitor = await desk.signed_in()
    await visitor.opens(f"/bookings/{booking}{page}")
    return visitor


async def proposed(both: Both, *times: str) -> Visitor:
    await requested(both[0])
    visitor = await at_the_desk(both, "/times")
    assert await sends(visitor, "この日時を案内する", *times) == 303
    return visitor


async def test_the_person_takes_one_of_the_times_and_it_is_confirmed_at_once(both: Both) -> None:
    place, _ = both
    await proposed(both, "2026-11-25 10:00", "2026-11-26 13:00")
    await place.taro.sees("【別の日時のご案内】")
    letter = await place.mailbox.gets("【別の日時のご案内】", to=TARO_MAIL)
    assert "11月25日(水) 10:00\n11月26日(木) 13:00" in body(letter, "text/plain")
    await place.group.sees("ほかの日時を案内")
    await place.taro.presses("11月26日(木) 13:00")
    await place.taro.sees("11月26日(木) 13:00 を選びました")
    assert "13:00" in (await place.taro.sees("【予約が確定しました】")).text
    confirmation = await place.mailbox.gets("【予約が確定しました】11月26日(木) 13:00", to=TARO_MAIL)
    assert "20261126T040000Z" in body(confirmation, "text/calendar")
    await place.group.sees("本人が日時を選択")
    assert await place.rows("SELECT count(*) FROM hold") == [(1,)]
    await place.turn_clock("2026-11-25 15:00")
    await place.taro.sees("【予約のお知らせ】11月26日(木) 13:00")


async def test_one_time_alone_is_taken_by_its_own_button(both: Both) -> None:
    place, _ = both
    await proposed(both, "2026-11-25 10:00")
    await place.taro.sees("【別の日時のご案内】11月25日(水) 10:00")
    await place.taro.presses("この日時にする")
    await place.taro.sees("【予約が確定しました】")


async def test_whoever_wants_none_of_them_is_invited_to_ask_anew(both: Both) -> None:
    place, _ = both
    await proposed(both, "2026-11-25 10:00", "2026-11-26 13:00")
    await place.taro.sees("【別の日時のご案内】")
    await place.taro.presses("ほかの日時を選ぶ")
    await place.taro.sees("この申し込みを終了しました")
    assert await place.rows("SELECT state FROM booking") == [("cancelled",)]
    assert await place.rows("SELECT count(*) FROM hold") == [(0,)]
    await place.taro.presses("予約を申し込む")
    await place.taro.sees("質問1／3")


async def test_mine_shows_the_times_again_however_the_chat_went_on(both: Both) -> None:
    place, _ = both
    await proposed(both, "2026-11-25 10:00", "2026-11-26 13:00")
    await place.taro.sees("【別の日時のご案内】")
    await place.taro.presses("やめる")
    await place.taro.sees("/mine からいつでも選べます")
    await place.taro.says("/mine")
    await place.taro.sees("【別の日時のご案内】")
    await place.taro.presses("11月25日(水) 10:00")
    await place.taro.sees("【予約が確定しました】")


async def test_an_answer_to_times_that_have_lapsed_says_so(both: Both) -> None:
    place, _ = both
    await proposed(both, "2026-11-25 10:00", "2026-11-26 13:00")
    await place.taro.sees("【別の日時のご案内】")
    await place.turn_clock("2026-11-20 17:15")
    await place.taro.sees("【申し込みを終了しました】")
    await place.taro.presses("11月26日(木) 13:00")
    await place.taro.sees("選ぶ期限が過ぎたか")
    assert await place.rows("SELECT state FROM booking") == [("lapsed",)]
    await place.taro.says("/book")
    await place.taro.sees("質問1／3")


async def test_the_night_is_not_disturbed_by_a_proposal(both: Both) -> None:
    place, _ = both
    await requested(place)
    await place.turn_clock("2026-11-19 21:30")
    visitor = await at_the_desk(both, "/times")
    await sends(visitor, "この日時を案内する", "2026-11-25 10:00")
    await place.mailbox.gets("【別の日時のご案内】", to=TARO_MAIL)
    await drained(place)
    assert "【別の日時のご案内】" not in str(place.taro)
    await place.turn_clock("2026-11-20 08:00")
    await place.taro.sees("【別の日時のご案内】")


async def test_the_url_goes_by_mail_alone_and_the_reminder_then_names_it(both: Both) -> None:
    place, _ = both
    await requested(place)
    visitor = await at_the_desk(both)
    await visitor.presses("確定する", url=URL)
    letter = await place.mailbox.gets("【ビデオ通話のURL】", to=TARO_MAIL)
    assert URL in body(letter, "text/plain")
    assert "teleoffice.example" not in body(letter, "text/calendar")
    await place.taro.sees("【URLを送りました】")
    await drained(place)
    await visitor.opens(visitor.shown.path)
    await visitor.presses("URLを送る", url=URL + "x")
    await place.taro.sees("【URLが変わりました】")
    changed = body(place.mailbox.letters[-1], "text/plain")
    assert "前のURLは使わないでください" in changed
    assert URL + "x" in changed
    await place.turn_clock("2026-11-20 15:00")
    assert "メールで届いたURLを確かめる" in (await place.taro.sees("【予約のお知らせ】")).text
    for chat in (place.taro.chat, place.group.chat):
        assert not [message for message in chat.history if "teleoffice.example" in message.text]


async def test_a_corrected_address_gets_what_it_missed(both: Both) -> None:
    place, _ = both
    await requested(place)
    place.mailbox.answer = "550 5.1.1 no such user"
    visitor = await at_the_desk(both)
    await visitor.presses("確定する")
    await place.taro.sees("【確定の手続き中です】")
    place.mailbox.answer = None
    await visitor.opens(visitor.shown.path)
    await visitor.presses("訂正する", email="hanako@example.jp")
    await place.mailbox.gets("【予約が確定しました】", to="hanako@example.jp")
    await place.taro.sees("【予約が確定しました】")


async def test_the_office_cancels_in_words_of_its_own_and_takes_the_entry_out_of_the_calendar(both: Both) -> None:
    place, _ = both
    await requested(place)
    visitor = await at_the_desk(both)
    await visitor.presses("確定する")
    await place.taro.sees("【予約が確定しました】")
    await visitor.opens(visitor.shown.path)
    await visitor.presses("予約をキャンセルする", channel="office", reason="equipment")
    assert "設備や通信の不具合" in (await place.taro.sees("【中止のお知らせ】")).text
    letter = await place.mailbox.gets("【中止のお知らせ】", to=TARO_MAIL)
    assert "METHOD:CANCEL" in body(letter, "text/calendar")
    await place.group.sees("安定所の都合で中止")


async def test_a_move_names_both_times_and_the_calendar_follows(both: Both) -> None:
    place, _ = both
    await requested(place)
    visitor = await at_the_desk(both)
    await visitor.presses("確定する")
    await place.taro.sees("【予約が確定しました】")
    visitor = await at_the_desk(both, "/times")
    assert await sends(visitor, "この日時に変更する", "2026-11-26 13:00", channel="phone") == 303
    moved = (await place.taro.sees("【変更が確定しました】")).text
    assert "前の日時（11月24日(火) 9:30）" in moved
    entries = [body(letter, "text/calendar") for letter in place.mailbox.to(TARO_MAIL)]
    numbers = [int(entry.partition("SEQUENCE:")[2].split()[0]) for entry in entries]
    assert numbers == sorted(set(numbers)), "each later entry has a higher number"
    assert "20261126T040000Z" in entries[-1]
    await place.turn_clock("2026-11-24 08:30")
    await drained(place)
    assert "【1時間後に始まります】" not in str(place.taro)
    assert "【予約のお知らせ】" not in str(place.taro)


async def test_staff_accept_on_the_phone_and_the_chat_follows(both: Both) -> None:
    place, _ = both
    visitor = await proposed(both, "2026-11-25 10:00", "2026-11-26 13:00")
    await place.taro.sees("【別の日時のご案内】")
    await visitor.presses("この日時で確定する", slot=value("2026-11-26 13:00"), channel="phone")
    await place.taro.sees("【予約が確定しました】")
    await place.taro.presses("11月25日(水) 10:00")
    await place.taro.sees("選ぶ期限が過ぎたか")
    assert await place.rows("SELECT state FROM booking") == [("confirmed",)]
