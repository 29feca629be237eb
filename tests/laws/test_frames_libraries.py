"""Every table in every library: the same rows, and the way back."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qathread import frames
from qathread.frames import ColumnType, Table
from qathread.testing.strategies import moderated_threads, threads
from qathread.thread import Thread
from tests.laws._tables import MAKERS

# What a table becomes, in whatever way people hold tables.
LIBRARIES: dict[str, Callable[[Table], Any]] = {
    "polars": Table.to_polars,
    "lazy polars": lambda table: table.to_polars().lazy(),
    "pandas": Table.to_pandas,
    "arrow": Table.to_arrow,
    "dict": Table.to_dict,
    "narwhals over polars": lambda table: nw.from_native(table.to_polars()),
    "narwhals over pandas": lambda table: nw.from_native(table.to_pandas()),
    "duckdb": lambda table: duckdb.from_arrow(table.to_arrow()),
    "duckdb from the stream": lambda held: duckdb.sql("FROM held"),
    "polars from the stream": pl.DataFrame,
    "arrow from the stream": pa.table,
}
#: DuckDB hands on durations as nanoseconds of 64 bits.
_LONGEST = timedelta(days=365 * 292)

libraries = pytest.mark.parametrize("turned", LIBRARIES.values(), ids=list(LIBRARIES))
makers = pytest.mark.parametrize("name", list(MAKERS))
several = st.lists(threads() | moderated_threads(), max_size=3)
few = settings(max_examples=max(5, settings().max_examples // 10))


def short(table: Table) -> Table:
    """The columns of a table that DuckDB can hand on."""
    names = [
        column.name
        for column in table.schema
        if column.type is not ColumnType.DURATION
        or all(abs(cell) < _LONGEST for cell in table[column.name] if cell is not None)
    ]
    return table.select(names)


@makers
@libraries
@few
@given(several)
def test_a_table_comes_back(
    name: str, turned: Callable[[Table], Any], given: list[Thread]
) -> None:
    """A figure must not depend on the library somebody likes."""
    table = MAKERS[name](given)
    if turned in (LIBRARIES["duckdb"], LIBRARIES["duckdb from the stream"]):
        table = short(table)
    assert frames.from_frame(turned(table), table.schema) == table
    assert frames.from_frame(turned(table)) == table


@makers
@libraries
def test_a_table_without_rows_comes_back(
    name: str, turned: Callable[[Table], Any]
) -> None:
    """Types are stated, so there is nothing to infer them from."""
    table = MAKERS[name]([])
    back = frames.from_frame(turned(table))
    assert back == table and len(back) == 0
    assert back.schema == table.schema


@makers
@few
@given(several, st.integers(1, 5))
def test_parts_are_the_whole(name: str, given: list[Thread], size: int) -> None:
    """However a table is cut, nothing of it is lost or moved."""
    table = MAKERS[name](given)
    parts = list(frames.batches(iter(given), name, rows=size))  # type: ignore[arg-type]
    assert [len(part) for part in parts[:-1]] == [size] * (len(parts) - 1)
    assert all(0 < len(part) <= size for part in parts)
    for column in table.columns:
        joined = [cell for part in parts for cell in part[column]]
        assert joined == list(table[column])
    out = io.BytesIO()
    count = frames.write_parquet(iter(given), out, name, rows=size)  # type: ignore[arg-type]
    assert count == len(table)
    assert frames.from_frame(pl.read_parquet(out.getvalue())) == table
