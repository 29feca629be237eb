"""7z archives of one file, or of a folder of them."""

import lzma
import os
import struct
import tempfile
import zlib
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from ..errors import FormatError, MissingExtraError
from ..limits import Limits
from ._report import Collector
from ._unpack import Readable

__all__ = ["unpack_archive"]

# What a damaged archive raises beside py7zr's own errors.
_DAMAGE = (
    ArithmeticError,
    EOFError,
    LookupError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)


def unpack_archive(
    raw: BinaryIO, limits: Limits | None, report: Collector, closing: ExitStack
) -> Readable | Path:
    """
    Unpack an archive into a temporary folder.

    Args:
        raw: The archive.
        limits: The bound on the ratio; None: no bound.
        report: Where errors get their names from.
        closing: What removes the folder again.

    Returns:
        The only file of the archive, opened; of several the folder that most of
        them are in. Links in an archive are left out.

    Raises:
        FormatError: If it is damaged or empty, or grows too much.
        MissingExtraError: If py7zr is not installed.
    """
    try:
        import py7zr
        from py7zr.exceptions import ArchiveError
    except ModuleNotFoundError as error:
        if error.name != "py7zr":  # installed but broken: show that instead
            raise
        message = ".7z files need py7zr: pip install 'qathread[archives]'"
        raise MissingExtraError(message) from error
    size = os.fstat(raw.fileno()).st_size
    folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
    try:
        with py7zr.SevenZipFile(raw) as archive:
            members = [item for item in archive.list() if not item.is_directory]
            grown = sum(int(item.uncompressed) for item in members)
            if limits is not None and grown > limits.ratio * max(size, 1):
                raise report.error(
                    "too-large",
                    f"{size} packed bytes would become {grown}: raise Limits.ratio "
                    "if you trust the source",
                )
            archive.extractall(folder)
    except FormatError:
        raise
    except (ArchiveError, *_DAMAGE) as error:
        raise report.error("syntax", f"the 7z archive is damaged: {error}") from error
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            path.unlink()  # it may lead anywhere
        elif path.is_file():
            found.append(path)
    if not found:
        raise report.error("not-this-format", "the 7z archive holds no file")
    if len(found) > 1:
        folders = Counter(path.parent for path in found)
        return max(folders, key=folders.__getitem__)
    return closing.enter_context(found[0].open("rb"))
