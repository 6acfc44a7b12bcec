"""What was done in the demo can be copied as text, and played again as a test: it then goes as it went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.playground.transcript import transcript
from bot.playground.world import World, world
from tests.conversation_files import play
from tests.conversations.stage import Stage
from tests.databases import new_file
from tests.town import TOKYO, book, town

MORNING = datetime(2026, 11, 19, 10, tzinfo=TOKYO)
PATIENCE = 20


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What was done by two people, staff and the clock, as text."""

    async def lived() -> str:
        async with world(tmp_path_factory.mktemp("demo"), "127.0.0.1", 0, MORNING) as made:
            await live(made)
            return transcript(made)

    return asyncio.run(lived())


async def live(made: World) -> None:
    [taro] = made.people
    await taro.says("/start")
    await taro.sees("予約窓口", PATIENCE)
    await taro.sends("sticker")
    await taro.sees("読み取れませんでした", PATIENCE)
    await book(taro)
    await taro.sees("【受け付けました】", PATIENCE)
    card = await made.group.sees("確定期限", PATIENCE)
    await letters(made, 1)
    await made.staff[0].presses_in(made.group, "確定する")
    await taro.sees("【予約が確定しました】", PATIENCE)
    await made.group.sees("【確定】", PATIENCE)
    await letters(made, 2)
    maria = made.comes("Maria Kawagoe", "en")
    await maria.says("/book")
    await maria.sees("terms", PATIENCE)
    await maria.says("何")
    await maria.sees("did not understand", PATIENCE)
    await made.staff[1].presses_data(card.id, card.buttons[0][0].data or "", made.group)
    await made.server.until(lambda: made.staff[1].alerts, PATIENCE)
    made.turns_the_clock(MORNING + timedelta(days=1, hours=5))
    await taro.sees("【予約のお知らせ】", PATIENCE)
    await made.group.sees("【URL未設定】", PATIENCE)
    await letters(made, 3)
    await taro.says("/mine")
    await taro.sees("確定：", PATIENCE)
    await taro.presses("この予約をキャンセルする")
    await taro.sees("キャンセルしますか", PATIENCE)
    await taro.presses("キャンセルする")
    await taro.sees("【キャンセルしました】", PATIENCE)
    await made.group.sees("【利用者がキャンセル】", PATIENCE)
    await letters(made, 5)


async def letters(made: World, many: int) -> None:
    """What follows from one act has come before the next is done: a letter that comes later belongs to that one."""
    await made.server.until(lambda: len([*made.mail.glob("*.eml")]) >= many, PATIENCE)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with town(tmp_path / "data", new_file(tmp_path / "again.db")) as place:
        yield Stage(place, tmp_path)


async def test_it_is_played_again_as_it_went(told: str, stage: Stage, tmp_path: Path) -> None:
    file = tmp_path / "copied.txt"
    file.write_text(told, "utf-8")
    await play(file, stage)


def test_it_says_what_was_done_and_what_was_seen(told: str) -> None:
    lines = told.splitlines()
    assert {"人：/book", "送る：スタンプ", "職員が押す（{受付番号}）：確定する"} <= {*lines}
    assert {"ここから（en）：Maria Kawagoe", "ここから：太郎"} <= {*lines}
    assert "窓口：【受け付けました】受付番号 {新しい受付番号}" in lines
    assert "窓口：【キャンセルしました】11月24日(火) 9:30（受付番号 {受付番号}）" in lines


@pytest.mark.parametrize("changed", ["窓口：【受け付けました】", "職員グループ：", "メール（counter@"])
async def test_played_again_it_notices_what_is_not_so(told: str, stage: Stage, tmp_path: Path, changed: str) -> None:
    line = next(line for line in told.splitlines() if line.startswith(changed))
    file = tmp_path / "changed.txt"
    file.write_text(told.replace(line, f"{line}、そうではない"), "utf-8")
    with pytest.raises(AssertionError, match="そうではない"):
        await play(file, stage)
