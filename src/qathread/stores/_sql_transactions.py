"""Transactions of a store on a server: how each begins, and what one try gives."""

import os
import random
from collections.abc import Callable
from time import monotonic
from typing import Final, TypeVar

from attrs import define
from sqlalchemy import Connection, exc

from ..errors import ValidationError
from ._sql_errors import may_retry, ours
from ._sql_rows import SQLRows
from ._sql_tables import Tables

T = TypeVar("T")

_FIRST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.1


@define
class Attempts:
    """
    How often a transaction is tried.

    Attributes:
        wait: Seconds after which there is no further try.
    """

    wait: float
    _start: float = 0.0
    _pause: float = _FIRST_PAUSE

    def __attrs_post_init__(self) -> None:
        self._start = monotonic()

    def waited(self) -> float:
        """Return the seconds since the first try began."""
        return monotonic() - self._start

    def pause(self, error: exc.SQLAlchemyError) -> float:
        """Return how long to wait before the next try, or raise what *error* means."""
        committing = getattr(error, "_qathread_committing", False)
        left = self.wait - self.waited()
        if isinstance(error, exc.DBAPIError) and may_retry(error) and left > 0:
            pause = min(left, random.uniform(self._pause / 2, self._pause))
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            return pause
        raise ours(error, self.waited(), committing) from error


def checked_wait(seconds: float) -> float:
    """Return *seconds* if a store may wait so long."""
    if type(seconds) not in (int, float) or not 0 <= seconds <= 86_400:
        raise ValidationError(
            f"busy_timeout is {seconds!r}: give seconds from 0 to 86400"
        )
    return float(seconds)


def options(dialect_name: str, *, writing: bool) -> dict[str, str]:
    """Return the options of a connection for one transaction."""
    if dialect_name == "sqlite":
        return {}
    # A reader sees one committed state; a writer what was committed before it got its
    # locks.
    return {"isolation_level": "READ COMMITTED" if writing else "REPEATABLE READ"}


def transact(
    connection: Connection, tables: Tables, work: Callable[[SQLRows], T], writing: bool
) -> T:
    """
    Do some work in a transaction of its own.

    Raises:
        SQLAlchemyError: As the driver has it; one that came of the commit is marked.
    """
    begin = connection.begin()
    try:
        start(connection, writing=writing)
        found = work(SQLRows(connection, tables))
    except BaseException:
        _roll_back(connection, begin.rollback)
        raise
    try:
        begin.commit()
    except exc.SQLAlchemyError as error:
        error._qathread_committing = writing  # type: ignore[attr-defined]
        _roll_back(connection, begin.rollback)
        raise
    return found


def join(
    connection: Connection, tables: Tables, work: Callable[[SQLRows], T], writing: bool
) -> T:
    """
    Do some work in a transaction of the host, which may go on whatever comes of it.

    Raises:
        QathreadError: Also where the driver failed.
    """
    try:
        start(connection, writing=writing)
        with connection.begin_nested():
            return work(SQLRows(connection, tables))
    except exc.SQLAlchemyError as error:
        raise ours(error, 0.0, committing=False) from error


def start(connection: Connection, *, writing: bool) -> None:
    """Begin for SQLite, whose drivers begin too late, and with a lock for readers."""
    if connection.dialect.name != "sqlite":
        return
    if not connection.in_transaction():
        connection.begin()
    driver = connection.connection.driver_connection
    if not getattr(driver, "in_transaction", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _roll_back(connection: Connection, roll_back: Callable[[], None]) -> None:
    """Roll back, or give a connection up that cannot."""
    try:
        roll_back()
    except exc.SQLAlchemyError:
        connection.invalidate()


@define
class Forked:
    """Tells once in a process that it is not the one that made the engine."""

    _pid: int = 0

    def __attrs_post_init__(self) -> None:
        self._pid = os.getpid()

    def __call__(self) -> bool:
        """Whether the process was forked since the last call."""
        if self._pid == os.getpid():
            return False
        self._pid = os.getpid()
        return True
