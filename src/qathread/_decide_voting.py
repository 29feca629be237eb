"""Decisions on votes and reactions; the rules themselves are in rules."""

from datetime import datetime

from ._checks import at_least, reaction_kind
from .errors import PolicyViolation, ValidationError
from .facts import (
    ReactionAdded,
    ReactionRemoved,
    VoteCast,
    VoteChanged,
    VoteRetracted,
)
from .feedback import UP, Direction
from .ids import PostId
from .policy import Policy, Usage
from .posts import Post
from .rules import Rule, happening, live_post, require
from .thread import Thread
from .users import User


def cast(
    thread: Thread,
    post_id: PostId,
    direction: Direction,
    weight: int,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> VoteCast | VoteChanged | None:
    """Decide on a vote."""
    common = happening(thread, by, at, recorded_at)
    direction = _direction(direction)
    at_least(1, weight, "weight")
    post = live_post(thread, post_id)
    standing = thread.vote(post_id, by.id)
    if (
        standing is not None
        and standing.direction is direction
        and standing.weight == weight
    ):
        return None
    _may_vote(post, direction, weight, by, policy)
    if standing is not None:
        return VoteChanged(
            **common,
            post_id=post_id,
            post_kind=post.kind,
            author_id=post.author_id,
            direction=direction,
            weight=weight,
            replaced=standing,
        )
    _within_quotas(post, by, policy, usage)
    return VoteCast(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        direction=direction,
        weight=weight,
    )


def retract(
    thread: Thread,
    post_id: PostId,
    by: User,
    at: datetime,
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> VoteRetracted | None:
    """Decide on taking a vote back."""
    common = happening(thread, by, at, recorded_at)
    post = live_post(thread, post_id)
    standing = thread.vote(post_id, by.id)
    if standing is None:
        return None
    return VoteRetracted(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        replaced=standing,
    )


def react(
    thread: Thread,
    post_id: PostId,
    kind: str,
    by: User,
    at: datetime,
    recorded_at: datetime | None,
) -> ReactionAdded | None:
    """Decide on a reaction."""
    common = happening(thread, by, at, recorded_at)
    kind = reaction_kind(kind, "kind")
    post = live_post(thread, post_id)
    if thread.reaction(post_id, by.id, kind) is not None:
        return None
    return ReactionAdded(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        kind=kind,
    )


def unreact(
    thread: Thread,
    post_id: PostId,
    kind: str,
    by: User,
    at: datetime,
    recorded_at: datetime | None,
) -> ReactionRemoved | None:
    """Decide on taking a reaction back."""
    common = happening(thread, by, at, recorded_at)
    post = live_post(thread, post_id)
    standing = thread.reaction(post_id, by.id, reaction_kind(kind, "kind"))
    if standing is None:
        return None
    return ReactionRemoved(
        **common,
        post_id=post_id,
        post_kind=post.kind,
        author_id=post.author_id,
        replaced=standing,
    )


def _direction(direction: Direction) -> Direction:
    try:
        return Direction(direction)
    except ValueError:
        raise ValidationError(f"direction is {direction!r}: give UP or DOWN") from None


def _may_vote(
    post: Post, direction: Direction, weight: int, by: User, policy: Policy
) -> None:
    rules = policy.voting.on(post.kind)
    if direction not in rules.directions:
        raise PolicyViolation(
            Rule.DIRECTION,
            f"policy {policy.name!r} has no {direction}votes on a {post.kind}",
            " or ".join(sorted(rules.directions)) or "no vote",
            direction.value,
        )
    if not rules.own and post.author_id == by.id:
        raise PolicyViolation(
            Rule.SELF_VOTE,
            f"user {by.id!r} wrote post {post.id!r}: others vote on it",
            "another voter",
            by.id,
        )
    heaviest = policy.voting.heaviest
    if heaviest is not None and weight > heaviest:
        raise PolicyViolation(
            Rule.WEIGHT,
            f"a vote of weight {weight} is too heavy: give at most {heaviest}",
            heaviest,
            weight,
        )
    needs = rules.up if direction is UP else rules.down
    require(needs, by, f"vote {direction} on a {post.kind}")


def _within_quotas(post: Post, by: User, policy: Policy, usage: Usage | None) -> None:
    """Check what other threads have used up; without *usage* nobody knows."""
    if usage is None:
        return
    for quota in policy.voting.quotas:
        use = usage.of(quota.name)
        if post.kind in quota.kinds and use.used >= quota.limit:
            raise PolicyViolation(
                Rule.QUOTA,
                f"user {by.id!r} has used {use.used} of {quota.limit} "
                f"{quota.name!r}: wait until it starts again",
                quota.limit,
                use.used,
                use.resets_at,
            )
