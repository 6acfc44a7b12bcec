"""Nothing is lost and nothing happens twice: whatever is repeated, hung, refused or away in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.typing import EventDict

from bot.lanes import Lanes
from bot.playground.people import Person
from tests.faults import locked
from tests.town import OFFICE_MAIL, Town, book, town
from tests.usual_answers import comes_to

SAID = ("sendMessage", "editMessageText")
REFUSED_FOR_A_WHILE = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")  # the library's


@pytest.fixture
async def closed(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town whose bot is not running."""
    async with town(tmp_path / "data", database_url, started=False) as opened:
        yield opened


async def until_logged(place: Town, logged: list[EventDict], event: str) -> EventDict:
    """The bot asks for updates now and then while one is in hand, so the server sees something change."""
    return await place.server.until(lambda: next((each for each in logged if each["event"] == event), None), timeout=20)


WALK: list[tuple[Callable[[Person], Awaitable[object]], str]] = [
    (lambda taro: taro.says("/book"), "同意して進む"),
    (lambda taro: taro.presses("同意して進む"), "質問1／3"),
    (lambda taro: taro.presses("はい"), "質問2／3"),
    (lambda taro: taro.presses("はい"), "質問3／3"),
    (lambda taro: taro.presses("はい"), "職業安定法"),
    (lambda taro: taro.presses("続ける"), "お名前を入力"),
    (lambda taro: taro.says("川越 太郎"), "求職番号を入力"),
    (lambda taro: taro.says("11030-01234567"), "求職登録をしたのは"),
    (lambda taro: taro.presses("わからない"), "希望する日"),
    (lambda taro: taro.presses(taro.screen.labels[0]), "希望する時間"),
    (lambda taro: taro.presses("9:30"), "メールアドレスを入力"),
    (lambda taro: taro.says("taro@icloud.com"), "電話番号を入力"),
    (lambda taro: taro.says("090-1234-5678"), "同席する方"),
    (lambda taro: taro.presses("なし"), "ご確認ください"),
    (lambda taro: taro.presses("この内容で申し込む"), "【受け付けました】"),
]


def shows(taro: Person, words: str) -> bool:
    on_buttons = any(words in label for message in taro.messages for label in message.labels)
    return on_buttons or any(words in message.text for message in taro.messages if message.from_bot)


async def test_an_update_is_not_confirmed_before_it_is_committed(closed: Town) -> None:
    await closed.start()
    taro, server = closed.taro, closed.server
    async with locked(closed):
        await taro.says("/start")
        await server.until(lambda: server.calls[-1].method == "getUpdates" and server.calls[-1].params["timeout"] == 0)
        assert [update["message"]["text"] for update in server.cloud.pending] == ["/start"]
    await taro.sees("オンライン職業相談")
    await server.settled()


async def test_an_update_that_comes_again_has_no_second_effect(place: Town) -> None:
    taro, cloud = place.taro, place.server.cloud
    await book(taro, send=False)
    await taro.presses("この内容で申し込む")
    sent = cloud.pending[-1]
    await taro.sees("【受け付けました】")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.group.sees("確定期限")
    await place.server.settled()
    before = await everything(place)
    for _ in range(2):
        cloud.pending.append(sent)
        cloud.changed()
        await place.server.settled()
    assert await everything(place) == before
    assert len(place.mailbox.letters) == 1


async def everything(place: Town) -> list[list[tuple[Any, ...]]]:
    """What is booked, promised and answered, once all that is in hand has been done."""
    await place.app.lanes.finish(10)
    asked = (
        "SELECT id, state FROM booking",
        "SELECT key FROM notice ORDER BY key",
        "SELECT turns FROM conversation ORDER BY chat_id, subject",
    )
    return [await place.rows(sql) for sql in asked]


async def test_a_typed_answer_that_comes_again_answers_no_second_question(small: Town) -> None:
    taro, cloud = small.taro, small.server.cloud
    for does, words in WALK[:6]:
        await does(taro)
        await small.server.until(partial(shows, taro, words))
    await taro.says("川越 太郎")
    typed = cloud.pending[-1]
    await taro.sees("求職番号を入力")
    await small.server.settled()
    cloud.pending.append(typed)
    cloud.changed()
    await small.server.settled()
    assert "求職番号を入力" in taro.screen.text
    assert "合いませんでした" not in taro.screen.text


def strange(person: Person) -> dict[str, Any]:
    """A message without its sender."""
    return {"message_id": 1, "date": 0, "chat": {"id": person.id, "type": "private"}, "text": "/start"}


async def test_an_update_that_fails_three_times_is_set_aside_and_its_person_told(place: Town) -> None:
    await place.taro.says("/start")
    await place.taro.sees("オンライン職業相談")
    place.server.cloud.push("message", strange(place.taro))
    await place.taro.sees("システムに不具合がありました")
    await place.server.settled()
    [(error,)] = await place.rows("SELECT error FROM seen_update WHERE error <> ''")
    assert "message" in error


async def test_staff_get_one_alert_for_many_updates_that_fail_alike(small: Town) -> None:
    for person in (small.taro, small.server.person("別の人"), small.server.person("三人目")):
        small.server.cloud.push("message", strange(person))
    await small.group.sees("message without what it should have")
    await small.server.settled()
    assert await small.rows("SELECT count(*) FROM notice WHERE kind = 'sorry'") == [(3,)]
    assert await small.rows("SELECT count(*) FROM notice WHERE kind = 'alert'") == [(1,)]


async def test_others_are_served_while_an_update_fails(small: Town) -> None:
    hanako = small.server.person("川越 花子", language_code="ja")
    small.server.cloud.push("message", strange(small.taro))
    await hanako.says("/help")
    await hanako.sees("使い方", timeout=3)


async def test_who_had_an_update_set_aside_can_go_on_and_finish(small: Town) -> None:
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    small.server.cloud.push("message", strange(small.taro))
    await small.taro.sees("システムに不具合がありました")
    await book(small.taro)
    await small.taro.sees("【受け付けました】")


@pytest.mark.parametrize("body", [{}, {"message_id": "x", "chat": []}, {"chat": {"id": "x", "type": "private"}}])
async def test_a_malformed_update_stops_nobody(small: Town, body: dict[str, Any]) -> None:
    small.server.cloud.push("message", body)
    await small.taro.says("/help")
    await small.taro.sees("使い方")
    await small.server.settled()


async def test_a_screen_that_was_shown_is_not_shown_again_at_the_next_start(small: Town) -> None:
    await small.taro.says("/help")
    await small.taro.sees("使い方")
    await small.server.settled()
    await small.stop()
    before = len(small.server.calls)
    await small.start()
    hanako = small.server.person("川越 花子", language_code="ja")
    await hanako.says("/help")
    await hanako.sees("使い方")
    assert [call.method for call in small.server.calls[before:] if call.chat_id == small.taro.id] == []


async def test_answers_sent_without_waiting_are_taken_in_their_order(place: Town) -> None:
    taro = place.taro
    for does, words in WALK[:6]:
        await does(taro)
        await place.server.until(partial(shows, taro, words))
    await taro.says("川越 太郎")
    await taro.says("11030-01234567")
    await comes_to(taro, "希望する日")
    assert "合いませんでした" not in str(taro)


STRANGE: tuple[tuple[str, Any], ...] = (
    ("message", "x"),
    ("message", {"chat": {"id": [1], "type": "private"}}),
    ("message", {"chat": {"id": 2**70, "type": "private"}, "from": {"id": 2**70}, "message_id": 1, "text": "hi"}),
    ("message", {"chat": {"id": -7, "type": "private"}, "from": {"id": 7}, "message_id": 1, "text": "/start"}),
    ("callback_query", "x"),
    ("callback_query", {"id": "1", "from": {"id": 2**70}, "data": 5}),
    ("edited_message", [1]),
    ("my_chat_member", {"chat": {}}),
)


async def test_updates_without_what_they_should_have_stop_nobody(place: Town) -> None:
    for kind, body in STRANGE:
        place.server.cloud.push(kind, body)
    await place.taro.says("/start")
    await place.taro.sees("予約窓口", timeout=30)
    await place.server.settled(timeout=30)
    assert await place.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(len(STRANGE),)]
    assert await place.rows("SELECT count(*) FROM conversation") == [(1,)], "nobody but who said /start"


async def test_what_fails_in_a_lane_holds_up_nothing_behind_it() -> None:
    lanes, done = Lanes(), []

    async def fail() -> None:
        raise LookupError

    async def work() -> None:
        done.append("work")

    lanes.put("a lane", fail)
    lanes.put("a lane", work)
    await lanes.finish(5)
    assert done == ["work"]


async def test_a_form_of_an_unknown_version_is_closed_after_its_day(place: Town) -> None:
    await place.taro.says("/book")
    await place.taro.sees("利用規約に同意して")
    await place.taro.presses("同意して進む")
    await place.taro.sees("質問1／3")
    await place.app.lanes.finish(5)
    await place.app.database.run(lambda t: t.execute(text("UPDATE conversation SET state = 'long_gone'")))
    await place.turn_clock("2026-11-20 11:00")
    await place.taro.sees("予約窓口")
