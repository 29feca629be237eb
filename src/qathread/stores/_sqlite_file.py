"""A SQLite file as a store: opening it, and connections that wait their turn."""

import errno
import os
import random
import sqlite3
import threading
import time
from contextlib import suppress
from typing import Final, Literal, get_args

from ..errors import StoreCorruptError, StoreTooNewError, ValidationError
from ..thread import Thread
from ._sqlite_errors import is_busy, is_read_only

Journal = Literal["wal", "delete"]
Durability = Literal["full", "may-lose-saves-on-power-loss"]

#: Says in the file's header whose it is: "qath" in ASCII.
APPLICATION_ID: Final = 0x71617468
SCHEMA_VERSION: Final = 1

# Ids compare as bytes, which is by code point in UTF-8. A snapshot stands in a
# table of its own, so that a new version does not rewrite it. `rewrites` counts
# how often a thread's events were rewritten in place, as erasure does: what was
# folded from them before is void then. `position` is the order of commit.
_SCHEMA = (
    """
    CREATE TABLE threads (
        id TEXT NOT NULL PRIMARY KEY,
        first INTEGER NOT NULL,
        version INTEGER NOT NULL CHECK (version >= first),
        tail_bytes INTEGER NOT NULL,
        rewrites INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE events (
        position INTEGER PRIMARY KEY,
        thread_id TEXT NOT NULL REFERENCES threads (id),
        version INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (thread_id, version)
    )
    """,
    """
    CREATE TABLE snapshots (
        thread_id TEXT NOT NULL PRIMARY KEY REFERENCES threads (id),
        version INTEGER NOT NULL,
        body BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE operations (
        op_id TEXT NOT NULL PRIMARY KEY,
        thread_id TEXT NOT NULL REFERENCES threads (id) DEFERRABLE INITIALLY DEFERRED,
        base INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)

#: Connections that a forked process inherited. They must not be used, nor closed,
#: which they would be if nothing held them.
_inherited: list[sqlite3.Connection] = []

_KEPT_THREADS = 8
_KEPT_POSTS = 100_000


class Held:
    """
    A connection of one thread of one process, and what was folded through it.

    It is used and closed with its lock held: closing a connection in the middle
    of a statement crashes the interpreter.
    """

    def __init__(self, connection: sqlite3.Connection, busy_timeout: float) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self._wait = busy_timeout
        self._pid = os.getpid()
        self._folds: dict[str, tuple[int, Thread]] = {}

    @property
    def is_own(self) -> bool:
        """Whether it was opened in this process, not in one that forked it."""
        return self._pid == os.getpid()

    def fold(self, thread_id: str, rewrites: int) -> Thread | None:
        """Return the newest known fold of a thread, if its events still stand."""
        known = self._folds.get(thread_id)
        return known[1] if known is not None and known[0] == rewrites else None

    def keep(self, thread: Thread, rewrites: int) -> None:
        """Keep a fold at hand; the least recently used ones go."""
        folds = self._folds
        folds.pop(thread.id, None)
        folds[thread.id] = (rewrites, thread)
        posts = sum(len(kept) for _, kept in folds.values())
        while len(folds) > 1 and (len(folds) > _KEPT_THREADS or posts > _KEPT_POSTS):
            oldest = next(iter(folds))
            posts -= len(folds.pop(oldest)[1])

    def read(self) -> None:
        """Begin to read one committed state."""
        # The first look at the file is what takes the lock.
        self._begin("BEGIN", "SELECT 1 FROM sqlite_master LIMIT 1")

    def write(self) -> None:
        """Begin to write, with no other writer beside."""
        self._begin("BEGIN IMMEDIATE")
        # Readers may have to leave before a commit, where there is no WAL.
        _let_sqlite_wait(self.connection, self._wait)

    def _begin(self, *statements: str) -> None:
        # SQLite's own way of waiting sleeps longer and longer, so that a patient
        # writer loses to a busy one for many seconds.
        _let_sqlite_wait(self.connection, 0)
        deadline = time.monotonic() + self._wait
        while True:
            try:
                for statement in statements:
                    self.connection.execute(statement).fetchone()
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
                self.roll_back()
            _pause()

    def roll_back(self) -> bool:
        """End the open transaction, if any; False: the connection is of no use."""
        if not self.connection.in_transaction:
            return True
        try:
            self.connection.execute("ROLLBACK")
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Close the connection, or leave one alone that belongs to a parent."""
        if self.is_own:
            with self.lock:
                self._folds.clear()
                self.connection.close()
        else:
            _inherited.append(self.connection)

    def __del__(self) -> None:
        # The thread that owned it has ended.
        self.close()


def checked_path(path: object) -> str:
    """Return *path* as an absolute one, if a file may have it."""
    if not isinstance(path, str | os.PathLike):
        raise ValidationError(f"a path is needed, not a {type(path).__name__}")
    found = os.fsdecode(path)
    if found in ("", ":memory:"):
        raise ValidationError(f"{found!r} is no file: use MemoryStore()")
    if "\0" in found:
        raise ValidationError(f"the path {found!r} holds U+0000: remove it")
    return os.path.abspath(found)


def check_options(journal: object, durability: object, busy_timeout: float) -> None:
    """Refuse options that no store can have."""
    for name, value, known in (
        ("journal", journal, get_args(Journal)),
        ("durability", durability, get_args(Durability)),
    ):
        if value not in known:
            choices = " or ".join(map(repr, known))
            raise ValidationError(f"{name} is {value!r}: give {choices}")
    if journal != "wal" and durability != "full":
        raise ValidationError(
            f'durability={durability!r} needs journal="wal": without it a power loss '
            "could damage the file"
        )
    if type(busy_timeout) not in (int, float) or not 0 <= busy_timeout <= 86_400:
        raise ValidationError(
            f"busy_timeout is {busy_timeout!r}: give seconds from 0 to 86400"
        )


def connect(
    path: str, journal: Journal, durability: Durability, busy_timeout: float
) -> sqlite3.Connection:
    """Open the file at *path* as a store, making it one if it is new or empty."""
    try:
        connection = sqlite3.connect(
            path,
            timeout=busy_timeout,
            isolation_level=None,  # transactions begin where the store says
            check_same_thread=False,  # only to close them all from any thread
        )
    except sqlite3.OperationalError as error:
        reason = _why_not_opened(path)
        if reason is not None:
            raise reason from error
        raise
    try:
        _prepare(connection, path, journal, durability, busy_timeout)
    except BaseException:
        connection.close()
        raise
    return connection


def _why_not_opened(path: str) -> OSError | None:
    """
    Return what the operating system would have said.

    The file itself is not tried: closing it again would drop every lock that
    other connections of this process hold on it.
    """
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        code = errno.ENOTDIR if os.path.exists(folder) else errno.ENOENT
    elif os.path.isdir(path):
        code = errno.EISDIR
    else:
        known = os.path.exists(path)
        if os.access(path, os.R_OK) if known else os.access(folder, os.W_OK):
            return None
        code = errno.EACCES
    return OSError(code, os.strerror(code), path)


def _prepare(
    connection: sqlite3.Connection,
    path: str,
    journal: Journal,
    durability: Durability,
    busy_timeout: float,
) -> None:
    connection.execute("BEGIN")  # one state: somebody else may be making the store
    is_new = _is_new(connection, path)
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without WAL a commit is the removal of the journal, and only EXTRA makes that
    # last: after FULL a power loss may bring the journal back, and undo the save.
    level = "FULL" if journal == "wal" else "EXTRA"
    if durability != "full":
        level = "NORMAL"
    connection.execute(f"PRAGMA synchronous = {level}")
    _set_journal(connection, journal, time.monotonic() + busy_timeout)
    if is_new:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _is_new(connection, path):
                for statement in _SCHEMA:
                    connection.execute(statement)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def _is_new(connection: sqlite3.Connection, path: str) -> bool:
    """Tell whether the file is empty, and refuse one that is not ours to write."""
    application = _number(connection, "PRAGMA application_id")
    schema = _number(connection, "PRAGMA user_version")
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if application == APPLICATION_ID:
        if schema > SCHEMA_VERSION:
            raise StoreTooNewError(
                f"{path} has schema version {schema}, this release reads up to "
                f"{SCHEMA_VERSION}: upgrade qathread"
            )
        if schema == SCHEMA_VERSION:
            return False
    elif not (application or schema or tables):
        return True
    raise StoreCorruptError(
        f"{path} is a database, but none of this library: give the path of a store, "
        "or of a new file"
    )


def _number(connection: sqlite3.Connection, statement: str) -> int:
    (number,) = connection.execute(statement).fetchone()
    return int(number)


def _set_journal(
    connection: sqlite3.Connection, journal: Journal, deadline: float
) -> None:
    """Change the journal where it is another; SQLite itself does not wait for this."""
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
            if mode != journal:
                connection.execute(f"PRAGMA journal_mode = {journal}").fetchone()
            return
        except sqlite3.OperationalError as error:
            if is_read_only(error):
                return  # it can still be read as it is
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
        _pause()


def _pause() -> None:
    """Wait a little, each time a little differently."""
    time.sleep(random.uniform(0.0005, 0.005))


def _let_sqlite_wait(connection: sqlite3.Connection, seconds: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def wal_advice(journal: Journal, sqlite_version: tuple[int, int, int]) -> str | None:
    """Return a warning if that SQLite has the WAL-reset fault, and it matters."""
    affected = (3, 7, 0) <= sqlite_version < (3, 51, 3)
    mended = (3, 50, 7) <= sqlite_version < (3, 51) or (
        (3, 44, 6) <= sqlite_version < (3, 45)
    )
    if journal != "wal" or mended or not affected:
        return None
    version = ".".join(map(str, sqlite_version))
    return (
        f"SQLite {version} has the WAL-reset fault: a checkpoint beside a commit of "
        "another connection may, very rarely, damage the file. Use SQLite 3.51.3, "
        '3.50.7 or 3.44.6, or open the store with journal="delete"'
    )
