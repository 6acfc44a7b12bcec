"""The tests, run in forks: once to see to which lines of `flows` each comes, then before each mutant.

A fork begins with the libraries loaded and nothing of ours; it loads `flows` with the change, so that what is made
at import is made of the mutant.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import importlib
import inspect
import os
import pickle
import resource
import signal
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import accumulate, groupby
from pathlib import Path
from time import perf_counter
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from tests.mutation.mutants import Mutant, blocks

FLOWS = sorted(Path("flows").rglob("*.py"))
OURS = ("flows", "bot", "tests")
PATIENCE = 10  # seconds of CPU time for one test, which needs 2 at most: a mutant that takes longer hangs
QUICK = 0.1  # seconds
MEMORY = 4 * 1024**3  # bytes; a mutant may ask for more and more
OPTIONS = [
    *("-q", "-x", "--assert=plain", "-pno:cacheprovider", "-pno:unraisableexception", "--hypothesis-seed=0"),
    *("-k", "not postgresql"),
]
ALL = "at import"
NEAR = 0.2  # of the lines to which a test comes
Room = tuple[bool, str]  # the quick tests of a file, or the slow ones


def module_of(file: Path) -> str:
    """As it is imported: `flows.desk.week`."""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def in_a_fork(work: Callable[[], Any]) -> Any:
    """What `work` gives, done in a fork; None where that died."""
    read, write = os.pipe()
    if not (pid := os.fork()):
        os.close(read)
        with contextlib.suppress(BaseException), os.fdopen(write, "wb") as pipe:
            pickle.dump(work(), pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return pickle.loads(said) if said else None  # noqa: S301  # our own fork wrote it


def pytest_run(file: str, plugin: object) -> int:
    """The tests of one file in this process; pytest's exit code."""
    with tempfile.TemporaryDirectory(prefix="mutation-", ignore_cleanup_errors=True) as folder:
        return int(pytest.main([file, *OPTIONS, f"--basetemp={folder}/tests"], plugins=[plugin]))


def quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


class NoShrinking:
    """An example that fails is enough."""

    def pytest_configure(self) -> None:
        import hypothesis

        usual = hypothesis.settings.get_profile("here")
        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutation", usual, phases=phases, database=None)
        hypothesis.settings.load_profile("mutation")


class FromTree(SourceFileLoader):
    """Loads a module from a tree in the place of its file."""

    def __init__(self, name: str, file: Path, tree: ast.Module):
        super().__init__(name, str(file.resolve()))
        self.tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(ast.fix_missing_locations(self.tree), self.path, "exec")


class FromTrees(MetaPathFinder):
    """Finds the modules of `flows` of which there is a tree; the others are loaded as usual."""

    def __init__(self, trees: Mapping[Path, ast.Module]):
        self.loaders = {name: FromTree(name, *of) for of in trees.items() for name in [module_of(of[0])]}

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        loader = self.loaders.get(fullname)
        return spec_from_file_location(fullname, loader.path, loader=loader) if loader else None


# Which test comes where


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


def file_of(test: str) -> str:
    return test.split("::", maxsplit=1)[0]


# A mutant before the tests


class Chosen(NoShrinking):
    """Some of the tests of a file; `failed` is the one that did."""

    def __init__(self, tests: set[str]):
        self.tests, self.failed = tests, ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.tests]

    def pytest_runtest_setup(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)  # ends this process

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid


def killer(mutant: Mutant, tests: Sequence[str], functions: Functions | None = None) -> str | None:
    """The first test that fails; "" where the mutant cannot be loaded or hangs, None where it survives.

    `functions` are those of a process that has everything loaded: the one that is changed gets the mutant's code.
    Without them `flows` is loaded from the mutant.
    """

    def notice() -> tuple[str | None]:
        quiet()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        for edit in mutant.change:
            edit.swap()
        if functions is None:
            sys.meta_path.insert(0, FromTrees({mutant.file: mutant.tree}))
        else:
            _put_in(mutant, functions)
        for file, group in groupby(tests, key=file_of):
            chosen = Chosen(set(group))
            if pytest_run(file, chosen) not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                return (chosen.failed,)
        return (None,)

    found = in_a_fork(notice)
    return found[0] if found else ""


# A function changed where everything is loaded


Function = tuple[str, int]  # the name within its module, the line where it begins
Functions = dict[Function, list[FunctionType]]


def everything_loaded(seen: Seen, file: Path) -> Functions:
    """Load all that the tests need, and find the functions of one module."""
    for name in seen.loaded:
        if name.split(".")[0] in OURS:
            importlib.import_module(name)
    functions: Functions = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__module__ == module_of(file):
            functions[each.__code__.co_qualname, each.__code__.co_firstlineno].append(each)
    gc.freeze()
    return functions


def _put_in(mutant: Mutant, functions: Functions) -> None:
    """All functions of the module get the code of the mutant's tree, in which one is another."""
    for code in _outermost(compile(ast.fix_missing_locations(mutant.tree), str(mutant.file), "exec")):
        for function in functions.get((code.co_qualname, code.co_firstlineno), ()):
            function.__code__ = code


def _outermost(module: CodeType) -> Iterator[CodeType]:
    """The functions of a module and of its classes that have a name."""
    for code in module.co_consts:
        if isinstance(code, CodeType) and "<" not in code.co_qualname:
            yield from [code] if code.co_flags & inspect.CO_OPTIMIZED else _outermost(code)
