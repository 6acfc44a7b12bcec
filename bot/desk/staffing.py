"""Staff: who works here with which role, invitations, the end of somebody's rights; and the language of one's own desk.

What one lead changes is seen by the other: each change looks at how it is now, one after the other, and there is
always a lead left.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, update

from bot import staff
from bot.desk import group
from bot.desk.visit import Answer, Done, Missing, Page, Route, Visit, Wrong, does, shows, within_the_desk
from bot.records import record
from bot.staff import INVITATION, STAFF
from bot.staff_tables import RUNNING
from bot.statements import one_at_a_time
from flows.desk.roles import ROLES, Member
from flows.text import Text

LANGUAGES = ("ja", "en")
INVITER = STAFF.alias("inviter")
MEMBERS = (
    select(STAFF.c.id, STAFF.c.name, STAFF.c.role, STAFF.c.since, INVITER.c.name.label("invited_by"))
    .outerjoin(INVITER, INVITER.c.id == STAFF.c.invited_by)
    .where(STAFF.c.ended_at.is_(None))
    .order_by(STAFF.c.since, STAFF.c.id)
)
INVITATIONS = (
    select(INVITATION.c.code_hash.label("id"), INVITATION.c.role, INVITATION.c.expires_at, STAFF.c.name.label("by"))
    .outerjoin(STAFF, STAFF.c.id == INVITATION.c.made_by)
    .where(INVITATION.c.role != "", INVITATION.c.used_at.is_(None))
    .order_by(INVITATION.c.expires_at)
)

LAST_LEAD = Text(
    "Nothing was done: {name} is the only lead. Somebody has to invite staff and to end rights. "
    "Make somebody else a lead first."
)
NO_LEAD_NOW = Text("Nothing was done: you are no lead any more. Another lead has changed your role just now.")
HAS_LEFT = Text("Nothing was done: the rights of {name} have ended already.")
IS_NOW = Text("Nothing was done: somebody else has changed the role of {name} just now. It is: {role}.")
USED = Text("Nothing was withdrawn: somebody has joined with this invitation already. You can end their rights below.")


@dataclass(frozen=True)
class Invited:
    """A code that was made just now: it is shown once, and only its hash is kept."""

    role: Text
    code: str = field(repr=False)


async def show(visit: Visit) -> Answer:
    return await _page(visit)


async def _page(visit: Visit, invited: Invited | None = None) -> Page:
    members = (await visit.transaction.execute(MEMBERS)).all()
    still_open = INVITATIONS.where(INVITATION.c.expires_at > visit.now)
    invitations = (await visit.transaction.execute(still_open)).all()
    values = {"members": members, "invitations": invitations, "invited": invited, "roles": ROLES}
    return Page("staff.html", values)


async def invite(visit: Visit) -> Answer:
    """The page with the code on it is the answer itself: a page to come would have to be told the code."""
    await _one_after_the_other(visit)
    role = visit.chosen("role", ROLES)
    code = await staff.invite(visit.transaction, role, visit.member, visit.now)
    return await _page(visit, Invited(ROLES[role], code))


async def withdraw(visit: Visit) -> Answer:
    """The code opens nothing from now on."""
    await _one_after_the_other(visit)
    this = (INVITATION.c.code_hash == visit.at["invitation"],)
    known = select(INVITATION.c.role).where(*this, INVITATION.c.role != "")
    if (await visit.transaction.execute(known)).first() is None:
        raise Missing
    if not await staff.withdraw(visit.transaction, this, visit.member, visit.now):
        raise Wrong(USED)
    return Done("/staff", Text("The invitation was withdrawn: its code opens nothing any more."))


async def change_role(visit: Visit) -> Answer:
    somebody = await _somebody(visit)
    role = visit.chosen("role", ROLES)
    if visit.sent("was") != somebody.role:
        raise Wrong(IS_NOW.given(name=somebody.name, role=ROLES[somebody.role]))
    if role == somebody.role:
        return Done("/staff", Text("{name} has this role already: {role}.", name=somebody.name, role=ROLES[role]))
    await _keep_a_lead(visit, somebody)
    await visit.transaction.execute(update(STAFF).where(STAFF.c.id == somebody.id).values(role=role))
    await record(visit.transaction, visit.now, "role_changed", visit.member, note=f"{somebody.id} {role}")
    if not Member(somebody.id, somebody.name, role).may("staff"):
        await staff.withdraw_all_of(visit.transaction, somebody.id, visit.member, visit.now)
    await group.tell(visit.kit, visit.transaction, somebody.id, "role", visit.now)
    changed = Text("{name} has a new role: {role}. It holds at once.", name=somebody.name, role=ROLES[role])
    return Done("/requests" if somebody.id == visit.member.id else "/staff", changed)


async def end(visit: Visit) -> Answer:
    """Works at once: links, sessions and open invitations are gone with the rights, and they are told."""
    somebody = await _somebody(visit)
    await _keep_a_lead(visit, somebody)
    await group.dismiss(visit.kit, visit.transaction, somebody.id, visit.member, visit.now)
    return Done("/staff", Text("The rights of {name} have ended: signed out everywhere.", name=somebody.name))


async def _somebody(visit: Visit) -> Member:
    """Whom the path names, as they are now. Raises `Missing`, and `Wrong` where their rights have ended."""
    await _one_after_the_other(visit)
    who = visit.at["member"]
    known = select(STAFF).where(STAFF.c.id == (int(who) if _is_an_id(who) else 0))
    if (row := (await visit.transaction.execute(known)).first()) is None:
        raise Missing
    if row.ended_at is not None:
        raise Wrong(HAS_LEFT.given(name=row.name))
    return Member(row.id, row.name, row.role)


def _is_an_id(given: str) -> bool:
    return given.isascii() and given.isdecimal() and len(given) < 19


async def _one_after_the_other(visit: Visit) -> None:
    """Of two leads who press at once the second looks at what the first has done, to themselves too."""
    await one_at_a_time(visit.transaction, "staff")
    still = await staff.member(visit.transaction, visit.member.id)
    if still is None or not still.may("staff"):
        raise Wrong(NO_LEAD_NOW)


async def _keep_a_lead(visit: Visit, somebody: Member) -> None:
    leads = select(STAFF.c.id).where(RUNNING, STAFF.c.role == "lead").limit(2)
    if (await visit.transaction.execute(leads)).scalars().all() == [somebody.id]:
        raise Wrong(LAST_LEAD.given(name=somebody.name))


async def choose_language(visit: Visit) -> Answer:
    """Of the pages and of what the bot writes to this member; then the same page again."""
    if (language := visit.sent("language")) not in LANGUAGES:
        raise Missing
    mine = update(STAFF).where(STAFF.c.id == visit.member.id).values(language=language)
    await visit.transaction.execute(mine)
    return Done(within_the_desk(visit.sent("back"), "/requests"))


ROUTES: tuple[Route, ...] = (
    shows("/staff", "staff", show),
    does("/staff", "staff", invite, show),
    does("/staff/invitations/{invitation}/withdraw", "staff", withdraw, show),
    does("/staff/{member}/role", "staff", change_role, show),
    does("/staff/{member}/end", "staff", end, show),
    Route("POST", "/language", "see", choose_language),
)
