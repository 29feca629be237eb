"""Errors of the SQLite driver as ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import (
    OutcomeUnknownError,
    StoreBusyError,
    StoreClosedError,
    StoreCorruptError,
    StoreError,
    StoreUnavailableError,
    ValidationError,
)

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether waiting may help."""
    return _primary(error) in _BUSY


def is_read_only(error: sqlite3.Error) -> bool:
    """Tell whether the file may not be written."""
    return _primary(error) == sqlite3.SQLITE_READONLY


def _primary(error: sqlite3.Error) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@contextmanager
def translated(
    path: str, busy_timeout: float, *, reading: bool = False
) -> Iterator[None]:
    """
    Raise errors of the driver as ours.

    Args:
        path: Of the file.
        busy_timeout: How long was waited for it.
        reading: Whether nothing is written, so that no value can be too large.
    """
    try:
        yield
    except UnicodeDecodeError as error:  # the driver quotes the file in its errors
        raise _damaged(error, path) from error
    except (sqlite3.DataError, OverflowError) as error:
        if reading:
            raise _damaged(error, path) from error
        raise ValidationError(
            f"a value is too large for SQLite ({error}): store it elsewhere and link it"
        ) from error
    except sqlite3.Error as error:
        raise _ours(error, path, busy_timeout) from error


def commit(connection: sqlite3.Connection, path: str) -> None:
    """Commit; a failure that leaves the outcome open says so."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if _primary(error) != sqlite3.SQLITE_IOERR:
            raise
        raise OutcomeUnknownError(
            f"writing {path} failed during commit ({error}): save again with the same "
            "op id, or load the thread and look"
        ) from error


def _ours(error: sqlite3.Error, path: str, busy_timeout: float) -> StoreError:
    if isinstance(error, sqlite3.ProgrammingError):
        return closed(path)
    match _primary(error):
        case code if code in _BUSY:
            return StoreBusyError(
                f"{path} stayed locked by another writer for {busy_timeout:g} s: try "
                "again, or raise busy_timeout"
            )
        case sqlite3.SQLITE_NOTADB:
            return StoreCorruptError(
                f"{path} is no SQLite database: give the path of a store, or of a new "
                "file"
            )
        case sqlite3.SQLITE_ERROR if "no such module" in str(error):
            return StoreUnavailableError(
                f"this SQLite cannot search ({error}), nothing was saved: use one with "
                "FTS5"
            )
        # All statements suit the tables of a store: an error is one of the tables.
        case None | sqlite3.SQLITE_ERROR:
            return _damaged(error, path)
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_CONSTRAINT:
            return _damaged(error, path)
        case sqlite3.SQLITE_FULL:
            return StoreUnavailableError(
                f"no space is left for {path}; nothing was saved: free some, then try "
                "again"
            )
        case sqlite3.SQLITE_READONLY:
            return StoreUnavailableError(
                f"{path} can only be read; nothing was saved: let this process write "
                "the file and its folder"
            )
        case _:
            return StoreUnavailableError(
                f"{path} cannot be used ({error}); nothing was saved: see to the file, "
                "then try again"
            )


def _damaged(error: Exception, path: str) -> StoreCorruptError:
    return StoreCorruptError(f"{path} is damaged ({error}): restore it from a backup")


def closed(path: str) -> StoreClosedError:
    """Return the error for a store used after it was closed."""
    return StoreClosedError(f"the store of {path} is closed: open a new SQLiteStore")
