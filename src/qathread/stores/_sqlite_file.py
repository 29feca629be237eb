"""A SQLite file as a store: opening it, and connections that wait their turn."""

import errno
import os
import random
import sqlite3
import threading
import time
from contextlib import suppress
from typing import Literal, get_args

from ..errors import StoreCorruptError, StoreTooNewError, ValidationError
from ._folds import Folds
from ._sqlite_errors import is_busy, is_read_only
from ._sqlite_rows import SQLiteRows
from ._sqlite_schema import APPLICATION_ID, SCHEMA_VERSION, create, migrate

Journal = Literal["wal", "delete"]
Durability = Literal["full", "may-lose-saves-on-power-loss"]

#: Connections that a forked process inherited. They must not be used, nor closed,
#: which they would be if nothing held them.
_inherited: list[sqlite3.Connection] = []


class Held:
    """
    A connection of one thread of one process, and what was folded through it.

    It is used and closed with its lock held: closing a connection in the middle
    of a statement crashes the interpreter.
    """

    def __init__(
        self, connection: sqlite3.Connection, journal: Journal, busy_timeout: float
    ) -> None:
        self.connection = connection
        self._journal = journal
        self._sqlite_waits = True
        self.lock = threading.RLock()
        self._wait = busy_timeout
        self._pid = os.getpid()
        self.folds = Folds()
        self.rows = SQLiteRows(connection)

    @property
    def is_own(self) -> bool:
        """Whether it was opened in this process, not in one that forked it."""
        return self._pid == os.getpid()

    def read(self) -> None:
        """Begin to read one committed state."""
        # The first look at the file is what takes the lock.
        self._begin("BEGIN", "SELECT 1 FROM sqlite_master LIMIT 1")

    def write(self) -> None:
        """Begin to write, with no other writer beside."""
        self._begin("BEGIN IMMEDIATE")
        # Readers may have to leave before a commit, where there is no WAL.
        if self._journal != "wal":
            self.wait_in_sqlite()

    def wait_in_sqlite(self) -> None:
        """Let the next statements wait for others."""
        _let_sqlite_wait(self.connection, self._wait)
        self._sqlite_waits = True

    def _begin(self, *statements: str) -> None:
        # SQLite's own way of waiting sleeps longer and longer, so that a patient
        # writer loses to a busy one for many seconds.
        if self._sqlite_waits:
            _let_sqlite_wait(self.connection, 0)
            self._sqlite_waits = False
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
                self.folds.clear()
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
    version = _schema_version(connection, path)
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")
    # Without WAL a commit is the removal of the journal, and only EXTRA makes that
    # last: after FULL a power loss may bring the journal back, and undo the save.
    level = "FULL" if journal == "wal" else "EXTRA"
    if durability != "full":
        level = "NORMAL"
    connection.execute(f"PRAGMA synchronous = {level}")
    _set_journal(connection, journal, time.monotonic() + busy_timeout)
    if version != SCHEMA_VERSION:
        _bring_up_to_date(connection, path, busy_timeout)


def _bring_up_to_date(
    connection: sqlite3.Connection, path: str, busy_timeout: float
) -> None:
    """Make the tables, or migrate them, in one transaction."""
    _let_sqlite_wait(connection, busy_timeout)
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _schema_version(connection, path)  # somebody else may have done it
        if version is None:
            create(connection)
        elif version < SCHEMA_VERSION:
            migrate(connection, version)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _schema_version(connection: sqlite3.Connection, path: str) -> int | None:
    """Return which tables are there, None if none are, or refuse what is not ours."""
    application = _number(connection, "PRAGMA application_id")
    schema = _number(connection, "PRAGMA user_version")
    tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if application == APPLICATION_ID:
        if schema > SCHEMA_VERSION:
            raise StoreTooNewError(
                f"{path} has schema version {schema}, this release reads up to "
                f"{SCHEMA_VERSION}: upgrade qathread"
            )
        if schema >= 1:
            return schema
    elif not (application or schema or tables):
        return None
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
