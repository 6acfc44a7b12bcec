"""The tool of `make mutation`: which changes it makes, how they are called, and that it sees which test notices one."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.mutation.mutants import mutants

ROOT = Path(__file__).parent.parent
LIGHT = '''"""A light at a crossing."""

LONGEST = 30


def green(waiting: int, seconds: int) -> str:
    """Whether one may walk."""
    if waiting > 1 and seconds < LONGEST:
        return "walk"
    return "wait"
'''
TESTS = """
from flows.light import LONGEST, green

def test_longest():
    assert LONGEST == 30

def test_walk():
    assert green(2, 0) == "walk"

def test_wait():
    assert (green(1, 0), green(2, 40)) == ("wait", "wait")
"""
CONDITION = "green: waiting > 1 and seconds < LONGEST →"
NOTICED = {  # each change with the first test that fails
    "LONGEST: LONGEST = 30 → LONGEST = 31": "test_longest",
    "LONGEST: LONGEST = 30 → LONGEST = 29": "test_longest",
    "green: if waiting > 1 and seconds < LONGEST: → if not (waiting > 1 and seconds < LONGEST):": "test_walk",
    f"{CONDITION} waiting > 1 or seconds < LONGEST": "test_wait",
    f"{CONDITION} True and seconds < LONGEST": "test_wait",
    f"{CONDITION} True and waiting > 1": "test_wait",
    f"{CONDITION} waiting >= 1 and seconds < LONGEST": "test_wait",
    f"{CONDITION} waiting <= 1 and seconds < LONGEST": "test_walk",
    f"{CONDITION} waiting > 2 and seconds < LONGEST": "test_walk",
    f"{CONDITION} waiting > 0 and seconds < LONGEST": "test_wait",
    f"{CONDITION} waiting > 1 and seconds <= LONGEST": "None",  # nobody looks at the thirtieth second
    f"{CONDITION} waiting > 1 and seconds >= LONGEST": "test_walk",
    "green: return 'walk' → return None": "test_walk",
    "green: return 'wait' → return None": "test_wait",
}
RUN = """
from pathlib import Path
from tests.mutation.mutants import mutants
from tests.mutation.trying import killer
from tests.mutation.watching import watched

seen = watched(["tests/test_light.py"])
for mutant in mutants(Path("flows/light.py")):
    print(mutant.name, str(killer(mutant, seen.tests_of(mutant))).rpartition("::")[2], sep=": ")
"""


def light(folder: Path, text: str = LIGHT) -> Path:
    """A project of one module, with its tests."""
    profile = "import hypothesis\n\nhypothesis.settings.register_profile('here')\n"
    files = {"flows/__init__.py": "", "flows/light.py": text, "tests/test_light.py": TESTS, "conftest.py": profile}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder / "flows/light.py"


def test_it_makes_each_small_change_and_nothing_is_left_of_one_that_was_named(tmp_path: Path) -> None:
    found = mutants(light(tmp_path))
    assert [mutant.name for mutant in found] == list(NOTICED)
    original, changed = ast.unparse(ast.parse(LIGHT)), set()
    for mutant in found:
        assert ast.unparse(mutant.tree) == original
        undo = [edit.swap() for edit in mutant.change]
        changed.add(ast.unparse(mutant.tree))
        for edit in undo:
            edit.swap()
    assert len(changed - {original}) == len(NOTICED)


def test_a_name_outlives_changes_elsewhere_in_the_file(tmp_path: Path) -> None:
    grown = LIGHT.replace("LONGEST = 30", "LONGEST = 30\n\n\ndef red() -> bool:\n    return green(1, 2) == 'wait'")
    names = [mutant.name for mutant in mutants(light(tmp_path, grown))]
    assert [name for name in names if not name.startswith("red")] == list(NOTICED)
    assert len(names) == len(set(names)) > len(NOTICED)


def test_it_says_of_each_change_which_test_fails_and_of_which_none_does(tmp_path: Path) -> None:
    light(tmp_path)
    path = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    said = subprocess.check_output([sys.executable, "-c", RUN], cwd=tmp_path, env=path, text=True)
    assert dict(line.rsplit(": ", 1) for line in said.splitlines()) == NOTICED
