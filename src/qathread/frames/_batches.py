"""Tables part by part, and Parquet files that are never held whole."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from .._checks import at_least
from ..errors import MissingExtraError, NotFoundError
from ..thread import Thread
from ._cells import Cell
from ._posts import edge_rows, post_rows
from ._rows import Row, each
from ._schema import Schema
from ._schemas import EDGES, POSTS, REVISIONS, THREADS, USERS, VOTES
from ._table import Table, made
from ._threads import thread_rows
from ._users import user_table
from ._votes import revision_rows, vote_rows

if TYPE_CHECKING:
    from ..formats._targets import Target

__all__ = ["TableName", "batches", "write_parquet"]

#: Each table is made by the function of that name.
TableName: TypeAlias = Literal[
    "posts", "threads", "users", "votes", "revisions", "edges"
]

_ROWS: Final = 50_000
_MADE: Final[Mapping[str, tuple[Schema, Callable[[Thread], Iterable[Row]]]]] = {
    "posts": (POSTS, post_rows),
    "threads": (THREADS, thread_rows),
    "votes": (VOTES, vote_rows),
    "revisions": (REVISIONS, revision_rows),
    "edges": (EDGES, edge_rows),
}


def batches(
    threads: Iterable[Thread], table: TableName = "posts", *, rows: int = _ROWS
) -> Iterator[Table]:
    """
    Yield a table in parts, so that it never is in memory as a whole.

    Args:
        threads: Threads, read once, as far as the parts are asked for.
        table: Which table. That of users is summed up over all threads first, and
            comes in parts only then.
        rows: The rows of each part but the last.

    Returns:
        Tables of the same columns, none of them empty.

    Raises:
        NotFoundError: At once, if there is no such table.
        ValidationError: At once, if *rows* is not at least 1; while reading, if it is
            one thread, or holds something else.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> asked = (posting.ask(name, title=None, body="?", by=User(id="ada"), at=now)
    ...     for name in ("a", "b", "c"))
    >>> [part["thread_id"] for part in batches(asked, rows=2)]
    [('a', 'b'), ('c',)]
    """
    _schema_of(table)
    at_least(1, rows, "rows")
    return _users(threads, rows) if table == "users" else _parts(threads, table, rows)


def write_parquet(
    threads: Iterable[Thread],
    target: "Target",
    table: TableName = "posts",
    *,
    rows: int = _ROWS,
) -> int:
    """
    Write a table of threads to a Parquet file, one row group after the other.

    Args:
        threads: Threads, read once and not kept.
        target: A path, whose file is replaced whole or not at all, or an open binary
            file.
        table: Which table; that of users is summed up in memory.
        rows: The rows of a row group, all that is held at a time.

    Returns:
        How many rows were written; the columns are there also without any.

    Raises:
        NotFoundError: If there is no such table.
        ValidationError: As :func:`batches`.
        MissingExtraError: If PyArrow is not installed (extra ``arrow``).
        OSError: If the path cannot be written.
    """
    from ..formats._targets import opened

    schema = _schema_of(table)
    parts = batches(threads, table, rows=rows)
    try:
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":  # installed but broken: show that instead
            raise
        message = "write_parquet() needs PyArrow: pip install 'qathread[arrow]'"
        raise MissingExtraError(message) from error
    from ._arrow import types

    count = 0
    with (
        opened(target) as out,
        parquet.ParquetWriter(out, types(schema), compression="zstd") as writer,
    ):
        for part in parts:
            count += len(part)
            writer.write_table(part.to_arrow())
    return count


def _schema_of(table: str) -> Schema:
    if table not in get_args(TableName):
        raise NotFoundError(
            f"there is no table {table!r}: give one of {', '.join(get_args(TableName))}"
        )
    return USERS if table == "users" else _MADE[table][0]


def _parts(threads: Iterable[Thread], table: str, size: int) -> Iterator[Table]:
    schema, rows_of = _MADE[table]
    rows: list[Row] = []
    for thread in each(threads):
        rows.extend(rows_of(thread))
        del thread
        while len(rows) >= size:
            part, rows = rows[:size], rows[size:]
            yield made(schema, zip(*part, strict=True))
    if rows:
        yield made(schema, zip(*rows, strict=True))


def _users(threads: Iterable[Thread], size: int) -> Iterator[Table]:
    table = user_table(threads)
    for start in range(0, len(table), size):
        columns: list[tuple[Cell, ...]] = [
            table[name][start : start + size] for name in table.columns
        ]
        yield made(USERS, columns)
