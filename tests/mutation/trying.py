"""A mutant before the tests: in a fork that loads `flows` with the change, so that what is made at import is made of
it; or, of a change within a function, in one that has everything loaded and changes the function.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tests.mutation.mutants import Mutant
from tests.mutation.running import OURS, FromTrees, NoShrinking, file_of, in_a_fork, module_of, pytest_run, quiet
from tests.mutation.watching import Seen

PATIENCE = 10  # seconds of CPU time for one test, which needs 2 at most: a mutant that takes longer hangs
MEMORY = 4 * 1024**3  # bytes; a mutant may ask for more and more


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
