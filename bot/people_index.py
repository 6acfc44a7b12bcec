"""Blind indexes of a booking: by them it is found exactly by job-seeker number, phone or name, which rest sealed.

What is typed in a search is read as it is read in a form, so that two spellings of one value have one index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.encryption import Seal
from flows import answers
from flows.answers import Check, Reading, Rejected

What = Literal["number", "phone", "name"]

LABELS: Mapping[What, str] = {"number": "booking.seeker_number", "phone": "booking.phone", "name": "booking.name"}
READERS = {"number": answers.seeker_number, "phone": answers.phone, "name": answers.full_name}
NONE = {"number_index": "", "phone_index": "", "name_index": ""}  # of a booking whose details are erased


def indexes(seal: Seal, details: Mapping[str, Any]) -> dict[str, str]:
    """The index columns of a booking with these details."""
    return {
        "number_index": _index(seal, "number", details["seeker_number"]),
        "phone_index": _index(seal, "phone", details["phone"]["e164"]),
        "name_index": _index(seal, "name", details["name"]),
    }


def index_of(seal: Seal, what: What, typed: str) -> str:
    """The index of what somebody typed in a search; empty where it cannot be read as one."""
    read = _first(READERS[what](typed))
    value = read["e164"] if isinstance(read, dict) else read
    return _index(seal, what, str(value)) if value else ""


def _index(seal: Seal, what: What, value: str) -> str:
    return seal.index(LABELS[what], answers.match_key(value) if what == "name" else value)


def _first(reading: Reading) -> Any:
    """A value that would be asked back is looked for as it was understood."""
    return None if isinstance(reading, Rejected) else reading.choices[0][1] if isinstance(reading, Check) else reading
