"""Unpacks compressed streams within declared bounds, and packs them."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from types import ModuleType
from typing import IO, BinaryIO, Protocol, cast

from ..errors import MissingExtraError
from ..limits import Limits
from ._report import Collector

__all__ = ["PACKINGS", "Readable", "Unpacked", "packer", "unpacked"]

CHUNK = 64 * 1024
_XZ_MEMORY = 256 * 1024 * 1024
_ZSTD_WINDOW = 2**31  # the dumps of Reddit need it
_ZSTD_PIECE = 256  # packed bytes at a time: one block of them is at most 128 KiB

#: Suffixes of compressed files, and the names of their packings.
PACKINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes; none at the end."""
        ...


class Decoder(Protocol):
    """One packed stream, as the standard library's decompressors have it."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's object, made to look like the decompressors of bz2 and lzma."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not (self._full or self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length
        return piece


class _Zstd:
    """zstandard's object with a bound on what one call may give."""

    def __init__(self, zstandard: ModuleType) -> None:
        inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._inner = inner.decompressobj()
        self._error: type[Exception] = zstandard.ZstdError
        self._packed, self._at = b"", 0

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        return self._at >= len(self._packed) and not self.eof

    @property
    def unused_data(self) -> bytes:
        return cast("bytes", self._inner.unused_data) + self._packed[self._at :]

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if data:
            self._packed, self._at = self._packed[self._at :] + data, 0
        pieces, size = list[bytes](), 0
        while size < max_length and self._at < len(self._packed) and not self.eof:
            piece = self._packed[self._at : self._at + _ZSTD_PIECE]
            self._at += len(piece)
            try:
                pieces.append(self._inner.decompress(piece))
            except self._error as error:
                raise _BrokenError(str(error)) from error
            size += len(pieces[-1])
        return b"".join(pieces)


class _BrokenError(Exception):
    """A packed stream that cannot be read on."""


def _zstandard() -> ModuleType:
    try:
        import zstandard
    except ModuleNotFoundError as error:
        if error.name != "zstandard":  # installed but broken: show that instead
            raise
        message = ".zst files need zstandard: pip install 'qathread[archives]'"
        raise MissingExtraError(message) from error
    return zstandard


def _maker(packing: str) -> Callable[[], Decoder]:
    match packing:
        case "gzip":
            return _Gzip
        case "bzip2":
            return bz2.BZ2Decompressor
        case "xz":
            return lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
        case _:
            zstandard = _zstandard()
            return lambda: _Zstd(zstandard)


class Unpacked:
    """
    The unpacked bytes of one stream, or of several one after another.

    A damaged stream is a FormatError; without ``strict`` what came before the
    damage is given, and the rest reported.
    """

    def __init__(
        self, raw: Readable, packing: str, limits: Limits | None, report: Collector
    ) -> None:
        self._raw, self._packing, self._report = raw, packing, report
        self._ratio = None if limits is None else limits.ratio
        self._make = _maker(packing)
        self._decoder: Decoder | None = None
        self._waiting = b""  # packed bytes that no decoder has taken yet
        self._taken = self._given = 0
        self._over = False

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes; none at the end."""
        while not self._over:
            try:
                piece = self._step(size)
            except (zlib.error, lzma.LZMAError, _BrokenError, EOFError) as error:
                self._stop(str(error))
            except OSError as error:
                if error.errno is not None:  # the disk's, not the decoder's
                    raise
                self._stop(str(error))
            else:
                if piece:
                    self._given += len(piece)
                    self._check_ratio()
                    return piece
        return b""

    def _step(self, size: int) -> bytes:
        decoder = self._decoder
        if decoder is None:
            packed = self._waiting or self._raw.read(CHUNK)
            self._waiting = b""
            if self._taken:
                packed = packed.lstrip(b"\0")  # padding between streams
            if not packed:
                # Only a run of padding may be empty before the end.
                self._over = not self._raw_has_more()
                return b""
            decoder = self._decoder = self._make()
        elif decoder.needs_input:
            packed = self._raw.read(CHUNK)
            if not packed:
                raise EOFError("it ends in the middle")
        else:
            packed = b""
        self._taken += len(packed)
        piece = decoder.decompress(packed, size)
        if decoder.eof:
            self._waiting = decoder.unused_data
            self._taken -= len(self._waiting)
            self._decoder = None
        return piece

    def _raw_has_more(self) -> bool:
        self._waiting = self._raw.read(CHUNK)
        return bool(self._waiting)

    def _stop(self, problem: str) -> None:
        self._over = True
        code = "too-large" if "limit" in problem.lower() else "syntax"
        message = f"the {self._packing} data is damaged: {problem}"
        where = f"unpacked byte {self._given}"
        if not self._given or code == "too-large":
            raise self._report.error(code, message, where)
        self._report.damage(code, message, where, kind="skipped")

    def _check_ratio(self) -> None:
        if self._ratio is not None and self._given > self._ratio * self._taken:
            raise self._report.error(
                "too-large",
                f"{self._taken} packed bytes became more than {self._ratio} times as "
                "many: raise Limits.ratio if you trust the source",
                f"unpacked byte {self._given}",
            )


def unpacked(
    raw: Readable, suffix: str, limits: Limits | None, report: Collector
) -> Readable:
    """
    Return *raw*, unpacked if its suffix says that it is packed.

    Args:
        raw: The bytes as they are stored.
        suffix: The last suffix of the name, in lower case.
        limits: The bound on the ratio; None: no bound.
        report: What hears of damage.

    Raises:
        MissingExtraError: If the packing needs a package that is not there.
    """
    packing = PACKINGS.get(suffix)
    return raw if packing is None else Unpacked(raw, packing, limits, report)


def packer(out: BinaryIO, suffix: str) -> IO[bytes] | None:
    """
    Return a file that packs into *out*, or None if the suffix names no packing.

    The bytes depend on what is written alone, never on a clock or a name.
    """
    match PACKINGS.get(suffix):
        case "gzip":
            import gzip

            packed = gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0)
            return cast("IO[bytes]", packed)
        case "bzip2":
            return cast("IO[bytes]", bz2.BZ2File(out, "wb"))
        case "xz":
            return cast("IO[bytes]", lzma.LZMAFile(out, "wb"))
        case "zstd":
            compressor = _zstandard().ZstdCompressor()
            return cast("IO[bytes]", compressor.stream_writer(out, closefd=False))
        case _:
            return None
