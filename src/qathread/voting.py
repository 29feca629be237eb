"""Votes and reactions. Each verb returns the next thread."""

from datetime import datetime

from . import _decide_voting as decide
from .events import evolve
from .feedback import Direction
from .ids import PostId
from .policies import OPEN
from .policy import Policy, Usage
from .thread import Thread
from .users import User

__all__ = ["cast", "react", "retract", "unreact"]


def cast(
    thread: Thread,
    post_id: PostId,
    direction: Direction,
    *,
    weight: int = 1,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Vote on a post, or change the vote that stands.

    Args:
        thread: The thread.
        post_id: What is voted on.
        direction: UP or DOWN.
        weight: How much the vote counts, at least 1.
        by: Who votes.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the voter has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if just that vote stands already.

    Raises:
        NotFoundError: If there is no such post.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.cast(
        thread, post_id, direction, weight, by, at, policy, usage, recorded_at
    )
    return thread if event is None else evolve(thread, event)


def retract(
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
    Take a vote back.

    Args:
        thread: The thread.
        post_id: What was voted on.
        by: Who voted.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: As for :func:`cast`.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if no such vote stands.

    Raises:
        NotFoundError: If there is no such post.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.retract(thread, post_id, by, at, policy, usage, recorded_at)
    return thread if event is None else evolve(thread, event)


def react(
    thread: Thread,
    post_id: PostId,
    kind: str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Put an emoji under a post; it never counts in the score.

    Args:
        thread: The thread.
        post_id: What is reacted to.
        kind: ``like``, ``heart`` or an emoji; kept in normal form C.
        by: Who reacts.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: As for :func:`cast`.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if that reaction stands already.

    Raises:
        NotFoundError: If there is no such post.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.react(thread, post_id, kind, by, at, policy, usage, recorded_at)
    return thread if event is None else evolve(thread, event)


def unreact(
    thread: Thread,
    post_id: PostId,
    kind: str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Take an emoji back.

    Args:
        thread: The thread.
        post_id: What was reacted to.
        kind: Which emoji.
        by: Who reacted.
        at: When, with a UTC offset.
        policy: As for :func:`react`.
        usage: As for :func:`cast`.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if no such reaction stands.

    Raises:
        NotFoundError: If there is no such post.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    event = decide.unreact(thread, post_id, kind, by, at, policy, recorded_at)
    return thread if event is None else evolve(thread, event)
