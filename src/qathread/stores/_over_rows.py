"""The methods of a store that blocks, over the rows of any database."""

from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page, check_limit
from ..thread import Thread
from . import _keeping
from ._appending import asked_after, asked_id, asked_op_id, asked_version, batch_of
from ._asking import page, plan
from ._erasing import (
    THREADS_AT_ONCE,
    asked_erasure,
    erasing,
    note_erased,
    threads_after,
)
from ._folds import Folds
from ._rows import Rows
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

R = TypeVar("R", bound=Rows)
T = TypeVar("T")


class StoreOverRows(Generic[R]):
    """
    The methods of a store; a subclass gives the transactions.

    It gives ``_run``, and tells by ``_is_joined`` whether what it runs is part of a
    transaction of the host's: nothing of that may be kept at hand, since the host may
    still take it back.
    """

    def __init__(self) -> None:
        self._folds = Folds()
        self._closed = False

    def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        return self._folded(
            lambda rows, folds: _keeping.load(rows, folds, thread_id, version)
        )

    def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        bodies, start = self._run(lambda rows: _keeping.log(rows, thread_id, after))
        return _keeping.events_of(bodies, thread_id, start)

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending; see :meth:`qathread.stores.SavesThreads.save`."""
        batch = batch_of(thread)
        if op_id is None and not batch.bodies:
            return self._folded(lambda rows, folds: _keeping.check(rows, folds, batch))
        name = None if op_id is None else asked_op_id(op_id)
        return self._folded(
            lambda rows, folds: _keeping.save(rows, folds, batch, name), writing=True
        )

    def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        folds = Folds() if self._is_joined() else self._folds
        return self._run(lambda rows: _keeping.operation(rows, folds, op_id))

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """List threads; see :meth:`qathread.stores.ListsThreads.find`."""
        asked = plan(query, cursor, limit)
        return page(query, self._run(lambda rows: _keeping.find(rows, asked)), limit)

    def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        """Return what happened; see :meth:`qathread.stores.ReadsFeed.feed`."""
        after, limit = asked_after(after), check_limit(limit)
        found = self._run(lambda rows: _keeping.feed(rows, after, limit))
        return _keeping.entries_of(found)

    def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """
        Erase a person; see :meth:`qathread.stores.ErasesUsers.erase`.

        What the server keeps of the rows that were rewritten (dead rows, logs, backups)
        is the server's: VACUUM on PostgreSQL and SQLite, OPTIMIZE TABLE on MariaDB.
        """
        who, how, rewrite = asked_erasure(user_id, mode, key)
        self._run(lambda rows: note_erased(rows, who, how), writing=True)
        changed, after = 0, ""
        while True:
            found = self._run(threads_after(who, after))
            for thread_id in found:
                changed += self._run(erasing(thread_id, rewrite), writing=True)
            if len(found) < THREADS_AT_ONCE:
                return changed
            after = found[-1]

    def close(self) -> None:
        """Refuse any further use; engines and connections stay the host's."""
        self._closed = True
        self._folds.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- given by the subclass ---------------------------------------------------

    def _is_joined(self) -> bool:
        """Whether calls are part of a transaction of the host's just now."""
        raise NotImplementedError

    def _run(self, work: Callable[[R], T], *, writing: bool = False) -> T:
        """Do some work in a transaction; refuse if the store is closed."""
        raise NotImplementedError

    # -- inside ------------------------------------------------------------------

    def _folded(
        self, work: Callable[[R, Folds], _keeping.Saved], *, writing: bool = False
    ) -> Thread:
        """Return the thread that some work gives; if it is committed, keep it."""
        joined = self._is_joined()
        folds = Folds() if joined else self._folds
        found = self._run(lambda rows: work(rows, folds), writing=writing)
        if found.rewrites is not None and not joined:
            folds.keep(found.thread, found.rewrites)
        return found.thread
