"""
The steps of a store over a database, once for all of them.

Each function runs inside one transaction of its caller: a read-only one that sees
one committed state, or a writing one. Nothing here commits, waits or retries.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

from ..errors import OperationReusedError, StoreError, VersionConflictError
from ..ids import ThreadId
from ..serialization import to_json
from ..thread import Thread
from . import _reading
from ._appending import Batch, appended, same
from ._asking import Plan
from ._erasing import cleaned
from ._folds import Folds
from ._reading import bodies_of, folded, head_of, operation_of, shown_in, state_at
from ._rows import Columns, Head, Listed, Operation, Rows
from ._summaries import (
    Views,
    columns,
    new_people,
    only_feedback,
    score_of,
    views,
)
from ._trusting import WRONG, check_listed, damaged, trusting
from .queries import ThreadSummary

#: For those who call ``_keeping`` alone.
entries_of = _reading.entries_of
events_of = _reading.events_of
known = _reading.known
log = _reading.log
summary_of = _reading.summary_of
Saved: TypeAlias = _reading.Saved

# A snapshot is written when more events than this follow the last one, and their
# bytes are more than a share of its own: then writing snapshots never costs more
# than a fixed multiple of writing events, however large the thread.
_TAIL_EVENTS = 16
_TAIL_SHARE = 4


def load(rows: Rows, folds: Folds, thread_id: ThreadId, version: int | None) -> Saved:
    """Return a stored thread at one version; None: the latest."""
    return state_at(rows, folds, known(rows, thread_id), thread_id, version)


def operation(rows: Rows, folds: Folds, op_id: str) -> Thread | None:
    """Return what the first save under an op id returned, if there was one."""
    done = operation_of(rows, op_id)
    if done is None:
        return None
    # It was committed together with that version.
    with trusting(f"what was saved under op id {op_id!r}"):
        return load(rows, folds, done.thread_id, done.version).thread


def check(rows: Rows, folds: Folds, batch: Batch) -> Saved:
    """Return what is stored for a save that has nothing to write."""
    head = head_of(rows, batch.thread_id, lock=False)
    if head is None or head.version != batch.base:
        actual = None if head is None else head.version
        raise VersionConflictError(batch.thread_id, batch.base, actual)
    return state_at(rows, folds, head, batch.thread_id, None)


def save(rows: Rows, folds: Folds, batch: Batch, op_id: str | None) -> Saved:
    """Append the events of *batch* if the thread is at its base, or raise."""
    batch = cleaned(rows, batch)
    if op_id is not None:
        asked = Operation(batch.thread_id, batch.after, batch.version)
        if not rows.claim(op_id, asked):
            return _repeated(rows, folds, op_id, batch)
    thread_id = batch.thread_id
    head = head_of(rows, thread_id, lock=True)
    if head is None:
        if batch.base is not None:
            raise VersionConflictError(thread_id, batch.base, None)
        thread = folds.run(batch.size, partial(appended, batch, None))
        if _add(rows, folds, batch, thread):
            return Saved(thread, 0)
        head = known(rows, thread_id, lock=True)  # somebody else was faster
    if head.version != batch.base:
        found = bodies_of(rows, thread_id, batch.after, batch.version)
        if not batch.bodies or not _same(found, batch):
            raise VersionConflictError(thread_id, batch.base, head.version)
        if batch.base is None and batch.after + 1 == head.first:
            # These are all events up to there: no need to read them again.
            return Saved(folds.run(batch.size, partial(appended, batch, None)))
        return state_at(rows, folds, head, thread_id, batch.version)
    before = state_at(rows, folds, head, thread_id, None)
    if not batch.bodies:
        return before
    with _on_sound(rows, folds, head, before.thread):
        thread = folds.run(batch.size, partial(appended, batch, before.thread))
        _extend(rows, folds, head, batch, before.thread, thread)
    return Saved(thread, head.rewrites)


def find(rows: Rows, plan: Plan) -> list[ThreadSummary]:
    """Return the summaries of one page, and one more if there are more pages."""
    if plan.words == ():
        return []
    with trusting("a row of a thread"):
        found = rows.find(plan)
    for each in found:
        check_listed(each)
    tags: dict[ThreadId, list[str]] = {each.id: [] for each in found}
    with trusting("a row of a thread"):
        for thread_id, tag in rows.tags(tuple(tags)) if tags else ():
            tags[thread_id].append(tag)
        return [shown_in(each, tags[each.id]) for each in found]


def feed(rows: Rows, after: int, limit: int) -> list[tuple[int, ThreadId, bytes]]:
    """Return up to *limit* events after a position."""
    with trusting("the feed"):
        return rows.feed(after, limit)


# -- inside ----------------------------------------------------------------------


@contextmanager
def _on_sound(rows: Rows, folds: Folds, head: Head, before: Thread) -> Iterator[None]:
    """
    Change a stored thread; what goes wrong may be the caller's fault, or the store's.

    Raises:
        StoreCorruptError: If what was taken for the thread is not what its log makes.
    """
    try:
        yield
    except StoreError:
        raise
    except WRONG as error:
        if folded(rows, folds, None, before.id, head.version) != before:
            what = f"the snapshot of thread {before.id!r}"
            raise damaged(what, "its log makes another thread") from error
        raise


def _same(found: list[bytes], batch: Batch) -> bool:
    with trusting(f"an event of thread {batch.thread_id!r}"):
        return same(found, batch.bodies)


def _repeated(rows: Rows, folds: Folds, op_id: str, batch: Batch) -> Saved:
    done = operation_of(rows, op_id)
    asked = Operation(batch.thread_id, batch.after, batch.version)
    if done == asked:
        found = bodies_of(rows, *asked)
        if _same(found, batch):
            with trusting(f"what was saved under op id {op_id!r}"):
                return load(rows, folds, batch.thread_id, batch.version)
        events_of(found, batch.thread_id, batch.after)  # it may be damaged
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
    with trusting(f"the row of thread {thread_id!r}"):
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
