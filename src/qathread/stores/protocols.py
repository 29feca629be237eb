"""What a store can do, one operation each; a store needs no base class of ours."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ..events import Event
from ..ids import ThreadId, UserId
from ..pages import Page
from ..thread import Thread
from .queries import EraseMode, FeedEntry, ThreadQuery, ThreadSummary

__all__ = [
    "ErasesUsers",
    "ListsThreads",
    "LoadsThreads",
    "ReadsFeed",
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


@runtime_checkable
class ListsThreads(Protocol):
    """Tells which threads there are, without loading them."""

    def find(
        self, query: ThreadQuery, cursor: str | None = None, limit: int = 50
    ) -> Page[ThreadSummary]:
        """
        Return one page of the threads that a query asks for.

        A walk along the cursors misses nothing and repeats nothing that keeps its
        place: by time of asking or id, whatever is added meanwhile. A thread whose
        score, activity or number of answers changes during the walk may be met
        twice, or not at all.

        Args:
            query: Which threads, and in which order.
            cursor: ``next`` of the page before, made by the same query; None: from
                the start.
            limit: The most threads on the page, from 1 to 200.

        Returns:
            Summaries in order; ``next`` is None on the last page.

        Raises:
            BadCursorError: If the cursor is not one of this query.
            ValidationError: If another argument is not valid.
        """
        ...


@runtime_checkable
class ReadsFeed(Protocol):
    """Tells what happened in all threads, in the order in which it was saved."""

    def feed(self, after: int = 0, limit: int = 50) -> Sequence[FeedEntry]:
        """
        Return events after a position.

        Whoever has seen a position never later finds an event at a lower one, so
        the last position is all that a follower needs to remember.

        Args:
            after: The last position that was seen, at least 0.
            limit: The most events to return, from 1 to 200.

        Returns:
            Events with their positions, which rise strictly; none: that was all.

        Raises:
            ValidationError: If an argument is not valid.
        """
        ...


@runtime_checkable
class ErasesUsers(Protocol):
    """Takes a person out of everything that is stored."""

    def erase(
        self, user_id: UserId, mode: EraseMode | str, *, key: bytes | None = None
    ) -> int:
        """
        Rewrite the events of every thread in which a person appears.

        What is rewritten, and what stays, is told by the functions of
        :mod:`qathread.erasure`. Order, versions and positions stay. Each thread is
        rewritten whole in a transaction of its own, so the call may be interrupted,
        and calling it again finishes it. Where a later import names the person, it
        is stored without them; an event that the person makes after this is not
        changed. Threads that name the person in words alone are not found.

        Args:
            user_id: Whom to erase.
            mode: ``"pseudonymise"``, ``"redact"`` or ``"purge"``.
            key: For ``"pseudonymise"`` and only for that; see
                :func:`qathread.erasure.pseudonym`.

        Returns:
            In how many threads something changed.

        Raises:
            ValidationError: If an argument is not valid.
            IntegrityError: If the pseudonym is there already and did the same thing.
        """
        ...


class ThreadStore(LoadsThreads, SavesThreads, ReadsHistory, Protocol):
    """Loads and saves threads and tells their history."""
