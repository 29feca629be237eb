"""What a store can do, one operation each; a store needs no base class of ours."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ..events import Event
from ..ids import ThreadId
from ..thread import Thread

__all__ = [
    "LoadsThreads",
    "ReadsHistory",
    "RemembersOperations",
    "SavesThreads",
    "ThreadStore",
]


class LoadsThreads(Protocol):
    """Gives threads back."""

    def load(self, thread_id: ThreadId, version: int | None = None) -> Thread:
        """
        Return a thread, folded from its stored events.

        Args:
            thread_id: Which thread.
            version: At which version; None: the latest.

        Returns:
            The thread with nothing pending; its base version is its version.

        Raises:
            NotFoundError: If there is no such thread, or it never was at that
                version.
            ValidationError: If an argument has the wrong type.
        """
        ...


class SavesThreads(Protocol):
    """Takes threads in."""

    def save(self, thread: Thread, /, *, op_id: str | None = None) -> Thread:
        """
        Append what is pending, whole, or change nothing.

        The events are appended if the stored version is ``thread.base_version``
        (None: nothing is stored). The same events already at those versions are
        acknowledged, and nothing is written. With nothing pending nothing is
        written either, and a stale base is still refused.

        Args:
            thread: The new state. Its pending events alone are taken over: the
                store folds them into what it holds itself.
            op_id: The caller's name for this change. Sent again with the same
                change it gives the first answer and has no effect; it is
                remembered for as long as the events, also when nothing is
                pending.

        Returns:
            The thread as stored, with nothing pending.

        Raises:
            VersionConflictError: If the stored version is another one.
            OperationReusedError: If *op_id* already made another change.
            IntegrityError: If the events do not fit what is stored.
            ValidationError: If the thread's versions do not add up.
        """
        ...


class ReadsHistory(Protocol):
    """Tells what happened to threads."""

    def history(self, thread_id: ThreadId, after: int = 0) -> Sequence[Event]:
        """
        Return the events of a thread, in order of version.

        Args:
            thread_id: Which thread.
            after: Leave out the events up to this version.

        Returns:
            The events after that version; none if it has had no later ones.

        Raises:
            NotFoundError: If there is no such thread.
            ValidationError: If an argument has the wrong type, or *after* is
                negative.
        """
        ...


@runtime_checkable
class RemembersOperations(Protocol):
    """Knows which op ids took effect; :func:`update` asks it."""

    def operation(self, op_id: str) -> Thread | None:
        """
        Return what the first save under an op id returned.

        Args:
            op_id: The caller's name for a change.

        Returns:
            The thread at the version that this save made; None if the op id has
            not taken effect.

        Raises:
            ValidationError: If the op id is not text, or empty.
        """
        ...


class ThreadStore(LoadsThreads, SavesThreads, ReadsHistory, Protocol):
    """Loads and saves threads and tells their history."""
