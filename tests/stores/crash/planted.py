"""
Stores that break a promise on purpose.

Undisturbed they do as others do. The crash tests must tell them from those: else the
tests would say nothing of the stores that pass.
"""

import fcntl
import os
import threading
import time
from typing import Any

from qathread import Thread
from qathread.errors import VersionConflictError
from qathread.events import replay
from qathread.stores import SQLiteStore
from qathread.stores._rows import Operation
from qathread.stores._sqlite_file import Held
from qathread.thread import stored

#: Seconds between what should be one step.
GAP = 0.02


class AcknowledgesEarly(SQLiteStore):
    """Answers first, and commits a little later in another thread."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(path, **options)
        self._later: threading.Thread | None = None

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        # Nobody else saves until this is committed: without a kill all is well.
        lock = os.open(f"{self.path}.lock", os.O_CREAT | os.O_RDWR)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            base = thread.base_version
            actual = None if base is None else super().load(thread.id).version
            if actual != base:
                raise VersionConflictError(thread.id, base, actual)
        except BaseException:
            os.close(lock)
            raise
        self._later = threading.Thread(target=self._commit, args=(thread, op_id, lock))
        self._later.start()
        start = None if base is None else super().load(thread.id, base)
        return stored(replay(thread.pending, start))

    def _commit(self, thread: Thread, op_id: str | None, lock: int) -> None:
        time.sleep(GAP)
        super().save(thread, op_id=op_id)
        os.close(lock)

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        self._wait()
        return super().load(thread_id, version)

    def operation(self, op_id: str) -> Thread | None:
        self._wait()
        return super().operation(op_id)

    def close(self) -> None:
        self._wait()
        super().close()

    def _wait(self) -> None:
        if self._later is not None:
            self._later.join()
            self._later = None


class RemembersLate(SQLiteStore):
    """Notes op ids in a transaction of their own, after the save."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        if op_id is None or self.operation(op_id) is not None:
            return super().save(thread, op_id=op_id)
        saved = super().save(thread)
        time.sleep(GAP)
        after = saved.version - len(thread.pending)
        with self._writing() as held:
            held.rows.claim(op_id, Operation(saved.id, after, saved.version))
        return saved


class CommitsTwice(SQLiteStore):
    """Writes the lists in one transaction, and the events in the next."""

    def _held(self) -> Held:
        held = super()._held()
        append = held.rows.append

        def later(*args: Any) -> None:
            held.connection.execute("COMMIT")
            held.connection.execute("BEGIN IMMEDIATE")
            append(*args)

        if append.__name__ != later.__name__:
            held.rows.append = later  # type: ignore[assignment, method-assign]
        return held


class _Syncs(SQLiteStore):
    """Opens the file as it should, and then syncs less than it says."""

    LEVEL: str

    def _held(self) -> Held:
        held = super()._held()
        held.connection.execute(f"PRAGMA synchronous = {self.LEVEL}")
        return held


class SyncsNever(_Syncs):
    """Leaves all to the operating system."""

    LEVEL = "OFF"


class SyncsLate(_Syncs):
    """Syncs a WAL when it is taken over, not at a commit."""

    LEVEL = "NORMAL"


class ForgetsTheFolder(_Syncs):
    """Syncs the files; that a journal was removed may be lost."""

    LEVEL = "FULL"
