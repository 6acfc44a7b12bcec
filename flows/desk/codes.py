"""The codes by which staff join. They are read aloud and copied by hand, so no letter looks like another one. Sixteen
cannot be found by trying in the day for which a code is good, not even by whoever has the database.
"""

from __future__ import annotations

import unicodedata

from flows.claiming import LETTERS

LENGTH, TOGETHER = 16, 4
LONGEST = 64  # that is looked at


def written(code: str) -> str:
    """A code as people read it: ACDE-3467-HJKM-NPRT."""
    return "-".join(code[at : at + TOGETHER] for at in range(0, len(code), TOGETHER))


def meant(typed: str) -> str:
    """The code in what somebody typed, however it was written."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", typed[:LONGEST]).upper() if letter in LETTERS)
