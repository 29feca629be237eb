"""The rows of one file, by their place in it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from .._report import Collector
from ._decoding import Row, RowDecoder
from ._framing import Batch

__all__ = ["Places"]

#: What lies between two rows is read too if it is less: cheaper than another call.
_GAP: Final = 32_768
#: Rows that are decoded at once.
_SOME: Final = 2_048


class Places:
    """The rows of one file, by their place in it."""

    def __init__(self, path: Path, report: Collector) -> None:
        self._file = path.open("rb")
        self._name = path.name
        self._lock = Lock()  # for threads that look things up side by side
        self._decoder = RowDecoder(self, report)
        self._quiet = RowDecoder(self, Collector())

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def where(self, place: int) -> str:
        """Name a place as errors do."""
        return f"{self._name}, byte {max(place, 0)}"

    def rows(
        self, places: Iterable[tuple[int, int]], *, quiet: bool = False
    ) -> dict[int, Row]:
        """
        Return the rows at some places, by place; without those that are damaged.

        Args:
            places: The place of the ``<`` of a row, and its size.
            quiet: Whether not to tell of damage, which is told otherwise.
        """
        decoder = self._quiet if quiet else self._decoder
        wanted = sorted(set(places))
        batch: Batch = []
        span: list[tuple[int, int]] = []
        for place, size in wanted:
            # Rows near each other are read at once: what is between costs less
            # than another call.
            if span and place - (span[-1][0] + span[-1][1]) > _GAP:
                batch += self._span(span)
                span = []
            span.append((place, size))
        if span:
            batch += self._span(span)
        found: dict[int, Row] = {}
        for start in range(0, len(batch), _SOME):
            some = batch[start : start + _SOME]
            for (place, _), row in zip(some, decoder.rows(some), strict=True):
                if row is not None:
                    found[place] = row
        return found

    def _span(self, span: Sequence[tuple[int, int]]) -> Batch:
        first, (last, size) = span[0][0], span[-1]
        with self._lock:
            self._file.seek(first)
            data = self._file.read(last + 1 + size - first)
        return [
            (place, data[place + 1 - first : place + 1 + size - first])
            for place, size in span
        ]
