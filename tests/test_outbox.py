"""The outbox: what is promised is sent once it is due, by whoever holds its lease, and only while it still holds."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database, Transaction
from bot.migrate import migrate
from bot.outbox import NOTICE, Notice, Outbox, backoff
from bot.playground.server import Fault
from flows.counter import Decision
from tests.benchmarks.process import BotProcess
from tests.databases import rows
from tests.town import OFFICE_MAIL, Clock, Town, book, town

NOW = Clock("2026-11-19 10:00")()
TARO_MAIL = "taro@example.jp"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await migrate(opened)
    yield opened
    await opened.close()


async def put(outbox: Outbox, key: str, due_at: datetime = NOW, not_after: datetime | None = None) -> None:
    await outbox.database.run(lambda t: outbox.put(t, key, "terms", due_at, not_after, chat_id=1))


async def mark(outbox: Outbox, notice: Notice, state: str = "sent") -> bool:
    return await outbox.database.run(lambda t: outbox.mark(t, notice, state))


async def lease_runs_out(database: Database) -> None:
    await rows(database, "UPDATE notice SET lease_until = 0")


async def test_what_is_due_is_claimed_and_what_is_not_is_left(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "now")
    await put(outbox, "later", NOW + timedelta(seconds=1))
    assert [notice.key for notice in await outbox.claim(NOW, 10)] == ["now"]


async def test_what_one_worker_has_claimed_no_other_gets(database: Database) -> None:
    await put(Outbox(database), "one")
    first, second = Outbox(database), Outbox(database)
    assert len(await first.claim(NOW, 10)) == 1
    assert await second.claim(NOW, 10) == []


async def test_no_more_is_claimed_than_was_asked_for_and_the_oldest_first(database: Database) -> None:
    outbox = Outbox(database)
    for n in (3, 1, 2):
        await put(outbox, f"{n}", NOW - timedelta(minutes=10 - n))
    assert [notice.key for notice in await outbox.claim(NOW, 2)] == ["1", "2"]


async def test_the_same_promise_twice_is_one(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    await put(outbox, "one", NOW + timedelta(hours=1))
    assert len(await outbox.claim(NOW + timedelta(hours=2), 10)) == 1


async def test_a_lease_that_ran_out_is_taken_over(database: Database) -> None:
    dead, alive = Outbox(database), Outbox(database)
    await put(dead, "one")
    await dead.claim(NOW, 10)
    await lease_runs_out(database)
    [notice] = await alive.claim(NOW, 10)
    assert (notice.key, notice.attempts) == ("one", 2)


async def test_only_the_owner_of_the_lease_marks(database: Database) -> None:
    late, owner = Outbox(database), Outbox(database)
    await put(late, "one")
    [notice] = await late.claim(NOW, 10)
    await lease_runs_out(database)
    [taken] = await owner.claim(NOW, 10)
    assert not await mark(late, notice)
    assert await rows(database, "SELECT state FROM notice") == [("pending",)]
    assert await mark(owner, taken)
    assert await rows(database, "SELECT state FROM notice") == [("sent",)]


async def test_who_waited_longer_than_the_lease_does_not_begin_to_send(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, 10)
    assert await database.run(lambda t: outbox.renew(t, notice))
    await lease_runs_out(database)
    assert not await database.run(lambda t: outbox.renew(t, notice))


async def test_what_was_sent_is_not_claimed_again(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, 10)
    await mark(outbox, notice)
    await lease_runs_out(database)
    assert await outbox.claim(NOW + timedelta(days=9), 10) == []


async def test_what_is_put_back_comes_again_at_its_time_and_not_before(database: Database) -> None:
    outbox = Outbox(database)
    await put(outbox, "one")
    [notice] = await outbox.claim(NOW, 10)
    again = NOW + timedelta(minutes=1)
    await database.run(lambda t: outbox.try_again(t, notice, again, "busy"))
    assert await outbox.claim(again - timedelta(seconds=1), 10) == []
    assert len(await outbox.claim(again, 10)) == 1


async def test_who_lost_the_lease_puts_nothing_back(database: Database) -> None:
    late, owner = Outbox(database), Outbox(database)
    await put(late, "one")
    [notice] = await late.claim(NOW, 10)
    await lease_runs_out(database)
    await owner.claim(NOW, 10)
    await database.run(lambda t: late.try_again(t, notice, NOW, "late"))
    assert await Outbox(database).claim(NOW, 10) == []


def test_tries_get_rarer_and_never_rarer_than_half_an_hour() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == max(waits) == 1800


async def confirmed(place: Town) -> None:
    """A session on 2026-11-24 at 9:30, asked for on 11-19 and confirmed by mail."""
    await book(place.taro)
    await place.taro.sees("【受け付けました】")
    await place.group.sees("確定期限")
    await place.staff.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


async def told(place: Town) -> None:
    """Wait until everything that is due has been looked at."""
    place.staff.chat.opened = True
    due = select(NOTICE.c.key).where(
        NOTICE.c.state == "pending", NOTICE.c.next_try <= place.clock(), NOTICE.c.key.not_like("last:%")
    )
    number = itertools.count()
    while True:
        await one_more_notice(place, f"last:{place.clock()}:{next(number)}:{len(place.staff.messages)}")
        if not (await place.app.database.run(lambda t: t.execute(due))).all():
            return


async def one_more_notice(place: Town, key: str) -> None:
    """Promise one more, and wait until it has come: what was due before it is being worked on."""
    before = len(place.staff.messages)
    await place.app.database.run(
        lambda t: place.app.kit.outbox.put(t, key, "sorry", place.clock(), chat_id=place.staff.id)
    )
    place.app.sender.wake.set()
    await place.server.until(lambda: len(place.staff.messages) > before)


def reminders(place: Town) -> list[str]:
    seen = (message.text.splitlines()[0] for message in place.taro.messages if message.from_bot)
    return [line for line in seen if line.startswith(("【予約のお知らせ】", "【1時間後に始まります】"))]


async def test_the_reminders_come_on_the_business_day_before_at_15_and_an_hour_before(place: Town) -> None:
    await confirmed(place)
    await place.turn_clock("2026-11-20 14:59")
    await told(place)
    assert reminders(place) == []
    await place.turn_clock("2026-11-20 15:00")
    await place.taro.sees("【予約のお知らせ】11月24日(火) 9:30")
    await place.turn_clock("2026-11-24 08:29")
    await told(place)
    assert len(reminders(place)) == 1
    await place.turn_clock("2026-11-24 08:30")
    await place.taro.sees("【1時間後に始まります】11月24日(火) 9:30")
    await told(place)
    assert len(reminders(place)) == 2


async def test_a_cancelled_booking_gets_no_reminder(small: Town) -> None:
    await confirmed(small)
    await small.app.database.run(lambda t: cancel(small, t))
    for moment in ("2026-11-20 15:00", "2026-11-24 08:30"):
        await small.turn_clock(moment)
        await told(small)
    assert reminders(small) == []
    kinds = "SELECT state FROM notice WHERE kind IN ('remind_day_before', 'remind_one_hour')"
    assert await small.rows(kinds) == [("cancelled",), ("cancelled",)]


async def cancel(place: Town, transaction: Transaction) -> None:
    counter = place.app.kit.counter(transaction, place.clock(), place.taro.id, "ja")
    booking = await counter.live()
    assert booking
    assert await counter.move(booking, "cancel", Decision("cancel", place.clock(), reason="chat"))


async def test_a_reminder_whose_time_is_over_is_not_sent(small: Town) -> None:
    await confirmed(small)
    await small.turn_clock("2026-11-24 09:31")
    await told(small)
    assert reminders(small) == []
    states = "SELECT state FROM notice WHERE kind IN ('remind_day_before', 'remind_one_hour')"
    assert await small.rows(states) == [("expired",), ("expired",)]


async def test_in_the_quiet_hours_the_letter_goes_and_the_phone_stays_still_until_eight(small: Town) -> None:
    await book(small.taro)
    await small.group.sees("確定期限")
    await small.turn_clock("2026-11-19 21:00")
    await small.staff.presses_in(small.group, "確定する")
    await small.mailbox.gets("予約が確定しました", to=TARO_MAIL)
    await told(small)
    assert "【予約が確定しました】" not in str(small.taro)
    await small.turn_clock("2026-11-20 07:59")
    await told(small)
    assert "【予約が確定しました】" not in str(small.taro)
    await small.turn_clock("2026-11-20 08:00")
    await small.taro.sees("【予約が確定しました】")


async def test_nothing_is_mailed_to_the_person_before_staff_decide(small: Town) -> None:
    await book(small.taro)
    await small.taro.sees("【受け付けました】")
    await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await small.group.sees("確定期限")
    await told(small)
    assert small.mailbox.to(TARO_MAIL) == []
    assert [letter["To"] for letter in small.mailbox.letters] == [OFFICE_MAIL]


@pytest.mark.parametrize(
    ("button", "said"), [("メール送信済み", "にメールを送りました"), ("電話で連絡済み", "電話でお伝えしたとおり")]
)
async def test_once_staff_wrote_or_phoned_the_person_reads_that_it_is_confirmed(
    small: Town, button: str, said: str
) -> None:
    await book(small.taro)
    await small.group.sees("確定期限")
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
    await told(small)
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
            await place.server.until(lambda: copies(place) > 1, timeout=20)
            await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
            assert await bot.stop() == 0
        finally:
            await bot.kill()
        assert copies(place) == 2
        assert len({letter["Message-ID"] for letter in place.mailbox.letters}) == 1


def kill_at(bot: BotProcess, words: str, method: str, params: Mapping[str, Any]) -> Fault | None:
    """The bot dies when these words are on their way: they arrive, and it does not learn of it."""
    if words not in str(params.get("text")):
        return None
    bot.process.kill()
    return Fault(drop="after")


def copies(place: Town) -> int:
    return sum("【受け付けました】" in message.text for message in place.taro.messages)


async def a_fresh_look(place: Town) -> None:
    database = Database(place.environment["MADOGUCHI_DATABASE_URL"])
    await lease_runs_out(database)
    await database.close()
