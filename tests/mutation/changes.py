"""What may change at one node of the code; each change is so small that a test should notice it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def changes_of(node: ast.AST) -> Iterator[Change]:
    """The changes to one node."""
    if type(node) in _OF:
        yield from _OF[type(node)](node)


def replaced(node: Any, field: str, place: int, *new: Any) -> Iterator[Change]:
    """One in a list of nodes becomes another, or falls."""
    items = getattr(node, field)
    yield (Edit(node, field, [*items[:place], *new, *items[place + 1 :]]),)


def _each_dropped(node: Any, field: str) -> Iterator[Change]:
    for place in range(len(getattr(node, field))):
        yield from replaced(node, field, place)


def _condition(node: Any) -> Iterator[Change]:
    """Turned round; what one comparison or `not` says is turned round there."""
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield (Edit(node, "test", ast.UnaryOp(ast.Not(), node.test)),)


def _comparison(node: ast.Compare) -> Iterator[Change]:
    for place, operator in enumerate(node.ops):
        for other in COMPARED[type(operator)]:
            yield from replaced(node, "ops", place, other())


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
            yield from replaced(node, "keywords", place)
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
