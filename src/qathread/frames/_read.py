"""Frames of any library as tables, by way of Narwhals."""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, cast

from ..errors import MissingExtraError, ValidationError
from ._cells import moment
from ._schema import Column, ColumnType, Schema
from ._schemas import KNOWN
from ._table import Table
from ._taken import Zone, present

try:
    import narwhals as nw
except ModuleNotFoundError as error:
    if error.name != "narwhals":  # installed but broken: show that instead
        raise
    message = "from_frame() needs Narwhals: pip install 'qathread[frames]'"
    raise MissingExtraError(message) from error

_SCALES: Final = {"us": 1, "ms": 1_000, "s": 1_000_000}
_EXACT: Final = 2**53  # up to here a float is the integer that was meant


def read(frame: object, schema: Schema | None, assume_tz: Zone) -> Table:
    """Return a frame as a table; `frames.from_frame` says how."""
    given = eager(frame)
    if schema is None:
        columns = tuple([_column(given[name]) for name in given.columns])
        schema = Schema(columns=columns)
    else:
        present(schema, given.columns)
    cells = {each.name: _cells(given[each.name], each, assume_tz) for each in schema}
    return Table(schema, cells)


def eager(frame: object) -> Any:
    """Return the Narwhals frame of whatever is one, its columns called by texts."""
    try:
        given: Any = nw.from_native(cast(Any, frame))
    except TypeError:
        given = _streamed(frame)
    except nw.exceptions.DuplicateError as error:
        raise ValidationError(f"two columns have one name: {error}") from error
    if isinstance(given, nw.LazyFrame):
        given = given.collect()
    if not all(isinstance(name, str) for name in given.columns):
        raise ValidationError(
            f"columns are called {list(given.columns)!r}: give them names of type str"
        )
    return given


def _streamed(frame: Any) -> Any:
    """Return the frame of an object that is only an Arrow stream of rows."""
    if hasattr(frame, "__arrow_c_stream__") and not hasattr(frame, "dtype"):
        for backend in ("pyarrow", "polars"):
            with suppress(ModuleNotFoundError):
                return nw.from_arrow(frame, backend=backend)
    raise ValidationError(
        f"the frame is of type {type(frame).__name__}: give one that Narwhals "
        f"takes, such as a pandas or Polars frame"
    )


def _column(series: Any) -> Column:
    """Return the column that a series is by its own type, or else by its name."""
    found = None if _is_mute(series) else _type_of(series.dtype)
    found = found or KNOWN.get(series.name) or _type_of(series.dtype)
    if found is None:
        known = ", ".join(ColumnType)
        raise ValidationError(
            f"column {series.name!r} is of type {series.dtype}, and tables hold "
            f"{known}: cast it, leave it out, or say what it is with schema="
        )
    return Column(name=series.name, type=found)


def _is_mute(series: Any) -> bool:
    """Tell whether a column of objects holds nothing that shows what they are."""
    dtype = str(getattr(series.to_native(), "dtype", ""))  # as pandas calls it
    return dtype == "object" and bool(series.is_null().all())


def _type_of(dtype: Any) -> ColumnType | None:
    if dtype.is_integer():
        return ColumnType.INT64
    if dtype.is_float():
        return ColumnType.FLOAT64
    if dtype in (nw.List, nw.Array):
        return ColumnType.TEXTS if _type_of(dtype.inner) is ColumnType.TEXT else None
    for kind, found in (
        (nw.String, ColumnType.TEXT),
        (nw.Categorical, ColumnType.TEXT),
        (nw.Enum, ColumnType.TEXT),
        (nw.Boolean, ColumnType.BOOL),
        (nw.Datetime, ColumnType.TIMESTAMP),
        (nw.Duration, ColumnType.DURATION),
    ):
        if dtype == kind:
            return found
    return None


def _cells(series: Any, column: Column, assume_tz: Zone) -> list[object]:
    """Return the values of a series as a table takes them."""
    dtype = series.dtype
    if dtype == nw.Datetime or dtype == nw.Duration:
        return _times(series, assume_tz)
    nulls: list[bool] = series.is_null().to_list()
    values: list[Any] = series.to_list()
    values = [
        None if null else value for value, null in zip(values, nulls, strict=True)
    ]
    if dtype.is_float():
        if column.type is ColumnType.INT64:
            name = column.name
            return [_whole(value, name, row) for row, value in enumerate(values)]
        return [value if value == value else None for value in values]  # NaN
    if column.type is ColumnType.TEXTS:
        # What pandas reads from Parquet are arrays of NumPy.
        return [v.tolist() if hasattr(v, "tolist") else v for v in values]
    if column.type is ColumnType.DURATION:
        return [_span(value, column.name) for value in values]
    return values


def _span(value: Any, name: str) -> Any:
    """Return one of the intervals that DuckDB makes of durations as a duration."""
    if not hasattr(value, "months"):
        return value
    count, rest = divmod(value.nanoseconds, 1000)
    if value.months or rest:
        raise ValidationError(
            f"column {name!r} holds {value!r}, which is no exact duration: give days "
            "and microseconds"
        )
    return timedelta(days=value.days, microseconds=count)


def _whole(value: float | None, name: str, row: int) -> int | None:
    if value is None or value != value:
        return None
    if not (value.is_integer() and -_EXACT <= value <= _EXACT):
        raise ValidationError(
            f"row {row} of column {name!r} is {value!r}, which is no exact integer: "
            "state the type float64, or round it"
        )
    return int(value)


def _times(series: Any, assume_tz: Zone) -> list[object]:
    """Return instants or durations as Python's."""
    dtype, name = series.dtype, series.name
    kind = cast("ColumnType", _type_of(dtype))
    if kind is ColumnType.TIMESTAMP and dtype.time_zone is None and assume_tz is None:
        raise ValidationError(
            f"column {name!r} holds times without a zone: give them one, or "
            "assume_tz='UTC'"
        )
    nulls: list[bool] = series.is_null().to_list()
    # As integers they are exact in every library; a null would make floats of them.
    known: list[int] = series.drop_nulls().cast(nw.Int64).to_list()
    if dtype.time_unit == "ns":
        if any(count % 1000 for count in known):
            raise ValidationError(
                f"column {name!r} holds parts of microseconds: round it to them"
            )
        counts = iter([count // 1000 for count in known])
    else:
        scale = _SCALES[dtype.time_unit]
        counts = iter([count * scale for count in known])
    return [None if null else moment(kind, next(counts)) for null in nulls]
