"""Tables as pandas frames."""

from typing import TYPE_CHECKING, Any, Final

from ..errors import MissingExtraError
from ._cells import microseconds
from ._schema import ColumnType, Schema

try:
    import pandas as pd
except ModuleNotFoundError as error:
    if error.name != "pandas":  # installed but broken: show that instead
        raise
    message = "to_pandas() needs pandas: pip install 'qathread[pandas]'"
    raise MissingExtraError(message) from error

import numpy as np  # which pandas brings

if TYPE_CHECKING:
    from ._table import Table

_TYPES: Final[dict[ColumnType, str]] = {
    ColumnType.TEXT: "string",
    ColumnType.INT64: "Int64",
    ColumnType.FLOAT64: "Float64",
    ColumnType.BOOL: "boolean",
    ColumnType.TIMESTAMP: "datetime64[us, UTC]",
    ColumnType.DURATION: "timedelta64[us]",
    ColumnType.TEXTS: "object",
}
_NOT_A_TIME: Final = -(2**63)


def types(schema: Schema) -> dict[str, str]:
    """Return the dtypes of a pandas frame by name of column."""
    return {column.name: _TYPES[column.type] for column in schema}


def frame(table: "Table") -> "pd.DataFrame":
    """Return a table as a pandas frame, its rows numbered from 0."""
    columns = {each.name: _series(each.type, table[each.name]) for each in table.schema}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)), copy=False)


def _series(type: ColumnType, cells: tuple[Any, ...]) -> "pd.Series[Any]":
    match type:
        case ColumnType.TIMESTAMP:
            # By way of NumPy no year is beyond what pandas reads from objects.
            return pd.Series(_counted(type, cells, "M8[us]")).dt.tz_localize("UTC")
        case ColumnType.DURATION:
            return pd.Series(_counted(type, cells, "m8[us]"))
        case ColumnType.TEXTS:
            held = np.empty(len(cells), dtype=object)  # or it would look for a matrix
            held[:] = cells
            return pd.Series(held, dtype=object)
        case _:
            return pd.Series(pd.array(cells, dtype=_TYPES[type]))


def _counted(type: ColumnType, cells: tuple[Any, ...], dtype: str) -> Any:
    counts = [
        _NOT_A_TIME if count is None else count for count in microseconds(type, cells)
    ]
    return np.array(counts, dtype=np.int64).view(dtype)
