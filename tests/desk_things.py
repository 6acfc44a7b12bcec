"""Something of each kind that an address of the desk can name, on one database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import insert, select

from bot import calendar, measures, places, staff
from bot.calendar import CLOSURE, COUNSELLOR
from bot.counter import BOOKING
from bot.database import Transaction
from bot.staff import INVITATION
from bot.statements import insert_once
from flows import policy
from flows.counter import Booking, Consent, Decision, Permit, Slot
from flows.desk.roles import Member
from tests.counters import DETAILS
from tests.desk import OpenDesk
from tests.town import Clock

LONG_NAME = "個別支援担当 川越見本例示 花子エリザベート"
LEAD = Member(701, "責任者 一号", "lead")


class Filling:
    """One transaction in which things are made."""

    def __init__(self, desk: OpenDesk, transaction: Transaction):
        self.desk, self.transaction, self.now = desk, transaction, desk.clock()

    async def counsellors(self, *names: str) -> None:
        """Of these names, from the first on; the office's own one is the first."""
        await calendar.changing(self.transaction)
        for number, name in enumerate(names, 1):
            row = {"id": str(number), "name": name, "hours": "", "version": 1}
            if await insert_once(self.transaction, COUNSELLOR, row) is None:
                renamed = COUNSELLOR.update().where(COUNSELLOR.c.id == row["id"]).values(name=name)
                await self.transaction.execute(renamed)
        await calendar.changed(self.transaction)

    async def booking(self, at: str, *events: str, counsellor: str = "1", chat: int = 1) -> Booking:
        """A request from this chat, moved on by these events."""
        await self.desk.kit.calendar.follow(self.transaction, self.now)
        counter = self.desk.kit.counter(self.transaction, self.now, chat, "ja")
        terms = counter.days.office.terms
        await counter.agree(Consent(terms.version, terms.sha256, self.now, "ja", "button"))
        permit = policy.permit(counter.days, Slot(counsellor, Clock(at)()), self.now)
        assert isinstance(permit, Permit)
        made = await counter.request(permit, {**DETAILS, "seeker_number": f"11030-{chat % 10**8:08}"})
        assert isinstance(made, Booking)
        for event in events:
            await counter.move(made, event, Decision(event, self.now, LEAD.id, LEAD.name, channel="desk"))
        return made

    async def proposed(self, at: str, *starts: str, chat: int = 1) -> Booking:
        """A request for which other times are proposed."""
        made = await self.booking(at, chat=chat)
        slots = [Slot("1", Clock(start)()) for start in starts]
        assert await places.propose(self.transaction, made.id, slots) is None
        decision = Decision("propose", self.now, LEAD.id, LEAD.name, channel="desk")
        counter = self.desk.kit.counter(self.transaction, self.now, chat, "ja")
        starting = tuple(slot.start for slot in slots)
        until = policy.proposal_lapses_at(counter.days, starting, self.now)
        await counter.move(made, "propose", replace(decision, starts=starting), lapses_at=until)
        return made

    async def closure(self, at: str, until: str) -> str:
        row = {"since": Clock(at)(), "until": Clock(until)(), "counsellor": "", "office": False, "reason": "building"}
        made = {"made_at": self.now, "made_by": LEAD.id}
        number = await self.transaction.execute(insert(CLOSURE).values(**row, **made).returning(CLOSURE.c.id))
        await calendar.changed(self.transaction)
        return str(number.scalar_one())

    async def measure(self, missed: Booking) -> tuple[str, str]:
        """A suspension for this booking, and an objection to it."""
        seal, of = self.desk.kit.seal, select(BOOKING.c.number_index).where(BOOKING.c.id == missed.id)
        number = str((await self.transaction.execute(of)).scalar_one())
        what = ("suspension", "no_contact", date(2026, 12, 31), "電話も不通。")
        measure = await measures.decide(self.transaction, seal, number, missed, *what, LEAD, self.now)  # type: ignore[arg-type]  # one of its words
        objection = await measures.note_objection(
            self.transaction, seal, measure, missed.id, "phone", "電車が止まりました。", LEAD, self.now
        )
        return str(measure), str(objection)

    async def invitation(self) -> str:
        await staff.invite(self.transaction, "reader", LEAD, self.now)
        return str((await self.transaction.execute(select(INVITATION.c.code_hash))).scalars().all()[-1])


def found(desk: OpenDesk) -> str:
    """What the lead has found of a day, as an address has it."""
    looked = {"at": desk.clock().isoformat(), "day": "2026-11-26"}
    token = desk.kit.seal.seal(looked, "search", "looked", str(LEAD.id))
    return urlsafe_b64encode(token).decode().rstrip("=")


async def one_of_each(desk: OpenDesk) -> Mapping[str, str]:
    """By the name that a path has for it; the booking is a request in a closed place; others beside it."""
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        await filling.counsellors("職員 二号", LONG_NAME, "職員 四号", "Counsellor Five")
        booking = await filling.booking("2026-11-26 10:00", chat=1)
        missed = await filling.booking("2026-11-24 09:30", "confirm", "miss", chat=2)
        confirmed = await filling.booking("2026-11-26 13:00", "confirm", chat=3, counsellor="2")
        proposed = await filling.proposed("2026-11-26 14:00", "2026-11-27 09:30", "2026-11-27 10:00", chat=4)
        unweighed = await filling.booking("2026-11-24 10:00", "confirm", "miss", chat=5)
        measure, objection = await filling.measure(missed)
        closure = await filling.closure("2026-11-26 00:00", "2026-11-27 00:00")
        invitation = await filling.invitation()
    return {
        "booking": booking.id, "missed": missed.id, "confirmed": confirmed.id, "proposed": proposed.id,
        "unweighed": unweighed.id, "counsellor": "2", "closure": closure, "measure": measure, "objection": objection,
        "invitation": invitation, "member": "703", "found": found(desk),
    }  # fmt: skip
