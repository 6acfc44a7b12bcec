"""What staff may do and send, and how the switch for new requests stands: without a chat."""

from __future__ import annotations

import json
from datetime import UTC, date, time

import pytest

from flows.desk import commands
from flows.desk.commands import MENU, NEEDS, NO_CODE, TAKES_NOTHING
from flows.desk.pausing import GROUP_PAUSED, REASONS, Switch
from flows.desk.roles import RIGHTS, ROLES, Member, Right
from tests.clauses.deadlines import OFFICE, jst

LEAD, COUNSELLOR, READER = (Member(n, "職員 一号", role) for n, role in enumerate(ROLES))
SWITCH = Switch(True, "hands", jst("2026-11-19T00:30").astimezone(UTC), 7, "職員 一号")


@pytest.mark.parametrize("right", RIGHTS)
def test_6_a_lead_may_do_everything_and_who_reads_only_sees_what_names_nobody(right: Right) -> None:
    assert LEAD.may(right)
    assert COUNSELLOR.may(right) is (right in ("see", "details", "book", "calendar", "pause"))
    assert READER.may(right) is (right == "see")
    assert not Member(9, "職員 一号", "gone").may(right)


def test_a_member_and_the_switch_are_written_down_without_a_name() -> None:
    assert "職員" not in repr(LEAD) + repr(SWITCH)


@pytest.mark.parametrize("command", MENU)
def test_a_command_is_for_whose_role_includes_it(command: str) -> None:
    assert NEEDS.keys() == MENU.keys()
    assert commands.may(COUNSELLOR, command)
    assert commands.may(READER, command) is (command != "pause")


def test_a_command_written_wrongly_is_answered_with_an_example() -> None:
    assert commands.usage("join") == NO_CODE
    assert commands.usage("today") == TAKES_NOTHING.given(command="/today")


def test_the_switch_is_kept_as_plain_json() -> None:
    assert Switch.from_json(json.loads(json.dumps(SWITCH.to_json()))) == SWITCH


def test_who_paused_when_and_why_is_told_by_the_clock_of_the_office() -> None:
    said = SWITCH.told(GROUP_PAUSED, OFFICE.zone)
    assert said.sentence == GROUP_PAUSED.sentence
    assert said.values == {
        "who": "職員 一号", "date": date(2026, 11, 19), "time": time(0, 30), "reason": REASONS["hands"],
    }  # fmt: skip
