"""The promises of a store, inside a Django project."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import hypothesis
import pytest

pytest.importorskip("django")

from django.db import connections

from qathread.stores import ThreadStore
from qathread.testing.stores import ThreadStoreContract
from tests.django import _project
from tests.stores._servers import PostgreSQL


class InAProject(ThreadStoreContract):
    """A database for each store; those that are done with are emptied for the next."""

    free: ClassVar[list[str]]

    @pytest.fixture(autouse=True)
    def place(self, request: pytest.FixtureRequest) -> Iterator[None]:
        self.request = request
        self.taken: dict[int, str] = {}
        yield
        for alias in (*self.free, *self.taken.values()):
            connections[alias].close()

    @abstractmethod
    def make_database(self) -> str:
        """Make one with all tables; return its alias."""

    def make_store(self) -> ThreadStore:
        if not self.free:
            return self.on(self.make_database())
        alias = self.free.pop()
        _project.empty(alias)
        return self.on(alias)

    def reopen(self, store: ThreadStore) -> ThreadStore:
        alias = self.taken.pop(id(store))
        super().close(store)
        connections[alias].close()
        return self.on(alias)

    def close(self, store: ThreadStore) -> None:
        super().close(store)
        alias = self.taken.pop(id(store), None)
        if alias is not None:
            self.free.append(alias)

    def on(self, alias: str) -> ThreadStore:
        store = _project.ClosingStore(alias)
        self.taken[id(store)] = alias
        return store


class TestSQLite(InAProject):
    free: ClassVar[list[str]] = []

    def make_database(self) -> str:
        return _project.sqlite()


class TestPostgreSQL(InAProject):
    free: ClassVar[list[str]] = []

    def make_database(self) -> str:
        server: PostgreSQL = self.request.getfixturevalue("postgresql")
        return _project.postgresql(server)


class TestPostgreSQLThatBindsValues(InAProject):
    """Values that the server puts in need types that it can tell."""

    free: ClassVar[list[str]] = []
    settings: ClassVar[hypothesis.settings] = hypothesis.settings(
        ThreadStoreContract.settings, max_examples=5
    )

    def make_database(self) -> str:
        server: PostgreSQL = self.request.getfixturevalue("postgresql")
        return _project.postgresql(server, server_side_binding=True)
