"""What shows the planted identity goes from the chat in the end, though Telegram refuses to delete it for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.playground.server import Fault
from tests.planted import MAIL, NAME, NUMBER, filled_in, found_in, settled, shown, to_the_name
from tests.town import Town
from tests.usual_answers import comes_to

CHANGES = ("deleteMessage", "editMessageText")
TOO_OLD = Fault(status=400, description="Bad Request: message can't be deleted for everyone")
BLOCKED = Fault(status=403, description="Forbidden: bot was blocked by the user")


async def gone(place: Town) -> bool:
    """Wait until the chat shows nothing of the identity."""
    return await place.server.until(lambda: found_in(shown(place.taro)) == [])


async def test_a_message_that_could_not_be_deleted_at_once_is_deleted_later(small: Town) -> None:
    refused = [Fault(status=502)]
    small.server.fault = lambda method, params: refused.pop() if refused and method == "deleteMessage" else None
    await to_the_name(small.taro)
    await small.taro.says(NAME)
    await small.taro.sees("消せませんでした")
    assert found_in(shown(small.taro)) != []
    await small.turn_clock("2026-11-19 10:01")
    await gone(small)


async def test_a_message_kept_by_a_failure_and_edited_into_another_name_is_deleted_too(small: Town) -> None:
    refused = [Fault(status=502)]
    small.server.fault = lambda method, params: refused.pop() if refused and method == "deleteMessage" else None
    await to_the_name(small.taro)
    kept = await small.taro.says("川越 太郎")
    await small.taro.sees("消せませんでした")
    await small.taro.says(NUMBER)
    await comes_to(small.taro, "希望する日")
    await small.taro.edits(kept.id, NAME)
    await settled(small)
    await small.turn_clock("2026-11-19 10:01")
    await gone(small)


async def test_a_deletion_is_tried_for_as_long_as_telegram_lets_a_message_be_deleted(small: Town) -> None:
    tries: list[str] = []

    def failing(method: str, params: object) -> Fault | None:
        tries.extend([method] if method == "deleteMessage" else [])
        return Fault(status=502) if method == "deleteMessage" else None

    small.server.fault = failing
    await to_the_name(small.taro)
    await small.taro.says(NAME)
    await small.taro.sees("消せませんでした")
    for _ in range(15):  # seven hours and a half: no other notice to a person is tried so often
        before = len(tries)
        small.clock.now += timedelta(minutes=31)
        small.app.sender.wake.set()
        await small.server.until(lambda: len(tries) > before)  # noqa: B023  # awaited before the next
        await small.app.lanes.finish(10)
    small.server.fault = None
    small.clock.now += timedelta(minutes=31)
    small.app.sender.wake.set()
    await gone(small)


async def test_an_update_that_is_set_aside_is_deleted_from_the_chat(small: Town) -> None:
    taro, cloud = small.taro, small.server.cloud
    await to_the_name(taro)
    for kind in ("message", "edited_message"):
        sent = cloud.post(taro.chat, taro.user, text=f"{NAME} {MAIL}")
        cloud.push(kind, {name: value for name, value in cloud.json(sent).items() if name != "from"})
        await taro.sees("申し訳ありません")
        await gone(small)
    await taro.says(NAME)
    await taro.sees("求職番号を入力")


async def test_a_review_that_can_be_neither_deleted_nor_edited_for_a_while_goes_in_the_end(small: Town) -> None:
    await filled_in(small)
    await small.server.settled()
    small.server.fault = lambda method, params: Fault(status=502) if method in CHANGES else None
    await small.taro.says("/language")
    await settled(small)
    await small.app.lanes.finish(10)
    assert found_in(shown(small.taro)) != []
    small.server.fault = None
    await small.turn_clock("2026-11-19 10:01")
    await gone(small)


async def test_a_review_too_old_to_be_deleted_loses_its_words(small: Town) -> None:
    await filled_in(small)
    small.server.fault = lambda method, params: TOO_OLD if method == "deleteMessage" else None
    await small.taro.says("/language")
    await small.taro.sees("ことばを選んでください")
    await gone(small)


@pytest.mark.parametrize("deletes", [True, False])
async def test_who_blocks_the_bot_at_the_review_does_not_keep_it(small: Town, deletes: bool) -> None:
    """Whether Telegram lets the bot delete there is not documented: if not, it goes when the person comes back."""
    taro = small.taro
    await filled_in(small)
    await settled(small)
    small.server.fault = lambda method, params: BLOCKED if method == "deleteMessage" and not deletes else None
    taro.blocks_bot()
    await small.turn_clock("2026-11-20 10:01")
    if not deletes:
        await small.server.until(lambda: any(call.status == 403 for call in small.server.called("deleteMessage")))
        await small.app.lanes.finish(10)
        small.server.fault = None
        taro.unblocks_bot()
        await taro.says("/start")
    await gone(small)


async def test_the_review_of_a_form_left_for_a_day_goes_though_telegram_is_away_just_then(small: Town) -> None:
    await filled_in(small)
    await settled(small)
    before = len(small.server.called("editMessageText"))
    small.server.fault = lambda method, params: Fault(status=502) if method in CHANGES else None
    await small.turn_clock("2026-11-20 10:01")
    await small.server.until(lambda: len(small.server.called("editMessageText")) > before)
    await small.app.lanes.finish(10)
    small.server.fault = None
    await small.turn_clock("2026-11-20 10:02")
    await small.taro.sees("【入力を終了しました】")
    await gone(small)
