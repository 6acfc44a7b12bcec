"""Finds the code and the tests of each clause, and says what is missing: a name that is not there, a docstring that
does not cite its article, a quotation that is not the terms' own, a clause without a test.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from flows.office import KAWAGOE
from flows.office_file import load_office
from tests.clauses.table import Clause

ROOT = Path(__file__).parents[2]
TERMS = load_office(KAWAGOE).terms.text
QUOTED = re.compile(r"(?:第\d+条(?:[(（]\d[)）])?b?[①-⑤]?|前文) 「((?:[^「」]|「[^「」]*」)+)」")


class Code(NamedTuple):
    """Where it stands, and its docstring; both empty where there is no such thing."""

    where: str
    written: str


@cache
def found_code(name: str) -> Code:
    """What `flows.policy.permit` names: a module, a class, a function."""
    try:
        thing = pkgutil.resolve_name(name)
    except (ModuleNotFoundError, AttributeError):
        return Code("", "")
    file = Path(str(inspect.getsourcefile(thing))).relative_to(ROOT)
    line = "" if inspect.ismodule(thing) else f":{inspect.getsourcelines(thing)[1]}"
    return Code(f"{file}{line}", thing.__doc__ or "")


def named_tests(table: Sequence[Clause]) -> Mapping[str, list[str]]:
    """The tests of each clause, as pytest is given them."""
    found: dict[str, list[str]] = {clause.name: [] for clause in table}
    for file in sorted((ROOT / "tests").glob("**/test_*.py")):
        for name in _tests_in(file):
            if clause := named_after(name, table):
                found[clause.name].append(f"{file.relative_to(ROOT)}::{name}")
    return found


def _tests_in(file: Path) -> list[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, functions)]


def named_after(test: str, table: Sequence[Clause]) -> Clause | None:
    """The clause of which a test bears the name: of 4(2)a ① rather than of 4(2)a."""
    matching = [clause for clause in table if test.startswith(f"test_{clause.key}_")]
    return max(matching, key=lambda clause: len(clause.key), default=None)


def gaps(table: Sequence[Clause], tests: Mapping[str, list[str]]) -> list[str]:
    """A sentence for each thing that is missing."""
    found = []
    for clause in table:
        found += [f"{clause.name}: {why}" for name in clause.code if (why := _wrong_with(name, clause.cites))]
        if not clause.code:
            found.append(f"{clause.name}: no code is named that keeps it.")
        if not tests[clause.name]:
            found.append(f"{clause.name}: no test is named after it (test_{clause.key}_…).")
        if not _verbatim(clause.words):
            found.append(f"{clause.name}: 「{clause.words}」 does not stand in the terms.")
    return found


def _wrong_with(name: str, cites: tuple[str, ...]) -> str:
    where, written = found_code(name)
    if not where:
        return f"{name} is named, and there is no such thing."
    if not all(part in written for part in cites):
        return f"the docstring of {name} ({where}) does not cite {''.join(cites)}."
    if foreign := [quote for quote in QUOTED.findall(" ".join(written.split())) if not _verbatim(quote)]:
        return f"{name} ({where}) quotes what does not stand in the terms: 「{foreign[0]}」."
    return ""


def _verbatim(words: str) -> bool:
    """Whether each passage stands in the terms to the letter."""
    return all(passage in TERMS for passage in words.split("…"))
