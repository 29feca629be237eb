"""Copy everything from one store to another."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from attrs import Factory, define, frozen

from ..errors import NotFoundError, ValidationError, VersionConflictError
from ..events import Event, replay
from ..ids import ThreadId
from ..pages import MAX_LIMIT
from ..serialization import digest, to_json
from ..thread import Thread
from ._awaiting import AtOnce, drawn, run
from ._findings import UNREADABLE, Difference, StorePart
from ._verify_lists import listed
from .async_protocols import AsyncListsThreads, AsyncReadsFeed, AsyncThreadStore
from .protocols import ListsThreads, ReadsFeed, ThreadStore

__all__ = ["CopyReport", "copy", "copy_async"]


@frozen(kw_only=True, weakref_slot=False)
class CopyReport:
    """
    What a copy did; as text, a line for each thread that was not copied.

    Attributes:
        copied: How many threads are new in the target.
        extended: How many were there and got their later events.
        unchanged: How many had all events already.
        events: How many events were written.
        differences: Threads that were not copied, or not as they are.
    """

    copied: int
    extended: int
    unchanged: int
    events: int
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        told = (
            f"{self.copied:,} threads copied, {self.extended:,} extended, "
            f"{self.unchanged:,} unchanged, {self.events:,} events written, "
            f"{len(self.differences):,} differ"
        )
        return "\n".join([told, *map(str, self.differences)])


def copy(
    source: ThreadStore,
    target: ThreadStore,
    *,
    progress: Callable[[Iterable[ThreadId]], Iterable[ThreadId]] | None = None,
) -> CopyReport:
    """
    Copy the whole history of every thread from one store to another.

    Each thread is saved in one piece, then loaded from both stores and compared by
    its digest. A second run goes on where the first one stopped, and brings threads
    that have grown their new events. A thread of which the target has other events
    is left alone and reported.

    Not copied are op ids, the order of the feed (the target gets positions of its
    own, thread by thread, so followers start anew), and the list of who was erased.
    What is erased in the source comes over erased; who was erased in the target is
    taken out of what is imported, and the thread is reported, for it differs.

    Args:
        source: Where the threads are; it needs ``find`` or ``feed``, to know them.
        target: Where they go. It may hold other threads.
        progress: Wraps the ids of the threads, as ``tqdm.auto.tqdm`` does.

    Returns:
        What was done, and which threads differ. A thread that the source cannot
        read back is one of them; the others are copied all the same.

    Raises:
        ValidationError: If the source tells in no way which threads there are.
        StoreError: If a store cannot be reached; run it again.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> from qathread.stores import MemoryStore, SQLiteStore
    >>> source, ada = MemoryStore(), User(id="ada")
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> _ = source.save(posting.ask("q", title="Why?", body="", by=ada, at=now))
    >>> with SQLiteStore("copied.db") as target:
    ...     print(copy(source, target))
    ...     print(copy(source, target))
    1 threads copied, 0 extended, 0 unchanged, 1 events written, 0 differ
    0 threads copied, 0 extended, 1 unchanged, 0 events written, 0 differ
    """
    turned = AtOnce(source)
    steps = _Copy(turned, AtOnce(target))
    lists = turned if isinstance(source, ListsThreads) else None
    feed = turned if isinstance(source, ReadsFeed) else None
    ids = drawn(_threads(lists, feed, type(source).__name__))
    for thread_id in ids if progress is None else progress(ids):
        run(steps.one(thread_id))
    return steps.report()


async def copy_async(source: AsyncThreadStore, target: AsyncThreadStore) -> CopyReport:
    """
    Copy from one asynchronous store to another; see :func:`copy`.

    Wrap a store that blocks by :func:`qathread.stores.in_threads`. Threads are
    replayed and compared on the event loop: run it in a program of its own.

    Args:
        source: As for :func:`copy`.
        target: As for :func:`copy`.

    Returns:
        What was done.

    Raises:
        ValidationError: As for :func:`copy`.
    """
    steps = _Copy(source, target)
    lists = source if isinstance(source, AsyncListsThreads) else None
    feed = source if isinstance(source, AsyncReadsFeed) else None
    async for thread_id in _threads(lists, feed, type(source).__name__):
        await steps.one(thread_id)
    return steps.report()


async def _threads(
    lists: AsyncListsThreads | None, feed: AsyncReadsFeed | None, name: str
) -> AsyncIterator[ThreadId]:
    """Yield the id of every thread of a store."""
    if lists is not None:
        async for summary in listed(lists):
            yield summary.id
        return
    if feed is None:
        raise ValidationError(
            f"{name} has neither find() nor feed(), so nobody can tell which threads "
            "it has"
        )
    seen, position = set[ThreadId](), 0
    while entries := await feed.feed(position, MAX_LIMIT):
        for entry in entries:
            if entry.event.thread_id not in seen:
                seen.add(entry.event.thread_id)
                yield entry.event.thread_id
        position = entries[-1].position


@define
class _Copy:
    """Copies thread by thread, and counts."""

    source: AsyncThreadStore
    target: AsyncThreadStore
    copied: int = 0
    extended: int = 0
    unchanged: int = 0
    events: int = 0
    differences: list[Difference] = Factory(list)

    async def one(self, thread_id: ThreadId) -> None:
        """Bring one thread up to date in the target, or note why not."""
        try:
            events = [*await self.source.history(thread_id)]
        except UNREADABLE as error:
            self._differs(thread_id, StorePart.HISTORY, f"of the source: {error}")
            return
        try:
            reason = await self._put(thread_id, events)
        except VersionConflictError:
            reason = "somebody else changed it in the target meanwhile: copy again"
        except UNREADABLE as error:
            reason = f"it could not be copied: {error}"
        if reason is not None:
            self._differs(thread_id, StorePart.THREAD, reason)

    def report(self) -> CopyReport:
        """Return what was done."""
        return CopyReport(
            copied=self.copied,
            extended=self.extended,
            unchanged=self.unchanged,
            events=self.events,
            differences=tuple(self.differences),
        )

    async def _put(self, thread_id: ThreadId, events: list[Event]) -> str | None:
        """Save what the target lacks; return why that is not so now, if it is not."""
        held, start = await self._held(thread_id)
        reason = _unlike(events, held)
        missing = events[len(held) :]
        if reason is not None:
            return reason
        if missing:
            await self.target.save(replay(missing, start))
            self.events += len(missing)
        reason = await self._compared(thread_id, events[-1].version)
        if reason is not None:
            return reason
        if not missing:
            self.unchanged += 1
        elif held:
            self.extended += 1
        else:
            self.copied += 1
        return None

    async def _held(self, thread_id: ThreadId) -> tuple[list[Event], Thread | None]:
        """Return what the target has of a thread: its events, and what they make."""
        try:
            start = await self.target.load(thread_id)
        except NotFoundError:
            return [], None
        held = await self.target.history(thread_id)
        return [event for event in held if event.version <= start.version], start

    async def _compared(self, thread_id: ThreadId, version: int) -> str | None:
        """Return what is wrong with a copy, if something is."""
        made = digest(await self.target.load(thread_id, version))
        if made != digest(await self.source.load(thread_id, version)):
            return (
                f"the copy of version {version} is another thread than the source has"
            )
        return None

    def _differs(self, thread_id: ThreadId, part: StorePart, message: str) -> None:
        difference = Difference(thread_id=thread_id, part=part, message=message)
        self.differences.append(difference)


def _unlike(events: Sequence[Event], held: Sequence[Event]) -> str | None:
    """Tell why the target cannot get the events of the source, if so."""
    if not events:
        return "the source has no events of it"
    for ours, theirs in zip(events, held, strict=False):
        if ours is not theirs and to_json(ours) != to_json(theirs):
            return f"the target has other events, from version {theirs.version} on"
    more = len(held) - len(events)
    if more > 0:
        return f"the target has {more} events more than the source"
    return None
