"""All stores at once beside one dict: whatever happens, they answer alike (S11)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, cast

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from qathread import Thread
from qathread.errors import QathreadError
from qathread.events import Event
from qathread.pages import Page
from qathread.stores import (
    EraseMode,
    ErasesUsers,
    FeedEntry,
    ListsThreads,
    MemoryStore,
    ReadsFeed,
    RemembersOperations,
    SQLiteStore,
    ThreadQuery,
    ThreadStore,
    ThreadSummary,
)
from qathread.testing._machine import BesideADict
from qathread.testing._store_tests import StoreTests

T = TypeVar("T")

LONG = hypothesis.settings(
    StoreTests.settings,
    max_examples=2_000,
    stateful_step_count=50,
    derandomize=False,
    print_blob=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class InMemory(StoreTests):
    def make_store(self) -> ThreadStore:
        return MemoryStore()


class InFiles(StoreTests):
    """A file for each store; it goes when the store is closed."""

    def __init__(self, folder: Path, **options: Any) -> None:
        folder.mkdir()
        self.paths = (folder / f"{number}.db" for number in count())
        self.options = options

    def make_store(self) -> ThreadStore:
        return SQLiteStore(next(self.paths), **self.options)

    def reopen(self, store: ThreadStore) -> ThreadStore:
        assert isinstance(store, SQLiteStore)
        store.close()
        return SQLiteStore(store.path, **self.options)

    def close(self, store: ThreadStore) -> None:
        assert isinstance(store, SQLiteStore)
        store.close()
        for name in ("", "-wal", "-shm"):
            Path(store.path + name).unlink(missing_ok=True)


class InTables(StoreTests):
    """Tables of their own for each store, in one database."""

    def __init__(self, request: pytest.FixtureRequest, driver: str) -> None:
        pytest.importorskip("sqlalchemy")
        from tests.stores._sqlalchemy import places

        self.places = places(request, driver)
        self.taken: dict[int, Any] = {}

    def make_store(self) -> ThreadStore:
        return self.on(self.places.take())

    def on(self, tables: Any) -> ThreadStore:
        from qathread.stores.sqlalchemy import SQLAlchemyStore

        store = SQLAlchemyStore(self.places.engine, tables=tables)
        self.taken[id(store)] = tables
        return store

    def reopen(self, store: ThreadStore) -> ThreadStore:
        tables = self.taken.pop(id(store))
        super().close(store)
        return self.on(tables)

    def close(self, store: ThreadStore) -> None:
        super().close(store)
        self.places.give_back(self.taken.pop(id(store)))


class Whole(
    ThreadStore,
    RemembersOperations,
    ListsThreads,
    ReadsFeed,
    ErasesUsers,
    Protocol,
):
    """A store that can do everything."""


class SideBySide:
    """Asks several stores the same thing, and answers if they agree."""

    def __init__(self, stores: Sequence[Whole]) -> None:
        self.stores = stores

    def _all(self, ask: Callable[[Whole], T]) -> T:
        answers = [_Answer(ask, store) for store in self.stores]
        first = answers[0]
        for store, answer in zip(self.stores, answers, strict=True):
            assert answer.told == first.told, f"{store} differs from {self.stores[0]}"
        if first.error is not None:
            raise first.error
        [found] = first.found
        return found

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        return self._all(lambda store: store.load(thread_id, version))

    def history(self, thread_id: str, after: int = 0) -> Sequence[Event]:
        return self._all(lambda store: tuple(store.history(thread_id, after)))

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        return self._all(lambda store: store.save(thread, op_id=op_id))

    def operation(self, op_id: str) -> Thread | None:
        return self._all(lambda store: store.operation(op_id))

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        return self._all(lambda store: store.find(query, cursor, limit))

    def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        return self._all(lambda store: tuple(store.feed(after, limit)))

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        return self._all(lambda store: store.erase(user_id, mode, key=key))


class _Answer(Generic[T]):
    """What a store answered, or the error that it raised."""

    def __init__(self, ask: Callable[[Whole], T], store: Whole) -> None:
        self.found: tuple[T, ...] = ()
        self.error: QathreadError | None = None
        try:
            self.found = (ask(store),)
        except QathreadError as error:
            self.error = error

    @property
    def told(self) -> tuple[object, ...]:
        """All by which it can differ from another."""
        if self.error is not None:
            return type(self.error), *self.error.args
        # The equality of threads passes over what is saved and what is not.
        return self.found, *(
            (each.pending, each.base_version)
            for each in self.found
            if isinstance(each, Thread)
        )


class Together(StoreTests):
    """Makes a store of each kind."""

    def __init__(self, kinds: Sequence[StoreTests]) -> None:
        self.kinds = kinds

    def make_store(self) -> ThreadStore:
        return SideBySide([cast(Whole, kind.make_store()) for kind in self.kinds])

    def reopen(self, store: ThreadStore) -> ThreadStore:
        again = [kind.reopen(each) for kind, each in self.pairs(store)]
        return SideBySide([cast(Whole, each) for each in again])

    def close(self, store: ThreadStore) -> None:
        for kind, each in self.pairs(store):
            kind.close(each)

    def pairs(self, store: ThreadStore) -> Iterator[tuple[StoreTests, ThreadStore]]:
        assert isinstance(store, SideBySide)
        return zip(self.kinds, store.stores, strict=True)


def run(kinds: Sequence[StoreTests], settings: hypothesis.settings) -> None:
    together = Together(kinds)

    class Machine(BesideADict):
        contract = together

    run_state_machine_as_test(Machine, settings=settings)


def embedded(folder: Path) -> list[StoreTests]:
    quick = {"durability": "may-lose-saves-on-power-loss"}
    return [
        InMemory(),
        InFiles(folder / "wal", **quick),
        InFiles(folder / "delete", journal="delete"),
    ]


def test_embedded_stores_agree_with_a_dict(tmp_path: Path) -> None:
    """In memory, and in SQLite with either journal."""
    run(embedded(tmp_path), StoreTests.settings)


@pytest.mark.parametrize("driver", ["pysqlite", "psycopg", "pymysql"])
def test_databases_agree_with_a_dict(
    driver: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each of them with the stores that need no server."""
    kinds = [*embedded(tmp_path), InTables(request, driver)]
    run(kinds, StoreTests.settings)


@pytest.mark.slow
def test_embedded_stores_agree_with_a_dict_for_long(tmp_path: Path) -> None:
    """The same for long; a failure prints how to make it happen again."""
    run(embedded(tmp_path), LONG)


@pytest.mark.slow
@pytest.mark.parametrize("driver", ["pysqlite", "psycopg", "pymysql"])
def test_databases_agree_with_a_dict_for_long(
    driver: str, request: pytest.FixtureRequest
) -> None:
    """Each beside a store in memory alone: the slowest sets the pace."""
    run([InMemory(), InTables(request, driver)], LONG)


class Late(MemoryStore):
    """Lists lag behind by one save."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Page[ThreadSummary] = Page(items=())

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        self.before = super().find(ThreadQuery())
        return super().save(thread, op_id=op_id)

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        return self.before


class InMemoryLate(StoreTests):
    def make_store(self) -> ThreadStore:
        return Late()


def test_a_store_that_differs_is_found() -> None:
    """What is compared to itself alone would always agree."""
    with pytest.raises(AssertionError):
        run([InMemory(), InMemoryLate()], StoreTests.settings)
