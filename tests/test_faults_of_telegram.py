"""Telegram refuses, breaks off, hangs or is away: what people see, what staff see, what waits, and that it drains.

Nothing is lost, and nothing comes twice; where Telegram did the work and its answer was lost, one more copy may come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from structlog.typing import EventDict

from bot.playground.server import Fault
from tests.faults import copies, drained, next_try
from tests.town import OFFICE_MAIL, Town, book

SAID = ("sendMessage", "editMessageText")
PROXY = "<html><body><h1>502 Bad Gateway</h1></body></html>"
UNTOUCHED = {
    "500": Fault(status=500),
    "502": Fault(status=502),
    "a proxy's page": Fault(status=502, body=PROXY),
    "a reset": Fault(drop="before"),
}
DONE_ALL_THE_SAME = {
    "a reset after the work": Fault(drop="after"),
    "half an answer": Fault(drop="half"),
    "half of a JSON": Fault(body='{"ok": true, "resu'),
    "no JSON": Fault(body=PROXY),
    "no result": Fault(body='{"ok": true}'),
    "a list": Fault(body="[]"),
}


def at(methods: tuple[str, ...], fault: Fault, times: int = 1000) -> Callable[[str, Mapping[str, Any]], Fault | None]:
    """The fault, at the first calls of these methods."""
    left = iter(range(times))
    return lambda method, params: fault if method in methods and next(left, None) is not None else None


async def a_little_later(place: Town) -> None:
    """A minute goes by on the bot's clock: what is owed or was put back is due."""
    place.clock.now += timedelta(minutes=1)
    place.app.sender.wake.set()


def tried(place: Town) -> set[int | None]:
    return {call.chat_id for call in place.server.calls if call.method in SAID}


async def asks_while(place: Town, fault: Fault) -> None:
    """Taro sends his request, and no word of the bot's arrives; in the database it stands, and the letter has gone."""
    await book(place.taro, send=False)
    await place.server.settled()
    place.server.calls.clear()
    place.server.fault = at(SAID, fault)
    await place.taro.presses("この内容で申し込む")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.server.until(lambda: {place.taro.id, place.group.id} <= tried(place) or place.app.api.held)
    assert await place.rows("SELECT state FROM booking") == [("requested",)]


@pytest.mark.parametrize("kind", [*UNTOUCHED, *DONE_ALL_THE_SAME])
async def test_what_telegram_does_not_take_waits_and_comes_when_it_does(small: Town, kind: str) -> None:
    """The person sees the review as it was, staff see nothing new; both get theirs once Telegram takes it again."""
    fault = {**UNTOUCHED, **DONE_ALL_THE_SAME}[kind]
    await asks_while(small, fault)
    if kind in UNTOUCHED:
        assert copies(small.taro, "【受け付けました】") == copies(small.group, "確定期限") == 0
    small.server.fault = None
    await a_little_later(small)
    await small.taro.sees("【受け付けました】")
    await small.group.sees("確定期限")
    await drained(small)
    most = 1 if kind in UNTOUCHED else 2
    assert 1 <= copies(small.taro, "【受け付けました】") <= most
    assert 1 <= copies(small.group, "確定期限") <= most
    assert len(small.mailbox.letters) == 1
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")


async def test_after_a_429_the_screen_comes_when_telegram_wants_it(small: Town) -> None:
    small.server.fault = at(SAID, Fault(retry_after=1), times=1)
    await small.taro.says("/help")
    await small.taro.sees("使い方")
    refused, said = small.server.called("sendMessage")[-2:]
    assert (refused.status, said.status) == (429, 200)
    assert (said.at - refused.at).total_seconds() >= 1


@pytest.mark.parametrize(
    "waits", [Fault(retry_after=1), Fault(status=429, body=PROXY)], ids=["said how long", "not said"]
)
async def test_a_429_of_one_chat_halts_the_sending_to_all(small: Town, waits: Fault) -> None:
    """Others see nothing for that long; then everybody is answered, once."""
    small.server.fault = at(SAID, waits, times=1)
    hanako = small.server.person("川越 花子", language_code="ja")
    await small.taro.says("/help")
    await small.server.until(lambda: small.server.called("sendMessage"))
    await hanako.says("/help")
    await hanako.sees("使い方")
    await small.taro.sees("使い方")
    refused, *said = small.server.called("sendMessage")
    assert all((call.at - refused.at).total_seconds() >= 1 for call in said)
    assert copies(hanako, "使い方") == copies(small.taro, "使い方") == 1


async def test_a_429_for_longer_than_a_call_waits_keeps_letters_going_and_loses_nothing(small: Town) -> None:
    """As after a `retry_after` of an hour: people and staff see nothing new, the letter goes, a press waits."""
    await book(small.taro)
    await small.group.sees("確定期限")
    await small.staff.presses_in(small.group, "お断りする")
    await small.staff.presses_in(small.group, (await small.group.sees("お断りする理由")).labels[-1])
    await drained(small)
    small.server.calls.clear()
    small.app.api.longest_wait = 0.0
    small.server.fault = at(("sendMessage",), Fault(retry_after=2), times=1)
    hanako = small.server.person("川越 花子", language_code="ja")
    await hanako.says("/help")
    await small.server.until(lambda: any(call.status == 429 for call in small.server.calls))
    await small.app.lanes.finish(5)
    await small.staff.presses_in(small.group, "確定する")
    await small.colleague.presses_in(small.group, "お断りする")
    await small.mailbox.gets("予約が確定しました", to="taro@example.jp")
    assert small.app.api.held
    await small.server.until(lambda: small.colleague.alerts)
    await a_little_later(small)
    await small.taro.sees("【予約が確定しました】")
    await hanako.sees("使い方")
    await drained(small)
    refused, *others = [call for call in small.server.calls if call.method != "getUpdates"]
    assert all((call.at - refused.at).total_seconds() >= 2 for call in others)
    assert "職員 一号" in small.colleague.alerts[-1].text
    assert copies(small.taro, "【予約が確定しました】") == copies(hanako, "使い方") == 1
    assert await small.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]


@pytest.mark.parametrize("kind", [*UNTOUCHED, *DONE_ALL_THE_SAME])
async def test_updates_that_could_not_be_fetched_are_fetched_later_and_logged_in_two_lines(
    small: Town, kind: str, logged: list[EventDict]
) -> None:
    """`getUpdates` itself fails five times: the person waits, is answered once, and the log has begin and end."""
    small.server.fault = at(("getUpdates",), {**UNTOUCHED, **DONE_ALL_THE_SAME}[kind], times=5)
    hanako = small.server.person("川越 花子", language_code="ja")
    await small.taro.says("/help")  # the poll under way takes this one
    await small.taro.sees("使い方")
    await hanako.says("/help")
    await hanako.sees("使い方", timeout=20)
    await drained(small)
    assert copies(small.taro, "使い方") == copies(hanako, "使い方") == 1
    assert [each["event"] for each in logged if "Telegram" in each["event"]] == [
        "Telegram does not answer; waiting",
        "Telegram answers again",
    ]


async def test_a_429_of_the_polling_is_obeyed(small: Town) -> None:
    small.server.fault = at(("getUpdates",), Fault(retry_after=1), times=1)
    await small.taro.says("/help")
    await small.server.until(lambda: any(call.status == 429 for call in small.server.called("getUpdates")))
    await small.server.settled()
    refused = next(n for n, call in enumerate(small.server.called("getUpdates")) if call.status == 429)
    first, second = small.server.called("getUpdates")[refused : refused + 2]
    assert (second.at - first.at).total_seconds() >= 1


async def test_another_poller_is_survived(small: Town, logged: list[EventDict]) -> None:
    conflict = Fault(status=409, description="Conflict: terminated by other getUpdates request")
    small.server.fault = at(("getUpdates",), conflict, times=1)
    hanako = small.server.person("川越 花子", language_code="ja")
    for person in (small.taro, hanako):
        await person.says("/help")
        await person.sees("使い方", timeout=15)
    assert [each["error"] for each in logged if "does not answer" in each["event"]] == ["Conflict"]


async def test_telegram_is_away_for_an_hour(place: Town, logged: list[EventDict]) -> None:
    """Nobody sees anything, the office has its letter; what people wrote and what was promised comes afterwards."""
    hanako = place.server.person("川越 花子", language_code="ja")
    await hanako.says("/help")
    await hanako.sees("使い方")
    await asks_while(place, Fault(drop="before"))
    await place.server.goes_away()
    await hanako.says("/start")
    await hanako.says("/help")
    began = place.clock.now
    while place.clock.now < began + timedelta(hours=1):
        await next_try(place, "received", "card")
    assert copies(place.taro, "【受け付けました】") == copies(place.group, "確定期限") == 0
    place.server.fault = None
    await place.server.comes_back()
    await place.taro.sees("【受け付けました】")
    await place.group.sees("確定期限")
    await hanako.sees("使い方")
    await drained(place)
    assert copies(place.taro, "【受け付けました】") == copies(place.group, "確定期限") == 1
    assert copies(hanako, "予約窓口") == 3
    lines = [each["event"] for each in logged if "Telegram" in each["event"]]
    assert lines == ["Telegram does not answer; waiting", "Telegram answers again"]


async def test_a_call_that_hangs_holds_up_nobody_else(small: Town) -> None:
    """The person sees nothing for a while, others are answered, staff get their card; then the screen comes, once."""
    hanako = small.server.person("川越 花子", language_code="ja")
    small.server.fault = lambda method, params: Fault(hang=True) if params.get("chat_id") == small.taro.id else None
    await small.taro.says("/help")
    await small.server.until(lambda: any(call.chat_id == small.taro.id for call in small.server.calls))
    await book(hanako)
    await hanako.sees("【受け付けました】")
    await small.group.sees("確定期限")
    small.server.fault = None
    await small.app.lanes.finish(20)
    await a_little_later(small)
    await small.taro.sees("使い方")
    await drained(small)
    assert copies(small.taro, "使い方") == 1


@pytest.mark.parametrize("fault", [Fault(status=502), Fault(drop="before"), Fault(retry_after=1)], ids=str)
async def test_a_press_of_staff_waits_where_telegram_does_not_say_who_they_are(small: Town, fault: Fault) -> None:
    """Staff see their button spin and are not taken for strangers; the press takes effect, once."""
    await book(small.taro)
    await small.group.sees("確定期限")
    await drained(small)
    small.server.fault = at(("getChatMember",), fault, times=4)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】", timeout=20)
    await drained(small)
    assert [alert.text for alert in small.staff.alerts] == [""]
    assert await small.rows("SELECT event FROM decision ORDER BY id") == [("request",), ("confirm",)]
    assert await small.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]


async def test_a_screen_owed_when_the_bot_stopped_is_shown_at_the_next_start(place: Town) -> None:
    place.server.fault = at(SAID, Fault(status=502))
    await place.taro.says("/help")
    await place.server.until(lambda: place.server.cloud.settled and place.server.called("sendMessage"))
    await place.stop()
    place.server.fault = None
    await place.start()
    await place.taro.sees("使い方")


async def test_a_form_that_is_closed_while_telegram_is_away_says_so_afterwards(
    small: Town, logged: list[EventDict]
) -> None:
    await book(small.taro, send=False)
    await drained(small)
    small.server.calls.clear()
    small.server.fault = at(SAID, Fault(status=502))
    small.clock.now += timedelta(hours=25)
    await small.server.until(lambda: small.taro.id in tried(small))
    small.server.fault = None
    await a_little_later(small)
    await small.taro.sees("24時間操作がなかった")
    assert [each for each in logged if each["log_level"] == "error"] == []
