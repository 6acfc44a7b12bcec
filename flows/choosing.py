"""Choosing a day and a time (第4条(2)③): only what can be booked is a button; what no longer can says why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from itertools import groupby

from flows import policy
from flows.counter import Slot
from flows.office_days import OfficeDays
from flows.steps import OLD_BUTTON, PAGE, Answers, Button, Context, Gone, Offer, Rows, Sentences
from flows.text import Text

A_ROW = 3  # times on one row: labels stay readable on a small phone


async def open_days(context: Context) -> Offer:
    """The days with free times, one a row, one week a page, each with the number of its free times."""
    days = policy.days_to_offer(context.days, context.now)
    free = await context.counter.free(days)
    weeks = [week for week in by_week(days) if any(day in free for day in week)]
    if not weeks:
        return Offer(say=(_nothing_free(days),))
    page = min(context.conversation.page, len(weeks) - 1)
    offered = tuple((_day(day, len(free[day])),) for day in weeks[page] if day in free)
    full = [Text("{date}", date=day) for day in weeks[page] if day not in free]
    return Offer((*offered, *turning(page, len(weeks))), _choose_a_date(days, full))


def _day(day: date, places: int) -> Button:
    return Button(Text("{date} ({count} free)", date=day, count=places), day.isoformat())


def by_week(days: Iterable[date]) -> list[list[date]]:
    return [list(week) for _, week in groupby(days, key=lambda day: day.isocalendar()[:2])]


def turning(page: int, pages: int) -> Rows:
    turn = [Button(Text("Previous week"), f"{PAGE}{page - 1}")] if page > 0 else []
    turn += [Button(Text("Next week"), f"{PAGE}{page + 1}")] if page < pages - 1 else []
    return (tuple(turn),) if turn else ()


def _choose_a_date(days: tuple[date, ...], full: list[Text]) -> Sentences:
    ask = Text(
        "Choose a date.\n"
        "The earliest date you can request now is {first_date} (requests close two business days before).",
        first_date=days[0],
    )
    return (ask, *((Text("No free times:\n{dates}", dates=tuple(full)),) if full else ()))


def _nothing_free(days: tuple[date, ...]) -> Text:
    if not days:
        return Text(
            "There are no days to choose from at the moment. Please call.\nPhone: {office_phone} ({office_hours})"
        )
    return Text(
        "There are no free times from {from_date} to {to_date}.\n"
        "More may open later. If it is urgent, please call.\n"
        "Phone: {office_phone} ({office_hours})",
        from_date=days[0],
        to_date=days[-1],
    )


def day_gone(context: Context, value: str) -> Gone:
    """第4条(1): why a day that was offered no longer is: its deadline passed, the office closed it, or it is full."""
    try:
        day = date.fromisoformat(value)
        refused = policy.day_refused(context.days, day, context.now)
    except ValueError:  # no day, or one of a year whose holidays nobody knows: not a button of ours
        return Gone(OLD_BUTTON)
    full = Text("There are no free times on {date}. Please choose another day.", date=day)
    return Gone(refused.why if refused else full)


async def free_times(context: Context) -> Offer:
    """第4条(2)③: the free times of the chosen day; for somebody with a counsellor, the counsellor's times first."""
    day = chosen_day(context)
    if refused := policy.day_refused(context.days, day, context.now):
        return Offer(say=(refused.why,))
    free = (await context.counter.free((day,))).get(day, {})
    own = context.known.get("counsellor")
    theirs = [_time(context, start, own) for start, counsellors in free.items() if own in counsellors]
    others = [_time(context, start, counsellors[0]) for start, counsellors in free.items() if own not in counsellors]
    ask = Text("Choose a time on {date}. One session is 30 minutes.", date=day)
    if not free:
        return Offer(say=(Text("There are no free times on {date}. Please choose another day.", date=day),))
    first = Text("The first {count} are with your staff member from last time.", count=len(theirs))
    return Offer((*_rows(theirs), *_rows(others)), (ask, first) if theirs and others else (ask,))


def _time(context: Context, start: datetime, counsellor: str | None) -> Button:
    clock = start.astimezone(context.office.zone).time()
    return Button(Text("{time}", time=clock), f"{clock:%H%M}-{counsellor}")


def _rows(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[i : i + A_ROW]) for i in range(0, len(buttons), A_ROW))


def time_gone(context: Context, value: str) -> Gone:
    """Why a time no longer is free: the day's deadline passed (another day), it was closed, or somebody was first."""
    if refused := policy.day_refused(context.days, chosen_day(context), context.now):
        return Gone(refused.why, came_to="day_gone")
    try:
        clock = time(int(value[:2]), int(value[2:4]))
    except ValueError:
        return Gone(OLD_BUTTON)
    if not context.days.is_place(value[5:], context.days.at(chosen_day(context), clock)):
        return Gone(policy.NO_SESSION)
    return Gone(
        Text(
            "Sorry, someone else's request for {date} {time} came in first. Please choose another time.",
            date=chosen_day(context),
            time=clock,
        )
    )


def chosen_day(context: Context) -> date:
    return date.fromisoformat(context.answers["day"])


def chosen_slot(context: Context) -> Slot:
    """The slot of the answers `day` and `time`."""
    clock, counsellor = _clock_and_counsellor(context.answers)
    return Slot(counsellor, context.days.at(chosen_day(context), clock))


def _clock_and_counsellor(answers: Answers) -> tuple[time, str]:
    clock, counsellor = str(answers["time"]).split("-")  # HHMM-counsellor
    return time(int(clock[:2]), int(clock[2:])), counsellor


def local_time(context: Context, slot: Slot) -> time:
    """The start on the office's clock."""
    return slot.start.astimezone(context.office.zone).time()


def date_and_time(answers: Answers, days: OfficeDays) -> Text:
    """The chosen slot in words."""
    return Text("{date} {time}", date=date.fromisoformat(answers["day"]), time=_clock_and_counsellor(answers)[0])
