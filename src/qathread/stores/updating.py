"""Load, change, save, and again if somebody else was faster."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

from attrs import frozen

from .._checks import at_least
from ..errors import (
    OperationReusedError,
    OutcomeUnknownError,
    StoreError,
    ValidationError,
    VersionConflictError,
)
from ..ids import ThreadId
from ..thread import Thread
from ._awaiting import AtOnce, run, settled, sleep_here
from .async_protocols import (
    AsyncLoadsThreads,
    AsyncRemembersOperations,
    AsyncSavesThreads,
)
from .protocols import LoadsThreads, RemembersOperations, SavesThreads

__all__ = ["update", "update_async"]

# The longest wait before the second retry, in seconds, and how often it doubles.
_PAUSE = 0.002
_DOUBLINGS = 5


class LoadsAndSaves(LoadsThreads, SavesThreads, Protocol):
    """What an update needs of a store."""


class AsyncLoadsAndSaves(AsyncLoadsThreads, AsyncSavesThreads, Protocol):
    """What an update needs of an asynchronous store."""


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

    After a conflict it tries again: once at once, then after a short random wait,
    so that many writers on one thread get out of each other's way. What the store
    itself has waited for in vain (``StoreBusyError``) is not tried again.

    If the connection is lost during a save, nobody knows whether it took effect.
    With an op id the store is asked, and the change is made again if it is not
    there; without one ``OutcomeUnknownError`` is raised.

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
        OutcomeUnknownError: If it could not be found out whether a save took
            effect; ask again later with the same op id.
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
    turned = AtOnce(store)
    if op_id is not None and not isinstance(store, RemembersOperations):
        raise _forgetful(store)
    request = _Request(None if op_id is None else turned, op_id, thread_id)
    return run(_updated(turned, request, change, attempts, sleep_here))


async def update_async(
    store: AsyncLoadsAndSaves,
    thread_id: ThreadId,
    change: Callable[[Thread], Thread | Awaitable[Thread]],
    *,
    attempts: int = 100,
    op_id: str | None = None,
) -> Thread:
    """
    Change a thread of an asynchronous store; see :func:`update`.

    Args:
        store: Where the thread is.
        thread_id: Which thread.
        change: As for :func:`update`; a plain function or a coroutine function.
        attempts: As for :func:`update`.
        op_id: As for :func:`update`.

    Returns:
        The thread as stored, with nothing pending.

    Raises:
        NotFoundError: As for :func:`update`, and so are the other errors.
    """
    memory: AsyncRemembersOperations | None = None
    if op_id is not None:
        if not isinstance(store, AsyncRemembersOperations):
            raise _forgetful(store)
        memory = store
    request = _Request(memory, op_id, thread_id)
    return await _updated(store, request, change, attempts, asyncio.sleep)


def _forgetful(store: object) -> ValidationError:
    return ValidationError(
        f"{type(store).__name__} has no operation(op_id) and cannot tell whether "
        "an op id took effect: leave op_id out, or use a store that has it"
    )


@frozen
class _Request:
    """One change, and whether it took effect already, if that can be told."""

    memory: AsyncRemembersOperations | None
    op_id: str | None
    thread_id: ThreadId

    async def answer(self) -> Thread | None:
        """Return the first result; None: not there, or nobody knows."""
        if self.memory is None or self.op_id is None:
            return None
        first = await self.memory.operation(self.op_id)
        if first is not None and first.id != self.thread_id:
            raise OperationReusedError(self.op_id, first.id)
        return first


async def _updated(
    store: AsyncLoadsAndSaves,
    request: _Request,
    change: Callable[[Thread], Thread | Awaitable[Thread]],
    attempts: int,
    sleep: Callable[[float], Awaitable[None]],
) -> Thread:
    at_least(1, attempts, "attempts")
    first = await request.answer()
    if first is not None:
        return first
    doubt: OutcomeUnknownError | None = None
    for retry in range(attempts):
        if retry > 1:
            await sleep(_pause(retry))
        failed: Exception
        again = False
        try:
            thread = await store.load(request.thread_id)
            changed = _checked(thread, await settled(change(thread)))
        except Exception as error:
            # The same request, sent twice, may be what it is refused for.
            failed = error
        else:
            try:
                return await store.save(changed, op_id=request.op_id)
            except VersionConflictError as error:
                # The thread moved on: what may have been lost before no longer can
                # take effect, if it has not.
                failed, again, doubt = error, True, None
            except OutcomeUnknownError as error:
                failed, again, doubt = error, request.op_id is not None, error
            except StoreError as error:
                failed = error
        try:
            first = await request.answer()
        except OperationReusedError:
            raise
        except StoreError as error:  # it cannot be asked now
            if isinstance(failed, VersionConflictError):
                failed = error
            again = False
        if first is not None:
            return first
        if not again or retry + 1 == attempts:
            if doubt is None or doubt is failed or not isinstance(failed, StoreError):
                raise failed
            raise doubt from failed
    raise AssertionError("the last attempt returns or raises")


def _pause(retry: int) -> float:
    """Return how long to wait before a retry: at random, the longest ever longer."""
    return random.uniform(0, _PAUSE * 2 ** min(retry - 2, _DOUBLINGS))


def _checked(thread: Thread, changed: object) -> Thread:
    """Return what a change made, if it was made of the thread that it was given."""
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
