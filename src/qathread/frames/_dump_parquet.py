"""Tables of a dump as folders of Parquet files."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve
from pyarrow import parquet

from ..errors import ValidationError
from ..formats._report import Collector
from ._arrow import types
from ._dump_blocks import Part
from ._dump_columns import SCHEMAS
from ._dump_jobs import Job
from ._dump_scan import batches
from ._schema import Column, ColumnType, Schema

__all__ = ["Writer", "target"]

#: What waits to become a row group, and all that waits, in bytes.
_GROUP: Final = 16 << 20
_WAITING: Final = 64 << 20
#: Files that are open at once.
_MOST: Final = 1000
_NULL: Final = "__HIVE_DEFAULT_PARTITION__"
_DATED: Final = ("year", "month")
_PLAIN: Final = (ColumnType.INT64, ColumnType.TEXT, ColumnType.BOOL)


class Writer:
    """
    What is written of a table, and what it is partitioned by.

    Args:
        job: The table and its wanted columns.
        partition: ``year``, ``month``, the name of a column, or None.

    Attributes:
        job: The same with the column that partitions.

    Raises:
        ValidationError: If it cannot be partitioned so.
    """

    def __init__(self, job: Job, partition: str | None) -> None:
        self._partition = partition
        self._kept = job.schema
        self._by: str | None = None
        self.job = job
        if partition is None:
            return
        whole = SCHEMAS[job.table]
        if partition in _DATED:
            self._by = _date_of(job.table, whole, partition)
        else:
            if partition not in job.schema or job.schema[partition] not in _PLAIN:
                names = [each.name for each in job.schema if each.type in _PLAIN]
                raise ValidationError(
                    f"partition={partition!r} is no column to partition by: give "
                    f"{', '.join(names)}, year or month"
                )
            self._by = partition
            kept = [name for name in job.schema.names if name != partition]
            if not kept:
                raise ValidationError(
                    f"{partition!r} is the only column: partition by another one"
                )
            self._kept = job.schema.select(kept)
        if self._by not in job.schema:
            column = Column(name=self._by, type=whole[self._by])
            schema = Schema(columns=(*job.schema.columns, column))
            self.job = evolve(job, schema=schema)

    def into(self, folder: Path) -> Callable[[Job, Part, Collector], None]:
        """Return the work that writes one part into *folder*."""
        return partial(
            _write,
            folder=folder,
            partition=self._partition,
            by=self._by,
            kept=self._kept,
        )


def _date_of(table: str, schema: Schema, partition: str) -> str:
    for name in ("creation_date", "date"):
        if name in schema:
            return name
    raise ValidationError(
        f"rows of {table} have no date: leave out partition={partition!r}"
    )


def _write(
    job: Job,
    part: Part,
    report: Collector,
    *,
    folder: Path,
    partition: str | None,
    by: str | None,
    kept: Schema,
) -> None:
    # Where a part begins says where its rows belong.
    files = _Files(folder, f"part-{part.start:016d}.parquet", partition, types(kept))
    with files:
        for batch in batches(job, part, report):
            own = batch.select(list(kept.names))
            if by is None:
                files.add("", own)
            else:
                for value, mask in _values(batch[by], partition):
                    files.add(value, own if mask is None else own.filter(mask))
        if partition is None and not part.start:
            files.open("")  # also for no rows: its columns have to be known


def _values(
    column: "pa.Array[Any]", partition: str | None
) -> Iterator[tuple[str, "pa.Array[Any] | None"]]:
    """Yield the values to partition by, as the names of folders, and their rows."""
    if partition in _DATED:
        keys = pc.year(column)
        if partition == "month":
            keys = pc.add(pc.multiply(keys, 100), pc.month(column))
    else:
        keys = column
    found = pc.unique(keys)
    if len(found) > _MOST:
        raise _too_many(partition)
    for key in found:
        value = key.as_py()
        text = _NULL if value is None else _name(value, partition)
        if len(found) == 1:
            yield text, None
        else:
            yield text, pc.is_null(keys) if value is None else pc.equal(keys, key)


def _too_many(partition: str | None) -> ValidationError:
    return ValidationError(
        f"partition={partition!r} has more than {_MOST} values: choose one with fewer"
    )


def _name(value: object, partition: str | None) -> str:
    if isinstance(value, int) and partition == "month":
        return f"{value // 100:04d}-{value % 100:02d}"
    if isinstance(value, bool):
        return str(value).lower()
    return quote(str(value), safe="")


class _Files:
    """The files of one part, by the value that they are for."""

    def __init__(
        self, folder: Path, name: str, partition: str | None, schema: "pa.Schema"
    ) -> None:
        self._folder, self._name, self._partition = folder, name, partition
        self._schema = schema
        self._writers: dict[str, Any] = {}
        self._held: dict[str, list[pa.RecordBatch]] = {}
        self._sizes: dict[str, int] = {}
        self._closing = ExitStack()

    def add(self, value: str, batch: "pa.RecordBatch") -> None:
        self._held.setdefault(value, []).append(batch)
        size = self._sizes.get(value, 0) + batch.nbytes
        self._sizes[value] = size
        if size > _GROUP:
            self._flush(value)
        elif sum(self._sizes.values()) > _WAITING:
            self._flush(max(self._sizes, key=self._sizes.__getitem__))

    def open(self, value: str) -> Any:
        writer = self._writers.get(value)
        if writer is None:
            if len(self._writers) == _MOST:
                raise _too_many(self._partition)
            folder = self._folder
            if self._partition is not None:
                folder /= f"{self._partition}={value}"
                folder.mkdir(exist_ok=True)
            writer = self._writers[value] = self._closing.enter_context(
                parquet.ParquetWriter(
                    folder / self._name, self._schema, compression="zstd"
                )
            )
        return writer

    def _flush(self, value: str) -> None:
        table = pa.Table.from_batches(self._held.pop(value), self._schema)
        del self._sizes[value]
        self.open(value).write_table(table, row_group_size=len(table))

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._closing:
            if kind is None:
                for value in list(self._held):
                    self._flush(value)


@contextmanager
def target(folder: Path) -> Iterator[Path]:
    """
    Yield a folder to fill, which becomes *folder* if nothing goes wrong.

    Raises:
        OSError: If *folder* holds something, or cannot be made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(errno.EEXIST, "it holds something already", str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-")
    try:
        inner = Path(scratch, "files")
        inner.mkdir()
        yield inner
        if folder.exists():
            folder.rmdir()
        os.rename(inner, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
