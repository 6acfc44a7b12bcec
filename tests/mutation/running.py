"""Tests run in a fork, which begins with the libraries loaded and nothing of ours; `flows` can be loaded from trees."""

from __future__ import annotations

import ast
import contextlib
import os
import pickle
import tempfile
from collections.abc import Callable, Mapping
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

FLOWS = sorted(Path("flows").rglob("*.py"))
OURS = ("flows", "bot", "tests")
OPTIONS = [
    *("-q", "-x", "--assert=plain", "-pno:cacheprovider", "-pno:unraisableexception", "--hypothesis-seed=0"),
    *("-k", "not postgresql"),
]


def file_of(test: str) -> str:
    return test.split("::", maxsplit=1)[0]


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
