"""Stores of ours, in many processes at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import pytest

from qathread.testing.stores import ConcurrentStoreContract


class OnDisk(ConcurrentStoreContract):
    """A fresh file for each store."""

    factory = "tests.stores._factories:sqlite"
    journal = "wal"

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.paths = (str(tmp_path / f"{number}.db") for number in count())

    def arguments(self, patience: float = 60.0) -> Sequence[str | float]:
        return [next(self.paths), self.journal, patience]

    @contextmanager
    def hold_write_lock(self, arguments: Sequence[object]) -> Iterator[None]:
        with closing(sqlite3.connect(str(arguments[0]), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield


class TestSQLiteStoreWithWAL(OnDisk):
    pass


class TestSQLiteStoreWithRollbackJournal(OnDisk):
    journal = "delete"


class TestSQLiteStoreInThreads(OnDisk):
    factory = "tests.stores._factories:sqlite_in_threads"

    def arguments(self, patience: float = 60.0) -> Sequence[str | float]:
        return [next(self.paths), patience]

    def test_a_forked_process_goes_its_own_way(self) -> None:
        """The contract leaves this out: an event loop does not survive a fork."""
        with pytest.raises(pytest.skip.Exception, match="does not survive a fork"):
            super().test_a_forked_process_goes_its_own_way()
