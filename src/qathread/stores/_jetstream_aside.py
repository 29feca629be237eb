"""Work that would hold up the event loop, done beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

#: Bytes from which on a worker thread does the work: about a millisecond of it.
_MUCH: Final = 64 * 1024


async def aside(
    size: int, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Return the result of work on *size* bytes, in a thread if that is much."""
    if size < _MUCH:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)


async def together(calls: Iterable[Awaitable[T]]) -> list[T]:
    """Return the results of calls that are made at once; the first error ends all."""
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
