"""The promises of stores, by SQLAlchemy, on each database that it is for."""

from typing import ClassVar

import pytest

pytest.importorskip("sqlalchemy")


from qathread.stores import ThreadStore
from qathread.stores.sqlalchemy import SQLAlchemyStore, Tables
from qathread.testing.stores import ThreadStoreContract
from tests.stores._sqlalchemy import Places, places


class OnAnEngine(ThreadStoreContract):
    """A fresh set of tables for each store."""

    driver: ClassVar[str]

    @pytest.fixture(autouse=True)
    def place(self, request: pytest.FixtureRequest) -> None:
        self.places: Places = places(request, self.driver)
        self.taken: dict[int, Tables] = {}

    def make_store(self) -> ThreadStore:
        return self._on(self.places.take())

    def reopen(self, store: ThreadStore) -> ThreadStore:
        tables = self.taken.pop(id(store))
        super().close(store)
        return self._on(tables)

    def close(self, store: ThreadStore) -> None:
        super().close(store)
        tables = self.taken.pop(id(store), None)
        if tables is not None:
            self.places.give_back(tables)

    def _on(self, tables: Tables) -> ThreadStore:
        store = SQLAlchemyStore(self.places.engine, tables=tables)
        self.taken[id(store)] = tables
        return store


class TestPostgreSQL(OnAnEngine):
    driver = "psycopg"


class TestMariaDB(OnAnEngine):
    driver = "pymysql"


class TestSQLite(OnAnEngine):
    driver = "pysqlite"
