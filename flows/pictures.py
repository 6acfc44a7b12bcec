"""The two machines as Mermaid pictures, drawn from the machines themselves, for README.md.

`python -m flows.pictures` draws them anew. Left out of the conversation's picture, because every question has them:
back, quit and expire, and skip, which goes the way of an answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from flows import lifecycle
from flows.booking import BOOKING
from flows.dialog import Dialog
from flows.steps import End

BLOCK = "<!-- {name} -->\n```mermaid\n{picture}\n```\n"


def conversation(dialog: Dialog) -> str:
    """The machine of a dialog: where answers lead, and what jobs come to."""
    return "\n".join(["stateDiagram-v2", *dict.fromkeys(_edges(dialog)), *_ends(dialog)])


def _edges(dialog: Dialog) -> Iterator[str]:
    for move in dialog.transitions:
        event, source, dest = move["trigger"], move["source"], move["dest"]
        if event == "begin":
            yield f"    [*] --> {dest}"
        elif event in ("answer", "done"):
            came_to = getattr(move.get("conditions"), "came_to", "")
            yield f"    {source} --> {dest}" + (f" : {came_to}" if came_to not in ("", dest) else "")


def _ends(dialog: Dialog) -> Iterator[str]:
    return (f"    {step.name} --> [*]" for step in dialog.steps if isinstance(step, End))


def life() -> str:
    """The machine of a booking's life, each move with its clause."""
    moves = ((source, move) for move in lifecycle.MOVES for source in move.sources)
    lines = (f"    {'[*]' if s == 'new' else s} --> {m.dest} : {m.event} {m.clause}" for s, m in moves)
    return "\n".join(["stateDiagram-v2", *lines])


PICTURES = {"the conversation": lambda: conversation(BOOKING), "a booking's life": life}


def drawn(readme: str) -> str:
    """The README with its pictures drawn anew."""
    for name, draw in PICTURES.items():
        block = re.compile(f"<!-- {re.escape(name)} -->\n```mermaid\n.*?\n```\n", re.DOTALL)
        fresh = BLOCK.format(name=name, picture=draw())
        if not block.search(readme):
            raise LookupError(f"README.md has no place for the picture of {name}")
        readme = block.sub(fresh, readme)
    return readme


if __name__ == "__main__":
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    file.write_text(drawn(file.read_text("utf-8")), "utf-8")
