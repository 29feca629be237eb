"""Load, change, save, and again if somebody else was faster."""

from collections.abc import Callable
from typing import Protocol

from .._checks import at_least
from ..errors import OperationReusedError, ValidationError, VersionConflictError
from ..ids import ThreadId
from ..thread import Thread
from .protocols import LoadsThreads, RemembersOperations, SavesThreads

__all__ = ["update"]


class LoadsAndSaves(LoadsThreads, SavesThreads, Protocol):
    """What an update needs of a store."""


def update(
    store: LoadsAndSaves,
    thread_id: ThreadId,
    change: Callable[[Thread], Thread],
    *,
    attempts: int = 100,
    op_id: str | None = None,
) -> Thread:
    """
    Change a stored thread, on its latest version.

    Args:
        store: Where the thread is.
        thread_id: Which thread.
        change: Takes the thread as loaded and returns the next one. It may be
            called several times, so it should do nothing else.
        attempts: How often to try, at least 1. Each conflict means that another
            writer got through; with many writers on one thread they are
            frequent.
        op_id: The caller's name for this change. If it already took effect, the
            first result comes back and *change* is not called.

    Returns:
        The thread as stored, with nothing pending.

    Raises:
        NotFoundError: If there is no such thread.
        VersionConflictError: If all attempts met another writer.
        OperationReusedError: If the op id took effect on another thread.
        ValidationError: If an argument is not valid, the store does not remember
            op ids, or *change* returns something else than a later version of
            that thread.

    >>> from datetime import UTC, datetime
    >>> from qathread import UP, User, posting, voting
    >>> from qathread.stores import MemoryStore
    >>> store, ada = MemoryStore(), User(id="ada")
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> _ = store.save(posting.ask("q", title="Why?", body="", by=ada, at=now))
    >>> def upvote(thread):
    ...     return voting.cast(thread, "q.1", UP, by=ada, at=now)
    >>> update(store, "q", upvote, op_id="request-7").score("q.1")
    1
    """
    at_least(1, attempts, "attempts")
    memory = None if op_id is None else _memory_of(store)
    if memory is not None and op_id is not None:
        first = _first_result(memory, op_id, thread_id)
        if first is not None:
            return first
    while True:
        attempts -= 1
        changed = _changed(store.load(thread_id), change)
        try:
            return store.save(changed, op_id=op_id)
        except (VersionConflictError, OperationReusedError) as error:
            if memory is not None and op_id is not None:
                # The same request, sent twice, may have been the faster writer.
                first = _first_result(memory, op_id, thread_id)
                if first is not None:
                    return first
            if not attempts or isinstance(error, OperationReusedError):
                raise


def _memory_of(store: object) -> RemembersOperations:
    if not isinstance(store, RemembersOperations):
        raise ValidationError(
            f"{type(store).__name__} has no operation(op_id) and cannot tell whether "
            "an op id took effect: leave op_id out, or use a store that has it"
        )
    return store


def _first_result(
    memory: RemembersOperations, op_id: str, thread_id: ThreadId
) -> Thread | None:
    first = memory.operation(op_id)
    if first is not None and first.id != thread_id:
        raise OperationReusedError(op_id, first.id)
    return first


def _changed(thread: Thread, change: Callable[[Thread], Thread]) -> Thread:
    changed = change(thread)
    if not isinstance(changed, Thread):
        raise ValidationError(
            f"change returned a {type(changed).__name__}: it must return the thread"
        )
    if changed.id != thread.id or changed.base_version != thread.base_version:
        raise ValidationError(
            f"change was given thread {thread.id!r}, loaded at version "
            f"{thread.version}, and returned another one: change the one it is given"
        )
    return changed
