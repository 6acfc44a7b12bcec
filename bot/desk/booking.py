"""One booking: how it stands, its whole life, and what can be done with it. Personal details on a press, recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.desk import suspended, times
from bot.desk.requests import wish
from bot.desk.timeline import life
from bot.desk.touched import out_of_place
from bot.desk.visit import Answer, Page, Route, Visit, does, shows
from bot.records import record
from flows import answers, policy
from flows.arranging import OFFICE_REASONS
from flows.booking import QUESTIONS
from flows.counter import Booking
from flows.deciding import DECLINE_REASONS, LATE_REASONS
from flows.deciding_move import REASONS
from flows.desk import closing, history
from flows.desk.attendance import STATES
from flows.desk.people import IS_SUSPENDED, WEIGHED, until_when
from flows.desk.reading_records import Names
from flows.lifecycle import CONFIRMED, ENDED, FINISHED, IN_SESSION, LIVE, PROPOSED, REQUESTED
from flows.office_days import DAY
from flows.text import Text

CANCEL_CHANNELS = {
    "phone": Text("The person, by phone"),
    "mail": Text("The person, by e-mail (one that came by the day before)"),
    "office": Text("The office, for a reason of its own"),
}
WORD_CHANNELS = {key: history.CHANNELS[key] for key in ("phone", "mail", "counter")}
TOLD_BY_STAFF = {"by_phone": Text("Told by phone"), "by_hand": Text("E-mail sent by hand")}
YES, NO = Text("Yes"), Text("No")
CONDITIONS = {
    "registered": Text("Registration is complete (Article 2(1))"),
    "device": Text("Has the device and {product} (Article 2(2))"),
    "continuing": Text("Wants continuing counselling (Article 2(3))"),
}


@dataclass(frozen=True)
class May:
    """What can be done with a booking now, by whoever may book."""

    decide: bool
    propose: bool
    answer: bool
    set_url: bool
    move: bool
    book_next: bool
    cancel: bool
    assign: bool
    write: bool
    attend: bool
    tell: bool
    open_code: bool

    @property
    def anything(self) -> bool:
        return any(vars(self).values())


def may(booking: Booking, visit: Visit) -> May:
    state, ahead = booking.state, visit.now < booking.slot.start
    undecided, today = visit.now < booking.lapses_at, visit.days.day_of(visit.now)
    return May(
        decide=state == REQUESTED and undecided,
        propose=state == REQUESTED and undecided,
        answer=state == PROPOSED and undecided,
        set_url=state in (CONFIRMED, IN_SESSION),
        move=state == CONFIRMED and ahead,
        book_next=state in (IN_SESSION, ENDED, FINISHED),
        cancel=state in (REQUESTED, PROPOSED) or (state == CONFIRMED and ahead),
        assign=state in (REQUESTED, CONFIRMED) and ahead,
        write=state in (*LIVE, IN_SESSION) and bool(booking.details),
        attend=state in (CONFIRMED, IN_SESSION, ENDED) and booking.slot.start < visit.days.at(today + DAY, time(0)),
        tell=state == CONFIRMED and booking.told == "failed",
        open_code=state in LIVE and booking.chat is None and not booking.claim_code,
    )


async def show(visit: Visit) -> Answer:
    return await _page(visit, opened=False)


async def details(visit: Visit) -> Answer:
    """第6条: who looks at a person's details is written down; this is the one way to see them here."""
    booking = await visit.booking()
    await record(visit.transaction, visit.now, "looked", visit.member, booking.id)
    return await _page(visit, opened=True)


async def _page(visit: Visit, opened: bool) -> Answer:
    booking = await visit.booking()
    late = policy.late_confirmation(visit.days, booking.requested_at, booking.slot.start, visit.now) == "ask_reason"
    able = may(booking, visit)
    (free,) = await times.free_beside(visit, booking) if able.assign else ({},)
    names = Names({}, closing.names(visit.days))
    values = {
        "booking": booking, "may": able, "life": await life(visit.transaction, booking, visit.now, names),
        "state": STATES[booking.state], "source": history.SOURCES[booking.source],
        "told": _told(booking), "by_mail_only": await _by_mail_only(visit, booking),
        "confirm_late": late and booking.state == REQUESTED,
        "counsellor": names.counsellors.get(booking.slot.counsellor, booking.slot.counsellor),
        "free": free, "proposed": booking.proposed, "typed": visit.form if visit.problem else {},
        "details": _details(visit, booking) if opened else None, "erased": not booking.details,
        "late_reasons": times.labelled(LATE_REASONS), "cancel_reasons": list(OFFICE_REASONS.items()),
        "is_suspended": await _is_suspended(visit, booking),
        "weighs": booking.state in WEIGHED and visit.member.may("weigh"),
        "wish": wish(visit, booking), "move_reasons": [(key, label) for key, (label, _) in REASONS.items()],
        "decline_reasons": [(key, label) for key, (label, _) in DECLINE_REASONS.items()],
        "cancel_channels": times.labelled(CANCEL_CHANNELS), "word_channels": times.labelled(WORD_CHANNELS),
        "out_of_place": out_of_place(visit.days, booking), "asked": _asked_back(visit),
        "told_by_staff": times.labelled(TOLD_BY_STAFF), "shows_it": visit.kept in ("", booking.slot.counsellor),
    }  # fmt: skip
    return Page("booking.html", values)


async def _is_suspended(visit: Visit, booking: Booking) -> Text | None:
    """第4条(4): what somebody asked for before they were suspended stays; who decides about it should know."""
    if booking.state not in LIVE or not visit.member.may("book"):
        return None
    suspension = await suspended.of_booking(visit, booking)
    return IS_SUSPENDED.given(until=until_when(suspension.until)) if suspension else None


def _asked_back(visit: Visit) -> list[tuple[str, Text | str]]:
    """The addresses that were meant, where the one that was typed looks like a slip."""
    asked = visit.problem is not None and visit.problem.field == "email_check"
    read = answers.email(visit.form.get("email", "")) if asked else None
    choices = read.choices if isinstance(read, answers.Check) else ()
    return [(str(address), label) for label, address in choices if address is not None]


async def _by_mail_only(visit: Visit, booking: Booking) -> bool:
    """The person has a chat, and has closed it to the bot."""
    if booking.chat is None:
        return False
    known = await visit.kit.store.reached(visit.transaction, booking.chat)
    return known is not None and not known[1]


def _told(booking: Booking) -> Text | None:
    """How far the confirming letter is (4(2)b): only when it has been handed over is a booking confirmed."""
    words = {
        "waiting": Text("The confirming e-mail is on its way"),
        "handed": Text("Confirmed by e-mail"),
        "failed": Text("The confirming e-mail could not be sent"),
        "by_hand": Text("Confirmed by an e-mail that staff sent"),
        "by_phone": Text("Confirmed by phone"),
    }
    return words.get(booking.told)


def _details(visit: Visit, booking: Booking) -> list[tuple[Text, Text | str]]:
    given = booking.details
    lines: list[tuple[Text, Text | str]] = [
        (question.label, question.shown(given, visit.days))
        for question in QUESTIONS
        if question.label and question.name in given and question.name != "day"
    ]
    lines += [(label, YES if given[name] == "yes" else NO) for name, label in CONDITIONS.items() if name in given]
    return [*lines, (Text("URL"), booking.url)] if booking.url and given else lines


ROUTES: tuple[Route, ...] = (
    shows("/bookings/{booking}", "see", show),
    does("/bookings/{booking}/details", "details", details, show),
)
