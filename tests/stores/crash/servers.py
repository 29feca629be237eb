"""Databases of SQLAlchemyStore, on each server that is installed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from tests.stores._servers import MariaDB, PostgreSQL
from tests.stores.crash.opening import sqlalchemy

#: Fixtures of servers, and SQLite.
ENGINES: Final = ("postgresql", "mariadb", "sqlite")
#: The same for tests that take long: a change runs them on PostgreSQL alone.
MARKED: Final = (
    "postgresql",
    *(pytest.param(kind, marks=pytest.mark.slow) for kind in ENGINES[1:]),
)
#: What children of a nursery need for them, as far as it is installed.
DRIVERS: Final = tuple(
    name
    for name in ("qathread.stores.sqlalchemy", "psycopg", "pymysql")
    if find_spec(name.rpartition(".")[2]) is not None
)


@contextmanager
def url_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """Give the URL of a database with the tables of a store, for a while."""
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    if kind == "sqlite":
        url = f"sqlite+pysqlite:///{folder / 'any.db'}"
        make_tables(url)
        yield url
        return
    server: PostgreSQL | MariaDB = request.getfixturevalue(kind)
    with server.database() as name:
        url = url_on(server, name)
        make_tables(url)
        yield url


def url_on(server: PostgreSQL | MariaDB, name: str) -> str:
    """Return the URL of a database of a server."""
    if isinstance(server, PostgreSQL):
        return server.url("psycopg", name)
    return server.url("pymysql", name)


def make_tables(url: str) -> None:
    """Make the tables of a store."""
    store = sqlalchemy(url).open()
    store.create_all()
    store.close()


def quiet(server: PostgreSQL | MariaDB, name: str) -> None:
    """End what is left of clients that were killed, and wait until it has ended."""
    end = time.monotonic() + 30
    while server.terminate_backends(name):
        assert time.monotonic() < end, "connections do not end"
        time.sleep(0.05)


def name_in(url: str) -> str:
    """Return the name of the database of a URL."""
    make_url = import_module("sqlalchemy").make_url
    return str(make_url(url).database)
