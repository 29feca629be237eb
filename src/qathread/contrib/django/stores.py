"""Threads in a database of a Django project."""

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from asgiref.sync import sync_to_async

from ...errors import StoreClosedError
from ...events import Event
from ...ids import ThreadId, UserId
from ...pages import Page, check_limit
from ...stores import _keeping
from ...stores._appending import (
    asked_after,
    asked_id,
    asked_op_id,
    asked_version,
    batch_of,
)
from ...stores._asking import page, plan
from ...stores._awaiting import (
    ErasesAwaited,
    FeedAwaited,
    ListsAwaited,
    RemembersAwaited,
)
from ...stores._erasing import (
    THREADS_AT_ONCE,
    asked_erasure,
    erasing,
    note_erased,
    threads_after,
)
from ...stores._folds import Folds
from ...stores.queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary
from ...thread import Thread
from ._rows import DjangoRows
from ._statements import MAX_KEY
from ._transactions import checked_alias, checked_wait, is_joined, run

__all__ = ["MAX_KEY", "AsyncDjangoStore", "DjangoStore"]

P = ParamSpec("P")
T = TypeVar("T")


class DjangoStore:
    """
    A store in a database of the project, PostgreSQL or SQLite.

    It keeps the promises of :class:`qathread.stores.ThreadStore` and of the other
    protocols of :mod:`qathread.stores`.

    Inside ``transaction.atomic()``, which is also where ``ATOMIC_REQUESTS`` puts a
    view, a call is part of that transaction: what the host writes beside is committed
    or rolled back with the thread. A call that is refused undoes itself alone, through
    a savepoint, and the host may go on. Nothing is committed or tried again then, and
    locks are waited for as the host's own statements wait for them. Outside of it each
    call is a transaction of its own, tried again where the database asks for it.

    On SQLite a view that reads before it saves, in one transaction, should take the
    lock when it begins: ``"OPTIONS": {"transaction_mode": "IMMEDIATE"}``. Otherwise
    the save raises StoreBusyError if somebody else wrote in between.

    Ids and tags have at most 1,000 bytes in UTF-8. One object may be used from many
    threads; it keeps the last few threads that it folded at hand.

    Args:
        using: The alias of the database, whatever the routers of the project say.
        busy_timeout: Seconds to wait for other transactions, in one of its own. On
            SQLite each statement waits for as long as ``OPTIONS["timeout"]`` says.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(self, using: str = "default", *, busy_timeout: float = 5.0) -> None:
        self._using = checked_alias(using)
        self._wait = checked_wait(busy_timeout)
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
        found = self._run(lambda rows: _keeping.log(rows, thread_id, after))
        bodies, start = found
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
        folds = Folds() if is_joined(self._using) else self._folds
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

        The standings are made anew by the next ``standings.catch_up``. What the server
        keeps of the rows that were rewritten (dead rows, logs, backups) is the
        server's: VACUUM on PostgreSQL and on SQLite.
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
        """Refuse any further use; the connections are Django's."""
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

    def __repr__(self) -> str:
        return f"DjangoStore(using={self._using!r})"

    # -- inside ------------------------------------------------------------------

    def _folded(
        self,
        work: Callable[[DjangoRows, Folds], _keeping.Saved],
        *,
        writing: bool = False,
    ) -> Thread:
        """Return the thread that some work gives; if it is committed, keep it."""
        joined = is_joined(self._using)
        folds = Folds() if joined else self._folds
        found = self._run(lambda rows: work(rows, folds), writing=writing)
        if found.rewrites is not None and not joined:
            folds.keep(found.thread, found.rewrites)
        return found.thread

    def _run(self, work: Callable[[DjangoRows], T], *, writing: bool = False) -> T:
        if self._closed:
            raise StoreClosedError("this DjangoStore is closed: make a new one")
        return run(self._using, work, writing=writing, wait=self._wait)


class AsyncDjangoStore(RemembersAwaited, ListsAwaited, FeedAwaited, ErasesAwaited):
    """
    :class:`DjangoStore` for views and programs on an event loop.

    Its calls run where Django runs all code that blocks, on one thread for each
    request. As everywhere in Django, ``transaction.atomic()`` cannot be entered on the
    loop: put the steps of one transaction into a function, use ``DjangoStore`` there,
    and await ``sync_to_async(function)()``.

    A cancelled call comes to its end on its thread: a save is whole or absent.

    Args:
        using: As for :class:`DjangoStore`.
        busy_timeout: As for :class:`DjangoStore`.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(self, using: str = "default", *, busy_timeout: float = 5.0) -> None:
        store = DjangoStore(using, busy_timeout=busy_timeout)
        super().__init__(store, _aside, _aside)

    async def close(self) -> None:
        """Refuse any further use; the connections are Django's."""
        self._store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"Async{self._store!r}"


async def _aside(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function where Django runs code that blocks."""
    return await sync_to_async(function, thread_sensitive=True)(*args, **kwargs)
