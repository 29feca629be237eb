"""Rows of a dump from lines of text, for engines that split files at lines."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import excerpt
from ..formats._report import Collector
from ..formats.stackexchange._framing import ROOTS
from ..limits import Limits
from ..losses import LossReport
from ._dump_cells import Cells
from ._dump_columns import file_of
from ._dump_decode import Decoder
from ._dump_jobs import Job
from ._dump_texts import bytes_of
from ._schema import Schema

__all__ = ["ERROR", "Damaged", "Lines"]

#: What becomes of lines that cannot be read whole.
Damaged: TypeAlias = Literal["skip", "column", "raise"]

#: The column that says what is wrong with a row.
ERROR: Final = "_error"

_ROW: Final = "  <row "  # as the dump's software indents it
_AROUND: Final = re.compile(
    rb"\s*(?:<\?xml[^>]*>)?\s*(?:</?(?:%b|xml)>)?\s*" % b"|".join(ROOTS), re.IGNORECASE
)
_MARK: Final = b"\xef\xbb\xbf"


class Lines:
    """
    Turns batches of lines into batches of rows; other processes get a copy.

    Args:
        table: Which table.
        schema: The wanted columns of it.
        source: What errors call the dump.
        damaged: What becomes of lines that cannot be read whole.
        limits: How long a line may be; None: as long as it likes.
    """

    def __init__(
        self,
        table: str,
        schema: Schema,
        source: str,
        damaged: Damaged,
        limits: Limits | None,
    ) -> None:
        strict = damaged == "raise"
        self._job = Job(
            table=table, schema=schema, source=source, strict=strict, limits=limits
        )
        self._damaged = damaged

    def __call__(
        self, batches: Iterable["pa.RecordBatch"]
    ) -> Iterator["pa.RecordBatch"]:
        """
        Yield the rows in the lines that a split of a file holds.

        Raises:
            FormatError: If a line is too long, or the file has a DOCTYPE; if damage
                is an error, at the first of it.
        """
        return _Split(self._job, self._damaged).rows(batches)


class _Split:
    """The lines of one split, in order."""

    def __init__(self, job: Job, damaged: Damaged) -> None:
        self._job, self._damaged = job, damaged
        self._decoder = Decoder(job.table, job.schema)
        self._name = f"{file_of(job.table)}.xml"
        self._comment = False
        self._lines: list[bytes] = []

    def rows(self, batches: Iterable["pa.RecordBatch"]) -> Iterator["pa.RecordBatch"]:
        for batch in batches:
            for rows, errors in self._rows(batch.column(0).cast(pa.binary())):
                if self._damaged == "column":
                    error = pa.array(errors or [None] * len(rows), pa.string())
                    yield rows.append_column(ERROR, error)
                elif len(rows):
                    yield rows

    def _rows(
        self, lines: "pa.Array[Any]"
    ) -> Iterator[tuple["pa.RecordBatch", list[str | None]]]:
        self._check_sizes(lines)
        usual = pc.starts_with(lines, _ROW)
        others = lines.filter(pc.invert(usual)).to_pylist()
        others = [line for line in others if not self._is_around(line)]
        rows = lines.filter(usual)
        more = [line for line in others if line.lstrip().startswith(b"<row")]
        found = self._decoder.batch(bytes_of(rows).to_pybytes() + b"".join(more))
        if found is None:
            odd = others + rows.to_pylist()
        else:
            odd = [line for line in others if not line.lstrip().startswith(b"<row")]
            if found[0]:
                yield found[1], []
        if self._damaged == "column":
            for line in odd:
                yield self._one(line)
        elif odd:
            yield self._several(odd, self._job.collector()), []

    def _one(self, line: bytes) -> tuple["pa.RecordBatch", list[str | None]]:
        """Return the rows of one line, or else one of nulls, and what is wrong."""
        report = self._job.collector()
        rows = self._several([line], report)
        if not len(rows):
            nulls = [pa.nulls(1, each.type) for each in rows.schema]
            rows = pa.RecordBatch.from_arrays(nulls, schema=rows.schema)
        return rows, [_told(report.report)] * len(rows)

    def _several(self, lines: list[bytes], report: Collector) -> "pa.RecordBatch":
        """Return the rows of lines that are not as usual, one by one."""
        self._lines = lines
        pieces = []
        for number, line in enumerate(lines):
            before, *parts = line.removeprefix(_MARK).split(b"<")
            rows = [part for part in parts if part.startswith((b"row ", b"row\t"))]
            if before.strip() or len(rows) < len(parts) or not parts:
                report.damage(
                    "syntax",
                    "lines that hold something other than rows",
                    self.where(number),
                    kind="skipped",
                )
            pieces += [(number, row) for row in rows]
        cells = Cells(self._job.table, self._job.schema, self, report)
        return cells.batch(pieces)[1]

    def where(self, place: int) -> str:
        """Name a line by how it begins."""
        line = self._lines[place].decode(errors="replace").strip()
        return f"{self._name}, the line {excerpt(line, 60)}"

    def _is_around(self, line: bytes) -> bool:
        """Whether a line belongs to what stands before and behind the rows."""
        line = line.removeprefix(_MARK)
        if self._comment or line.lstrip().startswith(b"<!--"):
            _, end, line = line.partition(b"-->")
            self._comment = not end
        if line.lstrip()[:9].upper() == b"<!DOCTYPE":
            raise self._job.collector().error(
                "doctype",
                f"{self._name} has a DOCTYPE, which no dump has: take it out of the "
                "file if you trust it",
            )
        return self._comment or _AROUND.fullmatch(line) is not None

    def _check_sizes(self, lines: "pa.Array[Any]") -> None:
        record = self._job.record
        if record is None or not len(lines):
            return
        if pc.max(pc.binary_length(lines)).as_py() > record:
            raise self._job.collector().error(
                "too-large",
                f"a line is longer than {record} bytes: raise Limits.record, or give "
                "limits=None, if you trust the source",
                self._name,
            )


def _told(report: LossReport) -> str | None:
    return "; ".join(f"{loss.code}: {loss.message}" for loss in report) or None
