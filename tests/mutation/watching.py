"""Every test run once, to see to which lines of `flows` it comes and how long it takes."""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import Any

import pytest

from tests.mutation.mutants import Mutant, blocks
from tests.mutation.running import FLOWS, OURS, FromTrees, NoShrinking, file_of, in_a_fork, module_of, pytest_run, quiet

QUICK = 0.1  # seconds
ALL = "at import"
NEAR = 0.2  # of the lines to which a test comes
Room = tuple[bool, str]  # the quick tests of a file, or the slow ones


class Watch(NoShrinking):
    """To which lines of `flows` each test comes; those run while tests are collected are needed by all."""

    def __init__(self) -> None:
        self.lines: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.once: dict[str, float] = defaultdict(float)
        self.now = ALL

    def came_to(self, line: str) -> None:
        if self.now != ALL or _the_program_is_loaded():  # else by a test's own constants
            self.lines[self.now].add(line)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.now = file_of(item.nodeid)  # what is set up may be there for the other tests of the file
        began = perf_counter()
        yield
        self.seconds[item.nodeid] = perf_counter() - began
        self.now = ALL

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Iterator[None]:
        began = perf_counter()
        yield
        if fixturedef.scope != "function":
            self.once[self.now] += perf_counter() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self.now = item.nodeid
        self.lines[self.now] |= set()  # known, wherever it comes
        yield
        self.now = file_of(item.nodeid)


def _the_program_is_loaded() -> bool:
    """Whether whoever calls does so while a module of `flows` or `bot` is loaded."""
    frame: FrameType | None = sys._getframe(1)
    while frame:
        if frame.f_code.co_name == "<module>" and frame.f_globals["__name__"].split(".")[0] in ("flows", "bot"):
            return True
        frame = frame.f_back
    return False


@dataclass(frozen=True)
class Seen:
    """For each test, in order, the lines that it comes to and how long it takes; how long takes what is set up once for
    a file; the modules that were loaded.
    """

    lines: dict[str, set[str]]
    seconds: dict[str, float]
    once: dict[str, float]
    loaded: list[str]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that may notice, quick ones before slow ones: files first where a test comes to little else than
        its module, then those that take the least.
        """
        module = module_of(mutant.file)
        line = f"{module} {mutant.line}"
        everything = not mutant.line or line in self.lines.get(ALL, ())
        found = [
            test
            for test, lines in self.lines.items()
            if "::" in test and (everything or line in lines or line in self.lines.get(file_of(test), ()))
        ]
        near, takes = defaultdict[Room, float](float), defaultdict[Room, float](float)
        for test in found:
            room = self._room(test)
            near[room] = max(near[room], self._near(test, module))
            takes[room] += self.seconds[test]
        order = {room: (room[0], -near[room] if near[room] > NEAR else 0, takes[room], room[1]) for room in near}
        return sorted(found, key=lambda test: order[self._room(test)])

    def _room(self, test: str) -> Room:
        return self.seconds[test] + self.once.get(file_of(test), 0) > QUICK, file_of(test)

    def first_of(self, tests: Sequence[str], enough: float) -> list[str]:
        """As many of them as take so many seconds, and the first one."""
        first = {file_of(test): test for test in reversed(tests)}
        once = {test: self.once.get(file, 0) for file, test in first.items()}
        until = accumulate(self.seconds[test] + once.get(test, 0) for test in tests)
        return [test for test, seconds in zip(tests, until, strict=True) if seconds < enough] or [*tests[:1]]

    def _near(self, test: str, module: str) -> float:
        """The share of a module in all the lines to which a test comes."""
        modules = self._came_to[test]
        return modules[module] / (modules.total() or 1)

    @cached_property
    def _came_to(self) -> dict[str, Counter[str]]:
        return {test: Counter(line.split()[0] for line in found) for test, found in self.lines.items()}

    def at_import(self, mutant: Mutant) -> bool:
        """Whether it changes what modules make when they are loaded: what calls, or is, its outermost function."""
        functions = (each for each in ast.walk(mutant.tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
        around = (each for each in functions if each.lineno <= mutant.line <= (each.end_lineno or 0))
        if not mutant.line:
            return True
        outermost = next(around)  # `walk` comes to it before what is in it
        lines = range(outermost.lineno, (outermost.end_lineno or 0) + 1)
        return any(f"{module_of(mutant.file)} {line}" in self.lines.get(ALL, ()) for line in lines)


def watched(files: Sequence[str]) -> Seen:
    """Every test, run once. Raises AssertionError where one fails without any mutant."""

    def watch() -> Seen | str:
        quiet()
        plugin = Watch()
        builtins.madoguchi_came_to = plugin.came_to  # type: ignore[attr-defined]  # there for every module of `flows`
        sys.meta_path.insert(0, FromTrees({file: _telling(file) for file in FLOWS}))
        for file in files:
            if pytest_run(file, plugin) != 0:
                return f"{file} does not pass by itself"
        return Seen(dict(plugin.lines), plugin.seconds, dict(plugin.once), list(sys.modules))

    seen = in_a_fork(watch)
    assert isinstance(seen, Seen), seen
    for name in seen.loaded:  # in their order: each after what it needs
        if name.split(".")[0] not in OURS:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    gc.freeze()
    return seen


def _telling(file: Path) -> ast.Module:
    """A module whose functions say to which of their lines they come."""
    tree = ast.parse(file.read_text("utf-8"))
    for block in list(blocks(tree)):
        if not any("madoguchi_came_to" in ast.unparse(statement) for statement in block[:2]):
            block[:] = [each for statement in block for each in (*_says(file, statement), statement)]
    return tree


def _says(file: Path, statement: ast.stmt) -> list[ast.stmt]:
    """Nothing before a docstring, which has to come first."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return []
    return ast.parse(f"madoguchi_came_to('{module_of(file)} {statement.lineno}')").body
