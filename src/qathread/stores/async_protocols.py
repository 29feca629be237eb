"""What a store can do on an event loop; see their twins in ``protocols``."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page
from ..thread import Thread
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

__all__ = [
    "AsyncErasesUsers",
    "AsyncListsThreads",
    "AsyncLoadsThreads",
    "AsyncReadsFeed",
    "AsyncReadsHistory",
    "AsyncRemembersOperations",
    "AsyncSavesThreads",
    "AsyncThreadStore",
]


class AsyncLoadsThreads(Protocol):
    """Gives threads back."""

    async def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`LoadsThreads.load`."""
        ...


class AsyncSavesThreads(Protocol):
    """Takes threads in."""

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """
        Append what is pending; see :meth:`SavesThreads.save`.

        A call that is cancelled has saved all or nothing; which, is not known.
        """
        ...


class AsyncReadsHistory(Protocol):
    """Tells what happened to threads."""

    async def history(self, thread_id: ThreadId, after: int = 0) -> Sequence[Event]:
        """Return the events of a thread; see :meth:`ReadsHistory.history`."""
        ...


@runtime_checkable
class AsyncRemembersOperations(Protocol):
    """Knows which op ids took effect."""

    async def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :meth:`RemembersOperations.operation`."""
        ...


@runtime_checkable
class AsyncListsThreads(Protocol):
    """Tells which threads there are, without loading them."""

    async def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """Return one page of threads; see :meth:`ListsThreads.find`."""
        ...


@runtime_checkable
class AsyncReadsFeed(Protocol):
    """Tells what happened in all threads, in the order in which it was saved."""

    async def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        """Return events after a position; see :meth:`ReadsFeed.feed`."""
        ...


@runtime_checkable
class AsyncErasesUsers(Protocol):
    """Takes a person out of everything that is stored."""

    async def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """Rewrite what names a person; see :meth:`ErasesUsers.erase`."""
        ...


class AsyncThreadStore(
    AsyncLoadsThreads, AsyncSavesThreads, AsyncReadsHistory, Protocol
):
    """Loads and saves threads and tells their history."""
