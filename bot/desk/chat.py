"""What staff say to the bot, in a private chat and in their group, and what it answers.

Each command and press is answered by a notice of the outbox (kind `staff:…`), which is sent as soon as the turn is
committed; its words, and the link that it may hold, are made when it is sent. A press changes the message it is under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import pausing, staff
from bot.database import Transaction
from bot.desk import brief, group
from bot.desk import week as the_week
from bot.desk.access import make_link
from bot.desk.picture import caption
from bot.kit import Kit
from bot.outbox import Notice
from bot.turn import Incoming
from flows.desk import commands
from flows.desk import pausing as rules
from flows.desk.roles import ROLES, Member
from flows.desk.week import Week
from flows.reception import UNDERSTOOD, Command
from flows.steps import Button, Pressed, Rows
from flows.text import Text

PREFIX = "staff:"  # of the kinds of notices that are answers
TOUR, PAUSE = "staff_tour", "staff_pause"  # what the buttons of an answer belong to
RESUME = "resume"
ANSWER_HOLDS = timedelta(minutes=10)


@dataclass(frozen=True)
class Told:
    """An answer; `flow` is what its buttons belong to; `menu` are the commands of staff that chat shows from now on;
    `week` is sent as a picture, with the words below it.
    """

    text: tuple[Text, ...] = field(repr=False)
    rows: Rows = ()
    flow: str = ""
    menu: Sequence[str] | None = None
    language: str = ""
    week: Week | None = field(default=None, repr=False)


def concerns(incoming: Incoming) -> bool:
    """Whether it may be something that staff say in a private chat."""
    said = incoming.said
    if isinstance(said, Command):
        return said.name in (commands.JOIN, *commands.MENU) or said.name not in UNDERSTOOD
    return isinstance(said, Pressed) and said.flow in (TOUR, PAUSE)


async def obey(kit: Kit, transaction: Transaction, incoming: Incoming, now: datetime) -> bool:
    """Do what staff say in a private chat. False where it comes from somebody who is not staff."""
    said, who = incoming.said, await staff.member(transaction, incoming.who)
    joins = isinstance(said, Command) and said.name == commands.JOIN
    if who is None and not joins:
        return False
    if not await kit.store.first_time(transaction, incoming.update_id, now):
        return True
    if isinstance(said, Command) and joins:
        what = await _join(transaction, incoming, said.argument, now)
    elif isinstance(said, Command) and who:
        what = _asked(said, who)
    else:
        what = await _pressed(kit, transaction, said, who, now) if isinstance(said, Pressed) and who else "help"
    await _put(kit, transaction, incoming, what, now)
    return True


async def obey_in_group(kit: Kit, transaction: Transaction, incoming: Incoming, in_group: bool, now: datetime) -> None:
    """The same commands in the staff group: what names nobody is answered there, the rest in private."""
    said = incoming.said
    if not isinstance(said, Command) or not await kit.store.first_time(transaction, incoming.update_id, now):
        return
    what = f"usage:{said.name}" if said.argument else f"group:{said.name}"
    if said.name == commands.JOIN and await staff.withdraw_shown(transaction, said.argument, now):
        what = "shown"
    elif said.name not in commands.IN_THE_GROUP:
        could = said.name == commands.JOIN or await staff.member(transaction, incoming.who)
        what = f"private:{said.name}" if could else "only_members"
    elif await group.refusal(transaction, incoming.who, in_group, "see"):
        what = "only_members"
    await _put(kit, transaction, incoming, what, now)


async def _put(kit: Kit, transaction: Transaction, incoming: Incoming, what: str, now: datetime) -> None:
    message = incoming.message_id if isinstance(incoming.said, Pressed) else None
    where = {"chat_id": incoming.chat_id, "message_id": message}
    key = f"{PREFIX}{what}:{incoming.update_id}"
    await kit.outbox.put(transaction, key, f"{PREFIX}{what}", now, now + ANSWER_HOLDS, **where)


async def _join(transaction: Transaction, incoming: Incoming, code: str, now: datetime) -> str:
    if not code:
        return f"usage:{commands.JOIN}"
    before = await staff.member(transaction, incoming.who)
    joined = await staff.join(transaction, code, incoming.who, incoming.name, now)
    if joined is None:
        return "not_joined"
    return "already" if joined == before else "joined"


def _asked(said: Command, who: Member) -> str:
    if said.name not in commands.MENU:
        return "unknown"
    if said.argument:
        return f"usage:{said.name}"
    return said.name if commands.may(who, said.name) else "no_right"


async def _pressed(kit: Kit, transaction: Transaction, said: Pressed, who: Member, now: datetime) -> str:
    """Who was second with the switch reads how it stands."""
    if said.flow == TOUR:
        known = {str(number) for number in range(1, len(commands.SCREENS) + 1)}
        return f"tour:{said.value if said.value in known else 1}"
    if not who.may("pause"):
        return "no_right"
    if said.value == RESUME:
        await pausing.resume(transaction, kit.outbox, who, now)
    elif said.value in rules.REASONS:
        await pausing.pause(transaction, kit.outbox, said.value, who, now)
    return "pause"


async def answer(
    kit: Kit, transaction: Transaction, notice: Notice, now: datetime, desk_url: str | None, bot: str
) -> Told:
    """The words of an answer, as things are now."""
    what, _, about = notice.kind.removeprefix(PREFIX).partition(":")
    chat = notice.chat_id or 0
    who = await staff.member(transaction, chat)
    language = (who.language if who else "") or kit.days.office.language
    if what in ("joined", "tour"):
        return _screen(int(about or 1), who if what == "joined" else None, language)
    if what in ("over", "role"):
        return _rights(what, who, language)
    if what == "pause":
        return await _switch(kit, transaction, language)
    asked = about if what == "group" else what
    if asked == "today":
        return Told((await brief.today(kit, transaction, now),), language=language)
    if asked == "week":
        shown = await the_week.ahead(transaction, kit.days, now)
        return Told((caption(shown),), language=language, week=shown)
    if what == "only_members" and not await staff.has_lead(transaction):
        return Told((commands.NOBODY_LEADS,), language=language)
    if what == "desk" and who is None:
        return Told((commands.OVER,), language=language)
    if what == "desk" and desk_url:
        link = commands.LINK.given(link=f"{desk_url}/enter/{await make_link(transaction, chat, now)}")
        return Told((link,), language=language)
    return Told((_plain(what, about, who, bot),), language=language)


def _plain(what: str, about: str, who: Member | None, bot: str) -> Text:
    role = ROLES[who.role] if who else ROLES["reader"]
    said = {
        "help": commands.HELP.given(role=role), "unknown": commands.UNKNOWN.given(help=commands.HELP.given(role=role)),
        "group": commands.HELP_IN_THE_GROUP, "desk": commands.NO_DESK,
        "not_joined": commands.NOT_JOINED, "already": commands.ALREADY.given(role=role),
        "shown": commands.SHOWN.given(bot=bot), "no_right": commands.NO_RIGHT.given(role=role),
        "private": commands.IN_PRIVATE.given(command=f"/{about}", bot=bot), "only_members": commands.ONLY_MEMBERS,
        "usage": commands.usage(about),
    }  # fmt: skip
    return said[what]


def _rights(what: str, who: Member | None, language: str) -> Told:
    """That somebody's rights have ended or changed; nothing where that is not so any more."""
    if what == "over" and who is None:
        return Told((commands.OVER,), menu=(), language=language)
    if what == "role" and who:
        changed = commands.ROLE_CHANGED.given(role=ROLES[who.role])
        return Told((changed,), menu=commands.menu(who), language=language)
    return Told(())


def _screen(number: int, joined: Member | None, language: str) -> Told:
    """One of the short screens that show a new member what there is."""
    before = Button(Text("Previous"), str(number - 1))
    after = Button(Text("Next"), str(number + 1))
    row = (*([before] if number > 1 else []), *([after] if number < len(commands.SCREENS) else []))
    head = (commands.JOINED.given(role=ROLES[joined.role]),) if joined else ()
    menu = commands.menu(joined) if joined else None
    return Told((*head, commands.SCREENS[number - 1]), (row,), TOUR, menu, language)


async def _switch(kit: Kit, transaction: Transaction, language: str) -> Told:
    """How the switch stands, and the buttons that turn it."""
    if paused := await pausing.paused(transaction):
        back = ((Button(Text("Take new requests again"), RESUME),),)
        return Told((paused.told(rules.PAUSED, kit.days.office.zone),), back, PAUSE, language=language)
    reasons = tuple((Button(label, key),) for key, label in rules.REASONS.items())
    return Told((rules.RUNNING, rules.ASK), reasons, PAUSE, language=language)
