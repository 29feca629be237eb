"""
One home for steps that are there twice, for stores that block and awaited ones.

The steps are written as coroutines. For a store that blocks they are run over
:class:`Awaited` with :func:`here`: nothing in them ever waits, so :func:`run` takes
them to their end at once.
"""

import time
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Sequence,
)
from inspect import isawaitable
from typing import Any, ParamSpec, Protocol, TypeVar

from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page
from ..thread import Thread
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

P = ParamSpec("P")
T = TypeVar("T")


class Caller(Protocol):
    """Calls a function that blocks, on this thread or on another one."""

    async def __call__(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what the function returns."""
        ...


async def here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function on this thread."""
    return function(*args, **kwargs)


async def sleep_here(seconds: float) -> None:
    """Wait, and let this thread wait."""
    time.sleep(seconds)


async def settled(value: Awaitable[T] | T) -> T:
    """Return what a plain or a coroutine function gave."""
    return await value if isawaitable(value) else value


def run(steps: Coroutine[Any, Any, T]) -> T:
    """Take steps to their end, none of which waits."""
    try:
        steps.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    steps.close()
    raise RuntimeError("a step waited: await it on an event loop")


def drawn(items: AsyncIterator[T]) -> Iterator[T]:
    """Yield the items of steps, none of which waits."""
    while True:
        try:
            item = run(_next(items))
        except StopAsyncIteration:
            return
        yield item


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


class Awaited:
    """
    A store that blocks, with methods to be awaited.

    Args:
        store: The store.
        read: Calls what changes nothing.
        write: Calls what does.
    """

    def __init__(self, store: object, read: Caller, write: Caller) -> None:
        self._store: Any = store  # its protocols are checked where it comes in
        self._read = read
        self._write = write

    async def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread."""
        found: Thread = await self._read(self._store.load, thread_id, version)
        return found

    async def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending."""
        # A store that knows no op ids need not take one.
        known = {} if op_id is None else {"op_id": op_id}
        saved: Thread = await self._write(self._store.save, thread, **known)
        return saved

    async def history(self, thread_id: ThreadId, after: int = 0) -> Sequence[Event]:
        """Return the events of a thread."""
        found: Sequence[Event]
        found = await self._read(self._store.history, thread_id, after)
        return found


class RemembersAwaited(Awaited):
    """A store that also knows op ids."""

    async def operation(self, op_id: str) -> Thread | None:
        """Return a first answer."""
        found: Thread | None = await self._read(self._store.operation, op_id)
        return found


class ListsAwaited(Awaited):
    """A store that also lists threads."""

    async def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """Return one page of threads."""
        found: Page[ThreadSummary]
        found = await self._read(self._store.find, query, cursor, limit)
        return found


class FeedAwaited(Awaited):
    """A store that also has a feed."""

    async def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        """Return events after a position."""
        found: Sequence[FeedEntry]
        found = await self._read(self._store.feed, after, limit)
        return found


class ErasesAwaited(Awaited):
    """A store that also erases people."""

    async def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """Rewrite what names a person."""
        found: int = await self._write(self._store.erase, user_id, mode, key=key)
        return found


class AtOnce(RemembersAwaited, ListsAwaited, FeedAwaited):
    """
    A store that blocks, for :func:`run`.

    Args:
        store: Has those of the methods that are called.
    """

    def __init__(self, store: object) -> None:
        super().__init__(store, here, here)
