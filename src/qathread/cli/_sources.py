"""Whether a source is a dump, which has an index, or anything else."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .. import formats
from ..errors import FormatError, ValidationError
from ..formats._sources import open_source
from ..formats.registry import find
from ..limits import Limits
from ._progress import Bar

if TYPE_CHECKING:
    from ..formats.stackexchange import Threads

__all__ = ["DUMP", "dump_at", "dump_files", "is_dump"]

DUMP: Final = "stackexchange"


def is_dump(source: str, format: str | None) -> bool:
    """
    Tell whether a source is a Stack Exchange dump, without unpacking anything.

    Args:
        source: A path, or ``-``.
        format: Its format, if that was given.

    Returns:
        False also for what shows only when it is unpacked or read.
    """
    if format is not None or source == "-":
        return format == DUMP
    path = Path(source)
    if path.is_dir():
        return _holds_tables(path)
    # What comes through a pipe can be read only once.
    plain = path.is_file() and not _is_archive(source)
    return plain and formats.sniff(source) == DUMP


def dump_at(
    source: str, format: str | None, *, strict: bool, bar: Bar
) -> "Threads | None":
    """
    Open a Stack Exchange dump by its index, which is built if it is missing.

    Args:
        source: A path, or ``-``.
        format: Its format, if that was given.
        strict: Refuse the first damage.
        bar: Shows how far the index is.

    Returns:
        None if it is in another format.
    """
    if not is_dump(source, format) and (format is not None or not _is_archive(source)):
        return None
    from ..formats import stackexchange

    try:
        return stackexchange.open(
            source, strict=strict, progress=bar.chunks("index", _size(source))
        )
    except FormatError as error:
        if format is None and error.code == "not-this-format":
            return None
        raise


def dump_files(source: str, format: str | None, stack: ExitStack) -> str | None:
    """
    Return where the files of a dump are, an archive of several unpacked.

    Args:
        source: A path, or ``-``.
        format: Its format, if that was given.
        stack: What removes again what was unpacked.

    Returns:
        None if it is in another format.
    """
    if format not in (None, DUMP):
        return None
    if not _is_archive(source):
        if not is_dump(source, format):
            return None
        if source == "-":
            raise ValidationError("tables of a dump are read from files: name them")
        return source
    report = formats.Collector(format=DUMP)
    input = open_source(source, Limits(), report)
    stack.callback(input.close)
    if not input.is_folder:
        is_table = find(DUMP).sniff
        known = is_table is not None and is_table(input.head())
        return source if known or format == DUMP else None
    assert input.path is not None
    if format == DUMP or _holds_tables(input.path):
        return str(input.path)
    return None


def _is_archive(source: str) -> bool:
    return Path(source).suffix.lower() == ".7z"


def _holds_tables(folder: Path) -> bool:
    sniff = find(DUMP).sniff_folder
    return sniff is not None and sniff(folder)


def _size(source: str) -> int | None:
    """Return the bytes of the files of a folder; None: not known before."""
    path = Path(source)
    if not path.is_dir():
        return None
    return sum(each.stat().st_size for each in path.glob("*.[xX][mM][lL]")) or None
