"""Tables as PyArrow's."""

from typing import IO, TYPE_CHECKING, Any, Final

from ..errors import MissingExtraError
from ._schema import ColumnType, Schema

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    if error.name != "pyarrow":  # installed but broken: show that instead
        raise
    message = "to_arrow() needs PyArrow: pip install 'qathread[arrow]'"
    raise MissingExtraError(message) from error

if TYPE_CHECKING:
    from ._table import Table

_TYPES: Final[dict[ColumnType, Any]] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INT64: pa.int64(),
    ColumnType.FLOAT64: pa.float64(),
    ColumnType.BOOL: pa.bool_(),
    ColumnType.TIMESTAMP: pa.timestamp("us", "UTC"),
    ColumnType.DURATION: pa.duration("us"),
    ColumnType.TEXTS: pa.list_(pa.string()),
}


def types(schema: Schema) -> "pa.Schema":
    """Return a schema as Arrow's; every field may be null."""
    return pa.schema([(column.name, _TYPES[column.type]) for column in schema])


def frame(table: "Table") -> "pa.Table":
    """Return a table as Arrow's."""
    wanted = types(table.schema)
    # More text than one array can hold becomes several by itself.
    columns = [pa.array(table[each.name], each.type) for each in wanted]
    return pa.table(columns, schema=wanted)


def write(frame: "pa.Table", out: IO[bytes]) -> None:
    """Write an Arrow table as Parquet."""
    from pyarrow import parquet

    parquet.write_table(frame, out, compression="zstd")
