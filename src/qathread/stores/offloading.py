"""Stores that block, for programs on an event loop: their work on worker threads."""

import asyncio
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Final, ParamSpec, Protocol, Self, TypeVar, overload

from ._awaiting import (
    Awaited,
    ErasesAwaited,
    FeedAwaited,
    ListsAwaited,
    RemembersAwaited,
)
from .async_protocols import (
    AsyncErasesUsers,
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncRemembersOperations,
    AsyncThreadStore,
)
from .protocols import (
    ErasesUsers,
    ListsThreads,
    ReadsFeed,
    RemembersOperations,
    ThreadStore,
)

__all__ = ["InThreads", "in_threads"]

P = ParamSpec("P")
T = TypeVar("T")

#: What a store may have beside the methods of :class:`ThreadStore`.
_MORE: Final[dict[str, type[Awaited]]] = {
    "operation": RemembersAwaited,
    "find": ListsAwaited,
    "feed": FeedAwaited,
    "erase": ErasesAwaited,
}


class _WholeStore(
    ThreadStore, RemembersOperations, ListsThreads, ReadsFeed, ErasesUsers, Protocol
):
    """A store with everything."""


class InThreads(AsyncThreadStore, Protocol):
    """What :func:`in_threads` returns; closed by ``close`` or ``async with``."""

    async def close(self) -> None:
        """Close the store that does the work, if it can be closed."""
        ...

    async def __aenter__(self) -> Self:
        """Return the store itself."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...


class _WholeInThreads(
    InThreads,
    AsyncRemembersOperations,
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncErasesUsers,
    Protocol,
):
    """The same of a store with everything."""


@overload
def in_threads(store: _WholeStore) -> _WholeInThreads: ...


@overload
def in_threads(store: ThreadStore) -> InThreads: ...


def in_threads(store: ThreadStore) -> InThreads:
    """
    Let a store that blocks serve an event loop, each call on a worker thread.

    The threads are those of :func:`asyncio.to_thread`. What the store can do beside
    loading and saving (op ids, lists, the feed, erasing), the result can do as well.

    A cancelled call that only reads is left to end by itself. One that writes is
    waited for before the cancellation goes on, so that it is settled by then whether
    the change was saved.

    Args:
        store: A store that may be used from many threads, as those of this library.

    Returns:
        An asynchronous store of the same threads; closing it closes *store*.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> from qathread.stores import MemoryStore
    >>> async def main():
    ...     ada, now = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
    ...     async with in_threads(MemoryStore()) as store:
    ...         thread = posting.ask("q", title="Why?", body="", by=ada, at=now)
    ...         await store.save(thread)
    ...         return await store.load("q")
    >>> asyncio.run(main())
    <Thread q 'Why?' 0 answers, 0 comments, score 0, v1>
    """
    parts = tuple(part for name, part in _MORE.items() if hasattr(store, name))
    made: InThreads = _kind(parts)(store)
    return made


class _InThreads(Awaited):
    """What every such store has."""

    def __init__(self, store: ThreadStore) -> None:
        super().__init__(store, asyncio.to_thread, _to_its_end)

    async def close(self) -> None:
        """Close the store that does the work."""
        close = getattr(self._store, "close", None)
        if close is not None:
            await _to_its_end(close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"in_threads({self._store!r})"


@cache
def _kind(parts: tuple[type[Awaited], ...]) -> type[_InThreads]:
    """Return a class with just these methods more: protocols look for methods."""
    return type("InThreads", (*parts, _InThreads), {})


async def _to_its_end(
    function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Call a function on a worker thread, and stay until it has ended."""
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    while not call.done():
        try:
            await asyncio.wait([call])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return call.result()
    if not call.cancelled():
        call.exception()  # looked at, so that nobody is told it was not
    raise cancelled
