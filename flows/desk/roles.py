"""Who of the office may do what: the roles, and the rights of each.

第6条 「窓口における職業相談と同様に」: whoever does not need personal details for the work does not see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flows.text import Text

Role = Literal["lead", "counsellor", "reader"]
Right = Literal["see", "details", "book", "calendar", "pause", "counsellors", "weigh", "staff", "records"]

ROLES: Mapping[str, Text] = {"lead": Text("Lead"), "counsellor": Text("Counsellor"), "reader": Text("Read only")}
EVERYBODY = frozenset(ROLES)
WHO_WORK_WITH_PEOPLE = frozenset({"lead", "counsellor"})
LEADS = frozenset({"lead"})

RIGHTS: Mapping[Right, frozenset[str]] = {
    "see": EVERYBODY,  # sessions, requests, the week, numbers: without personal details
    "details": WHO_WORK_WITH_PEOPLE,  # names, numbers, addresses; each look is recorded
    "book": WHO_WORK_WITH_PEOPLE,  # decide, propose, move, cancel, attendance, the session's URL
    "calendar": WHO_WORK_WITH_PEOPLE,  # closures
    "pause": WHO_WORK_WITH_PEOPLE,
    "counsellors": LEADS,  # who they are, and their hours
    "weigh": LEADS,  # missed sessions, suspensions, objections, a wrong "no contact"
    "staff": LEADS,  # invitations, the end of somebody's rights
    "records": LEADS,
}


@dataclass(frozen=True)
class Member:
    """Somebody of the staff whose rights have not ended. `id` is their Telegram id."""

    id: int
    name: str = field(repr=False)
    role: str
    language: str = ""

    def may(self, right: Right) -> bool:
        return self.role in RIGHTS[right]


def is_more(role: str, than: str) -> bool:
    """Whether a role may do all that the other may, and more."""
    order = list(ROLES)
    return order.index(role) < order.index(than)
