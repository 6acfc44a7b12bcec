"""One small change at a time to a module of `flows`: in its functions, and in the data that it makes at import.

Left alone are annotations, decorators, docstrings, strings and the rows of tables: sentences are held against the
catalogues by tests/test_words.py, what is sent when against readings of their own, and a name that is another
everywhere is as good. A mutant is named by the code around the change, so that a name outlives changes elsewhere in
the file.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}
TIDYING = {"strip", "lower", "casefold", "removeprefix", "replace", "translate"}  # methods that may do nothing
NOT_RUN = {"annotation", "returns", "decorator_list", "ctx", "type_comment"}
BLOCKS = ("body", "orelse", "finalbody")
CONTEXT, LONGEST = 60, 100  # characters of code: what is looked around for, what names a mutant


@dataclass(frozen=True)
class Edit:
    """`field` of a node gets another value."""

    node: ast.AST
    field: str
    value: Any

    def swap(self) -> Edit:
        """Make it, and return the edit that undoes it."""
        undo = Edit(self.node, self.field, getattr(self.node, self.field))
        setattr(self.node, self.field, self.value)
        return undo


Change = tuple[Edit, ...]


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
        yield from ((path, change) for change in _of(node))
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


def _of(node: ast.AST) -> Iterator[Change]:
    """The changes to one node."""
    if type(node) in _OF:
        yield from _OF[type(node)](node)


def _without_a_statement(node: ast.AST) -> Iterator[tuple[ast.stmt, Change]]:
    for field in BLOCKS:
        block = getattr(node, field, None)
        for place, statement in enumerate(block if isinstance(block, list) else []):
            if _does_something(statement):
                for change in _replaced(node, field, place, ast.Pass()):
                    yield statement, change


def _does_something(statement: ast.stmt) -> bool:
    """A call for its effect, a raise, and what is set in another object; without a name's value nothing would run."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        into = statement.targets[0]
        return any(isinstance(to, ast.Attribute | ast.Subscript) for to in getattr(into, "elts", [into]))
    return isinstance(statement, ast.Raise | ast.AugAssign | ast.Continue | ast.Break)


def _replaced(node: Any, field: str, place: int, *new: Any) -> Iterator[Change]:
    """One in a list of nodes becomes another, or falls."""
    items = getattr(node, field)
    yield (Edit(node, field, [*items[:place], *new, *items[place + 1 :]]),)


def _each_dropped(node: Any, field: str) -> Iterator[Change]:
    for place in range(len(getattr(node, field))):
        yield from _replaced(node, field, place)


def _condition(node: Any) -> Iterator[Change]:
    """Turned round; what one comparison or `not` says is turned round there."""
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield (Edit(node, "test", ast.UnaryOp(ast.Not(), node.test)),)


def _comparison(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            yield from _replaced(node, "ops", place, other())


def _and_or(node: ast.BoolOp) -> Iterator[Change]:
    both = isinstance(node.op, ast.And)
    yield (Edit(node, "op", ast.Or() if both else ast.And()),)
    for place in range(len(node.values)):
        rest = [*node.values[:place], *node.values[place + 1 :]]
        yield (Edit(node, "values", [ast.Constant(both), *rest]),)  # one value alone would be no `and`


def _sign(node: ast.UnaryOp) -> Iterator[Change]:
    """`not x` becomes the contrary, `-x` becomes x."""
    if isinstance(node.op, ast.USub):
        yield (Edit(node, "op", ast.UAdd()),)
    else:
        yield (Edit(node, "operand", ast.UnaryOp(ast.Not(), node.operand)),)


def _arithmetic(node: Any) -> Iterator[Change]:
    if type(node.op) in RECKONED:
        yield (Edit(node, "op", RECKONED[type(node.op)]()),)


def _value(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield (Edit(node, "value", not value),)
    elif isinstance(value, int):
        yield (Edit(node, "value", value + 1),)
        if value > 0:
            yield (Edit(node, "value", value - 1),)


def _call(node: ast.Call) -> Iterator[Change]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg != "strict":
            yield from _replaced(node, "keywords", place)
    name = ast.unparse(node.func)
    if name == "Dialog":
        yield from _each_dropped(node, "args")
    if name in OPPOSITE:
        yield (Edit(node, "func", ast.Name(OPPOSITE[name], ast.Load())),)
    if isinstance(node.func, ast.Attribute) and node.func.attr in TIDYING:
        yield (Edit(node, "func", ast.Name("str", ast.Load())), Edit(node, "args", [node.func.value]))


def _list(node: Any) -> Iterator[Change]:
    if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _each_dropped(node, "elts")


def _dict(node: ast.Dict) -> Iterator[Change]:
    for keys, values in zip(_each_dropped(node, "keys"), _each_dropped(node, "values"), strict=True):
        yield (*keys, *values)


def _return(node: ast.Return) -> Iterator[Change]:
    tested = isinstance(node.value, ast.Compare | ast.BoolOp | ast.UnaryOp)  # changed there
    if node.value and not tested and ast.unparse(node.value) not in ("None", "False", "()", "''"):
        yield (Edit(node, "value", ast.Constant(None)),)


_OF: dict[type[ast.AST], Callable[[Any], Iterator[Change]]] = {
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.While: _condition,
    ast.comprehension: lambda node: _each_dropped(node, "ifs"),
    ast.Compare: _comparison,
    ast.BoolOp: _and_or,
    ast.UnaryOp: _sign,
    ast.BinOp: _arithmetic,
    ast.AugAssign: _arithmetic,
    ast.Constant: _value,
    ast.Call: _call,
    ast.Tuple: _list,
    ast.List: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.Return: _return,
}
