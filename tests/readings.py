"""How a reading of `flows.answers` is looked at, and numbers that must never be kept."""

from __future__ import annotations

from flows.answers import Check, Reading
from flows.text import Text

MY_NUMBERS = ["621498320257", "6214 9832 0257", "６２１４－９８３２－０２５７", "1234-5678-9012", "6214ー9832ー0257"]


def e164(reading: Reading) -> str:
    assert isinstance(reading, dict), reading
    return str(reading["e164"])


def yes_or_no(reading: Reading) -> tuple[Text, object]:
    """What is asked back and the value of はい; いいえ asks the question again."""
    assert isinstance(reading, Check), reading
    (yes, value), (no, nothing) = reading.choices
    assert (yes, no, nothing) == (Text("Yes"), Text("No"), None)
    return reading.ask, value
