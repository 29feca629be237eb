"""Threads in one SQLite file: the embedded default, with the standard library alone."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Self

from ..errors import (
    FormatError,
    OperationReusedError,
    VersionConflictError,
)
from ..events import Event
from ..ids import ThreadId
from ..serialization import bulk_load, to_json, trusted
from ..thread import Thread
from ._appending import (
    Batch,
    appended,
    asked_after,
    asked_id,
    asked_op_id,
    asked_version,
    batch_of,
    event_of,
    no_thread,
    no_version,
    refolded,
    same,
    unreadable,
)
from ._sqlite_errors import closed, commit, translated
from ._sqlite_file import (
    Durability,
    Held,
    Journal,
    check_options,
    checked_path,
    connect,
    wal_advice,
)

__all__ = ["Durability", "Journal", "SQLiteStore"]

# A snapshot is written when more events than this follow the last one, and their
# bytes are more than a share of its own: then writing snapshots never costs more
# than a fixed multiple of writing events, however large the thread.
_TAIL_EVENTS = 16
_TAIL_SHARE = 4

_HEAD = """
    SELECT t.first, t.version, t.tail_bytes, t.rewrites, s.version, length(s.body)
    FROM threads AS t LEFT JOIN snapshots AS s ON s.thread_id = t.id
    WHERE t.id = ?
"""
_EVENTS = """
    SELECT body FROM events WHERE thread_id = ? AND version > ? AND version <= ?
    ORDER BY version
"""


class _Head(NamedTuple):
    """What is known of a stored thread without reading it."""

    first: int
    version: int
    tail_bytes: int
    rewrites: int
    snapshot_version: int | None
    snapshot_bytes: int | None


class SQLiteStore:
    """
    A store in one SQLite file, for the processes of one machine.

    It keeps the promises of :class:`qathread.stores.ThreadStore` and
    :class:`qathread.stores.RemembersOperations`. The log of events is the truth;
    from time to time a snapshot is written beside it, so that loading costs the
    snapshot and a short tail. A path in a missing folder, or one that may not be
    opened, raises its OSError.

    One object may be used from many threads, each of which gets a connection of
    its own; it keeps the last few threads that it folded at hand. After a fork
    the child opens connections of its own too. The file must not be on a network
    file system, whose locks cannot be relied on.

    Args:
        path: The file; a new or empty one becomes a store.
        journal: ``"wal"`` lets readers go on beside a writer; ``"delete"`` keeps
            everything in one file and is safe with every SQLite version.
        busy_timeout: Seconds to wait for another writer.
        durability: With ``"full"`` what was saved survives a power loss. With
            ``"may-lose-saves-on-power-loss"``, for WAL only, a commit waits for no
            disk: a killed process loses nothing, but a power loss may undo the
            last saves, though never part of one.

    Attributes:
        path: The absolute path of the file.
        advice: What an operator should know, such as a fault of the SQLite version
            in use. A program may log it once; it is no Python warning, because
            where warnings are errors it would stop programs that can do nothing
            about it.

    Raises:
        StoreTooNewError: If a newer release wrote the file.
        StoreCorruptError: If it is no store.
        StoreBusyError: If it stayed locked.
        ValidationError: If an argument is not valid.
    """

    path: str
    advice: tuple[str, ...]

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        journal: Journal = "wal",
        busy_timeout: float = 5.0,
        durability: Durability = "full",
    ) -> None:
        self._closed = True  # until it is open
        self._connections: dict[int, weakref.ref[Held]] = {}
        self._local = threading.local()
        self.path = checked_path(path)
        self._journal = journal
        self._durability = durability
        self._busy_timeout = busy_timeout
        check_options(journal, durability, busy_timeout)
        advice = wal_advice(journal, sqlite3.sqlite_version_info)
        self.advice = () if advice is None else (advice,)
        self._closed = False
        with translated(self.path, busy_timeout):
            self._held()

    def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        with self._reading() as held:
            return self._at(held, self._head(held, thread_id), thread_id, version)

    def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        with self._reading() as held:
            head = self._head(held, thread_id)
            bodies = self._bodies(held, thread_id, after, head.version)
        with bulk_load():
            return tuple(event_of(body, thread_id) for body in bodies)

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending; see :meth:`qathread.stores.SavesThreads.save`."""
        batch = batch_of(thread)
        if op_id is None:
            if not batch.bodies:
                with self._reading() as held:
                    saved, _ = self._append(held, batch)
                return saved
        else:
            op_id = asked_op_id(op_id)
        with self._writing() as held:
            if op_id is not None and not self._claimed(held, op_id, batch):
                return self._repeated(held, op_id, batch)
            saved, kept_for = self._append(held, batch)
        if kept_for is not None:
            held.keep(saved, kept_for)
        return saved

    def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        with self._reading() as held:
            row = _operation(held, op_id)
            if row is None:
                return None
            thread_id, _, version = row
            return self._at(held, self._head(held, thread_id), thread_id, version)

    def close(self) -> None:
        """
        Close every connection, each when what it is at is done.

        Closing again is fine; any other use of the store is refused from now on.
        """
        self._closed = True
        for reference in list(self._connections.values()):
            held = reference()
            if held is not None:
                held.close()
        self._connections.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SQLiteStore({self.path!r})"

    # -- connections and transactions --------------------------------------------

    def _held(self) -> Held:
        """Return the connection of this thread in this process."""
        if self._closed:
            raise closed(self.path)
        known: Held | None = getattr(self._local, "held", None)
        if known is not None and known.is_own:
            return known
        options = (self._journal, self._durability, self._busy_timeout)
        held = Held(connect(self.path, *options), self._busy_timeout)
        key = id(held)
        registry = self._connections
        registry[key] = weakref.ref(held, lambda _: registry.pop(key, None))
        self._local.held = held
        if self._closed:  # by another thread, which may have missed this one
            held.close()
            raise closed(self.path)
        return held

    @contextmanager
    def _reading(self) -> Iterator[Held]:
        """Read one committed state, whole."""
        with translated(self.path, self._busy_timeout), self._locked() as held:
            held.read()
            yield held
            held.connection.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[Held]:
        """Write all or nothing, with no other writer beside."""
        with translated(self.path, self._busy_timeout), self._locked() as held:
            held.write()
            yield held
            commit(held.connection, self.path)

    @contextmanager
    def _locked(self) -> Iterator[Held]:
        """Give the connection to one transaction, and end that."""
        held = self._held()
        with held.lock:
            if self._closed:
                raise closed(self.path)
            try:
                yield held
            finally:
                if not held.roll_back():
                    del self._local.held
                    held.close()

    # -- inside a transaction ----------------------------------------------------

    def _head(self, held: Held, thread_id: ThreadId) -> _Head:
        row = held.connection.execute(_HEAD, (thread_id,)).fetchone()
        if row is None:
            raise no_thread(thread_id)
        return _Head._make(row)

    def _bodies(
        self, held: Held, thread_id: ThreadId, after: int, version: int
    ) -> list[bytes]:
        rows = held.connection.execute(_EVENTS, (thread_id, after, version))
        return [body for (body,) in rows]

    def _at(
        self, held: Held, head: _Head, thread_id: ThreadId, version: int | None
    ) -> Thread:
        """Return a stored thread at one version."""
        wanted = head.version if version is None else version
        if not head.first <= wanted <= head.version:
            raise no_version(thread_id, wanted, head.first, head.version)
        start = held.fold(thread_id, head.rewrites)
        if start is not None and start.version > wanted:
            start = None
        snapshot_version = head.snapshot_version or 0
        if snapshot_version <= wanted and (
            start is None or start.version < snapshot_version
        ):
            start = self._snapshot(held, thread_id)
        if start is None or start.version != wanted:
            after = 0 if start is None else start.version
            bodies = self._bodies(held, thread_id, after, wanted)
            with bulk_load():
                events = [event_of(body, thread_id) for body in bodies]
                start = refolded(events, start, thread_id, wanted)
        if wanted == head.version:
            held.keep(start, head.rewrites)
        return start

    def _snapshot(self, held: Held, thread_id: ThreadId) -> Thread | None:
        query = "SELECT body FROM snapshots WHERE thread_id = ?"
        row = held.connection.execute(query, (thread_id,)).fetchone()
        if row is None:
            return None
        try:
            return trusted(row[0])
        except FormatError as error:
            raise unreadable(error, f"the snapshot of thread {thread_id!r}") from error

    def _append(self, held: Held, batch: Batch) -> tuple[Thread, int | None]:
        """Return the thread, and if it is new: for which count of rewrites."""
        thread_id = batch.thread_id
        row = held.connection.execute(_HEAD, (thread_id,)).fetchone()
        if row is None:
            if batch.base is not None:
                raise VersionConflictError(thread_id, batch.base, None)
            head = _Head(batch.after + 1, batch.after, 0, 0, None, None)
            saved = appended(batch, None)
        else:
            head = _Head._make(row)
            if head.version != batch.base:
                if not self._stands(held, batch):
                    raise VersionConflictError(thread_id, batch.base, head.version)
                if batch.base is None and batch.after + 1 == head.first:
                    # These are all events up to there: no need to read them again.
                    return appended(batch, None), None
                return self._at(held, head, thread_id, batch.version), None
            stored = self._at(held, head, thread_id, None)
            if not batch.bodies:
                return stored, None
            saved = appended(batch, stored)
        self._write(held, head, batch, saved)
        return saved, head.rewrites

    def _stands(self, held: Held, batch: Batch) -> bool:
        """Tell whether what is pending was appended before."""
        found = self._bodies(held, batch.thread_id, batch.after, batch.version)
        return bool(batch.bodies) and same(found, batch.bodies)

    def _write(self, held: Held, head: _Head, batch: Batch, saved: Thread) -> None:
        execute = held.connection.execute
        tail_bytes = head.tail_bytes + sum(map(len, batch.bodies))
        tail_events = batch.version - (head.snapshot_version or head.first - 1)
        due = tail_events > _TAIL_EVENTS and (
            tail_bytes * _TAIL_SHARE > (head.snapshot_bytes or 0)
        )
        row = (batch.version, 0 if due else tail_bytes, batch.thread_id)
        if batch.base is None:
            execute(
                "INSERT INTO threads (version, tail_bytes, id, first)"
                " VALUES (?, ?, ?, ?)",
                (*row, head.first),
            )
        else:
            execute("UPDATE threads SET version = ?, tail_bytes = ? WHERE id = ?", row)
        held.connection.executemany(
            "INSERT INTO events (thread_id, version, body) VALUES (?, ?, ?)",
            (
                (batch.thread_id, version, body)
                for version, body in enumerate(batch.bodies, start=batch.after + 1)
            ),
        )
        if due:
            execute(
                "REPLACE INTO snapshots (thread_id, version, body) VALUES (?, ?, ?)",
                (batch.thread_id, batch.version, to_json(saved)),
            )

    def _claimed(self, held: Held, op_id: str, batch: Batch) -> bool:
        """Take the op id; the key of its table tells whether it was free."""
        done = held.connection.execute(
            "INSERT INTO operations (op_id, thread_id, base, version)"
            " VALUES (?, ?, ?, ?) ON CONFLICT (op_id) DO NOTHING",
            (op_id, batch.thread_id, batch.after, batch.version),
        )
        return done.rowcount == 1

    def _repeated(self, held: Held, op_id: str, batch: Batch) -> Thread:
        row = _operation(held, op_id)
        asked = (batch.thread_id, batch.after, batch.version)
        if row == asked and same(self._bodies(held, *asked), batch.bodies):
            head = self._head(held, batch.thread_id)
            return self._at(held, head, batch.thread_id, batch.version)
        raise OperationReusedError(op_id, batch.thread_id if row is None else row[0])


def _operation(held: Held, op_id: str) -> tuple[ThreadId, int, int] | None:
    query = "SELECT thread_id, base, version FROM operations WHERE op_id = ?"
    row: tuple[ThreadId, int, int] | None
    row = held.connection.execute(query, (op_id,)).fetchone()
    return row
