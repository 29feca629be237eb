"""Threads in PostgreSQL, MariaDB, MySQL or SQLite, by SQLAlchemy's Core."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

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
    from sqlalchemy import Connection, Engine, exc
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":  # installed but broken
        raise
    message = "SQLAlchemyStore needs sqlalchemy: pip install 'qathread[sqlalchemy]'"
    raise MissingExtraError(message) from error

from ._sql_rows import SQLRows
from ._sql_tables import MAX_KEY, TABLES, Tables, metadata, tables
from ._sql_transactions import (
    Attempts,
    checked_wait,
    connected,
    forget_when_forked,
    join,
    transact,
)

__all__ = ["MAX_KEY", "SQLAlchemyStore", "Tables", "metadata", "tables"]

T = TypeVar("T")


class SQLAlchemyStore:
    """
    A store in a database that SQLAlchemy speaks to.

    It keeps the promises of :class:`qathread.stores.ThreadStore` and of the other
    protocols of :mod:`qathread.stores`, on PostgreSQL, MariaDB, MySQL and SQLite.

    Given an engine, each call is a transaction of its own, tried again where the
    database asks for it. Given a connection, all calls are part of the transaction that
    is open on it, or that the first call opens: what a host writes beside is committed
    or rolled back with the thread. A call that is refused undoes itself alone, through
    a savepoint. Nothing is committed or tried again then, and locks are waited for as
    the host's own statements wait for them. MariaDB and MySQL give up the whole
    transaction in a deadlock; the store then does so too.

    Ids and tags have at most 1,000 bytes in UTF-8. The tables are described by
    :data:`qathread.stores.sqlalchemy.metadata` for a host's migrations; nothing makes
    them unless :meth:`create_all` is called.

    One object on an engine may be used from many threads. It keeps the last few threads
    that it folded at hand. After a fork the child takes new connections.

    Args:
        bind: An engine, or a connection. Both stay the caller's.
        tables: Other tables, made by :func:`qathread.stores.sqlalchemy.tables`.
        busy_timeout: Seconds to wait for other transactions, on an engine.

    Raises:
        ValidationError: If an argument is not valid.
    """

    def __init__(
        self,
        bind: Engine | Connection,
        *,
        tables: Tables = TABLES,
        busy_timeout: float = 5.0,
    ) -> None:
        if not isinstance(bind, Engine | Connection):
            raise ValidationError(
                f"bind is a {type(bind).__name__}: give an engine or a connection of "
                "SQLAlchemy; for those of asyncio there is AsyncSQLAlchemyStore"
            )
        self._bind = bind
        self._tables = tables
        self._wait = checked_wait(busy_timeout)
        self._folds = Folds()
        self._checked = False
        self._wrote = False
        self._closed = False
        if isinstance(bind, Engine):
            forget_when_forked(bind)

    def create_all(self) -> None:
        """
        Make the tables that are missing, for those without migrations.

        On SQLite this also makes the index of words, without which a search reads all
        of them.
        """
        joined = isinstance(self._bind, Connection)
        self._run(
            lambda rows: rows.create_all(joined=joined), writing=True, check=False
        )

    def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        found = self._run(
            lambda rows: _keeping.load(rows, self._known(), thread_id, version)
        )
        return self._kept(found)

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
            found = self._run(lambda rows: _keeping.check(rows, self._known(), batch))
            return self._kept(found)
        name = None if op_id is None else asked_op_id(op_id)
        found = self._run(
            lambda rows: _keeping.save(rows, self._known(), batch, name), writing=True
        )
        return self._kept(found)

    def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        return self._run(lambda rows: _keeping.operation(rows, self._known(), op_id))

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
        is the server's: VACUUM on PostgreSQL, OPTIMIZE TABLE on MariaDB.
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
        """Refuse any further use; the engine or connection stays open."""
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
        return f"SQLAlchemyStore({self._bind!r})"

    # -- inside ------------------------------------------------------------------

    def _known(self) -> Folds:
        """Return the states at hand; in a host's transaction there are none."""
        return self._folds if isinstance(self._bind, Engine) else Folds()

    def _kept(self, found: _keeping.Saved) -> Thread:
        if found.rewrites is not None and isinstance(self._bind, Engine):
            self._folds.keep(found.thread, found.rewrites)
        return found.thread

    def _run(
        self,
        work: Callable[[SQLRows], T],
        *,
        writing: bool = False,
        check: bool = True,
    ) -> T:
        if self._closed:
            raise StoreClosedError("this SQLAlchemyStore is closed: make a new one")
        if check and not self._checked:
            work = self._after_check(work)
        if isinstance(self._bind, Connection):
            self._wrote = self._wrote or writing
            return join(self._bind, self._tables, work, latest=self._wrote)
        attempts = Attempts(self._wait)
        while True:
            try:
                with connected(self._bind) as connection:
                    return transact(
                        connection,
                        self._tables,
                        work,
                        writing=writing,
                        wait=attempts.left(),
                    )
            except exc.SQLAlchemyError as error:
                pause = attempts.pause(error)
            time.sleep(pause)

    def _after_check(self, work: Callable[[SQLRows], T]) -> Callable[[SQLRows], T]:
        """Return work that first looks whose tables these are."""

        def checked(rows: SQLRows) -> T:
            rows.check_schema()
            self._checked = True
            return work(rows)

        return checked
