"""What every test of stores starts from, and how it compares."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import hypothesis
import pytest

from ..errors import VersionConflictError
from ..stores import (
    ErasesUsers,
    ListsThreads,
    ReadsFeed,
    RemembersOperations,
    ThreadStore,
)
from ..thread import Thread


class StoreTests:
    """Makes, reopens and closes the stores under test."""

    settings: ClassVar[hypothesis.settings] = hypothesis.settings(
        max_examples=25, stateful_step_count=10, deadline=None
    )

    def make_store(self) -> ThreadStore:
        """Return a new store that holds nothing."""
        raise NotImplementedError("return a new, empty store from make_store")

    def reopen(self, store: ThreadStore) -> ThreadStore:
        """
        Return a store of what *store* kept, as after a restart.

        Args:
            store: A store in use; this method closes it.

        Returns:
            Another one, or the same one if it cannot outlive its process.
        """
        return store

    def close(self, store: ThreadStore) -> None:
        """
        Close a store.

        Args:
            store: One that :meth:`make_store` or :meth:`reopen` returned.
        """
        close = getattr(store, "close", None)
        if close is not None:
            close()

    @contextmanager
    def fresh(self) -> Iterator[ThreadStore]:
        """
        Give a store to one test.

        Yields:
            A new store, closed at the end.
        """
        store = self.make_store()
        try:
            yield store
        finally:
            self.close(store)

    @contextmanager
    def reopened(self, store: ThreadStore) -> Iterator[ThreadStore]:
        """
        Give a test what *store* kept.

        Args:
            store: A store in use; it is closed.

        Yields:
            The store after a restart, closed at the end.
        """
        again = self.reopen(store)
        try:
            yield again
        finally:
            self.close(again)


def assert_stored(got: Thread, expected: Thread) -> None:
    """Check a thread as a store gives it back."""
    assert got == expected
    assert got.pending == ()
    assert got.base_version == got.version


def assert_conflict(
    error: VersionConflictError,
    thread_id: str,
    expected: int | None,
    actual: int | None,
) -> None:
    """Check that a conflict names what was expected and what was there."""
    found = (error.thread_id, error.expected, error.actual)
    assert found == (thread_id, expected, actual)


def remembering(store: ThreadStore) -> RemembersOperations:
    """Return *store* as one that can be asked for op ids, or skip the test."""
    if not isinstance(store, RemembersOperations):
        pytest.skip("this store has no operation(op_id)")
    return store


def listing(store: ThreadStore) -> ListsThreads:
    """Return *store* as one that lists threads, or skip the test."""
    if not isinstance(store, ListsThreads):
        pytest.skip("this store has no find(query)")
    return store


def feeding(store: ThreadStore) -> ReadsFeed:
    """Return *store* as one that has a feed, or skip the test."""
    if not isinstance(store, ReadsFeed):
        pytest.skip("this store has no feed(after)")
    return store


def erasing(store: ThreadStore) -> ErasesUsers:
    """Return *store* as one that erases people, or skip the test."""
    if not isinstance(store, ErasesUsers):
        pytest.skip("this store has no erase(user_id, mode)")
    return store
