"""The asynchronous tests find what they are there to find."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from qathread import Thread
from qathread.events import Event, replay
from qathread.stores import AsyncThreadStore, MemoryStore, in_threads
from qathread.stores._appending import Batch
from qathread.testing.stores import AsyncThreadStoreContract


class OnTheLoop:
    """Does everything at once, and lets all others wait."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = MemoryStore() if store is None else store

    async def load(self, thread_id: str, version: int | None = None) -> Thread:
        return self.store.load(thread_id, version)

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        return self.store.save(thread, op_id=op_id)

    async def history(self, thread_id: str, after: int = 0) -> Sequence[Event]:
        return self.store.history(thread_id, after)

    async def operation(self, op_id: str) -> Thread | None:
        return self.store.operation(op_id)

    async def close(self) -> None:
        self.store.close()


class SavesPieceByPiece(OnTheLoop):
    """Awaits something between two events of one save."""

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        if len(thread.pending) < 2 or thread.base_version is None:
            return await super().save(thread, op_id=op_id)
        saved = self.store.load(thread.id)
        for event in thread.pending:
            saved = self.store.save(replay([event], saved))
            await asyncio.sleep(0)
        return saved


class LosesItsLock(OnTheLoop):
    """A cancelled save leaves the lock taken."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = asyncio.Lock()

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        async with asyncio.timeout(2):
            await self.lock.acquire()
        for _ in range(5):
            await asyncio.sleep(0)
        saved = await super().save(thread, op_id=op_id)
        self.lock.release()
        return saved


class LastTaskWins(MemoryStore):
    """Compares versions before it waits, and writes after."""

    def _append(self, batch: Batch) -> Thread:
        log = self._logs.get(batch.thread_id)
        if log is None or batch.base is None:
            return super()._append(batch)
        latest = self._at(log, batch.thread_id, batch.base)
        del log.bodies[batch.base + 1 - log.first :]
        log.latest = latest
        return super()._append(batch)


def fails(store: Callable[[], AsyncThreadStore], name: str) -> bool:
    class Contract(AsyncThreadStoreContract):
        async def make_store(self) -> AsyncThreadStore:
            return store()

    try:
        getattr(Contract(), f"test_{name}")()
    except (Exception, pytest.fail.Exception):
        return True
    return False


@pytest.mark.parametrize(
    ("store", "name"),
    [
        (OnTheLoop, "the_loop_is_not_blocked"),
        (SavesPieceByPiece, "a_cancelled_save_is_whole_or_absent"),
        (LosesItsLock, "a_cancelled_save_is_whole_or_absent"),
        (lambda: in_threads(LastTaskWins()), "many_tasks_change_one_thread"),
    ],
    ids=["OnTheLoop", "SavesPieceByPiece", "LosesItsLock", "LastTaskWins"],
)
def test_the_contract_fails_on_a_broken_store(
    store: Callable[[], AsyncThreadStore], name: str
) -> None:
    """A contract that a broken store passes promises nothing."""
    assert fails(store, name)


def test_the_contract_passes_on_these_stores_without_their_faults() -> None:
    """What failed above failed because of the fault."""
    assert not fails(OnTheLoop, "a_cancelled_save_is_whole_or_absent")
    assert not fails(OnTheLoop, "many_tasks_change_one_thread")


class Leaves(OnTheLoop):
    """Leaves a task behind that fails."""

    async def load(self, thread_id: str, version: int | None = None) -> Thread:
        async def lost() -> None:
            raise RuntimeError("nobody hears of this")

        asyncio.ensure_future(lost())  # noqa: RUF006
        await asyncio.sleep(0)
        return await super().load(thread_id, version)


def test_an_error_that_nobody_was_told_of_is_told() -> None:
    """A task of the store that fails is found, though no call returns it."""
    assert fails(Leaves, "a_new_thread_is_saved_once")
