"""Where folders of files go: a folder is replaced whole, or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ValidationError
from ._sources import suffixes
from ._targets import Target, sync_folder

if TYPE_CHECKING:
    from .registry import Format

__all__ = ["opened_folder"]

_serial = count()


@contextmanager
def opened_folder(target: Target, chosen: "Format") -> Iterator[Path]:
    """
    Give an empty folder to write to, which becomes *target* when the block ends well.

    It stands beside the target, on the same disk. All its files are synced, then it
    takes the place of the old folder in two steps: the old one is put aside, the new
    one moved there. An error, or the end of the process, before that leaves the old
    folder as it was; in the moment between the two steps both are beside the target.

    Args:
        target: The path of a folder; there may be none, an empty one, or one that
            holds nothing but files of the format.
        chosen: The format, which says what files are its own.

    Raises:
        OSError: If nothing can be written there.
        ValidationError: If the target is no such path.
    """
    if target == "-" or not isinstance(target, str | os.PathLike):
        raise ValidationError(
            f"format {chosen.name!r} is a folder of files: give the path of a folder"
        )
    # What a link points to is replaced, not the link.
    path = Path(os.path.realpath(target))
    _check(path, chosen)
    beside = _made_beside(path)
    try:
        yield beside
        for each in sorted(beside.iterdir()):
            _sync(each)
        sync_folder(beside)
        _check(path, chosen)  # nobody put anything there meanwhile
        _move(beside, path)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    sync_folder(path.parent)


def _check(path: Path, chosen: "Format") -> None:
    """Refuse a target whose place a folder must not take."""
    if path.is_dir():
        is_own: Callable[[str], bool] = chosen.is_own_file or (lambda name: False)
        for each in sorted(path.iterdir()):
            if not each.is_file() or not is_own(each.name):
                raise ValidationError(
                    f"{str(path)!r} holds {each.name!r}, which is no file of format "
                    f"{chosen.name!r}: give an empty folder, or one that is not there"
                )
        return
    suffix, packing = suffixes(path.name)
    if os.path.lexists(path) or packing or suffix in chosen.suffixes:
        raise ValidationError(
            f"format {chosen.name!r} is a folder of files, and {str(path)!r} is the "
            "name of a file: give the path of a folder"
        )


def _move(beside: Path, path: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not path.is_dir():
        beside.rename(path)
        return
    with suppress(OSError):
        beside.chmod(path.stat().st_mode & 0o7777)
    aside = _made_beside(path)
    aside.rmdir()
    path.rename(aside)
    try:
        beside.rename(path)
    except BaseException:
        aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _made_beside(path: Path) -> Path:
    while True:
        # A short name, so that one near the limit of the file system still works.
        beside = path.with_name(f".{path.name[:40]}.{os.getpid()}-{next(_serial)}.part")
        try:
            beside.mkdir()
        except FileExistsError:  # left behind by a process of the same number
            continue
        return beside


def _sync(path: Path) -> None:
    if path.is_dir():  # one for each table, say
        sync_folder(path)
        return
    with path.open("rb+") as file:
        os.fsync(file.fileno())
