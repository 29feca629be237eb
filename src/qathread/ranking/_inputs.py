"""Checks of what goes into a formula; arithmetic comes after them."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from numbers import Real
from operator import index
from types import MappingProxyType
from typing import Final, SupportsIndex, TypeVar, cast

from attrs import frozen

from ..errors import ValidationError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: The instants that a datetime can hold: years 1 to 9999, in Unix seconds. Columns
#: take no others, which catches milliseconds given for seconds.
FIRST: Final = -62135596800.0
LAST: Final = 253402300800.0
#: Whole numbers up to here are floats without loss.
LARGEST: Final = 2.0**53
#: Numbers up to here can be multiplied and squared without reaching infinity.
HUGE: Final = 1e100


@frozen(kw_only=True, weakref_slot=False)
class Kind:
    """
    What a parameter of a formula takes.

    Attributes:
        name: One word: count, whole, number, positive, time, flag, text and others.
        words: What to give, in a sentence of an error message.
        low: The least value, inclusive, of a number.
        high: The largest value, inclusive, that columns and the fast path take.
        whole: Whether the number has no fraction.
        constant: Whether it is one value for a whole column.
        optional: Whether it may be missing.
        options: The texts to choose from, if it is a text.
    """

    name: str
    words: str
    low: float = -HUGE
    high: float = HUGE
    whole: bool = False
    constant: bool = False
    optional: bool = False
    options: tuple[str, ...] = ()


def count(value: SupportsIndex, name: str) -> int:
    """Return *value* if it is a whole number from 0 up, of any size."""
    number = _integer(value)
    if number is None or number < 0:
        raise ValidationError(f"{name} is {shown(value)}: give a whole count, 0 or up")
    return number


def net(value: SupportsIndex, name: str) -> int:
    """Return *value* if it is a whole number, of any sign and size."""
    number = _integer(value)
    if number is None:
        raise ValidationError(f"{name} is {shown(value)}: give a whole number")
    return number


def number(value: float, name: str) -> float:
    """Return *value* as a finite number, no larger than can be computed with."""
    if type(value) is int and abs(value) <= LARGEST:
        return value
    real = _real(value)
    if real is None or abs(real) > HUGE:
        raise ValidationError(
            f"{name} is {shown(value)}: give a finite number, at most 1e100 in size"
        )
    return real


def positive(value: float, name: str) -> float:
    """Return *value* as a finite float above 0."""
    number = _real(value)
    if number is None or number <= 0.0:
        raise ValidationError(f"{name} is {shown(value)}: give a finite number above 0")
    return number


def between(value: float, name: str, kind: Kind) -> float:
    """Return *value* if it is a number from the least to the largest of its kind."""
    number = _real(value)
    if number is None or not kind.low <= number <= kind.high:
        raise ValidationError(f"{name} is {shown(value)}: give {kind.words}")
    if kind.whole and _integer(cast(SupportsIndex, value)) is None:
        raise ValidationError(f"{name} is {shown(value)}: give {kind.words}")
    return value if type(value) is int else number


def seconds(value: float | datetime, name: str) -> float:
    """Return an instant as Unix seconds, whole ones exactly."""
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ValidationError(
                f"{name} has no zone: add one, such as "
                f"{name}.replace(tzinfo=datetime.UTC)"
            )
        return (value - _EPOCH) / timedelta(seconds=1)
    number = _real(value)
    if number is None:
        raise ValidationError(
            f"{name} is {shown(value)}: give Unix seconds or an aware datetime"
        )
    return number


def flag(value: object, name: str) -> bool:
    """Return *value* if it is a truth value, not something that can be one."""
    if isinstance(value, bool):
        return value
    # NumPy's truth value, named without importing NumPy.
    if type(value).__module__ == "numpy" and type(value).__name__ == "bool":
        return bool(value)
    raise ValidationError(f"{name} is {shown(value)}: give True or False")


def option(value: object, name: str, kind: Kind) -> str:
    """Return *value* if it is one of the texts of its kind."""
    if isinstance(value, str) and value in kind.options:
        return value
    raise ValidationError(f"{name} is {shown(value)}: give {kind.words}")


_CHECKS: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "count": count,
        "whole": net,
        "number": number,
        "positive": positive,
        "time": seconds,
        "flag": flag,
    }
)


def check(value: object, name: str, kind: Kind) -> object:
    """Return *value* as formulas compute with it, or raise a ValidationError."""
    if value is None and kind.optional:
        return None
    if kind.options:
        return option(value, name, kind)
    plain = _CHECKS.get(kind.name)
    if plain is None:
        return between(cast(float, value), name, kind)
    return plain(value, name)


T = TypeVar("T")


def items(values: object, name: str, each: Callable[[T, str], T]) -> list[T]:
    """Return the members of a sequence, each checked under its own place."""
    if isinstance(values, str | bytes | Mapping):
        values = None
    try:
        members = list(cast(Sequence[T], values))
    except TypeError:
        raise ValidationError(
            f"{name} is {shown(values)}: give a list, such as a tuple"
        ) from None
    return [each(value, f"{name}[{place}]") for place, value in enumerate(members)]


def member(record: object, key: str, name: str) -> object:
    """Return one member of a record that the caller gives as a mapping."""
    if not isinstance(record, Mapping):
        raise ValidationError(
            f"{name} is {shown(record)}: give a mapping that has {key!r}"
        )
    if key not in record:
        raise ValidationError(f"{name} has no {key!r}: every item needs one")
    return cast(object, record[key])


def _integer(value: SupportsIndex) -> int | None:
    """Return a whole number as an int; None if *value* is no such thing."""
    try:
        return None if isinstance(value, bool) else index(value)
    except TypeError:
        return None


def _real(value: object) -> float | None:
    """Return a finite real number as a float; None if *value* is no such thing."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def shown(value: object) -> str:
    """Return a value for an error message, or its type if it may be long."""
    if isinstance(value, bool | float) or value is None:
        return repr(value)
    if isinstance(value, int) and abs(value) < 10**20:
        return str(value)
    if isinstance(value, str) and len(value) < 40:
        return repr(value)
    return f"of type {type(value).__name__}"
