"""The cards of the staff group: which there are, what whoever comes second is told, and what a card is about."""

from __future__ import annotations

from flows import deciding, deciding_move
from flows.attending import ATTENDING, CONCLUDING, recorded
from flows.counter import Booking
from flows.deciding import DECIDING, SETTLING
from flows.deciding_move import DECIDING_MOVE
from flows.helping import CONNECTING_CARD, LATE_CARD, who_calls
from flows.text import Text

CARDS = {
    dialog.name: dialog
    for dialog in (DECIDING, DECIDING_MOVE, SETTLING, ATTENDING, CONCLUDING, LATE_CARD, CONNECTING_CARD)
}
VERDICTS = {
    "deciding": deciding.verdict,
    "deciding_move": deciding_move.verdict,
    "attending": recorded,
    "concluding": recorded,
    **dict.fromkeys((LATE_CARD.name, CONNECTING_CARD.name), who_calls),
}
ANOTHER_TIME = Text("Nothing was done: the person asks for another time now. Please look at the card again.")


def flow(dialog: str, booking: Booking) -> str:
    """What stands on the buttons of a card: its name, and which wish it asks about.

    So nobody decides on a time that the card, as it was seen, did not show.
    """
    asked_at = booking.requested_at if dialog == DECIDING.name else None
    if dialog == DECIDING_MOVE.name and booking.wanted:
        asked_at = booking.wanted.requested_at
    name = f"{dialog}:{booking.id}"
    return f"{name}:{int(asked_at.timestamp() * 1000):x}" if asked_at else name


def name_of(flow: str) -> str:
    """The card's name alone: the dialog and the booking."""
    return ":".join(flow.split(":")[:2])
