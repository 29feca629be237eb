"""Transactions of a store on Django's connections: its own, and those of its host."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any, Final, TypeVar
from weakref import WeakSet

from django.db import Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ...errors import ValidationError
from ...stores._waiting import Attempts
from ._errors import broken, may_retry, of_commit, ours
from ._rows import DjangoRows, check_vendor

T = TypeVar("T")

#: The connections whose tables were looked at: Django keeps them between requests.
_CHECKED: Final[WeakSet[BaseDatabaseWrapper]] = WeakSet()


def checked_alias(using: object) -> str:
    """Return *using* if it is a database of the project that can keep threads."""
    if not isinstance(using, str) or using not in connections:
        known = ", ".join(map(repr, connections))
        raise ValidationError(f"using is {using!r}: give a database alias of {known}")
    check_vendor(connections[using].vendor, using)
    return using


def is_joined(using: str) -> bool:
    """
    Whether the next call is part of a transaction of the host.

    Raises:
        QathreadError: If the database cannot be reached.
    """
    connection = connections[using]
    try:
        return connection.in_atomic_block or not connection.get_autocommit()
    except Error as error:
        raise ours(error) from error


def run(
    using: str, work: Callable[[DjangoRows], T], *, writing: bool, wait: float
) -> T:
    """
    Do some work in the host's transaction, or, if there is none, in one of its own.

    Args:
        using: The database.
        work: What to do.
        writing: Whether *work* may write.
        wait: For how many seconds others are waited for, in a transaction of its own.

    Raises:
        QathreadError: Also where the database failed.
    """
    if is_joined(using):
        return _join(using, work, writing=writing)
    connection = connections[using]
    attempts = Attempts(wait)
    while True:
        try:
            return _transact(connection, work, writing=writing, wait=attempts.left())
        except Error as error:
            # Between requests Django does this itself: a lost connection must not
            # be met again by a program that has no requests.
            connection.close_if_unusable_or_obsolete()
            pause = attempts.pause() if may_retry(error) else None
            if pause is None:
                raise ours(error, attempts.waited()) from error
        time.sleep(pause)


def _join(using: str, work: Callable[[DjangoRows], T], *, writing: bool) -> T:
    """Do some work in the host's transaction, which may go on whatever comes of it."""
    connection = connections[using]
    if connection.needs_rollback:
        raise broken("an error was caught inside its atomic block")
    try:
        with transaction.atomic(using=using):
            rows = DjangoRows(connection)
            if writing and not rows.is_postgresql:
                # SQLite locks with the first write, and refuses one after a read that
                # others have written after: better now than half way.
                rows.changed("UPDATE qathread_feed SET position = position")
            return _checked(rows, work)
    except Error as error:
        raise ours(error) from error


def _transact(
    connection: BaseDatabaseWrapper,
    work: Callable[[DjangoRows], T],
    *,
    writing: bool,
    wait: float,
) -> T:
    """
    Do some work in a transaction of its own.

    Raises:
        Error: As Django has it; nothing was saved then.
        OutcomeUnknownError: If the server was lost during the commit.
    """
    connection.ensure_connection()
    done = False
    try:
        with (
            _beginning(connection, "IMMEDIATE" if writing else "DEFERRED"),
            transaction.atomic(using=connection.alias),
        ):
            rows = DjangoRows(connection)
            if rows.is_postgresql:
                level = "READ COMMITTED" if writing else "REPEATABLE READ, READ ONLY"
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SET TRANSACTION ISOLATION LEVEL {level};"
                        f" SET LOCAL lock_timeout = {max(1, ceil(wait * 1000))}"
                    )
            found = _checked(rows, work)
            done = True
    except Error as error:
        if done and writing and not may_retry(error):
            raise of_commit(error) from error
        raise
    return found


@contextmanager
def _beginning(connection: Any, mode: str) -> Iterator[None]:
    """
    Begin transactions on SQLite as is best for what they do, whatever the host chose.

    A writer that begins without the lock may have to be undone; a reader that begins
    with it keeps others out.
    """
    if connection.vendor != "sqlite":
        yield
        return
    before = connection.transaction_mode
    connection.transaction_mode = mode
    try:
        yield
    finally:
        connection.transaction_mode = before


def _checked(rows: DjangoRows, work: Callable[[DjangoRows], T]) -> T:
    """Do some work; see first, once for each connection, whose tables these are."""
    if rows.connection not in _CHECKED:
        rows.check_schema()
        _CHECKED.add(rows.connection)
    return work(rows)
