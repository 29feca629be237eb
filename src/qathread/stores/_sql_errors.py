"""Errors of database drivers behind SQLAlchemy as ours."""

import sqlite3
from typing import Final

from sqlalchemy import exc

from ..errors import (
    OutcomeUnknownError,
    QathreadError,
    StoreBusyError,
    StoreClosedError,
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
#: A key that somebody else took first: it is met as a conflict the next time.
_TAKEN_STATE: Final = "23505"
_TAKEN_NUMBER: Final = 1062
#: Another process made a table, a type or an index at the same time.
_MADE_STATES: Final = frozenset(("42P07", "42710"))
_MADE_NUMBERS: Final = frozenset((1050, 1061))
_CORRUPT_SQLITE: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_CORRUPT_STATES: Final = frozenset(("XX001", "XX002"))
_NO_TABLE_STATES: Final = frozenset(("42P01", "3F000"))
_NO_TABLE_NUMBERS: Final = frozenset((1146,))


def may_retry(error: exc.SQLAlchemyError) -> bool:
    """Whether the same transaction may succeed if it is tried again."""
    if not isinstance(error, exc.DBAPIError) or error.connection_invalidated:
        return False
    state, number = _state(error), _number(error)
    if isinstance(error.orig, sqlite3.Error):
        return number is not None and number & 0xFF in _BUSY_SQLITE
    return (
        state in _BUSY_STATES
        or state in _MADE_STATES
        or state == _TAKEN_STATE
        or number in _BUSY_NUMBERS
        or number in _MADE_NUMBERS
        or number == _TAKEN_NUMBER
    )


def of_commit(error: exc.SQLAlchemyError) -> QathreadError:
    """Return the error of ours for a commit that failed for good."""
    if isinstance(error, exc.DBAPIError) and isinstance(error.orig, sqlite3.Error):
        # SQLite tells that a commit failed; only of the disk it cannot be sure.
        number = _number(error)
        if number is not None and number & 0xFF != sqlite3.SQLITE_IOERR:
            return ours(error)
    return unknown(_said(error))


def unknown(said: str) -> OutcomeUnknownError:
    """Return the error for a commit of which nobody knows what came of it."""
    return OutcomeUnknownError(
        f"the connection was lost during commit ({said}): save again with the same op "
        "id, or load the thread and look"
    )


def lost(error: BaseException) -> StoreUnavailableError:
    """Return the error for a server that does not answer, before any commit."""
    return StoreUnavailableError(
        f"the database cannot be reached ({_line(error)}); nothing was saved: see to "
        "the server, then try again"
    )


def ours(error: exc.SQLAlchemyError, waited: float | None = None) -> QathreadError:
    """
    Return the error of ours for one of a driver, before any commit.

    Args:
        error: What SQLAlchemy raised.
        waited: For how many seconds the transaction was tried; None: once.
    """
    said = _said(error)
    if isinstance(error, exc.TimeoutError):
        return StoreBusyError(
            f"no connection of the pool became free ({said}): try again, or make the "
            "pool of the engine larger"
        )
    if isinstance(error, exc.ResourceClosedError):
        return StoreClosedError(f"the connection is closed ({said}): give an open one")
    if not isinstance(error, exc.DBAPIError):
        return StoreUnavailableError(
            f"the database cannot be used ({said}); nothing was saved: see to the "
            "engine or connection, then try again"
        )
    if isinstance(error, exc.IntegrityError):
        return StoreCorruptError(
            f"the tables of the store do not agree ({said}): restore a backup"
        )
    if may_retry(error):
        if waited is None:
            return StoreBusyError(
                f"another transaction was in the way ({said}): roll back, and do all "
                "of it again"
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


def _said(error: exc.SQLAlchemyError) -> str:
    """Return the driver's words, without the values of the statement."""
    return _line(error.orig if isinstance(error, exc.DBAPIError) else error)


def _line(error: BaseException | None) -> str:
    # What follows the first line may repeat values, such as those of a key.
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 200 else f"{lines[0][:197]}..."


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
