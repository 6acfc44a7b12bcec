"""The bot is killed at the calls by which the planted identity is shown or taken away: nothing of it stays in the chat.

At each death whatever shows values is known: the bot's card by its row, the person's message by its deletion.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.database import Database, Transaction
from bot.playground.people import Person
from bot.playground.server import Fault
from tests.benchmarks.process import BotProcess
from tests.planted import FOREIGN, MAIL, NAME, NUMBER, PHONE, SLIP, found_in, shown, to_the_name
from tests.town import Town, town
from tests.usual_answers import comes_to

Does = Callable[[Person], Awaitable[object]]
KNOWN = "SELECT card FROM conversation WHERE card_kind = 'private'"
PROMISED = "SELECT message_id FROM notice WHERE kind = 'delete' AND state = 'pending'"
A_WHILE_LATER = "UPDATE notice SET next_try = '2020-01-01', lease_until = 0 WHERE kind = 'delete'"


@dataclass(frozen=True)
class Scene:
    """Something that shows values or takes them away: its calls, what is seen after it, and the way back."""

    does: Does
    calls: int
    sees: str
    back: Does | None
    deadliest: Mapping[str, int]  # by engine, the call that every run dies at, carried out; the long run dies at all


def go_back(taro: Person) -> Awaitable[object]:
    return taro.presses("戻る")


TYPED = Scene(lambda taro: taro.says(NAME), 2, "求職番号を入力", go_back, {"postgresql": 0})
ASKED_BACK = Scene(lambda taro: taro.says(SLIP), 2, "打ち間違いかも", go_back, {"postgresql": 1})
ASKED_BACK_ON_A_NEW_CARD = Scene(
    lambda taro: taro.says(FOREIGN), 5, "日本の番号ではない", lambda taro: taro.presses("いいえ"),
    {"sqlite": 3, "postgresql": 4},
)  # fmt: skip
REVIEW = Scene(lambda taro: taro.presses("なし"), 2, "ご確認ください", go_back, {"sqlite": 1})
ELSEWHERE = Scene(lambda taro: taro.says("/language"), 2, "ことばを選んで", go_back, {"sqlite": 0})
STOP = Scene(lambda taro: taro.presses("やめる"), 2, "消しました", None, {"postgresql": 0})


class Mortal:
    """A town whose bot, a process of its own, is killed and started again."""

    def __init__(self, place: Town):
        self.place, self.taro, self.deaths = place, place.taro, 0
        self.url = place.environment["MADOGUCHI_DATABASE_URL"]

    async def start(self) -> None:
        self.bot = await BotProcess.start(self.place.environment)

    async def play(self, scene: Scene, question: str, every_death: bool) -> None:
        """Begin at a question, die in the scene, see it all the same, go back to the question; again and again."""
        deaths = [(call, True) for engine, call in scene.deadliest.items() if self.url.startswith(engine)]
        if every_death:
            deaths = list(itertools.product(range(scene.calls), (False, True)))[: None if scene.back else 1]
        for call, carried_out in deaths:
            await self.die(scene.does, call, carried_out)
            await self.resurrect()
            await self.taro.sees(scene.sees, timeout=20)
            if scene.back:
                await scene.back(self.taro)
                await self.taro.sees(question)

    async def die(self, does: Does, call: int, carried_out: bool) -> None:
        """The bot dies at one of its calls, before it is carried out or just after; then what shows values is known."""
        calls, dying, server = itertools.count(), asyncio.Event(), self.place.server
        earlier = {press.id for press in server.unanswered}

        def fault(method: str, params: Mapping[str, Any]) -> Fault | None:
            answers = "callback_query_id" in params and params["callback_query_id"] not in earlier
            ours = params.get("chat_id") == self.taro.id or answers
            if not ours or dying.is_set() or next(calls) < call:
                return None
            self.bot.process.kill()
            dying.set()
            return None if carried_out else Fault(drop="before")

        await server.settled(20)
        server.fault = fault
        await does(self.taro)
        async with asyncio.timeout(20):
            await dying.wait()
        await self.bot.ends()
        server.fault = None
        self.deaths += 1
        await self.check(f"{call} {carried_out}")

    async def resurrect(self) -> None:
        """A new bot, which does at once what the dead one had promised."""
        promised, before = await self.read(PROMISED), len(self.place.server.called("deleteMessage"))
        await self.start()

        def kept() -> bool:
            deleted = self.place.server.called("deleteMessage")[before:]
            return promised <= {call.params["message_id"] for call in deleted}

        await self.place.server.until(kept, timeout=20)

    async def check(self, when: str) -> None:
        known, promised = await self.read(KNOWN), await self.read(PROMISED)
        for message in self.taro.messages:
            if found_in(f"{message} {message.content}"):
                assert message.id in (known if message.from_bot else promised), f"dead at {when}\n{self.taro}"
        await self.read(A_WHILE_LATER)

    async def read(self, sql: str) -> set[Any]:
        """What one statement finds or does while no bot runs."""
        database = Database(self.url)

        async def work(transaction: Transaction) -> set[Any]:
            done = await transaction.execute(text(sql))
            return set(done.scalars()) if done.returns_rows else set()

        try:
            return await database.run(work)
        finally:
            await database.close()


@pytest.fixture
async def mortal(tmp_path: Path, database_url: str) -> AsyncIterator[Mortal]:
    async with town(tmp_path / "data", database_url, started=False) as place:
        bot = Mortal(place)
        await bot.start()
        try:
            yield bot
        finally:
            await bot.bot.kill()


async def test_wherever_the_bot_dies_nothing_of_the_identity_stays_in_the_chat(
    mortal: Mortal, times: Callable[[int, int], int]
) -> None:
    taro, every_death = mortal.taro, bool(times(0, 1))
    await to_the_name(taro)
    await mortal.play(TYPED, "お名前を入力", every_death)
    await taro.says(NAME)
    await taro.sees("求職番号を入力")
    await taro.says(NUMBER)
    await comes_to(taro, "希望する日")
    await taro.presses(taro.screen.labels[0])
    await taro.sees("希望する時間")
    await taro.presses("9:30")
    await taro.sees("メールアドレスを入力")
    await mortal.play(ASKED_BACK, "メールアドレスを入力", every_death)
    await taro.says(MAIL)
    await taro.sees("電話番号を入力")
    await mortal.play(ASKED_BACK_ON_A_NEW_CARD, "電話番号を入力", every_death)
    await taro.says(PHONE)
    await taro.sees("同席する方")
    await mortal.play(REVIEW, "同席する方", every_death)
    await taro.presses("なし")
    await taro.sees("ご確認ください")
    await mortal.play(ELSEWHERE, "ご確認ください", every_death)
    if every_death or "postgresql" in mortal.url:
        await mortal.play(STOP, "", every_death)
    else:
        await taro.presses("やめる")
        await taro.sees("消しました")
    await mortal.place.server.settled(20)
    await mortal.place.server.until(lambda: found_in(shown(taro)) == [])
    print(f"{mortal.deaths} deaths")  # noqa: T201  # `-rP` shows it
