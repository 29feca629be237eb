"""
A small store of its own in one SQLite file, and faults planted into it.

Other processes open these stores by name; the docstring of each says what is wrong.
"""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from attrs import evolve

from qathread import Thread
from qathread.errors import NotFoundError, StoreBusyError, VersionConflictError
from qathread.events import Event, replay
from qathread.serialization import from_json, to_json
from qathread.stores import FeedEntry
from qathread.testing._samples import forged

#: Long enough for another process to come in between.
_GAP = 0.02
_TABLES = """
    CREATE TABLE IF NOT EXISTS events (
        position INTEGER NOT NULL, thread TEXT NOT NULL, version INTEGER NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (thread, version)
    );
    CREATE TABLE IF NOT EXISTS operations (
        op_id TEXT PRIMARY KEY, thread TEXT NOT NULL, version INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS places (last INTEGER NOT NULL);
"""


class Sound:
    """Nothing is wrong with this one: it is what the faults are planted into."""

    def __init__(self, path: str, patience: float) -> None:
        self._path, self._patience = path, patience
        with closing(self._connected()) as connection:
            connection.execute("PRAGMA journal_mode = wal")
            connection.executescript(_TABLES)

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        events = self.history(thread_id)
        return forged(replay(events[:version]))

    def history(self, thread_id: str, after: int = 0) -> Sequence[Event]:
        with self._transaction("BEGIN") as connection:
            found = self._events(connection, thread_id)
        if not found:
            raise NotFoundError(f"no thread {thread_id!r}")
        return found[after:]

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            done = self._done(connection, op_id)
            if done is None:
                self._check(connection, thread)
                position = self._last(connection) + 1
                self._append(connection, thread, position, op_id)
        return forged(thread) if done is None else self.load(thread.id, done)

    def operation(self, op_id: str) -> Thread | None:
        with self._transaction("BEGIN") as connection:
            query = "SELECT thread, version FROM operations WHERE op_id = ?"
            row = connection.execute(query, (op_id,)).fetchone()
        return None if row is None else self.load(*row)

    def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        with self._transaction("BEGIN") as connection:
            rows = connection.execute(
                "SELECT position, body FROM events WHERE position > ?"
                " ORDER BY position LIMIT ?",
                (after, limit),
            ).fetchall()
        return [
            FeedEntry(position=position, event=from_json(body, Event))
            for position, body in rows
        ]

    # -- inside ------------------------------------------------------------------

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=self._patience, isolation_level=None)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with closing(self._connected()) as connection:
            try:
                connection.execute(begin)
            except sqlite3.OperationalError as error:
                raise StoreBusyError(str(error)) from error
            yield connection
            connection.execute("COMMIT")

    def _events(self, connection: sqlite3.Connection, thread_id: str) -> list[Event]:
        query = "SELECT body FROM events WHERE thread = ? ORDER BY version"
        rows = connection.execute(query, (thread_id,)).fetchall()
        return [from_json(body, Event) for (body,) in rows]

    def _done(self, connection: sqlite3.Connection, op_id: str | None) -> int | None:
        query = "SELECT version FROM operations WHERE op_id = ?"
        row = connection.execute(query, (op_id,)).fetchone()
        return None if row is None else int(row[0])

    def _latest(self, connection: sqlite3.Connection, thread_id: str) -> int | None:
        query = "SELECT max(version) FROM events WHERE thread = ?"
        (version,) = connection.execute(query, (thread_id,)).fetchone()
        return None if version is None else int(version)

    def _last(self, connection: sqlite3.Connection) -> int:
        query = "SELECT coalesce(max(position), 0) FROM events"
        (position,) = connection.execute(query).fetchone()
        return int(position)

    def _check(self, connection: sqlite3.Connection, thread: Thread) -> None:
        latest = self._latest(connection, thread.id)
        if latest != thread.base_version:
            raise VersionConflictError(thread.id, thread.base_version, latest)

    def _append(
        self,
        connection: sqlite3.Connection,
        thread: Thread,
        position: int,
        op_id: str | None,
    ) -> None:
        for place, event in enumerate(thread.pending, start=position):
            row = (place, thread.id, event.version, to_json(event))
            connection.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?)", row)
            self._between(connection)
        if op_id is not None:
            row_of_op = (op_id, thread.id, thread.version)
            connection.execute(
                "INSERT OR REPLACE INTO operations VALUES (?, ?, ?)", row_of_op
            )

    def _between(self, connection: sqlite3.Connection) -> None:
        """What comes after each event."""


class ChecksTheVersionOutside(Sound):
    """Whether somebody else was faster is looked up before the transaction."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        with self._transaction("BEGIN") as connection:
            super()._check(connection, thread)
        time.sleep(_GAP)
        return super().save(thread, op_id=op_id)

    def _check(self, connection: sqlite3.Connection, thread: Thread) -> None:
        pass


class TakesThePositionAtTheStart(Sound):
    """A place in the feed is taken before the transaction that fills it."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            row = connection.execute("SELECT max(last) FROM places").fetchone()
            position = (row[0] or 0) + 1
            last = position + len(thread.pending)
            connection.execute("INSERT INTO places VALUES (?)", (last,))
        time.sleep(_GAP * min(len(thread.pending), 10))
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._check(connection, thread)
            self._append(connection, thread, position, op_id)
        return forged(thread)


class MergesWhatConflicts(Sound):
    """After a conflict the change is made on top: a vote counts again, or too late."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        try:
            return super().save(thread, op_id=op_id)
        except VersionConflictError as conflict:
            if conflict.actual is None or thread.base_version is None:
                raise
        time.sleep(_GAP)
        latest = self.load(thread.id)
        with self._transaction("BEGIN IMMEDIATE") as connection:
            version = self._latest(connection, thread.id) or latest.version
            position = self._last(connection) + 1
            for place, event in enumerate(thread.pending, start=1):
                moved = evolve(event, version=version + place)
                row = (position + place, thread.id, moved.version, to_json(moved))
                connection.execute("INSERT INTO events VALUES (?, ?, ?, ?)", row)
        return self.load(thread.id)


class ChecksOpIdsOutside(Sound):
    """Whether an op id is known is looked up before the transaction."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        with self._transaction("BEGIN") as connection:
            done = super()._done(connection, op_id)
        if done is not None:
            return self.load(thread.id, done)
        time.sleep(_GAP)
        return super().save(thread, op_id=op_id)

    def _done(self, connection: sqlite3.Connection, op_id: str | None) -> int | None:
        return None


class CommitsEachEvent(Sound):
    """A save is as many transactions as it has events."""

    def _between(self, connection: sqlite3.Connection) -> None:
        connection.execute("COMMIT")
        time.sleep(_GAP / 10)
        connection.execute("BEGIN IMMEDIATE")


class GivesUpAtOnce(Sound):
    """A lock is not waited for."""

    def __init__(self, path: str, patience: float) -> None:
        super().__init__(path, patience)
        self._patience = 0.0


class Hangs(Sound):
    """It never comes back from a load."""

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        time.sleep(600)
        return super().load(thread_id, version)


class EndsTheProcess(Sound):
    """It takes the whole process down."""

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        print("going down", flush=True)
        os._exit(3)
