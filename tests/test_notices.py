"""Notices on their way: reminders, quiet hours, what is said once staff decided, and a copy at most for each death."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.database import Database, Transaction
from bot.playground.server import Fault
from flows.counter import Decision
from tests.benchmarks.process import BotProcess
from tests.databases import rows
from tests.faults import copies, drained
from tests.town import OFFICE_MAIL, Town, book, requested, town

TARO_MAIL = "taro@example.jp"


async def confirmed(place: Town) -> None:
    """A session on 2026-11-24 at 9:30, asked for on 11-19 and confirmed by mail."""
    await requested(place)
    await place.staff.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


def reminders(place: Town) -> list[str]:
    seen = (message.text.splitlines()[0] for message in place.taro.messages if message.from_bot)
    return [line for line in seen if line.startswith(("【予約のお知らせ】", "【1時間後に始まります】"))]


async def test_the_reminders_come_on_the_business_day_before_at_15_and_an_hour_before(place: Town) -> None:
    await confirmed(place)
    await place.turn_clock("2026-11-20 14:59")
    await drained(place)
    assert reminders(place) == []
    await place.turn_clock("2026-11-20 15:00")
    await place.taro.sees("【予約のお知らせ】11月24日(火) 9:30")
    await place.turn_clock("2026-11-24 08:29")
    await drained(place)
    assert len(reminders(place)) == 1
    await place.turn_clock("2026-11-24 08:30")
    await place.taro.sees("【1時間後に始まります】11月24日(火) 9:30")
    await drained(place)
    assert len(reminders(place)) == 2


async def test_a_cancelled_booking_gets_no_reminder(small: Town) -> None:
    await confirmed(small)
    await small.app.database.run(lambda t: cancel(small, t))
    for moment in ("2026-11-20 15:00", "2026-11-24 08:30"):
        await small.turn_clock(moment)
        await drained(small)
    assert reminders(small) == []
    kinds = "SELECT state FROM notice WHERE kind IN ('remind_day_before', 'remind_one_hour')"
    assert await small.rows(kinds) == [("cancelled",), ("cancelled",)]


async def cancel(place: Town, transaction: Transaction) -> None:
    counter = place.app.kit.counter(transaction, place.clock(), place.taro.id, "ja")
    booking = await counter.live()
    assert booking
    assert await counter.move(booking, "cancel", Decision("cancel", place.clock(), channel="chat"))


async def test_a_reminder_whose_time_is_over_is_not_sent(small: Town) -> None:
    await confirmed(small)
    await small.turn_clock("2026-11-24 09:31")
    await drained(small)
    assert reminders(small) == []
    states = "SELECT state FROM notice WHERE kind IN ('remind_day_before', 'remind_one_hour')"
    assert await small.rows(states) == [("expired",), ("expired",)]


async def test_in_the_quiet_hours_the_letter_goes_and_the_phone_stays_still_until_eight(small: Town) -> None:
    await requested(small)
    await small.turn_clock("2026-11-19 21:00")
    await small.staff.presses_in(small.group, "確定する")
    await small.mailbox.gets("予約が確定しました", to=TARO_MAIL)
    await drained(small)
    assert "【予約が確定しました】" not in str(small.taro)
    await small.turn_clock("2026-11-20 07:59")
    await drained(small)
    assert "【予約が確定しました】" not in str(small.taro)
    await small.turn_clock("2026-11-20 08:00")
    await small.taro.sees("【予約が確定しました】")


async def test_nothing_is_mailed_to_the_person_before_staff_decide(small: Town) -> None:
    await requested(small)
    await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await drained(small)
    assert small.mailbox.to(TARO_MAIL) == []
    assert [letter["To"] for letter in small.mailbox.letters] == [OFFICE_MAIL]


@pytest.mark.parametrize(
    ("button", "said"), [("メール送信済み", "にメールを送りました"), ("電話で連絡済み", "電話でお伝えしたとおり")]
)
async def test_once_staff_wrote_or_phoned_the_person_reads_that_it_is_confirmed(
    small: Town, button: str, said: str
) -> None:
    await requested(small)
    small.mailbox.answer = "550 5.1.1 no such user"
    await small.staff.presses_in(small.group, "確定する")
    await small.group.sees("【メールを送れませんでした】")
    await small.staff.presses_in(small.group, button)
    assert said in (await small.taro.sees("【予約が確定しました】")).text
    await small.server.until(lambda: not any(button in message.labels for message in small.group.messages))


async def test_a_message_that_telegram_could_not_take_is_tried_again(small: Town) -> None:
    refused = [Fault(status=502)]
    small.server.fault = lambda method, params: (
        refused.pop() if refused and "【受け付けました】" in str(params.get("text")) else None
    )
    await book(small.taro)
    await small.server.until(lambda: not refused)
    await drained(small)
    await small.turn_clock("2026-11-19 10:01")
    await small.taro.sees("【受け付けました】")


async def test_a_bot_killed_between_sending_and_marking_sends_at_most_one_copy(
    tmp_path: Path, database_url: str
) -> None:
    """The message has arrived, its row is not marked, and nobody is left: two minutes later it is due again."""
    async with town(tmp_path / "data", database_url, started=False) as place:
        bot = await BotProcess.start(place.environment)
        try:
            place.server.fault = partial(kill_at, bot, "【受け付けました】")
            await book(place.taro)
            await place.taro.sees("【受け付けました】")
            await bot.ends()
            place.server.fault = None
            await a_fresh_look(place)
            bot = await BotProcess.start(place.environment)
            await place.server.until(lambda: copies(place.taro, "【受け付けました】") > 1, timeout=20)
            await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
            assert await bot.stop() == 0
        finally:
            await bot.kill()
        assert copies(place.taro, "【受け付けました】") == 2
        assert len({letter["Message-ID"] for letter in place.mailbox.letters}) == 1


def kill_at(bot: BotProcess, words: str, method: str, params: Mapping[str, Any]) -> Fault | None:
    """The bot dies when these words are on their way: they arrive, and it does not learn of it."""
    if words not in str(params.get("text")):
        return None
    bot.process.kill()
    return Fault(drop="after")


async def a_fresh_look(place: Town) -> None:
    database = Database(place.environment["MADOGUCHI_DATABASE_URL"])
    await rows(database, "UPDATE notice SET lease_until = 0")
    await database.close()
