"""What somebody does on the page: each act by its name, carried out by the person it names, or refused in a sentence.

The page may ask for what nobody could do in the app; it is refused here, in both of the page's languages.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, get_args

from bot.playground.clock import TurnedBack
from bot.playground.contents import Attachment
from bot.playground.faults import BadOrder, Order
from bot.playground.moments import MOMENTS, given
from bot.playground.people import Person
from bot.playground.strictness import TEXT_LIMIT, Json, units

if TYPE_CHECKING:
    from bot.playground.world import World

LONGEST_TURN = timedelta(days=400)
MOST_PEOPLE = 99
KINDS = frozenset(get_args(Attachment))

BLOCKED = ("窓口をブロックしているので、送れません。", "The bot is blocked: nothing can be sent to it.")
DESK_AWAY = (
    "職員用ページはまだ開いていません。数秒待ってから、もう一度押してください。",
    "The staff's page is not open yet. Please press again in a few seconds.",
)
EMPTY = ("1文字以上、4096文字以内で入力してください。", "Write 1 to 4,096 characters.")
FULL = ("これ以上は増やせません。", "There is no room for more people.")
GONE = ("そのメッセージは、もうありません。", "That message is no longer there.")
NOBODY = ("その人はここにいません。", "That person is not here.")
NO_BUTTON = ("そのボタンは、もうありません。", "That button is no longer there.")
NO_RIGHTS = ("この人には職員の権限がありません。", "This person has no rights of staff.")
NO_DATE = ("日付と時刻を正しく入力してください。", "Give a date and a time.")
NO_NAME = ("名前とことばを入力してください。", "Give a name and a language.")
NO_NOTICE = ("これから送るお知らせは、まだありません。", "No notice is waiting to be sent.")
TOO_FAR = ("時計は一度に400日まで進められます。", "The clock goes at most 400 days at a time.")
TURNED_BACK = (
    "時計は戻せません。一度送ったものは、取り消せないからです。",
    "The clock cannot be turned back: what has been sent cannot be unsent.",
)
UNKNOWN = ("この操作はできません。", "This cannot be done.")


class CannotBe(Exception):
    """Why an act was not carried out, in Japanese and in English."""

    def __init__(self, why: tuple[str, str]) -> None:
        super().__init__(why[1])
        self.why = {"ja": why[0], "en": why[1]}


async def carry_out(world: World, wish: Json) -> Json:
    """Do what is asked for in `wish["act"]`; what there is to tell of it. Raises `CannotBe`."""
    act = ACTS.get(str(wish.get("act")))
    if act is None:
        raise CannotBe(UNKNOWN)
    try:
        return await act(world, wish) or {}
    except AssertionError:
        raise CannotBe(UNKNOWN) from None  # what nobody could do; its words hold the whole screen
    except TurnedBack:
        raise CannotBe(TURNED_BACK) from None


def _who(world: World, wish: Json) -> Person:
    for person in (*world.people, *world.staff):
        if person.id == wish.get("by"):
            return person
    raise CannotBe(NOBODY)


def _writer(world: World, wish: Json) -> Person:
    person = _who(world, wish)
    if person.chat.blocked and wish.get("chat") != world.group.id:
        raise CannotBe(BLOCKED)
    return person


def _words(wish: Json) -> str:
    text = str(wish.get("text", "")).strip()
    if not 0 < units(text) <= TEXT_LIMIT:
        raise CannotBe(EMPTY)
    return text


def _own(person: Person, wish: Json) -> int:
    message = person.chat.shown.get(wish.get("message", 0))
    if message is None or message.from_bot:
        raise CannotBe(GONE)
    return message.id


async def _say(world: World, wish: Json) -> None:
    person, text = _writer(world, wish), _words(wish)
    await (person.says_in(world.group, text) if wish.get("chat") == world.group.id else person.says(text))


async def _press(world: World, wish: Json) -> None:
    person, group = _writer(world, wish), wish.get("chat") == world.group.id
    message = (world.group if group else person).chat.shown.get(wish.get("message", 0))
    data = str(wish.get("data"))
    if message is None or not any(button.data == data for row in message.buttons for button in row):
        raise CannotBe(NO_BUTTON)
    await person.presses_data(message.id, data, world.group if group else None)


async def _tap(world: World, wish: Json) -> None:
    person, label = _writer(world, wish), wish.get("label")
    if not any(button.label == label for row in person.keyboard or [] for button in row):
        raise CannotBe(NO_BUTTON)
    await person.taps(str(label))


async def _send(world: World, wish: Json) -> None:
    person, kind = _writer(world, wish), wish.get("kind")
    if kind not in KINDS:
        raise CannotBe(UNKNOWN)
    await person.sends(str(kind))


async def _forward(world: World, wish: Json) -> None:
    await _writer(world, wish).forwards(_words(wish))


async def _edit(world: World, wish: Json) -> None:
    person = _writer(world, wish)
    await person.edits(_own(person, wish), _words(wish))


async def _delete(world: World, wish: Json) -> None:
    person = _who(world, wish)
    await person.deletes(_own(person, wish))


async def _block(world: World, wish: Json) -> None:
    person = _who(world, wish)
    if not person.chat.blocked:
        person.blocks_bot()


async def _unblock(world: World, wish: Json) -> None:
    person = _who(world, wish)
    if person.chat.blocked:
        person.unblocks_bot()


async def _come(world: World, wish: Json) -> None:
    name, language = str(wish.get("name", "")).strip(), str(wish.get("language", ""))
    if not 0 < len(name) <= 64 or not re.fullmatch(r"[a-z]{2,3}(-[a-z]{2,8})?", language):
        raise CannotBe(NO_NAME)
    if len(world.people) >= MOST_PEOPLE:
        raise CannotBe(FULL)
    world.comes(name, language)


async def _turn(world: World, wish: Json) -> None:
    wanted = str(wish.get("to"))
    to = MOMENTS[wanted](world) if wanted in MOMENTS else given(world, wanted)
    if to is None:
        raise CannotBe(NO_NOTICE if wanted in MOMENTS else NO_DATE)
    if to - world.clock() > LONGEST_TURN:
        raise CannotBe(TOO_FAR)
    world.turns_the_clock(to)


async def _kill(world: World, wish: Json) -> None:
    world.bot.kill()


async def _order(world: World, wish: Json) -> None:
    try:
        world.server.order(Order.from_json(wish.get("order")))
    except BadOrder as wrong:
        raise CannotBe((f"この故障は起こせません（{wrong}）。", f"This cannot be ordered: {wrong}.")) from None


async def _desk(world: World, wish: Json) -> Json:
    """The link by which this member of staff comes in to the desk, once."""
    person = _who(world, wish)
    if not await world.desk_answers():
        raise CannotBe(DESK_AWAY)
    if person not in world.staff or (link := await world.link_to_the_desk(person)) is None:
        raise CannotBe(NO_RIGHTS)
    return {"link": link}


ACTS: Mapping[str, Callable[[Any, Json], Awaitable[Json | None]]] = {
    "say": _say,
    "press": _press,
    "tap": _tap,
    "send": _send,
    "forward": _forward,
    "edit": _edit,
    "delete": _delete,
    "block": _block,
    "unblock": _unblock,
    "come": _come,
    "turn": _turn,
    "kill": _kill,
    "order": _order,
    "desk": _desk,
}
