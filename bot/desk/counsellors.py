"""The counsellors: who they are, their hours, their own URL (sealed, never shown again), and when they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Row, insert, select, update

from bot import calendar, urls
from bot.calendar import COUNSELLOR, counsellor_of, write_hours
from bot.desk.touched import Touched, stranded
from bot.desk.visit import MOVED_ON, Answer, Done, Missing, Page, Route, Visit, Wrong, does, shows
from bot.records import RECORD, record
from flows.desk import counsellors as rules
from flows.desk.closing import Unfit, called
from flows.desk.records import What
from flows.places import Counsellor
from flows.text import Text

T = TypeVar("T")
SAVED = Text("Saved: {name}.")
OUTSIDE = Text("Saved: {name}. {count} bookings are outside these hours: see the list below.")
LEFT = Text("Saved: the last day of {name} is {date}.")


async def show(visit: Visit) -> Answer:
    rows = (await visit.transaction.execute(calendar.ALL_COUNSELLORS)).all()
    there = [(counsellor_of(row), row.url is not None) for row in rows]
    today, typed = visit.days.day_of(visit.now), visit.sent("name") if visit.problem else ""
    hours = {who.id: _hours_in_words(visit, who) for who, _ in there}
    values = {"there": there, "hours": hours, "today": today, "typed": typed}
    return Page("counsellors.html", {**values, "names": {who.id: called(who) for who, _ in there}})


def _hours_in_words(visit: Visit, who: Counsellor) -> list[Text]:
    if who.hours is None:
        return [Text("All hours of the office")]
    each = Text("{weekday} {since} to {until}")
    return [
        each.given(weekday=rules.WEEKDAYS[day], since=since, until=until)
        for day, (since, until) in sorted(who.hours.items())
    ] or [Text("No hours")]


async def add(visit: Visit) -> Answer:
    """One more, with all hours of the office."""
    await _begin(visit)
    name = _fit(lambda: rules.read_name(visit.sent("name"), _names(visit)))
    number = rules.next_id(visit.days.counsellors)
    new = insert(COUNSELLOR).values(id=number, name=name, hours="", version=1)
    await visit.transaction.execute(new)
    await _changed(visit, number)
    return Done(f"/counsellors/{number}", Text("Added: {name}. Please check the hours.", name=name))


async def edit(visit: Visit) -> Answer:
    row = await _row(visit)
    who = counsellor_of(row)
    bookings = await stranded(visit.transaction, visit.days, who, visit.now)
    ticked = await _called(visit, who.id, bookings)
    return Page(
        "counsellor.html",
        {
            "who": who,
            "name": called(who),
            "row": row,
            "typed": _typed(visit, who),
            "weekdays": [(day, rules.WEEKDAYS[day]) for day in rules.weekdays(visit.days.office)],
            "bounds": rules.bounds(visit.days.office),
            "calls": [(one, one.booking in ticked) for one in bookings],
        },
    )


def _typed(visit: Visit, who: Counsellor) -> Mapping[str, str]:
    """What stands in the forms: what was typed in one just now, else what is so; somebody else's changes go before what
    was typed without knowing of them. A URL never comes back."""
    all_day = rules.bounds(visit.days.office)
    hours = who.hours if who.hours is not None else dict.fromkeys(rules.weekdays(visit.days.office), all_day)
    given = {f"{name}{day}": f"{clock:%H:%M}" for day, of in hours.items() for name, clock in _ends(of)}
    so = {**dict.fromkeys(_hours_sent(visit), ""), **given, "name": who.name, "last_day": str(who.last_day or "")}
    typed = visit.form if visit.problem and visit.problem.why is not MOVED_ON else {}
    return {name: visit.sent(name) if name in typed else words for name, words in so.items()}


def _ends(hours: tuple[Any, Any]) -> tuple[tuple[str, Any], ...]:
    return ("since", hours[0]), ("until", hours[1])


def _hours_sent(visit: Visit) -> dict[str, str]:
    days = rules.weekdays(visit.days.office)
    return {f"{name}{day}": visit.sent(f"{name}{day}") for day in days for name in ("since", "until")}


async def save(visit: Visit) -> Answer:
    """Name, hours, URL; bookings outside the hours stay, and are listed."""
    row = await _unchanged(visit)
    name = _fit(lambda: rules.read_name(visit.sent("name"), _names(visit, but=row.id)))
    hours = _fit(lambda: rules.read_hours(visit.days.office, _hours_sent(visit)))
    values: dict[str, Any] = {"name": name, "hours": write_hours(hours)}
    if visit.sent("url"):
        url = _fit(lambda: rules.read_url(visit.sent("url")))
        values["url"] = visit.kit.seal.seal(url, "counsellor", "url", row.id)
    elif visit.sent("forget_url"):
        values["url"] = None
    await _write(visit, row, **values)
    if values.get("url"):
        await _tell_of_the_url(visit, row)
    who = replace(counsellor_of(row), name=name, hours=hours)
    outside = len(await stranded(visit.transaction, visit.days, who, visit.now))
    return Done(f"/counsellors/{row.id}", (OUTSIDE if outside else SAVED).given(name=called(who), count=outside))


async def _tell_of_the_url(visit: Visit, row: Row[Any]) -> None:
    """第4条(2)b: confirmed bookings that had the URL before this one, or none, get it by e-mail."""
    seal = visit.kit.seal
    before = str(seal.open(row.url, "counsellor", "url", row.id)) if row.url else ""
    await urls.to_bookings_ahead(visit.counter, row.id, before, visit.sent("url"), visit.now)


async def look_at_leaving(visit: Visit) -> Answer:
    """The bookings after the last day, before anything is saved."""
    row = await _row(visit)
    who = _leaving(visit, counsellor_of(row))
    bookings = await stranded(visit.transaction, visit.days, who, visit.now)
    values = {"who": who, "name": called(who), "row": row, "bookings": bookings}
    return Page("counsellor_leaves.html", values, at=f"/counsellors/{who.id}")


async def leave(visit: Visit) -> Answer:
    """Save the last day; the bookings after it stay, and are listed until they have somebody else."""
    row = await _unchanged(visit)
    who = _leaving(visit, counsellor_of(row))
    await _write(visit, row, "counsellor_left", last_day=who.last_day)
    return Done(f"/counsellors/{row.id}", LEFT.given(name=called(who), date=who.last_day))


async def stay(visit: Visit) -> Answer:
    """They do not leave after all."""
    row = await _unchanged(visit)
    await _write(visit, row, last_day=None)
    name = called(counsellor_of(row))
    return Done(f"/counsellors/{row.id}", Text("Saved: {name} stays.", name=name))


async def was_called(visit: Visit) -> Answer:
    """Somebody whose counsellor is not there was called."""
    row = await _row(visit)
    bookings = await stranded(visit.transaction, visit.days, counsellor_of(row), visit.now)
    one = next((each for each in bookings if each.booking == visit.sent("booking")), None)
    if one is None:
        raise Wrong(MOVED_ON)
    if one.booking in await _called(visit, row.id, [one]):
        return Done(f"/counsellors/{row.id}", Text("{ref} was ticked off already.", ref=one.reference))
    await record(visit.transaction, visit.now, "called", visit.member, one.booking, _note(row.id))
    return Done(f"/counsellors/{row.id}", Text("Ticked off: {ref} was called.", ref=one.reference))


def _note(counsellor: str) -> str:
    return f"counsellor {counsellor}"


async def _called(visit: Visit, counsellor: str, bookings: list[Touched]) -> set[str]:
    ids = [one.booking for one in bookings]
    done = select(RECORD.c.booking_id).where(
        RECORD.c.booking_id.in_(ids), RECORD.c.what == "called", RECORD.c.note == _note(counsellor)
    )
    return set((await visit.transaction.execute(done)).scalars()) if ids else set()


def _leaving(visit: Visit, who: Counsellor) -> Counsellor:
    today = visit.days.day_of(visit.now)
    return replace(who, last_day=_fit(lambda: rules.read_last_day(visit.sent("last_day"), today)))


def _names(visit: Visit, but: str = "") -> list[str]:
    return [one.name for one in visit.days.counsellors if one.id != but]


def _fit(read: Callable[[], T]) -> T:
    try:
        return read()
    except Unfit as unfit:
        raise Wrong(unfit.why, unfit.field) from None


async def _begin(visit: Visit) -> None:
    await calendar.changing(visit.transaction)
    await visit.kit.calendar.follow(visit.transaction, visit.now)  # whoever was first has committed


async def _row(visit: Visit) -> Row[Any]:
    """The counsellor that the path names. Raises `Missing`."""
    named = select(COUNSELLOR).where(COUNSELLOR.c.id == visit.at["counsellor"])
    if (row := (await visit.transaction.execute(named)).first()) is None:
        raise Missing
    return row


async def _unchanged(visit: Visit) -> Row[Any]:
    """The same, where it is still as the form's page showed it. Raises `Wrong`."""
    await _begin(visit)
    row = await _row(visit)
    if visit.sent("version") != str(row.version):
        raise Wrong(MOVED_ON)
    return row


async def _write(visit: Visit, row: Row[Any], what: What = "counsellor_changed", **values: Any) -> None:
    now = update(COUNSELLOR).where(COUNSELLOR.c.id == row.id).values(version=row.version + 1, **values)
    await visit.transaction.execute(now)
    await _changed(visit, row.id, what)


async def _changed(visit: Visit, counsellor: str, what: What = "counsellor_changed") -> None:
    await calendar.changed(visit.transaction)
    await record(visit.transaction, visit.now, what, visit.member, note=counsellor)


ROUTES: tuple[Route, ...] = (
    shows("/counsellors", "see", show),
    does("/counsellors", "counsellors", add, show),
    shows("/counsellors/{counsellor}", "see", edit),
    does("/counsellors/{counsellor}", "counsellors", save, edit),
    does("/counsellors/{counsellor}/leaving", "counsellors", look_at_leaving, edit),
    does("/counsellors/{counsellor}/leave", "counsellors", leave, edit),
    does("/counsellors/{counsellor}/stay", "counsellors", stay, edit),
    does("/counsellors/{counsellor}/called", "book", was_called, edit),
)
