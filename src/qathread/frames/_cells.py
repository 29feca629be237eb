"""Cells: whether they are of their column's type, their integers, how they look."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import isnan
from typing import Any, Final, TypeAlias

from .. import _display
from .._checks import instant, integer, text
from ..errors import ValidationError
from ._schema import Column, ColumnType

__all__ = ["Cell", "checked", "microseconds", "moment", "shown"]

Cell: TypeAlias = (
    str | int | float | bool | datetime | timedelta | tuple[str, ...] | None
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST: Final = timedelta(microseconds=2**63 - 1)  # what 64 bits hold
_LISTED: Final = 5  # texts of a cell that are shown


def checked(column: Column, values: Iterable[object]) -> tuple[Any, ...]:
    """
    Return *values* as cells of *column*.

    Raises:
        ValidationError: If one is neither null nor of the column's type; rows are
            counted from 0.
    """
    check, name = _CHECKS[column.type], f"column {column.name!r}"
    held = list(values)
    try:
        return tuple([None if value is None else check(value, name) for value in held])
    except ValidationError:
        for row, value in enumerate(held):
            if value is not None:
                check(value, f"row {row} of {name}")
        raise


def _boolean(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(value, name, "bool")
    return value


def _real(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(value, name, "float")
    if isnan(value):
        raise ValidationError(f"{name} is NaN: give None for what is not known")
    return float(value)


def _instant(value: object, name: str) -> datetime:
    if value != value:  # pandas' NaT, which passes for a datetime
        raise ValidationError(f"{name} is NaT: give None for what is not known")
    found = instant(value, name)
    if type(found) is datetime:
        return found
    day = (found.year, found.month, found.day)
    time = (found.hour, found.minute, found.second, found.microsecond)
    return datetime(*day, *time, tzinfo=UTC)  # one of pandas' own, for instance


def _duration(value: object, name: str) -> timedelta:
    if not isinstance(value, timedelta):
        raise _wrong(value, name, "timedelta")
    if not -_LONGEST <= value <= _LONGEST:
        raise ValidationError(f"{name} is beyond 64 bits of microseconds: shorten it")
    if type(value) is timedelta:
        return value
    return timedelta(value.days, value.seconds, value.microseconds)


def _texts(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, tuple | list):
        raise _wrong(value, name, "tuple or list of str")
    return tuple([text(item, f"an item of {name}") for item in value])


def _wrong(value: object, name: str, wanted: str) -> ValidationError:
    return ValidationError(f"{name} is of type {type(value).__name__}: give a {wanted}")


_CHECKS: Final[dict[ColumnType, Callable[[object, str], Any]]] = {
    ColumnType.TEXT: text,
    ColumnType.INT64: integer,
    ColumnType.FLOAT64: _real,
    ColumnType.BOOL: _boolean,
    ColumnType.TIMESTAMP: _instant,
    ColumnType.DURATION: _duration,
    ColumnType.TEXTS: _texts,
}


def microseconds(type: ColumnType, cells: Sequence[Any]) -> list[int | None]:
    """
    Return instants or durations as whole microseconds, instants from 1970 on.

    Libraries take integers many times faster than aware datetimes.
    """
    # `days` and its like are read at once; dividing by a timedelta is no faster.
    start = _EPOCH if type is ColumnType.TIMESTAMP else timedelta()
    spans = [None if cell is None else cell - start for cell in cells]
    return [
        None
        if span is None
        else (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
        for span in spans
    ]


def moment(type: ColumnType, count: int) -> datetime | timedelta:
    """Return the instant or duration of so many microseconds."""
    span = timedelta(microseconds=count)
    return _EPOCH + span if type is ColumnType.TIMESTAMP else span


def shown(cell: Cell, limit: int) -> str:
    """Return a cell as one line of text of about *limit* characters at most."""
    match cell:
        case str():
            return " ".join(cell[: limit + 1].split())
        case datetime():
            return cell.replace(tzinfo=None).isoformat(" ")
        case timedelta():
            # Python writes -1 s as "-1 day, 23:59:59".
            return f"-{-cell}" if cell < timedelta() else str(cell)
        case tuple():
            few = [_display.quoted(each, limit) for each in islice(cell, _LISTED)]
            return f"[{', '.join(few)}{', …' * (len(cell) > _LISTED)}]"
        case _:
            return "null" if cell is None else str(cell)
