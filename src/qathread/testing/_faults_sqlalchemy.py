"""Faults in the statements of a SQLAlchemy engine."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

try:
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.util import await_only
except ModuleNotFoundError as error:
    if error.name != "sqlalchemy":  # installed but broken: show that instead
        raise
    from ..errors import MissingExtraError

    message = "these faults need SQLAlchemy: pip install 'qathread[sqlalchemy]'"
    raise MissingExtraError(message) from error

from ._faults_plans import Delay, Kill, LostAnswer, Plan, Refusal, chosen, kill
from ._faults_sqlite import sqlite_error

#: What a dialect does, and where the text is among its arguments; a commit has none.
_ROUNDS: Final = {
    "do_execute": 1,
    "do_executemany": 1,
    "do_execute_no_params": 1,
    "do_commit": None,
}


@contextmanager
def statements(engine: Engine | AsyncEngine, plans: tuple[Plan, ...]) -> Iterator[None]:
    """Plant faults for a while; see ``faults.sqlalchemy_statements``."""
    # Below the engine's events: what is raised here is taken for the driver's own,
    # wrapped, and asked whether the connection is lost.
    core = engine.sync_engine if isinstance(engine, AsyncEngine) else engine
    dialect = core.dialect
    planted, before = Planted(dialect, plans), dict(vars(dialect))
    for name, place in _ROUNDS.items():
        setattr(dialect, name, planted.round(getattr(dialect, name), place))
    try:
        yield
    finally:
        for name in _ROUNDS:
            if name in before:  # by a block around this one
                setattr(dialect, name, before[name])
            else:
                delattr(dialect, name)


class Planted:
    """The faults of one engine."""

    def __init__(self, dialect: Any, plans: tuple[Plan, ...]) -> None:
        self._dialect = dialect
        self._plans = plans

    def round(
        self, work: Callable[..., None], place: int | None
    ) -> Callable[..., None]:
        """Return a round to the database with faults; *place* None: a commit."""

        def call(*args: Any, **options: Any) -> None:
            name = "COMMIT" if place is None else " ".join(str(args[place]).split())
            fault = chosen(self._plans, name)
            match fault:
                case Refusal():
                    raise (fault.error or self._error)()
                case Delay():
                    self._wait(fault.seconds)
                case Kill(when="before"):
                    kill()
                case _:
                    pass
            # A commit is given the connection, a statement its context.
            pooled = args[0] if place is None else args[-1].root_connection.connection
            try:
                work(*args, **options)
            except Exception as error:
                self._after(fault, pooled, error)
                raise
            self._after(fault, pooled)

        return call

    def _after(
        self, fault: object, pooled: Any, error: Exception | None = None
    ) -> None:
        match fault:
            case LostAnswer():
                if self._dialect.name != "sqlite":  # which has no server to lose
                    with suppress(self._dialect.dbapi.Error):
                        pooled.dbapi_connection.close()
                raise (fault.error or self._gone)() from error
            case Kill():
                kill()
            case _:
                pass

    def _wait(self, seconds: float) -> None:
        if self._dialect.is_async:
            await_only(asyncio.sleep(seconds))
        else:
            time.sleep(seconds)

    def _error(self) -> BaseException:
        return self._made(0, "a planted fault")

    def _gone(self) -> BaseException:
        return self._made(2013, "a planted fault: the server closed the connection")

    def _made(self, number: int, text: str) -> BaseException:
        if self._dialect.name == "sqlite":
            return sqlite_error(sqlite3.SQLITE_IOERR)()
        # The drivers of MySQL tell by a number that a server is gone.
        args = (number, text) if self._dialect.name in ("mysql", "mariadb") else (text,)
        error: BaseException = self._dialect.dbapi.OperationalError(*args)
        return error
