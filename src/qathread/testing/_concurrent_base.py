"""What every test of many at once starts from."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Final

from ..events import replay
from ..stores import ThreadStore
from ..thread import Thread
from ._concurrent_worker import Plain, opened
from ._crew import Worker, crew
from ._store_tests import assert_stored, remembering

#: So many processes do the same thing at once.
PROCESSES: Final = 8


class ConcurrentTests:
    """Knows where the store under test is, and lets processes open it."""

    factory: ClassVar[str]

    def arguments(self, patience: float = 60.0) -> Sequence[Plain]:
        """
        Return the arguments of the factory for a new store that holds nothing.

        Args:
            patience: For how many seconds the store should wait for others before
                it gives up.

        Returns:
            Values that JSON can write, the same store for everybody who opens it.
        """
        raise NotImplementedError("return the factory's arguments for a new store")

    def hold_write_lock(
        self, arguments: Sequence[Plain]
    ) -> AbstractContextManager[object] | None:
        """
        Keep everybody else from writing to a store while the result is entered.

        Args:
            arguments: What :meth:`arguments` returned.

        Returns:
            None, if this is not overridden: how locks are waited for is not tested.
        """
        return None

    @classmethod
    def teardown_class(cls) -> None:
        """End the processes; pytest calls this after the last test."""
        crew.close()

    # -- inside ------------------------------------------------------------------

    def _workers(
        self, place: Sequence[Plain], count: int = PROCESSES
    ) -> AbstractContextManager[list[Worker]]:
        """Let some processes have a store open for a while."""
        return crew.at(self.factory, place, count)

    @contextmanager
    def _remembering(self, place: Sequence[Plain]) -> Iterator[ThreadStore]:
        """Give a store that knows op ids, or skip the test."""
        with opened(self.factory, place) as store:
            remembering(store)
            yield store

    def _save(self, place: Sequence[Plain], thread: Thread) -> None:
        """Save one thread."""
        with opened(self.factory, place) as store:
            store.save(thread)

    def _texts(self, place: Sequence[Plain]) -> list[str]:
        """Return the comments on the question, after a look at the log."""
        with opened(self.factory, place) as store:
            thread = store.load("q")
            assert_stored(thread, replay(store.history("q")))
            return [comment.body.source for comment in thread.comments]


def check_texts(texts: Sequence[str], expected: Sequence[str]) -> None:
    """Check that each comment is there once."""
    lost, more = Counter(expected), Counter(texts)
    assert lost == more, f"lost: {dict(lost - more)}, not expected: {dict(more - lost)}"
