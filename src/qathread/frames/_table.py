"""Tables: columns of plain cells, which any data frame library can take."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .. import _display
from ..errors import MissingExtraError, ValidationError, excerpt
from ._cells import Cell, checked, shown
from ._schema import Schema, distinct, no_column

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..formats._targets import Target

__all__ = ["Table", "made"]

_ROWS: Final = 10  # of a notebook's view
_COLUMNS: Final = 40
_CELL: Final = 40  # characters
_LINE: Final = 120  # characters of a repr
_VALUE: Final = 20


@frozen(init=False, eq=False, repr=False, weakref_slot=False)
class Table:
    """
    Columns of equal length, each of a stated type.

    Needs no library itself. To read it as a data frame, call :meth:`to_polars`,
    :meth:`to_pandas` or :meth:`to_arrow`, or hand it to what takes Arrow streams:
    ``pl.DataFrame(posts)``, ``pa.table(posts)``, DuckDB's ``FROM posts``.

    Attributes:
        schema: Names and types of the columns, in order.

    >>> table = Table(Schema.of({"post_id": "text", "score": "int64"}),
    ...     {"post_id": ["p", "q"], "score": [3, None]})
    >>> table
    <Table 2 rows, 2 columns: post_id 'p', score 3>
    >>> table["score"]
    (3, None)
    """

    schema: Schema
    _cells: Mapping[str, tuple[Any, ...]]

    def __init__(self, schema: Schema, columns: Mapping[str, Iterable[object]]) -> None:
        """
        Make a table of columns that are checked cell by cell.

        Args:
            schema: Names and types of the columns.
            columns: Cells by name; ``None`` is null.

        Raises:
            ValidationError: If a name is missing or unknown, a cell is not of its
                type, or columns differ in length.
        """
        wanted = schema.names
        if set(wanted) != set(columns):
            raise ValidationError(
                f"columns are {', '.join(map(str, columns))}: "
                f"give {', '.join(wanted)}, as the schema says"
            )
        cells = {each.name: checked(each, columns[each.name]) for each in schema}
        lengths = {len(column) for column in cells.values()}
        if len(lengths) > 1:
            raise ValidationError(
                "columns differ in length: "
                + ", ".join(f"{name} has {len(cells[name])}" for name in wanted)
            )
        self.__attrs_init__(schema=schema, cells=cells)

    # -- look-ups ----------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.schema.names

    def __len__(self) -> int:
        for column in self._cells.values():
            return len(column)
        return 0

    def __getitem__(self, name: str) -> tuple[Any, ...]:
        try:
            return self._cells[name]
        except (KeyError, TypeError):
            raise no_column(name, self.columns) from None

    def __contains__(self, name: object) -> bool:
        return name in self.schema

    __iter__ = None  # over rows or over columns: nobody could tell

    def select(self, names: Iterable[str]) -> "Table":
        """
        Return some of the columns.

        Args:
            names: Which, in the wanted order.

        Returns:
            A table that shares their cells.

        Raises:
            NotFoundError: If there is no such column.
            ValidationError: If one is named twice.
        """
        wanted = distinct(names)
        schema = self.schema.select(wanted)
        return made(schema, [self[name] for name in wanted])

    def head(self, n: int = 5) -> "Table":
        """
        Return the first rows.

        Args:
            n: How many, at least 0; all if there are fewer.

        Returns:
            A table.

        Raises:
            ValidationError: If *n* is negative.
        """
        if n < 0:
            raise ValidationError(f"n is {n}: give at least 0")
        return made(self.schema, [column[:n] for column in self._cells.values()])

    def to_dict(self) -> dict[str, list[Any]]:
        """
        Return the columns as new lists.

        Returns:
            Name to cells: ``str``, ``int``, ``float``, ``bool``, ``datetime`` in
            UTC, ``timedelta``, tuples of ``str``, and ``None`` for null.
        """
        return {name: list(column) for name, column in self._cells.items()}

    # -- data frames -------------------------------------------------------------

    def to_polars(self) -> "pl.DataFrame":
        """
        Return a Polars frame.

        Returns:
            Columns of the types String, Int64, Float64, Boolean,
            Datetime("us", "UTC"), Duration("us") and List(String).

        Raises:
            MissingExtraError: If Polars is not installed (extra ``polars``).
        """
        from ._polars import frame

        return frame(self)

    def to_pandas(self) -> "pd.DataFrame":
        """
        Return a pandas frame.

        Returns:
            Columns of the dtypes string, Int64, Float64, boolean,
            datetime64[us, UTC] and timedelta64[us]; lists are tuples in a column of
            dtype object. What is null is ``pd.NA``, ``pd.NaT`` or ``None``.

        Raises:
            MissingExtraError: If pandas is not installed (extra ``pandas``).
        """
        from ._pandas import frame

        return frame(self)

    def to_arrow(self) -> "pa.Table":
        """
        Return an Arrow table.

        Returns:
            Columns of the types string, int64, double, bool, timestamp[us, tz=UTC],
            duration[us] and list<string>.

        Raises:
            MissingExtraError: If PyArrow is not installed (extra ``arrow``).
        """
        from ._arrow import frame

        return frame(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """
        Return the table as an Arrow stream, at every call a new one.

        Args:
            requested_schema: Types that the reader would like better, as a capsule;
                PyArrow follows them, Polars does not.

        Returns:
            A capsule for a library that reads Arrow.

        Raises:
            MissingExtraError: If neither PyArrow nor Polars is installed.
        """
        return self._arrow("an Arrow stream").__arrow_c_stream__(requested_schema)

    def to_parquet(self, target: "Target") -> None:
        """
        Write the table to a Parquet file, with PyArrow or else Polars.

        Args:
            target: A path, whose file is replaced whole or not at all, or an open
                binary file.

        Raises:
            MissingExtraError: If neither PyArrow nor Polars is installed.
            OSError: If the path cannot be written.
        """
        from ..formats._targets import opened

        frame = self._arrow("to_parquet()")
        with opened(target) as out:
            if hasattr(frame, "write_parquet"):
                frame.write_parquet(out)
            else:
                from ._arrow import write

                write(frame, out)

    def _arrow(self, what: str) -> Any:
        """Return an Arrow table, or a Polars frame, which holds one too."""
        try:
            return self.to_arrow()
        except MissingExtraError:
            pass
        try:
            return self.to_polars()
        except MissingExtraError as error:
            raise MissingExtraError(
                f"{what} needs PyArrow or Polars: pip install 'qathread[arrow]' or "
                "'qathread[polars]'"
            ) from error

    # -- sameness and looks ------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        # Columns of one length 0 differ from none at all by the schema.
        return self.schema == other.schema and self._cells == other._cells

    __hash__ = None  # type: ignore[assignment]  # a million cells: compare instead

    def __repr__(self) -> str:
        size = _display.counted(len(self), "row")
        line = f"<Table {size}, {_display.counted(len(self.schema), 'column')}"
        between = ": "
        for name, column in self._cells.items():
            part = between + _display.word(name, _VALUE)
            if column:
                part += f" {_value(column[0])}"
            if len(line) + len(part) > _LINE - len(", …>"):
                line += between + "…"
                break
            line += part
            between = ", "
        return line + ">"

    def _repr_html_(self) -> str:
        names = self.columns[:_COLUMNS]
        kept = self.head(_ROWS)
        rows = [
            [excerpt(shown(kept[name][row], _CELL), _CELL) for name in names]
            for row in range(len(kept))
        ]
        heads = [excerpt(name, _CELL) for name in names]
        hidden, more = len(self.schema) - len(names), len(self) - len(kept)
        notes = [f"… {more} more"] if more else []
        if hidden:
            notes.append(f"… {_display.counted(hidden, 'more column')}")
        if not len(self):
            notes.append("no rows")
        return _display.table(heads, rows, " · ".join(notes))


def made(schema: Schema, columns: Iterable[Iterable[Cell]]) -> Table:
    """Return a table of columns that are known to fit *schema*, in its order."""
    cells = dict(zip(schema.names, map(tuple, columns), strict=True))
    table = object.__new__(Table)
    table.__attrs_init__(schema=schema, cells=cells)
    return table


def _value(cell: Cell) -> str:
    """Return a cell for a repr, a text as its literal."""
    if isinstance(cell, str):
        return _display.quoted(cell, _VALUE)
    return excerpt(shown(cell, _VALUE), _VALUE)
