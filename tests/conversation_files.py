"""Conversations as text files: one line is one act or one expectation, `key：words` or `key（about）：words`.

tests/conversations/README.md says which lines there are. A failure names file and line and shows the chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.language import in_every_language
from flows.booking import BOOKING
from flows.steps import Question
from flows.text import Text
from tests.conversations import desk_acts  # noqa: F401  # adds its acts to the others
from tests.conversations.acts import ACTS
from tests.conversations.expectations import EXPECTATIONS
from tests.conversations.stage import Stage

FOLDER = Path(__file__).parent / "conversations"
STEPS = "手順"  # the lines of another file
BACK_WORDS = in_every_language(Text("Go back"))
LINE = re.compile(r"(?P<together>＋?)(?P<key>[^：（]+)(?:（(?P<about>[^）]*)）)?(?:：(?P<words>.*))?")
SPECIAL = re.compile(r"\{(?:U\+(?P<code>[0-9A-F]{4,6})|(?P<what>[^{}]+)×(?P<times>\d+))\}")


class BadFile(Exception):
    """A line that is none of those in the README."""


@dataclass(frozen=True)
class Line:
    """One line; `together`: it does not wait until the bot is done with the one before."""

    file: Path
    number: int
    written: str
    key: str
    about: str
    words: str
    together: bool

    def __str__(self) -> str:
        return f"{self.file.name}:{self.number}: {self.written}"


def read(file: Path) -> Iterator[Line]:
    """The lines of a file, with those of the steps it names. Raises `BadFile`."""
    for number, written in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not written.strip() or written.startswith("#"):
            continue
        found = LINE.fullmatch(written)
        if not found or found["key"] not in {STEPS, *ACTS, *EXPECTATIONS}:
            raise BadFile(f"{file.name}:{number}: the README has no such line: {written}")
        about, words = (spelled_out(found[part] or "") for part in ("about", "words"))
        if found["key"] == STEPS:
            yield from read(FOLDER / "steps" / f"{words}.txt")
        else:
            yield Line(file, number, written, found["key"], about, words, bool(found["together"]))


def spelled_out(words: str) -> str:
    """`⏎` is a line break, `{あ×61}` sixty-one times あ, `{U+202E}` that character."""
    plain = SPECIAL.sub(lambda m: chr(int(m["code"], 16)) if m["code"] else m["what"] * int(m["times"]), words)
    return plain.replace("⏎", "\n")


async def play(file: Path, stage: Stage) -> None:
    """Play a whole file. AssertionError at the first line that does not hold."""
    __tracebackhide__ = True
    lines = list(read(file))
    assert any(line.key in EXPECTATIONS for line in lines), f"{file.name} expects nothing"
    stage.usual -= {name for name in stage.usual if _speaks_of(lines, name)}
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        try:
            await _play(line, stage, waits=not (following and following.together))
        except (AssertionError, LookupError, TimeoutError, ValueError) as problem:
            raise AssertionError(f"{line}\n{str(problem) or type(problem).__name__}\n\n{stage}") from None


def _speaks_of(lines: list[Line], name: str) -> bool:
    """Whether a question is expected in words: then the conversation, as one that was copied, answers it itself."""
    question = BOOKING.by_name[name]
    ask = question.ask if isinstance(question, Question) else None
    asked = in_every_language(ask) if isinstance(ask, Text) else ()
    heads = [words.partition("\n")[0] for words in asked]
    return any(line.key in EXPECTATIONS and head in line.words for line in lines for head in heads)


async def _play(line: Line, stage: Stage, waits: bool) -> None:
    if line.key in EXPECTATIONS:
        await EXPECTATIONS[line.key](stage, line.words, line.about)
        return
    if not line.together:
        stage.mark()
    await ACTS[line.key](stage, line.words, line.about)
    if waits:
        await stage.until_idle()
        await stage.answer_as_usual(back=line.words.strip() in BACK_WORDS)
        stage.nothing_is_wrong()
