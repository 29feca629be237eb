"""Threads in a database, by SQLAlchemy's Core on an event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ..errors import MissingExtraError, StoreClosedError, ValidationError
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
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

try:
    from sqlalchemy import exc
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
    from sqlalchemy.util import await_only
except ModuleNotFoundError as error:
    if error.name not in ("sqlalchemy", "greenlet"):  # installed but broken
        raise
    message = (
        f"AsyncSQLAlchemyStore needs {error.name}: pip install 'qathread[sqlalchemy]'"
    )
    raise MissingExtraError(message) from error

from ._sql_errors import lost
from ._sql_rows import SQLRows
from ._sql_tables import TABLES, Tables
from ._sql_transactions import (
    forget_when_forked,
    join,
    pause_after,
    transact,
)
from ._waiting import Attempts, checked_wait

__all__ = ["AsyncSQLAlchemyStore"]

T = TypeVar("T")

#: Bytes of events from which on folding them would hold up the event loop.
_LARGE: Final = 100_000


class AsyncSQLAlchemyStore:
    """
    :class:`qathread.stores.sqlalchemy.SQLAlchemyStore` for programs on an event loop.

    All steps are the same; large threads are decoded and folded on other threads, so
    that the loop goes on. A call that is cancelled comes to its end first, if it does
    so within busy_timeout: a save is whole or absent then, and stays so.

    Args:
        bind: An engine or a connection of ``sqlalchemy.ext.asyncio``; in the
            transaction of a connection the store joins, as its twin does.
        tables: Other tables, made by :func:`qathread.stores.sqlalchemy.tables`.
        busy_timeout: Seconds to wait for other transactions, on an engine.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(
        self,
        bind: AsyncEngine | AsyncConnection,
        *,
        tables: Tables = TABLES,
        busy_timeout: float = 5.0,
    ) -> None:
        if not isinstance(bind, AsyncEngine | AsyncConnection):
            raise ValidationError(
                f"bind is a {type(bind).__name__}: give an engine or a connection of "
                "sqlalchemy.ext.asyncio; for others there is SQLAlchemyStore"
            )
        self._bind = bind
        self._tables = tables
        self._wait = checked_wait(busy_timeout)
        self._folds = _FoldsElsewhere()
        self._checked = False
        self._wrote = False
        self._closed = False
        if isinstance(bind, AsyncEngine):
            forget_when_forked(bind.sync_engine)

    async def create_all(self) -> None:
        """Make the tables that are missing; see the twin's ``create_all``."""
        joined = isinstance(self._bind, AsyncConnection)
        await self._run(
            lambda rows: rows.create_all(joined=joined), writing=True, check=False
        )

    async def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        found = await self._run(
            lambda rows: _keeping.load(rows, self._known(), thread_id, version)
        )
        return self._kept(found)

    async def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        found = await self._run(lambda rows: _keeping.log(rows, thread_id, after))
        bodies, start = found
        size = sum(map(len, bodies))
        return await _elsewhere(
            size, lambda: _keeping.events_of(bodies, thread_id, start)
        )

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending; see :meth:`qathread.stores.SavesThreads.save`."""
        size = _size_of(thread)
        batch = await _elsewhere(size, lambda: batch_of(thread))
        if op_id is None and not batch.bodies:
            found = await self._run(
                lambda rows: _keeping.check(rows, self._known(), batch)
            )
            return self._kept(found)
        name = None if op_id is None else asked_op_id(op_id)
        found = await self._run(
            lambda rows: _keeping.save(rows, self._known(), batch, name), writing=True
        )
        return self._kept(found)

    async def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        return await self._run(
            lambda rows: _keeping.operation(rows, self._known(), op_id)
        )

    async def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """List threads; see :meth:`qathread.stores.ListsThreads.find`."""
        asked = plan(query, cursor, limit)
        found = await self._run(lambda rows: _keeping.find(rows, asked))
        return page(query, found, limit)

    async def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        """Return what happened; see :meth:`qathread.stores.ReadsFeed.feed`."""
        after, limit = asked_after(after), check_limit(limit)
        found = await self._run(lambda rows: _keeping.feed(rows, after, limit))
        size = sum(len(body) for _, _, body in found)
        return await _elsewhere(size, lambda: _keeping.entries_of(found))

    async def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """Erase a person; see the twin's ``erase``."""
        who, how, rewrite = asked_erasure(user_id, mode, key)
        await self._run(lambda rows: note_erased(rows, who, how), writing=True)
        changed, after = 0, ""
        while True:
            found = await self._run(threads_after(who, after))
            for thread_id in found:
                changed += await self._run(erasing(thread_id, rewrite), writing=True)
            if len(found) < THREADS_AT_ONCE:
                return changed
            after = found[-1]

    async def close(self) -> None:
        """Refuse any further use; the engine or connection stays open."""
        self._closed = True
        self._folds.clear()

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
        return f"AsyncSQLAlchemyStore({self._bind!r})"

    # -- inside ------------------------------------------------------------------

    def _known(self) -> Folds:
        """Return the states at hand; in a host's transaction there are none."""
        return self._folds if isinstance(self._bind, AsyncEngine) else _FoldsElsewhere()

    def _kept(self, found: _keeping.Saved) -> Thread:
        if found.rewrites is not None and isinstance(self._bind, AsyncEngine):
            self._folds.keep(found.thread, found.rewrites)
        return found.thread

    async def _run(
        self,
        work: Callable[[SQLRows], T],
        *,
        writing: bool = False,
        check: bool = True,
    ) -> T:
        if self._closed:
            raise StoreClosedError(
                "this AsyncSQLAlchemyStore is closed: make a new one"
            )
        if check and not self._checked:
            work = self._after_check(work)
        bind, tables = self._bind, self._tables
        if isinstance(bind, AsyncConnection):
            latest = self._wrote = self._wrote or writing
            joined = bind.run_sync(lambda c: join(c, tables, work, latest=latest))
            return await _settled(joined, self._wait)
        attempts = Attempts(self._wait)
        while True:
            own = _transact(bind, tables, work, writing, attempts.left())
            try:
                return await _settled(own, self._wait)
            except exc.SQLAlchemyError as error:
                pause = pause_after(attempts, error)
            await asyncio.sleep(pause)

    def _after_check(self, work: Callable[[SQLRows], T]) -> Callable[[SQLRows], T]:
        """Return work that first looks whose tables these are."""

        def checked(rows: SQLRows) -> T:
            rows.check_schema()
            self._checked = True
            return work(rows)

        return checked


async def _transact(
    engine: AsyncEngine,
    tables: Tables,
    work: Callable[[SQLRows], T],
    writing: bool,
    wait: float,
) -> T:
    """Do some work in a transaction of its own."""
    async with _connected(engine) as connection:
        return await connection.run_sync(
            lambda c: transact(c, tables, work, writing=writing, wait=wait)
        )


async def _settled(call: Coroutine[Any, Any, T], patience: float) -> T:
    """
    Wait for a call, and if this is cancelled, for the end of the call all the same.

    Drivers that are cancelled lose their connection, and some of them leave errors
    behind that nobody can catch. After some seconds of patience they are nevertheless.
    """
    task = asyncio.ensure_future(call)
    cancelled: asyncio.CancelledError | None = None
    left: float | None = None
    while not task.done():
        try:
            await asyncio.wait([task], timeout=left)
            if cancelled is not None:
                task.cancel()
        except asyncio.CancelledError as error:
            cancelled, left = error, patience
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # looked at, so that nobody is told it was not
    raise cancelled


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Have a connection for a while; its errors are SQLAlchemy's or ours."""
    connection = engine.connect()
    try:
        await connection.start()
    except exc.SQLAlchemyError:
        raise
    except Exception as error:  # drivers of event loops let their own through
        raise lost(error) from error
    async with AsyncExitStack() as ending:
        # Its own way of ending, which goes on when it is cancelled.
        ending.push_async_exit(connection)
        yield connection


class _FoldsElsewhere(Folds):
    """States at hand; large ones are folded on another thread."""

    def run(self, size: int, work: Callable[[], T]) -> T:
        """Do a large piece of work on another thread, from within a greenlet."""
        if size < _LARGE:
            return work()
        return await_only(asyncio.to_thread(work))


async def _elsewhere(size: int, work: Callable[[], T]) -> T:
    """Do a large piece of work on another thread."""
    return work() if size < _LARGE else await asyncio.to_thread(work)


def _size_of(thread: object) -> int:
    """Return about how many bytes the events of a save will have."""
    if not isinstance(thread, Thread):
        return 0
    # An imported thread has one event, with all of its posts.
    posts = len(thread) if thread.base_version is None else 0
    return 500 * (len(thread.pending) + posts)
