"""Today: the sessions of the day, those of earlier days whose outcome is missing, and what became of each.

What may be recorded when is decided in `flows/desk/attendance.py`; nothing is recorded by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import BindParameter, Row, String, and_, bindparam, or_, select

from bot.counter import BOOKING, HOLD
from bot.desk import missed
from bot.desk.touched import out_of_place
from bot.desk.visit import Answer, Done, Page, Route, Visit, Wrong, does, shows
from bot.staff_tables import CounsellorRow
from bot.tables import AWAITING_OUTCOME, table
from flows import clock
from flows.counter import Booking, Decision, Refused
from flows.desk import attendance, history
from flows.desk.attendance import CORRECT_REASONS, MISS_REASONS, NOT_HELD_REASONS, STOP_REASONS
from flows.desk.closing import names
from flows.lifecycle import CONFIRMED, DECLINED, ENDED, IN_SESSION, LAPSED, PROPOSED, REQUESTED
from flows.office_days import DAY
from flows.text import Text

COUNSELLOR = table(CounsellorRow)
MOST, MOST_LEFT = 200, 50  # of the day, and of earlier days: these are worked off from the oldest
NO_SESSION = (REQUESTED, PROPOSED, DECLINED, LAPSED)
STILL_TO_DO = (CONFIRMED, IN_SESSION, ENDED)  # these stand first: what is over is looked up, not worked off
TAKES_THE_COUNSELLOR = (REQUESTED, PROPOSED, CONFIRMED, IN_SESSION)
WHOSE: BindParameter[str] = bindparam("counsellor", type_=String)
OF_THEIRS = or_(WHOSE == "", BOOKING.c.counsellor == WHOSE)
OF_THE_DAY = (
    select(BOOKING)
    .where(BOOKING.c.start >= bindparam("first"), BOOKING.c.start < bindparam("last"))
    .where(BOOKING.c.state.not_in(NO_SESSION), OF_THEIRS)
    .order_by(BOOKING.c.start, BOOKING.c.counsellor)
    .limit(MOST)
)
LEFT_OPEN = (
    select(BOOKING)
    .where(AWAITING_OUTCOME, BOOKING.c.ends_at < bindparam("first"), OF_THEIRS)
    .order_by(BOOKING.c.ends_at, BOOKING.c.counsellor)
    .limit(MOST_LEFT)
)
AT_THAT_TIME = select(BOOKING).where(
    and_(HOLD.c.counsellor == bindparam("counsellor"), HOLD.c.start == bindparam("next")),
    BOOKING.c.id == HOLD.c.booking_id,
    BOOKING.c.state.in_(TAKES_THE_COUNSELLOR),
)
DID: Mapping[str, Text] = {
    "start": Text("Started"), "extend": Text("Extended"), "stop": Text("Stopped"), "finish": Text("Recorded as held"),
    "miss": Text("Recorded as no contact"), "not_held": Text("Recorded as not held"),
    "correct": Text("“No contact” corrected"), "end": Text("The time was over"), "cancel": Text("Cancelled"),
}  # fmt: skip
WHY: Mapping[str, Text] = {**STOP_REASONS, **NOT_HELD_REASONS, **CORRECT_REASONS, **MISS_REASONS}
STILL_IN_FORCE = Text(
    "Corrected: {ref}. The person is being told. A suspension or warning that rested on it is still in force: please"
    " decide here whether to end it. How the session went is recorded under Today."
)
REASONS = {"stop": STOP_REASONS, "not_held": NOT_HELD_REASONS, "correct": CORRECT_REASONS}


@dataclass(frozen=True)
class Session:
    """One session in the list, without personal details. `why_not` has what cannot be done now, by its act."""

    booking: Booking
    state: str
    counsellor: Text | str
    has_url: bool
    why_not: Mapping[str, Refused | None]
    last: Text | None  # what was recorded last, when and by whom
    unasked: bool  # ten minutes over, and nobody said whether the person came
    over_time: bool  # the half hour is over, and it still runs
    out_of_place: tuple[Text, str] | None  # it stands in a place that was closed after it, and where that is to be seen

    def may(self, act: str) -> bool:
        return self.why_not[act] is None


async def show(visit: Visit) -> Answer:
    today, whose = visit.days.day_of(visit.now), _whose(visit)
    first = visit.days.at(today, time(0))
    between = {"first": first, "last": visit.days.at(today + DAY, time(0)), "counsellor": whose}
    of_the_day = await _found(visit, OF_THE_DAY, between)
    left_open = await _found(visit, LEFT_OPEN, {"first": first, "counsellor": whose})
    words = {"states": attendance.STATES, "told": attendance.TOLD, "most": MOST, "most_left": MOST_LEFT}
    words |= {"events": history.EVENTS, "whose": whose, "counsellors": _there(visit, whose)}
    words |= {f"{act}_reasons": list(among.items()) for act, among in REASONS.items()}
    lists = {
        "sessions": [one for one in of_the_day if one.state in STILL_TO_DO], "open": left_open,
        "done": [one for one in of_the_day if one.state not in STILL_TO_DO], "cut": len(of_the_day) == MOST,
    }  # fmt: skip
    values = {"today": today, **lists, **words, **_tried(visit, [*of_the_day, *left_open])}
    return Page("today.html", values, at="/today", keep=whose if "counsellor" in visit.query else None)


def _whose(visit: Visit) -> str:
    """The counsellor whose sessions alone are shown, empty for everybody's; so it stays until another is chosen."""
    wanted = visit.query.get("counsellor", visit.kept)
    return wanted if wanted in names(visit.days) else ""


def _there(visit: Visit, whose: str) -> list[tuple[str, Text | str]]:
    today = visit.days.day_of(visit.now)
    left = {one.id for one in visit.days.counsellors if one.has_left(today)} - {whose}
    return [(who, name) for who, name in names(visit.days).items() if who not in left]


def _tried(visit: Visit, shown: Sequence[Session]) -> dict[str, str]:
    """The booking whose form could not be done just now, what was sent, and where it stands on the page."""
    tried, field = visit.at.get("booking", ""), visit.problem.field if visit.problem else ""
    place = f"#b{tried}" if any(one.booking.id == tried for one in shown) else ""
    return {"tried": tried, "place": place, "field": field, "chosen": visit.sent("reason")}


async def _found(visit: Visit, which: Any, values: Mapping[str, Any]) -> list[Session]:
    rows: Sequence[Row[Any]] = (await visit.transaction.execute(which, values)).all()
    named = names(visit.days)
    return [await _session(visit, booking, named) for booking in await visit.counter.all_opened(rows)]


async def _session(visit: Visit, booking: Booking, named: Mapping[str, Text | str]) -> Session:
    days, now, who = visit.days, visit.now, booking.slot.counsellor
    state = attendance.presently(days, booking, now)
    half_hour = booking.slot.start + timedelta(minutes=days.office.session_minutes)
    return Session(
        booking, state, named.get(who, who),
        has_url=bool(booking.url),
        why_not=await _why_not(visit, booking, state), last=_last(visit, booking.decision),
        unasked=state == CONFIRMED and not booking.contact_at and now >= clock.no_contact_at(days, booking.slot.start),
        over_time=state == IN_SESSION and not booking.extended and now >= half_hour,
        out_of_place=out_of_place(days, booking) if state == CONFIRMED else None,
    )  # fmt: skip


async def _why_not(visit: Visit, booking: Booking, state: str) -> dict[str, Refused | None]:
    days, now = visit.days, visit.now
    following = await _following(visit, booking) if state == IN_SESSION else None
    return {
        "start": attendance.start(days, booking, now), "extend": attendance.extend(days, booking, now, following),
        "stop": attendance.stop(days, booking, now), "finish": attendance.finish(days, booking, now),
        "contact": attendance.contact(days, booking, now), "miss": attendance.miss(days, booking, now, sure=True),
        "not_held": attendance.not_held(days, booking, now), "correct": attendance.correct(days, booking, now),
    }  # fmt: skip


async def _following(visit: Visit, booking: Booking) -> Booking | None:
    """The same counsellor's session in the next half hour."""
    after = booking.slot.start + timedelta(minutes=visit.days.office.session_minutes)
    found = await visit.transaction.execute(AT_THAT_TIME, {"counsellor": booking.slot.counsellor, "next": after})
    row = found.first()
    return await visit.counter.opened(row) if row and row.id != booking.id else None


def _last(visit: Visit, decision: Decision | None) -> Text | None:
    """What was recorded last: what, when, by whom and why."""
    if decision is None or decision.event not in DID:
        return None
    at: datetime = decision.at.astimezone(visit.days.office.zone)
    who = decision.name or (Text("by itself") if decision.channel == "clock" else Text("the person"))
    said = Text("{what}, {date} {time} ({who})", what=DID[decision.event], date=at.date(), time=at.time(), who=who)
    why = WHY.get(decision.reason)
    return Text("{what}: {why}", what=said, why=why) if why else said


# What is recorded


async def start(visit: Visit) -> Answer:
    """第4条(4): the person came."""
    booking = await _in_hand(visit)
    _allowed(attendance.start(visit.days, booking, visit.now))
    return await _done(visit, booking, "start", Text("Started: {ref}. Finish it here when it is over."))


async def extend(visit: Visit) -> Answer:
    """第4条(1) 「必要により延長する場合は45分まで」."""
    booking = await _in_hand(visit)
    _allowed(attendance.extend(visit.days, booking, visit.now, await _following(visit, booking)))
    ends = clock.ends_at(visit.days, booking.slot.start).astimezone(visit.days.office.zone).time()
    return await _done(visit, booking, "extend", Text("Extended: {ref}. It ends at {time} at the latest.", time=ends))


async def stop(visit: Visit) -> Answer:
    """第10条（1） 「中止又はお断りすることがあります」, with a reason from the list."""
    booking = await _in_hand(visit)
    _allowed(attendance.stop(visit.days, booking, visit.now))
    reason = visit.chosen("reason", STOP_REASONS)
    return await _done(visit, booking, "stop", Text("Recorded as stopped: {ref}."), reason)


async def finish(visit: Visit) -> Answer:
    """第4条(1): it took place."""
    booking = await _in_hand(visit)
    _allowed(attendance.finish(visit.days, booking, visit.now))
    return await _done(visit, booking, "finish", Text("Recorded as held: {ref}."))


async def contact(visit: Visit) -> Answer:
    """第4条(4) 「連絡がないまま」: there was contact, so this booking is not one without."""
    booking = await _in_hand(visit)
    _allowed(attendance.contact(visit.days, booking, visit.now))
    await visit.counter.note_contact(booking, visit.decision("contact"))
    noted = Text("Noted that the person was in touch: {ref}. The booking stays, and can still be started in its time.")
    return Done("/today", noted.given(ref=booking.reference))


async def miss(visit: Visit) -> Answer:
    """第4条(4) 「キャンセルとみなします」: staff say so, ten minutes after the start or later."""
    booking = await _in_hand(visit)
    if refused := attendance.miss(visit.days, booking, visit.now, visit.sent("sure") == "yes"):
        raise Wrong(refused.why, "sure")
    reason = attendance.DESPITE_CONTACT if booking.seen_at else ""
    said = Text("Recorded as no contact: {ref}. The person is being told, and how to say that it is wrong.")
    return await _done(visit, booking, "miss", said, reason)


async def not_held(visit: Visit) -> Answer:
    """第4条(4): it did not take place, and nothing counts against the person."""
    booking = await _in_hand(visit)
    _allowed(attendance.not_held(visit.days, booking, visit.now))
    reason = visit.chosen("reason", NOT_HELD_REASONS)
    said = Text("Recorded as not held: {ref}. It does not count against the person.")
    return await _done(visit, booking, "not_held", said, reason)


async def correct(visit: Visit) -> Answer:
    """第4条(4): a lead takes back a wrong "no contact"; the person is told."""
    booking = await _in_hand(visit)
    _allowed(attendance.correct(visit.days, booking, visit.now))
    reason = visit.chosen("reason", CORRECT_REASONS)
    said = Text("Corrected: {ref}. The person is being told. Please record how the session went.")
    done = await _done(visit, booking, "correct", said, reason)
    if await missed.rests_on_nothing(visit.transaction, booking, visit.days.day_of(visit.now)):
        return Done("/people", STILL_IN_FORCE.given(ref=booking.reference))
    return done


async def _in_hand(visit: Visit) -> Booking:
    """The booking as the page showed it; where its time is over and the clock has not said so yet, that comes first."""
    booking = await visit.unchanged()
    if booking.state != ENDED and attendance.presently(visit.days, booking, visit.now) == ENDED:
        await visit.counter.move(booking, "end", Decision("end", visit.now, channel="clock"))
    return booking


def _allowed(refused: Refused | None) -> None:
    """Raises `Wrong` where the terms or the state say no."""
    if refused:
        raise Wrong(refused.why)


async def _done(visit: Visit, booking: Booking, event: str, said: Text, reason: str = "") -> Done:
    await visit.counter.move(booking, event, visit.decision(event, reason))
    return Done("/today", said.given(ref=booking.reference))


ROUTES: tuple[Route, ...] = (
    shows("/today", "see", show),
    *(
        does(f"/bookings/{{booking}}/{act.__name__}", "book", act, show)
        for act in (start, extend, stop, finish, contact, miss, not_held)
    ),
    does("/bookings/{booking}/correct", "weigh", correct, show),
)
