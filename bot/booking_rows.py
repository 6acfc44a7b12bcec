"""A booking from and to its row, with what is sealed in it and the moves that were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot import claims
from bot.encryption import Seal
from flows import clock, lifecycle
from flows.counter import Booking, Decision, NewTime, Slot
from flows.office_days import OfficeDays

MOVES_IT = ("move", *lifecycle.ANSWERS_A_MOVE)  # what becomes of its time
DECIDES = ("confirm", "decline", "propose", "accept")  # what becomes of a request
SAID = ("late", "cannot_connect", "calling")  # about a session, and moves nothing


def booking_of(row: Row[Any], moves: Sequence[Row[Any]], seal: Seal) -> Booking:
    """The booking of a row and the rows of its moves; which times are proposed stands elsewhere."""
    written = [_decision(move) for move in moves]
    decisions = [decision for decision in written if decision.event not in SAID]
    return Booking(
        id=row.id, ref=row.ref, state=row.state, version=row.version, slot=Slot(row.counsellor, row.start),
        chat=row.chat_id, language=row.language, requested_at=row.requested_at, reply_by=row.reply_by,
        confirm_by=row.confirm_by, lapses_at=row.lapses_at, told=row.told, same_number=row.same_number,
        source=row.source, contact_at=row.contact_at, extended=row.extended,
        url=seal.open(row.url, "booking", "url", row.id) if row.url else "", url_sent=row.url_sent,
        claim_code=claims.code_of(seal, row.id) if row.claim_hash else "",
        decision=decisions[-1] if decisions else None,
        decided=_last(decisions, DECIDES), moved=_last(decisions, MOVES_IT), wanted=_wanted(row),
        started=_last(decisions, ("start",)),
        said=tuple(decision for decision in written if decision.event in SAID),
        details=seal.open(row.details, "booking", "details", row.id),
    )  # fmt: skip


def _last(decisions: Sequence[Decision], events: tuple[str, ...]) -> Decision | None:
    return next((decision for decision in reversed(decisions) if decision.event in events), None)


def _wanted(row: Row[Any]) -> NewTime | None:
    if row.wanted_start is None:
        return None
    slot = Slot(row.wanted_counsellor, row.wanted_start)
    return NewTime(slot, row.wanted_at, row.wanted_reply_by, row.wanted_confirm_by, row.wanted_lapses_at)


def _wanted_columns(wanted: NewTime | None) -> dict[str, Any]:
    return {
        "wanted_counsellor": wanted.slot.counsellor if wanted else "",
        "wanted_start": wanted.slot.start if wanted else None,
        "wanted_at": wanted.requested_at if wanted else None,
        "wanted_reply_by": wanted.reply_by if wanted else None,
        "wanted_confirm_by": wanted.confirm_by if wanted else None,
        "wanted_lapses_at": wanted.lapses_at if wanted else None,
    }


def as_it_stands(booking: Booking, seal: Seal, days: OfficeDays) -> dict[str, Any]:
    """The columns that a booking's life changes."""
    return {
        "state": booking.state, "version": booking.version, "told": booking.told, "extended": booking.extended,
        "contact_at": booking.contact_at, "counsellor": booking.slot.counsellor, "start": booking.slot.start,
        "ends_at": clock.ends_at(days, booking.slot.start), "confirm_by": booking.confirm_by,
        "lapses_at": booking.lapses_at, "url_sent": booking.url_sent,
        "requested_at": booking.requested_at, "reply_by": booking.reply_by, **_wanted_columns(booking.wanted),
        "url": seal.seal(booking.url, "booking", "url", booking.id) if booking.url else None,
    }  # fmt: skip


def decision_row(booking: Booking, decision: Decision) -> dict[str, Any]:
    starts = " ".join(start.isoformat() for start in decision.starts)
    return {**vars(decision), "booking_id": booking.id, "starts": starts}


def _decision(row: Row[Any]) -> Decision:
    starts = tuple(datetime.fromisoformat(start) for start in row.starts.split())
    return Decision(row.event, row.at, row.who, row.name, row.reason, row.channel, starts)


def happens(booking: Booking, event: str, decision: Decision, changes: Mapping[str, Any]) -> None:
    """What a move of its life makes of a booking."""
    lifecycle.fire(booking, event)
    vars(booking).update(changes)
    booking.version += 1
    booking.told = "waiting" if event in lifecycle.CONFIRMS else booking.told
    booking.extended = booking.extended or event == "extend"
    booking.decision = decision
    booking.decided = decision if event in DECIDES else booking.decided
    booking.moved = decision if event in MOVES_IT else booking.moved
