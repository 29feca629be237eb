"""
The operations that formulas are written with, here on Python numbers.

A row-wise formula names nothing but these, arithmetic and comparisons. The same code
then runs on whole columns with other operations of these names: in `_arrays` on NumPy
arrays, in `_ops_trace` on the columns of a data frame.
"""

from collections.abc import Callable
from datetime import datetime
from math import ceil, floor, log, log2, log10, sqrt, trunc
from math import pow as power
from typing import Final, TypeVar, cast

from ..errors import ValidationError

__all__ = [
    "NAMES",
    "ceil",
    "fill",
    "floor",
    "instant",
    "log",
    "log2",
    "log10",
    "maximum",
    "minimum",
    "missing",
    "power",
    "rounded",
    "sign",
    "sqrt",
    "trunc",
    "valid",
    "where",
    "whole",
]

T = TypeVar("T", bool, float)
N = TypeVar("N", int, float)

maximum: Final = max
minimum: Final = min
rounded: Final[Callable[[float, int], float]] = round
whole: Final[type[int]] = int  # what the caller gets; columns become Int64


def sign(number: float) -> int:
    """Return -1, 0 or 1; the number is whole."""
    return (number > 0) - (number < 0)


def where(condition: bool, one: T, other: T) -> T:
    """Return *one* or *other*; both are computed, so guard what they are made of."""
    return one if condition else other


def instant(value: float | datetime) -> float:
    """Return a time as seconds: that is what formulas are called with."""
    return cast(float, value)


def missing(value: object) -> bool:
    """Tell whether an optional value was left out."""
    return value is None


def fill(value: float | datetime | None, other: float) -> float:
    """Return *other* in the place of a value that was left out."""
    return other if value is None else cast(float, value)


def valid(value: N, condition: bool, words: str) -> N:
    """Return *value* where the formula has a result; columns get null elsewhere."""
    if not condition:
        raise ValidationError(words)
    return value


#: What another engine has to bring, name by name.
NAMES: Final = frozenset(__all__) - {"NAMES"}
