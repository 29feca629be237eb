"""Where the tables of a dump are: in a folder, a file, or archives of either."""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from attrs import frozen

from .._archive import unpack_archive
from .._looks import looks_like
from .._report import Collector
from .._sources import Input
from .._unpack import CHUNK, PACKINGS, unpacked
from ._framing import ROOTS, UTF16
from ._tables import TABLES, Table

__all__ = ["TableFile", "chunks_of", "find_tables", "holds_tables", "table_of"]

_BY_NAME: Final = {name.lower(): name for name in TABLES}
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)


@frozen
class TableFile:
    """
    Where one table is.

    Attributes:
        path: The plain file.
        origin: What it was unpacked from; itself, if it was not packed.
    """

    path: Path
    origin: Path


def find_tables(
    input: Input, closing: ExitStack, only: Table | None = None
) -> dict[Table, TableFile]:
    """
    Return a plain file on disk for each table that *input* has.

    What is packed is unpacked into a temporary folder, since rows are looked up by
    their place.

    Args:
        input: A folder, one file, or a stream of one table.
        closing: What removes the temporary folder again.
        only: The table that is asked for, of a folder; None: all.

    Raises:
        FormatError: ``not-this-format`` if there is no table; ``encoding`` for
            UTF-16.
        MissingExtraError: If unpacking needs a package that is not there.
    """
    scratch = _Scratch(closing)
    if input.path is not None and input.is_folder:
        chosen = _chosen(input.path, input.report)
        found = {
            table: TableFile(scratch.plain(path, table, input), path)
            for table, path in chosen.items()
            if only is None or table == only
        }
        if not chosen:
            raise input.report.error(
                "not-this-format",
                f"no table of a dump in {input.name}: it has to hold Posts.xml",
            )
        return found
    head = input.head()
    if head.startswith(UTF16):
        raise input.report.error(
            "encoding", "this is UTF-16: convert it to UTF-8 first", "byte 0"
        )
    table = table_of(head) or (_table_of(input.path.name) if input.path else None)
    if table is None:
        what = looks_like(head) or "something else"
        raise input.report.error(
            "not-this-format", f"a table of a dump expected, this is {what}"
        )
    own = input.path
    if own is None or own.suffix.lower() != ".xml" or not own.is_file():
        own = scratch.spooled(input.chunks(), table)
    return {table: TableFile(own, own)}


def holds_tables(folder: Path) -> bool:
    """Whether a folder looks like that of a dump."""
    return any(_table_of(path.name) == "Posts" for path in folder.iterdir())


def table_of(head: bytes) -> Table | None:
    """Return the table whose root element is at the beginning of *head*."""
    for part in _COMMENT.sub(b"", head).lower().split(b"<")[1:8]:
        name = part.partition(b">")[0].removesuffix(b"/").strip()
        if name in ROOTS:
            return _BY_NAME[ROOTS[name].lower()]
        if not name.startswith(b"?"):
            break
    return None


def _chosen(folder: Path, report: Collector) -> dict[Table, Path]:
    """Return one file for each table: plain before packed, whole names first."""
    found: dict[Table, Path] = {}
    for _, _, name in sorted(
        (path.suffix.lower() != ".xml", "-" in path.name, path.name)
        for path in folder.iterdir()
        if path.is_file()
    ):
        table = _table_of(name)
        if table is None:
            continue
        if table in found:
            report.tell(
                "second-file", "files of tables that another file holds, not read", name
            )
        else:
            found[table] = folder / name
    return found


def _table_of(name: str) -> Table | None:
    """Return the table that a file is named after: ``Posts.xml``, ``so-Posts.7z``."""
    stem = name.lower()
    suffix = Path(stem).suffix
    packed = suffix == ".7z" or suffix in PACKINGS
    if packed:
        stem = stem.removesuffix(suffix)
    if stem.endswith(".xml"):
        stem = stem.removesuffix(".xml")
    elif suffix != ".7z":
        return None
    return _BY_NAME.get(stem.rpartition("-")[2])


class _Scratch:
    """A temporary folder, made when it is first needed."""

    def __init__(self, closing: ExitStack) -> None:
        self._closing = closing
        self._folder: Path | None = None

    def plain(self, path: Path, table: Table, input: Input) -> Path:
        """Return *path*, or what is in it, unpacked."""
        suffix = path.suffix.lower()
        if suffix == ".xml":
            return path
        report = input.report
        # Its own, so that errors name the file and not the folder.
        own = Collector(strict=report.strict, format=report.format, source=str(path))
        with ExitStack() as opened:
            raw = opened.enter_context(path.open("rb"))
            if suffix == ".7z":
                inside = unpack_archive(raw, input.limits, own, opened)
                if isinstance(inside, Path):
                    raise own.error(
                        "not-this-format",
                        f"{path.name} holds several files: give the archive itself",
                    )
                stream = inside
            else:
                stream = unpacked(raw, suffix, input.limits, own)
            target = self.spooled(iter(lambda: stream.read(CHUNK), b""), table)
        for loss in own.report:
            report.include(loss)
        return target

    def spooled(self, chunks: Iterable[bytes], table: Table) -> Path:
        """Write *chunks* to a file."""
        if self._folder is None:
            folder = tempfile.mkdtemp(prefix="qathread-")
            self._closing.callback(shutil.rmtree, folder, ignore_errors=True)
            self._folder = Path(folder)
        target = self._folder / f"{table}.xml"
        with target.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        return target


def chunks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
