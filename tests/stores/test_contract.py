"""Every store of ours keeps the promises of stores."""

import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import count, cycle
from pathlib import Path

import pytest

from qathread import Thread
from qathread.errors import MissingExtraError, ValidationError
from qathread.events import Event
from qathread.pages import Page
from qathread.stores import (
    EraseMode,
    FeedEntry,
    MemoryStore,
    SQLiteStore,
    ThreadQuery,
    ThreadStore,
    ThreadSummary,
    update,
)
from qathread.testing._samples import a_comment, a_thread
from qathread.testing.stores import ThreadStoreContract


class TestMemoryStore(ThreadStoreContract):
    def make_store(self) -> ThreadStore:
        return MemoryStore()


class OnDisk(ThreadStoreContract):
    """A fresh file for each store; reopening opens the same file again."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.paths = (tmp_path / f"{number}.db" for number in count())

    def open(self, path: str | Path) -> SQLiteStore:
        raise NotImplementedError

    def make_store(self) -> ThreadStore:
        return self.open(next(self.paths))

    def reopen(self, store: ThreadStore) -> ThreadStore:
        assert isinstance(store, SQLiteStore)
        store.close()
        return self.open(store.path)


class TestSQLiteStoreWithWAL(OnDisk):
    def open(self, path: str | Path) -> SQLiteStore:
        return SQLiteStore(path)


class TestSQLiteStoreWithRollbackJournal(OnDisk):
    def open(self, path: str | Path) -> SQLiteStore:
        return SQLiteStore(path, journal="delete")


class TestSQLiteStoreWithoutSyncs(OnDisk):
    def open(self, path: str | Path) -> SQLiteStore:
        return SQLiteStore(path, durability="may-lose-saves-on-power-loss")


class TakingTurns:
    """Two stores of one file; each call goes to the other one."""

    def __init__(self, one: SQLiteStore, two: SQLiteStore) -> None:
        self.turns = cycle((one, two))

    def load(self, thread_id: str, version: int | None = None) -> Thread:
        return next(self.turns).load(thread_id, version)

    def history(self, thread_id: str, after: int = 0) -> Sequence[Event]:
        return next(self.turns).history(thread_id, after)

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        return next(self.turns).save(thread, op_id=op_id)

    def operation(self, op_id: str) -> Thread | None:
        return next(self.turns).operation(op_id)

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        return next(self.turns).find(query, cursor, limit)

    def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        return next(self.turns).feed(after, limit)

    def erase(
        self, user_id: str, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        return next(self.turns).erase(user_id, mode, key=key)

    def close(self) -> None:
        next(self.turns).close()
        next(self.turns).close()


class TestTwoSQLiteStoresOfOneFile(OnDisk):
    """What one store has at hand does not hide what the other one saved."""

    def make_store(self) -> ThreadStore:
        path = next(self.paths)
        return TakingTurns(SQLiteStore(path), SQLiteStore(path))

    def reopen(self, store: ThreadStore) -> ThreadStore:
        assert isinstance(store, TakingTurns)
        path = next(store.turns).path
        store.close()
        return TakingTurns(SQLiteStore(path), SQLiteStore(path))


@pytest.mark.parametrize("missing", ["hypothesis", "pytest"])
def test_a_missing_extra_is_named(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lacks a package is told which extra brings it."""
    monkeypatch.delitem(sys.modules, "qathread.testing.stores")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=rf"{missing}.*qathread\[testing\]"):
        import_module("qathread.testing.stores")


class Forgetful:
    """A store that cannot be asked for op ids."""

    def __init__(self) -> None:
        store = MemoryStore()
        self.load, self.save, self.history = store.load, store.save, store.history


def test_an_update_with_an_op_id_needs_a_memory() -> None:
    """Better refused than done twice."""
    store = Forgetful()
    store.save(a_thread())
    with pytest.raises(ValidationError, match="operation"):
        update(store, "q", lambda thread: a_comment(thread, "text"), op_id="op")
    assert update(store, "q", lambda thread: thread).version == 1
