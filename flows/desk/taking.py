"""A request that came by phone, mail or the official form (第4条(2)), written down by staff.

The questions, their readers and their checks are those of the chat (`flows.booking`); here is only what differs: all
stand on one page, and staff may go past the deadline of 4(1) 「原則として」 with a reason on record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flows import answers, policy
from flows.answers import Check, Reading, Rejected
from flows.booking import CONSENT_AND_CONDITIONS, QUESTIONS
from flows.choosing import chosen_slot
from flows.counter import Booking, Free, Refused, Slot
from flows.deciding import LATE_REASONS
from flows.office_days import DAY, OfficeDays
from flows.requesting import only_continue, yes_no
from flows.steps import Context, Question, always
from flows.text import Text

CHANNELS: Mapping[str, Text] = {
    "phone": Text("Phone"),
    "mail": Text("E-mail"),
    "form": Text("Official form"),
}
EXCEPTIONS: Mapping[str, Text] = {  # to the deadline of 4(1)
    "in_time": Text("The request reached us before the deadline"),
    "urgent": Text("The person needs it urgently"),
    **{key: LATE_REASONS[key] for key in ("agreed", "other")},
}
CONDITIONS = tuple(q for q in CONSENT_AND_CONDITIONS if isinstance(q, Question) and q.offer is yes_no)
# On one page a day is chosen with its time, and where there is nothing to choose nothing is asked.
FIELDS = tuple(q for q in QUESTIONS if q.name != "time" and q.offer is not only_continue)
HINTS: Mapping[str, Text] = {
    "name": Text("As registered at Hello Work, like 川越 太郎"),
    "seeker_number": Text("5 digits, a hyphen, 4 to 8 digits, like 11030-01234567"),
    "day": Text("One session is 30 minutes."),
    "email": Text("The confirmation and the video-call URL go there. Mail from {sender_domain} must be allowed."),
    "phone": Text("The number registered at Hello Work, like 090-1234-5678; it shows who the person is"),
    "companion": Text("Interpreter or carer (Article 10(3))"),
}
LABELS: Mapping[str, Text] = {"language": Text("Interpreter’s language")}
SHORT: Mapping[str, Text] = {  # of what the page asks in a sentence, to be read out
    "channel": Text("The way it came"),
    "registered": Text("Registration"),
    "device": Text("Device and {product}"),
    "continuing": Text("Continuing counselling"),
}

MISSING = Text("Please fill this in.")
CHOOSE = Text("Please choose one of the given answers.")
NO_TIME = Text("Please choose a time from the list.")
NOT_ASKED = Text("This does not go with the other answers. Please empty it, or change the other answer.")
NO_NUMBER = Text("This is no job-seeker number: 5 digits, a hyphen, 4 to 8 digits, like 11030-01234567.")
OTHER_NUMBER = Text(
    "This looks like another number (such as employment insurance or My Number). It was not kept. Please ask again for"
    " what belongs here."
)
NOT_ELIGIBLE = Text(
    "It cannot be taken: all three conditions of Article 2 must be met. Please offer counselling by phone or at the"
    " counter."
)
TAKEN = Text("Another request for {date} {time} came in first. Please choose another time with the person.")
WHY_LATE = Text("{date} is past the deadline ({deadline}). Please choose a reason for the exception, or another day.")
CONFIRM_NOW = Text(
    "A request for {date} lapsed at {lapse_date} {lapse_time} if it was undecided, so it can only be taken and"
    " confirmed at once. Please tick that, or choose another day."
)


@dataclass
class Sheet:
    """What stands on the page, as it was understood. By the question's name: `wrong` says why it is no answer,
    `asked` asks one value back (until there is an answer), `secret` is not to be shown again.
    """

    answers: dict[str, Any] = field(default_factory=dict, repr=False)
    wrong: dict[str, Text] = field(default_factory=dict)
    asked: dict[str, Check] = field(default_factory=dict)
    secret: set[str] = field(default_factory=set)

    def open(self, name: str) -> bool:
        """Whether something is to be done at this field."""
        return name in self.wrong or (name in self.asked and name not in self.answers)


async def read(context: Context, sent: Callable[[str], str]) -> Sheet:
    """The fields as they were sent, each read as the chat reads it."""
    sheet = Sheet(context.answers)
    for condition in CONDITIONS:
        await _choose(sheet, context, condition, sent(condition.name))
    for question in FIELDS:
        typed = sent(question.name)
        if not question.when(context):
            if typed:
                sheet.wrong[question.name] = NOT_ASKED
        elif question.name == "day":
            _read_slot(sheet, context, typed)
        elif question.read:
            reading = question.read(typed) if typed else Rejected(MISSING)
            _take(sheet, question, reading, sent(f"{question.name}_check"), typed)
        else:
            await _choose(sheet, context, question, typed)
    return sheet


async def _choose(sheet: Sheet, context: Context, question: Question, value: str) -> None:
    offered = await question.offered(context)
    if value in [button.value for row in offered.rows for button in row]:
        sheet.answers[question.name] = value
    else:
        sheet.wrong[question.name] = CHOOSE


def _take(sheet: Sheet, question: Question, reading: Reading, picked: str, typed: str) -> None:
    if isinstance(reading, Check):
        sheet.asked[question.name] = reading
        if (choice := _picked(reading, typed, picked)) is not None:
            sheet.answers[question.name] = choice
    elif isinstance(reading, Rejected):
        sheet.wrong[question.name] = _why(reading)
        if reading is answers.ANOTHER_NUMBER:
            sheet.secret.add(question.name)
    else:
        sheet.answers[question.name] = reading


def _why(rejected: Rejected) -> Text:
    """What the chat says, but for what holds in a chat only: that a message was deleted, that one may phone."""
    if rejected is answers.ANOTHER_NUMBER:
        return OTHER_NUMBER
    return NO_NUMBER if rejected is answers.NO_SEEKER_NUMBER else rejected.why


def choice_of(index: int, typed: str) -> str:
    """The value of a choice that was asked back: it is good for what was typed only."""
    return f"{index}:{typed}"


def _picked(check: Check, typed: str, picked: str) -> Any:
    """The value chosen; None where nothing was, or to type another one."""
    values = {choice_of(index, typed): value for index, (_, value) in enumerate(check.choices)}
    return values.get(picked)


def slot_of(days: OfficeDays, slot: Slot) -> str:
    """The value of a free place in the list: `2026-11-24 0930-1`."""
    local = slot.start.astimezone(days.office.zone)
    return f"{local:%Y-%m-%d %H%M}-{slot.counsellor}"


def _read_slot(sheet: Sheet, context: Context, value: str) -> None:
    sheet.answers["day"], _, sheet.answers["time"] = value.partition(" ")
    try:
        chosen_slot(context)
    except ValueError:
        del sheet.answers["day"], sheet.answers["time"]
        sheet.wrong["day"] = NO_TIME


@dataclass(frozen=True)
class Places:
    """The free places of some days: (value, start) each. `late`: past the deadline of 4(1)."""

    day: date
    late: bool
    places: tuple[tuple[str, datetime], ...]


def days_to_look_at(days: OfficeDays, now: datetime) -> tuple[date, ...]:
    """Business days from today; those past the deadline too, which the chat does not offer."""
    today, last = days.day_of(now), policy.last_day(days, now)
    ahead = (today + n * DAY for n in range((last - today).days + 1))
    return tuple(day for day in ahead if days.is_business_day(day))


def places(days: OfficeDays, free: Free, now: datetime, chosen: str) -> tuple[Places, ...]:
    """What can be chosen: days in time first. One place a start, the chosen one if it is still free."""
    first = policy.first_day(days, now)
    found = []
    for day, starts in free.items():
        values = [(_place(days, start, who, chosen), start) for start, who in starts.items() if start > now]
        found += [Places(day, day < first, tuple(values))] if values else []
    return tuple(sorted(found, key=lambda one: (one.late, one.day)))


def _place(days: OfficeDays, start: datetime, counsellors: tuple[str, ...], chosen: str) -> str:
    values = [slot_of(days, Slot(counsellor, start)) for counsellor in counsellors]
    return chosen if chosen in values else values[0]


def past_the_deadline(days: OfficeDays, slot: Slot, now: datetime) -> bool:
    """第4条(1) 「原則として」: whether it is an exception to take this request now, or to confirm it at once."""
    permit = policy.permit(days, slot, now)
    return isinstance(permit, Refused) and permit.clause == "4(1)"


def label(question: Question) -> Text | str:
    """What stands before its field."""
    asked = question.ask if isinstance(question.ask, Text) else None
    return question.label or LABELS.get(question.name) or asked or question.name


def in_short(question: Question) -> Text | str:
    """What a list of all that is to be looked at calls it."""
    return SHORT.get(question.name) or label(question)


def hint(question: Question) -> Text | None:
    """What stands below its label: what the chat asks, where that is not the label and has no words for staff."""
    asked = question.ask if isinstance(question.ask, Text) and question.label else None
    return HINTS.get(question.name, asked)


def needed(question: Question) -> bool:
    """Whether it applies whatever else is answered."""
    return question.when is always


def live_lines(days: OfficeDays, live: tuple[Booking, ...]) -> Text:
    """The live bookings of one job-seeker number, one a line."""
    zone = days.office.zone
    starts = [(booking, booking.slot.start.astimezone(zone)) for booking in live]
    lines = tuple(
        Text("{date} {time} (reference {ref})", date=start.date(), time=start.time(), ref=booking.reference)
        for booking, start in starts
    )
    return Text(
        "This job-seeker number has a live request or booking already:\n{lines}\nTo take another one, tick the box.",
        lines=lines,
    )
