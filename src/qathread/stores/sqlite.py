"""Threads in one SQLite file: the embedded default, with the standard library alone."""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Self

from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page, check_limit
from ..thread import Thread
from . import _keeping
from ._appending import (
    asked_after,
    asked_id,
    asked_op_id,
    asked_version,
    batch_of,
)
from ._asking import page, plan
from ._erasing import (
    THREADS_AT_ONCE,
    asked_erasure,
    erase_in,
    note_erased,
    threads_after,
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
from ._sqlite_upkeep import StoreStats, backup, compact, faults, stats
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

__all__ = ["Durability", "Journal", "SQLiteStore"]


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
            found = _keeping.load(held.rows, held.folds, thread_id, version)
        return _kept(held, found)

    def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        with self._reading() as held:
            bodies, start = _keeping.log(held.rows, thread_id, after)
        return _keeping.events_of(bodies, thread_id, start)

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending; see :meth:`qathread.stores.SavesThreads.save`."""
        batch = batch_of(thread)
        if op_id is not None:
            op_id = asked_op_id(op_id)
        elif not batch.bodies:
            with self._reading() as held:
                found = _keeping.check(held.rows, held.folds, batch)
            return _kept(held, found)
        with self._writing() as held:
            found = _keeping.save(held.rows, held.folds, batch, op_id)
        return _kept(held, found)

    def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        with self._reading() as held:
            return _keeping.operation(held.rows, held.folds, op_id)

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """List threads; see :meth:`qathread.stores.ListsThreads.find`."""
        asked = plan(query, cursor, limit)
        with self._reading() as held:
            found = _keeping.find(held.rows, asked)
        return page(query, found, limit)

    def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        """Return what happened; see :meth:`qathread.stores.ReadsFeed.feed`."""
        after, limit = asked_after(after), check_limit(limit)
        with self._reading() as held:
            found = _keeping.feed(held.rows, after, limit)
        return _keeping.entries_of(found)

    def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """
        Erase a person; see :meth:`qathread.stores.ErasesUsers.erase`.

        The bytes that were there may stay in free pages of the file and in its WAL
        until :meth:`compact`.
        """
        user_id, mode, rewrite = asked_erasure(user_id, mode, key)
        with self._writing() as held:
            note_erased(held.rows, user_id, mode)
        changed, after = 0, ""
        while True:
            with self._reading() as held:
                found = threads_after(user_id, after)(held.rows)
            for thread_id in found:
                with self._writing() as held:
                    changed += erase_in(held.rows, thread_id, rewrite)
            if len(found) < THREADS_AT_ONCE:
                return changed
            after = found[-1]

    def stats(self) -> StoreStats:
        """Return how much is stored; it counts, which takes time on large files."""
        with self._reading() as held:
            return stats(held.connection, self.path)

    def faults(self) -> tuple[str, ...]:
        """
        Return what SQLite finds wrong with the file: nothing, if all is well.

        It reads the whole file. What the rows mean is checked by
        :func:`qathread.stores.verify`.
        """
        with self._writing() as held:  # the check of the word index is a command
            return faults(held.connection)

    def compact(self) -> None:
        """
        Write the file anew, without the bytes of what was erased or replaced.

        It needs as much free space as the file has, and keeps writers out.

        Raises:
            StoreBusyError: If a writer or reader did not let go in time.
        """
        with translated(self.path, self._busy_timeout), self._locked() as held:
            held.wait_in_sqlite()
            compact(held.connection, self.path)
            held.folds.clear()

    def backup(self, target: str | os.PathLike[str]) -> None:
        """
        Copy the store to a new file while it is in use.

        The copy is one committed state. It is a store like any other.

        Args:
            target: The path of a file that is not there yet.

        Raises:
            FileExistsError: If it is there.
        """
        path = checked_path(target)
        # A copy at once reads one state; without WAL that would keep writers out.
        at_once = self._journal == "wal"
        with translated(self.path, self._busy_timeout):
            if self._closed:
                raise closed(self.path)
            options = (self._journal, self._durability, self._busy_timeout)
            with closing(connect(self.path, *options)) as source:
                backup(source, path, at_once=at_once)

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
        held = Held(connect(self.path, *options), self._journal, self._busy_timeout)
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
        waited = self._busy_timeout
        with translated(self.path, waited, reading=True), self._locked() as held:
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


def _kept(held: Held, found: _keeping.Saved) -> Thread:
    """Return what was found, and keep it at hand: it is committed now."""
    if found.rewrites is not None:
        held.folds.keep(found.thread, found.rewrites)
    return found.thread
