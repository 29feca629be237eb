"""
The steps of a store over a database, once for all of them.

Each function runs inside one transaction of its caller: a read-only one that sees
one committed state, or a writing one. Nothing here commits, waits or retries.
"""

from collections.abc import Iterable
from functools import partial

from attrs import frozen

from ..errors import FormatError, OperationReusedError, VersionConflictError
from ..events import Event
from ..ids import ThreadId
from ..serialization import bulk_load, to_json, trusted
from ..thread import Thread
from ._appending import (
    Batch,
    appended,
    event_of,
    no_thread,
    no_version,
    refolded,
    same,
    unreadable,
)
from ._asking import Plan
from ._erasing import cleaned
from ._folds import Folds
from ._rows import Columns, Head, Listed, Operation, Rows
from ._summaries import (
    Views,
    columns,
    new_people,
    only_feedback,
    score_of,
    views,
)
from .queries import FeedEntry, ThreadSummary

# A snapshot is written when more events than this follow the last one, and their
# bytes are more than a share of its own: then writing snapshots never costs more
# than a fixed multiple of writing events, however large the thread.
_TAIL_EVENTS = 16
_TAIL_SHARE = 4


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


def load(rows: Rows, folds: Folds, thread_id: ThreadId, version: int | None) -> Saved:
    """Return a stored thread at one version; None: the latest."""
    return _at(rows, folds, known(rows, thread_id), thread_id, version)


def history(rows: Rows, thread_id: ThreadId, after: int) -> list[bytes]:
    """Return the events of a thread after one version."""
    return rows.bodies(thread_id, after, known(rows, thread_id).version)


def events_of(bodies: Iterable[bytes], thread_id: ThreadId) -> tuple[Event, ...]:
    """Return stored events."""
    with bulk_load():
        return tuple(event_of(body, thread_id) for body in bodies)


def operation(rows: Rows, folds: Folds, op_id: str) -> Thread | None:
    """Return what the first save under an op id returned, if there was one."""
    done = rows.operation(op_id)
    if done is None:
        return None
    return load(rows, folds, done.thread_id, done.version).thread


def check(rows: Rows, folds: Folds, batch: Batch) -> Saved:
    """Return what is stored for a save that has nothing to write."""
    head = rows.head(batch.thread_id, lock=False)
    if head is None or head.version != batch.base:
        actual = None if head is None else head.version
        raise VersionConflictError(batch.thread_id, batch.base, actual)
    return _at(rows, folds, head, batch.thread_id, None)


def save(rows: Rows, folds: Folds, batch: Batch, op_id: str | None) -> Saved:
    """Append the events of *batch* if the thread is at its base, or raise."""
    batch = cleaned(rows, batch)
    if op_id is not None:
        asked = Operation(batch.thread_id, batch.after, batch.version)
        if not rows.claim(op_id, asked):
            return _repeated(rows, folds, op_id, batch)
    thread_id = batch.thread_id
    head = rows.head(thread_id, lock=True)
    if head is None:
        if batch.base is not None:
            raise VersionConflictError(thread_id, batch.base, None)
        thread = folds.run(batch.size, partial(appended, batch, None))
        if _add(rows, folds, batch, thread):
            return Saved(thread, 0)
        head = known(rows, thread_id, lock=True)  # somebody else was faster
    if head.version != batch.base:
        found = rows.bodies(thread_id, batch.after, batch.version)
        if not batch.bodies or not same(found, batch.bodies):
            raise VersionConflictError(thread_id, batch.base, head.version)
        if batch.base is None and batch.after + 1 == head.first:
            # These are all events up to there: no need to read them again.
            return Saved(folds.run(batch.size, partial(appended, batch, None)))
        return _at(rows, folds, head, thread_id, batch.version)
    before = _at(rows, folds, head, thread_id, None)
    if not batch.bodies:
        return before
    thread = folds.run(batch.size, partial(appended, batch, before.thread))
    _extend(rows, folds, head, batch, before.thread, thread)
    return Saved(thread, head.rewrites)


def find(rows: Rows, plan: Plan) -> list[ThreadSummary]:
    """Return the summaries of one page, and one more if there are more pages."""
    if plan.words == ():
        return []
    found = rows.find(plan)
    tags: dict[ThreadId, list[str]] = {each.id: [] for each in found}
    for thread_id, tag in rows.tags(tuple(tags)) if tags else ():
        tags[thread_id].append(tag)
    return [each.summary(tags[each.id]) for each in found]


def feed(rows: Rows, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
    """Return up to *limit* events after a position."""
    return rows.feed(after, limit)


def entries_of(
    found: Iterable[tuple[int, ThreadId, bytes]],
) -> tuple[FeedEntry, ...]:
    """Return stored events with their positions."""
    with bulk_load():
        return tuple(
            FeedEntry(position=position, event=event_of(body, thread_id))
            for position, thread_id, body in found
        )


def known(rows: Rows, thread_id: ThreadId, *, lock: bool = False) -> Head:
    """Return what is known of a thread that must be there."""
    head = rows.head(thread_id, lock=lock)
    if head is None:
        raise no_thread(thread_id)
    return head


def summary_of(rows: Rows, thread_id: ThreadId, head: Head) -> ThreadSummary:
    """Return the stored summary of a thread."""
    row = Listed(thread_id, head.version, *head[6:])
    return row.summary(tag for _, tag in rows.tags((thread_id,)))


# -- inside ----------------------------------------------------------------------


def _at(
    rows: Rows, folds: Folds, head: Head, thread_id: ThreadId, version: int | None
) -> Saved:
    """Return a stored thread at one version."""
    wanted = head.version if version is None else version
    if not head.first <= wanted <= head.version:
        raise no_version(thread_id, wanted, head.first, head.version)
    start = folds.get(thread_id, head.rewrites)
    if start is not None and start.version > wanted:
        start = None
    snapshot_version = head.snapshot_version or 0
    if snapshot_version <= wanted and (
        start is None or start.version < snapshot_version
    ):
        start = _snapshot(rows, folds, thread_id)
    if start is None or start.version != wanted:
        after = 0 if start is None else start.version
        bodies = rows.bodies(thread_id, after, wanted)
        fold = partial(_refolded, bodies, start, thread_id, wanted)
        start = folds.run(sum(map(len, bodies)), fold)
    return Saved(start, head.rewrites if wanted == head.version else None)


def _refolded(
    bodies: list[bytes], start: Thread | None, thread_id: ThreadId, version: int
) -> Thread:
    return refolded(events_of(bodies, thread_id), start, thread_id, version)


def _snapshot(rows: Rows, folds: Folds, thread_id: ThreadId) -> Thread | None:
    body = rows.snapshot(thread_id)
    if body is None:
        return None
    try:
        return folds.run(len(body), partial(trusted, body))
    except FormatError as error:
        raise unreadable(error, f"the snapshot of thread {thread_id!r}") from error


def _repeated(rows: Rows, folds: Folds, op_id: str, batch: Batch) -> Saved:
    done = rows.operation(op_id)
    asked = Operation(batch.thread_id, batch.after, batch.version)
    if done == asked and same(rows.bodies(*asked), batch.bodies):
        return load(rows, folds, batch.thread_id, batch.version)
    raise OperationReusedError(op_id, batch.thread_id if done is None else done[0])


def _add(rows: Rows, folds: Folds, batch: Batch, thread: Thread) -> bool:
    """Write a thread that is not stored yet; False: now it is."""
    thread_id = batch.thread_id
    seen = folds.run(batch.size, partial(views, None, None, batch.events, thread))
    snapshot = len(batch.bodies) > _TAIL_EVENTS
    shown = columns(seen.summary)
    tail = 0 if snapshot else batch.size
    first = batch.after + 1
    if not rows.insert_thread(thread_id, first, batch.version, tail, shown):
        return False
    if seen.summary.tags:
        rows.put_tags(thread_id, (), seen.summary.tags)
    _write_views(rows, thread_id, seen)
    if snapshot:
        body = folds.run(batch.size, partial(to_json, thread))
        rows.put_snapshot(thread_id, batch.version, body)
    rows.append(thread_id, batch.after, batch.bodies)
    return True


def _extend(
    rows: Rows,
    folds: Folds,
    head: Head,
    batch: Batch,
    before: Thread,
    thread: Thread,
) -> None:
    """Write what a save adds to a stored thread."""
    thread_id = batch.thread_id
    tail_bytes = head.tail_bytes + batch.size
    tail_events = batch.version - (head.snapshot_version or head.first - 1)
    due = tail_events > _TAIL_EVENTS and (
        tail_bytes * _TAIL_SHARE > (head.snapshot_bytes or 0)
    )
    tail = 0 if due else tail_bytes
    if only_feedback(batch.events):
        # Most saves by far: of what lists show only the score can differ.
        score = score_of(thread)
        changed: Columns = {} if score == head.score else {"score": score}
        rows.update_thread(thread_id, batch.version, tail, changed)
        people = new_people(before, batch.events)
        if people:
            rows.put_people(thread_id, sorted(people))
    else:
        _show(rows, head, batch, before, thread, tail)
    if due:
        size = tail_bytes + (head.snapshot_bytes or 0)
        body = folds.run(size, partial(to_json, thread))
        rows.put_snapshot(thread_id, batch.version, body)
    # Last, so that the place in the feed is held for as short as can be.
    rows.append(thread_id, batch.after, batch.bodies)


def _show(
    rows: Rows, head: Head, batch: Batch, before: Thread, thread: Thread, tail: int
) -> None:
    """Write what lists and searches show of a changed thread."""
    thread_id = batch.thread_id
    old = Listed(thread_id, head.version, *head[6:]).summary(_tags(before))
    seen = views(before, old, batch.events, thread)
    was = head.columns()
    changed = {
        name: value
        for name, value in columns(seen.summary).items()
        if was[name] != value
    }
    rows.update_thread(thread_id, batch.version, tail, changed)
    gone = set(old.tags).difference(seen.summary.tags)
    new = set(seen.summary.tags).difference(old.tags)
    if gone or new:
        rows.put_tags(thread_id, sorted(gone), sorted(new))
    _write_views(rows, thread_id, seen)


def _tags(thread: Thread) -> tuple[str, ...]:
    return getattr(thread.root, "tags", ())


def _write_views(rows: Rows, thread_id: ThreadId, seen: Views) -> None:
    if seen.people:
        rows.put_people(thread_id, sorted(seen.people))
    if seen.words:
        rows.put_words(thread_id, seen.words)
