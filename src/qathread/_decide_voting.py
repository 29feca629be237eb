"""Decisions on votes and reactions; the rules themselves are in rules."""

from datetime import datetime

from ._checks import at_least, reaction_kind
from .errors import PolicyViolation, ValidationError
from .facts import (
    AnswerPosted,
    CommentPosted,
    EventId,
    QuestionAsked,
    ReactionAdded,
    ReactionRemoved,
    VoteCast,
    VoteChanged,
    VoteRetracted,
)
from .feedback import UP, Direction, Vote
from .ids import PostId
from .policy import Act, OwnVotes, Policy, Usage
from .posts import Post
from .rules import (
    Rule,
    happening,
    live_post,
    open_to,
    require,
    some,
    within,
    within_quotas,
)
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
    common = happening(thread, by, at, recorded_at, policy)
    direction = _direction(direction)
    at_least(1, weight, "weight")
    post = live_post(thread, post_id)
    open_to(thread, Act.VOTE, by, common["at"], policy, post)
    standing = thread.vote(post_id, by.id)
    if (
        standing is not None
        and standing.direction is direction
        and standing.weight == weight
    ):
        return None
    _may_vote(post, direction, weight, by, policy)
    _in_time(post, by, common["at"], policy)
    if standing is not None:
        _unlocked(post, standing, common["at"], policy)
        return VoteChanged(
            **common,
            post_id=post_id,
            post_kind=post.kind,
            author_id=post.author_id,
            direction=direction,
            weight=weight,
            replaced=standing,
        )
    within_quotas(Act.VOTE, post.kind, by, policy, usage)
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
    common = happening(thread, by, at, recorded_at, policy)
    post = live_post(thread, post_id)
    open_to(thread, Act.VOTE, by, common["at"], policy, post)
    standing = thread.vote(post_id, by.id)
    if standing is None:
        return None
    _in_time(post, by, common["at"], policy)
    _unlocked(post, standing, common["at"], policy)
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
    policy: Policy,
    usage: Usage | None,
    recorded_at: datetime | None,
) -> ReactionAdded | None:
    """Decide on a reaction."""
    common = happening(thread, by, at, recorded_at, policy)
    kind = reaction_kind(kind, "kind")
    post = live_post(thread, post_id)
    open_to(thread, Act.REACT, by, common["at"], policy, post)
    if thread.reaction(post_id, by.id, kind) is not None:
        return None
    within_quotas(Act.REACT, post.kind, by, policy, usage)
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
    policy: Policy,
    recorded_at: datetime | None,
) -> ReactionRemoved | None:
    """Decide on taking a reaction back."""
    common = happening(thread, by, at, recorded_at, policy)
    post = live_post(thread, post_id)
    open_to(thread, Act.REACT, by, common["at"], policy, post)
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
            f"policy {policy.name!r} has no {direction}votes on {post.kind}s",
            " or ".join(sorted(rules.directions)) or "no vote",
            direction.value,
        )
    if rules.own is OwnVotes.FORBID and post.author_id == by.id:
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
    require(needs, by, f"vote {direction} on {some(post.kind)}")


def _in_time(post: Post, by: User, at: datetime, policy: Policy) -> None:
    """Refuse a vote on a post that is too old to take any."""
    seconds = policy.voting.on(post.kind).open_for
    if seconds is not None and not within(post.created_at, seconds, at):
        raise PolicyViolation(
            Rule.VOTE_CLOSED,
            f"post {post.id!r} takes votes for {seconds} s only: it is older",
            seconds,
            _elapsed(post.created_at, at),
        )


def _unlocked(post: Post, standing: Vote, at: datetime, policy: Policy) -> None:
    """Refuse to change a vote that has stood for too long."""
    window = policy.voting.on(post.kind).change
    if window.seconds is None or within(standing.cast_at, window.seconds, at):
        return
    edited = post.edited_at
    if window.edits_reopen and edited is not None and edited > standing.cast_at:
        return
    remedy = ", or until the post is edited" if window.edits_reopen else ""
    raise PolicyViolation(
        Rule.VOTE_LOCKED,
        f"the vote of {standing.voter_id!r} on post {post.id!r} could be changed for "
        f"{window.seconds} s{remedy}",
        window.seconds,
        _elapsed(standing.cast_at, at),
    )


def _elapsed(since: datetime | None, at: datetime) -> int | None:
    return None if since is None else int((at - since).total_seconds())


def own_upvote(
    posted: QuestionAsked | AnswerPosted | CommentPosted, post: Post, policy: Policy
) -> tuple[VoteCast, ...]:
    """Return the vote that some policies cast for whoever writes a post."""
    rules = policy.voting.on(post.kind)
    if rules.own is not OwnVotes.AUTO or UP not in rules.directions:
        return ()
    return (
        VoteCast(
            thread_id=posted.thread_id,
            version=posted.version + 1,
            by=posted.by or User(id=post.author_id),
            at=posted.at,
            recorded_at=posted.recorded_at,
            cause=EventId(thread_id=posted.thread_id, version=posted.version),
            post_id=post.id,
            post_kind=post.kind,
            author_id=post.author_id,
            direction=UP,
        ),
    )
