"""`python -m tests.mutation [module …]`: a test notices every mutant of `flows`, or it is in survivors.md.

Prints each that survives and is not in the list. Exit code 1 where there is one, or one of the list does not survive
any more. Without names all modules are gone through, which takes more than an hour.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click

from tests.mutation.mutants import mutants
from tests.mutation.running import Seen, killer, watched

# Those first that send nothing. Left out is what runs the bot as a process of its own, which would be no mutant.
CLAUSES = (
    *("preamble", "article_1", "article_2", "article_3", "article_4_1", "in_any_calendar", "article_4_2_a"),
    *("article_4_2_b", "article_4_4", "articles_5_to_9", "article_10", "article_11"),
)
OTHERS = (
    *("lifecycle", "office_days", "choosing", "agreeing", "cancelling", "booking_form", "one_turn", "promises"),
    *("cards", "private_reprs", "pictures", "office", "answers", "counter", "deciding"),
    *("notices", "every_dialog", "conversations"),
)
TESTS = (*(f"clauses/test_{name}" for name in CLAUSES), *(f"test_{name}" for name in OTHERS))
LISTED = Path(__file__).with_name("survivors.md")
SLOW, MOST_OF_THE_SLOW = "tests/test_conversations.py", 5  # each takes a second or more
LAST_HERE, LAST_AROUND = 3, 5  # tests that noticed the mutants before, in this function and in this module, go first


def main(modules: list[str]) -> int:
    files = [file for file in sorted(Path("flows").glob("*.py")) if not modules or file.stem in modules]
    seen = watched([f"tests/{name}.py" for name in TESTS])
    listed = {name for name in _listed() if name.split(":")[0] in map(str, files)}
    survivors = set[str]()
    for file in files:
        for name in _survivors(file, seen):
            survivors.add(name)
            if name not in listed:
                click.echo(f"survives: {name}")
        click.echo(f"{file} is gone through")
    for name in sorted(listed - survivors):
        click.echo(f"does not survive any more: {name}")
    return int(survivors != listed)


def _survivors(file: Path, seen: Seen) -> Iterator[str]:
    noticed: dict[str, list[str]] = defaultdict(list)  # the mutants of a line, or of "", any
    for mutant in mutants(file):
        tests = _not_too_many(seen, seen.tests_of(mutant))
        before = {*noticed[str(mutant.line)][-LAST_HERE:], *noticed[""][-LAST_AROUND:]}
        noticing = killer(mutant, [*(test for test in tests if test in before), *tests])
        if noticing is None:
            yield f"{file}: {mutant.name}"
        elif noticing:
            noticed[str(mutant.line)].append(noticing)
            noticed[""].append(noticing)


def _not_too_many(seen: Seen, tests: list[str]) -> list[str]:
    """All that are quick, and of the conversations that come there those that come farthest around."""
    slow = sorted((test for test in tests if test.startswith(SLOW)), key=lambda test: -len(seen.lines[test]))
    return [*(test for test in tests if test not in slow), *slow[:MOST_OF_THE_SLOW]]


def _listed() -> list[str]:
    return re.findall(r"^- `([^`]+)`", LISTED.read_text("utf-8"), re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
