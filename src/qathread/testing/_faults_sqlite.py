"""Faults in the statements of SQLite connections."""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ._faults_plans import (
    Delay,
    Fault,
    Kill,
    LostAnswer,
    MakesError,
    Plan,
    Refusal,
    chosen,
    kill,
)


def sqlite_error(code: int, text: str = "a planted fault") -> MakesError:
    """
    Return what makes an error of SQLite, for a fault in its statements.

    Args:
        code: One of the constants of :mod:`sqlite3`, such as ``SQLITE_FULL``.
        text: What it says.
    """

    def made() -> sqlite3.OperationalError:
        error = sqlite3.OperationalError(text)
        error.sqlite_errorcode = code
        return error

    return made


@contextmanager
def sqlite_statements(*plans: Plan) -> Iterator[None]:
    """
    Plant faults in the statements of SQLite connections, the embedded store's too.

    Connections that are opened in the block with :func:`sqlite3.connect` meet the
    faults, also later, as long as the plans have some. A call is a statement, named
    by its text; each row of ``executemany`` counts as one. ``COMMIT`` is one, so a
    lost answer of it is a save whose outcome the store does not know.

    Args:
        plans: Which statements fail; the first plan that has a fault decides.
            Refusals and lost answers are I/O errors of SQLite unless they name
            another error; see :func:`sqlite_error`.

    >>> from qathread.errors import StoreUnavailableError
    >>> from qathread.stores import SQLiteStore
    >>> from qathread.testing import faults
    >>> full = faults.Refusal(faults.sqlite_error(sqlite3.SQLITE_FULL))
    >>> plan = faults.at(2, full)
    >>> with faults.sqlite_statements(plan), plan.paused():
    ...     store = SQLiteStore("faulty.db")
    >>> try:
    ...     store.load("tea")
    ... except StoreUnavailableError as error:
    ...     "no space is left" in str(error)
    True
    >>> store.close()
    """
    connect = sqlite3.connect

    def connect_faulty(*args: Any, **options: Any) -> sqlite3.Connection:
        base = options.pop("factory", sqlite3.Connection)
        return connect(*args, factory=_connection(base, plans), **options)

    sqlite3.connect = connect_faulty  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect = connect


def _connection(
    base: type[sqlite3.Connection], plans: tuple[Plan, ...]
) -> type[sqlite3.Connection]:
    class Faulty(base):  # type: ignore[misc, valid-type]
        def cursor(self, factory: type[sqlite3.Cursor] = sqlite3.Cursor) -> Any:
            return super().cursor(_cursor(factory, plans))

        # The shortcuts do not ask for the cursor by its name.
        def execute(self, sql: str, /, *parameters: Any) -> Any:
            return self.cursor().execute(sql, *parameters)

        def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
            return self.cursor().executemany(sql, rows)

        def executescript(self, sql: str, /) -> Any:
            return self.cursor().executescript(sql)

        def commit(self) -> None:
            fault = _before(plans, "COMMIT")
            super().commit()
            _after(fault)

    return Faulty


def _cursor(
    base: type[sqlite3.Cursor], plans: tuple[Plan, ...]
) -> type[sqlite3.Cursor]:
    class Faulty(base):  # type: ignore[misc, valid-type]
        def execute(self, sql: str, /, *parameters: Any) -> Any:
            fault = _before(plans, sql)
            result = super().execute(sql, *parameters)
            if isinstance(fault, LostAnswer):
                self.close()  # a statement that failed is in nobody's way
            _after(fault)
            return result

        def executemany(self, sql: str, rows: Iterable[Any], /) -> Any:
            def counted() -> Iterator[Any]:
                for row in rows:
                    fault = _before(plans, sql)
                    yield row
                    _after(fault)  # when the next one is asked for, or the end

            return super().executemany(sql, counted())

        def executescript(self, sql: str, /) -> Any:
            fault = _before(plans, sql)
            result = super().executescript(sql)
            _after(fault)
            return result

    return Faulty


def _before(plans: tuple[Plan, ...], sql: str) -> Fault | None:
    fault = chosen(plans, " ".join(sql.split()))
    match fault:
        case Refusal():
            raise _made(fault)
        case Delay():
            time.sleep(fault.seconds)
        case Kill(when="before"):
            kill()
        case _:
            pass
    return fault


def _after(fault: Fault | None) -> None:
    match fault:
        case LostAnswer():
            raise _made(fault)
        case Kill():
            kill()
        case _:
            pass


def _made(fault: Refusal | LostAnswer) -> BaseException:
    make = fault.error or sqlite_error(sqlite3.SQLITE_IOERR)
    return make()
