"""The mail server is away for hours, or a day: letters to people wait and go, staff see which and may settle what
presses, and nobody is told anything twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.late_letters import MANY_TRIES
from tests.faults import copies, drained, next_try
from tests.test_faults_of_mail import CONFIRMED, TARO_MAIL, asked, away, entries, until_tried
from tests.town import Town


async def a_day_without(small: Town) -> None:
    """The confirming letter is tried for a day."""
    began = small.clock.now
    while small.clock.now < began + timedelta(days=1):
        await next_try(small, "confirmed_mail")


@asynccontextmanager
async def confirmed_in_an_outage(small: Town) -> AsyncIterator[None]:
    """Staff have confirmed while the mail server is away."""
    await asked(small)
    async with away(small.mailbox):
        await small.staff.presses_in(small.group, "確定する")
        await until_tried(small, 1)
        yield


async def tried_for_hours(small: Town) -> None:
    """So long that staff see it."""
    await small.rows(f"UPDATE notice SET attempts = {MANY_TRIES - 1} WHERE kind = 'confirmed_mail'")  # noqa: S608  # a number
    await next_try(small, "confirmed_mail")
    await small.group.sees("【メールを送れませんでした】")


async def test_a_mail_server_that_is_away_for_a_day_loses_no_letter_to_a_person(small: Town) -> None:
    """Staff see it after some hours and may settle it; when the server is back, the letter comes, once."""
    async with confirmed_in_an_outage(small):
        await a_day_without(small)
        await small.group.sees("【メールを送れませんでした】")
        waits = await small.group.sees("【送れないメールがあります】")
        assert "11月24日(火) 9:30" in waits.text
        assert copies(small.group, "【送れないメールがあります】") == 2, "once a day"
        await small.taro.sees("【確定の手続き中です】")
        assert copies(small.taro, CONFIRMED) == 0
    await next_try(small, "confirmed_mail")
    await small.mailbox.gets("予約", to=TARO_MAIL)
    await small.taro.sees(CONFIRMED)
    await small.group.sees("その後、メールは送信されました。")
    await drained(small)
    assert len(small.mailbox.to(TARO_MAIL)) == copies(small.taro, CONFIRMED) == 1
    assert copies(small.group, "【メールを送れませんでした】") == 1


@pytest.mark.parametrize(("pressed", "letters"), [("電話で連絡済み", 1), ("メール送信済み", 0)])
async def test_what_staff_settle_in_an_outage_is_not_told_again_when_it_is_over(
    small: Town, pressed: str, letters: int
) -> None:
    """Whoever was told by phone gets the letter too, for the calendar; what staff wrote is not written twice."""
    async with confirmed_in_an_outage(small):
        await tried_for_hours(small)
        await small.staff.presses_in(small.group, pressed)
        await small.taro.sees(CONFIRMED)
    await small.turn_clock("2026-11-19 15:00")
    await drained(small)
    assert (len(small.mailbox.to(TARO_MAIL)), copies(small.taro, CONFIRMED)) == (letters, 1)


async def test_what_the_late_letter_put_into_the_calendar_goes_with_a_cancellation(small: Town) -> None:
    async with confirmed_in_an_outage(small):
        await tried_for_hours(small)
        await small.staff.presses_in(small.group, "電話で連絡済み")
        await small.taro.sees(CONFIRMED)
    await small.turn_clock("2026-11-19 15:00")
    await drained(small)
    await small.taro.says("/mine")
    await small.taro.sees("確定：11月24日(火) 9:30")
    await small.taro.presses("この予約をキャンセルする")
    await small.taro.sees("の予約をキャンセルしますか")
    await small.taro.presses("キャンセルする")
    await small.taro.sees("キャンセルしました")
    await drained(small)
    assert entries(small) == ["REQUEST", "CANCEL"]


async def test_letters_that_waited_for_the_server_follow_the_first_that_it_takes(small: Town) -> None:
    async with confirmed_in_an_outage(small):
        await small.rows("UPDATE notice SET next_try = '2026-11-20 00:00:00+00:00' WHERE kind = 'confirmed_mail'")
    async with small.app.database.transaction() as transaction:
        await small.app.kit.outbox.put(transaction, "no_group:1", "no_group", small.clock())
    small.app.sender.wake.set()
    await small.mailbox.gets("予約", to=TARO_MAIL)
    await small.taro.sees(CONFIRMED)


async def test_a_reminder_by_mail_that_had_no_use_any_more_is_shown_to_staff(small: Town) -> None:
    await asked(small)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees(CONFIRMED)
    await drained(small)
    async with away(small.mailbox):
        await next_try(small, "remind_day_before_mail")
        await small.turn_clock("2026-11-24 09:00")
        await small.group.sees("この予約についてのメールを送れませんでした。電話で連絡してください。")
    assert await small.rows("SELECT state FROM notice WHERE kind = 'remind_day_before_mail'") == [("expired",)]


@pytest.mark.parametrize(
    ("kind", "back_at", "is_told"),
    [
        ("remind_day_before_mail", "2026-11-24 09:00", True),
        ("remind_day_before_mail", "2026-11-24 09:45", False),
        ("remind_readiness_mail", "2026-11-24 09:00", False),
    ],
)
async def test_the_last_reminder_by_mail_that_was_never_tried_is_shown_to_staff_while_they_can_still_call(
    small: Town, kind: str, back_at: str, is_told: bool
) -> None:
    await asked(small)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees(CONFIRMED)
    await drained(small)
    await small.stop()
    await small.rows("UPDATE booking SET chat_id = NULL")  # of somebody who has phoned
    await small.rows(f"UPDATE notice SET kind = '{kind}' WHERE kind = 'remind_day_before_mail'")  # noqa: S608  # of ours
    small.clock.turn(back_at)
    await small.start()
    await drained(small)
    tried = f"SELECT state, attempts FROM notice WHERE kind = '{kind}'"  # noqa: S608  # one of ours
    assert await small.rows(tried) == [("expired", 1)], "when it was taken out, it was too late already"
    assert copies(small.group, "この予約についてのメールを送れませんでした。") == is_told


async def test_a_letter_that_was_never_tried_before_it_was_too_late_is_shown_to_staff(small: Town) -> None:
    """The office declined; the bot died before the letter went, and was away until the session would have begun."""
    await asked(small)
    await small.staff.presses_in(small.group, "お断りする")
    await small.group.sees("理由")
    await small.staff.presses_in(small.group, "その時間は対応できない")
    await drained(small)
    await small.stop()
    await small.rows("UPDATE notice SET state = 'pending', attempts = 0 WHERE kind = 'declined_mail'")
    small.clock.turn("2026-11-24 10:00")
    await small.start()
    await small.group.sees("この予約についてのメールを送れませんでした。電話で連絡してください。")
    await drained(small)
    assert await small.rows("SELECT state, attempts FROM notice WHERE kind = 'declined_mail'") == [("expired", 1)]
