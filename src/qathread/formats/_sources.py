"""Where bytes come from: paths, folders, open files, bytes, standard input."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from io import TextIOBase
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from ..errors import ValidationError
from ..limits import Limits
from ._archive import unpack_archive
from ._report import Collector
from ._unpack import CHUNK, PACKINGS, Readable, unpacked

__all__ = ["Input", "Source", "open_source", "suffixes"]

#: A path, ``-`` for standard input, an open binary file, or the bytes themselves.
Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

HEAD = 64 * 1024


class Input:
    """
    One opened source: its names, its first bytes, and the rest as a stream.

    Attributes:
        name: What errors call it.
        path: Where it is; None for streams and bytes. Of an archive of several
            files, the temporary folder that they are in.
        suffix: The last suffix but that of a packing, in lower case: ``.json``
            for ``a.json.gz``; empty if there is none.
        limits: How much is read; None: everything.
        report: What collects the losses of this reading.
        site: What a reader found beside threads, for the reading.
    """

    def __init__(
        self,
        stream: Readable | None,
        *,
        name: str,
        path: Path | None,
        suffix: str,
        limits: Limits | None,
        report: Collector,
        closing: ExitStack,
    ) -> None:
        self._stream, self._closing = stream, closing
        self.name, self.path, self.suffix = name, path, suffix
        self.limits, self.report = limits, report
        self.site: object | None = None
        self._head: bytes | None = None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files."""
        return self._stream is None

    def head(self) -> bytes:
        """Return the first 64 KiB without taking them away."""
        if self._head is None:
            pieces, size = list[bytes](), 0
            while size < HEAD:
                piece = self._read(HEAD - size)
                if not piece:
                    break
                pieces.append(piece)
                size += len(piece)
            self._head = b"".join(pieces)
        return self._head

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes, once; what :meth:`head` showed comes first."""
        head = self.head()
        if head:
            yield head
        while piece := self._read(CHUNK):
            yield piece

    def document(self) -> bytes:
        """
        Return all bytes.

        Raises:
            FormatError: ``too-large`` beyond ``Limits.document``.
        """
        most = None if self.limits is None else self.limits.document
        pieces, size = list[bytes](), 0
        for piece in self.chunks():
            size += len(piece)
            if most is not None and size > most:
                raise self.report.error(
                    "too-large",
                    f"the document is larger than {most} bytes: raise "
                    "Limits.document, or give limits=None, if you trust the source",
                    f"byte {most}",
                )
            pieces.append(piece)
        return b"".join(pieces)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        r"""
        Yield the lines that end in ``\n``, numbered from 1, without their ends.

        Raises:
            FormatError: ``too-large`` for a line beyond ``Limits.record``.
        """
        most = None if self.limits is None else self.limits.record
        number, rest, size = 1, list[bytes](), 0
        for chunk in self.chunks():
            start = 0
            while True:
                end = chunk.find(b"\n", start)
                piece = chunk[start:] if end < 0 else chunk[start:end]
                size += len(piece)
                if most is not None and size > most:
                    raise self.report.error(
                        "too-large",
                        f"the record is larger than {most} bytes: raise "
                        "Limits.record, or give limits=None, if you trust the source",
                        f"line {number}",
                    )
                rest.append(piece)
                if end < 0:
                    break
                yield number, b"".join(rest)
                number, rest, size, start = number + 1, [], 0, end + 1
        if size:
            yield number, b"".join(rest)

    def close(self) -> None:
        """Close what was opened here; a file given open stays open."""
        self._closing.close()

    def take(self) -> ExitStack:
        """Hand over what closes it, to a reader whose results need it longer."""
        return self._closing.pop_all()

    def _read(self, size: int) -> bytes:
        if self._stream is None:
            raise self.report.error(
                "not-this-format", "this is a folder: give one of its files"
            )
        piece = self._stream.read(size)
        if not isinstance(piece, bytes):
            raise ValidationError(
                f"{self.name} gives {type(piece).__name__}, not bytes: open it in "
                "binary mode"
            )
        return piece


class _Bytes:
    """Bytes that are at hand, without a copy of the whole."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data, self._at = memoryview(data).cast("B"), 0

    def read(self, size: int, /) -> bytes:
        piece = bytes(self._data[self._at : self._at + size])
        self._at += len(piece)
        return piece


def suffixes(name: str) -> tuple[str, str]:
    """Return the suffix of the content and that of the packing, in lower case."""
    path = Path(name)
    last = path.suffix.lower()
    if last in PACKINGS or last == ".7z":
        return Path(path.stem).suffix.lower(), last
    return last, ""


def open_source(source: Source, limits: Limits | None, report: Collector) -> Input:
    """
    Open *source* for reading.

    Args:
        source: A path, ``-``, an open binary file, or bytes.
        limits: How much is read; None: everything.
        report: What collects the losses of this reading.

    Returns:
        The opened input.

    Raises:
        OSError: If the path cannot be opened.
        ValidationError: If it is none of these.
        MissingExtraError: If unpacking it needs a package that is not there.
    """
    closing = ExitStack()
    path: Path | None = None
    name, suffix, packing = "<bytes>", "", ""
    stream: Readable | None
    try:
        if isinstance(source, bytes | bytearray | memoryview):
            stream = _Bytes(source)
        elif source == "-":
            name, stream = "<stdin>", sys.stdin.buffer
        elif isinstance(source, str | os.PathLike):
            path = Path(source)
            name = str(path)
            suffix, packing = suffixes(path.name)
            report.source = name
            if path.is_dir():
                stream, suffix, packing = None, "", ""
            else:
                raw = closing.enter_context(path.open("rb"))
                if packing == ".7z":
                    inside = unpack_archive(raw, limits, report, closing)
                    if isinstance(inside, Path):
                        path, stream, suffix = inside, None, ""
                    else:
                        stream = inside
                else:
                    stream = unpacked(raw, packing, limits, report)
        elif isinstance(source, TextIOBase):
            raise ValidationError(
                "the source is open as text: open it in binary mode, 'rb'"
            )
        elif hasattr(source, "read"):
            given = getattr(source, "name", None)
            name = given if isinstance(given, str) else "<file>"
            suffix, packing = suffixes(name)
            report.source = name
            stream = unpacked(cast("Readable", source), packing, limits, report)
        else:
            raise ValidationError(
                f"a source of type {type(source).__name__} cannot be read: give a "
                "path, '-', an open binary file, or bytes"
            )
    except BaseException:
        closing.close()
        raise
    report.source = name
    return Input(
        stream,
        name=name,
        path=path,
        suffix=suffix,
        limits=limits,
        report=report,
        closing=closing,
    )
