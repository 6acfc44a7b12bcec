"""People who missed sessions without contact (第4条(4)): what a lead may decide about one of them, and what is shown.

Nothing follows by itself from a number of missed sessions: the terms leave it to the office, so a lead weighs each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from flows.lifecycle import MISSED, STOPPED
from flows.text import Text

What = Literal["warning", "suspension", "nothing"]
LONGEST = timedelta(days=366)  # of a suspension with an end: what is longer is more likely a slip of the keyboard
SHORTEST_WORDS, LONGEST_WORDS = 2, 1000

DECISIONS = {
    "warning": Text("Warn"),
    "until": Text("Suspend until a date"),
    "open": Text("Suspend without an end date"),
    "nothing": Text("Nothing: it is noted and stays so"),
}
WHAT: Mapping[str, What] = {
    "warning": "warning", "until": "suspension", "open": "suspension", "nothing": "nothing",
}  # fmt: skip
MEASURES: Mapping[str, Text] = {
    "warning": Text("Warning"),
    "suspension": Text("Suspension"),
    "nothing": Text("No measure"),
}
WEIGHED = (MISSED, STOPPED)  # sessions that a decision can rest on (第4条(4), 第10条（1）)
REASONS = {
    "no_contact": Text("Missed without contact"),
    "conduct": Text("Conduct in the session (Article 10(1))"),
    "other": Text("Other (the person is asked to call)"),
}
WHY_ENDED = {
    "corrected": Text("The session was not missed"),
    "objection": Text("The objection is right"),
    "talked": Text("Settled with the person"),
    "other": Text("Another reason"),
}
CHANNELS = {
    "phone": Text("By phone"),
    "mail": Text("By e-mail"),
    "counter": Text("At the counter"),
    "chat": Text("In the chat"),
}

NO_DATE = Text("Please give the last day of the suspension, or choose one without an end date.")
PAST_DATE = Text("That day has passed. Please give today or a later day.")
FAR_DATE = Text("That day is more than a year away. Please check it; for longer, choose one without an end date.")
DATE_TOO_MANY = Text("A day belongs to a suspension until a date only. Please choose that, or take the day away.")
NO_WORDS = Text(
    "Please write down why, in {least} to {most} characters. Only leads read it.",
    least=SHORTEST_WORDS,
    most=LONGEST_WORDS,
)
NO_OBJECTION = Text(
    "Please write down what the person says, in {least} to {most} characters. Only leads read it.",
    least=SHORTEST_WORDS,
    most=LONGEST_WORDS,
)
NO_ANSWER = Text(
    "Nothing was sent: please write the answer, in {least} to {most} characters. The person reads it.",
    least=SHORTEST_WORDS,
    most=LONGEST_WORDS,
)
NEEDED = {"words": NO_WORDS, "objection": NO_OBJECTION, "answer": NO_ANSWER}

SUSPENDED_NUMBER = Text(
    "Online booking is suspended for this job-seeker number ({until}), as a lead decided.\n"
    "To book all the same, tick the box. It is recorded."
)
IS_SUSPENDED = Text("Online booking is suspended for this job-seeker number ({until})")


def suspended_number(until: date | None) -> Text:
    """What a clerk reads who books for somebody suspended."""
    return SUSPENDED_NUMBER.given(until=until_when(until))


def until_when(last: date | None) -> Text:
    return Text("Until the end of {day}", day=last) if last else Text("No end date")


@dataclass(frozen=True)
class Missed:
    """A session missed without contact: `at` is when staff said so."""

    booking: str
    ref: str
    start: datetime
    at: datetime
    contact_at: datetime | None = None

    @property
    def reference(self) -> str:
        return f"{self.ref[:3]}-{self.ref[3:]}"


@dataclass(frozen=True)
class Measure:
    """What a lead decided about one job-seeker number. A warning stands until it is withdrawn."""

    id: int
    number_index: str = field(repr=False)
    booking: str
    what: str
    reason: str
    at: datetime
    name: str
    until: date | None = None
    ended_at: datetime | None = None

    def in_force(self, today: date) -> bool:
        return self.what != "nothing" and self.ended_at is None and (self.until is None or self.until >= today)


@dataclass(frozen=True)
class Person:
    """One job-seeker number, without a name: all that was missed, oldest first, and what was decided about it; how
    many other bookings are known, by their state.
    """

    missed: tuple[Missed, ...]
    measures: tuple[Measure, ...] = ()
    others: Mapping[str, int] = field(default_factory=dict)

    @property
    def unweighed(self) -> tuple[Missed, ...]:
        """What was missed since the last decision."""
        last = max((measure.at for measure in self.measures), default=None)
        return tuple(missed for missed in self.missed if last is None or missed.at > last)

    @property
    def newest(self) -> Missed:
        """The one that a decision is written down with."""
        return (self.unweighed or self.missed)[-1]

    @property
    def latest(self) -> int:
        """The id of the last decision."""
        return max((measure.id for measure in self.measures), default=0)

    @property
    def seen(self) -> str:
        """What a form was filled in before: a decision, or a session missed or corrected meanwhile, changes it."""
        return f"{self.latest}.{len(self.missed)}"


def wrong_day(decision: str, day: date | None, today: date) -> Text | None:
    """Why this last day does not go with the decision."""
    if decision != "until":
        return DATE_TOO_MANY if day else None
    if day is None:
        return NO_DATE
    if day < today:
        return PAST_DATE
    return FAR_DATE if day - today > LONGEST else None


def enough(words: str) -> bool:
    """Whether somebody has said why in their own words."""
    return SHORTEST_WORDS <= len(words) <= LONGEST_WORDS
