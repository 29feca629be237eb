"""The promises of stores, by SQLAlchemy, on each database that it is for."""

from typing import ClassVar

import pytest

pytest.importorskip("sqlalchemy")


from qathread.stores import ThreadOrder, ThreadQuery, ThreadStore
from qathread.stores.sqlalchemy import SQLAlchemyStore, Tables
from qathread.testing._listing_oracle import walked
from qathread.testing._samples import a_thread, an_import
from qathread.testing._site import ALL
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


@pytest.mark.parametrize("driver", ["psycopg", "pymysql", "pysqlite"])
def test_a_search_of_a_new_table_misses_nothing(
    driver: str, request: pytest.FixtureRequest
) -> None:
    """
    Few threads, in tables that are no older than they: servers take another way.

    MariaDB 10.11 then loses threads when a search is the inner loop of a semi-join.
    """
    on = places(request, driver)
    store = SQLAlchemyStore(on.engine, tables=on.make())
    store.save(an_import("q", 1, "first"))
    store.save(a_thread("Q", "why"))
    store.save(a_thread("q.1", "why"))
    for lacking in (ALL, ThreadQuery().lacking):
        for order in ThreadOrder:
            query = ThreadQuery(text="why", lacking=lacking, order=order)
            found = [each.id for each in walked(store, query, 1)]
            assert sorted(found) == ["Q", "q.1"], query
