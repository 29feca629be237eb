"""Follow the feed of a store, so that what is made of events is kept up to date."""

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from .._checks import at_least
from ..errors import StoreCorruptError, ValidationError
from ..pages import MAX_LIMIT, check_limit
from ._awaiting import AtOnce, run, settled
from .async_protocols import AsyncReadsFeed
from .protocols import ReadsFeed
from .queries import FeedEntry

__all__ = [
    "AsyncCheckpoint",
    "Checkpoint",
    "FileCheckpoint",
    "MemoryCheckpoint",
    "follow",
    "follow_async",
]

#: The longest number that a position is written as.
_DIGITS: Final = 19
_LONGEST_POLL: Final = 86_400


class Checkpoint(Protocol):
    """Remembers how far a follower got."""

    def load(self) -> int:
        """Return the last position that was done; 0: none yet."""
        ...

    def save(self, position: int) -> None:
        """Remember a position, for good when this returns."""
        ...


class AsyncCheckpoint(Protocol):
    """Remembers how far a follower got, on an event loop."""

    async def load(self) -> int:
        """Return the last position that was done; 0: none yet."""
        ...

    async def save(self, position: int) -> None:
        """Remember a position, for good when this returns."""
        ...


class MemoryCheckpoint:
    """
    A position in memory, for what is made anew with each start.

    Args:
        position: Where to begin; 0: with the first event.

    Attributes:
        position: The last position that was done.
    """

    position: int

    def __init__(self, position: int = 0) -> None:
        self.position = at_least(0, position, "position")

    def load(self) -> int:
        """Return the position."""
        return self.position

    def save(self, position: int) -> None:
        """Remember the position."""
        self.position = at_least(0, position, "position")

    def __repr__(self) -> str:
        return f"MemoryCheckpoint({self.position})"


class FileCheckpoint:
    """
    A position in a file of its own, which is replaced whole and synced.

    A folder that is missing or may not be written raises its OSError.

    Args:
        path: The file; while there is none, the position is 0.

    Attributes:
        path: The absolute path of the file.

    >>> checkpoint = FileCheckpoint("reputation.position")
    >>> checkpoint.load()
    0
    >>> checkpoint.save(41)
    >>> FileCheckpoint("reputation.position").load()
    41
    """

    path: str

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.path.abspath(os.fsdecode(path))

    def load(self) -> int:
        """
        Return the position.

        Raises:
            StoreCorruptError: If the file holds something else than a position.
        """
        try:
            with open(self.path, "rb") as file:
                held = file.read(_DIGITS + 2)
        except FileNotFoundError:
            return 0
        number = held.removesuffix(b"\n")
        if not number.isdigit() or len(number) > _DIGITS:
            raise StoreCorruptError(
                f"{self.path} holds no position: give another path, or remove the "
                "file to begin with the first event"
            )
        return int(number)

    def save(self, position: int) -> None:
        """Replace the file, and wait until the disk has it."""
        text = f"{at_least(0, position, 'position')}\n".encode()
        part = f"{self.path}.part"
        handle = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o666)
        try:
            os.write(handle, text)
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(part, self.path)
        _sync_folder(os.path.dirname(self.path))

    def __repr__(self) -> str:
        return f"FileCheckpoint({self.path!r})"


def _sync_folder(path: str) -> None:
    """Let the disk have the new name, where folders can be synced."""
    with suppress(PermissionError):  # as on Windows
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def follow(
    store: ReadsFeed,
    projection: Callable[[Sequence[FeedEntry]], object],
    checkpoint: Checkpoint,
    *,
    batch: int = MAX_LIMIT,
    poll: float | None = None,
    stop: threading.Event | None = None,
) -> int:
    """
    Hand every event after a checkpoint to a projection, in order.

    A projection is what is made of events and kept elsewhere: points, notices, a
    search index. Each batch is handed over, then the checkpoint is saved; after a
    crash between the two the same events come again, so a projection must bear
    repeats, as :meth:`qathread.reputation.Ledger.extend` does. One that saves its
    position in the transaction of its own changes gets each event once: it is its
    own checkpoint, and its ``save`` has nothing to do.

    Erasing a person rewrites events that were handed over long ago; what names
    people must then be made anew, from 0.

    Args:
        store: Whose feed.
        projection: Takes events with their positions, at least one. What it raises
            ends the call; the batch will come again.
        checkpoint: Says where to begin, and is told how far it got. Each follower
            needs its own.
        batch: The most events to hand over at once, from 1 to 200.
        poll: When there is nothing more, look again after so many seconds; None:
            return.
        stop: Set it, from another thread or a signal handler, to end the call
            after the batch in hand.

    Returns:
        The last position that was done.

    Raises:
        ValidationError: If an argument is not valid, or the store does not reach
            the checkpoint: it is another store, or an older copy of it.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting, reputation, policies
    >>> from qathread.stores import MemoryStore
    >>> store, ada = MemoryStore(), User(id="ada")
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> _ = store.save(posting.ask("q", title="Why?", body="", by=ada, at=now))
    >>> asked = []
    >>> def note(entries):
    ...     asked.extend(entry.event.by.id for entry in entries)
    >>> follow(store, note, MemoryCheckpoint())
    1
    >>> asked
    ['ada']
    """
    check_limit(batch)
    _check_poll(poll)

    async def wait(seconds: float) -> None:
        if stop is None:
            time.sleep(seconds)
        else:
            stop.wait(seconds)

    async def load() -> int:
        return checkpoint.load()

    async def save(position: int) -> None:
        checkpoint.save(position)

    async def project(entries: Sequence[FeedEntry]) -> None:
        projection(entries)

    stopped = (lambda: False) if stop is None else stop.is_set
    return run(
        _followed(AtOnce(store), project, load, save, batch, poll, stopped, wait)
    )


async def follow_async(
    store: AsyncReadsFeed,
    projection: Callable[[Sequence[FeedEntry]], Awaitable[object] | object],
    checkpoint: Checkpoint | AsyncCheckpoint,
    *,
    batch: int = MAX_LIMIT,
    poll: float | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """
    Follow the feed of an asynchronous store; see :func:`follow`.

    Cancelling the call ends it as well; then the batch in hand may come again.

    Args:
        store: Whose feed.
        projection: As for :func:`follow`; a plain or a coroutine function. A plain
            one runs on the event loop, so it should be quick.
        checkpoint: As for :func:`follow`, or one with coroutine functions. A
            :class:`FileCheckpoint` is saved on a worker thread.
        batch: As for :func:`follow`.
        poll: As for :func:`follow`.
        stop: As for :func:`follow`.

    Returns:
        The last position that was done.

    Raises:
        ValidationError: As for :func:`follow`.
    """
    check_limit(batch)
    _check_poll(poll)

    async def wait(seconds: float) -> None:
        if stop is None:
            await asyncio.sleep(seconds)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)

    async def load() -> int:
        if isinstance(checkpoint, FileCheckpoint):
            return await asyncio.to_thread(checkpoint.load)
        return await settled(checkpoint.load())

    async def save(position: int) -> None:
        if isinstance(checkpoint, FileCheckpoint):
            await asyncio.to_thread(checkpoint.save, position)
        else:
            await settled(checkpoint.save(position))

    async def project(entries: Sequence[FeedEntry]) -> None:
        await settled(projection(entries))

    stopped = (lambda: False) if stop is None else stop.is_set
    return await _followed(store, project, load, save, batch, poll, stopped, wait)


async def _followed(
    store: AsyncReadsFeed,
    project: Callable[[Sequence[FeedEntry]], Awaitable[None]],
    load: Callable[[], Awaitable[int]],
    save: Callable[[int], Awaitable[None]],
    batch: int,
    poll: float | None,
    stopped: Callable[[], bool],
    wait: Callable[[float], Awaitable[None]],
) -> int:
    position = at_least(0, await load(), "the position of the checkpoint")
    if position and not await store.feed(position - 1, 1):
        raise ValidationError(
            f"the checkpoint is at position {position}, which the feed does not reach: "
            "it is that of another store, or of a newer state of this one; to begin "
            "with the first event, start with a new checkpoint"
        )
    while not stopped():
        entries = tuple(await store.feed(position, batch))
        if entries:
            await project(entries)
            position = entries[-1].position
            await save(position)
        elif poll is None:
            break
        else:
            await wait(poll)
    return position


def _check_poll(poll: float | None) -> None:
    if poll is None or (type(poll) in (int, float) and 0 < poll <= _LONGEST_POLL):
        return
    raise ValidationError(f"poll is {poll!r}: give seconds above 0, or None")
