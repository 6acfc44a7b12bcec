"""`python -m tests.mutation [module …]`: a test notices every mutant of `flows`, or it is in survivors.md.

Prints each that survives and is not in the list. Exit code 1 where there is one, or one of the list does not survive
any more. Without names all modules are gone through, side by side on all cores, which takes about half an hour.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.running import FLOWS, in_a_fork, module_of
from tests.mutation.trying import Functions, everything_loaded, killer
from tests.mutation.watching import Seen, watched

CLAUSES = (
    *("preamble", "article_1", "article_2", "article_3", "article_4_1", "in_any_calendar", "article_4_2_a"),
    *("article_4_2_b", "article_4_4", "articles_5_to_9", "article_10", "article_11"),
)
RULES = (  # by themselves
    *("plain_values", "lifecycle", "office", "office_days", "policy", "moments", "notices_hold", "promises"),
    *("words_of_notices", "office_letters", "lists_of_steps", "heard", "shown", "pictures", "private_reprs"),
    *("reception", "after_an_end", "welcome", "answers", "booking_form", "form_from_end_to_end", "requesting"),
    *("reviewing", "agreeing", "choosing", "cancelling", "moving_in_the_chat", "moving_sent", "waiting_in_the_chat"),
    *("offered_times", "claiming_in_the_chat", "objecting", "who_joins", "asked_by_the_bot", "just_before_a_session"),
    *("who_came", "card_rules", "card_of_another_time", "places_of_counsellors", "attendance", "weighing", "hiding"),
    *("week_grid", "reading_records", "staff_rules", "desk_taking_rules", "desk_closing_rules", "desk_typing"),
    *("desk_counsellors_rules", "desk_numbers_rules", "one_turn", "unmet", "cards"),
)
THE_BOT = (  # in this process: one that is a process of its own has no mutant
    *("counter", "deciding", "calendar", "attending", "claiming", "proposals", "moving", "waiting", "own_urls"),
    *("companions_changed", "pause", "who_may_decide", "staff_chat", "week_picture", "mime", "desk_today"),
    *("desk_week", "desk_counsellors", "desk_people", "desk_taking", "desk_booking", "desk_arranging"),
    *("desk_requests", "desk_staff", "desk_numbers", "desk_records", "desk_search", "desk_wishes", "notices"),
    *("every_dialog", "conversations"),
)
TESTS = (*(f"clauses/test_{name}" for name in CLAUSES), *(f"test_{name}" for name in (*RULES, *THE_BOT)))
LISTED = Path(__file__).with_name("survivors.md")
ENOUGH = 30  # seconds of tests before each mutant
LAST_HERE, LAST_AROUND = 3, 5  # tests that noticed the mutants before, in this function and in this module, go first


def main(modules: list[str]) -> int:
    files = [file for file in FLOWS if not modules or module_of(file).removeprefix("flows.") in modules]
    seen = watched([f"tests/{name}.py" for name in TESTS])
    listed = {name for name in _listed() if name.split(":")[0] in map(str, files)}
    survivors = set[str]()
    longest_first = sorted(files, key=lambda file: -file.stat().st_size)
    with multiprocessing.get_context("fork").Pool() as cores:
        for file, survive in cores.imap_unordered(partial(_gone_through, seen, listed), longest_first, chunksize=1):
            survivors |= set(survive)
            click.echo(f"{file} is gone through")
    for name in sorted(listed - survivors):
        click.echo(f"does not survive any more: {name}")
    return int(survivors != listed)


def _gone_through(seen: Seen, listed: set[str], file: Path) -> tuple[Path, list[str]]:
    at_import, in_functions = list[Mutant](), list[Mutant]()
    for mutant in mutants(file):
        (at_import if seen.at_import(mutant) else in_functions).append(mutant)
    rest = in_a_fork(lambda: list(_survivors(seen, listed, in_functions, everything_loaded(seen, file))))
    return file, [*_survivors(seen, listed, at_import), *rest]


def _survivors(seen: Seen, listed: set[str], found: list[Mutant], functions: Functions | None = None) -> Iterator[str]:
    noticed: dict[str, list[str]] = defaultdict(list)  # the mutants of a line, or of "", any
    for mutant in found:
        before = {*noticed[str(mutant.line)][-LAST_HERE:], *noticed[""][-LAST_AROUND:]}
        tests = sorted(seen.tests_of(mutant), key=lambda test: test not in before)
        noticing = killer(mutant, seen.first_of(tests, ENOUGH), functions)
        if noticing is None:
            yield (name := f"{mutant.file}: {mutant.name}")
            if name not in listed:
                click.echo(f"survives: {name}")
        elif noticing:
            noticed[str(mutant.line)].append(noticing)
            noticed[""].append(noticing)


def _listed() -> list[str]:
    return re.findall(r"^- `([^`]+)`", LISTED.read_text("utf-8"), re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
