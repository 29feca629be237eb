"""Check that everything in a store follows from its events."""

from collections.abc import AsyncIterator, Callable, Iterable

from attrs import define, frozen

from ..errors import QathreadError, ValidationError
from ..events import Event, replay
from ..ids import ThreadId
from ..serialization import digest
from ..thread import Thread
from ._awaiting import AtOnce, drawn, run
from ._findings import UNREADABLE, Difference, Findings, StorePart
from ._summaries import summarise
from ._verify_feed import FeedCheck
from ._verify_lists import ListsCheck, compare, listed, shown
from .async_protocols import (
    AsyncListsThreads,
    AsyncReadsFeed,
    AsyncThreadStore,
)
from .protocols import ListsThreads, ReadsFeed, ThreadStore
from .queries import ThreadSummary

__all__ = ["Difference", "StorePart", "VerifyReport", "verify", "verify_async"]

#: How often a thread is looked at that others are changing.
_TRIES = 5


@frozen(kw_only=True, weakref_slot=False)
class VerifyReport:
    """
    What a check of a store found; as text, a line for each difference.

    Attributes:
        threads: How many threads were looked at.
        events: How many events they have.
        differences: What is not as it should be.
    """

    threads: int
    events: int
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        seen = f"{self.threads:,} threads, {self.events:,} events"
        if not self.differences:
            return f"{seen}: no differences"
        count = len(self.differences)
        told = f"{seen}: {count:,} difference{'s' if count > 1 else ''}"
        return "\n".join([told, *map(str, self.differences)])


def verify(
    store: ThreadStore,
    *,
    progress: Callable[[Iterable[ThreadId]], Iterable[ThreadId]] | None = None,
) -> VerifyReport:
    """
    Check that all that a store tells follows from the events that it keeps.

    The history of every thread is replayed and compared with what ``load`` gives, at
    the first, a middle and the last version. Where the store has lists, the summary
    is counted anew, and the thread must be found by each of its tags, each of its
    participants and a few words of each post, and not by words that are gone. Where
    it has a feed, positions must rise, and the events must be those of the
    histories, each once.

    One thread at a time is in memory, and a digest for each. Whatever the store has
    at hand is compared, so open it anew to check what is on the disk. Others may
    write meanwhile, but not erase. Op ids cannot be checked, and neither can what a
    list shows of a person or word that no event of the thread names.

    Args:
        store: What is checked; it needs ``find`` or ``feed``, to know its threads.
        progress: Wraps the ids of the threads, as ``tqdm.auto.tqdm`` does.

    Returns:
        All differences, not only the first one.

    Raises:
        ValidationError: If the store tells in no way which threads there are.
        StoreError: If it cannot be reached, or is closed.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> from qathread.stores import MemoryStore
    >>> store, ada = MemoryStore(), User(id="ada")
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> _ = store.save(posting.ask("q", title="Why?", body="", by=ada, at=now))
    >>> print(verify(store))
    1 threads, 1 events: no differences
    """
    turned = AtOnce(store)
    check = _Check(
        turned,
        turned if isinstance(store, ListsThreads) else None,
        turned if isinstance(store, ReadsFeed) else None,
        type(store).__name__,
    )
    ids = drawn(check.threads())
    for thread_id in ids if progress is None else progress(ids):
        run(check.one(thread_id))
    return run(check.report())


async def verify_async(store: AsyncThreadStore) -> VerifyReport:
    """
    Check an asynchronous store; see :func:`verify`.

    It replays on the event loop, thread by thread: run it in a program of its own.

    Args:
        store: What is checked.

    Returns:
        All differences.

    Raises:
        ValidationError: As for :func:`verify`.
    """
    check = _Check(
        store,
        store if isinstance(store, AsyncListsThreads) else None,
        store if isinstance(store, AsyncReadsFeed) else None,
        type(store).__name__,
    )
    async for thread_id in check.threads():
        await check.one(thread_id)
    return await check.report()


@define
class _Seen:
    """A thread as its events make it."""

    events: list[Event]
    thread: Thread
    states: dict[int, Thread]


class _Check:
    """One check of a store, from its beginning to its report."""

    def __init__(
        self,
        store: AsyncThreadStore,
        lists: AsyncListsThreads | None,
        feed: AsyncReadsFeed | None,
        name: str,
    ) -> None:
        if lists is None and feed is None:
            raise ValidationError(
                f"{name} has neither find() nor feed(), so nobody can tell which "
                "threads it has"
            )
        self._store = store
        self._lists = lists
        self._findings = Findings()
        self._feed = None if feed is None else FeedCheck(feed, self._findings)
        self._listed: ThreadSummary | None = None
        self._threads = 0
        self._events = 0

    async def threads(self) -> AsyncIterator[ThreadId]:
        """Yield the ids of all threads, those that lists leave out last."""
        if self._feed is not None:
            await self._feed.read()
        last = ""
        try:
            async for summary in listed(self._lists):
                if summary.id <= last:
                    message = f"the list by id has it after {last!r}"
                    self._findings.add(summary.id, StorePart.SUMMARY, message)
                    continue
                last = summary.id
                self._listed = summary
                yield summary.id
        except UNREADABLE as error:
            message = f"the list by id breaks off after {last!r}: {error}"
            self._findings.add(None, StorePart.SUMMARY, message)
        self._listed = None
        for thread_id in [] if self._feed is None else self._feed.unknown():
            yield thread_id

    async def one(self, thread_id: ThreadId) -> None:
        """Check one thread."""
        summary = self._listed
        if self._feed is not None:
            self._feed.know(thread_id)
        findings = Findings()
        events: list[Event] = []
        for _ in range(_TRIES):
            findings.found.clear()
            events = await self._history(thread_id, findings)
            seen = _replayed(events, findings) if events else None
            if seen is None:
                break
            await self._check_loads(seen, findings)
            if self._lists is not None:
                await self._check_lists(self._lists, seen, summary, findings)
            if not findings.found or not await self._moved_on(seen):
                break
            summary = None
        self._threads += 1
        self._events += len(events)
        self._findings.found += findings.found
        if self._feed is not None and events:
            self._feed.compare(thread_id, events)

    async def report(self) -> VerifyReport:
        """Return what was found."""
        if self._feed is not None:
            await self._feed.finish()
        return VerifyReport(
            threads=self._threads,
            events=self._events,
            differences=tuple(self._findings.found),
        )

    async def _history(self, thread_id: ThreadId, findings: Findings) -> list[Event]:
        """Return the events of a thread; none: they are not fit to be looked at."""
        try:
            events = [*await self._store.history(thread_id)]
        except UNREADABLE as error:
            findings.add(thread_id, StorePart.HISTORY, str(error))
            return []
        if not events:
            findings.add(thread_id, StorePart.HISTORY, "there are no events")
            return []
        for version, event in enumerate(events, start=events[0].version):
            if (event.thread_id, event.version) != (thread_id, version):
                found = f"version {event.version} of thread {event.thread_id!r}"
                message = f"{found} stands where version {version} should"
                findings.add(thread_id, StorePart.HISTORY, message)
                return []
        return events

    async def _check_loads(self, seen: _Seen, findings: Findings) -> None:
        thread_id, last = seen.thread.id, seen.thread.version

        def wrong(message: str) -> None:
            findings.add(thread_id, StorePart.THREAD, message)

        try:
            latest = await self._store.load(thread_id)
            if latest.version < last:
                wrong(f"load gives version {latest.version}, the events make {last}")
            elif latest.version == last and digest(latest) != digest(seen.thread):
                wrong(f"load gives another thread than the events, at version {last}")
            for version, state in seen.states.items():
                loaded = await self._store.load(thread_id, version)
                if (loaded.version, digest(loaded)) != (version, digest(state)):
                    wrong(f"load of version {version} gives another thread")
        except UNREADABLE as error:
            wrong(str(error))

    async def _check_lists(
        self,
        lists: AsyncListsThreads,
        seen: _Seen,
        summary: ThreadSummary | None,
        findings: Findings,
    ) -> None:
        counted = summarise(seen.events, seen.thread)
        try:
            if summary is None or summary.version != counted.version:
                # Perhaps it was changed since it was listed.
                likes = (counted,) if summary is None else (summary, counted)
                summary = await shown(lists, likes)
            if summary is None:
                message = "no list shows it as it is"
                findings.add(seen.thread.id, StorePart.SUMMARY, message)
                return
            compare(summary, counted, findings)
            check = ListsCheck(lists, findings, summary, seen.thread, seen.events)
            await check.check()
        except UNREADABLE as error:
            findings.add(seen.thread.id, StorePart.SUMMARY, str(error))

    async def _moved_on(self, seen: _Seen) -> bool:
        """Tell whether somebody changed the thread since it was read."""
        try:
            later = await self._store.history(seen.thread.id, seen.thread.version)
        except UNREADABLE:
            return False
        return bool(later)


def _replayed(events: list[Event], findings: Findings) -> _Seen | None:
    """Return a thread at its first, a middle and its last version."""
    middle = max(1, len(events) // 2)
    states = dict[int, Thread]()
    thread: Thread | None = None
    try:
        for part in (events[:1], events[1:middle], events[middle:]):
            if part:
                thread = replay(part, thread)
                states[thread.version] = thread
    except QathreadError as error:
        message = f"the events cannot be replayed: {error}"
        findings.add(events[0].thread_id, StorePart.HISTORY, message)
        return None
    return None if thread is None else _Seen(events, thread, states)
