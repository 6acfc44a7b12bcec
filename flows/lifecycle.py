"""A booking's life: the table of states and events, each row with its clause. Nothing else changes a booking's state.

A move that is not in the table raises `transitions.MachineError` and changes nothing.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from transitions import Machine

REQUESTED, PROPOSED, CONFIRMED, IN_SESSION, ENDED = "requested", "proposed", "confirmed", "in_session", "ended"
DECLINED, CANCELLED, LAPSED, MISSED, STOPPED, FINISHED = (
    "declined", "cancelled", "lapsed", "missed", "stopped", "finished",
)  # fmt: skip

LIVE = (REQUESTED, PROPOSED, CONFIRMED)  # a person has at most one of these


class Move(NamedTuple):
    """`event` takes a booking from any of `sources` to `dest`; `by` may do it; `clause` of the terms says so."""

    event: str
    sources: tuple[str, ...]
    dest: str
    by: str
    clause: str


MOVES = (
    Move("request", ("new",), REQUESTED, "job-seeker, staff", "4(2)"),
    Move("confirm", (REQUESTED,), CONFIRMED, "staff", "4(2)b"),
    Move("propose", (REQUESTED,), PROPOSED, "staff", "4(2)b"),
    Move("decline", (REQUESTED,), DECLINED, "staff", "4(2)b"),
    Move("accept", (PROPOSED,), CONFIRMED, "job-seeker", "4(2)b"),
    Move("refuse", (PROPOSED,), CANCELLED, "job-seeker", "4(2)b"),
    Move("move", (CONFIRMED,), CONFIRMED, "staff, on the person's word", "4(2)b"),
    Move("change", (REQUESTED,), REQUESTED, "job-seeker", "4(2)"),
    Move("ask_move", (CONFIRMED,), CONFIRMED, "job-seeker until the day before", "4(2)"),
    Move("confirm_move", (CONFIRMED,), CONFIRMED, "staff", "4(2)b"),
    Move("decline_move", (CONFIRMED,), CONFIRMED, "staff", "4(2)b"),
    Move("withdraw_move", (CONFIRMED,), CONFIRMED, "job-seeker", "4(2)"),
    Move("lapse_move", (CONFIRMED,), CONFIRMED, "clock", "4(1)"),
    Move("lapse", (REQUESTED, PROPOSED), LAPSED, "clock", "4(1)"),
    Move("cancel", LIVE, CANCELLED, "job-seeker until the day before, staff", "4(4)"),
    Move("start", (CONFIRMED,), IN_SESSION, "staff", "4(4)"),
    Move("miss", (CONFIRMED, ENDED), MISSED, "staff", "4(4)"),
    Move("end", (CONFIRMED, IN_SESSION), ENDED, "clock", "4(1)"),
    Move("extend", (IN_SESSION,), IN_SESSION, "staff", "4(1)"),
    Move("stop", (IN_SESSION, ENDED), STOPPED, "staff", "10(1)"),
    Move("finish", (IN_SESSION, ENDED), FINISHED, "staff", "4(1)"),
    Move("not_held", (CONFIRMED, IN_SESSION, ENDED), CANCELLED, "staff", "4(4)"),
    Move("correct", (MISSED,), ENDED, "staff lead", "4(4)"),
    Move("book_next", ("new",), CONFIRMED, "staff", "4(3)"),
)

CONFIRMS = ("confirm", "accept", "move", "confirm_move", "book_next")  # a letter that says so is on its way
FREES_THE_SLOT = (DECLINED, CANCELLED, LAPSED)  # states
ANSWERS_A_MOVE = (
    "confirm_move",
    "decline_move",
    "withdraw_move",
    "lapse_move",
)  # what becomes of another time asked for

STATES = ("new", *dict.fromkeys(move.dest for move in MOVES))

MACHINE = Machine(
    model=None,
    states=list(STATES),
    transitions=[{"trigger": m.event, "source": list(m.sources), "dest": m.dest} for m in MOVES],
    initial="new",
    auto_transitions=False,
)

LEGAL = frozenset((source, move.event) for move in MOVES for source in move.sources)


class HasState(Protocol):
    state: str


def fire(booking: HasState, event: str) -> None:
    """Move a booking along its life. Raises `transitions.MachineError` where the table has no such move."""
    MACHINE.events[event].trigger(booking)


def may(booking: HasState, event: str) -> bool:
    """Whether the table has this move from the booking's state."""
    return (booking.state, event) in LEGAL
