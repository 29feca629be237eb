"""Checks of what goes into a formula; arithmetic comes after them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from numbers import Real
from operator import index
from typing import Final, SupportsIndex

from ..errors import ValidationError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def count(value: SupportsIndex, name: str) -> int:
    """Return *value* if it is a whole number from 0 up, of any size."""
    try:
        number = -1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise ValidationError(f"{name} is {_shown(value)}: give a whole count, 0 or up")
    return number


def positive(value: float, name: str) -> float:
    """Return *value* as a finite float above 0."""
    number = _real(value)
    if number is None or number <= 0.0:
        raise ValidationError(
            f"{name} is {_shown(value)}: give a finite number above 0"
        )
    return number


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
            f"{name} is {_shown(value)}: give Unix seconds or an aware datetime"
        )
    return number


def _real(value: object) -> float | None:
    """Return a finite real number as a float; None if *value* is no such thing."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _shown(value: object) -> str:
    if isinstance(value, bool | float) or value is None:
        return repr(value)
    if isinstance(value, int) and abs(value) < 10**20:
        return str(value)
    return f"of type {type(value).__name__}"
