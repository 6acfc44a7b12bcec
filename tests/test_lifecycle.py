"""A booking's life: from every state every event, legal or not."""

from __future__ import annotations

from itertools import product

import pytest
from transitions import MachineError

from flows import lifecycle
from flows.counter import Booking, Slot
from tests.counters import NOW


@pytest.mark.parametrize(
    ("state", "happens"), list(product(lifecycle.STATES, dict.fromkeys(move.event for move in lifecycle.MOVES)))
)
def test_every_illegal_move_raises_and_changes_nothing_and_every_legal_one_arrives(state: str, happens: str) -> None:
    booking = Booking("id", "123456", state, 1, Slot("1", NOW), 1, "ja", NOW, NOW.date(), NOW.date(), NOW)
    before = dict(vars(booking))
    legal = {move.dest for move in lifecycle.MOVES if move.event == happens and state in move.sources}
    assert lifecycle.may(booking, happens) == bool(legal)
    if legal:
        lifecycle.fire(booking, happens)
        assert {booking.state} == legal
    else:
        with pytest.raises(MachineError):
            lifecycle.fire(booking, happens)
        assert vars(booking) == before


def test_the_machine_holds_no_booking_and_knows_no_other_states_and_events() -> None:
    assert lifecycle.MACHINE.models == []
    assert set(lifecycle.MACHINE.states) == set(lifecycle.STATES)
    assert set(lifecycle.MACHINE.events) == {move.event for move in lifecycle.MOVES}
