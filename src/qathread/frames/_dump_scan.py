"""One pass over a part of a dump's file, to Arrow record batches."""

from collections.abc import Iterator

import pyarrow as pa

from ..formats._report import Collector
from ._dump_blocks import Part, blocks
from ._dump_cells import Cells
from ._dump_decode import Decoder
from ._dump_jobs import Job, Where

__all__ = ["batches", "packed", "rows", "unpacked"]


def _read(
    job: Job, part: Part, report: Collector
) -> Iterator[tuple[int, "pa.RecordBatch"]]:
    decoder = Decoder(job.table, job.schema)
    cells: Cells | None = None
    for block in blocks(part, report, job.record):
        found = decoder.batch(block.data)
        if found is None and block.pieces is None:
            block.frame()
            found = decoder.batch(block.data)
        if found is None:
            if cells is None:
                where = Where(part.path.name)
                cells = Cells(job.table, job.schema, where, report)
            found = cells.batch(block.frame())
        if found[0]:
            yield found


def batches(job: Job, part: Part, report: Collector) -> Iterator["pa.RecordBatch"]:
    """
    Yield the rows of a part, about a megabyte of the file at a time.

    Raises:
        FormatError: If the file is no table of a dump; if strict, at any damage.
        OSError: If the file cannot be read.
    """
    for _, batch in _read(job, part, report):
        yield batch


def rows(job: Job, part: Part, report: Collector) -> int:
    """Return how many rows :func:`batches` would yield."""
    return sum(number for number, _ in _read(job, part, report))


def packed(job: Job, part: Part, report: Collector) -> bytes:
    """Return the rows of a part as an Arrow stream."""
    sink = pa.BufferOutputStream()
    found = batches(job, part, report)
    with pa.ipc.new_stream(sink, Decoder(job.table, job.schema).schema) as stream:
        for batch in found:
            stream.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def unpacked(stream: bytes) -> Iterator["pa.RecordBatch"]:
    """Yield the batches that :func:`packed` packed."""
    with pa.ipc.open_stream(stream) as reader:
        yield from reader
