"""Formulas on NumPy arrays, block by block, and what needs SciPy."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias, cast

from ..errors import MissingExtraError, ValidationError
from ._formula import Definition, bound
from ._inputs import LARGEST, Kind, check, shown

try:
    import numpy as np
    from numpy.typing import NDArray
except ModuleNotFoundError as error:
    if error.name != "numpy":  # installed but broken: show that instead
        raise
    message = (
        "arrays and beta_quantile need NumPy and SciPy: pip install 'qathread[stats]'"
    )
    raise MissingExtraError(message) from error

__all__ = ["Array", "ArrayLike", "beta_quantile", "compute"]

#: What a row-wise formula gives for arrays: float64, or int64 where it is whole.
Array: TypeAlias = NDArray[np.float64 | np.int64]
#: What it takes in the place of a number, a time or a truth value.
ArrayLike: TypeAlias = NDArray[np.generic] | float | datetime | str | None

_Block: TypeAlias = NDArray[Any]

#: Rows computed at a time: so few that what lies between stays in a core's cache.
_ROWS: Final = 8192


class _BadRowError(Exception):
    """A row of the block has no result; carries which, and why."""

    def __init__(self, row: int, words: str) -> None:
        super().__init__(row, words)
        self.row, self.words = row, words


def compute(known: Definition, values: Sequence[object]) -> Array:
    """
    Return a row-wise formula of arrays and numbers, in the shape they broadcast to.

    Raises:
        ValidationError: If a member of an array is bad, missing where it must not be,
            or has no result; it names the place.
    """
    columns: list[object] = []
    for value, (name, kind) in zip(values, known.kinds.items(), strict=True):
        if getattr(value, "shape", ()):
            columns.append(_column(value, name, kind))
        else:
            columns.append(check(value, name, kind))
    arrays = [value for value in columns if isinstance(value, np.ndarray)]
    try:
        shape = np.broadcast_shapes(*[array.shape for array in arrays])
    except ValueError:
        told = ", ".join(str(array.shape) for array in arrays)
        raise ValidationError(
            f"{known.name} got arrays of the shapes {told}: give matching ones"
        ) from None
    flat = [
        np.broadcast_to(value, shape).reshape(-1)
        if isinstance(value, np.ndarray)
        else value
        for value in columns
    ]
    result: _Block = np.empty(shape, np.int64 if known.whole else np.float64)
    _fill(known, flat, result.reshape(-1))
    return result


def _fill(known: Definition, columns: Sequence[object], result: _Block) -> None:
    kernel = _kernel(known.name, known.function)
    kinds = list(known.kinds.items())
    for start in range(0, len(result), _ROWS):
        stop = min(start + _ROWS, len(result))
        try:
            block = [
                _checked(column[start:stop], name, kind)
                if isinstance(column, np.ndarray)
                else column
                for column, (name, kind) in zip(columns, kinds, strict=True)
            ]
            # Branches that are not taken may overflow; what is taken is checked.
            with np.errstate(all="ignore"):
                result[start:stop] = kernel(*block)
        except _BadRowError as bad:
            place = start + bad.row
            raise ValidationError(f"in row {place}, {bad.words}") from None


def _column(value: object, name: str, kind: Kind) -> _Block:
    """Return an array of numbers, truth values or texts; not yet their ranges."""
    array: _Block = np.asarray(value)
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        array = np.ma.filled(value.astype(np.float64), np.nan)
    form = array.dtype.kind
    if form == "O":
        return _of_objects(array, name, kind)
    if kind.options:
        right = form in "UT"
    elif kind.name == "flag":
        right = form == "b"
    else:
        right = form in "iuf"
    if right:
        return array
    if form == "M" and kind.name == "time":
        raise ValidationError(
            f"{name} is an array of {array.dtype}, which has no zone: give Unix "
            f"seconds, such as {name}.astype('datetime64[us]').astype('int64') / 1e6 "
            f"for times in UTC"
        )
    raise ValidationError(f"{name} is an array of {array.dtype}: give {kind.words}")


def _of_objects(array: _Block, name: str, kind: Kind) -> _Block:
    members = []
    for place, member in enumerate(array.reshape(-1).tolist()):
        taken = check(member, f"{name}[{place}]", kind)
        members.append(np.nan if taken is None else taken)
    form = np.str_ if kind.options else np.bool_ if kind.name == "flag" else np.float64
    return np.array(members, form).reshape(array.shape)


def _checked(block: _Block, name: str, kind: Kind) -> _Block:
    """Return a block as it is computed with, or raise for the first bad row."""
    if kind.name == "flag":
        return block
    if kind.options:
        good: _Block = np.isin(block, kind.options)
        if not good.all():
            _refuse(block, good, name, kind)
        return block
    numbers: _Block = block.astype(np.float64)
    low, high = kind.low, kind.high
    if block.dtype.kind in "iu":  # a float is near enough to any whole number
        low = -np.inf if low == -LARGEST else low
        high = np.inf if high == LARGEST else high
    # NaN fails both comparisons.
    least, most = numbers.min(), numbers.max()
    if least >= low and most <= high and _is_whole(numbers, block, kind):
        return numbers
    good = (numbers >= low) & (numbers <= high)
    if kind.whole:
        good &= np.floor(numbers) == numbers
    if kind.optional:
        good |= np.isnan(numbers)
    if not good.all():
        _refuse(block, good, name, kind)
    return numbers


def _is_whole(numbers: _Block, block: _Block, kind: Kind) -> bool:
    if not kind.whole or block.dtype.kind in "iu":
        return True
    return bool((np.floor(numbers) == numbers).all())


def _refuse(block: _Block, good: _Block, name: str, kind: Kind) -> None:
    row = int(np.argmin(good))
    value = shown(block[row].item())
    raise _BadRowError(row, f"{name} is {value}: give {kind.words}")


def _valid(value: _Block, condition: _Block, words: str) -> _Block:
    good = np.asarray(condition)
    if not good.all():
        raise _BadRowError(int(np.argmin(good)) if good.shape else 0, words)
    return value


def _missing(value: object) -> object:
    return value is None or np.isnan(cast(_Block, value))


def _fill_in(value: object, other: object) -> object:
    if value is None:
        return other
    block = cast(_Block, value)
    return np.where(np.isnan(block), cast(_Block, other), block)


def _same(value: object) -> object:
    return value


OPERATIONS: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "ceil": np.ceil,
        "fill": _fill_in,
        "floor": np.floor,
        "instant": _same,
        "log": np.log,
        "log2": np.log2,
        "log10": np.log10,
        "maximum": np.maximum,
        "minimum": np.minimum,
        "missing": _missing,
        "power": np.power,
        "rounded": np.round,
        "sign": np.sign,
        "sqrt": np.sqrt,
        "trunc": np.trunc,
        "valid": _valid,
        "where": np.where,
        "whole": _same,
    }
)


@cache
def _kernel(name: str, function: Callable[..., object]) -> Callable[..., object]:
    return bound(function, OPERATIONS)


def beta_quantile(a: float, b: float, q: float) -> float:
    """Return the *q* quantile of Beta(a, b), of numbers or of arrays."""
    try:
        from scipy.special import betaincinv
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "scipy":
            raise  # installed but broken: show that instead
        message = "beta_quantile needs SciPy: pip install 'qathread[stats]'"
        raise MissingExtraError(message) from error
    found = betaincinv(a, b, q)
    return cast(float, found) if np.ndim(found) else float(found)
