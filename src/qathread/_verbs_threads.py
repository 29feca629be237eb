"""Verbs for what happens to whole threads; public in :mod:`qathread.moderation`."""

from datetime import datetime

from . import _decide_closing, _decide_marks
from ._decide_closing import Duplicates
from ._verbs_base import evolved
from .policies import OPEN
from .policy import Policy, Usage
from .thread import Thread
from .users import User


def close(
    thread: Thread,
    reason: str | None,
    *,
    duplicate_of: Duplicates = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Close a thread, so that it takes no more answers; or vote for that.

    A thread that is closed can be closed for another reason, in one event.

    Args:
        thread: The thread.
        reason: Why; the policy may have a list of reasons.
        duplicate_of: Threads that answer the same question already: an id, a
            thread, or several. Of threads it is checked that they do not lead back.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is closed just so, or if the person's
        vote for closing still counts. Where the policy asks for several voices,
        the thread closes with the vote that completes them.

    Raises:
        PolicyViolation: If a rule refuses it.
        CycleError: If the thread would be a duplicate of itself.
        ValidationError: If an argument is not valid.
    """
    events = _decide_closing.close(
        thread, reason, duplicate_of, by, at, policy, usage, recorded_at
    )
    return evolved(thread, events)


def reopen(
    thread: Thread,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Open a closed thread again, or vote for that.

    Args:
        thread: The thread.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not closed, or if the person's vote
        for reopening still counts.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_closing.reopen(thread, reason, by, at, policy, usage, recorded_at)
    return evolved(thread, events)


def protect(
    thread: Thread,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Keep newcomers from answering; the policy says who they are.

    Args:
        thread: The thread.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is protected already.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.protect(thread, reason, by, at, policy, recorded_at)
    return evolved(thread, events)


def unprotect(
    thread: Thread,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Let newcomers answer again.

    Args:
        thread: The thread.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not protected.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.unprotect(thread, by, at, policy, recorded_at)
    return evolved(thread, events)


def pin(
    thread: Thread,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Show a thread before others.

    Args:
        thread: The thread.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is pinned already.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.pin(thread, reason, by, at, policy, recorded_at)
    return evolved(thread, events)


def unpin(
    thread: Thread,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    No longer show it before others.

    Args:
        thread: The thread.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not pinned.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.unpin(thread, by, at, policy, recorded_at)
    return evolved(thread, events)


def archive(
    thread: Thread,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Keep a thread as it is: nothing in it changes until it is unarchived.

    Args:
        thread: The thread.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is archived already.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.archive(thread, reason, by, at, policy, recorded_at)
    return evolved(thread, events)


def unarchive(
    thread: Thread,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Let an archived thread change again.

    Args:
        thread: The thread.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not archived.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.unarchive(thread, by, at, policy, recorded_at)
    return evolved(thread, events)
