"""A store of a user's own: a few lines, and the contract shows that they will do."""

import inspect
import pickle

from qathread import Thread
from qathread.stores import MemoryStore, ThreadStore
from qathread.testing.stores import ThreadStoreContract


class Journal:
    """
    Every save as bytes in a dict, under its number; a dict on disk would do as well.

    What a save means is decided by a store in memory, into which the journal is read
    when it is opened. Nobody is told of a save before it is written down.
    """

    def __init__(self, saves: dict[int, bytes]) -> None:
        self.saves = saves
        self.memory = MemoryStore()
        for _, data in sorted(saves.items()):
            thread, op_id = pickle.loads(data)
            self.memory.save(thread, op_id=op_id)
        self.load = self.memory.load
        self.history = self.memory.history
        self.operation = self.memory.operation
        self.find = self.memory.find
        self.feed = self.memory.feed
        self.close = self.memory.close

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        saved = self.memory.save(thread, op_id=op_id)
        self.saves[len(self.saves)] = pickle.dumps((thread, op_id))
        return saved


class TestJournal(ThreadStoreContract):
    """All tests of the contract; those of erasure skip."""

    def make_store(self) -> ThreadStore:
        return Journal({})

    def reopen(self, store: ThreadStore) -> ThreadStore:
        assert isinstance(store, Journal)
        store.close()
        return Journal(store.saves)


def test_it_took_less_than_40_lines() -> None:
    """What is asked of who writes a store stays little."""
    code = inspect.getsource(Journal) + inspect.getsource(TestJournal)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) < 40
