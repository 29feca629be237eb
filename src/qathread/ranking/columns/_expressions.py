"""What the steps of a formula are in expressions of Narwhals."""

from collections.abc import Callable, Mapping
from operator import add, and_, eq, ge, gt, le, lt, mul, or_, sub, truediv
from types import MappingProxyType
from typing import Final, cast

import narwhals as nw

__all__ = ["EXPRESSIONS", "OF_POLARS"]


def _literal(value: object) -> nw.Expr:
    return value if isinstance(value, nw.Expr) else nw.lit(float(cast(float, value)))


def _bound(more: bool) -> Callable[..., nw.Expr]:
    """Return the larger or the smaller of two, one of them a number or none."""

    def bound(one: object, other: object) -> nw.Expr:
        if not isinstance(one, nw.Expr):
            one, other = other, one
        here = cast(nw.Expr, one)
        if not isinstance(other, nw.Expr):
            limit = float(cast(float, other))
            return here.clip(limit, None) if more else here.clip(None, limit)
        first = here >= other if more else here <= other
        return nw.when(first).then(here).otherwise(other)

    return bound


EXPRESSIONS: Final[Mapping[str, Callable[..., nw.Expr]]] = MappingProxyType(
    {
        "add": add,
        "sub": sub,
        "mul": mul,
        "div": truediv,
        "gt": gt,
        "ge": ge,
        "lt": lt,
        "le": le,
        "eq": eq,
        "and": and_,
        "or": or_,
        "abs": lambda x: x.abs(),
        "ceil": lambda x: x.ceil(),
        "fill": lambda x, y: nw.when(x.is_null()).then(_literal(y)).otherwise(x),
        "floor": lambda x: x.floor(),
        "log": lambda x: x.log(),
        "log2": lambda x: x.log(2),
        "log10": lambda x: x.log(10),
        "maximum": _bound(more=True),
        "minimum": _bound(more=False),
        "missing": lambda x: x.is_null(),
        "power": lambda x, y: x**y,
        "only": lambda c, x: nw.when(c).then(x),
        "rounded": lambda x, digits: x.round(digits),
        "sqrt": lambda x: x.sqrt(),
        "trunc": lambda x: nw.when(x < 0).then(x.ceil()).otherwise(x.floor()),
        "where": lambda c, x, y: nw.when(c).then(_literal(x)).otherwise(_literal(y)),
        "whole": lambda x: x,
    }
)
# There these are faster than clip(); that nulls are passed over is made up for.
OF_POLARS: Final[Mapping[str, Callable[..., nw.Expr]]] = MappingProxyType(
    {
        **EXPRESSIONS,
        "maximum": lambda x, y: nw.max_horizontal(_literal(x), _literal(y)),
        "minimum": lambda x, y: nw.min_horizontal(_literal(x), _literal(y)),
    }
)
