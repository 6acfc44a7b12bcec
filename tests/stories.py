"""What people do, step by step: each step is an act, and the words that its answer shows on the newest message.

Somebody who waits for the answer before the next step can be played while the bot dies and is started again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.language import catalogue
from bot.playground.people import Person
from bot.telegram.replies import NOTHING_YET
from bot.turn import PUT_AWAY

# What a death may leave below the screen, or take away: it says nothing that is not also true without it.
HARMLESS = {NOTHING_YET, catalogue("ja").gettext(PUT_AWAY.sentence)}

Act = Callable[[Person], Awaitable[object]]
Step = tuple[Act, str]
PATIENCE = 60.0  # seconds of real time until a step without an answer fails the test


def presses(label: str) -> Act:
    return lambda person: person.presses(label)


def says(words: str) -> Act:
    return lambda person: person.says(words)


def chooses_day(number: int) -> Act:
    return lambda person: person.presses(person.screen.labels[number])


def taps_twice(label: str) -> Act:
    async def act(person: Person) -> None:
        await person.presses(label)
        await person.presses(label)

    return act


def form(day: int = 0, at: str = "9:30", number: str = "11030-01234567", email: str = "taro@icloud.com") -> list[Step]:
    """A newcomer's way from /book to the review."""
    return [
        (says("/book"), "同意して進む"),
        (presses("同意して進む"), "質問1／3"),
        (presses("はい"), "質問2／3"),
        (presses("はい"), "質問3／3"),
        (presses("はい"), "職業安定法"),
        (presses("続ける"), "お名前を入力"),
        (says("川越 太郎"), "求職番号を入力"),
        (says(number), "求職登録をしたのは"),
        (presses("わからない"), "希望する日"),
        (chooses_day(day), "希望する時間"),
        (presses(at), "メールアドレスを入力"),
        (says(email), "電話番号を入力"),
        (says("090-1234-5678"), "同席する方"),
        (presses("なし"), "ご確認ください"),
    ]


SENDS: Step = (presses("この内容で申し込む"), "【受け付けました】")
CANCELS: list[Step] = [
    (says("/mine"), "この予約をキャンセルする"),
    (presses("この予約をキャンセルする"), "キャンセルしますか"),
    (presses("キャンセルする"), "【キャンセルしました】"),
]


@dataclass(frozen=True)
class Story:
    """What one person does, what staff decide about it (a button of their card, then a reason), and what follows."""

    first: Sequence[Step]
    decision: tuple[str, ...] = ()
    decided: str = ""  # what the person then reads
    then: Sequence[Step] = ()


def booked(ways: Sequence[Step]) -> list[Step]:
    return [*ways, SENDS]


def with_detours(ways: list[Step]) -> list[Step]:
    """One step back and forth again, a double tap, and a change from the review."""
    time = ways[10]
    ways[2] = (taps_twice("はい"), ways[2][1])
    back: list[Step] = [(presses("戻る"), "希望する時間"), time]
    change: list[Step] = [
        (presses("内容を直す"), "どれを直しますか"),
        (presses("お名前"), "お名前を入力"),
        (says("川越 次郎"), "川越 次郎"),
    ]
    return [*ways[:11], *back, *ways[11:], *change]


CONFIRM, DECLINE = ("確定する",), ("お断りする", "その時間は対応できない")
KINDS: tuple[Callable[[list[Step]], Story], ...] = (
    lambda ways: Story(booked(ways), CONFIRM, "【予約が確定しました】"),
    lambda ways: Story(booked(ways), CONFIRM, "【予約が確定しました】", CANCELS),
    lambda ways: Story(booked(ways), DECLINE, "お受けできませんでした"),
    lambda ways: Story(booked(ways)),  # nobody decides: it lapses
    lambda ways: Story(booked(ways), then=CANCELS),
    lambda ways: Story([*ways[:9], (presses("やめる"), "入力をやめました")]),
    lambda ways: Story(booked(with_detours(ways)), CONFIRM, "【予約が確定しました】"),
)


def newest_shows(person: Person, words: str) -> bool:
    """Whether the newest message of the bot has these words, in its text or on its buttons."""
    messages = [message for message in person.messages if message.from_bot and message.text not in HARMLESS]
    return bool(messages) and any(words in said for said in (messages[-1].text, *messages[-1].labels))


async def walk(person: Person, steps: Sequence[Step]) -> None:
    """Do the steps, each when the one before was answered."""
    for act, words in steps:
        await act(person)
        await person.until(partial(newest_shows, person, words), timeout=PATIENCE)
