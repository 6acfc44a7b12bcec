"""Records of the desk: who did and who looked at what, in words, found by an index, and without personal data."""

from __future__ import annotations

from typing import get_args

from flows import lifecycle, notices
from flows.counter import Told
from flows.desk import history
from flows.desk.records import WHAT, What


def test_every_notice_move_and_act_has_its_words() -> None:
    told_by_staff = {how for how in get_args(Told) if how.startswith("by_")}
    assert history.NOTICES.keys() == notices.KINDS.keys()
    assert history.EVENTS.keys() == {move.event for move in lifecycle.MOVES} | told_by_staff
    assert history.TO.keys() == set(get_args(notices.Channel))
    assert WHAT.keys() == set(get_args(What))
