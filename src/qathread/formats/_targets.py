"""Where bytes go: a file is replaced whole, or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOBase
from itertools import count
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from ..errors import ValidationError
from ._sources import suffixes
from ._unpack import packer

__all__ = ["Target", "opened", "sync_folder", "target_name"]

#: A path, ``-`` for standard output, or an open binary file.
Target: TypeAlias = str | os.PathLike[str] | BinaryIO

_serial = count()


def target_name(target: Target) -> str:
    """Return what errors and the choice of a format call *target*."""
    if target == "-":
        return "<stdout>"
    if isinstance(target, str | os.PathLike):
        return os.fspath(target)
    if isinstance(target, bytes | bytearray | memoryview):
        raise ValidationError("bytes cannot be written to: give io.BytesIO()")
    if isinstance(target, TextIOBase):
        raise ValidationError("the target is open as text: open it in binary mode")
    if not hasattr(target, "write"):
        raise ValidationError(
            f"a target of type {type(target).__name__} cannot be written: give a "
            "path, '-', or an open binary file"
        )
    given = getattr(target, "name", None)
    return given if isinstance(given, str) else "<file>"


@contextmanager
def opened(target: Target) -> Iterator[BinaryIO]:
    """
    Open *target* for writing; packed if its suffix says so.

    A path gets its new content when the block ends well: it is written beside it,
    synced, and moved there in one step. An error leaves what was there before.

    Raises:
        OSError: If the path cannot be written.
        ValidationError: If it is no target.
        MissingExtraError: If packing needs a package that is not there.
    """
    name = target_name(target)
    packing = suffixes(name)[1]
    if packing == ".7z":
        raise ValidationError(
            f"{name!r}: 7z is read, not written: use .gz, .bz2, .xz or .zst"
        )
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif isinstance(target, str | os.PathLike):
        # What a link points to is replaced, not the link.
        path = Path(os.path.realpath(target))
        if path.exists() and not path.is_file():
            with path.open("wb") as direct, _packed(direct, packing) as inner:
                yield inner
        else:
            with _replacing(path) as out, _packed(out, packing) as inner:
                yield inner
    else:
        with _packed(target, packing) as inner:
            yield inner


@contextmanager
def _packed(out: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    packed = packer(out, suffix)
    if packed is None:
        yield out
        return
    with packed:
        yield cast("BinaryIO", packed)


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    beside, out = _create_beside(path)
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileNotFoundError):
            beside.chmod(path.stat().st_mode & 0o7777)
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)


def _create_beside(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        # A short name, so that one near the limit of the file system still works.
        beside = path.with_name(f".{path.name[:40]}.{os.getpid()}-{next(_serial)}.part")
        try:
            return beside, beside.open("xb")
        except FileExistsError:  # left behind by a process of the same number
            continue


def sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    with suppress(OSError):  # some file systems cannot sync a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
