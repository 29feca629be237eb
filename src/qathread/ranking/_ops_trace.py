"""
The operations that formulas are written with, on columns that are only named.

Running a formula on these records what it would compute: a graph in which a part that
is used twice is one node. `columns` writes that graph in the terms of a data frame.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, cast

from ..errors import ValidationError
from . import _ops
from ._formula import Definition, bound

__all__ = ["Node", "Trace", "parts", "trace"]

#: A part of a graph, or a number, truth value or text that is the same in all rows.
Value: TypeAlias = "Node | float | str | None"


class Node:
    """One step: an operation and what it is applied to; equal steps are one object."""

    __slots__ = ("args", "graph", "op")

    def __init__(self, graph: "Graph", op: str, args: tuple[Value, ...]) -> None:
        self.graph, self.op, self.args = graph, op, args

    def _with(self, op: str, *args: Value) -> "Node":
        return self.graph.node(op, *args)

    def __add__(self, other: Value) -> "Node":
        return self._with("add", self, _number(other))

    def __radd__(self, other: Value) -> "Node":
        return self._with("add", other, self)

    def __sub__(self, other: Value) -> "Node":
        return self._with("sub", self, other)

    def __rsub__(self, other: Value) -> "Node":
        return self._with("sub", other, self)

    def __mul__(self, other: Value) -> "Node":
        return self._with("mul", self, other)

    def __rmul__(self, other: Value) -> "Node":
        return self._with("mul", other, self)

    def __truediv__(self, other: Value) -> "Node":
        return self._with("div", self, other)

    def __rtruediv__(self, other: Value) -> "Node":
        return self._with("div", other, self)

    def __neg__(self) -> "Node":
        return self._with("sub", 0.0, self)

    def __abs__(self) -> "Node":
        return self._with("abs", self)

    def __gt__(self, other: Value) -> "Node":
        return self._with("gt", self, other)

    def __ge__(self, other: Value) -> "Node":
        return self._with("ge", self, other)

    def __lt__(self, other: Value) -> "Node":
        return self._with("lt", self, other)

    def __le__(self, other: Value) -> "Node":
        return self._with("le", self, other)

    def __eq__(self, other: object) -> "Node":  # type: ignore[override]
        return self._with("eq", self, other)  # type: ignore[arg-type]

    __hash__ = object.__hash__

    def __and__(self, other: "Node | bool") -> "Node | bool":
        if isinstance(other, Node):
            return self._with("and", self, other)
        return self if other else False

    def __or__(self, other: "Node | bool") -> "Node | bool":
        if isinstance(other, Node):
            return self._with("or", self, other)
        return True if other else self

    __rand__ = __and__
    __ror__ = __or__


class Graph:
    """The nodes of one formula, each once."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[object, ...], Node] = {}
        self.conditions: list[tuple[Node, str]] = []

    def node(self, op: str, *args: Value) -> Node:
        # 1, 1.0 and True are equal, and mean the same here but for their type.
        key = (op, *(id(x) if isinstance(x, Node) else (type(x), x) for x in args))
        if key not in self.nodes:
            self.nodes[key] = Node(self, op, args)
        return self.nodes[key]


class Trace:
    """
    What a formula computes of columns and constants.

    Attributes:
        result: The last node.
        conditions: Where there is a result at all, each with why not.
    """

    __slots__ = ("conditions", "result")

    def __init__(self, result: Node, conditions: list[tuple[Node, str]]) -> None:
        self.result, self.conditions = result, tuple(conditions)


def trace(known: Definition, values: Mapping[str, object]) -> Trace:
    """
    Return what a formula computes of its arguments, None standing for a column.

    Args:
        known: A row-wise formula.
        values: For each parameter that is one value for all rows that value, checked.
            The others are columns, nodes of the operation ``column``.
    """
    graph = Graph()
    given = [
        values[name] if name in values else graph.node("column", name)
        for name in known.kinds
    ]
    result = bound(known.function, OPERATIONS)(*given)
    if not isinstance(result, Node):
        raise ValidationError(f"{known.name} needs a column: give the name of one")
    return Trace(result, graph.conditions)


def parts(node: Node) -> Iterator[Node]:
    """Yield a node's whole graph, each node once, what it is made of first."""
    done: set[int] = set()
    stack: list[tuple[Node, bool]] = [(node, False)]
    while stack:
        here, ready = stack.pop()
        if id(here) in done:
            continue
        if ready:
            done.add(id(here))
            yield here
        else:
            stack.append((here, True))
            stack += [(arg, False) for arg in here.args if isinstance(arg, Node)]


_TRUTHS: Final = frozenset({"gt", "ge", "lt", "le", "eq", "and", "or", "missing"})


def _number(value: Value) -> Value:
    """Return 1 and 0 for a comparison that is added to something."""
    if isinstance(value, Node) and value.op in _TRUTHS:
        return value.graph.node("where", value, 1.0, 0.0)
    return value


def _step(op: str, plain: Callable[..., float]) -> Callable[..., Value]:
    """Return an operation of one or more numbers, done at once without columns."""

    def step(*args: Value) -> Value:
        for arg in args:
            if isinstance(arg, Node):
                return arg.graph.node(op, *args)
        return plain(*args)

    return step


def _where(condition: Value, one: Value, other: Value) -> Value:
    if isinstance(condition, Node):
        return condition.graph.node("where", condition, one, other)
    return one if condition else other


def _sign(value: Value) -> Value:
    if not isinstance(value, Node):
        return _ops.sign(cast(float, value))
    # Of whole numbers; formulas take the larger of size and 1 anyway.
    size = value.graph.node("maximum", abs(value), 1)
    return value / size


def _valid(value: Value, condition: Value, words: str) -> Value:
    if isinstance(condition, Node):
        condition.graph.conditions.append((condition, words))
        # Null where there is no result, so that no engine meets a division by 0.
        return condition.graph.node("only", condition, value)
    if not condition:
        raise ValidationError(words)
    return value


def _missing(value: Value) -> Value:
    if isinstance(value, Node):
        return value.graph.node("missing", value)
    return value is None


def _fill(value: Value, other: Value) -> Value:
    if isinstance(value, Node):
        return value.graph.node("fill", value, other)
    return other if value is None else value


def _same(value: Value) -> Value:
    return value


_PLAIN: Final[Mapping[str, Callable[..., float]]] = MappingProxyType(
    {
        "ceil": _ops.ceil,
        "floor": _ops.floor,
        "log": _ops.log,
        "log2": _ops.log2,
        "log10": _ops.log10,
        "maximum": _ops.maximum,
        "minimum": _ops.minimum,
        "power": _ops.power,
        "rounded": _ops.rounded,
        "sqrt": _ops.sqrt,
        "trunc": _ops.trunc,
        "whole": _ops.whole,
    }
)
OPERATIONS: Final[Mapping[str, Callable[..., Value]]] = MappingProxyType(
    {op: _step(op, plain) for op, plain in _PLAIN.items()}
    | {
        "fill": _fill,
        "instant": _same,
        "missing": _missing,
        "sign": _sign,
        "valid": _valid,
        "where": _where,
    }
)
