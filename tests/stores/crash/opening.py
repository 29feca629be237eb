"""Stores by name, so that a process can be told which one to open."""

from collections.abc import Mapping
from contextlib import ExitStack
from importlib import import_module
from typing import Any, TypeAlias

from attrs import frozen

from qathread.stores import SQLiteStore
from qathread.testing import faults

#: Anything with the methods of all of a store's protocols, and ``close``.
AnyStore: TypeAlias = Any


@frozen
class Opening:
    """
    How to open a store in any process.

    Attributes:
        function: What opens it, as ``module:name``.
        arguments: What that takes, by name, as JSON can carry it.
    """

    function: str
    arguments: Mapping[str, object]

    def open(self) -> AnyStore:
        """Open the store."""
        return opened(self.function, self.arguments)

    def named(self, function: str) -> "Opening":
        """Return the same with another function, such as a planted store."""
        return Opening(function, self.arguments)


def sqlite(path: object, journal: str = "wal", **options: object) -> Opening:
    """Return how to open a SQLite file."""
    arguments = {"path": str(path), "journal": journal, "busy_timeout": 60, **options}
    return Opening("qathread.stores:SQLiteStore", arguments)


def sqlalchemy(url: str, **options: object) -> Opening:
    """Return how to open a database through SQLAlchemy."""
    return Opening(f"{__name__}:open_sqlalchemy", {"url": url, **options})


def opened(
    function: str, arguments: Mapping[str, object], *plans: faults.Plan
) -> AnyStore:
    """
    Open a store by the parts of an :class:`Opening`.

    Args:
        function: What opens it.
        arguments: What that takes.
        plans: Faults in its statements; a SQLite file itself takes them from the
            block of ``sqlite_statements`` in which this is called.
    """
    module, name = function.split(":")
    open_store = getattr(import_module(module), name)
    if open_store is open_sqlalchemy:
        return open_sqlalchemy(*plans, **arguments)
    return open_store(**arguments)


def open_sqlalchemy(*plans: faults.Plan, url: str, **options: Any) -> AnyStore:
    """Open a database, with an engine that goes when the store is closed."""
    from sqlalchemy import create_engine

    stores = import_module("qathread.stores.sqlalchemy")
    engine = create_engine(url)
    planted = ExitStack()
    planted.enter_context(faults.sqlalchemy_statements(engine, *plans))
    store = stores.SQLAlchemyStore(engine, **options)
    close = store.close

    def close_both() -> None:
        close()
        planted.close()
        engine.dispose()

    store.close = close_both
    return store


def file_of(store: AnyStore) -> SQLiteStore | None:
    """Return the store if it keeps one SQLite file, to be checked as such."""
    return store if isinstance(store, SQLiteStore) else None
