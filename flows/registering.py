"""When somebody registered (第2条(1)): asked with buttons, and nobody has to know. A registration lapses in time."""

from __future__ import annotations

from collections.abc import Mapping

from flows.text import Text

WHEN: Mapping[str, Text] = {
    "this": Text("This month"),
    "last": Text("Last month"),
    "two": Text("Two months ago"),
    "earlier": Text("Earlier"),
    "unsure": Text("I am not sure"),
}
MONTHS_AGO: Mapping[str, int] = {"this": 0, "last": 1, "two": 2, "earlier": 3}  # at least
MAY_HAVE_LAPSED = Text(
    "[Please check] {date} {time}\n"
    "By that day your registration at our office may have run out.\n"
    "\n"
    "Please ask us before: {office_phone} ({office_hours})\n"
    "Your request stays as it is."
)
