"""Transactions of a store on a server: how each begins, ends, and is tried again."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine, exc

from ..errors import StoreUnavailableError, ValidationError
from ._sql_errors import lost, may_retry, of_commit, ours, unknown
from ._sql_rows import SQLRows
from ._sql_tables import Tables, is_mysql
from ._waiting import Attempts

T = TypeVar("T")

_MYSQL_WAITS: Final = (
    "SET @qathread_1 = @@SESSION.innodb_lock_wait_timeout,"
    " @qathread_2 = @@SESSION.lock_wait_timeout,"
    " SESSION innodb_lock_wait_timeout = {0}, SESSION lock_wait_timeout = {0}"
)
_MYSQL_AS_BEFORE: Final = (
    "SET SESSION innodb_lock_wait_timeout = @qathread_1,"
    " SESSION lock_wait_timeout = @qathread_2"
)


def pause_after(attempts: Attempts, error: exc.SQLAlchemyError) -> float:
    """Return how long to wait before the next try, or raise what *error* means."""
    pause = attempts.pause() if may_retry(error) else None
    if pause is None:
        raise ours(error, attempts.waited()) from error
    return pause


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Have a connection for a while; its errors are SQLAlchemy's or ours."""
    try:
        connection = engine.connect()
    except exc.SQLAlchemyError:
        raise
    except Exception as error:  # what makes connections may be the host's
        raise lost(error) from error
    with connection:
        yield connection


def transact(
    connection: Connection,
    tables: Tables,
    work: Callable[[SQLRows], T],
    *,
    writing: bool,
    wait: float,
) -> T:
    """
    Do some work in a transaction of its own.

    Args:
        connection: Just taken from the pool; its settings are as before afterwards.
        tables: Where.
        work: What to do.
        writing: Whether *work* may write.
        wait: For how many seconds each lock is waited for.

    Raises:
        SQLAlchemyError: As the driver has it; nothing was saved then.
        OutcomeUnknownError: If the server was lost during the commit.
    """
    own = _Own(connection)
    try:
        try:
            own.begin(writing=writing, wait=wait)
            found = work(SQLRows(connection, tables))
        except OSError as error:  # some drivers let those of the network through
            connection.invalidate()
            raise lost(error) from error
        try:
            connection.commit()
        except OSError as error:
            connection.invalidate()
            raise (unknown(str(error)) if writing else lost(error)) from error
        except exc.SQLAlchemyError as error:
            if not writing or may_retry(error):
                raise
            raise of_commit(error) from error
    finally:
        own.end()
    return found


class _Own:
    """A transaction of the store on a connection of the host's pool."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._back: str | None = None

    def begin(self, *, writing: bool, wait: float) -> None:
        """Begin: a reader sees one committed state, a writer all of them so far."""
        if is_mysql(self._connection.dialect):
            self._begin_mysql(writing, max(1, ceil(wait)))
        elif self._connection.dialect.name == "sqlite":
            self._begin_sqlite(writing, ceil(wait * 1000))
        else:
            self._begin_postgresql(writing, max(1, ceil(wait * 1000)))

    def _begin_postgresql(self, writing: bool, wait: int) -> None:
        level = "READ COMMITTED" if writing else "REPEATABLE READ"
        self._connection.execution_options(
            isolation_level=level, postgresql_readonly=not writing
        )
        self._connection.begin()
        self._connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait}")

    def _begin_mysql(self, writing: bool, wait: int) -> None:
        # By hand: SQLAlchemy's option takes twice as many rounds to the server.
        self._connection.begin()
        execute = self._connection.exec_driver_sql
        execute(_MYSQL_WAITS.format(wait))
        self._back = _MYSQL_AS_BEFORE
        level = "READ COMMITTED" if writing else "REPEATABLE READ, READ ONLY"
        execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
        if commits_alone(self._connection):
            execute("START TRANSACTION")

    def _begin_sqlite(self, writing: bool, wait: int) -> None:
        self._connection.begin()
        execute = self._connection.exec_driver_sql
        before = execute("PRAGMA busy_timeout").scalar()
        self._back = f"PRAGMA busy_timeout = {before}"
        execute(f"PRAGMA busy_timeout = {wait}")
        if is_open(self._connection):  # the host's engine begins in its own way
            execute("ROLLBACK")
        execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def end(self) -> None:
        """Roll back if need be, and leave the connection as it was, or not at all."""
        try:
            if self._connection.invalidated or self._connection.closed:
                return
            self._connection.rollback()
            if self._back is not None:
                # Not by SQLAlchemy, which would begin a transaction for it.
                cursor = self._connection.connection.cursor()
                cursor.execute(self._back)
                cursor.close()
        except Exception:  # whatever the driver has: it is of no use any more
            self._connection.invalidate()
        except BaseException:
            self._connection.invalidate()
            raise


def join(
    connection: Connection,
    tables: Tables,
    work: Callable[[SQLRows], T],
    *,
    latest: bool,
) -> T:
    """
    Do some work in a transaction of the host, which may go on whatever comes of it.

    Args:
        connection: Of the host.
        tables: Where.
        work: What to do.
        latest: Whether *work* must see what was committed since the host's first
            read, because it writes, or has written.

    Raises:
        QathreadError: Also where the driver failed.
    """
    try:
        _enter(connection, writing=latest)
        savepoint = connection.begin_nested()
        try:
            found = work(SQLRows(connection, tables, latest=latest))
            savepoint.commit()
        except BaseException as error:
            try:
                savepoint.rollback()
            except exc.SQLAlchemyError:
                raise _undone(connection, error) from error
            raise
    except OSError as error:
        connection.invalidate()
        raise lost(error) from error
    except exc.SQLAlchemyError as error:
        raise ours(error) from error
    return found


def _enter(connection: Connection, *, writing: bool) -> None:
    """Begin a transaction unless there is one."""
    if not connection.in_transaction():
        connection.begin()
    if connection.dialect.name == "sqlite":
        # Its drivers begin with the first write, which is too late for a reader.
        if not is_open(connection):
            begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
            connection.exec_driver_sql(begin)
    elif commits_alone(connection):
        raise ValidationError(
            "the connection commits each statement by itself (AUTOCOMMIT), so there is "
            "no transaction to join: give one of another isolation level"
        )


def _undone(connection: Connection, error: BaseException) -> StoreUnavailableError:
    """Return the error for a transaction that the server gave up whole."""
    # MariaDB and MySQL do so in a deadlock. What the host wrote before is gone too, so
    # what it writes from now on must not be committed without that.
    root = connection.get_transaction()
    if root is not None:
        try:
            root.rollback()
        except exc.SQLAlchemyError:
            connection.invalidate()
    return StoreUnavailableError(
        f"the database gave up the host's whole transaction ({error}); nothing was "
        "saved: roll back, and do all of it again"
    )


def is_open(connection: Connection) -> bool:
    """Whether a transaction of SQLite is open, whatever SQLAlchemy thinks."""
    driver = connection.connection.driver_connection
    return bool(getattr(driver, "in_transaction", False))


def commits_alone(connection: Connection) -> bool:
    """Whether the driver commits each statement by itself."""
    driver = connection.connection.driver_connection
    if is_mysql(connection.dialect):
        told = getattr(driver, "get_autocommit", None)
        return bool(told()) if callable(told) else False
    # The adapters of asynchronous drivers know it themselves.
    adapter = connection.connection.dbapi_connection
    return bool(getattr(adapter, "autocommit", getattr(driver, "autocommit", False)))


# -- forks -----------------------------------------------------------------------

_ENGINES: Final[WeakSet[Engine]] = WeakSet()


def forget_when_forked(engine: Engine) -> None:
    """Keep a child process from using the connections of its parent."""
    _ENGINES.add(engine)


def _forget() -> None:
    for engine in list(_ENGINES):
        engine.dispose(close=False)  # they still are the parent's


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
