"""SQLAlchemyStore in many processes at once, on the databases that have a server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import pytest

pytest.importorskip("sqlalchemy")

from sqlalchemy import select

from qathread.stores.sqlalchemy import Tables
from qathread.testing.stores import ConcurrentStoreContract
from tests.stores._sqlalchemy import Places, places


class OnAServer(ConcurrentStoreContract):
    """A fresh set of tables for each store; every process has an engine."""

    factory = "tests.stores._factories:sqlalchemy"
    driver: ClassVar[str]

    @pytest.fixture(autouse=True)
    def place(self, request: pytest.FixtureRequest) -> Iterator[None]:
        self.places: Places = places(request, self.driver)
        self.taken: dict[str, Tables] = {}
        yield
        for tables in self.taken.values():
            self.places.give_back(tables)

    def arguments(self, patience: float = 60.0) -> Sequence[str | float]:
        tables = self.places.take()
        prefix = tables.threads.name.removesuffix("threads")
        self.taken[prefix] = tables
        return [self.places.url(self.driver), prefix, patience]

    @contextmanager
    def hold_write_lock(self, arguments: Sequence[object]) -> Iterator[None]:
        table = self.taken[str(arguments[1])].threads
        with self.places.engine.begin() as connection:
            found = connection.execute(select(table.c.id).with_for_update()).all()
            assert found, "there is no row to lock"
            yield


class TestPostgreSQL(OnAServer):
    driver = "psycopg"


class TestMariaDB(OnAServer):
    driver = "pymysql"
