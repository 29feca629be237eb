"""The file of a table of a dump: found, unpacked, removed again."""

import weakref
from collections.abc import Iterable
from contextlib import ExitStack
from os import PathLike, fspath
from pathlib import Path

from ..errors import NotFoundError
from ..formats._report import Collector
from ..formats._sources import open_source
from ..formats.stackexchange._files import find_tables
from ..limits import Limits
from ..losses import LossReport
from ._dump import DumpTable, counted
from ._dump_columns import file_of, schema_of
from ._dump_jobs import Job

__all__ = ["DumpFile", "file_in", "opened"]


class DumpFile:
    """
    One table's file, unpacked, as long as anybody has a use for it.

    Attributes:
        path: Where it is.
        name: The dump that it is from.
        told: What unpacking it said.
    """

    def __init__(self, path: Path, name: str, told: LossReport, end: ExitStack) -> None:
        self.path, self.name, self.told = path, name, told
        self._finalize = weakref.finalize(self, end.close)

    def close(self) -> None:
        """Remove what was unpacked."""
        self._finalize()


def opened(
    path: str | PathLike[str],
    table: str,
    *,
    columns: Iterable[str] | None,
    workers: int,
    strict: bool,
    limits: Limits | None,
    batch_rows: int | None,
) -> DumpTable:
    """Return a table of a dump; `frames.stackexchange` says how."""
    from ._dump_texts import OddError  # noqa: F401  (says so if PyArrow is missing)

    schema = schema_of(table, columns)
    counted(workers, "workers")
    if batch_rows is not None:
        counted(batch_rows, "batch_rows")
    name = fspath(path)
    job = Job(table=table, schema=schema, source=name, strict=strict, limits=limits)
    file = file_in(name, table, job.collector(), limits)
    return DumpTable(file, job, workers, batch_rows)


def file_in(
    name: str, table: str, report: Collector, limits: Limits | None
) -> DumpFile:
    """
    Return the file of a table, unpacked.

    Raises:
        NotFoundError: If the dump has no such table.
    """
    wanted = file_of(table)
    input = open_source(name, limits, report)
    with input.take() as closing:
        tables = find_tables(input, closing, wanted)
        if wanted not in tables:
            other = f", only {next(iter(tables))}" if tables else ""
            raise NotFoundError(
                f"{name} has no table {wanted}{other}: look for {wanted}.xml"
            )
        path = tables[wanted].path
        return DumpFile(path, name, report.report, closing.pop_all())
