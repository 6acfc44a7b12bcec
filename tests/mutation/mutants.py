"""One small change at a time to a module of `flows`: in its functions, and in the data that it makes at import.

Left alone are annotations, decorators, docstrings, strings and the rows of tables: sentences are held against the
catalogues by tests/test_words.py, what is sent when against readings of their own, and a name that is another
everywhere is as good. A mutant is named by the code around the change, so that a name outlives changes elsewhere in
the file.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path

from tests.mutation.changes import Change, changes_of, replaced

NOT_RUN = {"annotation", "returns", "decorator_list", "ctx", "type_comment"}
BLOCKS = ("body", "orelse", "finalbody")
CONTEXT, LONGEST = 60, 100  # characters of code: what is looked around for, what names a mutant


@dataclass(frozen=True)
class Mutant:
    """A change; `line` is where its statement begins, in a function, or 0 for what is made at import."""

    file: Path
    name: str
    line: int
    tree: ast.Module
    change: Change


def mutants(file: Path) -> list[Mutant]:
    """Every mutant of a module; two that would have one name are numbered."""
    tree = ast.parse(file.read_text("utf-8"))
    times: Counter[str] = Counter()
    found = []
    for path, change in _changes((tree,)):
        name = f"{_where(path)}: {_difference(path, change)}"
        times[name] += 1
        again = f" ({times[name]})" if times[name] > 1 else ""
        found.append(Mutant(file, name + again, _line(path), tree, change))
    return found


def blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Every list of statements in the functions of a module."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                yield from (block for name in BLOCKS if isinstance(block := getattr(node, name, None), list))


# Where it is


Path_ = tuple[ast.AST, ...]  # from the module to a node


def _where(path: Path_) -> str:
    """The names around it: of classes and functions, or of what is assigned; of steps, and of keys."""
    names: list[str] = []
    for node, within in zip(path, (*path[1:], path[-1]), strict=True):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names.append(node.name)
            case ast.Assign() if not names:
                names.append(ast.unparse(node.targets[0]))
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if name.isidentifier():
                names.append(name)
            case ast.Dict() if within in node.values:
                key = node.keys[node.values.index(within)]
                names.append(key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "…")
    return " ".join(names) or "module"


def _line(path: Path_) -> int:
    """Of the innermost statement in the body of a function; a default value is made at import."""
    line, in_function = 0, False
    for node, within in pairwise(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            in_function = any(within is statement for statement in node.body)
        if in_function and isinstance(within, ast.stmt):
            line = within.lineno
    return line


def _difference(path: Path_, change: Change) -> str:
    """The code around a change, before and after."""
    around = [node for node in path if isinstance(node, ast.expr | ast.keyword | ast.Return | ast.Assign | ast.Expr)]
    node = next((node for node in around if len(ast.unparse(node)) <= CONTEXT), path[-1])
    before = _first_line(node)
    undo = [edit.swap() for edit in change]
    after = _first_line(node)
    for edit in undo:
        edit.swap()
    return _shortened(before, after) if before != after else f"{_shortened(before, before)} → nothing"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0]


def _shortened(before: str, after: str) -> str:
    """Of long code only where it differs."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    cut = max(0, same - 30) if max(len(before), len(after)) > LONGEST else 0
    return " → ".join(("…" if cut else "") + code[cut : cut + LONGEST] for code in (before, after))


# What is changed


def _changes(path: Path_) -> Iterator[tuple[Path_, Change]]:
    node = path[-1]
    if not _unpacked(path) and not _in_a_table(path):
        yield from ((path, change) for change in changes_of(node))
    yield from (((*path, statement), change) for statement, change in _without_a_statement(node))
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and field not in NOT_RUN and not _left_alone(node, field, child):
                yield from _changes((*path, child))


def _unpacked(path: Path_) -> bool:
    """The right side of `a, b = x, y`: with one less nothing would run."""
    match path[-2:]:
        case ast.Assign(targets=[ast.Tuple()]), ast.Tuple():
            return True
    return False


def _in_a_table(path: Path_) -> bool:
    """A row or a value of what is made at import: as much a fact as a sentence is, and no decision."""
    made_in = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    is_a_list = isinstance(path[-1], ast.Tuple | ast.List | ast.Set | ast.Dict)
    return is_a_list and not any(isinstance(node, made_in) for node in path)


def _left_alone(node: ast.AST, field: str, child: ast.AST) -> bool:
    """Docstrings, the sentence of a Text, what an error says, types, and what runs as a script."""
    if isinstance(child, ast.Expr):
        return isinstance(child.value, ast.Constant)
    if isinstance(child, ast.AnnAssign):
        return ast.unparse(child.annotation) == "TypeAlias"
    if isinstance(child, ast.Assign):
        return "Literal[" in ast.unparse(child.value)[:9]
    if isinstance(child, ast.keyword):
        return child.arg == "strict"
    if isinstance(child, ast.If):
        return "__name__" in ast.unparse(child.test)
    if isinstance(node, ast.Raise):
        return True
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "Text" and field == "args"


def _without_a_statement(node: ast.AST) -> Iterator[tuple[ast.stmt, Change]]:
    for field in BLOCKS:
        block = getattr(node, field, None)
        for place, statement in enumerate(block if isinstance(block, list) else []):
            if _does_something(statement):
                for change in replaced(node, field, place, ast.Pass()):
                    yield statement, change


def _does_something(statement: ast.stmt) -> bool:
    """A call for its effect, a raise, and what is set in another object; without a name's value nothing would run."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        into = statement.targets[0]
        return any(isinstance(to, ast.Attribute | ast.Subscript) for to in getattr(into, "elts", [into]))
    return isinstance(statement, ast.Raise | ast.AugAssign | ast.Continue | ast.Break)
