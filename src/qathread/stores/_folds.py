"""The last threads that a store folded, kept at hand."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import TypeVar

from ..ids import ThreadId
from ..thread import Thread

T = TypeVar("T")

_KEPT_THREADS = 8
_KEPT_POSTS = 100_000


class Folds:
    """
    The newest known states of a few threads.

    Events are only ever added, so a known state plus the events after it is the
    state now; unless they were rewritten in place, which is what the count of
    rewrites tells. It may be used from many threads.
    """

    def __init__(self) -> None:
        self._folds: dict[ThreadId, tuple[int, Thread]] = {}
        self._posts = 0
        self._lock = Lock()

    def get(self, thread_id: ThreadId, rewrites: int) -> Thread | None:
        """Return the newest known state of a thread, if its events still stand."""
        known = self._folds.get(thread_id)
        return known[1] if known is not None and known[0] == rewrites else None

    def keep(self, thread: Thread, rewrites: int) -> None:
        """Keep a committed state at hand; the least recently used ones go."""
        with self._lock:
            self._drop(thread.id)
            self._folds[thread.id] = (rewrites, thread)
            self._posts += len(thread)
            while len(self._folds) > 1 and (
                len(self._folds) > _KEPT_THREADS or self._posts > _KEPT_POSTS
            ):
                self._drop(next(iter(self._folds)))

    def __len__(self) -> int:
        return len(self._folds)

    def __iter__(self) -> Iterator[ThreadId]:
        return iter(self._folds)

    def run(self, size: int, work: Callable[[], T]) -> T:
        """
        Do a piece of work that takes no input and no output.

        A store on an event loop does large ones elsewhere.

        Args:
            size: About how many bytes it is about.
            work: What to do.
        """
        return work()

    def clear(self) -> None:
        """Let everything go."""
        with self._lock:
            self._folds.clear()
            self._posts = 0

    def _drop(self, thread_id: ThreadId) -> None:
        known = self._folds.pop(thread_id, None)
        if known is not None:
            self._posts -= len(known[1])
