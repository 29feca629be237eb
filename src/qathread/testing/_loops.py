"""Asynchronous stores, for tests that block: an event loop on a thread of its own."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ..stores import AsyncThreadStore, ThreadStore

T = TypeVar("T")

#: Seconds that one call may take: a store that waits for ever is a failure.
_LIMIT: Final = 120.0
_CALLS: Final = (
    "load",
    "save",
    "history",
    "operation",
    "find",
    "feed",
    "erase",
    "close",
)


class Loop:
    """
    An event loop that runs on a thread of its own while it is entered.

    Tasks that are left at the end are cancelled. An error that nobody was told of,
    such as that of a task that was never awaited, is raised at the end.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="event loop")
        self._unseen: list[str] = []

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Return the result of a call, made on the loop."""
        assert self._loop is not None, "the loop does not run"
        return asyncio.run_coroutine_threadsafe(call, self._loop).result(_LIMIT)

    def _serve(self) -> None:
        asyncio.run(self._until_the_end())

    async def _until_the_end(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._note)
        self._end = asyncio.Event()
        self._begun.set()
        await self._end.wait()

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._unseen.append(f"{context.get('message')}: {context.get('exception')!r}")

    def __enter__(self) -> Self:
        self._thread.start()
        self._begun.wait(_LIMIT)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None and self._end is not None
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(_LIMIT)
        assert not self._thread.is_alive(), "the event loop does not come to its end"
        if kind is None:
            assert not self._unseen, f"errors on the event loop: {self._unseen}"


class Blocking:
    """
    An asynchronous store as one that blocks, with just the methods that it has.

    Args:
        loop: Where its calls are made.
        store: The store.
    """

    load: Callable[..., Any]
    save: Callable[..., Any]
    history: Callable[..., Any]

    def __init__(self, loop: Loop, store: AsyncThreadStore) -> None:
        self.store = store
        for name in _CALLS:
            call = getattr(store, name, None)
            if call is not None:
                # As attributes of the object: protocols look for no others.
                setattr(self, name, partial(_blocked, loop, call))

    def __repr__(self) -> str:
        return f"Blocking({self.store!r})"


def _blocked(
    loop: Loop, call: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any
) -> T:
    return loop.run(call(*args, **kwargs))


def blocking(loop: Loop, store: AsyncThreadStore) -> ThreadStore:
    """Return an asynchronous store as one that blocks."""
    return Blocking(loop, store)


def unblocked(store: ThreadStore) -> AsyncThreadStore:
    """Return the asynchronous store of :func:`blocking`."""
    assert isinstance(store, Blocking)
    return store.store
