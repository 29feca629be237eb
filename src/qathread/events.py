"""
Events of threads, and the fold that makes threads of them.

The classes are those of :mod:`qathread.facts`; ``Event`` is their union. A
thread is what its events made of it: ``replay(events)`` is :func:`evolve`
applied to each in turn, in one batch.
"""

from collections.abc import Iterable

from ._fold import apply, begin
from ._gc import bulk_load
from .errors import SequenceError
from .facts import (
    AccountEvent,
    AccountsMerged,
    AnswerAccepted,
    AnswerPosted,
    AnswerUnaccepted,
    BountyAwarded,
    BountyExpired,
    BountyOffered,
    CloseVoteCast,
    CommentPosted,
    EditApproved,
    EditRejected,
    EditSuggested,
    Event,
    EventId,
    FlagResolved,
    HidingImposed,
    HidingLifted,
    Imported,
    LockImposed,
    LockLifted,
    Moderation,
    PostConverted,
    PostDeleted,
    PostEdited,
    PostFlagged,
    Posting,
    PostMoved,
    PostRef,
    PostReinstated,
    PostRemoved,
    PostRestored,
    PostRolledBack,
    PostsMovedIn,
    PostsMovedOut,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    ReopenVoteCast,
    ReputationAdjusted,
    ThreadArchived,
    ThreadClosed,
    ThreadPinned,
    ThreadProtected,
    ThreadReopened,
    ThreadSplitOff,
    ThreadUnarchived,
    ThreadUnpinned,
    ThreadUnprotected,
    UserRegistered,
    UsersMerged,
    UserSuspended,
    UserUnsuspended,
    VoteCast,
    VoteChanged,
    VoteRetracted,
    VotesCounted,
    VotesInvalidated,
    Voting,
    WikiMade,
)
from .thread import Thread

__all__ = [
    "AccountEvent",
    "AccountsMerged",
    "AnswerAccepted",
    "AnswerPosted",
    "AnswerUnaccepted",
    "BountyAwarded",
    "BountyExpired",
    "BountyOffered",
    "CloseVoteCast",
    "CommentPosted",
    "EditApproved",
    "EditRejected",
    "EditSuggested",
    "Event",
    "EventId",
    "FlagResolved",
    "HidingImposed",
    "HidingLifted",
    "Imported",
    "LockImposed",
    "LockLifted",
    "Moderation",
    "PostConverted",
    "PostDeleted",
    "PostEdited",
    "PostFlagged",
    "PostMoved",
    "PostRef",
    "PostReinstated",
    "PostRemoved",
    "PostRestored",
    "PostRolledBack",
    "Posting",
    "PostsMovedIn",
    "PostsMovedOut",
    "QuestionAsked",
    "ReactionAdded",
    "ReactionRemoved",
    "ReopenVoteCast",
    "ReputationAdjusted",
    "ThreadArchived",
    "ThreadClosed",
    "ThreadPinned",
    "ThreadProtected",
    "ThreadReopened",
    "ThreadSplitOff",
    "ThreadUnarchived",
    "ThreadUnpinned",
    "ThreadUnprotected",
    "UserRegistered",
    "UserSuspended",
    "UserUnsuspended",
    "UsersMerged",
    "VoteCast",
    "VoteChanged",
    "VoteRetracted",
    "VotesCounted",
    "VotesInvalidated",
    "Voting",
    "WikiMade",
    "evolve",
    "replay",
]


def evolve(thread: Thread | None, event: Event) -> Thread:
    """
    Return the thread after one event.

    Args:
        thread: The thread it happens to; None if the event opens one.
        event: What happened; its version is the next one.

    Returns:
        The next thread, with the event appended to its pending ones.

    Raises:
        SequenceError: If the event does not follow the thread's version.
        NotFoundError: If it is about a post that the thread does not have.
        IntegrityError: If the thread is not in the state that it changes.
    """
    draft = begin(thread, event)
    apply(draft, event, event.thread_id if thread is None else thread.id)
    return draft.freeze()


def replay(events: Iterable[Event], start: Thread | None = None) -> Thread:
    """
    Return the thread after many events, at the cost of the events alone.

    Args:
        events: In order of version.
        start: The thread that they follow; None if the first one opens it.

    Returns:
        The last thread; all events are pending in it after those of *start*.

    Raises:
        SequenceError: If there is no event and no start, or one is out of turn.
        NotFoundError: As for :func:`evolve`.
        IntegrityError: As for :func:`evolve`.
    """
    remaining = iter(events)
    first = next(remaining, None)
    if first is None:
        if start is None:
            raise SequenceError("there are no events: give at least the first one")
        return start
    with bulk_load():
        draft = begin(start, first)
        thread_id = first.thread_id if start is None else start.id
        apply(draft, first, thread_id)
        for event in remaining:
            apply(draft, event, thread_id)
        return draft.freeze()
