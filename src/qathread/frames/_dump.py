"""Tables straight from a data dump, without threads in between."""

from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from attrs import evolve

from ..errors import ValidationError
from ..losses import LossReport
from ._schema import Schema

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..formats._report import Collector
    from ._dump_blocks import Part
    from ._dump_files import DumpFile
    from ._dump_jobs import Job

__all__ = ["DumpTable", "DumpTableName", "counted"]

T = TypeVar("T")

#: The tables of a dump, by the names that they have here.
DumpTableName: TypeAlias = Literal[
    "badges",
    "comments",
    "post_history",
    "post_links",
    "posts",
    "tags",
    "users",
    "votes",
]

#: The bytes that a worker reads before it hands over what it found.
_HANDFUL: Final = 4 << 20


class DumpTable:
    """
    A table of a dump, read from its file whenever it is asked for.

    Nothing is kept: each use is a pass over the file, of which about a megabyte is in
    memory at a time. What takes Arrow streams takes the table itself, as often as it
    likes: ``pl.DataFrame(table)``, ``pa.table(table)``, ``narwhals.from_arrow``,
    DuckDB's ``FROM table``. See :func:`qathread.frames.stackexchange`.

    Attributes:
        name: Which table, such as ``posts``.
        schema: Names and types of the columns, in order.
    """

    def __init__(
        self, file: "DumpFile", job: "Job", workers: int, batch_rows: int | None
    ) -> None:
        self._file, self._job = file, job
        self._workers, self._batch_rows = workers, batch_rows
        self._report: Collector | None = None
        self.name, self.schema = job.table, job.schema

    # -- look-ups --------------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return self.schema.names

    @property
    def report(self) -> LossReport:
        """What the last pass skipped or repaired, complete once it has ended."""
        return self._file.told if self._report is None else self._report.report

    def select(self, names: Iterable[str]) -> "DumpTable":
        """
        Return some of the columns.

        Args:
            names: Which, in the wanted order.

        Returns:
            A table of the same file; the others are not even decoded.

        Raises:
            NotFoundError: If there is no such column.
            ValidationError: If one is named twice, or none.
        """
        schema = self.schema.select(names)
        if not len(schema):
            raise ValidationError("no column is selected: name at least one")
        job = evolve(self._job, schema=schema)
        return DumpTable(self._file, job, self._workers, self._batch_rows)

    def count(self) -> int:
        """
        Return the number of rows.

        Returns:
            As many as a pass gives. Values are not looked at: a row that cannot be
            read because of one of them is counted.

        Raises:
            FormatError: As :meth:`batches` says.
        """
        from ._dump_scan import rows

        job = evolve(self._job, schema=Schema(columns=()))
        return sum(self._each(rows, job, self._workers))

    # -- passes ----------------------------------------------------------------------

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """
        Read the file, once more at every call.

        Returns:
            Arrow record batches in the order of the file.

        Raises:
            FormatError: If the file is no table of a dump or cannot be read; if
                strict, at any damage.
            OSError: If it is gone.
        """
        found = self._passed()
        return (
            found if self._batch_rows is None else _regrouped(found, self._batch_rows)
        )

    def _passed(self) -> Iterator["pa.RecordBatch"]:
        from ._dump_scan import batches, packed, unpacked

        if self._workers == 1:
            for several in self._each(batches, self._job, 1):
                yield from several
        else:
            path = self._file.path
            handfuls = path.stat().st_size // _HANDFUL + 1
            for stream in self._each(packed, self._job, self._workers, handfuls):
                yield from unpacked(stream)

    def _each(
        self,
        work: "Callable[[Job, Part, Collector], T]",
        job: "Job",
        workers: int,
        number: int | None = None,
    ) -> Iterator[T]:
        """Yield what *work* makes of each part of the file, in a new pass."""
        from ._dump_blocks import parts
        from ._dump_jobs import each_part

        report = self._report = job.collector()
        for loss in self._file.told:
            report.include(loss)
        shares = parts(self._file.path, number or workers)
        return each_part(work, job, shares, report, workers)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """
        Return the table as an Arrow stream, at every call a new one.

        Args:
            requested_schema: Types that the reader would like better, as a capsule.

        Returns:
            A capsule for a library that reads Arrow. Damage that is an error comes
            as an error of that library.
        """
        import pyarrow as pa

        reader = pa.RecordBatchReader.from_batches(self._types, self.batches())
        return reader.__arrow_c_stream__(requested_schema)

    @property
    def _types(self) -> "pa.Schema":
        from ._arrow import types

        return types(self.schema)

    # -- frames and files ------------------------------------------------------------

    def to_arrow(self) -> "pa.Table":
        """
        Read all rows into an Arrow table.

        Returns:
            Columns of the types that :meth:`Table.to_arrow` has.

        Raises:
            FormatError: As :meth:`batches` says.
        """
        import pyarrow as pa

        return pa.Table.from_batches(self.batches(), self._types)

    def to_polars(self) -> "pl.DataFrame":
        """
        Read all rows into a Polars frame.

        Returns:
            Columns of the types that :meth:`Table.to_polars` has.

        Raises:
            FormatError: As :meth:`batches` says.
            MissingExtraError: If Polars is not installed (extra ``polars``).
        """
        from ._dump_frames import polars_frame

        return polars_frame(self.to_arrow(), self.schema)

    def to_pandas(self) -> "pd.DataFrame":
        """
        Read all rows into a pandas frame.

        Returns:
            Columns of the dtypes that :meth:`Table.to_pandas` has.

        Raises:
            FormatError: As :meth:`batches` says.
            MissingExtraError: If pandas is not installed (extra ``pandas``).
        """
        from ._dump_frames import pandas_frame

        return pandas_frame(self.to_arrow(), self.schema)

    def to_parquet(
        self,
        folder: str | PathLike[str],
        partition: str | None = None,
        *,
        workers: int | None = None,
    ) -> LossReport:
        """
        Write all rows as Parquet files.

        Row groups take up to some 16 MB each, all together 64 MB, whatever the size of
        the dump. Each worker writes files of its own, whose names sort in the order
        of the rows.

        Args:
            folder: Where; it must not be there yet, or be empty, and is there at the
                end whole or not at all.
            partition: What a folder of its own is made for: ``"year"`` or
                ``"month"`` (``2026-01``) of the row's date, or each value of a
                column, which the files then lack; None: nothing. Readers of Hive's
                layout (Polars, PyArrow, DuckDB, Spark) give the column back.
            workers: How many processes work; None: as many as the table has.

        Returns:
            What was skipped or repaired.

        Raises:
            FormatError: As :meth:`batches` says.
            ValidationError: If there is nothing to partition by, or too much.
            OSError: If the folder is there, or cannot be written.
        """
        from ._dump_parquet import Writer, target

        writer = Writer(self._job, partition)
        number = self._workers if workers is None else counted(workers, "workers")
        with target(Path(folder)) as scratch:
            for _ in self._each(writer.into(scratch), writer.job, number):
                pass
        return self.report

    # -- the file --------------------------------------------------------------------

    def close(self) -> None:
        """Remove what was unpacked; the table cannot be read any more."""
        self._file.close()

    def __enter__(self) -> "DumpTable":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        number = len(self.schema)
        return f"<DumpTable {self.name} of {self._file.name}, {number} columns>"


def counted(number: object, name: str) -> int:
    """Return a number that has to be at least 1."""
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise ValidationError(f"{name}= is {number!r}: give a number from 1 on")
    return number


def _regrouped(
    batches: Iterable["pa.RecordBatch"], rows: int
) -> Iterator["pa.RecordBatch"]:
    """Yield the same rows in batches of *rows*; the last one may have less."""
    held: list[pa.RecordBatch] = []
    missing = rows
    for batch in batches:
        while batch.num_rows:
            held.append(batch.slice(0, missing))
            batch = batch.slice(missing)
            missing -= held[-1].num_rows
            if not missing:
                yield from _joined(held)
                held, missing = [], rows
    if held:
        yield from _joined(held)


def _joined(batches: list["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    yield from pa.Table.from_batches(batches).combine_chunks().to_batches()
