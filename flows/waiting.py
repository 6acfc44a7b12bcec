"""Waiting for a day or a week on which nothing is free, and the times that are then offered, to one after another.

An offered time is kept for its person, as long as the counter is open for so many minutes and never past the day by
which it must be asked for (第4条(1)); it is a request as any other that they then send. Of whoever waits only the chat
is kept, and it is forgotten when the days are over.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flows import policy, promises
from flows.arranging import OFFER_OVER, OFFERED
from flows.choosing import by_week, local_time, open_days, turning
from flows.counter import Waiting
from flows.dialog import Dialog
from flows.office_days import DAY, OfficeDays
from flows.steps import OLD_BUTTON, Button, Context, End, Gone, Job, Offer, Outcome, Question
from flows.text import Text
from flows.welcome import MENU_BUTTON

TAKE, PASS, STOP_WAITING = "take", "pass", "stop_waiting"
WAIT = (Button(Text("Wait for a free time"), f"{MENU_BUTTON}wait"),)
OVER = Text("This offer is over. You go on waiting, if there are days left; see it with /mine.")


def counter_time_after(days: OfficeDays, now: datetime, minutes: int) -> datetime:
    """When the counter will have been open for so long."""
    left, day = timedelta(minutes=minutes), days.day_of(now)
    while True:
        begin, end = max(now, days.at(day, days.office.opens)), days.at(day, days.office.closes)
        open_for = max(end - begin, timedelta()) if days.is_business_day(day) else timedelta()
        if open_for >= left:
            return begin + left
        left, day = left - open_for, day + DAY


def offered_until(days: OfficeDays, start: datetime, now: datetime) -> datetime | None:
    """第4条(1) 「前々日までに」: until when a time is kept for whoever waits; None if they cannot answer in time."""
    closes = policy.closes_at(days, days.day_of(start))
    until = min(counter_time_after(days, now, days.office.waiting_minutes), closes)
    heard = promises.wait_for_morning(days, "offered", now, start) or now
    return until if until > heard else None


async def days_or_wait(context: Context) -> Offer:
    """The days to choose from; where some or all are full, of this week or another, also the way to wait."""
    offer = await open_days(context)
    return Offer((*offer.rows, WAIT), offer.say) if await _full(context) else offer


async def may_wait(context: Context) -> Outcome:
    """Somebody who has agreed to the terms, and has no request or booking."""
    agreed = (await context.counter.known()).get("consent")
    if not agreed or await context.counter.live() or await context.counter.suspension():
        return Outcome("none")
    return Outcome("some" if await _full(context) else "free")


async def _full(context: Context) -> list[list[date]]:
    """The days without a free time, by week."""
    days = policy.days_to_offer(context.days, context.now)
    free = await context.counter.free(days)
    return by_week(day for day in days if day not in free)


async def full_days(context: Context) -> Offer:
    """A week a page: all of its full days together, or one of them."""
    weeks = await _full(context)
    if not weeks:
        return Offer(say=(FREE_NOW,))
    page = min(context.conversation.page, len(weeks) - 1)
    week = weeks[page]
    any_day = Button(Text("Any day of this week"), _value(week))
    each = tuple((Button(Text("{date}", date=day), _value([day])),) for day in week)
    rows = ((any_day,), *each) if len(week) > 1 else each
    return Offer((*rows, *turning(page, len(weeks))), (ASK,))


def _value(days: list[date]) -> str:
    return f"{days[0].isoformat()}_{days[-1].isoformat()}"


def not_full(context: Context, value: str) -> Gone:
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return Gone(OLD_BUTTON)
    return Gone(FREE_NOW, came_to="free")


async def wait(context: Context) -> Outcome:
    first, last = (date.fromisoformat(day) for day in context.answers["days"].split("_"))
    await context.counter.wait(Waiting(first, last))
    return Outcome("waits", note=_for(Waiting(first, last)))


def _for(waiting: Waiting) -> Text:
    if waiting.first == waiting.last:
        return Text("You are waiting for a free time on {date}.", date=waiting.first)
    return Text(
        "You are waiting for a free time from {date} to {last_date}.", date=waiting.first, last_date=waiting.last
    )


ASK = Text("These days are full. For which do you want to wait?")
FREE_NOW = Text('There is a free time now. Please choose it with "Book a session".')
WAITING = Dialog(
    "waiting",
    Job("looking_up", run=may_wait, then={"none": "nothing", "free": "free"}),
    Question("days", offer=full_days, gone=not_full, then={"free": "free"}),
    Job("waiting", run=wait),
    End(
        "waits",
        say=Text(
            "When a time becomes free, we ask you here, at most once a day. It is then kept for you for a while.\n"
            "See or end the waiting with /mine."
        ),
    ),
    End("free", say=FREE_NOW),
    End("nothing", say=Text("You cannot wait now. To see what you have, use /mine; to ask for a session, /book.")),
    End("left", say=Text("You are not waiting for these days.")),
    stop="left",
)


async def look_up(context: Context) -> Outcome:
    waiting = await context.counter.waiting()
    if waiting is None:
        return Outcome("none")
    return Outcome("offered" if waiting.slot else "waits")


async def what_is_waited_for(context: Context) -> Offer:
    waiting = await context.counter.waiting()
    stop = (Button(Text("Stop waiting"), STOP_WAITING),)
    return Offer((stop,), (_for(waiting),)) if waiting else Offer(say=(OVER,))


async def stop_waiting(context: Context) -> Outcome:
    await context.counter.stop_waiting()
    return Outcome("stopped")


WAITED = Dialog(
    "waited",
    Job("looking_up", run=look_up, then={"none": "nothing", "offered": "nothing"}),
    Question("waits", offer=what_is_waited_for),
    Job("stopping", run=stop_waiting),
    End("not_waiting", say=Text("You do not wait any more.")),
    End("nothing", say=OVER),
    End("left", say=Text("You go on waiting.")),
    stop="left",
)


async def offered(context: Context) -> bool:
    """Whether a time is kept for this person."""
    waiting = await context.counter.waiting()
    return bool(waiting and waiting.until and context.now < waiting.until)


async def the_offer(context: Context) -> Offer:
    waiting = await context.counter.waiting()
    if not waiting or not waiting.slot or not waiting.until:
        return Offer(say=(OVER,))
    until = waiting.until.astimezone(context.office.zone)
    words = OFFERED.given(
        date=context.days.day_of(waiting.slot.start), time=local_time(context, waiting.slot),
        until=Text("{date} {time}", date=until.date(), time=until.time()),
    )  # fmt: skip
    labels = ((Text("Ask for this time"), TAKE), (Text("Not this time"), PASS), (Text("Stop waiting"), STOP_WAITING))
    return Offer(tuple((Button(label, value),) for label, value in labels), (words,))


def over(context: Context, value: str) -> Gone:
    known = value in (TAKE, PASS, STOP_WAITING)
    return Gone(OVER, came_to="over") if known else Gone(OLD_BUTTON)


async def still_offered(context: Context) -> Outcome:
    return Outcome("taken" if await offered(context) else "over")


async def pass_on(context: Context) -> Outcome:
    """Somebody else is asked now."""
    return Outcome("passed" if await context.counter.pass_on() else "over")


OFFERS = Dialog(
    "offers",
    Job("looking_up", run=still_offered, then={"over": "nothing"}),
    Question("offer", offer=the_offer, gone=over, then={PASS: "passing", STOP_WAITING: "stopping", "over": "nothing"}),
    Job("taking", run=still_offered, then={"over": "nothing"}),
    End("taken"),
    Job("passing", run=pass_on, then={"over": "nothing"}),
    End("passed", say=Text("This time goes to somebody else. You go on waiting.")),
    Job("stopping", run=stop_waiting),
    End("not_waiting", say=Text("You do not wait any more.")),
    End("nothing", say=OVER),
    End("left", say=Text("Nothing was decided. You can choose with /mine until the time given.")),
    stop="left",
)


def told_already(dialog: str, state: str) -> bool:
    """The screen of their chat says that the offer is over: they pressed one of its buttons too late."""
    return dialog == OFFERS.name and isinstance(OFFERS.by_name.get(state), End)


def words_of_the_end(days: OfficeDays, until: datetime) -> Text:
    """An offer ran out."""
    local = until.astimezone(days.office.zone)
    return OFFER_OVER.given(date=local.date(), time=local.time())
