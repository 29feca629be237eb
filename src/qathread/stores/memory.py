"""Threads in memory: for tests and notebooks, and what other stores are held to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Self

from attrs import define, frozen

from ..errors import OperationReusedError, StoreClosedError, VersionConflictError
from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page, check_limit
from ..thread import Thread
from ._appending import (
    Batch,
    appended,
    asked_after,
    asked_id,
    asked_op_id,
    asked_version,
    batch_of,
    event_of,
    no_thread,
    no_version,
    refolded,
    same,
)
from ._asking import page, plan
from ._erasing import (
    Rewrite,
    asked_erasure,
    digest_of,
    folded_anew,
    rewritten,
    without_erased,
)
from ._memory_views import Shown, found, shown
from ._summaries import views
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

__all__ = ["MemoryStore"]


@define
class _Log:
    """One thread: its events as bytes, and the fold of all of them."""

    first: int
    bodies: list[bytes]
    latest: Thread
    shown: Shown

    def between(self, after: int, version: int) -> list[bytes]:
        """Return the events after one version, up to another."""
        return self.bodies[max(0, after + 1 - self.first) : version + 1 - self.first]


@frozen
class _Operation:
    """What took effect under an op id: the events after *after* up to *version*."""

    thread_id: ThreadId
    after: int
    version: int


class MemoryStore:
    """
    A store of one process that forgets everything when it goes.

    It keeps the promises of :class:`qathread.stores.ThreadStore` and
    :class:`qathread.stores.RemembersOperations`, and may be used from many
    threads. Events are kept as their canonical bytes, and every answer is folded
    from them: no value is shared with the caller who saved it.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, posting
    >>> store = MemoryStore()
    >>> ada, now = User(id="ada"), datetime(2026, 1, 1, tzinfo=UTC)
    >>> thread = store.save(posting.ask("q", title="Why?", body="", by=ada, at=now))
    >>> thread = posting.comment(thread, "q.1", "Because.", by=ada, at=now)
    >>> store.save(thread).version
    2
    >>> [event.version for event in store.history("q")]
    [1, 2]
    """

    def __init__(self) -> None:
        self._logs: dict[ThreadId, _Log] = {}
        self._operations: dict[str, _Operation] = {}
        self._feed: list[tuple[ThreadId, int]] = []
        self._erased: dict[bytes, list[EraseMode]] = {}
        self._salt = os.urandom(16)
        self._lock = Lock()
        self._closed = False

    def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """Return a thread; see :meth:`qathread.stores.LoadsThreads.load`."""
        thread_id = asked_id(thread_id)
        version = asked_version(version, thread_id)
        with self._open():
            return self._at(self._log(thread_id), thread_id, version)

    def history(self, thread_id: ThreadId, after: int = 0) -> tuple[Event, ...]:
        """Return its events; see :meth:`qathread.stores.ReadsHistory.history`."""
        thread_id, after = asked_id(thread_id), asked_after(after)
        with self._open():
            log = self._log(thread_id)
            bodies = log.between(after, log.latest.version)
        return tuple(event_of(body, thread_id) for body in bodies)

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """Append what is pending; see :meth:`qathread.stores.SavesThreads.save`."""
        batch = batch_of(thread)
        if op_id is not None:
            op_id = asked_op_id(op_id)
        with self._open():
            if self._erased:
                batch = without_erased(batch, self._modes, self._salt)
            if op_id in self._operations:
                return self._repeated(op_id, self._operations[op_id], batch)
            saved = self._append(batch)
            if op_id is not None:
                self._operations[op_id] = _Operation(
                    batch.thread_id, batch.after, batch.version
                )
            return saved

    def operation(self, op_id: str) -> Thread | None:
        """Return a first answer; see :class:`qathread.stores.RemembersOperations`."""
        op_id = asked_op_id(op_id)
        with self._open():
            done = self._operations.get(op_id)
            return None if done is None else self._answer(done)

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """List threads; see :meth:`qathread.stores.ListsThreads.find`."""
        asked = plan(query, cursor, limit)
        with self._open():
            threads = {thread_id: log.shown for thread_id, log in self._logs.items()}
            return page(query, found(threads, asked), limit)

    def feed(self, after: int = 0, limit: int = 50) -> tuple[FeedEntry, ...]:
        """Return what happened; see :meth:`qathread.stores.ReadsFeed.feed`."""
        after, limit = asked_after(after), check_limit(limit)
        with self._open():
            bodies = [
                (thread_id, self._logs[thread_id].between(version - 1, version)[0])
                for thread_id, version in self._feed[after : after + limit]
            ]
        return tuple(
            FeedEntry(position=position, event=event_of(body, thread_id))
            for position, (thread_id, body) in enumerate(bodies, start=after + 1)
        )

    def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """Erase a person; see :meth:`qathread.stores.ErasesUsers.erase`."""
        user_id, mode, rewrite = asked_erasure(user_id, mode, key)
        with self._open():
            modes = self._erased.setdefault(digest_of(user_id, self._salt), [])
            if mode not in modes:
                modes.append(mode)
            logs = [
                each for each in self._logs.items() if user_id in each[1].shown.people
            ]
            return sum(_erase(log, thread_id, rewrite) for thread_id, log in logs)

    def close(self) -> None:
        """Forget everything; closing again is fine, any other use is refused."""
        with self._lock:
            self._closed = True
            self._logs.clear()
            self._operations.clear()
            self._feed.clear()
            self._erased.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MemoryStore of {len(self._logs)} threads>"

    # -- with the lock held ------------------------------------------------------

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise StoreClosedError("this MemoryStore is closed: make a new one")
            yield

    def _log(self, thread_id: ThreadId) -> _Log:
        log = self._logs.get(thread_id)
        if log is None:
            raise no_thread(thread_id)
        return log

    def _at(self, log: _Log, thread_id: ThreadId, version: int | None) -> Thread:
        last = log.latest.version
        if version is None or version == last:
            return log.latest
        if not log.first <= version < last:
            raise no_version(thread_id, version, log.first, last)
        events = [event_of(body, thread_id) for body in log.between(0, version)]
        return refolded(events, None, thread_id, version)

    def _append(self, batch: Batch) -> Thread:
        log = self._logs.get(batch.thread_id)
        actual = None if log is None else log.latest.version
        if actual == batch.base:
            if log is None:
                latest = appended(batch, None)
                first = batch.after + 1
                seen = views(None, None, batch.events, latest)
                log = _Log(first, list(batch.bodies), latest, shown(seen))
                self._logs[batch.thread_id] = log
            elif batch.bodies:
                latest = appended(batch, log.latest)
                old = log.shown.summary
                log.shown.change(views(log.latest, old, batch.events, latest))
                log.bodies.extend(batch.bodies)
                log.latest = latest
            self._feed.extend(
                (batch.thread_id, version)
                for version in range(batch.after + 1, batch.version + 1)
            )
            return log.latest
        if log is not None and self._stands(log, batch):
            return self._at(log, batch.thread_id, batch.version)
        raise VersionConflictError(batch.thread_id, batch.base, actual)

    def _stands(self, log: _Log, batch: Batch) -> bool:
        """Tell whether what is pending was appended before."""
        found = log.between(batch.after, batch.version)
        return bool(batch.bodies) and same(found, batch.bodies)

    def _repeated(self, op_id: str, done: _Operation, batch: Batch) -> Thread:
        log = self._log(done.thread_id)
        asked = _Operation(batch.thread_id, batch.after, batch.version)
        if asked == done and same(log.between(done.after, done.version), batch.bodies):
            return self._answer(done)
        raise OperationReusedError(op_id, done.thread_id)

    def _answer(self, done: _Operation) -> Thread:
        return self._at(self._log(done.thread_id), done.thread_id, done.version)

    def _modes(self, ids: list[UserId]) -> list[tuple[UserId, EraseMode]]:
        return [
            (user_id, mode)
            for user_id in ids
            for mode in self._erased.get(digest_of(user_id, self._salt), ())
        ]


def _erase(log: _Log, thread_id: ThreadId, rewrite: Rewrite) -> bool:
    """Rewrite the events of one thread; False: nothing had to change."""
    events = tuple(event_of(body, thread_id) for body in log.bodies)
    changed = rewritten(events, log.bodies, rewrite)
    if not changed:
        return False
    bodies = list(log.bodies)
    for version, (_, body) in changed.items():
        bodies[version - log.first] = body
    after = tuple(event_of(body, thread_id) for body in bodies)
    latest = folded_anew(events, after, thread_id, log.latest.version)
    log.shown = shown(views(None, None, after, latest))
    log.bodies, log.latest = bodies, latest
    return True
