"""The threads of a store, for the functions that take threads."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import NotFoundError, ValidationError
from ..ids import ThreadId
from ..thread import Thread

if TYPE_CHECKING:
    from ..stores import LoadsThreads, ThreadQuery

__all__ = ["stored"]


def stored(
    store: "LoadsThreads", query: "ThreadQuery | None" = None
) -> Iterator[Thread]:
    """
    Yield the threads of a store, one loaded at a time.

    Args:
        store: A store that blocks; it needs ``find``, or without a query ``feed``.
        query: Which threads, in which order; None: all of them, also those that lists
            leave out.

    Returns:
        Threads; of those behind, none is held. What is saved meanwhile may be among
        them or not.

    Raises:
        ValidationError: At once, if the store does not tell which threads it has.
        StoreError: If the store cannot be reached.

    >>> from datetime import UTC, datetime
    >>> from qathread import User, frames, posting
    >>> from qathread.stores import MemoryStore
    >>> store, now = MemoryStore(), datetime(2026, 1, 1, tzinfo=UTC)
    >>> for name in ("tea", "rum"):
    ...     thread = posting.ask(name, title=None, body="?", by=User(id="ada"), at=now)
    ...     _ = store.save(thread)
    >>> frames.posts(frames.stored(store))["thread_id"]
    ('rum', 'tea')
    """
    from ..stores import ListsThreads, ReadsFeed
    from ..stores._awaiting import AtOnce, drawn
    from ..stores._verify_lists import _found
    from ..stores.copying import _threads

    turned = AtOnce(store)
    lists = isinstance(store, ListsThreads)
    if not lists and (query is not None or not isinstance(store, ReadsFeed)):
        raise ValidationError(
            f"{type(store).__name__} has no find(), so it does not tell which threads "
            "it has"
        )
    ids: Iterator[ThreadId]
    if query is not None:
        ids = (summary.id for summary in drawn(_found(turned, query)))
    else:
        name = type(store).__name__
        ids = drawn(_threads(turned if lists else None, turned, name))

    def loaded() -> Iterator[Thread]:
        for thread_id in ids:
            try:
                thread = store.load(thread_id)
            except NotFoundError:
                continue  # it went since it was listed
            yield thread
            del thread  # or two would be held while the next one is loaded

    return loaded()
