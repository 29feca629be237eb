"""Errors of database drivers behind SQLAlchemy as ours."""

import sqlite3
from typing import Final

from sqlalchemy import exc

from ..errors import (
    OutcomeUnknownError,
    QathreadError,
    StoreBusyError,
    StoreCorruptError,
    StoreUnavailableError,
    ValidationError,
)

#: Of PostgreSQL: not serializable, deadlock, lock not available.
_BUSY_STATES: Final = frozenset(("40001", "40P01", "55P03"))
#: Of MariaDB and MySQL: changed since the last read, lock wait timeout, deadlock.
_BUSY_NUMBERS: Final = frozenset((1020, 1205, 1213))
_BUSY_SQLITE: Final = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
)
_CORRUPT_SQLITE: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_NO_TABLE_STATES: Final = frozenset(("42P01", "3F000"))
_NO_TABLE_NUMBERS: Final = frozenset((1146,))
_CORRUPT_STATES: Final = frozenset(("XX001", "XX002"))


def may_retry(error: exc.DBAPIError) -> bool:
    """Whether the same transaction may succeed if it is tried again."""
    state, number = _state(error), _number(error)
    if isinstance(error.orig, sqlite3.Error):
        return number is not None and number & 0xFF in _BUSY_SQLITE
    # A key that somebody else took first is met as a conflict the next time.
    return (
        state in _BUSY_STATES
        or number in _BUSY_NUMBERS
        or isinstance(error, exc.IntegrityError)
    )


def ours(error: exc.SQLAlchemyError, waited: float, committing: bool) -> QathreadError:
    """
    Return the error of ours for one of a driver.

    Args:
        error: What SQLAlchemy raised.
        waited: For how many seconds the transaction was tried.
        committing: Whether the commit had been sent.
    """
    if isinstance(error, exc.TimeoutError):
        return StoreBusyError(
            f"no connection of the pool became free ({error}): try again, or make the "
            "pool of the engine larger"
        )
    if not isinstance(error, exc.DBAPIError):
        return StoreUnavailableError(
            f"the database cannot be used ({error}); nothing was saved: see to the "
            "engine, then try again"
        )
    said = _said(error)
    if committing and (error.connection_invalidated or not may_retry(error)):
        return OutcomeUnknownError(
            f"the connection was lost during commit ({said}): save again with the same "
            "op id, or load the thread and look"
        )
    if may_retry(error):
        if isinstance(error, exc.IntegrityError):
            return StoreCorruptError(
                f"the tables of the store do not agree ({said}): restore a backup"
            )
        return StoreBusyError(
            f"other transactions kept this one out for {waited:.1f} s ({said}): try "
            "again, or raise busy_timeout"
        )
    if isinstance(error, exc.DataError):
        return ValidationError(
            f"a value is too large for the database ({said}): store it elsewhere and "
            "link it"
        )
    if _lacks_tables(error):
        return StoreUnavailableError(
            f"the tables of the store are missing ({said}): call create_all(), or run "
            "the host's migrations"
        )
    if _is_corrupt(error):
        return StoreCorruptError(f"the database is damaged ({said}): restore a backup")
    return StoreUnavailableError(
        f"the database cannot be used ({said}); nothing was saved: see to the server, "
        "then try again"
    )


def _said(error: exc.DBAPIError) -> str:
    """Return the driver's words, without the values of the statement."""
    words = " ".join(str(error.orig).split())
    return words if len(words) <= 200 else f"{words[:197]}..."


def _state(error: exc.DBAPIError) -> str | None:
    """Return the SQLSTATE that a driver of PostgreSQL tells."""
    for name in ("sqlstate", "pgcode"):
        found = getattr(error.orig, name, None)
        if isinstance(found, str):
            return found
    return None


def _number(error: exc.DBAPIError) -> int | None:
    """Return the number that MariaDB, MySQL and SQLite tell."""
    found = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(found, int):
        return found
    arguments = getattr(error.orig, "args", ())
    first = arguments[0] if arguments else None
    return first if isinstance(first, int) else None


def _lacks_tables(error: exc.DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return "no such table" in str(error.orig)
    return _state(error) in _NO_TABLE_STATES or _number(error) in _NO_TABLE_NUMBERS


def _is_corrupt(error: exc.DBAPIError) -> bool:
    number = _number(error)
    if isinstance(error.orig, sqlite3.Error) and number is not None:
        return number & 0xFF in _CORRUPT_SQLITE
    return _state(error) in _CORRUPT_STATES
