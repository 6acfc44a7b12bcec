"""Records in words, and what can be asked for of them: without the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import get_args

import pytest

from flows import lifecycle, notices
from flows.counter import Told
from flows.desk import history
from flows.desk.closing import Unfit
from flows.desk.reading_records import (
    BACKWARDS,
    BY_THE_GROUP,
    BY_THE_PERSON,
    CLOCK,
    GROUPS,
    KINDS,
    NO_DAY,
    NO_REFERENCE,
    NOTES,
    OF_LEADS,
    OPERATOR,
    PERSON,
    Names,
    Wanted,
    actor,
    note,
    wanted,
)
from flows.desk.records import WHAT, What
from flows.desk.roles import ROLES
from flows.desk.taking import CHOOSE
from flows.helping import CALLING
from flows.joining import Trouble
from flows.text import Text

TODAY = date(2026, 11, 19)
NAMES = Names({"702": "職員 一号"}, {"2": "担当 二号"})
NOTHING = {"who": "", "what": "", "ref": "", "first": "", "last": ""}


def test_every_notice_move_and_act_has_its_words() -> None:
    told_by_staff = {how for how in get_args(Told) if how.startswith("by_")}
    assert history.NOTICES.keys() == notices.KINDS.keys()
    said = {*told_by_staff, *get_args(Trouble), CALLING}
    assert history.EVENTS.keys() == {move.event for move in lifecycle.MOVES} | said
    assert history.TO.keys() == set(get_args(notices.Channel))
    assert WHAT.keys() == set(get_args(What))


def test_every_act_and_move_can_be_asked_for_in_one_group() -> None:
    grouped = Counter(kind for _, kinds in GROUPS.values() for kind in kinds)
    assert grouped == Counter(KINDS.keys())
    assert not history.EVENTS.keys() & WHAT.keys()
    assert not GROUPS.keys() & KINDS.keys()
    assert {*NOTES, *OF_LEADS, *BY_THE_PERSON} <= WHAT.keys()


@pytest.mark.parametrize(
    ("what", "written", "words"),
    [
        ("invited", "lead", "Lead"), ("role_changed", "702 reader", "{name}: {role}"),
        ("rights_ended", "702", "職員 一号"), ("rights_ended", "799", "799"),
        ("assigned", "2", "担当 二号"), ("called", "counsellor 2", "担当 二号"),
        ("called", "12", "Closure no. {number}"), ("paused", "hands", "Too few staff"), ("searched", "name", "By name"),
        ("resent", "confirmed_mail", "Confirmation"), ("measure", "suspension", "Suspension"),
        ("measure_ended", "talked", "Settled with the person"), ("contact_noted", "group", "In the staff group"),
        ("looked", "", ""), ("exported", "2026-11", "2026-11"),
    ],
)  # fmt: skip
def test_a_note_is_told_in_words(what: str, written: str, words: str) -> None:
    said = note(what, written, NAMES)
    assert (said if isinstance(said, str) else said.sentence) == words


@pytest.mark.parametrize(
    ("what", "written", "said"),
    [
        ("role_changed", "702 reader", Text("{name}: {role}", name="職員 一号", role=ROLES["reader"])),
        ("role_changed", "799 gone", Text("{name}: {role}", name="799", role="gone")),
        ("called", "12", Text("Closure no. {number}", number="12")),
        ("closed", "12", Text("Closure no. {number}", number="12")),
        ("opened", "12", Text("Closure no. {number}", number="12")),
        ("called", "counsellor 9", "9"),
        ("counsellor_changed", "2", "担当 二号"),
        ("counsellor_left", "2", "担当 二号"),
        ("assigned", "9", "9"),
        ("paused", "gone", "gone"),
        ("gone", "12", "12"),
    ],
)
def test_whom_and_what_a_note_is_about_is_told_as_far_as_it_is_known(what: str, written: str, said: Text | str) -> None:
    assert note(what, written, NAMES) == said


@pytest.mark.parametrize(
    ("what", "name", "channel", "who"),
    [
        ("confirm", "職員 一号", "group", "職員 一号"),
        ("lapse", "", "clock", CLOCK),
        ("cancel", "", "chat", PERSON),
        ("cancel", "", "", PERSON),
        ("claimed", "", "", PERSON),
        ("invited", "", "", OPERATOR),
        ("rights_ended", "", "", BY_THE_GROUP["rights_ended"]),
        ("withdrawn", "責任者 一号", "", "責任者 一号"),
        ("exported", "", "", OPERATOR),
    ],
)
def test_who_did_it_is_a_colleague_the_clock_the_person_or_the_operator(
    what: str, name: str, channel: str, who: Text | str
) -> None:
    assert actor(what, name, channel) == who


def test_why_a_booking_was_moved_is_told_as_far_as_it_is_known() -> None:
    assert history.reason("stop", "recording") == Text("Recording of picture or sound (10(2))")
    assert history.reason("stop", "gone") == history.reason("gone", "gone") == "gone"


# What is asked for


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, Wanted()),
        ({"who": "702"}, Wanted(who=702)),
        ({"who": "9" * 18}, Wanted(who=10**18 - 1)),
        ({"what": "looks"}, Wanted(kinds=GROUPS["looks"][1])),
        ({"what": "looked"}, Wanted(kinds=("looked",))),
        ({"what": "cancel"}, Wanted(kinds=("cancel",))),
        ({"ref": "123-456"}, Wanted(ref="123456")),
        ({"first": "11/18"}, Wanted(first=date(2026, 11, 18))),
        ({"last": "11/18"}, Wanted(last=date(2026, 11, 18))),
        ({"first": "11/18", "last": "11/18"}, Wanted(first=date(2026, 11, 18), last=date(2026, 11, 18))),
        ({"first": "11/17", "last": "2026-11-18"}, Wanted(first=date(2026, 11, 17), last=date(2026, 11, 18))),
    ],
)
def test_records_are_asked_for_by_member_kind_day_and_booking(asked: Mapping[str, str], found: Wanted) -> None:
    assert wanted({**NOTHING, **asked}, TODAY) == found


@pytest.mark.parametrize(
    ("asked", "field", "why"),
    [
        ({"who": "x"}, "who", CHOOSE),
        ({"who": "７"}, "who", CHOOSE),
        ({"who": "-7"}, "who", CHOOSE),
        ({"who": "9" * 19}, "who", CHOOSE),
        ({"what": "nothing"}, "what", CHOOSE),
        ({"ref": "12345"}, "ref", NO_REFERENCE),
        ({"first": "2026-02-30"}, "first", NO_DAY),
        ({"last": "yesterday"}, "last", NO_DAY),
        (
            {"first": "11/19", "last": "11/18"},
            "last",
            BACKWARDS.given(first=date(2026, 11, 19), last=date(2026, 11, 18)),
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_its_field(asked: Mapping[str, str], field: str, why: Text) -> None:
    with pytest.raises(Unfit) as caught:
        wanted({**NOTHING, **asked}, TODAY)
    assert (caught.value.field, caught.value.why) == (field, why)
