"""``qathread convert --to parquet``: a folder of Parquet files for each table."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, cast, get_args

from .. import formats, frames
from ..errors import NotFoundError, ValidationError
from ..formats._folders import opened_folder
from ..frames import Table
from ..losses import LossReport
from ..thread import Thread
from ._progress import Bar
from ._sources import DUMP, dump_files

__all__ = ["to_parquet"]

#: Only for the messages about its folder: no format of threads goes by this name.
_FORMAT: Final = formats.Format(name="parquet", suffixes=(".parquet",))
#: Tables that are made of some threads at a time.
_BY_PART: Final[Mapping[str, Callable[[Iterable[Thread]], Table]]] = {
    "posts": frames.posts,
    "threads": frames.threads,
    "votes": frames.votes,
    "revisions": frames.revisions,
    "edges": frames.edges,
}
_USERS: Final = "users"  # made of all threads
_PART: Final = 50_000  # posts in a file, more if a thread has more


def to_parquet(
    source: str,
    target: str,
    tables: Sequence[str],
    *,
    format: str | None,
    workers: int | None,
    strict: bool,
    bar: Bar,
    options: Mapping[str, Any],
) -> LossReport:
    """
    Write tables, each into a folder of its own.

    Those of a Stack Exchange dump are the dump's own, straight from its files. Of
    anything else they are made of threads: some thousand posts are held at a time,
    and for users a sum for each person.

    Args:
        source: As in :func:`qathread.read`.
        target: A folder that is empty or not there; made whole or not at all.
        tables: Which ones; none is all of them.
        format: As in :func:`qathread.read`.
        workers: Processes that read a dump; None: one.
        strict: Refuse the first damage or loss.
        bar: Counts the threads.
        options: Of the reader.

    Returns:
        What reading lost.

    Raises:
        ValidationError: If there is no such table, or the folder is not empty.
        MissingExtraError: If nothing is installed that writes Parquet.
    """
    with ExitStack() as stack:
        dump = dump_files(source, format, stack)
        if dump is not None:
            if options:
                raise ValidationError("a dump states its zone: leave out --assume-tz")
            wanted = _known(tables, get_args(frames.DumpTableName))
            folder = stack.enter_context(opened_folder(target, _FORMAT))
            return _write_dump(
                dump,
                folder,
                wanted,
                bool(tables),
                strict=strict,
                workers=workers,
                bar=bar,
            )
        wanted = _known(tables, (*_BY_PART, _USERS))
        if workers is not None:
            raise ValidationError("--workers is for a Stack Exchange dump")
        frames.posts(()).to_parquet(io.BytesIO())  # refuses before anything is read
        folder = stack.enter_context(opened_folder(target, _FORMAT))
        reading = stack.enter_context(
            formats.read(source, format, strict=strict, progress=bar.threads, **options)
        )
        _write_threads(reading, folder, wanted)
        return reading.report


def _write_dump(
    dump: str,
    folder: Path,
    tables: Sequence[str],
    asked: bool,
    *,
    strict: bool,
    workers: int | None,
    bar: Bar,
) -> LossReport:
    """Write the tables of a dump; those that it lacks are missed if asked for."""
    step = bar.steps("tables", len(tables))
    report = formats.Collector(strict=strict, format=DUMP, source=dump)
    for name in tables:
        try:
            known = cast("frames.DumpTableName", name)
            table = frames.stackexchange(dump, known, strict=strict)
        except NotFoundError:
            if asked:
                raise
            report.tell("missing-table", "the dump lacks tables", name)
        else:
            with table:
                for loss in table.to_parquet(folder / name, workers=workers or 1):
                    report.include(loss)
        step()
    return report.report


def _write_threads(
    reading: formats.Reading, folder: Path, tables: Sequence[str]
) -> None:
    for name in tables:
        (folder / name).mkdir()
    passing = _Passing(reading, folder, [name for name in tables if name != _USERS])
    if _USERS in tables:
        frames.users(passing).to_parquet(_part(folder, _USERS, 0))
    else:
        for _ in passing:
            pass


class _Passing:
    """
    Threads on their way to the table of users, written to the others in passing.

    Attributes:
        site: That of the reading, which may know more users.
    """

    def __init__(
        self, reading: formats.Reading, folder: Path, tables: Sequence[str]
    ) -> None:
        self.site = reading.site
        self._reading, self._folder, self._tables = reading, folder, tables
        self._parts = 0

    def __iter__(self) -> Iterator[Thread]:
        some: list[Thread] = []
        posts = 0
        for thread in self._reading:
            some.append(thread)
            posts += len(thread)
            if posts >= _PART:
                self._write(some)
                some, posts = [], 0
            yield thread
        if some or not self._parts:  # columns are there also without rows
            self._write(some)

    def _write(self, some: Sequence[Thread]) -> None:
        for name in self._tables:
            target = _part(self._folder, name, self._parts)
            _BY_PART[name](some).to_parquet(target)
        self._parts += 1


def _part(folder: Path, table: str, number: int) -> Path:
    return folder / table / f"part-{number:05}.parquet"


def _known(tables: Sequence[str], known: Sequence[str]) -> list[str]:
    for name in tables:
        if name not in known:
            raise ValidationError(
                f"there is no table {name!r}: give one of {', '.join(known)}"
            )
    return [name for name in known if name in tables or not tables]
