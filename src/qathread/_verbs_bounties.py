"""Verbs for bounties; public in :mod:`qathread.moderation`."""

from datetime import datetime

from . import _decide_bounties
from ._verbs_base import evolved
from .ids import PostId
from .policies import OPEN
from .policy import Policy, Usage
from .thread import Thread
from .users import User


def offer_bounty(
    thread: Thread,
    amount: int,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Promise points for an answer.

    Args:
        thread: The thread.
        amount: Points, at least 1; the policy may want more, or a multiple.
        by: Who gives the points.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; without it they
            are not checked.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread. The bounty's id is the thread's and the version that it
        makes: ``q.7``.

    Raises:
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_bounties.offer_bounty(
        thread, amount, by, at, policy, usage, recorded_at
    )
    return evolved(thread, events)


def award_bounty(
    thread: Thread,
    bounty_id: str,
    answer_id: PostId,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    Give a promise to an answer of somebody else.

    Args:
        thread: The thread.
        bounty_id: Which promise.
        answer_id: Which answer.
        by: Who promised it.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if that answer has it already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_bounties.award_bounty(
        thread, bounty_id, answer_id, by, at, policy, recorded_at
    )
    return evolved(thread, events)


def expire_bounty(
    thread: Thread,
    bounty_id: str,
    *,
    by: User,
    at: datetime,
    policy: Policy = OPEN,
    usage: Usage | None = None,
    recorded_at: datetime | None = None,
) -> Thread:
    """
    End a promise whose time is over; the best answer may get a part of it.

    The best one is the answer written since the promise with the highest score,
    if that is high enough for the policy; of equal ones the oldest. How much it
    gets is rounded down. Without one the promise ends unpaid.

    Args:
        thread: The thread.
        bounty_id: Which promise.
        by: Who notices; as a rule a user of kind system.
        at: When, with a UTC offset.
        policy: What is allowed.
        usage: What the person has used of the policy's quotas; no quota
            counts this.
        recorded_at: When it became known; default *at*.

    Returns:
        The next thread; the same one if it is settled already.

    Raises:
        NotFoundError: If something named is not in the thread.
        PolicyViolation: If a rule refuses it.
        ValidationError: If an argument is not valid.
    """
    events = _decide_bounties.expire_bounty(
        thread, bounty_id, by, at, policy, recorded_at
    )
    return evolved(thread, events)
