"""By which way each kind of notice goes, and its rank: answers before confirmations before reminders before staff.

Letters have a rank of their own: they go another way and take nobody's turn.
"""

from __future__ import annotations

from flows import notices
from flows.notices import Channel

CHANNELS: dict[str, Channel] = {
    **{kind: rule.channel for kind, rule in notices.KINDS.items()},
    **dict.fromkeys(("alert", "welcome_staff", "no_mailbox", "letters_wait", "paused", "resumed", "no_lead"), "staff"),
    "no_group": "office",
}
BY_MAIL, STAFF_GROUP = ("mail", "office"), ("staff", "card")  # channels
ANSWER, CONFIRMATION, REMINDER, STAFF, LETTER = RANKS = range(5)


def channel(kind: str) -> Channel:
    """By which way a notice goes; what is of no booking and no staff goes to a chat."""
    return CHANNELS.get(kind, "chat")


def rank(kind: str) -> int:
    """What goes first where not all can: the lowest. What is of no booking and no staff was asked for."""
    if kind not in CHANNELS:
        return ANSWER
    way = channel(kind)
    if way in BY_MAIL:
        return LETTER
    if way in STAFF_GROUP:
        return STAFF
    return REMINDER if kind in notices.BY_THE_CLOCK else CONFIRMATION
