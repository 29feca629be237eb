"""Where the tables of a dump are: in a folder, a file, or archives of either."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from .._archive import unpack_archive
from .._report import Collector
from .._sources import Input
from .._unpack import CHUNK, PACKINGS, unpacked
from ._framing import ROOTS
from ._tables import TABLES, Table

__all__ = ["chunks_of", "find_tables", "holds_tables"]

_BY_NAME: Final = {name.lower(): name for name in TABLES}


def find_tables(input: Input, closing: ExitStack) -> dict[Table, Path]:
    """
    Return a plain file on disk for each table that *input* has.

    What is packed is unpacked into a temporary folder, since rows are looked up by
    their place.

    Args:
        input: A folder, one file, or a stream of one table.
        closing: What removes the temporary folder again.

    Raises:
        FormatError: ``not-this-format`` if there is no table.
        MissingExtraError: If unpacking needs a package that is not there.
    """
    found: dict[Table, Path] = {}
    scratch = _Scratch(closing)
    if input.path is not None and input.is_folder:
        for path in sorted(input.path.iterdir()):
            table = _table_of(path.name)
            if table is None or not path.is_file():
                continue
            if table in found and path.suffix.lower() != ".xml":
                continue  # an archive beside what was unpacked from it
            found[table] = scratch.plain(path, table, input)
        if not found:
            raise input.report.error(
                "not-this-format",
                f"no table of a dump in {input.name}: it has to hold Posts.xml",
            )
        return found
    head = input.head()
    table = _root(head) or (_table_of(input.path.name) if input.path else None)
    if table is None:
        from .._looks import looks_like

        what = looks_like(head) or "something else"
        raise input.report.error(
            "not-this-format", f"a table of a dump expected, this is {what}"
        )
    own = input.path
    if own is not None and own.suffix.lower() == ".xml" and own.is_file():
        return {table: own}
    return {table: scratch.spooled(input.chunks(), table)}


def holds_tables(folder: Path) -> bool:
    """Whether a folder looks like that of a dump."""
    return any(_table_of(path.name) == "Posts" for path in folder.iterdir())


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


def _root(head: bytes) -> Table | None:
    for part in head.lower().split(b"<")[1:64]:
        name = part.split(b">")[0].split()[:1]
        if name and name[0] in ROOTS:
            return _BY_NAME[ROOTS[name[0]].lower()]
        if name and name[0] == b"row":
            break
    return None


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
        report: Collector = input.report
        with ExitStack() as opened:
            raw = opened.enter_context(path.open("rb"))
            if suffix == ".7z":
                inside = unpack_archive(raw, input.limits, report, opened)
                if isinstance(inside, Path):
                    raise report.error(
                        "not-this-format",
                        f"{path.name} holds several files: give the archive itself",
                    )
                stream = inside
            else:
                stream = unpacked(raw, suffix, input.limits, report)
            return self.spooled(iter(lambda: stream.read(CHUNK), b""), table)

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


def chunks_of(path: Path, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Yield the bytes of a file from *start* on; *stop* is only where to hurry."""
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(CHUNK):
            yield chunk
