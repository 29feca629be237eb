"""The bytes of a dump's file in blocks of whole rows, whoever reads which part."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from ..formats._report import Collector
from ..formats.stackexchange._framing import Batch, Frame

__all__ = ["Block", "Part", "blocks", "parts"]

#: Read at once: less costs more calls, more costs memory.
SIZE: Final = 3 << 18


@frozen(kw_only=True)
class Part:
    """
    A part of a file, from the ``<`` of one row to that of another.

    Attributes:
        path: The file, unpacked.
        start: Where it begins; 0: with the declaration.
        stop: Where the next part begins; None: at the end of the file.
    """

    path: Path
    start: int = 0
    stop: int | None = None


class Block:
    """
    About a megabyte of rows, one after the other.

    Attributes:
        data: From the ``<`` of the first row up to that of the next block's.
        pieces: The rows by their places in the file, if they were framed: then it
            is certain that there is nothing else in the data.
    """

    def __init__(self, part: "_Opened", place: int, data: bytes, last: bool) -> None:
        self._part, self._place, self._last = part, place, last
        self.data = data
        self.pieces: Batch | None = None

    def frame(self) -> Batch:
        """
        Take the rows from what is around them, and report what should not be there.

        Raises:
            FormatError: As :meth:`Frame.batches` says.
        """
        if self.pieces is None:
            self.pieces = self._part.framed(self._place, self.data, self._last)
            self.data = b"".join([b"<" + piece for _, piece in self.pieces])
        return self.pieces


class _Opened:
    """A part while it is read."""

    def __init__(self, part: Part, report: Collector, record: int | None) -> None:
        self._part, self._report, self._record = part, report, record
        self._frame = Frame(part.path.name, report, record)
        if part.start:
            self._frame.root = b"-"  # whoever reads the first part sees which

    def framed(self, place: int, data: bytes, last: bool) -> Batch:
        """Return the rows in *data*, which begins at *place*."""
        if last:
            found = self._frame.batches([data], place)
        else:  # the next block's first sign tells that nothing was cut off
            found = self._frame.batches([data, b"<"], place, place + len(data))
        return [piece for several in found for piece in several]

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks one after the other."""
        part = self._part
        with part.path.open("rb") as file:
            file.seek(part.start)
            left = None if part.stop is None else part.stop - part.start
            place, rest, size = part.start, list[bytes](), 0
            while chunk := file.read(SIZE if left is None else min(SIZE, left)):
                if left is not None:
                    left -= len(chunk)
                cut = chunk.rfind(b"<")
                if cut < 0 or not size + cut:
                    rest.append(chunk)
                    size += len(chunk)
                    if self._record is not None and size > self._record + SIZE:
                        break  # which is an error that framing tells
                    continue
                rest.append(chunk[:cut])
                data = b"".join(rest)
                yield from self._between(place, data, False)
                place += len(data)
                rest, size = [chunk[cut:]], len(chunk) - cut
            yield from self._between(place, b"".join(rest), part.stop is None)
        if part.stop is not None and self._frame.whole:
            self._report.damage(
                "syntax",
                "damaged XML: rows stand behind the end of the root element",
                self._frame.where(part.stop),
            )

    def _between(self, place: int, data: bytes, last: bool) -> Iterator[Block]:
        """Yield the rows in *data* apart from what begins and ends a file."""
        start, end = 0, len(data)
        if place == 0:
            start = data.find(b"<row ")
            second = data.find(b"<", start + 1) if start >= 0 else -1
            if second < 0:
                yield self._block(place, data, last, True)
                return
            # The first row tells whether it is a table; it is in a block as well.
            if not self.framed(place, data[:second], False):
                start = second
        if last:
            end = max(data.rfind(b"</"), start)
        if start < end:
            yield self._block(place + start, data[start:end], False, False)
        if end < len(data):
            yield self._block(place + end, data[end:], True, True)

    def _block(self, place: int, data: bytes, last: bool, frame: bool) -> Block:
        block = Block(self, place, data, last)
        long = self._record is not None and len(data) > self._record
        if frame or long or self._frame.whole:
            block.frame()
        return block


def blocks(part: Part, report: Collector, record: int | None) -> Iterator[Block]:
    """
    Yield the blocks of a part of a file.

    Args:
        part: Which file, and where in it.
        report: What hears of damage around the rows.
        record: The most bytes of one row; None: any.

    Raises:
        FormatError: As :meth:`Frame.batches` says.
        OSError: If the file cannot be read.
    """
    return _Opened(part, report, record).blocks()


def parts(path: Path, number: int, least: int = 1 << 20) -> list[Part]:
    """
    Return parts of about equal size that make up a file.

    Args:
        path: The file, unpacked.
        number: How many at most.
        least: The least bytes of a part.
    """
    size = path.stat().st_size
    number = min(number, size // least)
    if number < 2:
        return [Part(path=path)]
    starts = [0]
    with path.open("rb") as file:
        for each in range(1, number):
            place = max(size * each // number, starts[-1] + 1)
            file.seek(place)
            while chunk := file.read(SIZE // 16):
                found = chunk.find(b"<")
                if found >= 0:
                    starts.append(place + found)
                    break
                place += len(chunk)
    stops: list[int | None] = [*starts[1:], None]
    return [
        Part(path=path, start=start, stop=stop)
        for start, stop in zip(starts, stops, strict=True)
    ]
