"""Looking after a SQLite file: figures, checks, copies, and giving space back."""

import os
import sqlite3
from contextlib import closing, suppress
from typing import Final

from attrs import frozen

from ..errors import StoreBusyError, StoreCorruptError
from ._trusting import trusting

#: Pages copied at once where a copy keeps writers out; a page has 4 KiB.
_PAGES: Final = 2_000


@frozen(kw_only=True, weakref_slot=False)
class StoreStats:
    """
    How much a store holds.

    Attributes:
        threads: How many threads.
        events: How many events, in all of them.
        position: The last position of the feed; 0 if nothing is stored.
        snapshots: How many threads have a snapshot.
        operations: How many op ids are remembered.
        file_bytes: The size of the file.
        free_bytes: How much of that holds nothing; compacting gives it back.
        wal_bytes: The size of the write-ahead log beside it.
        schema_version: Of the tables.
        engine: What keeps them, with its version.
    """

    threads: int
    events: int
    position: int
    snapshots: int
    operations: int
    file_bytes: int
    free_bytes: int
    wal_bytes: int
    schema_version: int
    engine: str


def stats(connection: sqlite3.Connection, path: str) -> StoreStats:
    """Count what is there, inside a transaction."""

    def number(statement: str) -> int:
        (found,) = connection.execute(statement).fetchone()
        with trusting("a number of the store"):
            return int(found or 0)

    page = number("PRAGMA page_size")
    return StoreStats(
        threads=number("SELECT count(*) FROM threads"),
        events=number("SELECT count(*) FROM events"),
        position=number("SELECT max(position) FROM events"),
        snapshots=number("SELECT count(*) FROM snapshots"),
        operations=number("SELECT count(*) FROM operations"),
        file_bytes=page * number("PRAGMA page_count"),
        free_bytes=page * number("PRAGMA freelist_count"),
        wal_bytes=_size(path + "-wal"),
        schema_version=number("PRAGMA user_version"),
        engine=f"SQLite {sqlite3.sqlite_version}",
    )


def faults(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return what SQLite finds wrong with the file, its keys and its word index."""
    found = [
        str(row[0])
        for row in connection.execute("PRAGMA integrity_check")
        if row[0] != "ok"
    ]
    found += (
        f"row {rowid} of {table} belongs to no row of {parent}"
        for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check")
    )
    try:
        connection.execute(
            "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)"
        )
    except sqlite3.DatabaseError as error:
        found.append(f"the word index: {error}")
    return tuple(found)


def compact(connection: sqlite3.Connection, path: str) -> None:
    """Write the file anew without what was deleted, and empty the log beside it."""
    # The word index keeps deleted words in its segments until it is built again.
    connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
    connection.execute("VACUUM")
    row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if row[0]:
        raise StoreBusyError(
            f"{path} was compacted, but a reader kept the log beside it from being "
            "emptied: compact again when it is done"
        )


def backup(source: sqlite3.Connection, target: str, *, at_once: bool) -> None:
    """
    Copy a store to a new file, which is there whole or not at all.

    Raises:
        FileExistsError: If there is such a file.
    """
    if os.path.lexists(target):
        raise FileExistsError(f"{target} is there: give the path of a new file")
    part = f"{target}.part"
    with suppress(FileNotFoundError):
        os.remove(part)
    # Opened here, so that a folder that cannot be written gives its own error.
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.backup(copy, pages=-1 if at_once else _PAGES, sleep=0.005)
            (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise StoreCorruptError(
                    f"the copy of the store is damaged ({found}): check the store "
                    "itself, and the disk"
                )
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        _sync(part)
        os.rename(part, target)
        _sync(os.path.dirname(target))
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                os.remove(part + suffix)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
