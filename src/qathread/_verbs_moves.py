"""Verbs that arrange anew; public in :mod:`qathread.moderation`."""

from datetime import datetime

from . import _decide_moves, _decide_people
from ._verbs_base import evolved
from .events import replay
from .ids import PostId, ThreadId, UserId
from .policies import OPEN
from .policy import Policy, Usage
from .thread import Thread
from .users import User


def convert(
    thread: Thread,
    post_id: PostId,
    *,
    under: PostId | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Make a comment of an answer, or an answer of a comment.

    The post keeps its id, votes, wordings and all that stands under it. An answer
    that was accepted no longer is. The time taken is linear in the posts.

    Args:
        thread: The thread.
        post_id: Which answer or comment.
        under: Where the comment stands; None: under the question. For answers
            only.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if the post is a comment under *under* already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        CycleError: If that place is at or under the post itself.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moves.convert(thread, post_id, under, by, at, policy, recorded_at)
    return evolved(thread, events)


def move(
    thread: Thread,
    post_id: PostId,
    under: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Put a comment, with all that stands under it, under another post.

    Ids, votes and order of arrival stay. The time taken is linear in the posts.

    Args:
        thread: The thread.
        post_id: Which comment; answers stand under the question, so use
            :func:`convert`.
        under: The post, or a stub in its place.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it stands there already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        CycleError: If that place is at or under the post itself.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moves.move(thread, post_id, under, by, at, policy, recorded_at)
    return evolved(thread, events)


def merge_users(
    thread: Thread,
    from_id: UserId,
    into: User,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take two accounts for one, as far as this thread is concerned.

    Whatever the one did becomes what the other did. Nothing counts twice: of two
    votes on one post the earlier one stays, votes on what is now one's own go
    unless the policy allows them, equal reactions become one. A lock or an archive
    does not stop it, for it concerns people. The time taken is linear in the thread.

    Args:
        thread: The thread.
        from_id: The account that is gone.
        into: The account that stays.
        by: Who does it; not the account that is gone.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if *from_id* does not appear.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_people.merge_users(
        thread, from_id, into, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def merge_threads(
    thread: Thread,
    other: Thread,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> tuple[Thread, Thread]:
    """
    Take over the replies of another thread, which is closed as a duplicate.

    Answers come with all that stands under them, comments on the other question go
    under this one. Votes, tallies, wordings, suggestions, flags and marks come
    along; acceptance does not, since it was that of another asker, and bounties stay
    with their question. What is under a stub directly below the other question stays.
    Each thread gets a link to the other. The time taken is linear in what moves and in
    the other thread.

    Args:
        thread: The thread.
        other: The thread that they come from; it keeps its question.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread and the next other one, each with its own events to save;
        the same two if that has been done.

    Raises:
        PolicyViolation: If a rule refuses it.
        CycleError: If the two are one thread, or a duplicate of each other.
        DuplicateIdError: If both have a post, flag or suggestion of one id.
        ValidationError: If an argument is not valid.
    """
    here, there = _decide_moves.merge_threads(
        thread, other, by, at, policy, recorded_at
    )
    return evolved(thread, here), evolved(other, there)


def split(
    thread: Thread,
    post_id: PostId,
    new_id: ThreadId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> tuple[Thread, Thread]:
    """
    Make a thread of its own of an answer or comment and all under it.

    All that hangs on the posts comes along but acceptance, and each thread gets a
    link to the other. The time taken is linear in the posts.

    Args:
        thread: The thread.
        post_id: Which answer or comment; it becomes a question without title.
        new_id: The id of the new thread, which no other thread may have.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread and the new one, at version 1, each with its own events to
        save.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        DuplicateIdError: If *new_id* is the thread's own.
        ValidationError: If an argument is not valid.
    """
    here, there = _decide_moves.split(
        thread, post_id, new_id, by, at, policy, recorded_at
    )
    return evolved(thread, here), replay(there)
