"""Verbs for marks, flags and votes on posts; public in :mod:`qathread.moderation`."""

from collections.abc import Iterable
from datetime import datetime

from . import _decide_marks, _decide_moderation
from ._verbs_base import evolved
from .ids import PostId, UserId
from .policies import OPEN
from .policy import Policy, Usage
from .status import FlagState, LockLevel
from .thread import Thread
from .users import User


def lock(
    thread: Thread,
    post_id: PostId | None = None,
    *,
    level: LockLevel = LockLevel.ALL,
    until: datetime | None = None,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Keep a thread, or one post, from changing; another lock is replaced.

    Args:
        thread: The thread.
        post_id: Which post; None: the thread as a whole.
        level: What stops: comments, comments and answers, or everything but
            for those whose role may lock.
        until: When it ends by itself, after *at*; None: it does not.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if just that lock is in force.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.lock(
        thread, post_id, level, until, reason, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def unlock(
    thread: Thread,
    post_id: PostId | None = None,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take a lock off.

    Args:
        thread: The thread.
        post_id: Which post; None: the thread as a whole.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if no lock is in force.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.unlock(thread, post_id, by, at, policy, recorded_at)
    return evolved(thread, events)


def hide(
    thread: Thread,
    post_id: PostId | None = None,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Fold a post away, or leave a thread out of lists.

    Args:
        thread: The thread.
        post_id: Which post; None: the thread as a whole.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is hidden already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.hide(thread, post_id, reason, by, at, policy, recorded_at)
    return evolved(thread, events)


def show(
    thread: Thread,
    post_id: PostId | None = None,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Show what was hidden.

    Args:
        thread: The thread.
        post_id: Which post; None: the thread as a whole.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not hidden.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.show(thread, post_id, by, at, policy, recorded_at)
    return evolved(thread, events)


def make_wiki(
    thread: Thread,
    post_id: PostId | None = None,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Give a post to everybody; authors may give what they wrote.

    Args:
        thread: The thread.
        post_id: Which post; None: the question, marked on the thread.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it belongs to everybody already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_marks.make_wiki(
        thread, post_id, reason, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def remove(
    thread: Thread,
    post_id: PostId,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take a post down as a moderator; its text stays known.

    Deleting and removing are two marks, and a post can bear both.

    Args:
        thread: The thread.
        post_id: Which post.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is removed already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moderation.remove(
        thread, post_id, reason, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def reinstate(
    thread: Thread,
    post_id: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Bring a removed post back; a deletion by its author stays.

    Args:
        thread: The thread.
        post_id: Which post.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is not removed.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moderation.reinstate(thread, post_id, by, at, policy, recorded_at)
    return evolved(thread, events)


def flag(
    thread: Thread,
    post_id: PostId,
    reason: str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Report a post; enough reports may hide it or take it down.

    Args:
        thread: The thread.
        post_id: Which post.
        reason: Why; the policy may have a list of reasons.
        by: Who reports.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if the person's flag for that reason is open.
        The flag's id is the thread's and the version that it makes: ``q.7``.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moderation.flag(
        thread, post_id, reason, by, at, policy, usage, recorded_at
    )
    return evolved(thread, events)


def resolve_flag(
    thread: Thread,
    flag_id: str,
    outcome: FlagState,
    *,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Settle a report.

    Args:
        thread: The thread.
        flag_id: Which report.
        outcome: Helpful or declined; or withdrawn, by whoever reported.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it was settled so.

    Raises:
        NotFoundError: If no such flag, or post, is there, or the flag is not open.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moderation.resolve_flag(
        thread, flag_id, outcome, reason, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def invalidate_votes(
    thread: Thread,
    post_id: PostId,
    *,
    voters: Iterable[UserId] | None = None,
    reason: str | None = None,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Strike standing votes out of a post, as after a fraud.

    Counts that came without ballots stay as they are.

    Args:
        thread: The thread.
        post_id: Which post.
        voters: Whose votes; None: all that are known by name. Who has no vote
            there is passed over.
        reason: Why.
        by: Who does it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if no such vote stands.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_moderation.invalidate_votes(
        thread, post_id, voters, reason, by, at, policy, recorded_at
    )
    return evolved(thread, events)
