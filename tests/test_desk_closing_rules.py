"""Closing places and opening a part again: what a form may ask for, what is refused and why, and what stays closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from itertools import product
from typing import Any

import pytest

from flows.desk import closing
from flows.desk.closing import AHEAD, EVERYBODY_WORDS, REASONS, WHOLE_DAY, Unfit
from flows.office_days import DAY, OfficeDays
from flows.places import MIDNIGHT, Block, Closing, Counsellor
from flows.text import Text
from tests.clauses.deadlines import OFFICE, jst

NOW = jst("2026-11-19T10:00:30")
TODAY, TUESDAY = date(2026, 11, 19), date(2026, 11, 24)
LAST = TUESDAY + 3 * DAY
TWO = [Counsellor("1", "職員 一号"), Counsellor("2", "職員 二号", last_day=TUESDAY)]
DAYS = OfficeDays(OFFICE, counsellors=TWO)
FORM = {"first": "2026-11-24", "last": "", "since": "", "until": "", "counsellor": ""}


def wrong(check: Callable[..., object], *given: Any) -> Unfit:
    with pytest.raises(Unfit) as caught:
        check(*given)
    return caught.value


def hours(since: str, until: str, first: date = TUESDAY, last: date = TUESDAY, who: str = "") -> Block:
    return Block(first, last, time.fromisoformat(since), time.fromisoformat(until), who)


def made(block: Block, office: bool = False, reason: str = "training", number: int = 0) -> Closing:
    return Closing(*block.moments(OFFICE.zone), block.counsellor, office, reason, number)


# What a form says


@pytest.mark.parametrize(
    ("sent", "block"),
    [
        ({}, Block(TUESDAY, TUESDAY)),
        ({"last": "2026-11-24"}, Block(TUESDAY, TUESDAY)),
        ({"last": "2026-11-27", "counsellor": "2"}, Block(TUESDAY, LAST, counsellor="2")),
        ({"since": "9:30", "until": "12:00", "counsellor": "1"}, hours("09:30", "12:00", who="1")),
        ({"since": "8:30", "until": "17:15", "last": "2026-11-27"}, hours("08:30", "17:15", last=LAST)),
    ],
)
def test_a_form_is_read_as_days_times_hours(sent: dict[str, str], block: Block) -> None:
    assert closing.read_block(OFFICE, {**FORM, **sent}) == block


@pytest.mark.parametrize(
    ("sent", "field", "begins"),
    [
        ({"first": "24 November"}, "first", "Please give the day"),
        ({"last": "2026-11-31"}, "last", "Please give the day"),
        ({"last": "2026-11-23"}, "last", "The last day"),
        ({"since": "9.30", "until": "12:00"}, "since", "Please give the time"),
        ({"since": "9:30", "until": "24:00"}, "until", "Please give the time"),
        ({"since": "9:30"}, "until", "Give both times"),
        ({"until": "12:00"}, "since", "Give both times"),
        ({"since": "12:00", "until": "12:00"}, "until", "It would end"),
        ({"since": "12:00", "until": "11:59"}, "until", "It would end"),
        ({"since": "8:29", "until": "12:00"}, "since", "The building is open"),
        ({"since": "8:30", "until": "17:16"}, "until", "The building is open"),
        ({"since": "8:29", "until": "17:16"}, "since", "The building is open"),
    ],
)
def test_the_field_that_is_wrong_is_named_with_why(sent: dict[str, str], field: str, begins: str) -> None:
    unfit = wrong(closing.read_block, OFFICE, {**FORM, **sent})
    assert unfit.field == field
    assert unfit.why.sentence.startswith(begins)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"last": "2026-11-23"}, {"first": TUESDAY, "last": date(2026, 11, 23)}),
        ({"since": "12:00", "until": "11:30"}, {"since": time(12), "until": time(11, 30)}),
        ({"since": "8:00", "until": "12:00"}, {"opens": time(8, 30), "closes": time(17, 15)}),
    ],
)
def test_what_is_so_now_is_said(sent: dict[str, str], said: dict[str, object]) -> None:
    assert wrong(closing.read_block, OFFICE, {**FORM, **sent}).why.values == said


def test_midnight_is_a_time_and_nothing_is_none() -> None:
    assert closing.read_clock("since", "0:00") == time()
    assert closing.read_clock("since", "") is None


# Whether it can be closed


def test_what_lies_ahead_can_be_closed() -> None:
    early_tomorrow = hours("08:30", "10:00", TODAY + DAY, TODAY + DAY)
    for block in (Block(TODAY, TODAY), hours("09:30", "10:01", TODAY, TODAY), early_tomorrow):
        closing.check(DAYS, block, False, NOW)
    closing.check(DAYS, Block(TODAY, date(2027, 11, 20)), False, NOW)


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (Block(TODAY - DAY, TODAY), "first"),
        (hours("09:30", "10:00", TODAY, TODAY), "first"),
        (Block(TODAY, date(2027, 11, 21)), "last"),
    ],
)
def test_what_is_past_or_more_than_a_year_ahead_cannot(block: Block, field: str) -> None:
    assert wrong(closing.check, DAYS, block, False, jst("2026-11-19T10:00")).field == field


def test_how_late_it_is_and_until_when_can_be_closed_is_said() -> None:
    past = wrong(closing.check, DAYS, Block(TODAY - DAY, TODAY), False, jst("2026-11-19T10:00:30.5")).why
    assert past.values == {"date": TODAY, "time": time(10)}
    assert wrong(closing.check, DAYS, Block(TODAY, TODAY + 2 * AHEAD), False, NOW).why.values == {"date": TODAY + AHEAD}


@pytest.mark.parametrize(
    ("block", "some"),
    [
        (Block(TUESDAY, TUESDAY), True),
        (Block(TUESDAY, TUESDAY, counsellor="1"), True),
        (Block(date(2026, 11, 21), date(2026, 11, 23)), False),  # Saturday, Sunday and a holiday
        (Block(date(2026, 11, 21), TUESDAY), True),
        (hours("08:30", "09:30"), False),
        (hours("08:30", "09:31"), True),
        (hours("12:00", "13:00"), False),
        (hours("16:00", "17:15"), False),
    ],
)
def test_where_there_are_no_sessions_nothing_is_closed(block: Block, some: bool) -> None:
    assert closing.has_places(OfficeDays(OFFICE, [made(Block(TODAY, LAST))], TWO), block) == some
    if some:
        closing.check(DAYS, block, False, NOW)
    else:
        assert wrong(closing.check, DAYS, block, False, NOW).field == "first"


@pytest.mark.parametrize(
    ("day", "who", "there"),
    [(TUESDAY, "1", True), (TUESDAY, "2", True), (TUESDAY + DAY, "2", False), (TUESDAY, "3", False)],
)
def test_a_counsellor_is_chosen_among_those_who_are_there_then(day: date, who: str, there: bool) -> None:
    block = Block(day, day, counsellor=who)
    if there:
        closing.check(DAYS, block, False, NOW)
    else:
        assert wrong(closing.check, DAYS, block, False, NOW).field == "counsellor"


def test_the_office_itself_is_closed_for_whole_days_and_everybody() -> None:
    closing.check(DAYS, Block(TUESDAY, LAST), True, NOW)
    for block in (hours("09:30", "12:00"), Block(TUESDAY, TUESDAY, counsellor="1")):
        closing.check(DAYS, block, False, NOW)
        assert wrong(closing.check, DAYS, block, True, NOW).field == "office"


def test_what_is_closed_already_is_not_closed_again_and_that_closure_is_named() -> None:
    there = made(hours("09:30", "12:00", who="1"))
    days = OfficeDays(OFFICE, [there], TWO)
    closing.check(days, hours("12:00", "13:30"), False, NOW)
    closing.check(days, hours("09:30", "12:00", who="2"), False, NOW)
    unfit = wrong(closing.check, days, hours("11:59", "13:00"), False, NOW)
    assert (unfit.field, unfit.why.values) == ("first", {"closure": closing.in_words(days, there)})


# Whether it can be opened


def test_only_what_is_closed_is_opened() -> None:
    closed = hours("09:30", "12:00")
    closing.check_opening(made(closed), closed, hours("11:30", "13:00", who="1"))
    assert wrong(closing.check_opening, made(closed), closed, hours("12:00", "13:00")).field == "first"


@pytest.mark.parametrize("opened", [hours("09:30", "12:00"), Block(TUESDAY, TUESDAY, counsellor="1")])
def test_of_a_closed_office_whole_days_are_opened_for_everybody(opened: Block) -> None:
    closed = Block(TUESDAY, LAST)
    closing.check_opening(made(closed, office=True), closed, Block(TUESDAY, TUESDAY))
    closing.check_opening(made(closed), closed, opened)
    assert wrong(closing.check_opening, made(closed, office=True), closed, opened).field == "since"


# What stays closed


@pytest.mark.parametrize(
    ("closed", "opened", "left"),
    [
        (Block(TUESDAY, LAST), Block(TUESDAY, LAST), ()),
        (Block(TUESDAY, LAST), Block(TUESDAY - DAY, LAST + DAY), ()),
        (Block(TUESDAY, LAST), Block(LAST + DAY, LAST + DAY), (Block(TUESDAY, LAST),)),
        (
            Block(TUESDAY, LAST),
            Block(TUESDAY + DAY, TUESDAY + DAY),
            (Block(TUESDAY, TUESDAY), Block(TUESDAY + 2 * DAY, LAST)),
        ),
        (
            Block(TUESDAY, TUESDAY),  # as far as the building is open
            hours("10:00", "12:00"),
            (hours("08:30", "10:00"), hours("12:00", "17:15")),
        ),
        (Block(TUESDAY, TUESDAY), hours("08:30", "17:15"), ()),
        (hours("09:30", "12:00"), hours("09:00", "10:00"), (hours("10:00", "12:00"),)),
        (hours("09:30", "12:00"), hours("11:00", "13:00"), (hours("09:30", "11:00"),)),
        (hours("07:00", "20:00"), hours("10:00", "11:00"), (hours("08:30", "10:00"), hours("11:00", "17:15"))),
        (Block(TUESDAY, TUESDAY), Block(TUESDAY, TUESDAY, counsellor="1"), (Block(TUESDAY, TUESDAY, counsellor="2"),)),
        (
            hours("09:30", "12:00"),
            hours("11:00", "13:00", who="2"),
            (hours("09:30", "11:00"), hours("11:00", "12:00", who="1")),
        ),
        (Block(TUESDAY, TUESDAY, counsellor="1"), Block(TUESDAY, TUESDAY), ()),
        (Block(TUESDAY, TUESDAY, counsellor="1"), Block(TUESDAY, TUESDAY, counsellor="1"), ()),
        (
            Block(TUESDAY, TUESDAY, counsellor="1"),
            Block(TUESDAY, TUESDAY, counsellor="2"),
            (Block(TUESDAY, TUESDAY, counsellor="1"),),
        ),
    ],
)
def test_what_was_not_opened_stays_closed(closed: Block, opened: Block, left: tuple[Block, ...]) -> None:
    assert closing.without(OFFICE, closed, opened, ("1", "2")) == left


SPANS = [(TUESDAY, TUESDAY), (TUESDAY, LAST), (TUESDAY + DAY, TUESDAY + 2 * DAY), (LAST, LAST + DAY)]
CLOCKS = [(MIDNIGHT, None), (time(9, 30), time(12)), (time(10), time(11)), (time(11), time(16))]
BLOCKS = [Block(*span, *clocks, who) for span, clocks, who in product(SPANS, CLOCKS, ("", "1"))]
CELLS = [
    (who, jst(f"{TUESDAY + n * DAY}T{hour:02}:00"), jst(f"{TUESDAY + n * DAY}T{hour:02}:30"))
    for who, n, hour in product(("1", "2"), range(5), (9, 10, 11, 15, 16))
]


@pytest.mark.parametrize("closed", BLOCKS)
def test_whatever_is_opened_exactly_the_rest_is_closed_and_nothing_twice(closed: Block) -> None:
    for opened in BLOCKS:
        left = closing.without(OFFICE, closed, opened, ("1", "2"))
        for cell in CELLS:
            times = sum(block.takes(*cell) for block in left)
            assert times == (closed.takes(*cell) and not opened.takes(*cell)), (opened, cell, left)


# In words


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (
            made(Block(TUESDAY, TUESDAY)),
            {"days": Text("{date}", date=TUESDAY), "hours": WHOLE_DAY, "who": EVERYBODY_WORDS,
             "reason": REASONS["training"]},
        ),
        (
            made(hours("09:30", "12:00", last=LAST, who="1"), reason="gone"),
            {"days": Text("{first} to {last}", first=TUESDAY, last=LAST),
             "hours": Text("{since} to {until}", since=time(9, 30), until=time(12)), "who": "職員 一号",
             "reason": "gone"},
        ),
        (
            made(Block(TUESDAY, TUESDAY, counsellor="9")),
            {"days": Text("{date}", date=TUESDAY), "hours": WHOLE_DAY, "who": "9", "reason": REASONS["training"]},
        ),
    ],
)  # fmt: skip
def test_a_closure_is_told_with_its_days_hours_counsellor_and_reason(closed: Closing, said: dict[str, object]) -> None:
    assert closing.in_words(DAYS, closed).values == said


def test_a_counsellor_without_a_name_is_called_by_the_number() -> None:
    days = OfficeDays(replace(OFFICE, counsellors=("7",)))
    assert closing.names(days) == {"7": Text("Counsellor {number}", number="7")}
    assert closing.names(DAYS) == {"1": "職員 一号", "2": "職員 二号"}
