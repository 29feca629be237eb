"""Errors of Django's databases as ours."""

import sqlite3
from typing import Final

from django.db import DataError, Error, IntegrityError
from django.db.transaction import TransactionManagementError

from ...errors import (
    OutcomeUnknownError,
    QathreadError,
    StoreBusyError,
    StoreCorruptError,
    StoreUnavailableError,
    ValidationError,
)

#: Of PostgreSQL: not serializable, deadlock, lock not available, and a key that
#: somebody else took first, which is met as a conflict the next time.
_BUSY_STATES: Final = frozenset(("40001", "40P01", "55P03", "23505"))
_BUSY_SQLITE: Final = frozenset(
    (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
)
_CORRUPT_STATES: Final = frozenset(("XX001", "XX002"))
_CORRUPT_SQLITE: Final = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_NO_TABLE_STATES: Final = frozenset(("42P01", "42703", "3F000"))


def may_retry(error: Error) -> bool:
    """Whether the same transaction may succeed if it is tried again."""
    number = _number(error)
    if number is not None:
        return number in _BUSY_SQLITE
    return _state(error) in _BUSY_STATES


def of_commit(error: Error) -> QathreadError:
    """Return the error of ours for a commit that failed for good."""
    number = _number(error)
    if number is not None and number != sqlite3.SQLITE_IOERR:
        # SQLite tells that a commit failed; only of the disk it cannot be sure.
        return ours(error)
    return OutcomeUnknownError(
        f"the connection was lost during commit ({_said(error)}): save again with the "
        "same op id, or load the thread and look"
    )


def ours(error: Error, waited: float | None = None) -> QathreadError:
    """
    Return the error of ours for one of Django's, before any commit.

    Args:
        error: What Django raised.
        waited: For how many seconds the transaction was tried; None: once.
    """
    said = _said(error)
    if isinstance(error, TransactionManagementError):
        return broken(said)
    if may_retry(error):
        if waited is None:
            return StoreBusyError(
                f"another transaction was in the way ({said}): leave the atomic block, "
                "and do all of it again"
            )
        return StoreBusyError(
            f"other transactions kept this one out for {waited:.1f} s ({said}): try "
            "again, or raise busy_timeout"
        )
    if isinstance(error, IntegrityError):
        return StoreCorruptError(
            f"the tables of the store do not agree ({said}): restore a backup"
        )
    if isinstance(error, DataError):
        return ValidationError(
            f"a value is too large for the database ({said}): store it elsewhere and "
            "link it"
        )
    if _lacks_tables(error):
        return StoreUnavailableError(
            f"the tables of the store are missing ({said}): run "
            "'python manage.py migrate qathread'"
        )
    if _number(error) in _CORRUPT_SQLITE or _state(error) in _CORRUPT_STATES:
        return StoreCorruptError(f"the database is damaged ({said}): restore a backup")
    return StoreUnavailableError(
        f"the database cannot be used ({said}); nothing was saved: see to the server, "
        "then try again"
    )


def broken(said: str) -> StoreUnavailableError:
    """Return the error for a transaction of the host that an error ended before."""
    return StoreUnavailableError(
        f"the host's transaction is broken by an earlier error ({said}); nothing was "
        "saved: let that error leave its atomic block, then do all of it again"
    )


def _said(error: Error) -> str:
    """Return the driver's words, without the values of the statement."""
    # What follows the first line may repeat values, such as those of a key.
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 200 else f"{lines[0][:197]}..."


def _state(error: Error) -> str | None:
    """Return the SQLSTATE that a driver of PostgreSQL tells."""
    for name in ("sqlstate", "pgcode"):
        found = getattr(error.__cause__, name, None)
        if isinstance(found, str):
            return found
    return None


def _number(error: Error) -> int | None:
    """Return the number that SQLite tells, without its details."""
    found = getattr(error.__cause__, "sqlite_errorcode", None)
    return found & 0xFF if isinstance(found, int) else None


def _lacks_tables(error: Error) -> bool:
    if isinstance(error.__cause__, sqlite3.Error):
        return str(error).startswith(("no such table", "no such column"))
    return _state(error) in _NO_TABLE_STATES
