"""Lines on disk until all are known, then thread by thread."""

import errno
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, starmap
from pathlib import Path
from typing import Final

from attrs import frozen

__all__ = ["Line", "Spool"]

_BATCH: Final = 500


@frozen
class Line:
    """
    One line of a dump.

    Attributes:
        thread_id: The full name of the submission that it belongs to.
        file: The number of its file.
        number: Its number in that file.
        data: The line itself.
    """

    thread_id: str
    file: int
    number: int
    data: bytes


class Spool:
    """
    An SQLite file that holds lines, thrown away afterwards.

    Adding costs time linear in the size of the lines, the order by thread that of
    sorting their ids; memory is bounded by the cache of the database, and the disk
    holds each line once.

    Args:
        path: Where the file goes.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            "cache_size = -16384",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(
            "CREATE TABLE lines (k INTEGER PRIMARY KEY, thread TEXT, file INTEGER, "
            "number INTEGER, data BLOB)"
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def put(self, lines: Iterable[Line]) -> int:
        """Add lines; return how many there were."""
        count, batch = 0, list[tuple[str, int, int, bytes]]()
        for line in lines:
            batch.append((line.thread_id, line.file, line.number, line.data))
            if len(batch) == _BATCH:
                count += self._put(batch)
                batch.clear()
        return count + self._put(batch)

    def _put(self, batch: list[tuple[str, int, int, bytes]]) -> int:
        with _as_os_error():
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO lines (thread, file, number, data) VALUES (?, ?, ?, ?)",
                batch,
            )
            self._db.execute("COMMIT")
        return len(batch)

    def threads(self) -> Iterator[tuple[str, Iterator[Line]]]:
        """Yield the lines of each thread, threads in the order of their numbers."""
        with _as_os_error():
            self._db.execute("CREATE INDEX by_thread ON lines (length(thread), thread)")
            rows = self._db.execute(
                "SELECT thread, file, number, data FROM lines "
                "ORDER BY length(thread), thread, k"
            )
        yield from groupby(_fetched(rows), lambda line: line.thread_id)


def _fetched(rows: sqlite3.Cursor) -> Iterator[Line]:
    with _as_os_error():
        yield from starmap(Line, rows)


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Say in the usual way that the temporary folder is full, or cannot be used."""
    try:
        yield
    except sqlite3.Error as error:
        message = f"the temporary file of the lines cannot be used: {error}"
        raise OSError(errno.ENOSPC, message) from error
