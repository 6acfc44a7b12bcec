"""Other times: up to three proposed, the answer noted on the person's word, a move, and the next booking (4(3))."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from bot import places
from bot.desk import booking as one
from bot.desk import suspended, times
from bot.desk.visit import Answer, Done, Page, Route, Visit, Wrong, does, shows
from bot.desk.writing import ERASED, typed_url
from bot.records import record
from flows import policy
from flows.counter import Booking
from flows.desk import closing
from flows.desk.people import suspended_number
from flows.desk.taking import EXCEPTIONS
from flows.text import Text

MOST = 3  # times in one proposal
ONE_TO_THREE = Text("Please choose one to three times. Chosen now: {count}.")
TWICE = Text("{date} {time} is chosen twice. Please choose each time once.")
NO_TIME_TO_ANSWER = Text(
    "The person would have no time to answer: by Article 4(1), the time to choose is until {date} {time}. Please choose"
    " later times, or call."
)
NOT_WAITING = Text("Nothing was done: this request has been decided already. Please look at how it is now.")
OVER = Text("Nothing was done: the time to choose is over, or the choice was made. Please look at how it is now.")
NOT_PROPOSED = Text("Please choose one of the proposed times.")
NO_MOVE = Text(
    "Nothing was done: only a confirmed booking that has not begun can be moved. Please look at how it is now."
)
NO_NEXT = Text(
    "Nothing was done: the next session is booked from one that is running or was held. Please look at how it is now."
)
HAS_ONE = Text(
    "Nothing was done: the person has another request or booking already. Please search for it, and move that one."
)


async def show(visit: Visit) -> Answer:
    """The free times that lie ahead, for what can be done with this booking now."""
    booking = await visit.booking()
    able = one.may(booking, visit)
    way = "propose" if able.propose else "move" if able.move else "next" if able.book_next else ""
    weeks = await times.weeks(visit, booking, same_counsellor=way == "next") if way else []
    suspension = await suspended.of_booking(visit, booking) if way == "next" else None
    values = {
        "booking": booking, "way": way, "weeks": weeks, "counsellors": closing.names(visit.days),
        "exceptions": times.labelled(EXCEPTIONS), "word_channels": times.labelled(one.WORD_CHANNELS),
        "suspension": suspension, "is_suspended": suspended_number(suspension.until) if suspension else None,
        "chosen": visit.form.getall("time", []) if visit.problem else [], "typed": visit.form if visit.problem else {},
    }  # fmt: skip
    return Page("times.html", values)


async def propose(visit: Visit) -> Answer:
    """第4条(2)b 「予約が可能である日時を記載したメール」: these are held for the person, the wanted one is not."""
    booking = await visit.unchanged()
    if not one.may(booking, visit).propose:
        raise Wrong(NOT_WAITING)
    values = set(visit.form.getall("time", []))
    if not 1 <= len(values) <= MOST:
        raise Wrong(ONE_TO_THREE.given(count=len(values)), "time")
    found = [await times.chosen(visit, value) for value in sorted(values)]
    slots = sorted((permit.slot for permit, _ in found), key=lambda slot: slot.start)
    starts = _once(visit, [slot.start for slot in slots])
    until = policy.proposal_lapses_at(visit.days, starts, visit.now)
    local = until.astimezone(visit.days.office.zone)
    said = {"date": local.date(), "time": local.time()}
    if until <= visit.now:
        raise Wrong(NO_TIME_TO_ANSWER.given(**said), "time")
    if await places.propose(visit.transaction, booking.id, slots):
        raise Wrong(times.TAKEN_MEANWHILE, "time")
    decision = visit.decision("propose", next((why for _, why in found if why), ""))
    await visit.counter.move(booking, "propose", replace(decision, starts=starts), lapses_at=until)
    told = Text("{ref}: the person is asked, and can choose until {date} {time}.", ref=booking.reference)
    return Done(f"/bookings/{booking.id}", told.given(**said))


def _once(visit: Visit, starts: list[datetime]) -> tuple[datetime, ...]:
    """These times, among which the person can choose: each of them once, with whomever. Raises `Wrong`."""
    for start, following in pairwise(starts):
        if start == following:
            local = start.astimezone(visit.days.office.zone)
            raise Wrong(TWICE.given(date=local.date(), time=local.time()), "time")
    return tuple(starts)


async def accept(visit: Visit) -> Answer:
    """Noted on the person's word."""
    booking = await _asked(visit)
    value = visit.sent("slot")
    slot = next((each for each in booking.proposed if times.value_of(each) == value), None)
    if slot is None:
        raise Wrong(NOT_PROPOSED, "slot")
    channel = visit.chosen("channel", one.WORD_CHANNELS)
    if not await visit.counter.accept(booking, slot, visit.decision("accept", "", channel)):
        raise Wrong(OVER)
    return Done(f"/bookings/{booking.id}", Text("Confirmed: {ref}. The e-mail is on its way.", ref=booking.reference))


async def refuse(visit: Visit) -> Answer:
    """None of the proposed times is wanted, on the person's word."""
    booking = await _asked(visit)
    channel = visit.chosen("channel", one.WORD_CHANNELS)
    await visit.counter.move(booking, "refuse", visit.decision("refuse", "", channel))
    return Done(f"/bookings/{booking.id}", Text("Closed: {ref}. The times are free again.", ref=booking.reference))


async def _asked(visit: Visit) -> Booking:
    booking = await visit.unchanged()
    if not one.may(booking, visit).answer:
        raise Wrong(OVER)
    return booking


async def move(visit: Visit) -> Answer:
    """The same booking at another time, on the person's word; its URL belongs to the time that is left."""
    booking = await visit.unchanged()
    if not one.may(booking, visit).move:
        raise Wrong(NO_MOVE)
    permit, why = await times.chosen(visit, visit.sent("time"))
    channel = visit.chosen("channel", one.WORD_CHANNELS)
    if not await places.exchange(visit.transaction, booking.id, permit.slot):
        raise Wrong(times.TAKEN_MEANWHILE, "time")
    decision = replace(visit.decision("move", why, channel), starts=(booking.slot.start,))
    url = typed_url(visit, booking) if visit.sent("url") else ""
    changes = {**visit.counter.at(permit.slot), "url": url, "url_sent": False}
    await visit.counter.move(booking, "move", decision, **changes)
    if url:
        await record(visit.transaction, visit.now, "url_set", visit.member, booking.id)
    return Done(f"/bookings/{booking.id}", Text("Moved: {ref}. The e-mail is on its way.", ref=booking.reference))


async def book_next(visit: Visit) -> Answer:
    """第4条(3) 「当該面談等での予約をもって予約確定とし」: confirmed at once, with the same counsellor and details.

    第4条(1) 「2回目以降についての予約申込みは、オンライン職業相談の際にも行うことができます」
    """
    booking = await visit.unchanged()
    if not one.may(booking, visit).book_next:
        raise Wrong(NO_NEXT)
    if not booking.details:
        raise Wrong(ERASED)
    permit, why = await times.chosen(visit, visit.sent("time"))
    if permit.slot.counsellor != booking.slot.counsellor:
        raise Wrong(times.NO_TIME, "time")
    suspended.knowingly(visit, suspension := await suspended.of_booking(visit, booking))
    counter = visit.kit.counter(visit.transaction, visit.now, booking.chat, booking.language)
    details = {name: given for name, given in booking.details.items() if name not in ("day", "time")}
    made = await counter.request(permit, details, visit.decision("book_next", why, "session"))
    if made == "duplicate":
        raise Wrong(HAS_ONE)
    if made == "taken":
        raise Wrong(times.TAKEN_MEANWHILE, "time")
    await suspended.note(visit, suspension, made)
    return Done(f"/bookings/{made.id}", Text("Confirmed: {ref}. The e-mail is on its way.", ref=made.reference))


ROUTES: tuple[Route, ...] = (
    shows("/bookings/{booking}/times", "book", show),
    does("/bookings/{booking}/propose", "book", propose, show),
    does("/bookings/{booking}/move", "book", move, show),
    does("/bookings/{booking}/next", "book", book_next, show),
    does("/bookings/{booking}/accept", "book", accept, one.show),
    does("/bookings/{booking}/refuse", "book", refuse, one.show),
)
