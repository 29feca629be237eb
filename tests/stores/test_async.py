"""The contract of asynchronous stores, on stores that work in threads."""

import asyncio
import threading
from itertools import count
from pathlib import Path

import pytest

from qathread import Thread
from qathread.errors import StoreClosedError, VersionConflictError
from qathread.stores import (
    AsyncErasesUsers,
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncRemembersOperations,
    AsyncThreadStore,
    MemoryStore,
    SQLiteStore,
    ThreadQuery,
    in_threads,
)
from qathread.testing._samples import a_comment, a_thread
from qathread.testing.stores import AsyncThreadStoreContract


class TestMemoryStoreInThreads(AsyncThreadStoreContract):
    async def make_store(self) -> AsyncThreadStore:
        return in_threads(MemoryStore())


class OnDisk(AsyncThreadStoreContract):
    """A fresh file for each store; reopening opens the same file again."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.paths = (tmp_path / f"{number}.db" for number in count())
        self.files: dict[int, str] = {}

    def open(self, path: str | Path) -> AsyncThreadStore:
        raise NotImplementedError

    async def make_store(self) -> AsyncThreadStore:
        path = next(self.paths)
        store = self.open(path)
        self.files[id(store)] = str(path)
        return store

    async def reopen(self, store: AsyncThreadStore) -> AsyncThreadStore:
        path = self.files.pop(id(store))
        await self.close(store)
        again = self.open(path)
        self.files[id(again)] = path
        return again


class TestSQLiteStoreInThreads(OnDisk):
    def open(self, path: str | Path) -> AsyncThreadStore:
        return in_threads(SQLiteStore(path))


class TestSQLiteStoreWithRollbackJournalInThreads(OnDisk):
    def open(self, path: str | Path) -> AsyncThreadStore:
        return in_threads(SQLiteStore(path, journal="delete"))


# -- in_threads ------------------------------------------------------------------


class Bare:
    """A store that can only load, save and tell; it cannot be closed."""

    def __init__(self) -> None:
        store = MemoryStore()
        self.load, self.save, self.history = store.load, store.save, store.history


class Held(MemoryStore):
    """Keeps a save until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        self.begun.set()
        assert self.go.wait(10)
        return super().save(thread, op_id=op_id)


CAN = (
    AsyncRemembersOperations,
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncErasesUsers,
)


def test_a_store_in_threads_can_do_what_the_store_can() -> None:
    """Protocols tell what a store can do, so nothing may be pretended."""
    assert all(isinstance(in_threads(MemoryStore()), each) for each in CAN)
    assert not any(isinstance(in_threads(Bare()), each) for each in CAN)

    async def use() -> None:
        async with in_threads(MemoryStore()) as store:
            saved = await store.save(a_thread(), op_id="op")
            assert await store.operation("op") == saved
            assert [each.id for each in (await store.find(ThreadQuery())).items] == [
                "q"
            ]
            assert [each.position for each in await store.feed()] == [1]
            assert await store.erase("ada", "redact") == 1
        with pytest.raises(StoreClosedError):
            await store.load("q")
        async with in_threads(Bare()) as bare:
            await bare.save(a_thread())
        assert (await bare.load("q")).version == 1

    asyncio.run(use())


def test_a_cancelled_save_in_a_thread_is_settled() -> None:
    """When the cancellation arrives the save has ended: nothing comes after it."""

    async def use() -> None:
        slow = Held()
        store = in_threads(slow)
        save = asyncio.ensure_future(store.save(a_thread()))
        await asyncio.to_thread(slow.begun.wait, 10)
        for _ in range(3):
            save.cancel()
            await asyncio.sleep(0.002)
            assert not save.done()
        slow.go.set()
        with pytest.raises(asyncio.CancelledError):
            await save
        assert (await store.load("q")).version == 1

    asyncio.run(use())


def test_a_save_that_fails_and_is_cancelled_is_cancelled() -> None:
    """The error of a save that nobody waits for any longer troubles nobody."""

    async def use() -> None:
        slow = Held()
        MemoryStore.save(slow, a_thread("q", "first"))
        store = in_threads(slow)
        unseen = list[object]()
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: unseen.append(context)
        )
        save = asyncio.ensure_future(store.save(a_thread("q", "second")))
        await asyncio.to_thread(slow.begun.wait, 10)
        save.cancel()
        await asyncio.sleep(0)
        slow.go.set()
        with pytest.raises(asyncio.CancelledError):
            await save
        assert not unseen
        with pytest.raises(VersionConflictError):
            await store.save(a_thread("q", "second"))
        with pytest.raises(TimeoutError):
            slow.go.clear()
            async with asyncio.timeout(0.01):
                asyncio.get_running_loop().call_later(0.03, slow.go.set)
                await store.save(a_comment(await store.load("q"), "text"))
        assert (await store.load("q")).version == 2

    asyncio.run(use())
