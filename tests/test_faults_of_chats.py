"""A chat that cannot be reached: the bot blocked, the account deleted.

What the person sees, what staff see, what waits, and that all goes on when the chat is there again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from bot.playground.people import Person
from bot.playground.server import Fault
from tests.faults import copies, drained, next_try, requested
from tests.town import Town, book

CLOSED = "SELECT chat_id FROM conversation WHERE closed_at IS NOT NULL"


@pytest.mark.parametrize("gone", [Person.blocks_bot, Person.deletes_account])
async def test_who_cannot_be_reached_gets_the_letter_and_staff_are_told_once(small: Town, gone: Any) -> None:
    """The person sees nothing in the chat; the letter confirms; staff read that they must call; nothing is retried."""
    await requested(small)
    await small.group.sees("確定期限")
    gone(small.taro)
    await small.staff.presses_in(small.group, "確定する")
    await small.mailbox.gets("予約が確定しました", to="taro@example.jp")
    await small.group.sees("【送信できません】")
    for moment in ("2026-11-20 15:00", "2026-11-24 08:30"):
        await small.turn_clock(moment)
        await drained(small)
    assert copies(small.group, "【送信できません】") == 1
    waiting = await small.rows("SELECT kind FROM notice WHERE state = 'pending' ORDER BY kind")
    later = ["came", "outcome", "remind_ten_minutes", "url_missing_today"]
    assert waiting == [(kind,) for kind in later], "what staff are asked after the start, and the next reminder"
    assert await small.rows("SELECT state FROM booking") == [("confirmed",)]


async def test_a_chat_that_is_closed_is_not_tried_again_and_what_there_is_a_letter_for_goes_by_letter(
    small: Town,
) -> None:
    """Staff find it on the booking's page; what is said once more by letter is said once."""
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "お断りする")
    await small.group.sees("お断りする理由")
    await small.staff.presses_in(small.group, "その時間は対応できない")
    await small.group.sees("【送信できません】")
    small.server.calls.clear()
    now = small.clock()
    [(booking_id,)] = await small.rows("SELECT id FROM booking")
    kit, key = small.app.kit, f"missed:{booking_id}:9"
    await kit.store.database.run(lambda t: t.execute(text("UPDATE booking SET state = 'missed'")))
    await kit.store.database.run(
        lambda t: kit.outbox.put(t, key, "missed", now, booking_id=booking_id, chat_id=small.taro.id)
    )
    small.app.sender.wake.set()
    await small.mailbox.gets("キャンセルとみなしました", to="taro@example.jp")
    await drained(small)
    assert not [call for call in small.server.calls if call.chat_id == small.taro.id]
    assert len(small.mailbox.to("taro@example.jp")) == 2
    assert await small.rows("SELECT state, error FROM notice WHERE kind = 'missed'") == [("dead", "closed")]


async def test_of_a_request_that_lapses_who_has_stopped_the_bot_reads_by_letter(small: Town) -> None:
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-20 17:15")
    await small.mailbox.gets("確定できませんでした", to="taro@example.jp")
    await drained(small)
    assert await small.rows("SELECT kind, state FROM notice WHERE kind LIKE 'expired%' ORDER BY kind") == [
        ("expired", "dead"), ("expired_mail", "sent"),
    ]  # fmt: skip


async def test_a_letter_for_who_has_no_chat_waits_until_the_message_has_found_the_chat_closed(small: Town) -> None:
    """Both are due at one time, and the letter may well be looked at first."""
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-20 15:00")
    await small.group.sees("【送信できません】")
    await small.turn_clock("2026-11-20 15:01")
    await small.mailbox.gets("返信について", to="taro@example.jp")
    await drained(small)
    assert await small.rows("SELECT kind, state FROM notice WHERE kind LIKE 'no_reply%' ORDER BY kind") == [
        ("no_reply", "dead"), ("no_reply_mail", "sent"),
    ]  # fmt: skip


async def test_a_letter_that_only_waited_has_not_failed(small: Town) -> None:
    """Telegram is away until it is too late: the chat is open, so the letter was never needed."""
    await requested(small)
    await small.group.sees("確定期限")
    busy = Fault(status=502)
    small.server.fault = lambda _, params: busy if params.get("chat_id") == small.taro.id else None
    for _ in range(3):
        await next_try(small, "no_reply_mail")
    await small.turn_clock("2026-11-20 17:16")
    small.server.fault = None
    await small.taro.sees("確定できませんでした")
    await drained(small)
    assert await small.rows("SELECT state FROM notice WHERE kind = 'no_reply_mail'") == [("cancelled",)]
    assert await small.rows("SELECT kind FROM notice WHERE kind = 'letter_failed'") == []


async def test_what_is_asked_of_who_has_stopped_the_bot_does_not_pass_for_sent(small: Town) -> None:
    """A question with buttons like any other message: staff are told, and it is not tried again."""
    await requested(small)
    await small.group.sees("確定期限")
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
    await drained(small)
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-24 09:20")
    await small.group.sees("【送信できません】")
    await drained(small)
    assert await small.rows("SELECT state FROM notice WHERE kind = 'remind_ten_minutes'") == [("dead",)]


async def comes_back_by_writing(place: Town) -> None:
    place.taro.unblocks_bot()
    place.server.cloud.pending.clear()  # the news that the chat is open is lost
    await place.taro.says("/start")
    await place.taro.sees("予約窓口")


async def comes_back_by_opening(place: Town) -> None:
    place.taro.unblocks_bot()
    await place.server.settled()


@pytest.mark.parametrize("comes_back", [comes_back_by_writing, comes_back_by_opening])
async def test_who_comes_back_is_served_again(small: Town, comes_back: Callable[[Town], Awaitable[None]]) -> None:
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "確定する")
    await small.group.sees("【送信できません】")
    await drained(small)
    assert await small.rows(CLOSED) == [(small.taro.id,)]
    await comes_back(small)
    assert await small.rows(CLOSED) == []
    await small.turn_clock("2026-11-20 15:00")
    await small.taro.sees("【予約のお知らせ】")


async def test_who_blocks_the_bot_in_the_midst_of_a_form_finds_it_again(small: Town) -> None:
    """What could not be said is owed to nobody; the form waits where it was."""
    await book(small.taro, send=False)
    small.server.fault = lambda method, params: blocking(small) if params.get("chat_id") == small.taro.id else None
    await small.taro.says("/help")
    await drained(small)
    small.server.fault = None
    small.taro.unblocks_bot()
    await small.taro.says("/book")
    await small.taro.sees("入力の途中です")
    await small.taro.presses("続ける")
    await small.taro.sees("ご確認ください")


def blocking(place: Town) -> None:
    """The person blocks the bot while it is about to speak."""
    if not place.taro.chat.blocked:
        place.taro.blocks_bot()
