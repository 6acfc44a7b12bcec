"""Text: a sentence not yet in any language, with its values.

`flows` decides what is said, never in which words: the English sentence is the key (msgid) under which
`locales/` keeps the Japanese ones. Values stay what they are (dates, times, other Texts) until the words
are chosen, because each language writes them differently. Facts of the office (its name, phone number,
hours) are filled in wherever a sentence names them and are not passed along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any


@dataclass(frozen=True, init=False)
class Text:
    """`Text("Choose a time on {date}.", date=day)`; a date, time or Text among the values is put into words later."""

    sentence: str
    values: Mapping[str, Any] = field(repr=False)  # what a person typed may be among them

    def __init__(self, sentence: str, /, **values: Any) -> None:
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "values", values)

    def given(self, **values: Any) -> Text:
        """The same sentence with these values; it may use some of them only."""
        return Text(self.sentence, **{**self.values, **values})

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, to be kept in a row; `Text.from_json` reads it back."""
        return {"text": self.sentence, "values": {name: _to_json(value) for name, value in self.values.items()}}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Text:
        return cls(kept["text"], **{name: _from_json(value) for name, value in kept["values"].items()})


def _to_json(value: Any) -> Any:
    if isinstance(value, Text):
        return value.to_json()
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"time": value.isoformat()} if isinstance(value, time) else value


def _from_json(kept: Any) -> Any:
    if not isinstance(kept, dict):
        return kept
    if "text" in kept:
        return Text.from_json(kept)
    [(name, written)] = kept.items()
    return date.fromisoformat(written) if name == "date" else time.fromisoformat(written)
