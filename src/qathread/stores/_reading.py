"""
Stored threads and events, read back.

Each function runs inside one transaction of its caller, as those of ``_keeping``.
"""

from collections.abc import Iterable
from functools import partial

from attrs import frozen

from ..errors import FormatError
from ..events import Event
from ..ids import ThreadId
from ..limits import MAX_INTEGER
from ..serialization import bulk_load, trusted
from ..thread import Thread
from ._appending import event_of, no_thread, no_version, refolded, unreadable
from ._folds import Folds
from ._rows import Head, Listed, Operation, Rows
from ._trusting import (
    check_head,
    check_operation,
    check_order,
    damaged,
    texts,
    trusting,
)
from .queries import FeedEntry, ThreadSummary


@frozen
class Saved:
    """
    What a save gives.

    Attributes:
        thread: The answer.
        rewrites: If *thread* is the latest state, for which count of rewrites; None:
            an older state, which is not worth keeping at hand.
    """

    thread: Thread
    rewrites: int | None = None


def known(rows: Rows, thread_id: ThreadId, *, lock: bool = False) -> Head:
    """Return what is known of a thread that must be there."""
    head = head_of(rows, thread_id, lock=lock)
    if head is not None:
        return head
    if not bodies_of(rows, thread_id, 0, MAX_INTEGER):
        raise no_thread(thread_id)
    # There are events: the thread was stored just now, or its row is gone.
    head = head_of(rows, thread_id, lock=lock)
    if head is None:
        raise damaged(f"the row of thread {thread_id!r}", "its events are there")
    return head


def log(rows: Rows, thread_id: ThreadId, after: int) -> tuple[list[bytes], int]:
    """Return the events of a thread after one version, and which one they follow."""
    head = known(rows, thread_id)
    start = min(max(after, head.first - 1), head.version)
    bodies = bodies_of(rows, thread_id, start, head.version)
    if len(bodies) != head.version - start:
        raise damaged(f"the log of thread {thread_id!r}", "it has gaps")
    return bodies, start


def events_of(
    bodies: Iterable[bytes], thread_id: ThreadId, after: int | None = None
) -> tuple[Event, ...]:
    """
    Return stored events.

    Args:
        bodies: What :func:`log` gave.
        thread_id: Whose they are.
        after: The version that the first one follows; None: that is not known.
    """
    with bulk_load(), trusting(f"an event of thread {thread_id!r}"):
        events = tuple(event_of(body, thread_id) for body in bodies)
    check_order(events, thread_id, after)
    return events


def entries_of(
    found: Iterable[tuple[int, ThreadId, bytes]],
) -> tuple[FeedEntry, ...]:
    """Return stored events with their positions."""
    entries: list[FeedEntry] = []
    last = 0
    with bulk_load(), trusting("the feed"):
        for position, thread_id, body in found:
            event = event_of(body, thread_id)
            if event.thread_id != thread_id or position <= last:
                raise damaged("the feed", f"position {position} is out of place")
            entries.append(FeedEntry(position=position, event=event))
            last = position
    return tuple(entries)


def state_at(
    rows: Rows, folds: Folds, head: Head, thread_id: ThreadId, version: int | None
) -> Saved:
    """Return a stored thread at one version."""
    wanted = head.version if version is None else version
    if not head.first <= wanted <= head.version:
        raise no_version(thread_id, wanted, head.first, head.version)
    start = folds.get(thread_id, head.rewrites)
    if start is not None and start.version > wanted:
        start = None
    kept = head.snapshot_version
    if kept is not None and kept <= wanted and (start is None or start.version < kept):
        start = _snapshot(rows, folds, head, thread_id)
    if start is None or start.version != wanted:
        start = folded(rows, folds, start, thread_id, wanted)
    return Saved(start, head.rewrites if wanted == head.version else None)


def folded(
    rows: Rows, folds: Folds, start: Thread | None, thread_id: ThreadId, version: int
) -> Thread:
    """Return *start* after the stored events that follow it."""
    bodies = bodies_of(rows, thread_id, 0 if start is None else start.version, version)
    fold = partial(_refolded, bodies, start, thread_id, version)
    return folds.run(sum(map(len, bodies)), fold)


def _refolded(
    bodies: list[bytes], start: Thread | None, thread_id: ThreadId, version: int
) -> Thread:
    events = events_of(bodies, thread_id)
    with trusting(f"thread {thread_id!r}"):
        return refolded(events, start, thread_id, version)


def operation_of(rows: Rows, op_id: str) -> Operation | None:
    """Return what took effect under an op id."""
    with trusting(f"the row of op id {op_id!r}"):
        done = rows.operation(op_id)
    if done is not None:
        check_operation(op_id, done)
    return done


def head_of(rows: Rows, thread_id: ThreadId, *, lock: bool) -> Head | None:
    """Return what is known of a thread, if it is there."""
    with trusting(f"the row of thread {thread_id!r}"):
        head = rows.head(thread_id, lock=lock)
    if head is not None:
        check_head(head, thread_id)
    return head


def bodies_of(rows: Rows, thread_id: ThreadId, after: int, version: int) -> list[bytes]:
    """Return the events that are there after one version up to another."""
    with trusting(f"an event of thread {thread_id!r}"):
        found = rows.bodies(thread_id, after, version)
        if not all(type(body) is bytes for body in found):
            raise TypeError("it is not stored as bytes")
    return found


def _snapshot(
    rows: Rows, folds: Folds, head: Head, thread_id: ThreadId
) -> Thread | None:
    what = f"the snapshot of thread {thread_id!r}"
    with trusting(what):
        body = rows.snapshot(thread_id)
        if body is None:
            return None
        try:
            thread = folds.run(len(body), partial(trusted, body))
        except FormatError as error:
            raise unreadable(error, what) from error
    if (thread.id, thread.version) != (thread_id, head.snapshot_version):
        raise damaged(what, f"it is version {thread.version} of {thread.id!r}")
    return thread


def summary_of(rows: Rows, thread_id: ThreadId, head: Head) -> ThreadSummary:
    """Return the stored summary of a thread."""
    row = Listed(thread_id, head.version, *head[6:])
    with trusting(f"the row of thread {thread_id!r}"):
        return shown_in(row, [tag for _, tag in rows.tags((thread_id,))])


def shown_in(row: Listed, tags: list[str]) -> ThreadSummary:
    """Return the summary of a row."""
    return row.summary(texts(tags, f"a tag of thread {row.id!r}"))
