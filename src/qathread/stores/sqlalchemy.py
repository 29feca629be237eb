"""Threads in PostgreSQL, MariaDB, MySQL or SQLite, by SQLAlchemy's Core."""

import time
from collections.abc import Callable
from typing import TypeVar

from ..errors import MissingExtraError, StoreClosedError, ValidationError

try:
    from sqlalchemy import Connection, Engine, exc
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":  # installed but broken
        raise
    message = "SQLAlchemyStore needs sqlalchemy: pip install 'qathread[sqlalchemy]'"
    raise MissingExtraError(message) from error

from ._over_rows import StoreOverRows
from ._sql_rows import SQLRows
from ._sql_tables import MAX_KEY, TABLES, Tables, metadata, tables
from ._sql_transactions import (
    connected,
    forget_when_forked,
    join,
    pause_after,
    transact,
)
from ._waiting import Attempts, checked_wait

__all__ = ["MAX_KEY", "SQLAlchemyStore", "Tables", "metadata", "tables"]

T = TypeVar("T")


class SQLAlchemyStore(StoreOverRows[SQLRows]):
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
        super().__init__()
        self._bind = bind
        self._tables = tables
        self._wait = checked_wait(busy_timeout)
        self._checked = False
        self._wrote = False
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

    def __repr__(self) -> str:
        return f"SQLAlchemyStore({self._bind!r})"

    # -- inside ------------------------------------------------------------------

    def _is_joined(self) -> bool:
        return isinstance(self._bind, Connection)

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
                pause = pause_after(attempts, error)
            time.sleep(pause)

    def _after_check(self, work: Callable[[SQLRows], T]) -> Callable[[SQLRows], T]:
        """Return work that first looks whose tables these are."""

        def checked(rows: SQLRows) -> T:
            rows.check_schema()
            self._checked = True
            return work(rows)

        return checked
