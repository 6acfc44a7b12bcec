"""What staff say to the bot in a private chat: to join, to open the desk.

A command is answered by a notice of the outbox; its words, and the link that it may hold, are made when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import staff
from bot.database import Transaction
from bot.desk.access import make_link
from bot.kit import Kit
from bot.outbox import Notice
from bot.turn import Incoming
from flows.reception import Command
from flows.text import Text

COMMANDS = ("join", "desk")
KINDS: Mapping[str, Text] = {
    "joined_staff": Text("You have joined the staff. /desk opens the page on which you work."),
    "not_joined": Text(
        "This code has been used, is older than a day, or is mistyped. Ask a lead for a new one and send it so:\n"
        "/join AbCdEf123456"
    ),
    "desk_link": Text("Your desk, for five minutes and one use:\n{link}"),
    "no_desk": Text("This office has no desk yet. The operator sets MADOGUCHI_DESK_URL."),
}
ANSWER_HOLDS = timedelta(minutes=10)


def concerns(incoming: Incoming) -> bool:
    """Whether it may be a command of the staff."""
    return isinstance(incoming.said, Command) and incoming.said.name in COMMANDS


async def obey(kit: Kit, transaction: Transaction, incoming: Incoming, now: datetime) -> bool:
    """Answer a command of the staff. False where it comes from somebody who is not staff."""
    said = incoming.said
    if not isinstance(said, Command):
        return False
    if said.name != "join" and await staff.member(transaction, incoming.who) is None:
        return False
    if await kit.store.first_time(transaction, incoming.update_id, now):
        kind = await _kind(transaction, incoming, said, now)
        key = f"{kind}:{incoming.update_id}"
        await kit.outbox.put(transaction, key, kind, now, now + ANSWER_HOLDS, chat_id=incoming.chat_id)
    return True


async def _kind(transaction: Transaction, incoming: Incoming, said: Command, now: datetime) -> str:
    if said.name == "desk":
        return "desk_link"
    joined = await staff.join(transaction, said.argument, incoming.who, incoming.name, now)
    return "joined_staff" if joined else "not_joined"


async def answer(kit: Kit, transaction: Transaction, notice: Notice, now: datetime, desk_url: str | None) -> str:
    """The words of a notice to one member of staff."""
    who = notice.chat_id or 0
    member = await staff.member(transaction, who)
    words = kit.words((member.language if member else "") or kit.days.office.language, now)
    if notice.kind != "desk_link":
        return words.say(KINDS[notice.kind])
    if desk_url is None:
        return words.say(KINDS["no_desk"])
    return words.say(KINDS["desk_link"].given(link=f"{desk_url}/enter/{await make_link(transaction, who, now)}"))
